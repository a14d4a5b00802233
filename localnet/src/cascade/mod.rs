//! A crowd of traders, prices that fall, and two keepers who compete for what comes of it.
//!
//! [`run`] opens hundreds of real positions, lets prices fall in steps, waits until the keepers have
//! left nothing to do, and reads what happened from the chain. [`Outcome::problems`] lists what should
//! not have been, and an [`Outcome`] prints as a report.

mod audit;
mod crowd;
mod fall;
mod figures;
mod parallel;
mod races;
mod receipt;
mod report;
mod scrape;

use std::fs;
use std::time::{Duration, Instant};

use anyhow::Result;
use whittle_client::local::prices::DOLLAR;

use crate::local::{Local, Options};
use crate::process::KeeperProcess;

pub use crowd::{draw, Wish};
pub use fall::{Fate, Step};
pub use figures::Outcome;

/// How it is played.
#[derive(Clone, Debug)]
pub struct Cascade {
    /// The exchange, without traders.
    pub options: Options,
    /// Traders.
    pub accounts: usize,
    /// What they are drawn from.
    pub seed: u64,
}

/// BTC, ETH and SOL at the beginning.
const FIRST: [u64; 3] = [16_000 * DOLLAR, 700 * DOLLAR, 150 * DOLLAR];
const KEEPERS: [&str; 2] = ["keeper.toml", "keeper-2.toml"];
const END: Duration = Duration::from_secs(30);

/// Plays it to its end. `say` hears what is being done.
///
/// Errors: when something could not be done at all. What was done wrongly is in the outcome.
pub fn run(cascade: Cascade, mut say: impl FnMut(&str)) -> Result<Outcome> {
    let Cascade {
        options,
        accounts,
        seed,
    } = cascade;
    let local = Local::start(options, |_| {})?;
    local.publish(&FIRST)?;

    let begun = Instant::now();
    say(&format!(
        "opening {accounts} accounts drawn from seed {seed}"
    ));
    let wishes = draw(accounts, seed);
    let filler = local.member("filler", 0)?;
    local.open_account(&filler)?;
    let members = crowd::open(&local, &wishes, &filler, &mut say)?;
    let opened_in = begun.elapsed();

    say("starting two keepers");
    local.write_configurations()?;
    // One of two has the duties that nobody is paid for, as docs/keeper.md asks of an exchange.
    let second = local.folder().join(KEEPERS[1]);
    let text = fs::read_to_string(&second)?;
    fs::write(
        &second,
        text.replace("public_duties = true", "public_duties = false"),
    )?;
    let [first, second] = KEEPERS.map(|name| KeeperProcess::start(&local, name));
    let mut keepers = [first?, second?];
    let fall = fall::play(&local, &keepers, &members, &mut say)?;

    say("reading what happened from the chain");
    let told = scrape::settled(&local, &keepers)?;
    for keeper in &mut keepers {
        keeper.terminate(END)?;
    }
    let history = local.history()?;
    let seen = audit::See {
        local: &local,
        wishes: &wishes,
        members: &members,
        fall: &fall,
        history: &history,
        told: &told,
    };
    let mut outcome = seen.outcome()?;
    outcome.seed = seed;
    outcome.opened_in = opened_in;
    Ok(outcome)
}
