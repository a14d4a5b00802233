//! Compute units of every instruction, in situations that are the same in every run. Printed by
//! `lab cu`; the tests assert ceilings on the same figures.

mod governance;
mod liquidation;
mod recovery;
mod trading;
mod waterfall;
mod wind_down;

pub use liquidation::{liquidation, update, Depth};
pub use recovery::recovery;

use whittle_risk::MAX_LEGS;

use crate::actor::Actor;
use crate::outcome::Done;
use crate::spec::{MarketSpec, USDC};
use crate::world::World;

/// One figure.
#[derive(Clone, Debug)]
pub struct Cost {
    /// The instruction, perhaps with its outcome; after a slash, for how many legs, markets or
    /// banks, or in which case.
    pub name: String,
    /// Compute units of the program, calls to the token program included.
    pub units: u64,
    /// What the transaction logged.
    pub logs: Vec<String>,
}

const SYMBOLS: [&str; MAX_LEGS] = ["BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ADA", "AVAX"];
/// Lots of 4 dollars: 100,000 dollars.
const LOTS: i64 = 25_000;
/// What an account deposits for each such position: initial margin is 5,000 dollars.
const CASH: u64 = 5_300 * USDC;

/// An exchange with so many markets, all at 40,000 dollars for 10^4 lots.
fn world(markets: usize) -> World {
    let specs = SYMBOLS[..markets].iter().map(|symbol| MarketSpec {
        symbol,
        ..MarketSpec::default()
    });
    World::with_markets(&specs.collect::<Vec<_>>())
}

/// A trader with a position in each market, long and short by turns, the first `largest` times as
/// large as the others, and another trader who is on the other side with half as much.
fn crowd(world: &mut World, largest: i64) -> Actor {
    let markets = world.all_markets();
    let count = u64::try_from(markets.len()).expect("few markets") + largest.unsigned_abs() - 1;
    let trader = world.trader("trader", CASH * count);
    let other = world.trader("other", CASH * count);
    for market in markets {
        let lots = sign(market) * LOTS * if market == 0 { largest } else { 1 };
        world.trade(&other, market, -lots / 2);
        world.trade(&trader, market, lots);
    }
    trader
}

fn sign(market: u16) -> i64 {
    if market.is_multiple_of(2) {
        1
    } else {
        -1
    }
}

/// Every price moves against the trader by so many basis points.
fn crash(world: &mut World, bps: i64) {
    world.pass(1);
    for market in world.all_markets() {
        let price = 40_000 * (10_000 - sign(market) * bps) / 10_000;
        world.publish(market, price.to_string().as_str());
    }
    let all = world.all_markets();
    world.update(&all).ok();
}

fn refresh(world: &mut World) {
    for market in world.all_markets() {
        world.republish(market);
    }
    let all = world.all_markets();
    world.update(&all).ok();
}

fn cost(name: &str, done: &Done) -> Cost {
    Cost {
        name: name.to_owned(),
        units: done.cu(),
        logs: done.logs.clone(),
    }
}

/// Everything.
#[must_use]
pub fn all() -> Vec<Cost> {
    let topics = [
        liquidation::liquidations,
        governance::setup,
        governance::governance,
        trading::liquidity,
        trading::trading,
        recovery::recovery,
        wind_down::wind_down,
        waterfall::waterfall,
    ];
    topics.iter().flat_map(|topic| topic()).collect()
}
