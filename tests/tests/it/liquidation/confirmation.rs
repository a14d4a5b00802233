//! A wick is not enough: an account is liquidated only when it was under maintenance at two
//! publish times far enough apart, or when it is in emergency.

use super::{Scene, BTC, CASH, ETH, LOTS, LOW};
use whittle::error::WhittleError;
use whittle::event::{AccountFlagged, AccountUnflagged, MarginCallIssued, PartiallyLiquidated};
use whittle::oracle::{ACCEPT_MAX_SECS, STALE_AFTER_MAX_SECS};
use whittle_risk::health::State;
use whittle_tests::{assert_only_changed, MarketSpec, World, USDC};

#[test]
fn a_healthy_account_cannot_be_liquidated_or_flagged() {
    let mut scene = Scene::long();
    assert_eq!(scene.state(), State::Healthy);
    scene.cannot_liquidate(WhittleError::AccountHealthy);
    scene.cannot_flag(WhittleError::AccountHealthy);
}

#[test]
fn an_account_in_margin_call_cannot_be_liquidated_or_flagged() {
    let mut scene = Scene::long();
    scene.price("39200");
    assert_eq!(scene.state(), State::MarginCall);
    scene.cannot_liquidate(WhittleError::AccountHealthy);
    scene.cannot_flag(WhittleError::AccountHealthy);
}

#[test]
fn an_account_without_positions_cannot_be_liquidated_or_flagged() {
    let mut world = World::new();
    let keeper = world.keeper("keeper");
    for cash in [0, USDC] {
        let empty = world.keeper(&format!("empty {cash}"));
        if cash > 0 {
            let quote = world.bank(0).mint;
            world.give(&empty, &quote, cash);
            empty.deposit(&mut world, 0, cash).ok();
        }
        keeper
            .liquidate(&mut world, &empty)
            .refused(WhittleError::NoPositions);
        keeper
            .flag(&mut world, &empty)
            .refused(WhittleError::NoPositions);
    }
}

#[test]
fn an_account_that_is_not_flagged_cannot_be_liquidated() {
    let mut scene = Scene::long();
    scene.price(LOW);
    assert_eq!(scene.state(), State::Liquidatable);
    scene.cannot_liquidate(WhittleError::NotFlagged);
}

#[test]
fn flagging_writes_the_account_alone_and_reports_what_it_saw() {
    let mut scene = Scene::long();
    scene.price(LOW);
    let health = scene.health();
    let before = scene.world.picture();
    let event: AccountFlagged = scene.flag().event();
    assert_only_changed!(before, scene.world.picture(), [scene.alice.account()]);
    let account = scene.world.account_of(&scene.alice);
    let should = AccountFlagged {
        account: scene.alice.account(),
        flagged_at: scene.world.now(),
        publish_time: scene.world.market(BTC).price.publish_time,
        ratio_q32: super::q32(health.equity.0, health.maintenance.0),
    };
    assert_eq!(event, should);
    assert_eq!(account.flagged_at, event.flagged_at);
    assert_eq!(account.flag_touched_at, event.flagged_at);
    assert_eq!(account.flag_publish_time, event.publish_time);
    assert_eq!(account.flag_lowest_ratio_q32, event.ratio_q32);
}

#[test]
fn an_account_can_be_liquidated_once_newer_prices_confirm_its_flag() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    for _ in 0..scene.rules().confirm_secs {
        scene.cannot_liquidate(WhittleError::NotConfirmed);
        scene.again(1);
    }
    scene.liquidate();
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn time_alone_does_not_confirm_a_flag() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    scene.world.pass(30);
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    // Nor does an update that is not newer.
    scene.world.update(&[BTC]).ok();
    scene.cannot_liquidate(WhittleError::NotConfirmed);
}

#[test]
fn a_price_from_before_the_flag_does_not_confirm_it_however_late_it_is_cached() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    let seen = scene.world.market(BTC).price.publish_time;
    scene.world.pass(10);
    let update = scene.world.feed(BTC).update(LOW, seen + 1);
    scene.world.show_market(BTC, update);
    scene.world.update(&[BTC]).ok();
    scene.cannot_liquidate(WhittleError::NotConfirmed);
}

#[test]
fn an_account_that_is_flagged_already_is_not_flagged_again() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    scene.again(5);
    scene.cannot_flag(WhittleError::AlreadyFlagged);
}

