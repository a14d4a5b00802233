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
        let now = self.now();
        if let Some(poster) = &self.poster {
            let age = now.saturating_sub(poster.newest).max(0);
            metrics.hermes_age.set(age as f64);
            metrics.rented_accounts.set(count(poster.rented()));
        }
        for market in self.book.mirror().markets() {
            let Some(chain) = self.book.chain_market(market.index) else {
                continue;
            };
            self.measure_age(Feed::Market(market.index), chain.price.publish_time, now);
        }
        for bank in self.book.mirror().banks() {
            let chain = self.book.chain_bank(bank.index);
            let Some(chain) = chain.filter(|bank| bank.index != whittle::state::bank::QUOTE_BANK)
            else {
                continue;
            };
            self.measure_age(Feed::Bank(bank.index), chain.price.publish_time, now);
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

    fn measure_age(&self, feed: Feed, publish_time: i64, now: i64) {
        let feed = match feed {
            Feed::Market(index) => format!("market:{index}"),
            Feed::Bank(index) => format!("bank:{index}"),
        };
        let age = now.saturating_sub(publish_time).max(0);
        self.metrics
            .oracle_age
            .get_or_create(&OfFeed { feed })
            .set(age as f64);
    }
}
