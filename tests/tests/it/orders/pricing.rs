//! The price of a fill: the oracle's with spread and impact, never better (INV-FILL).

use super::{come_due, fill_at, filled, keeper, killed, killed_at, trade_at, world_with, BTC};
use whittle::error::WhittleError;
use whittle_tests::{bps, World, USD, USDC};

/// A lot of 10^-4 BTC at 40,000 dollars.
const LOT: u64 = 4_000_000 << 32;
/// Half the confidence of one basis point.
const SPREAD: u64 = 200 << 32;
/// 500 lots from no skew meet 250 on average: a thousand of the scale's billion dollars, as a share
/// in Q32 rounded up, of the price.
const IMPACT: u64 = 4_000_000 * 4_295;

#[test]
fn a_buyer_pays_more_than_the_oracles_price_and_a_seller_gets_less() {
    for (lots, fill) in [(500, LOT + SPREAD + IMPACT), (-500, LOT - SPREAD - IMPACT)] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        let event = filled(trade_at(&mut world, &alice, BTC, lots, "40000"));
        assert_eq!(event.oracle_price_q32, LOT);
        assert_eq!(event.fill_price_q32, fill);
    }
}

#[test]
fn a_trade_that_lightens_the_skew_pays_no_impact_and_still_the_spread() {
    for side in [1, -1] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        let bob = world.trader("bob", 1_000 * USDC);
        trade_at(&mut world, &alice, BTC, 500 * side, "40000").ok();
        let event = filled(trade_at(&mut world, &bob, BTC, -500 * side, "40000"));
        let fill = if side > 0 { LOT - SPREAD } else { LOT + SPREAD };
        assert_eq!(event.fill_price_q32, fill);
    }
}

#[test]
fn impact_ends_at_the_markets_bound() {
    for (side, lots) in [(1, 500), (-1, -500)] {
        let mut world = world_with(|it| it.params.skew_scale_usd_atoms = 10_000 * USD);
        let alice = world.trader("alice", 1_000 * USDC);
        let event = filled(trade_at(&mut world, &alice, BTC, lots, "40000"));
        let most = SPREAD + 4_000_000 * bps(100);
        let fill = if side > 0 { LOT + most } else { LOT - most };
        assert_eq!(event.fill_price_q32, fill);
    }
}

#[test]
fn a_wider_confidence_widens_the_spread() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    alice.place(&mut world, BTC, 500).ok();
    let wide = whittle_tests::Quote::usd("40000").with_confidence_bps(50);
    come_due(&mut world, BTC, wide);
    let keeper = keeper(&mut world);
    let event = filled(keeper.fill(&mut world, &alice, 0));
    assert_eq!(event.fill_price_q32, LOT + 50 * SPREAD + IMPACT);
}

#[test]
fn an_order_is_filled_at_its_limit_and_not_beyond() {
    for (lots, fill, beyond) in [
        (500, LOT + SPREAD + IMPACT, LOT + SPREAD + IMPACT - 1),
        (-500, LOT - SPREAD - IMPACT, LOT - SPREAD - IMPACT + 1),
    ] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        let mut args = alice.order(&world, lots);
        args.limit_q32 = beyond;
        alice.place_with(&mut world, BTC, args.clone()).ok();
        killed_at(&mut world, &alice, BTC, "40000", WhittleError::BeyondLimit);

        let bob = world.trader("bob", 1_000 * USDC);
        args.limit_q32 = fill;
        bob.place_with(&mut world, BTC, args).ok();
        let event = filled(fill_at(&mut world, &bob, BTC, "40000"));
        assert_eq!(event.fill_price_q32, fill);
    }
}

#[test]
fn a_limit_that_the_oracles_price_keeps_and_the_spread_does_not_is_beyond() {
    for lots in [500, -500] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        let mut args = alice.order(&world, lots);
        args.limit_q32 = LOT;
        alice.place_with(&mut world, BTC, args).ok();
        killed_at(&mut world, &alice, BTC, "40000", WhittleError::BeyondLimit);
    }
}

#[test]
fn a_limit_binds_reductions_too() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    let mut args = alice.order(&world, -500);
    args.reduce_only = true;
    args.limit_q32 = LOT;
    alice.place_with(&mut world, BTC, args).ok();
    killed_at(&mut world, &alice, BTC, "39000", WhittleError::BeyondLimit);
}

#[test]
fn a_price_that_leaves_a_seller_nothing_is_beyond_any_limit() {
    // Twice the confidence of 50 % is the whole price.
    let mut world = world_with(|it| {
        it.oracle_policy.uncertain_over_q32 = bps(10);
        it.params.spread_multiple_q32 = bps(20_000);
    });
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    let mut args = alice.order(&world, -500);
    args.reduce_only = true;
    alice.place_with(&mut world, BTC, args).ok();
    let wide = whittle_tests::Quote::usd("40000").with_confidence_bps(5_000);
    come_due(&mut world, BTC, wide);
    killed(&mut world, &alice, 0, WhittleError::BeyondLimit);
}
