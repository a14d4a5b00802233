//! Pauses end by themselves, cool down, and never stop what makes accounts safer (INV-PAUSE).
//! Deposits and reductions stay open (INV-EXIT).

use super::{exchange_of, fill, killed, try_trade, BTC, DAY};
use crate::liquidation::{Scene, CASH, LOTS, LOW};
use whittle::error::WhittleError;
use whittle::event::{PartiallyLiquidated, Paused, Unpaused};
use whittle::state::governance::{
    PAUSE_LIQUIDATIONS, PAUSE_LIQUIDITY, PAUSE_NEW_RISK, PAUSE_WITHDRAWALS,
};
use whittle_risk::health::State;
use whittle_tests::{World, USDC};

const HOUR: u32 = 3_600;

/// Everything that must work whatever is paused: price updates, deposits of the quote token into an
/// account that stands, reductions placed and filled, settlements.
#[track_caller]
fn what_is_never_paused_works(scene: &mut Scene) {
    let (world, alice) = (&mut scene.world, &scene.alice);
    let quote = world.bank(0).mint;
    world.give(alice, &quote, USDC);
    alice.deposit(world, 0, USDC).ok();
    let mut order = alice.order(world, -100);
    order.reduce_only = true;
    alice.place_with(world, BTC, order).ok();
    fill(world, alice, BTC).ok();
    alice.settle(world, &[BTC]).ok();
    world.settle_markets(&[BTC]).ok();
}

#[test]
fn a_pause_of_new_risk_stops_what_opens_and_nothing_else() {
    let mut scene = Scene::long();
    scene.alice.place(&mut scene.world, BTC, 10).ok();
    let guardian = scene.world.guardian();
    let sent = guardian.pause(&mut scene.world, PAUSE_NEW_RISK, HOUR);
    let event: Paused = sent.ok().event();
    assert_eq!(event.until, scene.world.now() + i64::from(HOUR));
    assert_eq!(event.cooldown_until, event.until + DAY);
    // Neither an order from before nor a new one.
    let sent = fill(&mut scene.world, &scene.alice, BTC);
    killed(sent, WhittleError::NewRiskPaused);
    let sent = scene.alice.place(&mut scene.world, BTC, 10);
    sent.refused(WhittleError::NewRiskPaused);

    let alice = scene.alice.clone();
    what_is_never_paused_works(&mut scene);
    alice.withdraw(&mut scene.world, 0, 1).ok();
}

#[test]
fn a_pause_of_withdrawals_stops_those_and_nothing_else() {
    let mut scene = Scene::long();
    let guardian = scene.world.guardian();
    let sent = guardian.pause(&mut scene.world, PAUSE_WITHDRAWALS, HOUR);
    sent.ok();
    let alice = scene.alice.clone();
    let sent = alice.withdraw(&mut scene.world, 0, 1);
    sent.refused(WhittleError::WithdrawalsPaused);
    what_is_never_paused_works(&mut scene);
    try_trade(&mut scene.world, &alice, BTC, 10).ok();
}

#[test]
fn a_pause_of_liquidations_protects_an_account_that_is_not_in_emergency() {
    let mut scene = Scene::long();
    let guardian = scene.world.guardian();
    scene.price(LOW);
    let sent = guardian.pause(&mut scene.world, PAUSE_LIQUIDATIONS, HOUR);
    sent.ok();
    // It is flagged, and after the pause it is liquidated.
    let (keeper, alice) = (scene.keeper.clone(), scene.alice.clone());
    keeper.flag(&mut scene.world, &alice).ok();
    scene.again(2);
    let sent = keeper.liquidate(&mut scene.world, &alice);
    sent.refused(WhittleError::LiquidationsPaused);
    // While losses cannot be realised nobody leaves or adds.
    let sent = alice.withdraw(&mut scene.world, 0, 1);
    sent.refused(WhittleError::WithdrawalsPaused);
    let sent = alice.place(&mut scene.world, BTC, 10);
    sent.refused(WhittleError::NewRiskPaused);

    guardian.unpause(&mut scene.world, PAUSE_LIQUIDATIONS).ok();
    keeper.liquidate(&mut scene.world, &alice).ok();
}

/// INV-PAUSE and INV-EMERGENCY.
#[test]
fn no_pause_protects_an_account_in_emergency() {
    let mut scene = Scene::long();
    let guardian = scene.world.guardian();
    for kind in [
        PAUSE_NEW_RISK,
        PAUSE_WITHDRAWALS,
        PAUSE_LIQUIDATIONS,
        PAUSE_LIQUIDITY,
    ] {
        guardian.pause(&mut scene.world, kind, HOUR).ok();
    }
    scene.price("38400");
    assert_eq!(scene.state(), State::Emergency);
    let (keeper, alice) = (scene.keeper.clone(), scene.alice.clone());
    let sent = keeper.liquidate(&mut scene.world, &alice);
    let event: PartiallyLiquidated = sent.ok().event();
    assert!(event.legs[0].closed_lots > 0);
}

