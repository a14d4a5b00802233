//! The end of a market or a bank, announced beforehand. From its beginning on, exposure may only
//! fall; from settlement on, what is left counts and closes at one published price, oracle or not.

use super::exchange::Exchange;
use super::governance::PAUSE_NEW_RISK;
use super::{bank::QUOTE_BANK, Bank, Market};
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::price::{age_secs, Mark};
use whittle_risk::settlement::Observed;
use whittle_risk::Price;

/// Shortest time between beginning and settlement: traders must be able to leave by themselves.
pub const SETTLES_AFTER_MIN_SECS: u32 = 86_400;
/// Longest time.
pub const SETTLES_AFTER_MAX_SECS: u32 = SETTLES_AFTER_MIN_SECS.saturating_mul(90);

/// Where a wind-down stands.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WindDown {
    /// From when on exposure may only fall, Unix seconds; zero when there is no wind-down.
    pub begins_at: i64,
    /// From when on what is left is settled.
    pub settles_at: i64,
    /// The published price of settlement, Q32; zero before.
    pub price_q32: u64,
    /// Prices times seconds of the last hour, low word, Q32.
    pub observed_low: u64,
    /// The same, high word.
    pub observed_high: u32,
    /// Seconds in it.
    pub observed_secs: u32,
}

/// Whether the time between beginning and settlement is within bounds.
pub fn check_settles_after(secs: u32) -> Outcome<()> {
    require_that(
        (SETTLES_AFTER_MIN_SECS..=SETTLES_AFTER_MAX_SECS).contains(&secs),
        WhittleError::BadWindDown,
    )
}

impl WindDown {
    /// Begins; there is no way back and no second time.
    pub fn begin(&mut self, settles_after_secs: u32, now: i64) -> Outcome<()> {
        check_settles_after(settles_after_secs)?;
        require_that(self.begins_at == 0, WhittleError::BadWindDown)?;
        self.begins_at = now;
        self.settles_at = now.saturating_add(i64::from(settles_after_secs));
        Ok(())
    }

    /// Whether exposure may only fall.
    pub fn has_begun(&self, now: i64) -> bool {
        self.begins_at != 0 && now >= self.begins_at
    }

    /// Whether the price of settlement is published.
    pub fn is_settled(&self) -> bool {
        self.price_q32 != 0
    }

    /// Whether this has ended and its price of settlement is not published yet. Until then nothing is
    /// closed or valued at the oracle's price for whoever could choose between the two; only accounts
    /// in emergency are liquidated.
    #[inline(always)] // A liquidation asks for each leg.
    pub fn awaits_price(&self, now: i64) -> bool {
        self.begins_at != 0 && now >= self.settles_at && self.price_q32 == 0
    }

    /// Fails in that time.
    pub fn require_decided(&self, now: i64) -> Outcome<()> {
        require_that(!self.awaits_price(now), WhittleError::MarketSettled)
    }

    /// Counts a price for the time from when it was published to when the next one was, as far as it
    /// belongs to the average at which this ends.
    #[inline]
    pub fn observe(&mut self, price: Price, from: i64, until: i64) {
        if self.begins_at != 0 && !self.is_settled() {
            self.set_observed(self.observed().with(self.settles_at, price, from, until));
        }
    }

    /// What [`Self::observe`] has summed up, with the newest price, which was published at `from` and
    /// stands until now.
    pub fn observed_until(&self, price: Price, from: i64, now: i64) -> Observed {
        self.observed().with(self.settles_at, price, from, now)
    }

    /// The average at which this will end, as far as it has been summed up; none before half of it is.
    /// From then on who may choose between it and the oracle's price knows enough of both.
    #[inline]
    pub fn mean_so_far(&self) -> Option<Price> {
        if self.observed_secs == 0 {
            return None;
        }
        self.observed().mean_floor()
    }

    fn observed(&self) -> Observed {
        Observed {
            sum: u128::from(self.observed_low) | (u128::from(self.observed_high) << 64),
            secs: self.observed_secs,
        }
    }

    #[inline(never)] // Few markets end, and every update of a price comes by.
    #[allow(clippy::cast_possible_truncation)] // The sum is under 2^76; splitting it is the purpose.
    fn set_observed(&mut self, observed: Observed) {
        self.observed_low = observed.sum as u64;
        self.observed_high = (observed.sum >> 64) as u32;
        self.observed_secs = observed.secs;
    }

    /// Whether the price of settlement may be published.
    pub fn require_due(&self, now: i64) -> Outcome<()> {
        require_that(self.awaits_price(now), WhittleError::SettlementNotDue)
    }

    /// Publishes the price of settlement, once.
    pub fn publish(&mut self, price: Price, now: i64) -> Outcome<()> {
        self.require_due(now)?;
        self.price_q32 = price.0;
        Ok(())
    }

    /// The published price as it counts at `now`: fresh and certain for ever.
    #[inline]
    pub fn mark(&self, now: i64) -> Mark {
        Mark {
            price: Price(self.price_q32),
            publish_time: now,
            ..Mark::default()
        }
    }
}

impl Market {
    /// The price at which positions count: the cached one, after the end of the market the published
    /// one.
    pub fn counted_price(&self) -> Price {
        if self.wind_down.is_settled() {
            return Price(self.wind_down.price_q32);
        }
        Price(self.price.price_q32)
    }

    /// Whether an order may be placed or filled here: none once the market has ended, and one that
    /// opens only while new risk is taken.
    pub fn admit(&self, exchange: &Exchange, opens: bool, now: i64) -> Outcome<()> {
        // From its end on, nobody chooses between the average and the oracle's price.
        let ends = self.wind_down.has_begun(now) && now >= self.wind_down.settles_at;
        require_that(!ends, WhittleError::MarketSettled)?;
        if !opens {
            return Ok(());
        }
        require_that(now >= self.opens_at, WhittleError::MarketNotOpen)?;
        require_that(
            !self.wind_down.has_begun(now),
            WhittleError::MarketWindingDown,
        )?;
        exchange.require_running(PAUSE_NEW_RISK, now)
    }
}

impl Bank {
    /// Whether deposits are taken. Those of the quote token always are: it is what cures an account.
    /// A token that never had a price is not: it could not be sold when its owner is bankrupt. Nor is one
    /// whose price has become old: it would count at the last one however little it is worth by now.
    ///
    /// Errors: [`WhittleError::BankNotOpen`], [`WhittleError::BankWindingDown`],
    /// [`WhittleError::DepositsFrozen`], [`WhittleError::PegLost`], [`WhittleError::NoPrice`],
    /// [`WhittleError::PriceTooOld`] after `stale_after_secs`.
    pub fn admit_deposit(&self, now: i64) -> Outcome<()> {
        if self.index == QUOTE_BANK {
            return Ok(());
        }
        require_that(now >= self.opens_at, WhittleError::BankNotOpen)?;
        require_that(
            !self.wind_down.has_begun(now),
            WhittleError::BankWindingDown,
        )?;
        require_that(self.deposits_frozen == 0, WhittleError::DepositsFrozen)?;
        require_that(self.depeg.since == 0, WhittleError::PegLost)?;
        require_that(self.price.price_q32 != 0, WhittleError::NoPrice)?;
        require_that(
            age_secs(self.price.publish_time, now) <= u64::from(self.oracle.stale_after_secs),
            WhittleError::PriceTooOld,
        )
    }
}
