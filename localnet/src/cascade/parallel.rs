//! Many requests at a time.

use std::thread;
use std::time::{Duration, Instant};

use anchor_lang::solana_program::instruction::Instruction;
use anyhow::{anyhow, bail, ensure, Context, Result};
use serde_json::{json, Value};
use solana_keypair::Keypair;

use crate::node::Node;

const THREADS: usize = 8;
/// As many as a node tells the state of at once.
const STATUSES: usize = 256;
const PATIENCE: Duration = Duration::from_secs(60);

/// What `work` makes of each, with its number; in their order.
pub(super) fn each<T: Sync, R: Send>(
    all: &[T],
    work: impl Fn(usize, &T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let size = all.len().div_ceil(THREADS).max(1);
    let parts = thread::scope(|scope| {
        let work = &work;
        let numbered = all.chunks(size).enumerate();
        let threads: Vec<_> = numbered
            .map(|(part, items)| {
                scope.spawn(move || {
                    let numbered = (part * size..).zip(items);
                    numbered
                        .map(|(place, item)| work(place, item))
                        .collect::<Result<Vec<R>>>()
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| {
            let ended = thread.join();
            ended.map_err(|_| anyhow!("a thread panicked"))?
        });
        joined.collect::<Result<Vec<Vec<R>>>>()
    })?;
    Ok(parts.into_iter().flatten().collect())
}

/// Sends transactions in no order, each paid by its first signer, and waits until all have run.
pub(super) fn send_all(node: &Node, all: &[(Vec<Instruction>, Vec<&Keypair>)]) -> Result<()> {
    let mut waiting = each(all, |_, (instructions, signers)| {
        node.post(instructions, signers)
    })?;
    let deadline = Instant::now() + PATIENCE;
    while !waiting.is_empty() {
        ensure!(
            Instant::now() < deadline,
            "{} transactions have not run after a minute, such as {}",
            waiting.len(),
            waiting[0]
        );
        let mut left = Vec::new();
        for some in waiting.chunks(STATUSES) {
            let answer = node.call("getSignatureStatuses", json!([some]))?;
            let statuses = answer["value"].as_array().context("no statuses")?;
            for (signature, status) in some.iter().zip(statuses) {
                match (status, &status["err"]) {
                    (Value::Null, _) => left.push(signature.clone()),
                    (_, Value::Null) => {}
                    (_, error) => bail!("transaction {signature} was refused: {error}"),
                }
            }
        }
        waiting = left;
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_what_they_were_made_of() {
        let numbers: Vec<usize> = (0..29).collect();
        let doubled = each(&numbers, |place, number| Ok(place + number)).unwrap();
        assert_eq!(doubled, numbers.iter().map(|it| 2 * it).collect::<Vec<_>>());
        let none: Vec<usize> = each(&[] as &[usize], |_, it| Ok(*it)).unwrap();
        assert_eq!(none, [0; 0]);
    }

    #[test]
    fn one_failure_fails_all() {
        let failed = each(&[1, 2, 3], |_, number| {
            ensure!(*number != 2, "two");
            Ok(())
        });
        assert_eq!(failed.unwrap_err().to_string(), "two");
    }
}
