//! The exchange on a real validator, over a real RPC. `cargo xtask test` prepares the validator;
//! without it these cases fail and say so.

mod app;
mod cascade;
mod command_line;
mod end_to_end;
mod ending;
mod faults;
mod migration;
mod posting;
mod tables;
mod timelock;
mod trading;
mod whittle;

use whittle_client::local::prices::DOLLAR;
use whittle_localnet::{Local, Options};

/// Slots of a tenth of a second, so that transactions are confirmed sooner.
fn options() -> Options {
    let mut options = Options::prepared().expect("a prepared validator");
    options.validator.slot_ms = 100;
    options.traders = false;
    options
}

fn start(options: Options) -> Local {
    Local::start(options, |_| {}).expect("a running exchange")
}

/// Prices of BTC, ETH and SOL from dollars.
fn dollars(prices: [u64; 3]) -> [u64; 3] {
    prices.map(|price| price * DOLLAR)
}
