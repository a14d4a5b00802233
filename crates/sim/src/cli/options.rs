//! Options that all commands share.

use anyhow::{bail, ensure, Context, Result};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use whittle_migrations::describe::Description;
use whittle_sim::impact::Impact;
use whittle_sim::keeper::KeeperTerms;
use whittle_sim::path::Grid;
use whittle_sim::runner::Plan;
use whittle_sim::source::Sources;
use whittle_sim::trader::TraderTerms;
use whittle_sim::world::{Roles, WorldTerms};

const EXAMPLE: &str = include_str!("../../../../migrations/examples/exchange.toml");

/// Prices, exchange, traders, keepers.
#[derive(Args, Debug)]
pub struct Shared {
    /// Prices of a market's asset: a CSV file of candles (timestamp,open,high,low,close), or a generator
    /// such as `gbm:days=90,sigma=80%,price=20000`; with scenarios behind it such as
    /// `+crash:day=30,minutes=45,fall=25%`. NAME=... names the asset. Once for each market, in the order
    /// of the described exchange.
    #[arg(long, required = true, value_name = "[NAME=]SOURCE")]
    pub prices: Vec<String>,
    /// Prices of a token of the exchange, by its name there, that traders may deposit: SOL=sol.csv,
    /// USDT=stable:+depeg:day=5,to=0.9,hours=6.
    #[arg(long, value_name = "NAME=SOURCE")]
    pub token: Vec<String>,
    /// A described exchange, as whittle-migrate takes it; the example of the project without.
    #[arg(long, value_name = "FILE")]
    pub exchange: Option<PathBuf>,
    /// Accounts at a time.
    #[arg(long, default_value_t = TraderTerms::default().accounts, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub accounts: u32,
    /// Seeds: traders and prices inside candles are drawn anew for each.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub seeds: u64,
    /// First seed; the others follow it.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Seconds between two steps.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub step: u32,
    /// How far prices stray from straight lines inside candles, 0 to 1. At 0.85 steps of a minute vary
    /// together as much as the ranges of hourly candles tell.
    #[arg(long, default_value_t = 0.85)]
    pub roughness: f64,
    /// Threads; 0 for as many as there are processors. Figures do not depend on it.
    #[arg(long, default_value_t = 0)]
    pub threads: usize,

    /// Median margin of a life, USD.
    #[arg(long, default_value_t = TraderTerms::default().margin_median, help_heading = "Traders")]
    pub margin: f64,
    /// Median leverage.
    #[arg(long, default_value_t = TraderTerms::default().leverage_median, help_heading = "Traders")]
    pub leverage: f64,
    /// Share of longs.
    #[arg(long, default_value_t = TraderTerms::default().longs, help_heading = "Traders")]
    pub longs: f64,
    /// Mean days that a life lasts.
    #[arg(long, default_value_t = TraderTerms::default().stay_days, help_heading = "Traders")]
    pub stay_days: f64,
    /// Share that adds margin when called.
    #[arg(long, default_value_t = TraderTerms::default().adds, help_heading = "Traders")]
    pub adds: f64,
    /// Share that closes when called.
    #[arg(long, default_value_t = TraderTerms::default().closes, help_heading = "Traders")]
    pub closes: f64,
    /// Share that has a recovery plan.
    #[arg(long, default_value_t = TraderTerms::default().plans, help_heading = "Traders")]
    pub plans: f64,

    /// Share that takes out excess collateral once a day.
    #[arg(long, default_value_t = TraderTerms::default().sweeps, help_heading = "Traders")]
    pub sweeps: f64,

    /// Seconds from a price to a keeper's transaction.
    #[arg(long, default_value_t = KeeperTerms::default().latency_secs, help_heading = "Keepers and chain")]
    pub latency: u32,
    /// Transactions a second that a quiet chain takes from keepers.
    #[arg(long, default_value_t = KeeperTerms::default().capacity, help_heading = "Keepers and chain")]
    pub capacity: f64,
    /// How much slower the chain is for each percent that the market moved in five minutes.
    #[arg(long, default_value_t = KeeperTerms::default().congestion, help_heading = "Keepers and chain")]
    pub congestion: f64,
    /// Least profit of a liquidation, USD.
    #[arg(long, default_value_t = KeeperTerms::default().min_profit, help_heading = "Keepers and chain")]
    pub min_profit: f64,

    /// What liquidity providers have paid in, USD.
    #[arg(long, default_value_t = WorldTerms::default().pool, help_heading = "Pool and market")]
    pub pool: f64,
    /// What the insurance fund begins with, USD.
    #[arg(long, default_value_t = WorldTerms::default().insurance, help_heading = "Pool and market")]
    pub insurance: f64,
    /// Confidence of the oracle, as a share of the price.
    #[arg(long, default_value_t = WorldTerms::default().confidence, help_heading = "Pool and market")]
    pub confidence: f64,
    /// The guardian pauses liquidations from a day on for so many hours, as in 30:2.
    #[arg(long, value_name = "DAY:HOURS", help_heading = "Pool and market")]
    pub pause: Option<String>,
    /// How the outside market answers to closes.
    #[arg(long, value_enum, default_value_t = Law::SquareRoot, help_heading = "Pool and market")]
    pub impact: Law,
    /// Notional traded in a day outside, USD, for the square root law.
    #[arg(long, default_value_t = 1e9, help_heading = "Pool and market")]
    pub volume: f64,
    /// Standard deviation of a day's move, for the square root law.
    #[arg(long, default_value_t = 0.04, help_heading = "Pool and market")]
    pub volatility: f64,
    /// Notional that moves the outside price by 1 %, USD, for the linear law.
    #[arg(long, default_value_t = 1e7, help_heading = "Pool and market")]
    pub depth: f64,
    /// Share of the impact by which the oracle's price moves too: 0 for none, 1 for all. With it each
    /// policy makes prices of its own.
    #[arg(long, default_value_t = 0.0, help_heading = "Pool and market")]
    pub feedback: f64,
}

