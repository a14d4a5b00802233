//! Who may change what, when, and what cannot be stopped.

mod authority;
mod changes;
mod effects;
mod guards;
mod listing;
mod pauses;
mod ramp;
mod weights;

use whittle::error::WhittleError;
use whittle::event::OrderKilled;
use whittle::state::exchange::{Exchange, ExchangeParams};
use whittle::state::proposal::{BankTerms, Change};
use whittle::state::Bank;
use whittle_tests::{Actor, Sent, World};

const BTC: u16 = 0;
const ETH: u16 = 1;
const DAY: i64 = 86_400;

fn exchange_of(world: &World) -> Exchange {
    *world.mirror().exchange().expect("an exchange")
}

/// The rules with something else in them.
fn rules(world: &World, change: impl Fn(&mut ExchangeParams)) -> Change {
    let mut params = exchange_of(world).params;
    change(&mut params);
    Change::ExchangeParams { params }
}

/// A bank's terms as they stand.
fn terms(bank: &Bank) -> BankTerms {
    BankTerms {
        oracle: bank.oracle,
        haircut_weight_q32: bank.haircut_weight_q32,
        deposit_cap_atoms: bank.deposit_cap_atoms,
        conversion_discount_q32: bank.conversion_discount_q32,
        depeg: bank.depeg_params,
        issuer_group: bank.issuer_group,
    }
}

/// The opening fee of BTC in Q32.
fn open_fee(world: &World, open_fee_q32: u64) -> Change {
    let mut params = world.market(BTC).params;
    params.open_fee_q32 = open_fee_q32;
    Change::MarketParams {
        market: BTC,
        params,
    }
}

/// The order ended without a fill, for this reason.
#[track_caller]
pub(crate) fn killed(sent: Sent, reason: WhittleError) {
    let event: OrderKilled = sent.ok().event();
    assert_eq!(event.reason, u32::from(reason));
}

/// Fills the order in the first place two seconds later, at the same price.
#[track_caller]
fn fill(world: &mut World, trader: &Actor, market: u16) -> Sent {
    let filler = Actor::named("filler");
    if world.raw(&filler.account()).is_none() {
        world.keeper("filler");
    }
    world.pass(2);
    world.republish(market);
    world.update(&[market]).ok();
    filler.fill(world, trader, 0)
}

/// Places an order and tries to fill it.
#[track_caller]
fn try_trade(world: &mut World, trader: &Actor, market: u16, lots: i64) -> Sent {
    trader.place(world, market, lots).ok();
    fill(world, trader, market)
}
