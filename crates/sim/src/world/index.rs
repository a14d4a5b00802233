//! Which accounts a price reaches. Every account that can change its state within the next hours has a
//! trigger on each price that it depends on, so that a step of time costs next to nothing while nobody
//! is near.
//!
//! Each list has one number for each account, and the extreme of every block of 64. Setting a number
//! moves its block's extreme at once when it widens it, and not at all when it narrows it; the extreme is
//! put right when the block is looked through. So setting costs a few instructions, and a price that
//! meets nobody costs one comparison for 64 accounts.

/// Accounts in a block.
const BLOCK: usize = 64;

/// A price of a market or of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Of a market, by number.
    Market(usize),
    /// Of a token, by number.
    Bank(usize),
}

/// Numbers of accounts; an account is met by a number at or over its own.
#[derive(Clone, Debug)]
struct List {
    at: Vec<u64>,
    least: Vec<u64>,
}

/// The number of an account that nothing meets.
const NEVER: u64 = u64::MAX;

impl List {
    fn new(accounts: usize) -> Self {
        Self {
            at: vec![NEVER; accounts],
            least: vec![NEVER; accounts.div_ceil(BLOCK)],
        }
    }

    fn set(&mut self, account: u32, at: u64) {
        let account = account as usize;
        self.at[account] = at;
        let least = &mut self.least[account / BLOCK];
        *least = at.min(*least);
    }

    /// Puts the accounts that `number` meets into `met`, and takes their numbers out.
    fn meet(&mut self, number: u64, met: &mut Vec<u32>) {
        for (block, least) in self.least.iter_mut().enumerate() {
            if *least > number {
                continue;
            }
            let first = block * BLOCK;
            let last = usize::min(first + BLOCK, self.at.len());
            *least = NEVER;
            for (account, at) in (first..).zip(&mut self.at[first..last]) {
                if *at <= number {
                    met.push(account as u32);
                    *at = NEVER;
                } else {
                    *least = (*least).min(*at);
                }
            }
        }
    }
}

/// Triggers of all accounts: at most one of each kind on each price.
pub struct Index {
    markets: Vec<[List; 2]>,
    banks: Vec<[List; 2]>,
    deadlines: List,
}

/// Prices that fall are kept as their distance from the end of the range, so that both directions are
/// met by what is larger.
const fn falling(price: u64) -> u64 {
    // The end itself stands for never.
    (NEVER - 1).saturating_sub(price)
}

impl Index {
    /// No triggers yet.
    pub fn new(markets: usize, banks: usize, accounts: u32) -> Self {
        let list = List::new(accounts as usize);
        let lists = |count| (0..count).map(|_| [list.clone(), list.clone()]).collect();
        Self {
            markets: lists(markets),
            banks: lists(banks),
            deadlines: list.clone(),
        }
    }

    fn lists(&mut self, feed: Feed) -> &mut [List; 2] {
        match feed {
            Feed::Market(number) => &mut self.markets[number],
            Feed::Bank(number) => &mut self.banks[number],
        }
    }

    /// Looks at an account again when the price is `low` or lower, or `high` or higher (Q32).
    pub fn watch(&mut self, feed: Feed, account: u32, low: Option<u64>, high: Option<u64>) {
        let [falls, rises] = self.lists(feed);
        falls.set(account, low.map_or(NEVER, falling));
        rises.set(account, high.unwrap_or(NEVER));
    }

    /// Looks at an account again at a step, whatever prices do.
    pub fn at_step(&mut self, step: u32, account: u32) {
        self.deadlines.set(account, u64::from(step));
    }

    /// Forgets all triggers of an account.
    pub fn forget(&mut self, account: u32) {
        for lists in self.markets.iter_mut().chain(&mut self.banks) {
            for list in lists {
                list.at[account as usize] = NEVER;
            }
        }
        self.deadlines.at[account as usize] = NEVER;
    }

    /// Puts the accounts whose triggers a price meets into `met`.
    pub fn meet(&mut self, feed: Feed, price: u64, met: &mut Vec<u32>) {
        let [falls, rises] = self.lists(feed);
        falls.meet(falling(price), met);
        rises.meet(price.min(NEVER - 1), met);
    }

    /// The same for deadlines up to `step`.
    pub fn meet_step(&mut self, step: u32, met: &mut Vec<u32>) {
        self.deadlines.meet(u64::from(step), met);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_meets_the_triggers_that_it_has_passed_and_no_others() {
        let mut index = Index::new(1, 0, 200);
        let feed = Feed::Market(0);
        index.watch(feed, 1, Some(90), None);
        index.watch(feed, 150, Some(80), Some(120));
        index.watch(feed, 3, None, Some(110));
        let mut met = Vec::new();
        index.meet(feed, 100, &mut met);
        assert!(met.is_empty());
        index.meet(feed, 90, &mut met);
        assert_eq!(met, [1]);
        index.meet(feed, 110, &mut met);
        assert_eq!(met, [1, 3]);
        index.meet(feed, 125, &mut met);
        assert_eq!(met, [1, 3, 150]);
    }

    #[test]
    fn the_last_trigger_of_an_account_counts() {
        let mut index = Index::new(1, 0, 70);
        let feed = Feed::Market(0);
        let mut met = Vec::new();
        index.watch(feed, 65, Some(90), None);
        index.watch(feed, 65, Some(50), None);
        index.meet(feed, 60, &mut met);
        assert!(met.is_empty());
        index.meet(feed, 50, &mut met);
        assert_eq!(met, [65]);
        index.meet(feed, 40, &mut met);
        assert_eq!(met, [65], "met once");
    }

    #[test]
    fn a_deadline_is_met_once_and_a_forgotten_one_never() {
        let mut index = Index::new(0, 0, 2);
        index.at_step(5, 0);
        index.at_step(5, 1);
        index.forget(1);
        let mut met = Vec::new();
        index.meet_step(4, &mut met);
        assert!(met.is_empty());
        index.meet_step(6, &mut met);
        index.meet_step(7, &mut met);
        assert_eq!(met, [0]);
    }
}
