//! Which accounts a price reaches. Every account that can change its state within the next hours has a
//! trigger on each price that it depends on, so that a step of time costs next to nothing while nobody
//! is near.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A price of a market or of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Of a market, by number.
    Market(usize),
    /// Of a token, by number.
    Bank(usize),
}

/// Triggers of all accounts. What is outdated stays until it is met: a trigger carries the version of
/// the judgement that set it.
#[derive(Default)]
pub struct Index {
    markets: Vec<Sides>,
    banks: Vec<Sides>,
    deadlines: BinaryHeap<Reverse<(u32, u32, u32)>>,
}

#[derive(Default)]
struct Sides {
    /// Highest first: met by a price at or under it.
    falls: BinaryHeap<(u64, u32, u32)>,
    /// Lowest first: met by a price at or over it.
    rises: BinaryHeap<Reverse<(u64, u32, u32)>>,
}

impl Index {
    /// No triggers yet.
    pub fn new(markets: usize, banks: usize) -> Self {
        let sides = |count| (0..count).map(|_| Sides::default()).collect();
        Self {
            markets: sides(markets),
            banks: sides(banks),
            deadlines: BinaryHeap::new(),
        }
    }

    fn sides(&mut self, feed: Feed) -> Option<&mut Sides> {
        match feed {
            Feed::Market(number) => self.markets.get_mut(number),
            Feed::Bank(number) => self.banks.get_mut(number),
        }
    }

    /// Looks at an account again when the price is `price` (Q32) or lower.
    pub fn when_falls(&mut self, feed: Feed, price: u64, account: u32, version: u32) {
        if let Some(sides) = self.sides(feed) {
            sides.falls.push((price, account, version));
        }
    }

    /// Looks at an account again when the price is `price` (Q32) or higher.
    pub fn when_rises(&mut self, feed: Feed, price: u64, account: u32, version: u32) {
        if let Some(sides) = self.sides(feed) {
            sides.rises.push(Reverse((price, account, version)));
        }
    }

    /// Looks at an account again at a step, whatever prices do.
    pub fn at_step(&mut self, step: u32, account: u32, version: u32) {
        self.deadlines.push(Reverse((step, account, version)));
    }

    /// Puts the accounts whose triggers a price meets into `met`, with the versions of their triggers.
    pub fn meet(&mut self, feed: Feed, price: u64, met: &mut Vec<(u32, u32)>) {
        let Some(sides) = self.sides(feed) else {
            return;
        };
        while sides.falls.peek().is_some_and(|(at, ..)| price <= *at) {
            if let Some((_, account, version)) = sides.falls.pop() {
                met.push((account, version));
            }
        }
        while sides.rises.peek().is_some_and(|Reverse((at, ..))| price >= *at) {
            if let Some(Reverse((_, account, version))) = sides.rises.pop() {
                met.push((account, version));
            }
        }
    }

    /// The same for deadlines up to `step`.
    pub fn meet_step(&mut self, step: u32, met: &mut Vec<(u32, u32)>) {
        while self.deadlines.peek().is_some_and(|Reverse((at, ..))| *at <= step) {
            if let Some(Reverse((_, account, version))) = self.deadlines.pop() {
                met.push((account, version));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_meets_the_triggers_that_it_has_passed_and_no_others() {
        let mut index = Index::new(1, 0);
        index.when_falls(Feed::Market(0), 90, 1, 7);
        index.when_falls(Feed::Market(0), 80, 2, 7);
        index.when_rises(Feed::Market(0), 110, 3, 7);
        let mut met = Vec::new();
        index.meet(Feed::Market(0), 100, &mut met);
        assert!(met.is_empty());
        index.meet(Feed::Market(0), 90, &mut met);
        assert_eq!(met, [(1, 7)]);
        index.meet(Feed::Market(0), 110, &mut met);
        assert_eq!(met, [(1, 7), (3, 7)]);
    }

    #[test]
    fn a_deadline_is_met_once() {
        let mut index = Index::new(0, 0);
        index.at_step(5, 1, 1);
        let mut met = Vec::new();
        index.meet_step(4, &mut met);
        assert!(met.is_empty());
        index.meet_step(6, &mut met);
        index.meet_step(7, &mut met);
        assert_eq!(met, [(1, 1)]);
    }
}
