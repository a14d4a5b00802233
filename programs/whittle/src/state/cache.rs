//! A market or a bank takes over a newer price: the one place where that is done, on chain and off.

use super::depeg::PegStep;
use super::{Bank, Market};
use crate::error::Outcome;
use crate::oracle::Reading;
use whittle_risk::breaker::ShockStep;
use whittle_risk::{trade, Price};

/// What a newer price of a market has brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cached {
    /// When the price that it replaced was published, Unix seconds.
    pub last_publish_time: i64,
    /// The average it was compared with, Q32.
    pub average: Price,
    /// What it did to a price shock.
    pub shock: ShockStep,
    /// Whether a grace began, because the prices before it were silent.
    pub grace_began: bool,
    /// Whether the level of volatility changed.
    pub regime_changed: bool,
}

impl Market {
    /// Caches a price that is newer than the one held: accrues funding at the old price, moves the
    /// breakers (a shock is measured against the average of before this price, a gap from the price
    /// that is cached), takes the price into the estimates and stores it. `None` when it is not newer.
    /// `now` and `slot` are those in which this is done.
    ///
    /// Errors: those of [`Reading::newer_than`], and [`WhittleError::MathOverflow`].
    ///
    /// [`WhittleError::MathOverflow`]: crate::error::WhittleError::MathOverflow
    pub fn cache(&mut self, reading: &Reading, now: i64, slot: u64) -> Outcome<Option<Cached>> {
        let lot_exponent = i32::from(self.lot_exponent);
        let newer = reading.newer_than(&self.price, &self.oracle, lot_exponent, now)?;
        let Some(price) = newer else {
            return Ok(None);
        };
        let old = Price(self.price.price_q32);
        let before = self.price.publish_time;
        let (new, published) = (Price(price.price_q32), price.publish_time);
        self.accrue_funding(now)?;
        let params = self.params.breaker;
        let grace_began = self.breaker.watch_gap(&params, before, published, now);
        let average = Price(self.estimate.average_q32);
        let shock = self.breaker.watch_price(&params, average, &price, slot);
        let sampled = self.estimate.sample(new, published)?;
        let regime_changed = sampled && self.choose_regime(now)?;
        self.follow_ramp(now)?;
        let doubt = price.confidence_q32;
        self.spread_q32 = trade::spread_share(new, doubt, &self.pricing())?.0;
        self.wind_down.observe(old, before, published);
        self.price = price;
        Ok(Some(Cached {
            last_publish_time: before,
            average,
            shock,
            grace_began,
            regime_changed,
        }))
    }
}

impl Bank {
    /// Caches a price that is newer than the one held: counts the old one towards the price of
    /// settlement, stores the new one and moves the guard of the peg. `None` when it is not newer.
    ///
    /// Errors: those of [`Reading::newer_than`].
    #[inline]
    pub fn cache(&mut self, reading: &Reading, now: i64) -> Outcome<Option<PegStep>> {
        let per_atom = i32::from(self.decimals).saturating_neg();
        let Some(price) = reading.newer_than(&self.price, &self.oracle, per_atom, now)? else {
            return Ok(None);
        };
        self.observe(price.publish_time);
        self.price = price;
        Ok(Some(self.watch_peg(&price)))
    }
}
