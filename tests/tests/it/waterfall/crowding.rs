//! How much may be open follows from what the pool has, and risk grows dearer on the way there.

use super::{Means, DOLLAR};
use crate::liquidation::{BTC, ETH, LOTS};
use whittle::error::WhittleError;
use whittle::event::{MarketSettled, OrderKilled};
use whittle_tests::{bps, Actor, MarketSpec, World, USDC};

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

#[test]
fn what_traders_have_won_in_one_market_lowers_how_much_may_be_open_in_another() {
    let mut means = Means {
        pool_cash: 200_000 * USDC,
        ..Means::default()
    };
    means.market.params.crowding.open_interest_share_q32 = bps(5_000);
    let mut world = means.world();
    let mut eth = MarketSpec::eth();
    eth.params.crowding.open_interest_share_q32 = bps(5_000);
    eth.params.pool_line_target_usd_atoms = 50_000 * DOLLAR;
    world.list_market(&eth).ok();
    world.update(&[ETH]).ok();
    world.settle_markets(&[BTC, ETH]).ok();
    // A line is the pool's, in whichever market it stands.
    assert_eq!(world.market(BTC).open_interest_limit().0, 100_000 * DOLLAR);
    assert_eq!(world.market(ETH).open_interest_limit().0, 100_000 * DOLLAR);

    let alice = world.trader("alice", 60_000 * USDC);
    world.trade(&alice, BTC, LOTS);
    world.move_price(BTC, "44000");
    let before = world.pool();
    let done = world.settle_markets(&[BTC]).ok();
    let _: MarketSettled = done.event();
    let pool = world.pool();
    // Hardly any cash moved, and 10,000 dollars are owed.
    assert!((pool.cash_usd_atoms - before.cash_usd_atoms).abs() < 200 * DOLLAR);
    let value = pool.value().expect("a value").0;
    assert!(
        (189_000 * DOLLAR..191_000 * DOLLAR).contains(&value),
        "{value}"
    );
    assert_eq!(world.market(BTC).pool_value_seen_usd_atoms, value);
    // The other market learns of it when it is settled, its own price being old by then.
    assert_eq!(world.market(ETH).open_interest_limit().0, 100_000 * DOLLAR);
    world.pass(40);
    world.settle_markets(&[ETH]).ok();
    assert_eq!(world.market(ETH).open_interest_limit().0, value / 2);

    // Without a price the worth of positions stays, and cash that comes home counts once.
    let worth = world.market(BTC).pool_worth_usd_atoms;
    world.settle_markets(&[BTC]).ok();
    world.settle_markets(&[BTC, ETH]).ok();
    assert_eq!(world.market(BTC).pool_worth_usd_atoms, worth);
    assert_eq!(world.pool().value().expect("a value").0, value);
}

#[test]
fn a_pool_that_owes_more_than_it_has_takes_no_more_risk() {
    let mut means = Means {
        pool_cash: 12_000 * USDC,
        ..Means::default()
    };
    means.market.params.crowding.open_interest_share_q32 = bps(100_000);
    let mut world = means.world();
    let alice = world.trader("alice", 60_000 * USDC);
    world.trade(&alice, BTC, LOTS);
    world.move_price(BTC, "43800");
    world.move_price(BTC, "45500");
    world.outlast_shock(BTC);
    world.settle_markets(&[BTC]).ok();
    assert!(world.market(BTC).pool_value_seen_usd_atoms < 0);
    assert_eq!(world.market(BTC).open_interest_limit().0, 0);
    let over = killed(&mut world, &alice, 10);
    assert_eq!(over, u32::from(WhittleError::OpenInterestCap));
}
