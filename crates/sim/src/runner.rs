//! Runs every policy on every seed, on as many threads as there are. The result does not depend on how
//! many.

use crate::compare::{Comparison, PolicyRuns, Run, Setup};
use crate::path::{Grid, Paths};
use crate::policy::{self, Policy};
use crate::source::Sources;
use crate::trader::Cast;
use crate::world::{self, Roles, Stage, WorldTerms};
use anyhow::{ensure, Context, Result};
use rayon::prelude::*;
use whittle_migrations::describe::Description;

/// A policy as it is compared.
pub struct Contender {
    /// What reports call it.
    pub name: String,
    /// The policy.
    pub policy: Box<dyn Policy>,
    /// Whether owners' recovery plans are carried out.
    pub has_plans: bool,
}

impl Contender {
    /// Ours without recovery plans, which no other venue has, then the others in the order of the design,
    /// then ours with plans.
    pub fn all() -> Vec<Self> {
        let others = policy::all();
        let plain = others.into_iter().map(|policy| Self {
            name: policy.name().to_owned(),
            policy,
            has_plans: false,
        });
        let mut all: Vec<Self> = plain.collect();
        let ours: Box<dyn Policy> = Box::new(policy::JustEnough);
        all.push(Self {
            name: format!("{} + plans", ours.name()),
            policy: ours,
            has_plans: true,
        });
        all
    }

    fn source(&self) -> String {
        let source = self.policy.source();
        if self.has_plans {
            return format!("{source}; and owners' recovery plans are carried out");
        }
        source.to_owned()
    }
}

/// What is compared.
pub struct Plan<'a> {
    /// The described exchange.
    pub described: &'a Description,
    /// What it is called in reports.
    pub exchange: String,
    /// Prices of the markets, then of tokens.
    pub sources: &'a Sources,
    /// Which of them is whose.
    pub roles: Roles,
    /// Traders, keepers and the rest.
    pub terms: WorldTerms,
    /// The grid; its seed is replaced.
    pub grid: Grid,
    /// One run of each policy for each.
    pub seeds: Vec<u64>,
}

