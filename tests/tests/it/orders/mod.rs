//! Orders: placed, waiting, filled, and what a fill may leave.

mod accounts;
mod limits;
mod margin;
mod oracle;
mod placing;
mod pricing;
mod reducing;
mod settlement;
mod timing;

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use whittle::event::OrderFilled;
use whittle_client::address;
use whittle_tests::{Actor, MarketSpec, Quote, Sent, World};

const BTC: u16 = 0;
const ETH: u16 = 1;

/// A BTC market with other terms than usual.
fn world_with(change: impl Fn(&mut MarketSpec)) -> World {
    let mut spec = MarketSpec::default();
    change(&mut spec);
    World::with_markets(&[spec])
}

fn two_markets() -> World {
    World::with_markets(&[MarketSpec::default(), MarketSpec::eth()])
}

/// Lets the delay of the newest order pass and caches a price that fills it.
#[track_caller]
fn come_due(world: &mut World, market: u16, quote: impl Into<Quote>) {
    world.pass(2);
    world.publish(market, quote);
    world.update(&[market]).ok();
}

/// Places an order at any price and tries to fill it at this price; the keeper gets the reward.
#[track_caller]
fn trade_at(world: &mut World, trader: &Actor, market: u16, lots: i64, usd: &str) -> Sent {
    trader.place(world, market, lots).ok();
    fill_at(world, trader, market, usd)
}

/// As [`trade_at`], with an order that only reduces.
#[track_caller]
fn reduce_at(world: &mut World, trader: &Actor, market: u16, lots: i64, usd: &str) -> Sent {
    let mut args = trader.order(world, lots);
    args.reduce_only = true;
    trader.place_with(world, market, args).ok();
    fill_at(world, trader, market, usd)
}

/// Tries to fill the order in the first place in use.
#[track_caller]
fn fill_at(world: &mut World, trader: &Actor, market: u16, usd: &str) -> Sent {
    come_due(world, market, usd);
    let keeper = keeper(world);
    let orders = world.account_of(trader).orders;
    let place = orders.iter().position(|order| order.lots != 0);
    let place = u8::try_from(place.expect("an order")).expect("few places");
    keeper.fill(world, trader, place)
}

/// Who fills.
#[track_caller]
fn keeper(world: &mut World) -> Actor {
    let keeper = Actor::named("keeper");
    if world.raw(&keeper.account()).is_none() {
        world.keeper("keeper");
    }
    keeper
}

/// What filled, for a fill that succeeds.
#[track_caller]
fn filled(sent: Sent) -> OrderFilled {
    sent.ok().event()
}

/// Named accounts of `fill_order`.
const FILL_NAMED: usize = 5;

/// `fill_order` of an order in BTC with any accounts behind the named ones.
fn fill_with(world: &World, trader: &Actor, filler: &Actor, rest: &[Pubkey]) -> Instruction {
    let accounts = whittle::accounts::FillOrder {
        exchange: address::exchange(),
        account: trader.account(),
        filler_account: filler.account(),
        market: address::market(BTC),
        oracle: world.feed(BTC).address,
    };
    let mut metas = accounts.to_account_metas(None);
    assert_eq!(metas.len(), FILL_NAMED);
    metas.extend(
        rest.iter()
            .map(|key| AccountMeta::new_readonly(*key, false)),
    );
    Instruction {
        program_id: whittle::ID,
        accounts: metas,
        data: whittle::instruction::FillOrder { place: 0 }.data(),
    }
}