#[test]
fn a_flag_that_nobody_touched_for_ten_minutes_has_lapsed() {
    let mut scene = Scene::long();
    let lapse = i64::from(scene.rules().flag_lapse_secs);
    scene.price(LOW);
    scene.flag();
    scene.again(lapse);
    scene.cannot_flag(WhittleError::AlreadyFlagged);
    scene.again(1);
    scene.cannot_liquidate(WhittleError::NotFlagged);
    // The next flag begins anew.
    let event: AccountFlagged = scene.flag().event();
    assert_eq!(event.flagged_at, scene.world.now());
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    scene.again(2);
    scene.liquidate();
    assert_eq!(scene.receipt().flagged_at, event.flagged_at);
}

#[test]
fn an_account_in_emergency_is_flagged_and_liquidated_in_one_call() {
    let mut scene = Scene::long();
    scene.price("38370");
    assert_eq!(scene.state(), State::Emergency);
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.flagged_at, scene.world.now());
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn a_wick_that_reverts_to_the_target_never_liquidates() {
    let mut scene = Scene::long();
    for _ in 0..3 {
        scene.price(LOW);
        scene.flag();
        scene.again(1);
        scene.cannot_liquidate(WhittleError::NotConfirmed);
        scene.price("39990");
        scene.liquidate();
        assert!(!scene.is_flagged());
    }
    assert_eq!(scene.lots(BTC), LOTS);
    assert_eq!(scene.earned(), 0);
}

#[test]
fn a_wick_that_reverts_to_maintenance_never_liquidates() {
    let mut scene = Scene::long();
    for _ in 0..3 {
        scene.price(LOW);
        scene.flag();
        scene.again(1);
        scene.cannot_liquidate(WhittleError::NotConfirmed);
        scene.price("39200");
        scene.cannot_liquidate(WhittleError::AccountHealthy);
        // What comes after its flag has lapsed is another wick.
        scene.again(601);
        scene.cannot_liquidate(WhittleError::AccountHealthy);
    }
    assert_eq!(scene.lots(BTC), LOTS);
    assert_eq!(scene.earned(), 0);
}

#[test]
fn a_flagged_account_that_recovers_is_unflagged_with_nothing_closed_and_no_bonus() {
    let mut scene = Scene::long();
    scene.confirm_low();
    scene.price("39990");
    let health = scene.health();
    let before = scene.world.picture();
    let event: AccountUnflagged = scene.liquidate().event();
    let should = AccountUnflagged {
        account: scene.alice.account(),
        equity_usd_atoms: health.equity.0,
        maintenance_usd_atoms: health.maintenance.0,
    };
    assert_eq!(event, should);
    assert_only_changed!(before, scene.world.picture(), [scene.alice.account()]);
    assert!(!scene.is_flagged());
    assert_eq!(scene.lots(BTC), LOTS);
    assert_eq!(scene.earned(), 0);
    assert_eq!(scene.receipt().at, 0, "there is no receipt");
    // The episode is over: the next call finds nothing to do.
    scene.cannot_liquidate(WhittleError::AccountHealthy);
}

#[test]
fn a_flagged_account_between_maintenance_and_target_stays_flagged_and_is_not_liquidated() {
    let mut scene = Scene::long();
    scene.confirm_low();
    // Over 3 percent, under 3.3.
    scene.price("39150");
    let health = scene.health();
    assert!(health.equity >= health.maintenance);
    assert!(health.equity.0 < share_of_target(health.maintenance.0));
    scene.cannot_liquidate(WhittleError::AccountHealthy);
    scene.cannot_flag(WhittleError::AccountHealthy);
    assert!(scene.is_flagged());
    // Under maintenance again, the flag that it kept still counts.
    scene.price(LOW);
    scene.liquidate();
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn a_flagged_account_that_reduces_its_position_itself_is_unflagged_by_the_fill() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    scene.alice.place(&mut scene.world, BTC, -LOTS / 2).ok();
    scene.again(2);
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let event: AccountUnflagged = keeper.fill(world, alice, 0).ok().event();
    assert_eq!(event.account, alice.account());
    assert!(!scene.is_flagged());
    scene.cannot_liquidate(WhittleError::AccountHealthy);
}

