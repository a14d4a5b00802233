//! Reductions: cut at flat, never blocked by what blocks an opening, and turning a position.

use super::{come_due, filled, keeper, killed, killed_at, reduce_at, trade_at, trade_killed};
use super::{two_markets, world_with, BTC, ETH};
use whittle::error::WhittleError;
use whittle_tests::{Quote, World, USD, USDC};

#[test]
fn a_reduce_only_order_is_cut_at_flat() {
    for side in [1, -1] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        world.trade(&alice, BTC, 500 * side);
        let event = filled(reduce_at(&mut world, &alice, BTC, -800 * side, "40000"));
        assert_eq!((event.lots, event.lots_after), (-500 * side, 0));
        let account = world.account_of(&alice);
        assert_eq!(account.used_positions().count(), 0);
        assert_eq!(account.orders[0].lots, 0);
    }
}

#[test]
fn a_reduce_only_order_under_the_position_reduces_by_its_own_size() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, -500);
    let event = filled(reduce_at(&mut world, &alice, BTC, 200, "40000"));
    assert_eq!((event.lots, event.lots_after), (200, -300));
}

#[test]
fn a_reduce_only_order_whose_position_has_gone_meanwhile_is_killed() {
    // Gone flat, and turned to the order's own side.
    for other in [-500, -900] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        world.trade(&alice, BTC, 500);
        alice.place(&mut world, BTC, other).ok();
        let mut args = alice.order(&world, -500);
        args.reduce_only = true;
        alice.place_with(&mut world, BTC, args).ok();
        come_due(&mut world, BTC, "40000");
        let keeper = keeper(&mut world);
        keeper.fill(&mut world, &alice, 0).ok();
        killed(&mut world, &alice, 1, WhittleError::NothingToReduce);
    }
}

#[test]
fn an_order_through_flat_turns_the_position() {
    for side in [1, -1] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        world.trade(&alice, BTC, 500 * side);
        let event = filled(trade_at(&mut world, &alice, BTC, -800 * side, "40000"));
        assert_eq!((event.lots, event.lots_after), (-800 * side, -300 * side));
        let position = world.account_of(&alice).positions[0];
        assert_eq!(position.lots, -300 * side);
        assert_eq!(position.entry_usd_atoms.signum(), -side);
        // 300 lots at about four dollars.
        let entry = position.entry_usd_atoms.abs();
        assert!((entry - 1_200 * USD).abs() < USD / 5, "{entry}");
        let market = world.market(BTC);
        let (long, short) = (market.long_lots, market.short_lots);
        assert_eq!(
            if side > 0 {
                (long, short)
            } else {
                (short, long)
            },
            (0, 300)
        );
    }
}

#[test]
fn turning_a_position_needs_margin_for_what_it_opens() {
    let mut world = World::new();
    let alice = world.trader("alice", 110 * USDC);
    world.trade(&alice, BTC, 500);
    let reason = WhittleError::BelowInitialMargin;
    trade_killed(&mut world, &alice, BTC, -1_100, "40000", reason);
    assert_eq!(world.account_of(&alice).positions[0].lots, 500);
}

#[test]
fn an_uncertain_price_reduces_and_never_opens() {
    let uncertain = Quote::usd("40000").with_confidence_bps(101);
    let mut world = World::new();
    let keeper = keeper(&mut world);
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    // More of the same, and through flat.
    for lots in [100, -600] {
        alice.place(&mut world, BTC, lots).ok();
        come_due(&mut world, BTC, uncertain);
        killed(&mut world, &alice, 0, WhittleError::PriceUncertain);
    }
    let mut args = alice.order(&world, -600);
    args.reduce_only = true;
    alice.place_with(&mut world, BTC, args).ok();
    come_due(&mut world, BTC, uncertain);
    let event = filled(keeper.fill(&mut world, &alice, 0));
    assert_eq!(event.lots_after, 0);
}

#[test]
fn a_stale_price_of_another_leg_stops_openings_and_not_reductions() {
    let mut world = two_markets();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    world.trade(&alice, ETH, 500);
    // A minute and more without an update of ETH.
    world.pass(61);
    let sent = trade_at(&mut world, &alice, BTC, 100, "40000");
    sent.refused(WhittleError::PriceTooOld);
    world.pass(301);
    filled(reduce_at(&mut world, &alice, BTC, -100, "40000"));
}

#[test]
fn under_maintenance_only_reductions_are_filled() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 4_000);
    world.move_price(BTC, "38500");
    let reason = WhittleError::MarginCall;
    trade_killed(&mut world, &alice, BTC, 10, "38500", reason);
    let event = filled(reduce_at(&mut world, &alice, BTC, -100, "38500"));
    assert_eq!(event.lots_after, 3_900);
    assert!(event.equity_usd_atoms < event.maintenance_usd_atoms);
}

#[test]
fn what_a_reduction_leaves_is_nothing_or_at_least_the_minimum() {
    // Ten dollars: three lots at four dollars, not two.
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    let mut dust = alice.order(&world, -498);
    dust.reduce_only = true;
    alice.place_with(&mut world, BTC, dust).ok();
    let reason = WhittleError::BelowMinPosition;
    killed_at(&mut world, &alice, BTC, "40000", reason);
    let event = filled(reduce_at(&mut world, &alice, BTC, -497, "40000"));
    assert_eq!(event.lots_after, 3);
    let event = filled(reduce_at(&mut world, &alice, BTC, -3, "40000"));
    assert_eq!(event.lots_after, 0);
}

/// INV-EXIT.
#[test]
fn a_reduction_is_filled_however_small_the_tier_table_and_the_cap_have_become() {
    let mut world = world_with(|it| {
        it.tiers = vec![(10_000, 300, 500)];
        it.params.open_interest_cap_usd_atoms = 10_000 * USD;
    });
    let alice = world.trader("alice", 10_000 * USDC);
    world.trade(&alice, BTC, 2_400);
    // 9,600 dollars have become 14,400.
    let event = filled(reduce_at(&mut world, &alice, BTC, -10, "60000"));
    assert_eq!(event.lots_after, 2_390);
}