impl Plan<'_> {
    /// Steps of all runs together, for a progress bar.
    ///
    /// Errors: as [`Plan::run`].
    pub fn steps(&self, contenders: usize) -> Result<u64> {
        let first = self.seeds.first().context("no seed")?;
        let paths = self.paths(*first)?;
        Ok(paths.len() as u64 * contenders as u64 * self.seeds.len() as u64)
    }

    /// Prices of a seed.
    ///
    /// Errors: prices that do not fit together.
    pub fn paths(&self, seed: u64) -> Result<Paths> {
        self.sources.paths(&self.grid_of(seed))
    }

    /// Traders of a seed.
    pub fn cast(&self, paths: &Paths, seed: u64) -> Cast {
        let markets = self.roles.markets.len();
        Cast::draw(&self.terms.traders, paths, markets, &self.tokens(), seed)
    }

    fn grid_of(&self, seed: u64) -> Grid {
        Grid { seed, ..self.grid }
    }

    /// Runs all of it. `progress` is told steps as they are done, from any thread.
    ///
    /// Errors: prices that do not fit together, terms that the program refuses, faults of the simulator.
    pub fn run(
        &self,
        contenders: &[Contender],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Comparison> {
        ensure!(!self.seeds.is_empty(), "no seed: take at least one");
        let mut policies: Vec<PolicyRuns> = contenders
            .iter()
            .map(|contender| PolicyRuns {
                name: contender.name.clone(),
                source: contender.source(),
                runs: Vec::with_capacity(self.seeds.len()),
            })
            .collect();
        let mut span = [0; 2];
        for (place, &seed) in self.seeds.iter().enumerate() {
            let paths = self.paths(seed)?;
            span = [paths.start, paths.time(paths.len().saturating_sub(1))];
            let cast = self.cast(&paths, seed);
            let runs: Result<Vec<Run>> = contenders
                .par_iter()
                .map(|contender| {
                    let stage = Stage {
                        described: self.described,
                        paths: &paths,
                        roles: &self.roles,
                        cast: &cast,
                        terms: &self.terms,
                        seed,
                        details: place == 0,
                        record: 0,
                    };
                    let policy = contender.policy.as_ref();
                    let (run, _) = world::play(stage, policy, contender.has_plans, progress)
                        .with_context(|| format!("{}, seed {seed}", contender.name))?;
                    Ok(run)
                })
                .collect();
            for (policy, run) in policies.iter_mut().zip(runs?) {
                policy.runs.push(run);
            }
        }
        Ok(Comparison {
            setup: self.setup(span),
            policies,
        })
    }

    /// Numbers of the tokens that traders may hold beside the quote token.
    fn tokens(&self) -> Vec<u8> {
        let priced = (0u8..).zip(&self.roles.banks).skip(1);
        priced
            .filter(|(_, path)| path.is_some())
            .map(|(number, _)| number)
            .collect()
    }

    fn setup(&self, span: [i64; 2]) -> Setup {
        Setup {
            prices: self.sources.told(),
            exchange: self.exchange.clone(),
            span,
            step_secs: self.grid.step_secs,
            assets: self.sources.names(),
            accounts: self.terms.traders.accounts,
            seeds: self.seeds.clone(),
            assumptions: self.assumptions(),
        }
    }

    /// Every assumption beside prices, exchange, accounts and seeds: name, and value in words.
    pub fn assumptions(&self) -> Vec<(String, String)> {
        let (terms, traders, keepers) = (&self.terms, &self.terms.traders, &self.terms.keepers);
        let percent = |share: f64| format!("{} %", (share * 1e6).round() / 1e4);
        let usd = |dollars: f64| format!("{dollars} USD");
        let told = |name: &str, value: String| (name.to_owned(), value);
        vec![
            told(
                "Margin of a life",
                format!(
                    "lognormal, median {}, deviation of the logarithm {}",
                    usd(traders.margin_median),
                    traders.margin_spread
                ),
            ),
            told(
                "Leverage",
                format!(
                    "lognormal, median {}, deviation {}, at most {}",
                    traders.leverage_median, traders.leverage_spread, traders.leverage_most
                ),
            ),
            told("Longs", percent(traders.longs)),
            told("Two positions, where there are two markets", percent(traders.second)),
            told(
                "A life and the pause after it",
                format!("exponential, mean {} and {} days", traders.stay_days, traders.pause_days),
            ),
            told(
                "When called",
                format!(
                    "{} add margin (at most {} of the first), {} close, {} have a recovery plan, the rest do nothing; after {} minutes on average",
                    percent(traders.adds),
                    percent(traders.adds_most),
                    percent(traders.closes),
                    percent(traders.plans),
                    traders.reacts_minutes
                ),
            ),
            told(
                "Margin partly in a token, where one is given",
                percent(traders.collateral),
            ),
            told(
                "Take out excess collateral once a day",
                percent(traders.sweeps),
            ),
            told(
                "Keepers",
                format!(
                    "act {} s after a price, every {} s while an account is under maintenance, for at least {} after {} a transaction; after {} s the exchange's own keeper acts for nothing",
                    keepers.latency_secs,
                    keepers.look_secs,
                    usd(keepers.min_profit),
                    usd(keepers.fee),
                    keepers.patience_secs
                ),
            ),
            told(
                "Chain",
                format!(
                    "{} transactions a second for keepers, divided by 1 + {} for each percent of the last five minutes' move; fees rise by the same factor",
                    keepers.capacity, keepers.congestion
                ),
            ),
            told("Confidence of the oracle", percent(terms.confidence)),
            told(
                "Roughness of prices inside candles",
                percent(self.grid.roughness),
            ),
            told("Pool and insurance fund at the start", format!("{} and {}", usd(terms.pool), usd(terms.insurance))),
            told("Market impact", terms.impact.to_string()),
            told(
                "Pause of liquidations",
                terms.pause.map_or("none".to_owned(), |[day, hours]| {
                    format!("from day {day} for {hours} hours (here only: others have none)")
                }),
            ),
            told(
                "Feedback of impact on the price",
                if terms.feedback == 0.0 {
                    "none".to_owned()
                } else {
                    format!(
                        "{} of it, half gone after {} s",
                        percent(terms.feedback),
                        terms.feedback_half_life
                    )
                },
            ),
        ]
    }
}
