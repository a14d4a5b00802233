//! What the operator chooses about the process: the table `run` of the configuration, over which the
//! environment and the command line go.

use super::posting::settings::Pyth;
use super::sender;
use anchor_lang::prelude::Pubkey;
use anyhow::{bail, ensure, Context, Result};
use clap::Parser;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use whittle_keeper::Config;

/// Watches every account of an exchange and does what is due.
///
/// docs/keeper.md takes you from nothing to a running keeper; crates/keeper/keeper.example.toml
/// explains every field of the configuration.
#[derive(Debug, Parser)]
#[command(name = "whittle-keeper", version)]
pub struct Options {
    /// The configuration (TOML)
    #[arg(long, value_name = "FILE", env = "WHITTLE_KEEPER_CONFIG")]
    pub config: PathBuf,
    /// RPC node, over run.rpc_url
    #[arg(long, value_name = "URL", env = "WHITTLE_KEEPER_RPC_URL")]
    pub rpc_url: Option<String>,
    /// Its WebSocket, over run.ws_url
    #[arg(long, value_name = "URL", env = "WHITTLE_KEEPER_WS_URL")]
    pub ws_url: Option<String>,
    /// Yellowstone gRPC endpoint to listen to instead, over run.geyser_url
    #[arg(
        long,
        value_name = "URL",
        env = "WHITTLE_KEEPER_GEYSER_URL",
        hide_env_values = true
    )]
    pub geyser_url: Option<String>,
    /// Hermes, whose signed updates the keeper posts, over run.pyth.hermes_url
    #[arg(
        long,
        value_name = "URL",
        env = "WHITTLE_KEEPER_HERMES_URL",
        hide_env_values = true
    )]
    pub hermes_url: Option<String>,
    /// Keypair that pays and is paid, over run.keypair
    #[arg(long, value_name = "FILE", env = "WHITTLE_KEEPER_KEYPAIR")]
    pub keypair: Option<PathBuf>,
    /// Where to answer /metrics, /healthz and /readyz, over run.listen
    #[arg(long, value_name = "ADDRESS", env = "WHITTLE_KEEPER_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Decide and simulate, but send nothing
    #[arg(long, env = "WHITTLE_KEEPER_DRY_RUN")]
    pub dry_run: bool,
    /// Do what is due now and end
    #[arg(long)]
    pub once: bool,
    /// Form of the log
    #[arg(long, value_enum, default_value_t = LogForm::Json, env = "WHITTLE_KEEPER_LOG_FORM")]
    pub log: LogForm,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogForm {
    /// A JSON object a line
    Json,
    /// For people
    Text,
}

/// The table `run`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Run {
    /// RPC node.
    pub rpc_url: String,
    /// Its WebSocket.
    pub ws_url: String,
    /// Yellowstone gRPC endpoint to listen to instead of the WebSocket; empty for none.
    pub geyser_url: String,
    /// Keypair that pays fees and owns the margin account that is paid.
    pub keypair: PathBuf,
    /// Number of that margin account.
    pub sub_id: u16,
    /// Where to answer.
    pub listen: SocketAddr,
    /// A question to the node may take so long, seconds.
    pub timeout_secs: u64,
    /// A complete picture this often, seconds.
    pub reload_secs: u64,
    /// A connection that tells nothing for so long is lost, seconds.
    pub silence_secs: u64,
    /// Not ready once no slot was told for so long, seconds.
    pub stale_slot_secs: u64,
    /// Longest pause before a new connection, seconds.
    pub reconnect_secs: u64,
    /// Transactions on their way at a time.
    pub in_flight: usize,
    /// Whether to simulate before sending.
    pub simulate: bool,
    /// Compute units to ask for when not simulating.
    pub units: u32,
    /// Price of compute units: what this share of recent transactions did not exceed, percent.
    pub fee_percentile: u8,
    /// Least price of a compute unit, millionths of a lamport.
    pub fee_floor: u64,
    /// Most.
    pub fee_cap: u64,
    /// What a SOL costs, for comparing fees with pay, USD.
    pub sol_usd: u32,
    /// Least balance with which to send, lamports.
    pub least_lamports: u64,
    /// How long to wait for what is in flight when ending, seconds.
    pub drain_secs: u64,
    /// Oracle accounts.
    pub oracles: OracleAccounts,
    /// Signed updates that the keeper posts itself.
    pub pyth: Pyth,
}

