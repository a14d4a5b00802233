//! The command line.

mod compare;
mod options;
mod search;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// What would it have cost? Liquidation policies side by side on real and generated prices.
#[derive(Parser)]
#[command(name = "whittle-sim", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compare policies on the same prices and traders, and write a report.
    Compare(compare::Args),
    /// Search for the parameters of a market that keep bad debt under a bound at the least cost to traders.
    Search(search::Args),
}

/// Runs the command line.
///
/// Errors: whatever is wrong with the arguments, files and terms, in words for the person who typed them.
pub fn run() -> Result<()> {
    match Cli::parse().command {
        Command::Compare(args) => compare::run(&args),
        Command::Search(args) => search::run(&args),
    }
}

/// As many threads as asked for; all there are when none are.
fn use_threads(threads: usize) -> Result<()> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build_global().context("starting threads")
}

/// Writes a line to standard output. Who reads it may have had enough, as `head` has: that is no failure.
fn say(line: core::fmt::Arguments) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
