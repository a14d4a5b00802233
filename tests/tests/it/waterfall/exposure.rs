//! What a hedger reads: `pool_exposure`, simulated.

use super::{Means, DOLLAR};
use crate::liquidation::{BTC, LOTS};
use whittle::error::WhittleError;
use whittle::instructions::Exposure;
use whittle_client::instruction;
use whittle_tests::{World, USDC};

fn exposure(world: &mut World) -> Exposure {
    let caller = world.authority.clone();
    let instruction = instruction::pool_exposure(&world.mirror());
    world.send_as(&caller, instruction).ok().returned()
}

#[test]
fn the_pool_is_exposed_to_the_opposite_of_what_traders_hold() {
    let mut world = Means::default().world();
    let none = exposure(&mut world);
    assert_eq!(none.markets[0].delta_lots, 0);
    assert_eq!(none.lower_value_usd_atoms, none.higher_value_usd_atoms);
    let alice = world.trader("alice", 60_000 * USDC);
    let bob = world.trader("bob", 60_000 * USDC);
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, -LOTS / 5);
    world.move_price(BTC, "42000");
    let seen = exposure(&mut world);
    let market = &seen.markets[0];
    assert_eq!(market.delta_lots, -(LOTS - LOTS / 5));
    // 4.20 dollars a lot.
    assert_eq!(market.delta_usd_atoms, -20_000 * 42 * DOLLAR / 10);
    // Alice has won a little under 5,000 dollars, Bob has lost: if he did not pay, that is owed.
    let payout = market.worst_payout_usd_atoms;
    assert!(
        payout > 4_900 * DOLLAR && payout < 5_000 * DOLLAR,
        "{payout}"
    );
    assert_eq!(market.publish_time, world.market(BTC).price.publish_time);
    assert!(seen.lower_value_usd_atoms < seen.higher_value_usd_atoms);
}

#[test]
fn an_exposure_over_some_of_the_markets_is_refused() {
    let mut world = Means::default().world();
    let caller = world.authority.clone();
    let mut missing = instruction::pool_exposure(&world.mirror());
    missing.accounts.pop();
    world
        .send_as(&caller, missing)
        .refused(WhittleError::AllMarketsNeeded);
}