/// Oracle accounts, by number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OracleAccounts {
    /// Of markets.
    pub markets: BTreeMap<String, String>,
    /// Of banks.
    pub banks: BTreeMap<String, String>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            rpc_url: "http://127.0.0.1:8899".to_owned(),
            ws_url: "ws://127.0.0.1:8900".to_owned(),
            geyser_url: String::new(),
            keypair: "~/.config/solana/id.json".into(),
            sub_id: 0,
            listen: ([127, 0, 0, 1], 9185).into(),
            timeout_secs: 10,
            reload_secs: 300,
            silence_secs: 20,
            stale_slot_secs: 20,
            reconnect_secs: 30,
            in_flight: 16,
            simulate: true,
            units: 60_000,
            fee_percentile: 75,
            fee_floor: 1_000,
            fee_cap: 200_000,
            sol_usd: 150,
            least_lamports: 1_000_000,
            drain_secs: 20,
            oracles: OracleAccounts::default(),
            pyth: Pyth::default(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct File {
    run: Run,
}

fn addresses(table: &BTreeMap<String, String>, name: &str) -> Result<Vec<(u16, Pubkey)>> {
    let parse = |(number, address): (&String, &String)| -> Result<(u16, Pubkey)> {
        let field = format!("run.oracles.{name}.{number}");
        let number = number
            .parse()
            .with_context(|| format!("{field}: name a market or bank by its number"))?;
        let address = address
            .parse()
            .with_context(|| format!("{field} is {address}, which is no address"))?;
        Ok((number, address))
    };
    table.iter().map(parse).collect()
}

impl OracleAccounts {
    /// Of markets, by number.
    pub fn of_markets(&self) -> Result<Vec<(u16, Pubkey)>> {
        addresses(&self.markets, "markets")
    }

    /// Of banks, by number.
    pub fn of_banks(&self) -> Result<Vec<(u16, Pubkey)>> {
        addresses(&self.banks, "banks")
    }
}

impl Run {
    /// Bounds of every field.
    pub fn validate(&self) -> Result<()> {
        for (field, value) in [("rpc_url", &self.rpc_url), ("ws_url", &self.ws_url)] {
            let schemes: [&str; 2] = match field {
                "rpc_url" => ["http://", "https://"],
                _ => ["ws://", "wss://"],
            };
            ensure!(
                schemes.iter().any(|scheme| value.starts_with(scheme)),
                "run.{field} is {value}: begin with {} or {}",
                schemes[0],
                schemes[1]
            );
        }
        self.validate_geyser()?;
        self.pyth.validate()?;
        for (field, value) in [
            ("timeout_secs", self.timeout_secs),
            ("reload_secs", self.reload_secs),
            ("silence_secs", self.silence_secs),
            ("stale_slot_secs", self.stale_slot_secs),
            ("reconnect_secs", self.reconnect_secs),
            ("in_flight", self.in_flight as u64),
            ("sol_usd", self.sol_usd.into()),
        ] {
            ensure!(value > 0, "run.{field} is 0: give at least 1");
        }
        ensure!(
            self.fee_percentile <= 100,
            "run.fee_percentile is {}: give 0 to 100",
            self.fee_percentile
        );
        if self.fee_floor > self.fee_cap {
            bail!(
                "run.fee_floor is {} and run.fee_cap is {}: the floor must not be over the cap",
                self.fee_floor,
                self.fee_cap
            );
        }
        self.oracles.of_markets()?;
        self.oracles.of_banks()?;
        Ok(())
    }

    /// The URL is not shown: with some providers it holds the token.
    fn validate_geyser(&self) -> Result<()> {
        let url = &self.geyser_url;
        ensure!(
            url.is_empty() || url.starts_with("http://") || url.starts_with("https://"),
            "run.geyser_url: begin with http:// or https://, or leave it empty"
        );
        ensure!(
            url.is_empty() || cfg!(feature = "geyser"),
            "run.geyser_url is set, but this keeper is built without Yellowstone gRPC: build it with \
             `cargo build --release --locked -p whittle-keeper --features geyser`, or leave it empty"
        );
        Ok(())
    }

    /// The least that a transaction costs, USD atoms rounded up, at `sol_usd`: a signature, and
    /// `units` at `fee_floor`. Where it is simulated, its own fee decides in the end.
    pub fn fee_usd_atoms(&self) -> i64 {
        let lamports = sender::lamports(self.units.into(), self.fee_floor);
        let usd_atoms = (u128::from(lamports) * u128::from(self.sol_usd)).div_ceil(1_000);
        i64::try_from(usd_atoms).unwrap_or(i64::MAX)
    }

    /// What USD atoms are worth in lamports, at `sol_usd`.
    pub fn lamports_of(&self, usd_atoms: i64) -> u64 {
        // A lamport is 10^-9 SOL, a USD atom 10^-6 USD.
        u64::try_from(usd_atoms).unwrap_or(0).saturating_mul(1_000) / u64::from(self.sol_usd)
    }
}

/// Reads the configuration, then lets the options go over it.
pub fn read(options: &Options) -> Result<(Config, Run)> {
    let file = options.config.display();
    let text =
        std::fs::read_to_string(&options.config).with_context(|| format!("reading {file}"))?;
    parse(&text, options).with_context(|| format!("in {file}"))
}

fn parse(text: &str, options: &Options) -> Result<(Config, Run)> {
    let mut config = Config::from_toml(text)?;
    let File { mut run } = toml::from_str(text)?;
    if let Some(url) = &options.rpc_url {
        run.rpc_url.clone_from(url);
    }
    if let Some(url) = &options.ws_url {
        run.ws_url.clone_from(url);
    }
    if let Some(url) = &options.geyser_url {
        run.geyser_url.clone_from(url);
    }
    if let Some(url) = &options.hermes_url {
        run.pyth.hermes_url.clone_from(url);
    }
    if let Some(file) = &options.keypair {
        run.keypair.clone_from(file);
    }
    if let Some(address) = options.listen {
        run.listen = address;
    }
    run.validate()?;
    config.fee_usd_atoms = run.fee_usd_atoms();
    Ok((config, run))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(rest: &[&str]) -> Options {
        let first = ["whittle-keeper", "--config", "keeper.toml"];
        Options::parse_from(first.iter().chain(rest))
    }

    #[test]
    fn the_example_is_read_and_within_bounds() {
        let text = include_str!("../../keeper.example.toml");
        let (_, run) = parse(text, &options(&[])).unwrap();
        assert_eq!(run.in_flight, Run::default().in_flight);
        for field in format!("{:#?}", Run::default()).lines() {
            if let Some((field, _)) = field.trim().split_once(": ") {
                assert!(text.contains(field), "{field} is not in the example");
            }
        }
    }

    #[test]
    fn the_command_line_goes_over_the_file() {
        let text = "[run]\nrpc_url = \"https://a\"\nws_url = \"wss://a\"";
        let (_, run) = parse(text, &options(&["--rpc-url", "http://b"])).unwrap();
        assert_eq!(
            (run.rpc_url.as_str(), run.ws_url.as_str()),
            ("http://b", "wss://a")
        );
    }

    #[test]
    fn a_bad_value_names_its_field_and_what_to_do() {
        for (text, expected) in [
            (
                "[run]\nrpc_url = \"localhost\"",
                "run.rpc_url is localhost: begin with http:// or https://",
            ),
            (
                "[run]\ngeyser_url = \"localhost:10000\"",
                "run.geyser_url: begin with http:// or https://, or leave it empty",
            ),
            (
                "[run.pyth]\nhermes_url = \"hermes\"",
                "run.pyth.hermes_url: begin with http:// or https://, or leave it empty",
            ),
            (
                "[run.pyth]\nolder_than_secs = 0",
                "run.pyth.older_than_secs is 0: give at least 1",
            ),
            (
                "[run]\nin_flight = 0",
                "run.in_flight is 0: give at least 1",
            ),
            (
                "[run]\nfee_percentile = 101",
                "run.fee_percentile is 101: give 0 to 100",
            ),
            (
                "[run]\nfee_floor = 9\nfee_cap = 8",
                "run.fee_floor is 9 and run.fee_cap is 8: the floor must not be over the cap",
            ),
            (
                "[run.oracles.markets]\n0 = \"nowhere\"",
                "run.oracles.markets.0 is nowhere, which is no address",
            ),
            (
                "[run.oracles.banks]\nusdc = \"11111111111111111111111111111111\"",
                "run.oracles.banks.usdc: name a market or bank by its number",
            ),
        ] {
            let error = parse(text, &options(&[])).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn a_grpc_endpoint_needs_a_keeper_that_is_built_for_it() {
        let text = "[run]\ngeyser_url = \"https://a\"";
        let read = parse(text, &options(&[]))
            .map(|(_, run)| run.geyser_url)
            .map_err(|error| error.to_string());
        let expected = if cfg!(feature = "geyser") {
            Ok("https://a".to_owned())
        } else {
            Err("run.geyser_url is set, but this keeper is built without Yellowstone gRPC: build it \
                 with `cargo build --release --locked -p whittle-keeper --features geyser`, or leave \
                 it empty"
                .to_owned())
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn pay_is_compared_in_lamports_at_the_price_of_sol() {
        let run = Run {
            sol_usd: 100,
            ..Run::default()
        };
        assert_eq!(run.lamports_of(1_000_000), 10_000_000);
        assert_eq!(run.lamports_of(-1), 0);
    }

    #[test]
    fn the_least_fee_that_decisions_count_follows_from_the_price_of_sol() {
        let text = "[run]\nsol_usd = 200\nunits = 100000\nfee_floor = 10000";
        let (config, _) = parse(text, &options(&[])).unwrap();
        // 5,000 lamports of a signature and 1,000 for the units, at 200 USD atoms for 1,000 lamports.
        assert_eq!(config.fee_usd_atoms, 1_200);
    }
}
