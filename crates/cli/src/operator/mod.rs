//! For operators: bring an exchange to a cluster, look at it, change it, stop it.

mod bank;
mod change;
mod change_words;
mod drift;
mod list;
mod tighten;

pub use list::parameters;

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names;
use crate::options::Options;
use crate::session::Session;
use crate::show::Report;
use crate::submit;
use clap::Subcommand;
use serde_json::json;
use std::path::{Path, PathBuf};
use whittle_client::rpc::config;
use whittle_migrations::decimal::Decimal;
use whittle_migrations::{Migration, Plan, RpcChain, State};

/// Commands for operators.
#[derive(Subcommand)]
pub enum Command {
    /// The exchange: apply a description, show
    #[command(subcommand)]
    Exchange(ExchangeCommand),
    /// Markets: list, show
    #[command(subcommand)]
    Market(MarketCommand),
    /// Collateral tokens: list, show
    #[command(subcommand)]
    Bank(BankCommand),
    /// The insurance fund: show, seed
    #[command(subcommand)]
    Insurance(InsuranceCommand),
    /// Changes of parameters behind the timelock: propose, list, show, apply, cancel
    #[command(subcommand)]
    Change(change::Command),
    /// Pauses something for a while; guardian or authority signs
    Pause {
        /// What
        #[arg(value_enum)]
        kind: tighten::Paused,
        /// For how long, as 90s, 15m or 6h
        #[arg(value_parser = amount::seconds)]
        duration: u32,
    },
    /// Ends a pause before its time
    Unpause {
        /// What
        #[arg(value_enum)]
        kind: tighten::Paused,
    },
    /// Tightens a market or freezes a token; guardian or authority signs
    #[command(subcommand)]
    Guard(tighten::GuardCommand),
    /// Who may change the exchange: offer, revoke, accept
    #[command(subcommand)]
    Authority(tighten::AuthorityCommand),
}

/// The exchange.
#[derive(Subcommand)]
pub enum ExchangeCommand {
    /// Brings the cluster to a described exchange, in steps that can be repeated
    Apply {
        /// The description (TOML); migrations/examples/exchange.toml explains every field
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Rules, keys, pauses
    Show,
}

/// Markets.
#[derive(Subcommand)]
pub enum MarketCommand {
    /// All, with price, open interest and state
    List,
    /// One, with every parameter
    Show {
        /// Symbol, asset or number
        market: String,
    },
}

/// Collateral tokens.
#[derive(Subcommand)]
pub enum BankCommand {
    /// All, with price and deposits
    List,
    /// One, with every parameter
    Show {
        /// Name, number or mint
        token: String,
    },
}

/// The insurance fund.
#[derive(Subcommand)]
pub enum InsuranceCommand {
    /// Cash and caps
    Show,
    /// Pays quote tokens into it; nobody gets them back
    Seed {
        /// How much, in tokens
        #[arg(value_parser = amount::decimal)]
        amount: Decimal,
    },
}

/// Carries a command out.
pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    match command {
        Command::Exchange(ExchangeCommand::Apply { .. }) => {
            Err(CliError::failed("apply runs outside of the session"))
        }
        Command::Exchange(ExchangeCommand::Show) => list::exchange(session).await,
        Command::Market(MarketCommand::List) => list::markets(session).await,
        Command::Market(MarketCommand::Show { market }) => list::market(session, &market).await,
        Command::Bank(BankCommand::List) => bank::list(session).await,
        Command::Bank(BankCommand::Show { token }) => bank::show(session, &token).await,
        Command::Insurance(InsuranceCommand::Show) => list::insurance(session).await,
        Command::Insurance(InsuranceCommand::Seed { amount }) => {
            tighten::seed(session, amount).await
        }
        Command::Change(command) => change::run(session, command).await,
        Command::Pause { kind, duration } => tighten::pause(session, kind, duration).await,
        Command::Unpause { kind } => tighten::unpause(session, kind).await,
        Command::Guard(command) => tighten::guard(session, command).await,
        Command::Authority(command) => tighten::authority(session, command).await,
    }
}

/// Brings the cluster to a described exchange.
pub fn apply(options: &Options, file: &Path) -> Outcome<Report> {
    let description = names::describe(file)?;
    let input = |error: config::NotConfigured| CliError::input(error.to_string());
    let url = config::url(options.url.as_deref(), options.config.as_deref()).map_err(input)?;
    let payer =
        config::keypair(options.keypair.as_deref(), options.config.as_deref()).map_err(input)?;
    let mut chain = RpcChain::new(&url, payer).map_err(CliError::failed)?;
    let migration = Migration::new(&description);
    let plan = migration.plan(&mut chain).map_err(CliError::failed)?;
    if plan.is_done() {
        let text = format!("{plan}\nthe chain is as described: nothing to do");
        return Ok(Report::new(text, plan_json(&plan, 0)));
    }
    if !options.is_json() && !options.dry_run {
        crate::show::err(format_args!("{plan}\n"));
    }
    plan.check().map_err(|error| {
        let hint = "\nwhat exists is changed behind the timelock: `whittle change propose \
                    described FILE`";
        let hint = if plan.differences().is_empty() {
            ""
        } else {
            hint
        };
        CliError::failed(format!("{error}{hint}"))
    })?;
    if options.dry_run {
        let text = format!(
            "{plan} ({} SOL)\ndry run: nothing was sent",
            submit::sol(plan.lamports())
        );
        return Ok(Report::new(text, plan_json(&plan, 0)));
    }
    let quiet = options.is_json();
    let done = migration.apply(&mut chain, |piece| {
        if !quiet {
            crate::show::err(format_args!("did {piece}\n"));
        }
    });
    let done = done.map_err(CliError::failed)?;
    let text = format!("the chain is as described after {done} transactions");
    Ok(Report::new(text, plan_json(&plan, done)))
}

fn plan_json(plan: &Plan, done: usize) -> serde_json::Value {
    let pieces = plan.steps.iter().flat_map(|step| {
        step.pieces.iter().map(move |piece| {
            json!({
                "step": step.number,
                "what": piece.what,
                "state": match &piece.state {
                    State::Done => "done",
                    State::Missing => "missing",
                    State::Differs(_) => "differs",
                },
            })
        })
    });
    json!({
        "pieces": pieces.collect::<Vec<_>>(),
        "obstacles": plan.obstacles,
        "rent_lamports": plan.lamports(),
        "transactions_sent": done,
    })
}
