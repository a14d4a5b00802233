//! Options that every command takes.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    #[default]
    Table,
    /// For programs: exact atoms beside the numbers that people read
    Json,
}

/// Global options.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Options {
    /// RPC node, or localhost (l), devnet (d), testnet (t), mainnet-beta (m) [default: Solana's
    /// configuration]
    #[arg(long, short = 'u', global = true, env = "WHITTLE_URL")]
    pub url: Option<String>,
    /// The keypair that signs and pays [default: Solana's configuration]
    #[arg(
        long,
        short = 'k',
        global = true,
        value_name = "FILE",
        env = "WHITTLE_KEYPAIR"
    )]
    pub keypair: Option<PathBuf>,
    /// A configuration of Solana's, for what is not given [default:
    /// ~/.config/solana/cli/config.yml]
    #[arg(long, short = 'C', global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How to print
    #[arg(long, global = true, value_enum, default_value_t)]
    pub output: Output,
    /// Show what would be sent, what it would do and cost; send nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Do not ask before what is hard to take back
    #[arg(long, short = 'y', global = true)]
    pub yes: bool,
    /// Show what the programs log
    #[arg(long, short = 'v', global = true)]
    pub verbose: bool,
    /// Priority fee, millionths of a lamport for each compute unit
    #[arg(long, global = true, value_name = "PRICE", default_value_t = 0)]
    pub unit_price: u64,
    /// A described exchange (TOML), for names of tokens and oracle accounts
    #[arg(long, global = true, value_name = "FILE", env = "WHITTLE_SYMBOLS")]
    pub symbols: Option<PathBuf>,
    /// Longest wait for an answer of the node, seconds
    #[arg(long, global = true, value_name = "SECS", default_value_t = 30)]
    pub timeout: u64,
}

impl Options {
    /// Whether programs read the output.
    pub fn is_json(&self) -> bool {
        self.output == Output::Json
    }
}