#[test]
fn a_flagged_account_that_is_topped_up_is_unflagged_by_a_withdrawal_or_the_next_keeper() {
    for by_owner in [true, false] {
        let mut scene = Scene::long();
        scene.confirm_low();
        let quote = scene.world.bank(0).mint;
        let Scene { world, alice, .. } = &mut scene;
        world.give(alice, &quote, 5_000 * USDC);
        alice.deposit(world, 0, 5_000 * USDC).ok();
        // A deposit looks at no prices.
        assert!(scene.is_flagged());
        let done = if by_owner {
            scene.alice.withdraw(&mut scene.world, 0, USDC).ok()
        } else {
            scene.liquidate()
        };
        let event: AccountUnflagged = done.event();
        assert_eq!(event.account, scene.alice.account());
        assert!(!scene.is_flagged());
        assert_eq!((scene.lots(BTC), scene.earned()), (LOTS, 0));
    }
}

fn share_of_target(maintenance: i64) -> i64 {
    maintenance + maintenance / 10
}

/// Another update of BTC; ETH stays silent.
#[track_caller]
fn btc_again(scene: &mut Scene, secs: i64) {
    scene.world.pass(secs);
    scene.world.republish(BTC);
    scene.world.update(&[BTC]).ok();
}

/// The widest that an oracle may be configured.
#[test]
fn a_silent_leg_holds_up_the_confirmation_of_another_for_ten_minutes_at_most() {
    let mut markets = [MarketSpec::default(), MarketSpec::eth()];
    for market in &mut markets {
        market.oracle_policy.accept_secs = ACCEPT_MAX_SECS;
        market.oracle_policy.stale_after_secs = STALE_AFTER_MAX_SECS;
    }
    // Ten lots of two dollars: the shift for their age changes nothing.
    let mut scene = Scene::with(&markets, CASH, &[(BTC, LOTS), (ETH, 10)]);
    scene.price(LOW);
    scene.flag();
    let spoke = scene.world.market(ETH).price.publish_time;
    let silent_until = spoke + i64::from(STALE_AFTER_MAX_SECS);
    while scene.world.now() < silent_until {
        let left = silent_until - scene.world.now();
        btc_again(&mut scene, left.min(100));
        scene.cannot_liquidate(WhittleError::NotConfirmed);
    }
    btc_again(&mut scene, 1);
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert!(event.legs[0].closed_lots > 0);
    assert_eq!(
        event.legs[1].closed_lots, 0,
        "nobody knows what ETH is worth"
    );
}

/// Between maintenance and target.
const BACK: &str = "39150";

#[test]
fn a_second_dip_is_confirmed_anew_when_the_account_was_found_over_maintenance_in_between() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let first = scene.world.account_of(&scene.alice).flagged_at;
    scene.price(BACK);
    // Anybody may show it, with the call that is due anyway.
    let (keeper, alice) = (scene.keeper.clone(), scene.alice.clone());
    let _: MarginCallIssued = keeper.call_margin(&mut scene.world, &alice).ok().event();
    assert!(scene.is_flagged(), "the episode goes on");

    scene.price(LOW);
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    scene.again(10);
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    // A new first sighting, whose bonus goes on from where it was.
    let event: AccountFlagged = scene.flag().event();
    assert_eq!(event.flagged_at, first);
    assert_eq!(event.publish_time, scene.world.now());
    scene.cannot_flag(WhittleError::AlreadyFlagged);
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    scene.again(2);
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert_eq!(event.receipt.flagged_at, first);
}

#[test]
fn an_account_that_is_called_already_can_still_be_shown_to_be_over_maintenance_once() {
    let mut scene = Scene::long();
    scene.price("39200");
    let (keeper, alice) = (scene.keeper.clone(), scene.alice.clone());
    keeper.call_margin(&mut scene.world, &alice).ok();
    scene.price(LOW);
    scene.flag();
    scene.price(BACK);
    let done = keeper.call_margin(&mut scene.world, &alice).ok();
    assert_eq!(done.events_of::<MarginCallIssued>(), []);
    scene.price(BACK);
    let sent = keeper.call_margin(&mut scene.world, &alice);
    sent.refused(WhittleError::MarginCalledAlready);
    scene.price(LOW);
    scene.again(2);
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    // In emergency nothing needs to be confirmed.
    scene.price("38370");
    assert_eq!(scene.state(), State::Emergency);
    scene.liquidate();
}

#[test]
fn an_owner_whose_reduction_brings_him_over_maintenance_is_confirmed_anew() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    let alice = scene.alice.clone();
    // A few percent less, for a fee of a few dollars.
    scene.world.reduce(&alice, BTC, -LOTS / 8);
    assert_eq!(scene.state(), State::MarginCall);
    assert!(scene.is_flagged());
    scene.price("38900");
    scene.again(2);
    assert_eq!(scene.state(), State::Liquidatable);
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    scene.flag_and_liquidate();
}
