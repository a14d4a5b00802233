//! `lab block`: how many liquidations fit one block, and the tables of docs/throughput.md.

mod cases;
mod others;
mod page;

use anyhow::{bail, Result};
use whittle_tests::block::model::SOLANA;
use whittle_tests::block::{Case, Lab, Outcome, Work};

/// Plays every case and prints the tables; with `--write` into the page as well.
pub fn run(args: &[String]) -> Result<()> {
    let write = match args {
        [] => false,
        [only] if only == "--write" => true,
        _ => bail!("usage: lab block [--write]"),
    };
    let cases = cases::all();
    let counts = counts(&cases);
    let accounts: usize = counts.iter().sum();
    eprintln!("opening {accounts} accounts");
    let lab = Lab::open(&counts);
    let mut outcomes = Vec::new();
    for case in cases {
        let outcome = lab.play(SOLANA, case);
        eprintln!("{case:?}: {}", outcome.filled.transactions);
        outcomes.push(outcome);
    }
    let tables = page::tables(&outcomes, accounts);
    println!("{tables}");
    if write {
        page::write(&tables)?;
    }
    Ok(())
}

/// How many accounts to open in each market, so that every case fills its block: as the model says, at
/// what a transaction costs in a crowd of a few.
fn counts(cases: &[Case]) -> Vec<usize> {
    let few = Lab::open(&[4]);
    let charged = |work| {
        let Outcome { price, .. } = few.play(SOLANA, Case::of(work, 1));
        // Transactions differ by a few units.
        price.charged * 99 / 100
    };
    let markets = cases.iter().map(|case| case.markets).max().unwrap_or(1);
    let mut counts = vec![0; usize::from(markets)];
    for work in Work::ALL {
        let least = charged(work);
        for case in cases.iter().filter(|case| case.work == work) {
            let needed = case.accounts_needed(SOLANA, least);
            for count in &mut counts[..usize::from(case.markets)] {
                *count = needed.max(*count);
            }
        }
    }
    counts
}
