//! `lab profile`: what the parts of the handlers take, from the marks that a program built with its
//! feature `profile` logs.

use anyhow::{bail, Context, Result};
use whittle_tests::cost::{self, Cost};

/// Of a mark: two system calls at 100 each, and the four instructions that make them.
const MARK_UNITS: u64 = 204;
/// What comes before the first mark.
const WAY_IN: &str = "the way in: the runtime's accounts, dispatch, Anchor's";

/// Prints a table for every instruction that has marks.
pub fn run() -> Result<()> {
    let costs = cost::all();
    let mut any = false;
    for cost in &costs {
        let parts = parts(cost).with_context(|| cost.name.clone())?;
        if parts.len() < 2 {
            continue;
        }
        any = true;
        println!("{} {}", cost.name, parts.iter().map(|it| it.1).sum::<u64>());
        for (name, units) in parts {
            println!("  {units:>6}  {name}");
        }
    }
    if !any {
        bail!("this program has no marks: run `cargo xtask bench profile`");
    }
    Ok(())
}

/// Names and units in the order in which they first came; what repeats is summed.
fn parts(cost: &Cost) -> Result<Vec<(String, u64)>> {
    let invoked = format!("Program {} invoke [1]", whittle::ID);
    let ended = format!("Program {} consumed ", whittle::ID);
    let lines = cost.logs.iter().skip_while(|line| **line != invoked);
    let (mut marks, mut spent, mut last) = (Vec::new(), Vec::new(), None);
    for line in lines {
        if let Some(name) = line.strip_prefix("Program log: ") {
            last = Some(name.to_owned());
        } else if let Some(rest) = line.strip_prefix("Program consumption: ") {
            let left = rest.trim_end_matches(" units remaining").parse::<u64>()?;
            marks.push((last.take().context("a mark without a name")?, left));
        } else if let Some(rest) = line.strip_prefix(&ended) {
            let numbers: Vec<u64> = rest.split(' ').filter_map(|it| it.parse().ok()).collect();
            let [used, granted] = numbers[..] else {
                bail!("cannot read {line:?}");
            };
            spent = Vec::from([granted, granted - used]);
        }
    }
    let [granted, at_end] = spent[..] else {
        bail!("the program did not run");
    };
    let mut parts: Vec<(String, u64)> = Vec::new();
    let mut before = (WAY_IN.to_owned(), granted);
    for (name, left) in marks {
        add(&mut parts, &before.0, before.1 - left - MARK_UNITS);
        before = (name, left);
    }
    add(&mut parts, &before.0, before.1 - at_end);
    Ok(parts)
}

fn add(parts: &mut Vec<(String, u64)>, name: &str, units: u64) {
    match parts.iter_mut().find(|it| it.0 == name) {
        Some(part) => part.1 += units,
        None => parts.push((name.to_owned(), units)),
    }
}
