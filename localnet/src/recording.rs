//! Recorded prices, and what the other markets make of them.

use std::fs;
use std::path::Path as File;

use anyhow::{anyhow, Context, Result};
use whittle_client::local::path::Path;
use whittle_client::local::prices::{self, Candle, DOLLAR, HOUR};

const RECORDED: &str = include_str!("../../data/btc-usd-hourly-2017-12-22.csv");
/// Hours of the recorded week before noon of the 21st: the fall begins soon, and the low is 26 hours
/// and two thirds on.
pub const QUIET_HOURS: usize = 60;

/// A market whose price follows the recorded one.
struct Follower {
    symbol: &'static str,
    /// At the beginning, in 10^-8 dollars.
    start: u64,
    /// How its logarithm moves with the recorded one's.
    beta: f64,
}

const FOLLOWERS: [Follower; 2] = [
    Follower {
        symbol: "ETH-PERP",
        start: 700 * DOLLAR,
        beta: 1.15,
    },
    Follower {
        symbol: "SOL-PERP",
        start: 150 * DOLLAR,
        beta: 1.3,
    },
];

/// What a person must know of these prices.
pub const NOTE: &str = "\
BTC is recorded hour by hour; within an hour it walks straight lines. ETH and SOL are not recorded:
they follow BTC, moving 1.15 and 1.3 times as much, from a price that was chosen.";

/// A price path for every market.
#[derive(Clone, Debug)]
pub struct Recording {
    path: Path,
    /// The first second, of the recording.
    pub start: i64,
    /// The last one.
    pub end: i64,
}

impl Recording {
    /// The week of 22 December 2017, which falls by 40 % in a day.
    pub fn week() -> Result<Self> {
        Self::new(&prices::parse(RECORDED)?, QUIET_HOURS)
    }

    /// Hourly prices from a file, see `cargo xtask demo --help`.
    pub fn read(file: &File) -> Result<Self> {
        let shown = file.display();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
        let candles = prices::parse(&text).map_err(|error| anyhow!("{shown}: {error}"))?;
        Self::new(&candles, 0)
    }

    fn new(candles: &[Candle], skip: usize) -> Result<Self> {
        let candles = candles.get(skip..).unwrap_or_default();
        let first = candles.first().context("no prices")?;
        let last = candles.last().context("no prices")?;
        Ok(Self {
            path: Path::new(candles),
            start: first.start,
            end: last.start.saturating_add(HOUR),
        })
    }

    /// The prices at a time of the recording, in 10^-8 dollars, for markets with these symbols. A market
    /// that is neither recorded nor a follower has the recorded price.
    pub fn prices(&self, at: i64, symbols: &[String]) -> Vec<u64> {
        let recorded = self.path.price(at);
        let ratio = recorded as f64 / self.path.price(self.start).max(1) as f64;
        let price = |symbol: &String| {
            let follower = FOLLOWERS.iter().find(|it| it.symbol == symbol);
            follower.map_or(recorded, |it| {
                (it.start as f64 * ratio.powf(it.beta)).max(1.0) as u64
            })
        };
        symbols.iter().map(price).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_markets_fall_with_the_recorded_one_and_farther() {
        let week = Recording::week().unwrap();
        let symbols = ["BTC-PERP", "ETH-PERP", "SOL-PERP"].map(ToOwned::to_owned);
        let first = week.prices(week.start, &symbols);
        let dollars = [1_675_364, 70_000, 15_000].map(|cents| cents * DOLLAR / 100);
        assert_eq!(first, dollars);
        let low = week.prices(week.start + 26 * HOUR + 2 * HOUR / 3, &symbols);
        let left: Vec<u64> = low
            .iter()
            .zip(&first)
            .map(|(low, first)| low * 100 / first)
            .collect();
        assert_eq!(left, [62, 57, 53]);
    }
}
