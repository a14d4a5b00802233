//! The gauges.

use super::{Watch, USD};
use crate::run::metrics::OfFeed;
use whittle_keeper::oracle::Feed;
use whittle_risk::health::State;

impl Watch {
    /// Brings the gauges up to date.
    pub(super) fn measure(&self) {
        let metrics = &self.metrics;
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        metrics.accounts.set(count(self.book.len()));
        let called = self.book.near().filter(|(_, near)| {
            let standing = near.standing.as_ref();
            standing.is_ok_and(|standing| standing.state != State::Healthy)
        });
        metrics.accounts_called.set(count(called.count()));
        let queue = self.book.liquidatable(self.config.shock());
        metrics.accounts_underwater.set(count(queue.len()));
        let losses = queue.iter().map(|one| one.expected_loss.0 as f64);
        // The sum of nothing would be minus zero.
        let loss = losses.fold(0.0, |sum, loss| sum + loss);
        metrics.expected_loss_usd.set(loss / USD);
        let age = self
            .slot_seen
            .map_or(f64::INFINITY, |seen| seen.elapsed().as_secs_f64());
        metrics.slot_age.set(age);
        metrics.stopped.set(i64::from(self.backoff.is_stopped()));
        let now = self.now();
        if let Some(poster) = &self.poster {
            let age = now.saturating_sub(poster.newest).max(0);
            metrics.hermes_age.set(age as f64);
            metrics.rented_accounts.set(count(poster.rented()));
        }
        for (feed, published) in self.book.feeds() {
            self.measure_age(feed, published.map(|at| now.saturating_sub(at)));
        }
        if let Some(fund) = self.book.insurance() {
            let worth = fund.worth().map_or(fund.cash_usd_atoms, |worth| worth.0);
            metrics.insurance_usd.set(worth as f64 / USD);
            metrics
                .insurance_drawn
                .set(i64::from(now < fund.drawn_until));
        }
        if let Some(pool) = self.book.pool() {
            metrics.pool_cash_usd.set(pool.cash_usd_atoms as f64 / USD);
        }
    }

    /// None where nobody needs a price: nobody updates it, and its age would alarm for nothing.
    fn measure_age(&self, feed: Feed, age: Option<i64>) {
        let feed = OfFeed {
            feed: match feed {
                Feed::Market(index) => format!("market:{index}"),
                Feed::Bank(index) => format!("bank:{index}"),
            },
        };
        let ages = &self.metrics.oracle_age;
        match age {
            Some(age) => drop(ages.get_or_create(&feed).set(age.max(0) as f64)),
            None => drop(ages.remove(&feed)),
        }
    }
}
