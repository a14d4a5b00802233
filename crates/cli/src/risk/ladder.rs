//! What liquidates at which price: the program's decision on every account, at each of a range of
//! prices of one market, each taken as a jump from the present.

use super::what_if;
use crate::names;
use crate::show::{self, Report};
use anchor_lang::prelude::Pubkey;
use serde_json::json;
use std::collections::BTreeSet;
use textplots::{Chart, Plot, Shape};
use whittle::error::Outcome;
use whittle::state::{MarginAccount, Market};
use whittle_client::Mirror;
use whittle_risk::health::State;
use whittle_risk::num::share_of_product;

/// Dots of the chart, across and down: two and four a character.
const CHART_DOTS: (u32, u32) = (140, 48);

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
    fn changes(&self) -> Vec<i64> {
        let step = self.step_bps.max(1);
        let first = self.from_bps.div_euclid(step) * step;
        let first = if first < self.from_bps {
            first + step
        } else {
            first
        };
        let mut changes: BTreeSet<i64> = [self.from_bps, self.to_bps].into();
        let mut next = first;
        while next <= self.to_bps {
            changes.insert(next);
            next += step;
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
    symbol: String,
    lot_exponent: i8,
    price_q32: u64,
    accounts: usize,
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

    /// Table, chart and JSON.
    pub fn report(&self, chart: bool) -> Report {
        let mut text = format!(
            "{} at {}, {} accounts\n\n{}",
            self.symbol,
            show::price(self.price_q32, self.lot_exponent),
            self.accounts,
            self.table()
        );
        if chart && self.rungs.iter().any(|rung| rung.closed > 0) {
            text.push_str("\n\nnotional closed by price, USD\n");
            text.push_str(&self.chart());
        }
        let rungs = self.rungs.iter().map(|rung| self.rung_json(rung));
        let json = json!({
            "market": self.symbol,
            "price": show::price_json(self.price_q32, self.lot_exponent),
            "accounts": self.accounts,
            "rungs": rungs.collect::<Vec<_>>(),
        });
        Report::new(text, json)
    }

    fn table(&self) -> String {
        let rows = self.rungs.iter().map(|rung| {
            vec![
                change(rung.change_bps),
                show::price(rung.price_q32, self.lot_exponent),
                rung.under.to_string(),
                rung.new.len().to_string(),
                show::dollars(rung.closed),
                show::dollars(rung.whole),
                rung.held_back.to_string(),
                rung.insolvent.to_string(),
                show::dollars(rung.missing),
            ]
        });
        let headers = [
            "change",
            "price",
            "accounts",
            "new",
            "closed",
            "of",
            "held back",
            "insolvent",
            "missing",
        ];
        show::table(&headers, rows.collect())
    }

    #[allow(clippy::cast_precision_loss)] // A picture, not a sum.
    fn chart(&self) -> String {
        let dollars = |raw: u64| {
            let power = 10f64.powi(6 + i32::from(self.lot_exponent));
            (raw as f64 / 4_294_967_296.0 / power) as f32
        };
        let points: Vec<(f32, f32)> = self
            .rungs
            .iter()
            .map(|rung| (dollars(rung.price_q32), rung.closed as f32 / 1e6))
            .collect();
        // From nothing on, or a small difference would look like a large one.
        let most = points
            .iter()
            .fold(0.0, |most, (_, closed)| f32::max(most, *closed));
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return String::new();
        };
        let mut chart =
            Chart::new_with_y_range(CHART_DOTS.0, CHART_DOTS.1, first.0, last.0, 0.0, most);
        let shape = Shape::Lines(&points);
        let chart = chart.lineplot(&shape);
        chart.axis();
        chart.figures();
        let text = chart.to_string();
        // Braille has its own blank.
        let lines = text
            .lines()
            .map(|line| line.trim_end_matches([' ', '\u{2800}']));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn rung_json(&self, rung: &Rung) -> serde_json::Value {
        let sum = |atoms: i128| show::usd_json(i64::try_from(atoms).unwrap_or(i64::MAX));
        json!({
            "change_bps": rung.change_bps,
            "price": show::price_json(rung.price_q32, self.lot_exponent),
            "accounts": rung.under,
            "new": rung.new.iter().map(Pubkey::to_string).collect::<Vec<_>>(),
            "closed": sum(rung.closed),
            "whole": sum(rung.whole),
            "held_back": rung.held_back,
            "insolvent": rung.insolvent,
            "missing": sum(rung.missing),
        })
    }
}

fn change(bps: i64) -> String {
    let sign = match bps {
        ..0 => "-",
        0 => "",
        _ => "+",
    };
    let percent = show::scaled(bps.unsigned_abs().into(), 2, 1);
    format!("{sign}{percent} %")
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
        rung.under += 1;
        rung.whole += super::notional(mirror, account, now)?;
        if verdict.state >= State::Insolvent {
            rung.insolvent += 1;
            rung.missing -= i128::from(verdict.health.equity.0);
        }
        rung.held_back += usize::from(verdict.held_back.is_some());
        rung.closed += verdict.plan.map_or(0, |plan| i128::from(plan.closed.0));
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
#[path = "ladder_tests.rs"]
mod tests;
