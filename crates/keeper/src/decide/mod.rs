//! What is due: one pure function of what is known, the time and what the operator chose.
//!
//! Decisions are made by the program's own arithmetic on the accounts as they will be once the
//! newest oracle readings are cached; [`Action::updates`] names the readings that an action counts
//! on and that go in front of it in the same transaction.

mod duties;
mod health;
mod orders;
mod owing;

use crate::action::{Action, Key, What};
use crate::book::Book;
use crate::config::Config;
use crate::oracle::Feed;
use core::cmp::Reverse;
use whittle::state::MarginAccount;
use whittle_risk::Usd;

/// What is due at `now` (Unix seconds), the most urgent first: by kind, then by urgency. Call
/// [`Book::refresh`] with the same `now` before.
pub fn decide(book: &Book, now: i64, config: &Config) -> Vec<Action> {
    decide_allowed(book, now, config, |_| true)
}

/// The same without actions that may not be sent now, such as those that
/// [`crate::BackOff::allows`] holds back: those must not take the places of others among
/// `actions_at_once`.
pub fn decide_allowed(
    book: &Book,
    now: i64,
    config: &Config,
    allowed: impl Fn(&Key) -> bool,
) -> Vec<Action> {
    if book.mirror.exchange().is_none() {
        return Vec::new();
    }
    let view = View { book, now, config };
    let mut actions = health::actions(&view);
    actions.extend(orders::actions(&view));
    actions.extend(owing::actions(&view));
    if config.public_duties {
        actions.extend(duties::actions(&view));
    }
    actions.retain(|action| config.takes(action.what.kind()) && allowed(&action.key()));
    actions.sort_by_cached_key(|action| {
        Reverse((action.what.kind(), action.urgency, Reverse(action.key())))
    });
    actions.truncate(config.actions_at_once);
    actions
}

/// What every decision looks at.
pub(crate) struct View<'a> {
    pub book: &'a Book,
    pub now: i64,
    pub config: &'a Config,
}

impl View<'_> {
    /// Whether to do something with this pay: for the pay, or as a duty.
    fn wants(&self, pay: Usd) -> bool {
        self.config.public_duties || self.config.pays(pay)
    }

    /// The least to accept on chain of what promises this pay, USD atoms: nothing where it is a duty.
    fn least_of(&self, pay: Usd) -> i64 {
        if self.config.pays(pay) {
            self.config.least_pay()
        } else {
            0
        }
    }

    fn allows_all(&self, account: &MarginAccount) -> bool {
        let mut positions = account.open_positions();
        positions.all(|position| self.config.allows(position.market))
    }

    /// Prices of an account that the chain has not cached yet and that its decision counts on.
    fn updates(&self, account: &MarginAccount) -> Vec<Feed> {
        let banks = account.used_collaterals().map(|held| Feed::Bank(held.bank));
        let markets = account
            .open_positions()
            .map(|held| Feed::Market(held.market));
        banks
            .chain(markets)
            .filter(|feed| self.is_ahead(*feed))
            .collect()
    }

    /// Whether the mirror holds a newer price than the chain.
    fn is_ahead(&self, feed: Feed) -> bool {
        let book = self.book;
        let times = match feed {
            Feed::Market(index) => {
                let ahead = book
                    .mirror
                    .market(index)
                    .ok()
                    .map(|it| it.price.publish_time);
                ahead.zip(book.chain_market(index).map(|it| it.price.publish_time))
            }
            Feed::Bank(index) => {
                let ahead = book.mirror.bank(index).ok().map(|it| it.price.publish_time);
                ahead.zip(book.chain_bank(index).map(|it| it.price.publish_time))
            }
        };
        times.is_some_and(|(ahead, chain)| ahead > chain)
    }
}

/// An action whose urgency is its pay.
fn paid(what: What, profit: Usd, updates: Vec<Feed>) -> Action {
    Action {
        what,
        profit,
        urgency: profit.0,
        updates,
    }
}

/// An action that pays nothing.
fn unpaid(what: What, updates: Vec<Feed>) -> Action {
    paid(what, Usd::ZERO, updates)
}
