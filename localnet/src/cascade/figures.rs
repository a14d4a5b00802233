//! What a cascade has shown, in figures.

use std::collections::BTreeMap;
use std::time::Duration;

/// One keeper.
#[derive(Clone, Debug, Default)]
pub struct Keeper {
    /// Actions that it tried, each one transaction.
    pub tried: u64,
    /// What it says became of them, by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Of the tried, those that a simulation refused, at the cost of nothing.
    pub refused: u64,
    /// Transactions of its key on the chain.
    pub landed: u64,
    /// Of these, such that the chain refused, for a fee.
    pub lost: u64,
    /// Of the landed, those that ran and reported nothing: nothing was left to do.
    pub idle: u64,
    /// Accounts that it liquidated, each time counted.
    pub liquidations: u64,
    /// Bonuses by the events of all transactions, USD atoms.
    pub bonus: i64,
    /// Rewards and fees of recovery plans by the events, USD atoms.
    pub rewards: i64,
    /// What its margin account holds, USD atoms. It began with nothing.
    pub gained: i64,
    /// What it says to have earned, USD atoms.
    pub says: i64,
    /// Transaction fees, lamports.
    pub fees: u64,
}

/// Least, middle and greatest of some numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// The least.
    pub least: u64,
    /// The middle one.
    pub median: u64,
    /// The greatest.
    pub most: u64,
}

impl Spread {
    /// Of these.
    pub fn of(mut numbers: Vec<u64>) -> Self {
        numbers.sort_unstable();
        let at = |place: usize| numbers.get(place).copied().unwrap_or(0);
        let count = numbers.len();
        Self {
            count,
            least: at(0),
            median: at(count / 2),
            most: at(count.saturating_sub(1)),
        }
    }
}

/// The number that `percent` of the others do not exceed; zero of none.
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied().unwrap_or(0.0)
}

/// Losses of the bankrupt, and who bore them, USD atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Bankruptcies.
    pub count: usize,
    /// All of it.
    pub loss: i64,
    /// The insurance fund.
    pub insurance: i64,
    /// The pool.
    pub pool: i64,
    /// The side that gained.
    pub side: i64,
}

/// A cascade from its first step to its end. `Display` prints it as a report.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What the traders were drawn from.
    pub seed: u64,
    /// Traders.
    pub accounts: usize,
    /// Their positions.
    pub positions: usize,
    /// Notional of these, whole dollars.
    pub notional: u64,
    /// How long it took to open them.
    pub opened_in: Duration,
    /// Markets with the last price as a share of the first, basis points.
    pub fallen: Vec<(String, u64)>,
    /// Steps of the fall.
    pub steps: usize,
    /// Accounts that they brought under maintenance, each once.
    pub under: usize,
    /// From the first step until the last liquidation or bankruptcy, seconds.
    pub secs: f64,
    /// A slot, seconds.
    pub slot_secs: f64,
    /// The step that brought most accounts under maintenance: how many, and the seconds until the last of
    /// them was liquidated.
    pub greatest: (usize, f64),
    /// Transactions that the chain refused because the other keeper had done the same, and because
    /// something else had happened to the account.
    pub refusals: (usize, usize),
    /// The two keepers.
    pub keepers: [Keeper; 2],
    /// Liquidations by what their receipts claim, for each keeper.
    pub kinds: BTreeMap<&'static str, [usize; 2]>,
    /// Liquidations after the first one of the same account.
    pub again: usize,
    /// Most liquidations of one account.
    pub most_of_one: usize,
    /// Most liquidations of one second.
    pub busiest_second: usize,
    /// Compute units of what ran, by the instructions in the transaction.
    pub units: BTreeMap<String, Spread>,
    /// Seconds from the step that brought an account under maintenance to its flag, sorted.
    pub to_flag: Vec<f64>,
    /// The same to its liquidation.
    pub to_liquidation: Vec<f64>,
    /// Accounts that nobody liquidated.
    pub untouched: usize,
    /// Accounts that were reduced and are at their target or over it.
    pub at_target: usize,
    /// Accounts that were reduced to their target, and stand between maintenance and target since prices
    /// fell further.
    pub over: usize,
    /// Accounts that were closed and owe nothing.
    pub closed: usize,
    /// Of these, the bankrupt whose loss was given to those who bear it.
    pub losses: Losses,
    /// What should not have been; empty when all is well.
    pub problems: Vec<String>,
}

impl Outcome {
    /// All liquidations.
    pub fn liquidations(&self) -> usize {
        self.kinds.values().flatten().sum()
    }

    /// Accounts that were brought under maintenance and taken care of in a second, on average.
    pub fn accounts_per_second(&self) -> f64 {
        self.under as f64 / self.secs.max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_and_percentiles_are_of_what_was_seen() {
        let spread = Spread::of(vec![5, 1, 9]);
        let (count, least, median, most) = (3, 1, 5, 9);
        let expected = Spread {
            count,
            least,
            median,
            most,
        };
        assert_eq!(spread, expected);
        assert_eq!(Spread::of(Vec::new()), Spread::default());
        let seconds: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(
            (percentile(&seconds, 50), percentile(&seconds, 99)),
            (100.0, 198.0)
        );
        assert_eq!(percentile(&[], 99), 0.0);
    }
}
