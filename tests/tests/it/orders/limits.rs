//! How large a position and a market may become.

use super::{come_due, fill_at, fill_with, filled, keeper, killed, trade_at, trade_killed};
use super::{world_with, BTC};
use whittle::error::WhittleError;
use whittle_client::address;
use whittle_tests::{MarketSpec, World, USD, USDC};

#[test]
fn a_position_ends_where_the_tier_table_ends() {
    for side in [1, -1] {
        let mut world = world_with(|it| it.tiers = vec![(10_000, 300, 500)]);
        let alice = world.trader("alice", 10_000 * USDC);
        let reason = WhittleError::BeyondTierTable;
        trade_killed(&mut world, &alice, BTC, 2_501 * side, "40000", reason);
        filled(trade_at(&mut world, &alice, BTC, 2_500 * side, "40000"));
        trade_killed(&mut world, &alice, BTC, side, "40000", reason);
    }
}

#[test]
fn each_side_of_a_market_has_its_own_open_interest_cap() {
    for side in [1, -1] {
        let cap = |it: &mut MarketSpec| it.params.open_interest_cap_usd_atoms = 10_000 * USD;
        let mut world = world_with(cap);
        let alice = world.trader("alice", 10_000 * USDC);
        let bob = world.trader("bob", 10_000 * USDC);
        let carol = world.trader("carol", 10_000 * USDC);
        world.trade(&alice, BTC, 1_500 * side);
        let reason = WhittleError::OpenInterestCap;
        trade_killed(&mut world, &bob, BTC, 1_001 * side, "40000", reason);
        filled(trade_at(&mut world, &carol, BTC, -2_500 * side, "40000"));
        filled(trade_at(&mut world, &bob, BTC, 1_000 * side, "40000"));
    }
}

#[test]
fn an_opening_order_leaves_at_least_the_minimum_position() {
    for side in [1, -1] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        let reason = WhittleError::BelowMinPosition;
        trade_killed(&mut world, &alice, BTC, 2 * side, "40000", reason);
        filled(trade_at(&mut world, &alice, BTC, 3 * side, "40000"));
    }
}

#[test]
fn lots_beyond_any_number_are_refused_when_they_are_filled() {
    // Alone, and added to a position.
    for side in [1, -1] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        let sent = trade_at(&mut world, &alice, BTC, i64::MAX * side, "40000");
        sent.refused(WhittleError::MathOverflow);

        let bob = world.trader("bob", 1_000 * USDC);
        world.trade(&bob, BTC, 500 * side);
        bob.place(&mut world, BTC, i64::MAX * side).ok();
        come_due(&mut world, BTC, "40000");
        let keeper = keeper(&mut world);
        let fill = fill_with(&world, &bob, &keeper, &[address::market(BTC)]);
        world.send(&[fill], &[]).refused(WhittleError::MathOverflow);
    }
}

#[test]
fn the_largest_order_that_reduces_only_is_cut_like_any_other() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    let mut args = alice.order(&world, -i64::MAX);
    args.reduce_only = true;
    alice.place_with(&mut world, BTC, args).ok();
    let event = filled(fill_at(&mut world, &alice, BTC, "40000"));
    assert_eq!((event.lots, event.lots_after), (-500, 0));
}

#[test]
fn an_account_holds_eight_positions_and_no_ninth() {
    const SYMBOLS: [&str; 9] = ["M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8"];
    let specs = SYMBOLS.map(|symbol| MarketSpec {
        symbol,
        ..MarketSpec::default()
    });
    let mut world = World::with_markets(&specs);
    let alice = world.trader("alice", 10_000 * USDC);
    for market in 1..9 {
        world.trade(&alice, market, 100);
    }
    assert_eq!(world.account_of(&alice).open_positions().count(), 8);
    alice.place(&mut world, BTC, 100).ok();
    come_due(&mut world, BTC, "40000");
    killed(&mut world, &alice, 0, WhittleError::TooManyPositions);
}
