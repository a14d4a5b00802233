//! Several policies on the same paths and the same traders, for several seeds.

use crate::measure::{Estimate, Measures};
use serde::Serialize;

/// What was compared on what: everything that is needed to do it again.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Setup {
    /// Where prices come from, in words: a file's name or a generator with its numbers.
    pub prices: String,
    /// The described exchange, in words: a file's name.
    pub exchange: String,
    /// First and last time, Unix seconds.
    pub span: [i64; 2],
    /// Seconds between steps.
    pub step_secs: u32,
    /// Names of the assets, markets first.
    pub assets: Vec<String>,
    /// Accounts at a time.
    pub accounts: u32,
    /// Seeds, in order.
    pub seeds: Vec<u64>,
    /// Every other assumption by name, with its value in words and units.
    pub assumptions: Vec<(String, String)>,
}

/// One day of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Day {
    /// Its end, Unix seconds.
    pub time: i64,
    /// Price of the first market's asset then, USD.
    pub price: f64,
    /// Notional that liquidations closed on that day, USD.
    pub notional: f64,
    /// What they cost traders beyond the market's move, USD.
    pub cost: f64,
    /// Value of the pool then, USD.
    pub pool: f64,
    /// Value of the insurance fund then, USD.
    pub insurance: f64,
    /// Bad debt of that day, USD.
    pub bad_debt: f64,
    /// Accounts with positions then.
    pub alive: u32,
}

/// How one life ended, for distributions: only lives that were liquidated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Fate {
    /// Liquidations that it had.
    pub liquidations: u32,
    /// Notional closed by them as a share of what it held before the first.
    pub closed_share: f64,
    /// What they cost as a share of the margin that it had before the first.
    pub cost_share: f64,
}

/// One policy under one seed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// Counts and sums.
    pub measures: Measures,
    /// Day by day; only of the first seed.
    pub days: Vec<Day>,
    /// Of the first seed, in the order of their ends.
    pub fates: Vec<Fate>,
}

/// One policy under all seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PolicyRuns {
    /// Its name.
    pub name: String,
    /// Formula and source.
    pub source: String,
    /// One run for each seed, in their order.
    pub runs: Vec<Run>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// What was compared.
    pub setup: Setup,
    /// The policies, ours first.
    pub policies: Vec<PolicyRuns>,
}

impl PolicyRuns {
    /// Mean and interval over the seeds of a figure that each run has.
    pub fn estimate(&self, figure: impl Fn(&Measures) -> f64) -> Estimate {
        let sample: Vec<f64> = self.runs.iter().map(|run| figure(&run.measures)).collect();
        Estimate::of(&sample)
    }

    /// Mean and interval of the difference from another policy, seed by seed: both saw the same traders
    /// and prices, so this is narrower than the difference of two means.
    pub fn difference(&self, other: &Self, figure: impl Fn(&Measures) -> f64) -> Estimate {
        let pairs = self.runs.iter().zip(&other.runs);
        let sample: Vec<f64> = pairs
            .map(|(own, other)| figure(&own.measures) - figure(&other.measures))
            .collect();
        Estimate::of(&sample)
    }
}
