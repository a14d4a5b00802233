//! `cargo xtask bench cascade`: two keepers and a crowd whose prices fall, as a report.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use whittle_localnet::cascade::{run, Cascade};
use whittle_localnet::validator::ValidatorOptions;
use whittle_localnet::Options;

/// Two keepers compete for a cascade of liquidations on a local validator.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench cascade", version)]
struct Arguments {
    /// Margin accounts
    #[arg(default_value_t = 500)]
    accounts: usize,
    /// What they are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Milliseconds of a slot
    #[arg(long, value_name = "MS", default_value_t = 400)]
    slot_ms: u64,
}

fn main() -> ExitCode {
    match play(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is as it should be.
fn play(arguments: &Arguments) -> Result<bool> {
    let options = Options {
        validator: ValidatorOptions {
            slot_ms: arguments.slot_ms,
            ..ValidatorOptions::prepared()?
        },
        traders: false,
        ..Options::prepared()?
    };
    let cascade = Cascade {
        options,
        accounts: arguments.accounts,
        seed: arguments.seed,
    };
    let outcome = run(cascade, |line| eprintln!("{line}"))?;
    println!("\n{outcome}");
    Ok(outcome.problems.is_empty())
}
