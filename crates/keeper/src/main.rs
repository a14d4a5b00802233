//! `whittle-keeper`: feeds the library, sends what it decides, and measures.

mod run;

use anyhow::{Context, Result};
use clap::Parser;
use run::settings::{self, LogForm, Options};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let options = Options::parse();
    log_in(options.log);
    match start(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "ended");
            ExitCode::FAILURE
        }
    }
}

/// To standard error, from `info` on unless `RUST_LOG` says otherwise.
fn log_in(form: LogForm) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    match form {
        LogForm::Json => log.json().flatten_event(true).init(),
        LogForm::Text => log.init(),
    }
}

fn start(options: &Options) -> Result<()> {
    let (config, settings) = settings::read(options)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting threads")?
        .block_on(run::run(options, config, settings))
}