/// INV-PAUSE and INV-EXIT.
#[test]
fn whatever_is_paused_deposits_and_reductions_work() {
    let mut scene = Scene::with(&[Default::default()], CASH * 2, &[(BTC, LOTS)]);
    let guardian = scene.world.guardian();
    for kind in [
        PAUSE_NEW_RISK,
        PAUSE_WITHDRAWALS,
        PAUSE_LIQUIDATIONS,
        PAUSE_LIQUIDITY,
    ] {
        guardian.pause(&mut scene.world, kind, HOUR).ok();
        what_is_never_paused_works(&mut scene);
    }
}

#[test]
fn a_pause_of_liquidity_stops_requests_and_their_fills_but_not_refunds() {
    let mut world = World::new();
    let provider = whittle_tests::Actor::named("lp");
    provider.request_withdrawal(&mut world, USDC, 0).ok();
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_LIQUIDITY, HOUR).ok();
    world.pass(2);
    world.refresh_prices();
    let sent = provider.fill_request(&mut world, &provider);
    sent.refused(WhittleError::LiquidityPaused);
    world.pass(62);
    provider.refund_request(&mut world, &provider).ok();
    let sent = provider.request_withdrawal(&mut world, USDC, 0);
    sent.refused(WhittleError::LiquidityPaused);
}

/// INV-PAUSE.
#[test]
fn a_pause_ends_by_itself_and_the_next_one_waits_for_its_cooldown() {
    let mut world = World::new();
    let alice = world.trader("alice", 100 * USDC);
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_WITHDRAWALS, HOUR).ok();
    // It is not prolonged while it runs.
    let sent = guardian.pause(&mut world, PAUSE_WITHDRAWALS, HOUR);
    sent.refused(WhittleError::PauseCoolingDown);
    world.pass(i64::from(HOUR) - 1);
    let sent = alice.withdraw(&mut world, 0, 1);
    sent.refused(WhittleError::WithdrawalsPaused);
    world.pass(1);
    alice.withdraw(&mut world, 0, 1).ok();
    world.pass(DAY - 1);
    let sent = guardian.pause(&mut world, PAUSE_WITHDRAWALS, HOUR);
    sent.refused(WhittleError::PauseCoolingDown);
    // Each kind has its own.
    guardian.pause(&mut world, PAUSE_NEW_RISK, HOUR).ok();
    world.pass(1);
    guardian.pause(&mut world, PAUSE_WITHDRAWALS, HOUR).ok();
}

#[test]
fn a_pause_that_was_ended_early_cools_down_as_long() {
    let mut world = World::new();
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_NEW_RISK, HOUR).ok();
    let authority = world.authority.clone();
    let sent = authority.unpause(&mut world, PAUSE_NEW_RISK);
    let event: Unpaused = sent.ok().event();
    assert_eq!(event.by, authority.address());
    let sent = guardian.unpause(&mut world, PAUSE_NEW_RISK);
    sent.refused(WhittleError::NotPaused);
    let pause = exchange_of(&world).pauses[usize::from(PAUSE_NEW_RISK)];
    assert_eq!(pause.until, world.now());
    world.pass(pause.cooldown_until - world.now() - 1);
    let sent = guardian.pause(&mut world, PAUSE_NEW_RISK, HOUR);
    sent.refused(WhittleError::PauseCoolingDown);
}

#[test]
fn a_pause_that_follows_from_another_cannot_be_ended_alone() {
    let mut world = World::new();
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_LIQUIDATIONS, HOUR).ok();
    for kind in [PAUSE_NEW_RISK, PAUSE_WITHDRAWALS] {
        let sent = guardian.unpause(&mut world, kind);
        sent.refused(WhittleError::NotPaused);
    }
}

#[test]
fn a_pause_has_a_kind_and_a_length_within_bounds() {
    let mut world = World::new();
    let guardian = world.guardian();
    for (kind, secs) in [(4, HOUR), (255, HOUR), (0, 0), (0, 86_401), (0, u32::MAX)] {
        let sent = guardian.pause(&mut world, kind, secs);
        sent.refused(WhittleError::BadPause);
    }
    let sent = guardian.unpause(&mut world, 4);
    sent.refused(WhittleError::BadPause);
}

#[test]
fn only_guardian_and_authority_pause_and_unpause() {
    let mut world = World::new();
    let mallory = world.actor("mallory");
    let sent = mallory.pause(&mut world, PAUSE_NEW_RISK, HOUR);
    sent.refused(WhittleError::NotGuardian);
    let authority = world.authority.clone();
    authority.pause(&mut world, PAUSE_NEW_RISK, HOUR).ok();
    let sent = mallory.unpause(&mut world, PAUSE_NEW_RISK);
    sent.refused(WhittleError::NotGuardian);
}

#[test]
fn a_pause_of_liquidations_is_not_followed_at_once_by_one_of_what_it_paused_too() {
    let mut world = World::new();
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_LIQUIDATIONS, 3_600).ok();
    world.pass(3_601);
    for kind in [PAUSE_NEW_RISK, PAUSE_WITHDRAWALS] {
        let sent = guardian.pause(&mut world, kind, 3_600);
        sent.refused(WhittleError::PauseCoolingDown);
    }
}
