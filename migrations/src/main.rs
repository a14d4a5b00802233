//! `whittle-migrate`: brings a cluster to a described exchange.

use anyhow::{anyhow, Context, Result};
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;
use whittle_client::rpc::config;
use whittle_migrations::{Description, Migration, RpcChain};

/// Brings a cluster to a described exchange, in steps that can be repeated.
///
/// What exists is never changed. Where it differs from the description, or a transaction would
/// fail, nothing is sent and the exit code is 1.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The described exchange (TOML); migrations/examples/exchange.toml explains every field.
    #[arg(long, value_name = "FILE")]
    exchange: PathBuf,
    /// RPC node, or localhost, devnet, testnet, mainnet-beta [default: from Solana's configuration]
    #[arg(long)]
    url: Option<String>,
    /// The authority's keypair, which signs and pays [default: from Solana's configuration]
    #[arg(long, value_name = "FILE")]
    keypair: Option<PathBuf>,
    /// Only print what would be done and what it costs
    #[arg(long)]
    dry_run: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let description = describe(options)?;
    let mut chain = connect(options)?;
    let migration = Migration::new(&description);
    let plan = migration.plan(&mut chain)?;
    say(format_args!("{plan}"));
    if plan.is_done() {
        say(format_args!("the chain is as described: nothing to do"));
        return Ok(());
    }
    plan.check()?;
    if options.dry_run {
        say(format_args!("dry run: nothing was sent"));
        return Ok(());
    }
    let done = migration.apply(&mut chain, |piece| say(format_args!("did {piece}")))?;
    say(format_args!(
        "the chain is as described after {done} transactions"
    ));
    Ok(())
}

fn describe(options: &Options) -> Result<Description> {
    let file = &options.exchange;
    let text =
        std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    Description::parse(&text).map_err(|problems| {
        anyhow!(
            "{} does not describe an exchange; nothing was sent\n{problems}",
            file.display()
        )
    })
}

fn connect(options: &Options) -> Result<RpcChain> {
    let url = config::url(options.url.as_deref(), None)?;
    let payer = config::keypair(options.keypair.as_deref(), None)?;
    Ok(RpcChain::new(&url, payer)?)
}

/// Writes a line to standard output. Who reads it may have had enough, as `head` has: that must not end a
/// migration half way.
fn say(line: core::fmt::Arguments) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
