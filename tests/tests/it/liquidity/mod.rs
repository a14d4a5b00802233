//! Liquidity providers: requests, the two values at which they are filled, and the insurance fund.

mod accounts;
mod attacks;
mod insurance;
mod markets;
mod refunds;
mod requests;
mod values;

use whittle::event::LiquidityFilled;
use whittle::state::pool::PoolParams;
use whittle::state::LiquidityRequest;
use whittle_client::{address, instruction};
use whittle_tests::{spec, Actor, BankSpec, ExchangeSpec, MarketSpec, Sent, World, USDC};

const BTC: u16 = 0;
const ETH: u16 = 1;

/// An actor with quote tokens.
fn provider(world: &mut World, name: &str, amount: u64) -> Actor {
    let actor = world.actor(name);
    let quote = world.bank(0).mint;
    world.give(&actor, &quote, amount);
    actor
}

/// Lets the delay pass and publishes every market's price again.
#[track_caller]
fn come_due(world: &mut World) {
    world.pass(2);
    for market in world.all_markets() {
        world.republish(market);
        world.update(&[market]).ok();
    }
}

/// Asks to deposit and tries to fill.
#[track_caller]
fn deposit(world: &mut World, actor: &Actor, amount: u64) -> Sent {
    actor.request_deposit(world, amount, 0).ok();
    come_due(world);
    actor.fill_request(world, actor)
}

/// Asks to withdraw and tries to fill.
#[track_caller]
fn withdraw(world: &mut World, actor: &Actor, shares: u64) -> Sent {
    actor.request_withdrawal(world, shares, 0).ok();
    come_due(world);
    actor.fill_request(world, actor)
}

#[track_caller]
fn filled(sent: Sent) -> LiquidityFilled {
    sent.ok().event()
}

fn shares_of(world: &World, actor: &Actor) -> u64 {
    world.tokens_of(actor, &address::share_mint())
}

fn quote_of(world: &World, actor: &Actor) -> u64 {
    world.tokens_of(actor, &world.bank(0).mint)
}

fn request_of(world: &World, actor: &Actor) -> LiquidityRequest {
    world.read(&address::liquidity_request(&actor.address()))
}

/// One market and a pool with these parameters that nobody has put anything into.
fn empty_pool(change: impl Fn(&mut PoolParams), market: &MarketSpec) -> World {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    world.list_bank(&BankSpec::usdc()).ok();
    let mut params = spec::pool_params();
    change(&mut params);
    let authority = world.authority.clone();
    let create = instruction::create_pool(authority.address(), params, spec::insurance_params());
    world.send_as(&authority, create).ok();
    world.list_market(market).ok();
    world.update(&[BTC]).ok();
    world
}

/// A market that keeps no cash of the pool.
fn without_line() -> MarketSpec {
    let mut spec = MarketSpec::default();
    spec.params.pool_line_target_usd_atoms = 0;
    spec
}

/// What the first provider of a [`World::new`] put in.
const FIRST: u64 = 1_000_000 * USDC;
