//! The leaky bucket: a market is liquidated in only so fast.

use super::{narrow, Scene, WhittleError, BTC, CASH, LOTS, LOW, USD};
use whittle::event::PartiallyLiquidated;
use whittle_risk::health::State;
use whittle_risk::liquidation::Kind;
use whittle_tests::USDC;

/// Alice needs about 12,000 dollars closed; the bucket has room for 5,000.
fn scene() -> Scene {
    Scene::with(&[narrow(5_000)], CASH, &[(BTC, LOTS)])
}

#[test]
fn a_cascade_is_slowed_and_alice_is_liquidated_in_three_parts_of_one_episode() {
    let mut scene = scene();
    scene.confirm_low();
    let first: PartiallyLiquidated = scene.liquidate().event();
    assert_eq!(first.receipt.kind, Kind::Throttled as u8);
    assert_eq!(first.receipt.has_certificate, 0);
    let closed = first.receipt.closed_usd_atoms;
    // As many lots as fit: less than one of 4 dollars is left.
    assert!(closed <= 5_000 * USD && closed > 4_996 * USD, "{closed}");
    assert!(scene.is_flagged(), "the episode goes on");
    let bucket = scene.world.market(BTC).breaker;
    assert_eq!(
        (bucket.used_usd_atoms, bucket.used_at),
        (closed, scene.world.now())
    );

    // The bucket is full: what leaks in two seconds is under the minimum close.
    scene.again(2);
    scene.cannot_liquidate(WhittleError::Protected);
    let mut kinds = Vec::new();
    let mut rate = first.receipt.bonus_rate_q32;
    while scene.is_flagged() {
        // Half an hour later there is room for half of it again. The flag lapses meanwhile, which
        // is no obstacle: the next one is put up and confirmed.
        scene.again(1_800);
        if scene.state() != State::Liquidatable {
            break;
        }
        let event = scene.flag_and_liquidate();
        kinds.push(event.receipt.kind);
        rate = rate.max(event.receipt.bonus_rate_q32);
    }
    assert!(kinds.len() >= 2, "{kinds:?}");
    assert!(kinds[..kinds.len() - 1]
        .iter()
        .all(|kind| *kind == Kind::Throttled as u8));
    assert!(scene.state() < State::Liquidatable);
}

#[test]
fn the_bonus_goes_on_growing_while_a_full_bucket_waits() {
    let mut scene = scene();
    scene.confirm_low();
    let first = scene.liquidate().event::<PartiallyLiquidated>().receipt;
    scene.again(30);
    let second = scene.liquidate().event::<PartiallyLiquidated>().receipt;
    assert_eq!(second.flagged_at, first.flagged_at);
    assert!(second.bonus_rate_q32 > first.bonus_rate_q32);
    // In thirty seconds 41 dollars and two thirds leak.
    assert!(second.closed_usd_atoms <= 45 * USD && second.closed_usd_atoms > 33 * USD);
}

#[test]
fn a_bucket_that_is_wide_enough_changes_nothing() {
    let mut wide = Scene::long();
    wide.price(LOW);
    let free = wide.flag_and_liquidate().receipt;
    let mut scene = Scene::with(&[narrow(20_000)], CASH, &[(BTC, LOTS)]);
    scene.price(LOW);
    let receipt = scene.flag_and_liquidate().receipt;
    assert_eq!(receipt.kind, Kind::Exact as u8);
    assert_eq!(receipt.closed_usd_atoms, free.closed_usd_atoms);
    assert_eq!(receipt.certified_lots, free.certified_lots);
}

#[test]
fn an_emergency_is_liquidated_whatever_the_bucket_holds_and_counts_in_it() {
    let mut scene = scene();
    scene.confirm_low();
    scene.liquidate();
    scene.price("38250");
    assert_eq!(scene.state(), State::Emergency);
    let receipt = scene.liquidate().event::<PartiallyLiquidated>().receipt;
    assert_eq!(receipt.kind, Kind::Forced as u8);
    assert!(receipt.closed_usd_atoms > 20_000 * USD);
    // It fills the bucket and no more: the next account waits no longer for it.
    let market = scene.world.market(BTC);
    let capacity = market.params.breaker.capacity_usd_atoms;
    assert_eq!(market.breaker.used_usd_atoms, capacity);
}

#[test]
fn an_account_that_a_full_bucket_protects_can_be_cured_by_its_owner() {
    let mut scene = scene();
    scene.confirm_low();
    scene.liquidate();
    scene.again(2);
    scene.cannot_liquidate(WhittleError::Protected);
    let Scene { world, alice, .. } = &mut scene;
    world.trade(alice, BTC, -LOTS / 2);
    assert!(!scene.is_flagged());
    assert!(scene.state() < State::Liquidatable);
}

/// The narrowest breaker that may be listed, and positions around the sum of least close and least
/// position, 15 dollars, which close whole or not at all.
#[test]
fn an_empty_bucket_has_room_for_every_position() {
    for lots in 3..=8_i64 {
        let cash = lots.unsigned_abs() * 21 * USDC / 100 + 2 * USDC / 100;
        let mut scene = Scene::with(&[narrow(23)], cash, &[(BTC, lots)]);
        scene.price("38800");
        assert_eq!(scene.state(), State::Liquidatable, "{lots}");
        let event = scene.flag_and_liquidate();
        assert!(event.receipt.closed_usd_atoms >= 5 * USD, "{lots}");
    }
}
