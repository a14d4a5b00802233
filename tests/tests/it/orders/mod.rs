//! Orders: placed, waiting, filled, and what a fill may leave.

mod accounts;
mod attack;
mod escrow;
mod kills;
mod limits;
mod margin;
mod oracle;
mod placing;
mod pricing;
mod reducing;
mod settlement;
mod stops;
mod timing;

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use whittle::error::WhittleError;
use whittle::event::{OrderFilled, OrderKilled};
use whittle::state::Market;
use whittle_client::{address, instruction};
use whittle_tests::{assert_only_changed, Actor, MarketSpec, Quote, Sent, World};

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
    let place = first_place(world, trader);
    keeper(world).fill(world, trader, place)
}

/// The first place with an order in it.
#[track_caller]
fn first_place(world: &World, trader: &Actor) -> u8 {
    let orders = world.account_of(trader).orders;
    let place = orders.iter().position(|order| order.lots != 0);
    u8::try_from(place.expect("an order")).expect("few places")
}

/// Places an order at any price, which this price kills.
#[track_caller]
fn trade_killed(
    world: &mut World,
    trader: &Actor,
    market: u16,
    lots: i64,
    usd: &str,
    reason: WhittleError,
) {
    trader.place(world, market, lots).ok();
    killed_at(world, trader, market, usd, reason);
}

/// This price kills the order in the first place in use.
#[track_caller]
fn killed_at(world: &mut World, trader: &Actor, market: u16, usd: &str, reason: WhittleError) {
    come_due(world, market, usd);
    let place = first_place(world, trader);
    killed(world, trader, place, reason);
}

/// The order in this place is killed for this reason by what its market's oracle shows.
#[track_caller]
fn killed(world: &mut World, trader: &Actor, place: u8, reason: WhittleError) {
    let keeper = keeper(world);
    let mirror = world.mirror();
    let (account, market) = {
        let account = world.account_of(trader);
        let market = account.orders[usize::from(place)].market;
        (account, market)
    };
    let oracle = world.feed(market).address;
    let held = trader.held(&account);
    let fill = instruction::fill_order(&mirror, held, keeper.account(), oracle, place);
    killed_by(
        world,
        trader,
        &keeper,
        place,
        fill.expect("known markets"),
        reason,
    );
}

/// INV-KILL: this fill ends the order for this reason and changes nothing else, but for the price
/// and the funding of the market where they were not of this moment; who showed the update gets what
/// was set aside; and nobody can fill the order any more.
#[track_caller]
fn killed_by(
    world: &mut World,
    trader: &Actor,
    filler: &Actor,
    place: u8,
    fill: Instruction,
    reason: WhittleError,
) {
    let (before, mut expected) = (world.picture(), world.account_of(trader));
    let order = std::mem::take(&mut expected.orders[usize::from(place)]);
    let was = world.market(order.market);
    let mut paid = world.account_of(filler);
    // Interest is counted up to now in both, which without an overdraft only moves the index.
    for account in [&mut expected, &mut paid] {
        let exchange = *world.mirror().exchange().expect("an exchange");
        let counted = account.count_interest(&exchange, world.now());
        counted.expect("in range");
    }
    let event: OrderKilled = world.send(std::slice::from_ref(&fill), &[]).ok().event();
    assert_eq!(
        event,
        OrderKilled {
            account: trader.account(),
            filler: filler.account(),
            market: order.market,
            place,
            lots: order.lots,
            reason: reason.into(),
            reward_usd_atoms: order.escrow().0,
        },
        "instead of {reason:?}"
    );
    let market = address::market(order.market);
    assert_only_changed!(
        before,
        world.picture(),
        [trader.account(), filler.account(), market]
    );
    let same_account =
        bytemuck::bytes_of(&world.account_of(trader)) == bytemuck::bytes_of(&expected);
    assert!(same_account, "more than the order changed");
    paid.cash_usd_atoms += order.escrow().0;
    let same_filler = bytemuck::bytes_of(&world.account_of(filler)) == bytemuck::bytes_of(&paid);
    assert!(same_filler, "the filler got {}", order.escrow().0);
    let is = world.market(order.market);
    let same_market = bytemuck::bytes_of(&is) == bytemuck::bytes_of(&updated(&was, &is));
    assert!(same_market, "more than price and funding changed");
    world.send(&[fill], &[]).refused(WhittleError::NoOrder);
}

/// `was` with what an update of `is` brings: the price and what is kept of it, and funding up to now.
fn updated(was: &Market, is: &Market) -> Market {
    Market {
        price: is.price,
        estimate: is.estimate,
        spread_q32: is.spread_q32,
        funding_index_q32: is.funding_index_q32,
        funded_at: is.funded_at,
        funding_unsettled_usd_atoms: is.funding_unsettled_usd_atoms,
        ..*was
    }
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
const FILL_NAMED: usize = 6;

/// `fill_order` of an order in BTC with any accounts behind the named ones.
fn fill_with(world: &World, trader: &Actor, filler: &Actor, rest: &[Pubkey]) -> Instruction {
    let accounts = whittle::accounts::FillOrder {
        exchange: address::exchange(),
        account: trader.account(),
        filler_account: filler.account(),
        market: address::market(BTC),
        oracle: world.feed(BTC).address,
        insurance_fund: address::insurance(),
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
