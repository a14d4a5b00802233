//! What keepers say of themselves.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context, Result};

use crate::local::Local;
use crate::process::KeeperProcess;

const PATIENCE: Duration = Duration::from_secs(30);

/// A keeper's metrics at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told {
    /// Actions by kind and outcome.
    pub actions: BTreeMap<(String, String), u64>,
    /// What it says to have earned, USD atoms.
    pub earned: i64,
    /// Transactions on their way.
    pub in_flight: u64,
}

impl Told {
    pub fn of(local: &Local, keeper: &KeeperProcess) -> Result<Self> {
        let (status, text) = keeper.get(local, "/metrics")?;
        ensure!(status == 200, "/metrics answers {status}");
        Self::read(&text)
    }

    fn read(text: &str) -> Result<Self> {
        let mut told = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, value)) = line.rsplit_once(' ') else {
                continue;
            };
            let number =
                || -> Result<f64> { value.parse().with_context(|| format!("no number: {line}")) };
            if let Some(labels) = name.strip_prefix("whittle_keeper_actions_total") {
                let label = |key: &str| {
                    let (_, rest) = labels.split_once(&format!("{key}=\""))?;
                    Some(rest.split('"').next()?.to_owned())
                };
                let key = label("action").zip(label("outcome"));
                let key = key.with_context(|| format!("no labels: {line}"))?;
                told.actions.insert(key, number()? as u64);
            } else if name == "whittle_keeper_earned_usd_total" {
                told.earned = (number()? * 1e6).round() as i64;
            } else if name == "whittle_keeper_in_flight" {
                told.in_flight = number()? as u64;
            }
        }
        Ok(told)
    }

    /// All actions by outcome.
    pub fn outcomes(&self) -> BTreeMap<String, u64> {
        let mut sums = BTreeMap::new();
        for ((_, outcome), count) in &self.actions {
            *sums.entry(outcome.clone()).or_default() += count;
        }
        sums
    }

    pub fn done(&self, action: &str) -> u64 {
        let key = (action.to_owned(), "done".to_owned());
        self.actions.get(&key).copied().unwrap_or(0)
    }

    pub fn tried(&self) -> u64 {
        self.actions.values().sum()
    }
}

/// What both say once nothing of theirs is in flight.
pub(super) fn settled(local: &Local, keepers: &[KeeperProcess; 2]) -> Result<[Told; 2]> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let [first, second] = keepers;
        let told = [Told::of(local, first)?, Told::of(local, second)?];
        if told.iter().all(|it| it.in_flight == 0) {
            return Ok(told);
        }
        ensure!(Instant::now() < deadline, "something stays in flight");
        thread::sleep(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_read_by_action_and_outcome() {
        let text = "\
# TYPE whittle_keeper_actions counter
whittle_keeper_actions_total{action=\"flag_account\",outcome=\"done\"} 7
whittle_keeper_actions_total{action=\"flag_account\",outcome=\"someone_faster\"} 2
whittle_keeper_actions_total{action=\"liquidate_partial\",outcome=\"someone_faster\"} 3
whittle_keeper_earned_usd_total 1.234567
whittle_keeper_in_flight 1
# EOF
";
        let told = Told::read(text).unwrap();
        assert_eq!((told.done("flag_account"), told.done("fill_order")), (7, 0));
        assert_eq!((told.outcomes()["someone_faster"], told.tried()), (5, 12));
        assert_eq!((told.earned, told.in_flight), (1_234_567, 1));
    }
}