/// A law of market impact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Law {
    /// Closes move nothing.
    None,
    /// In proportion to notional.
    Linear,
    /// With the square root of notional.
    SquareRoot,
}

impl Shared {
    fn terms(&self) -> Result<WorldTerms> {
        let shares = [
            ("--longs", self.longs),
            ("--adds", self.adds),
            ("--closes", self.closes),
            ("--plans", self.plans),
            ("--sweeps", self.sweeps),
            ("--feedback", self.feedback),
            ("--confidence", self.confidence),
        ];
        for (name, share) in shares {
            ensure!(
                (0.0..=1.0).contains(&share),
                "{name} is {share}: give a share from 0 to 1"
            );
        }
        let sum = self.adds + self.closes + self.plans;
        ensure!(
            sum <= 1.0,
            "--adds, --closes and --plans sum to {sum}: together they are at most 1, the rest does nothing"
        );
        let amounts = [
            ("--margin", self.margin),
            ("--leverage", self.leverage),
            ("--stay-days", self.stay_days),
            ("--capacity", self.capacity),
            ("--pool", self.pool),
            ("--volume", self.volume),
            ("--volatility", self.volatility),
            ("--depth", self.depth),
        ];
        for (name, amount) in amounts {
            ensure!(
                amount > 0.0 && amount <= 1e12,
                "{name} is {amount}: give a number over 0, at most 10^12"
            );
        }
        for (name, amount) in [
            ("--congestion", self.congestion),
            ("--min-profit", self.min_profit),
            ("--insurance", self.insurance),
        ] {
            ensure!(
                (0.0..=1e12).contains(&amount),
                "{name} is {amount}: give a number from 0 to 10^12"
            );
        }
        let pause = self.pause.as_deref().map(pause).transpose()?;
        let defaults = WorldTerms::default();
        Ok(WorldTerms {
            traders: TraderTerms {
                accounts: self.accounts,
                margin_median: self.margin,
                leverage_median: self.leverage,
                longs: self.longs,
                stay_days: self.stay_days,
                adds: self.adds,
                closes: self.closes,
                plans: self.plans,
                sweeps: self.sweeps,
                ..defaults.traders
            },
            keepers: KeeperTerms {
                latency_secs: self.latency,
                capacity: self.capacity,
                congestion: self.congestion,
                min_profit: self.min_profit,
                ..defaults.keepers
            },
            confidence: self.confidence,
            pool: self.pool,
            insurance: self.insurance,
            impact: match self.impact {
                Law::None => Impact::None,
                Law::Linear => Impact::Linear {
                    depth_usd: self.depth,
                },
                Law::SquareRoot => Impact::SquareRoot {
                    daily_volume_usd: self.volume,
                    daily_volatility: self.volatility,
                    y: 1.0,
                },
            },
            feedback: self.feedback,
            pause,
            ..defaults
        })
    }

    /// The described exchange, its text, and what to call it.
    pub fn described(&self) -> Result<(Description, String, String)> {
        let (text, name) = match &self.exchange {
            None => (EXAMPLE.to_owned(), "the project's example".to_owned()),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the exchange {}", path.display()))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (text, name.into_owned())
            }
        };
        match Description::parse(&text) {
            Ok(described) => Ok((described, text, name)),
            Err(problems) => bail!("the described exchange {name} is not right:\n{problems}"),
        }
    }

    /// Everything that runs need.
    pub fn plan<'a>(
        &self,
        described: &'a Description,
        exchange: String,
        sources: &'a mut Sources,
    ) -> Result<Plan<'a>> {
        let terms = self.terms()?;
        for text in &self.prices {
            sources.add(text)?;
        }
        let markets = (0..sources.len()).collect();
        let mut banks = vec![None; described.banks.len()];
        for text in &self.token {
            let (name, _) = text.split_once('=').with_context(|| {
                format!("--token {text:?} has no name: write it as SOL=FILE or USDT=stable:")
            })?;
            let known = described.banks.iter().position(|bank| bank.name == name);
            let Some(number) = known.filter(|number| *number > 0) else {
                let names: Vec<&str> = described
                    .banks
                    .iter()
                    .skip(1)
                    .map(|bank| bank.name.as_str())
                    .collect();
                bail!(
                    "--token {name}: the exchange has the tokens {}",
                    names.join(", ")
                );
            };
            banks[number] = Some(sources.len());
            sources.add(text)?;
        }
        Ok(Plan {
            described,
            exchange,
            sources,
            roles: Roles { markets, banks },
            terms,
            grid: Grid {
                step_secs: self.step,
                seed: self.seed,
                roughness: self.roughness,
            },
            seeds: (self.seed..self.seed.saturating_add(self.seeds)).collect(),
        })
    }
}

/// Reads `30:2`: from day 30 for two hours.
fn pause(text: &str) -> Result<[f64; 2]> {
    let parts = text
        .split_once(':')
        .map(|(day, hours)| (day.parse(), hours.parse()));
    match parts {
        Some((Ok(day), Ok(hours))) if day >= 0.0 && hours > 0.0 && hours <= 24.0 => {
            Ok([day, hours])
        }
        _ => bail!("--pause {text:?}: write the day and the hours, at most 24, as in 30:2"),
    }
}

/// A bar on the terminal, and nothing where there is none.
pub fn bar(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    let style =
        ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} gone, {eta} to go");
    // The template is a constant; the default style stays should it ever be wrong.
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}
