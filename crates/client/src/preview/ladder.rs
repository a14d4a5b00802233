//! What liquidates at which price: the program's decision on every account, at each of a range of
//! prices of one market, each taken as a jump from the present.

use super::what_if;
use crate::{names, Mirror};
use anchor_lang::prelude::Pubkey;
use std::collections::BTreeSet;
use whittle::error::Outcome;
use whittle::state::{MarginAccount, Market};
use whittle_risk::health::State;
use whittle_risk::num::share_of_product;

/// Most prices of a ladder: each judges every account.
pub const MOST_RUNGS: i64 = 400;

/// Accounts of the exchange with their addresses.
pub type Book = [(Pubkey, MarginAccount)];

/// Which prices.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// Lowest change, basis points of the present price.
    pub from_bps: i64,
    /// Highest change.
    pub to_bps: i64,
    /// Between two prices.
    pub step_bps: i64,
}

impl Range {
    /// Changes from the lowest to the highest, the present price among them when it lies between.
    pub fn changes(&self) -> Vec<i64> {
        let step = self.step_bps.max(1);
        let first = self.from_bps.div_euclid(step).saturating_mul(step);
        let first = if first < self.from_bps {
            first.saturating_add(step)
        } else {
            first
        };
        let mut changes: BTreeSet<i64> = [self.from_bps, self.to_bps].into();
        let mut next = first;
        while next <= self.to_bps {
            changes.insert(next);
            next = next.saturating_add(step);
        }
        changes.into_iter().collect()
    }
}

/// One price.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rung {
    /// Change of the price, basis points.
    pub change_bps: i64,
    /// The price, Q32.
    pub price_q32: u64,
    /// Accounts under maintenance.
    pub under: usize,
    /// Of these, those whose equity is nothing or less.
    pub insolvent: usize,
    /// Of these, those that nothing may be closed of at present: breakers, pauses, stale prices.
    pub held_back: usize,
    /// Notional that liquidations would close, in all markets, USD atoms.
    pub closed: i128,
    /// Notional of all positions of accounts under maintenance: what venues that close everything
    /// would sell.
    pub whole: i128,
    /// What insolvent accounts lack, USD atoms.
    pub missing: i128,
    /// Accounts under maintenance here and not at the next price nearer to the present one.
    pub new: Vec<Pubkey>,
}

/// The ladder.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// The market's symbol.
    pub symbol: String,
    /// Its lots.
    pub lot_exponent: i8,
    /// Its present price.
    pub price_q32: u64,
    /// How many accounts there are.
    pub accounts: usize,
    /// From the lowest price to the highest.
    pub rungs: Vec<Rung>,
}

impl Ladder {
    /// Computes it.
    pub fn new(
        mirror: &Mirror,
        book: &Book,
        market: &Market,
        range: Range,
        now: i64,
    ) -> Outcome<Self> {
        let present = market.price.price_q32;
        let mut rungs = Vec::new();
        let mut sets = Vec::new();
        for change_bps in range.changes() {
            let part = u64::try_from(change_bps.saturating_add(10_000)).unwrap_or(1);
            let price_q32 = share_of_product(present, part, 10_000).unwrap_or(u64::MAX);
            let there = what_if::at_price(mirror, market.index, price_q32.max(1), now)?;
            let (rung, under) = rung(&there, book, now)?;
            rungs.push(Rung {
                change_bps,
                price_q32,
                ..rung
            });
            sets.push(under);
        }
        mark_new(&mut rungs, &sets);
        Ok(Self {
            symbol: names::symbol(market),
            lot_exponent: market.lot_exponent,
            price_q32: present,
            accounts: book.len(),
            rungs,
        })
    }
}

fn rung(mirror: &Mirror, book: &Book, now: i64) -> Outcome<(Rung, BTreeSet<Pubkey>)> {
    let (mut rung, mut under) = (Rung::default(), BTreeSet::new());
    for (address, account) in book {
        if account.open_positions().next().is_none() {
            continue;
        }
        let verdict = what_if::judge(mirror, account, now)?;
        if verdict.state < State::Liquidatable {
            continue;
        }
        under.insert(*address);
        rung.under = rung.under.saturating_add(1);
        let whole = what_if::notional(mirror, account, now)?;
        rung.whole = rung.whole.saturating_add(whole);
        if verdict.state >= State::Insolvent {
            rung.insolvent = rung.insolvent.saturating_add(1);
            let equity = i128::from(verdict.health.equity.0);
            rung.missing = rung.missing.saturating_sub(equity);
        }
        let held_back = usize::from(verdict.held_back.is_some());
        rung.held_back = rung.held_back.saturating_add(held_back);
        let closed = verdict.plan.map_or(0, |plan| i128::from(plan.closed.0));
        rung.closed = rung.closed.saturating_add(closed);
    }
    Ok((rung, under))
}

/// Names the accounts that each rung adds to its neighbour on the side of the present price.
fn mark_new(rungs: &mut [Rung], sets: &[BTreeSet<Pubkey>]) {
    let none = BTreeSet::new();
    for (place, rung) in rungs.iter_mut().enumerate() {
        let nearer = match rung.change_bps {
            ..0 => place.checked_add(1),
            0 => None,
            _ => place.checked_sub(1),
        };
        let nearer = nearer.and_then(|place| sets.get(place)).unwrap_or(&none);
        if let Some(set) = sets.get(place) {
            rung.new = set.difference(nearer).copied().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_a_range_are_always_among_its_prices() {
        let changes = |from_bps, to_bps, step_bps| {
            let range = Range {
                from_bps,
                to_bps,
                step_bps,
            };
            range.changes()
        };
        assert_eq!(changes(-500, 500, 250), [-500, -250, 0, 250, 500]);
        assert_eq!(changes(-300, 700, 250), [-300, -250, 0, 250, 500, 700]);
        assert_eq!(changes(100, 200, 1_000), [100, 200]);
    }
}
