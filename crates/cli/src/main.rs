//! Whittle at a terminal: for operators, traders, liquidity providers and analysts.
//!
//! A command reads the cluster through `whittle_client::rpc`, previews with the `Mirror` what the
//! program would decide, and sends what `whittle_client::instruction` builds. It computes nothing of
//! its own but the way numbers are written.
#![warn(missing_docs)]

mod amount;
mod crank;
mod error;
mod liquidity;
mod names;
mod operator;
mod options;
mod risk;
mod session;
mod show;
mod submit;
mod tokens;
mod trader;

use clap::{CommandFactory, Parser, Subcommand};
use error::CliError;
use options::Options;
use session::Session;
use show::Report;
use std::process::ExitCode;

/// Whittle at a terminal: margin trading with partial liquidations on Solana
#[derive(Parser)]
#[command(name = "whittle", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 the cluster refused or did not answer, 2 bad input.\n\
                        docs/cli.md leads from nothing to a first position."
)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Operator(operator::Command),
    #[command(flatten)]
    Trader(trader::Command),
    /// The pool, and liquidity in it
    #[command(subcommand)]
    Pool(liquidity::Command),
    /// What anyone may do: prices, fills, liquidations, settlements
    #[command(subcommand)]
    Crank(crank::Command),
    /// What liquidates at which price, how healthy accounts are, what the pool is exposed to
    #[command(subcommand)]
    Risk(risk::Command),
    /// Writes completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    // Clap exits with 2 by itself.
    let cli = Cli::parse();
    let json = cli.options.is_json();
    match run(cli) {
        Ok(report) => {
            report.print(json);
            ExitCode::SUCCESS
        }
        Err(error) => {
            error.print(json);
            error.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<Report, CliError> {
    match cli.command {
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "whittle", &mut script);
            let script = String::from_utf8_lossy(&script);
            Ok(Report::new(script, serde_json::Value::Null))
        }
        // The migration's own client blocks, so it runs outside of the asynchronous one.
        Command::Operator(operator::Command::Exchange(operator::ExchangeCommand::Apply {
            file,
        })) => operator::apply(&cli.options, &file),
        command => {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .map_err(CliError::failed)?;
            let session = Session::new(cli.options)?;
            runtime.block_on(act(&session, command))
        }
    }
}

async fn act(session: &Session, command: Command) -> Result<Report, CliError> {
    match command {
        Command::Operator(command) => operator::run(session, command).await,
        Command::Trader(command) => trader::run(session, command).await,
        Command::Pool(command) => liquidity::run(session, command).await,
        Command::Crank(command) => crank::run(session, command).await,
        Command::Risk(command) => risk::run(session, command).await,
        Command::Completions { .. } => Ok(Report::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(command: &clap::Command, path: &str, found: &mut Vec<(String, bool)>) {
        let children: Vec<_> = command.get_subcommands().collect();
        let path = format!("{path} {}", command.get_name());
        if children.is_empty() {
            let has = command.get_arguments().any(|it| it.get_id() == "dry_run");
            found.push((path.trim().to_owned(), has));
        }
        for child in children {
            if child.get_name() != "help" {
                leaves(child, &path, found);
            }
        }
    }

    #[test]
    fn the_whole_tree_of_commands_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_takes_dry_run() {
        let mut tree = Cli::command();
        tree.build();
        let mut found = Vec::new();
        leaves(&tree, "", &mut found);
        assert!(found.len() > 50, "{}", found.len());
        for (command, has) in found {
            assert!(has, "{command}");
        }
    }

    #[test]
    fn the_forms_that_scripts_rely_on_are_understood() {
        for line in [
            "whittle --url http://127.0.0.1:8899 --keypair id.json account open",
            "whittle deposit 1000 --account 0",
            "whittle order place BTC buy 0.1 --account 0 --limit 14000",
            "whittle health --account 0",
            "whittle risk ladder BTC",
            "whittle risk ladder --market SOL --from -30% --to +30%",
            "whittle change propose guardian 11111111111111111111111111111111 --dry-run",
            "whittle exchange apply exchange.toml --dry-run --output json",
            "whittle -u l -k id.json pool deposit 250 --yes",
        ] {
            if let Err(error) = Cli::try_parse_from(line.split_whitespace()) {
                panic!("{line}: {error}");
            }
        }
    }

    #[test]
    fn completions_are_written_for_every_shell() {
        use clap::ValueEnum;
        for shell in clap_complete::Shell::value_variants() {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "whittle", &mut text);
            assert!(!text.is_empty(), "{shell}");
        }
    }
}
