//! How much may be open follows from what the pool has, and risk grows dearer on the way there.

use super::{Means, DOLLAR};
use crate::liquidation::{BTC, LOTS};
use whittle::error::WhittleError;
use whittle::event::OrderKilled;
use whittle_tests::{bps, Actor, World, USDC};

/// A pool of 200,000 dollars that lets each side be open for half of what it has, with 5 % more
/// initial margin at that limit.
fn scene() -> (World, Actor) {
    let mut means = Means {
        pool_cash: 200_000 * USDC,
        ..Means::default()
    };
    means.market.params.crowding.open_interest_share_q32 = bps(5_000);
    means.market.params.crowding.crowded_initial_q32 = bps(500);
    let mut world = means.world();
    let alice = world.trader("alice", 60_000 * USDC);
    (world, alice)
}

/// Orders, and is killed for this.
fn killed(world: &mut World, trader: &Actor, lots: i64) -> u32 {
    let filler = world.keeper(&format!("filler of {lots}"));
    trader.place(world, BTC, lots).ok();
    world.pass(2);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let event: OrderKilled = filler.fill(world, trader, 0).ok().event();
    event.reason
}

#[test]
fn one_side_may_be_open_for_its_share_of_what_the_pool_has_and_no_more() {
    let (mut world, alice) = scene();
    let limit = world.market(BTC).open_interest_limit().0;
    assert_eq!(limit, 100_000 * DOLLAR);
    let over = killed(&mut world, &alice, LOTS + 1);
    assert_eq!(over, u32::from(WhittleError::OpenInterestCap));
    world.trade(&alice, BTC, LOTS);
    // The other side has a limit of its own.
    let bob = world.trader("bob", 60_000 * USDC);
    world.trade(&bob, BTC, -LOTS / 2);
    // With more in the pool, more may be open, once a settlement has seen it.
    world.fund_pool(200_000 * USDC);
    let over = killed(&mut world, &alice, LOTS / 2);
    assert_eq!(over, u32::from(WhittleError::OpenInterestCap));
    world.settle_markets(&[BTC]).ok();
    world.trade(&alice, BTC, LOTS / 2);
}

#[test]
fn what_a_crowded_side_adds_needs_more_margin_and_what_is_open_keeps_its_maintenance() {
    let (mut world, alice) = scene();
    // 5,000 dollars of margin at 5 % would do for 100,000, but there 5 % is added.
    let carol = world.trader("carol", 5_500 * USDC);
    let refused = killed(&mut world, &carol, LOTS);
    assert_eq!(refused, u32::from(WhittleError::BelowInitialMargin));
    // Up to half of the limit nothing is added.
    world.trade(&carol, BTC, LOTS / 2);
    assert_eq!(world.market(BTC).crowded_long_q32, 0);
    let before = world.account_of(&carol);
    let health = world.mirror().health(&before, world.now());
    let maintenance = health.expect("a health").maintenance;
    world.trade(&alice, BTC, LOTS / 4);
    let added = world.market(BTC).crowded_long_q32;
    // Half way from the half to the limit: half of it, rounded up.
    assert!(added >= bps(250) && added <= bps(250) + 2, "{added}");
    let health = world.mirror().health(&before, world.now());
    assert_eq!(health.expect("a health").maintenance, maintenance);
    // Shorts are not crowded.
    assert_eq!(world.market(BTC).crowded_short_q32, 0);
}
