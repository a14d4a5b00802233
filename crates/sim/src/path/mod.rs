//! Prices over time: read from files or generated, on one grid for all assets.

mod align;
mod beat;
mod candles;
mod draw;
mod generate;
mod grid;
mod model;
mod problem;
mod scenario;
mod setting;
pub mod text;
mod time;

#[cfg(test)]
mod tests;

pub use align::AlignError;
pub use candles::{parse_candles, read_candles, Candle, CandleFile, Gap};
pub use generate::{GenerateError, Generator};
pub use model::Model;
pub use problem::{CandleError, Fault, PriceFault, Problem, ShapeFault, TimeFault, MOST_PROBLEMS};
pub use scenario::{Recovery, Scenario, ScenarioError};
pub use setting::SpecError;
pub use text::{parse_scenarios, split_scenarios};

/// Most steps of one asset that are held: 512 MiB of prices, 127 years of minutes.
pub const MOST_STEPS: usize = 1 << 26;

/// How prices are put on equal steps of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Seconds between two steps.
    pub step_secs: u32,
    /// All that is drawn comes from it: the same seed gives the same prices on every machine.
    pub seed: u64,
    /// How far prices stray from straight lines inside a candle, 0 to 1: 0 not at all, 1 as the candle's
    /// range tells of its volatility.
    pub roughness: f64,
}

impl Grid {
    /// Steps of a minute, as rough as candles tell.
    pub const fn of(seed: u64) -> Self {
        Self {
            step_secs: 60,
            seed,
            roughness: 1.0,
        }
    }
}

/// Prices of several assets at equal steps of time.
#[derive(Clone, Debug)]
pub struct Paths {
    /// Time of the first step, Unix seconds.
    pub start: i64,
    /// Seconds between two steps.
    pub step_secs: u32,
    /// One entry for each asset, in the order in which they were asked for; all of one length.
    pub assets: Vec<AssetPath>,
}

/// One asset's prices.
#[derive(Clone, Debug)]
pub struct AssetPath {
    /// What reports call it, for example "BTC".
    pub name: String,
    /// USD for one unit at each step; positive and finite. Where the oracle is silent it is the price
    /// of the market all the same.
    pub prices: Vec<f64>,
    /// Steps in which no price is published, as half-open ranges of indices, sorted and apart.
    pub silent: Vec<core::ops::Range<usize>>,
}

impl Paths {
    /// Steps there are.
    pub fn len(&self) -> usize {
        self.assets.first().map_or(0, |asset| asset.prices.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Time of a step, Unix seconds.
    pub fn time(&self, step: usize) -> i64 {
        let secs =
            i64::from(self.step_secs).saturating_mul(i64::try_from(step).unwrap_or(i64::MAX));
        self.start.saturating_add(secs)
    }
}

impl AssetPath {
    /// The price `secs` after a step, on the straight line to the next one; the last step's goes on.
    pub fn between(&self, step: usize, secs: u32, step_secs: u32) -> f64 {
        let last = self.prices.len().saturating_sub(1);
        let (from, to) = (step.min(last), (step + 1).min(last));
        let (from, to) = (self.prices[from], self.prices[to]);
        from + (to - from) * f64::from(secs) / f64::from(step_secs.max(1))
    }

    /// Whether no price is published in this step.
    pub fn is_silent(&self, step: usize) -> bool {
        let after = self.silent.partition_point(|range| range.end <= step);
        self.silent
            .get(after)
            .is_some_and(|range| range.start <= step)
    }
}
