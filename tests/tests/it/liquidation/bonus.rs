//! What the keeper earns: from the floor at the flag to the maximum, and never more.

use super::{share, Scene, BTC, LOW};
use whittle::error::WhittleError;
use whittle::event::PartiallyLiquidated;
use whittle_risk::liquidation::Kind;
use whittle_risk::Usd;

/// Flags, waits and liquidates at the same price.
fn after(secs: i64) -> PartiallyLiquidated {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    scene.again(secs);
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert_eq!(scene.earned(), event.receipt.bonus_usd_atoms);
    event
}

#[test]
fn the_bonus_grows_with_time_from_its_floor_to_its_maximum() {
    let rules = Scene::long().rules();
    let (floor, max) = (rules.bonus_floor_q32, rules.bonus_max_q32);
    let ramp = u64::from(rules.bonus_ramp_secs);
    let mut last = 0;
    for secs in [2, 3, 15, 30, 59, 60] {
        let receipt = after(secs).receipt;
        let elapsed = secs.unsigned_abs();
        let rate = floor + (max - floor) * elapsed / ramp;
        assert_eq!(receipt.bonus_rate_q32, rate, "after {secs} s");
        // Alice has one tier, and the cap leaves room for all of it.
        let due = share(receipt.closed_usd_atoms, rate);
        assert_eq!(receipt.bonus_usd_atoms, due);
        assert!(receipt.bonus_usd_atoms > last);
        last = receipt.bonus_usd_atoms;
    }
}

#[test]
fn the_bonus_never_grows_beyond_its_maximum() {
    let max = Scene::long().rules().bonus_max_q32;
    let full = after(60).receipt;
    assert_eq!(full.bonus_rate_q32, max);
    for secs in [61, 300, 600] {
        let receipt = after(secs).receipt;
        assert_eq!(receipt.bonus_rate_q32, max);
        let most = share(receipt.closed_usd_atoms, max);
        assert_eq!(receipt.bonus_usd_atoms, most);
    }
}

#[test]
fn an_emergency_that_nobody_flagged_pays_the_floor() {
    let mut scene = Scene::long();
    scene.price("38370");
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.bonus_rate_q32, scene.rules().bonus_floor_q32);
    assert!(receipt.bonus_usd_atoms > 0);
    // Only what just suffices at the emergency ratio is paid for.
    let all = share(receipt.closed_usd_atoms, receipt.bonus_rate_q32);
    assert!(receipt.bonus_usd_atoms < all);
}

#[test]
fn the_bonus_does_not_rise_as_the_account_falls_through_emergency() {
    let mut last = i64::MAX;
    for price in ["38480", "38400", "38300", "38200", "38000", "37700"] {
        let mut scene = Scene::long();
        scene.price(price);
        scene.liquidate();
        let bonus = scene.receipt().bonus_usd_atoms;
        assert!(
            0 < bonus && bonus <= last,
            "{bonus} after {last} at {price}"
        );
        last = bonus;
    }
}

#[test]
fn a_bonus_under_the_callers_minimum_is_refused() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let account = scene.world.account_of(&scene.alice);
    let mirror = scene.world.mirror();
    let plan = mirror.plan(&account, scene.world.now(), Usd::ZERO);
    let bonus = plan.expect("a plan").bonus.0;
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    for minimum in [bonus + 1, i64::MAX] {
        keeper
            .liquidate_for(world, alice, minimum)
            .refused(WhittleError::BonusBelowMinimum);
    }
    keeper.liquidate_for(world, alice, bonus).ok();
    assert_eq!(scene.earned(), bonus);
}

#[test]
fn any_bonus_suits_a_caller_who_names_none_or_a_negative_one() {
    for minimum in [0, -1, i64::MIN] {
        let mut scene = Scene::long();
        scene.confirm_low();
        let Scene {
            world,
            alice,
            keeper,
        } = &mut scene;
        keeper.liquidate_for(world, alice, minimum).ok();
        assert!(scene.earned() > 0);
    }
}

#[test]
fn an_account_that_recovered_is_unflagged_whatever_bonus_was_asked_for() {
    let mut scene = Scene::long();
    scene.confirm_low();
    scene.price("39990");
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    keeper.liquidate_for(world, alice, i64::MAX).ok();
    assert!(!scene.is_flagged());
    assert_eq!(scene.earned(), 0);
}

#[test]
fn the_bonus_leaves_the_account_as_cash_of_the_keeper_and_nothing_is_lost() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let before = scene.world.market(BTC);
    let (cash, entry) = (scene.cash(), {
        let account = scene.world.account_of(&scene.alice);
        account.positions[0].entry_usd_atoms
    });
    let event: PartiallyLiquidated = scene.liquidate().event();
    let (leg, receipt) = (event.legs[0], event.receipt);
    assert_eq!(receipt.kind, Kind::Exact as u8);
    let cost = leg.keeper_usd_atoms + leg.premium_usd_atoms + leg.pool_usd_atoms;
    assert_eq!(receipt.cost_usd_atoms, cost);
    assert_eq!(leg.keeper_usd_atoms, receipt.bonus_usd_atoms);
    let after = scene.world.market(BTC);
    assert_eq!(
        after.insurance_line_usd_atoms - before.insurance_line_usd_atoms,
        leg.premium_usd_atoms
    );
    // What Alice lost on the lots that were closed, and the pool's cost, is in its line.
    let closed = i128::from(leg.closed_lots);
    let part = i128::from(entry) * closed / i128::from(leg.lots);
    let proceeds = (closed * i128::from(leg.price_q32)) >> 32;
    let lost = i64::try_from(part - proceeds).expect("a small loss");
    let gained = after.pool_line_usd_atoms - before.pool_line_usd_atoms;
    let funding = before.funding_unsettled_usd_atoms - after.funding_unsettled_usd_atoms;
    // The value of the position is rounded down before and after.
    assert!((lost + funding + leg.pool_usd_atoms - gained).abs() <= 1);
    assert_eq!(
        cash - scene.cash(),
        gained + leg.premium_usd_atoms + leg.keeper_usd_atoms
    );
}
