//! Who bears what a bankrupt account cannot pay, and what happens when the pool owes too much. The
//! harness checks after every instruction that each atom is somewhere (INV-CONSERVE).

mod bankruptcy;
mod crowding;
mod deleverage;
mod exposure;
mod losses;
mod origin;
mod resolution;
mod shortfall;

use crate::liquidation::{without_lines, BTC};
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::pool::PoolParams;
use whittle_client::{address, instruction};
use whittle_tests::{spec, Actor, BankSpec, ExchangeSpec, MarketSpec, Sent, World, USD, USDC};

/// What an exchange can bear.
struct Means {
    pool: PoolParams,
    insurance: InsuranceParams,
    pool_cash: u64,
    insurance_cash: u64,
    market: MarketSpec,
}

impl Default for Means {
    fn default() -> Self {
        Self {
            pool: PoolParams {
                reserve_target_usd_atoms: 0,
                ..spec::pool_params()
            },
            insurance: spec::insurance_params(),
            pool_cash: 1_000_000 * USDC,
            insurance_cash: 10_000 * USDC,
            market: without_lines(),
        }
    }
}

impl Means {
    /// An exchange with a BTC market at 40,000 dollars that keeps no cash of its own.
    fn world(&self) -> World {
        let mut world = World::with_exchange(&ExchangeSpec::default());
        world.list_bank(&BankSpec::usdc()).ok();
        let authority = world.authority.clone();
        let create = instruction::create_pool(authority.address(), self.pool, self.insurance);
        world.send_as(&authority, create).ok();
        if self.insurance_cash > 0 {
            world.seed_insurance(self.insurance_cash).ok();
        }
        world.fund_pool(self.pool_cash);
        world.list_market(&self.market).ok();
        world.update(&[BTC]).ok();
        world.settle_markets(&[BTC]).ok();
        world
    }
}

/// So many seconds later the same price is published again.
fn again(world: &mut World, secs: i64) {
    world.pass(secs);
    world.republish(BTC);
    world.update(&[BTC]).ok();
}

fn cash(world: &World, actor: &Actor) -> i64 {
    world.account_of(actor).cash_usd_atoms
}

fn equity(world: &World, actor: &Actor) -> i64 {
    let account = world.account_of(actor);
    let health = world.mirror().health(&account, world.now());
    health.expect("a health").equity.0
}

fn resolve(world: &mut World, of: &Actor) -> Sent {
    let account = world.account_of(of);
    let caller = world.authority.clone();
    let instruction = instruction::resolve_bankruptcy(of.account(), &account);
    world.send_as(&caller, instruction)
}

/// What the pool has outside of markets.
fn pool_cash(world: &World) -> i64 {
    let pool = world.pool();
    pool.cash_usd_atoms + pool.reserve_usd_atoms
}

/// The same with the cash that it has in the market.
fn pool_has(world: &World) -> i64 {
    pool_cash(world) + world.market(BTC).pool_line_usd_atoms
}

fn insurance_cash(world: &World) -> i64 {
    world.insurance().cash_usd_atoms
}

fn market_address() -> anchor_lang::prelude::Pubkey {
    address::market(BTC)
}

const DOLLAR: i64 = USD;
