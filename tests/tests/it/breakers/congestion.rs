//! A crowded chain: prices do not arrive for a while, and keepers compete for room.
//! Deposits and reductions stay open (INV-EXIT).

use super::{Scene, WhittleError, BTC, LOTS, LOW};
use whittle::event::{GraceBegan, PartiallyLiquidated};
use whittle_risk::health::State;
use whittle_tests::USDC;

/// No price for longer than a gap, then one at which Alice is under maintenance.
fn after_a_gap(quote: &str) -> (Scene, GraceBegan) {
    let mut scene = Scene::long();
    scene.world.pass(400);
    scene.world.publish(BTC, quote);
    let event = scene.world.update(&[BTC]).ok().event();
    (scene, event)
}

/// For 400 seconds no price arrives; then BTC is at 38,980 dollars and about 2,680 dollars are left of
/// Alice's margin, of the 2,920 that are required.
#[test]
fn after_a_gap_an_owner_has_a_minute_of_grace_to_deposit() {
    let (mut scene, event) = after_a_gap(LOW);
    assert_eq!(event.until, scene.world.now() + 60);
    assert_eq!(scene.state(), State::Liquidatable);
    // The keeper's clock may start, but for a minute he closes nothing.
    scene.flag();
    scene.again(30);
    scene.cannot_liquidate(WhittleError::Protected);
    // Half a minute later her 2,000 dollars arrive.
    let Scene { world, alice, .. } = &mut scene;
    let quote = world.bank(0).mint;
    world.give(alice, &quote, 2_000 * USDC);
    alice.deposit(world, 0, 2_000 * USDC).ok();
    // The next keeper finds that she has recovered.
    scene.liquidate();
    assert!(!scene.is_flagged());
    assert_eq!(scene.lots(BTC), LOTS);
}

/// INV-EXIT.
#[test]
fn a_reduction_is_filled_during_grace() {
    let (mut scene, _) = after_a_gap(LOW);
    let Scene { world, alice, .. } = &mut scene;
    world.trade(alice, BTC, -LOTS / 4);
    assert_eq!(scene.lots(BTC), LOTS - LOTS / 4);
}

#[test]
fn when_grace_is_over_the_bonus_has_grown_and_the_liquidation_follows() {
    let (mut scene, _) = after_a_gap(LOW);
    let floor = scene.rules().bonus_floor_q32;
    // The auction runs while the account is protected: from 0.05 % at the flag to 0.5 % a minute later.
    scene.flag();
    scene.again(59);
    scene.cannot_liquidate(WhittleError::Protected);
    scene.again(1);
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert_eq!(event.receipt.bonus_rate_q32, scene.rules().bonus_max_q32);
    assert!(event.receipt.bonus_rate_q32 > floor);
}

#[test]
fn grace_never_protects_an_emergency() {
    // At 38,250 dollars about 860 are left, under half of the 2,870 that are required.
    let (mut scene, _) = after_a_gap("38250");
    assert_eq!(scene.state(), State::Emergency);
    scene.liquidate();
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn a_second_gap_within_the_hour_gives_no_grace() {
    let (mut scene, first) = after_a_gap("39900");
    scene.world.pass(400);
    scene.world.publish(BTC, LOW);
    scene.world.update(&[BTC]).ok();
    assert_eq!(scene.world.market(BTC).breaker.grace_until, first.until);
    scene.flag_and_liquidate();
    assert!(scene.lots(BTC) < LOTS);
}
