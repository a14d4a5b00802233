//! For analysts: what liquidates at which price, how healthy accounts are, what the pool is exposed
//! to. All of it by the program's own functions on accounts as they stand.

mod distribution;
pub mod exposure;
mod ladder;

#[cfg(test)]
pub use whittle_client::preview::fixtures;
pub use whittle_client::preview::what_if::{self, notional};

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::{AccountRef, Session, Which};
use crate::show::Report;
use clap::{Args, Subcommand};
use whittle::state::MarginAccount;
use whittle_client::preview::ladder::{Ladder, Range, MOST_RUNGS};

/// Commands for analysts.
#[derive(Subcommand)]
pub enum Command {
    /// What liquidates at which price of a market
    Ladder(LadderArgs),
    /// How equity over maintenance is distributed
    Health,
    /// What the pool is exposed to, by market
    Exposure,
    /// One account: health, distances, and what a liquidation would close
    Account {
        /// Its address, or its number among the keypair's
        #[arg(value_name = "NUMBER|ADDRESS")]
        account: AccountRef,
        /// Suppose a market's price, as BTC=12000; may be repeated
        #[arg(long, value_name = "MARKET=PRICE")]
        at: Vec<String>,
    },
}

/// Which ladder.
#[derive(Args)]
pub struct LadderArgs {
    /// Symbol, asset or number
    #[arg(value_name = "MARKET", required_unless_present = "market")]
    name: Option<String>,
    /// The same, as an option
    #[arg(long, short = 'm', conflicts_with = "name")]
    market: Option<String>,
    /// Lowest change of the price
    #[arg(long, default_value = "-30%", allow_hyphen_values = true, value_parser = amount::change)]
    from: i64,
    /// Highest change of the price
    #[arg(long, default_value = "+30%", allow_hyphen_values = true, value_parser = amount::change)]
    to: i64,
    /// Between two prices
    #[arg(long, default_value = "2.5%", value_parser = amount::change)]
    step: i64,
    /// Leave the chart out
    #[arg(long)]
    no_chart: bool,
}

/// Carries a command out.
pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    match command {
        Command::Ladder(args) => ladder(session, args).await,
        Command::Health => {
            let world = session.world().await?;
            let book = session.all::<MarginAccount>().await?;
            Ok(distribution::Distribution::new(&world.mirror, &book, world.now)?.report())
        }
        Command::Exposure => exposure::run(session).await,
        Command::Account { account, at } => {
            let which = Which {
                account,
                owner: None,
            };
            crate::trader::health::of(session, &which, &at).await
        }
    }
}

async fn ladder(session: &Session, args: LadderArgs) -> Outcome<Report> {
    let range = Range {
        from_bps: args.from,
        to_bps: args.to,
        step_bps: args.step,
    };
    if args.from >= args.to || args.step <= 0 || (args.to - args.from) / args.step > MOST_RUNGS {
        return Err(CliError::input(format!(
            "--from must be under --to, and --step such that there are at most {MOST_RUNGS} prices"
        )));
    }
    let world = session.world().await?;
    let name = args.market.or(args.name).unwrap_or_default();
    let market = names::market(&world.mirror, &name)?;
    if market.price.price_q32 == 0 {
        return Err(whittle::error::WhittleError::NoPrice.into());
    }
    let book = session.all::<MarginAccount>().await?;
    let ladder = Ladder::new(&world.mirror, &book, market, range, world.now)?;
    Ok(ladder::report(&ladder, !args.no_chart))
}
