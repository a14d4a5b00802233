//! Generated prices of several assets; `model` has the formulas of each.
//!
//! **Assets together** (one factor, as in W. Sharpe 1963, "A simplified model for portfolio analysis",
//! Management Science 9(2), 277-293): the Z of an asset is c M + sqrt(1 - c^2) Z'', where all assets have
//! the same M and c is the asset's `common`. Result: the shocks of two assets correlate with the product
//! of their c. Jumps and the variance's own shocks are each asset's alone.

use super::draw::{Draw, For};
use super::model::{Model, YEAR};
use super::scenario::{Scenario, ScenarioError};
use super::time::DAY;
use super::{AssetPath, Grid, Paths, MOST_STEPS};
use std::fmt;

/// Prices outside of these are no price that the program can hold.
const PRICES: core::ops::RangeInclusive<f64> = 1e-9..=1e12;

/// A generated asset. Its text form is read by [`str::parse`]: see [`super::text`].
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    /// How prices move.
    pub model: Model,
    /// How long.
    pub days: f64,
    /// First price, USD; a stablecoin's peg.
    pub price: f64,
    /// Correlation of its shocks with the factor that all assets share, -1 to 1.
    pub common: f64,
    /// What happens to it, in this order.
    pub scenarios: Vec<Scenario>,
}

/// Why prices were not generated.
#[derive(Clone, Debug, PartialEq)]
pub enum GenerateError {
    /// No asset.
    NoAsset,
    /// A step of no time.
    NoStep,
    /// Two assets of different length.
    Days {
        /// Both names.
        names: [String; 2],
        /// Their days.
        days: [f64; 2],
    },
    /// More steps than are held at once, or not even one.
    Length {
        /// Days.
        days: f64,
        /// Seconds of a step.
        step_secs: u32,
    },
    /// A Heston variance that returns within less than a step.
    Coarse {
        /// The asset.
        name: String,
        /// Its kappa.
        kappa: f64,
        /// Seconds of a step.
        step_secs: u32,
    },
    /// A price left what a price can be.
    Price {
        /// The asset.
        name: String,
        /// When, days after the start.
        day: f64,
        /// The price there.
        price: f64,
    },
    /// A scenario does not fit.
    Scenario(ScenarioError),
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAsset => write!(f, "no asset to generate; give at least one"),
            Self::NoStep => write!(f, "a step of 0 s; take at least 1 s"),
            Self::Days {
                names: [one, other],
                days: [first, second],
            } => write!(
                f,
                "{one} has {first} days and {other} {second}; give all assets the same `days`"
            ),
            Self::Length { days, step_secs } => write!(
                f,
                "{days} days in steps of {step_secs} s are none or more than {MOST_STEPS}; take other days or another step"
            ),
            Self::Coarse {
                name,
                kappa,
                step_secs,
            } => write!(
                f,
                "{name} has a kappa of {kappa}, too fast for steps of {step_secs} s; take at most {:.0}, or a shorter step",
                YEAR / f64::from(*step_secs)
            ),
            Self::Price { name, day, price } => write!(
                f,
                "the price of {name} is {price:e} on day {day:.3}, outside {:e} to {:e}; take less volatility, drift or jumps, or another seed",
                PRICES.start(),
                PRICES.end()
            ),
            Self::Scenario(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for GenerateError {}

impl From<ScenarioError> for GenerateError {
    fn from(error: ScenarioError) -> Self {
        Self::Scenario(error)
    }
}

impl Paths {
    /// Generates assets, from `start` (Unix seconds) to the end of their last day. An asset's prices
    /// depend on its generator, its place and the grid, not on the other assets.
    pub fn generate(
        assets: &[(String, Generator)],
        start: i64,
        grid: &Grid,
    ) -> Result<Self, GenerateError> {
        let (first, model) = assets.first().ok_or(GenerateError::NoAsset)?;
        let days = model.days;
        if let Some((name, other)) = assets.iter().find(|(_, other)| other.days != days) {
            return Err(GenerateError::Days {
                names: [first.clone(), name.clone()],
                days: [days, other.days],
            });
        }
        let step_secs = grid.step_secs;
        if step_secs == 0 {
            return Err(GenerateError::NoStep);
        }
        let steps = (days * DAY as f64 / f64::from(step_secs) + 0.5) as usize;
        if !(1..MOST_STEPS).contains(&steps) {
            return Err(GenerateError::Length { days, step_secs });
        }
        let paths: Result<Vec<_>, _> = assets
            .iter()
            .enumerate()
            .map(|(place, (name, generator))| generator.path(name, place, steps, grid))
            .collect();
        Ok(Self {
            start,
            step_secs,
            assets: paths?,
        })
    }
}

fn check(path: &AssetPath, step_secs: u32) -> Result<(), GenerateError> {
    let wrong = path.prices.iter().position(|price| !PRICES.contains(price));
    wrong.map_or(Ok(()), |step| {
        Err(GenerateError::Price {
            name: path.name.clone(),
            day: step as f64 * f64::from(step_secs) / DAY as f64,
            price: path.prices[step],
        })
    })
}

impl Generator {
    fn path(
        &self,
        name: &str,
        place: usize,
        steps: usize,
        grid: &Grid,
    ) -> Result<AssetPath, GenerateError> {
        let step_secs = grid.step_secs;
        match self.model {
            // Beyond this Euler's step overshoots theta, and further each time from twice it on.
            Model::Heston { kappa, .. } if kappa * f64::from(step_secs) > YEAR => {
                let name = name.to_owned();
                return Err(GenerateError::Coarse {
                    name,
                    kappa,
                    step_secs,
                });
            }
            _ => {}
        }
        let mut path = AssetPath {
            name: name.to_owned(),
            prices: self.prices(place, steps, grid),
            silent: Vec::new(),
        };
        for scenario in &self.scenarios {
            scenario.lay_over(&mut path, step_secs)?;
        }
        check(&path, step_secs).map(|()| path)
    }

    /// The price at the start and after each of `steps`.
    fn prices(&self, place: usize, steps: usize, grid: &Grid) -> Vec<f64> {
        let mut motion = self.model.motion(grid, place);
        let mut own = Draw::new(grid.seed, For::Own, place, 0);
        let mut shared = Draw::new(grid.seed, For::Common, 0, 0);
        let rest = (1.0 - self.common * self.common).max(0.0).sqrt();
        let mut log = 0.0;
        let mut prices = Vec::with_capacity(steps + 1);
        prices.push(self.price);
        for _ in 0..steps {
            let shock = self.common * shared.normal() + rest * own.normal();
            log = motion.step(log, shock);
            prices.push(self.price * libm::exp(log));
        }
        prices
    }
}
