//! What is done before a liquidation, and liquidations.

use whittle::state::recovery::RecoveryPlan;
use whittle_tests::{bps, Actor, BankSpec, MarketSpec, World, USDC};

use super::Watched;
use crate::liquidation::{BTC, CASH, ETH, LOTS};

const SOL: u16 = 1;

/// Alice holds SOL, BTC and ETH; each position is worth 100,000 dollars.
fn alice(world: &mut World) -> Actor {
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.trader("alice", 2 * CASH);
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 1_000_000);
    alice.deposit(world, SOL, 1_000_000).ok();
    world.trade(&alice, BTC, LOTS);
    world.trade(&alice, ETH, 50_000);
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    alice
}

fn markets() -> World {
    World::with_markets(&[MarketSpec::default(), MarketSpec::eth()])
}

/// A plan, a reserve, a margin call.
pub fn before_a_liquidation(watched: &Watched) {
    let mut world = markets();
    let alice = alice(&mut world);
    let keeper = world.keeper("keeper");
    let reserve = alice.sub(1);
    reserve.open(&mut world).ok();
    let quote = world.bank(0).mint;
    world.give(&reserve, &quote, USDC);
    reserve.deposit(&mut world, 0, USDC).ok();
    watched.watch(&mut world);
    let plan = RecoveryPlan {
        trigger_q32: bps(11_500),
        target_q32: bps(12_500),
        fee_max_q32: bps(10),
    };
    alice.plan_recovery(&mut world, plan).ok();
    reserve.be_reserve(&mut world, true).ok();
    world.move_price(ETH, "1960");
    world.move_price(BTC, "39200");
    keeper.call_margin(&mut world, &alice).ok();
    keeper.top_up(&mut world, &alice, &reserve, 1_000).ok();
    keeper.recover_for(&mut world, &alice, 0).ok();
}

/// A flag, its confirmation and a liquidation.
pub fn liquidation(watched: &Watched) {
    let mut world = markets();
    let alice = alice(&mut world);
    let keeper = world.keeper("keeper");
    watched.watch(&mut world);
    world.move_price(ETH, "1949");
    world.move_price(BTC, "38980");
    keeper.flag(&mut world, &alice).ok();
    world.pass(3);
    world.refresh_prices();
    keeper.liquidate(&mut world, &alice).ok();
}
