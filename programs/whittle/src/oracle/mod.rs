//! The only place that knows Pyth: from an oracle account to a price per lot.

mod legacy;
mod pull;

use crate::error::{require_that, Outcome, WhittleError};
use crate::state::raw::{CachedPrice, OracleConfig, ORACLE_PYTH_LEGACY, ORACLE_PYTH_PULL};
use crate::state::Exchange;
use anchor_lang::prelude::*;
use whittle_risk::price::{age_secs, judge, to_q32, Rounding};
use whittle_risk::{Price, Ratio, RiskError};

/// How far ahead of the on-chain clock a price may be published, seconds. The clock is a stake
/// weighted median of validators and lags behind the oracle.
pub const MAX_AHEAD_SECS: i64 = 15;

/// The longest that an update may be accepted for, seconds: a feed that is pushed once a minute may
/// miss one push. It bounds how far back callers choose among signed updates.
pub const ACCEPT_MAX_SECS: u32 = 120;
/// The longest that a silent price counts unshifted, seconds; as long as a grace may last. Until then
/// it holds up the confirmation of its account's other legs.
pub const STALE_AFTER_MAX_SECS: u32 = 600;

/// What an oracle account says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Price times 10^-exponent.
    pub price: i64,
    /// Confidence in the same unit.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
    /// Unix seconds.
    pub publish_time: i64,
    /// Publish time of the update before.
    pub prev_publish_time: i64,
}

/// Reads an oracle account of the configured kind: owner, feed, verification, sign.
pub fn read(info: &AccountInfo, config: &OracleConfig, exchange: &Exchange) -> Outcome<Reading> {
    let owners = match config.kind {
        ORACLE_PYTH_PULL => &exchange.receiver_programs,
        ORACLE_PYTH_LEGACY => &exchange.legacy_programs,
        _ => return Err(WhittleError::OracleKind),
    };
    // Unused places hold the default key, which is the system program: it owns no oracle account.
    require_that(
        owners.contains(info.owner) && *info.owner != Pubkey::default(),
        WhittleError::OracleOwner,
    )?;
    let data = info
        .try_borrow_data()
        .map_err(|_| WhittleError::OracleUnreadable)?;
    let reading = if config.kind == ORACLE_PYTH_PULL {
        pull::read(&data, &config.key)?
    } else {
        require_that(info.key.to_bytes() == config.key, WhittleError::OracleFeed)?;
        legacy::read(&data)?
    };
    require_that(reading.price > 0, WhittleError::OraclePriceNotPositive)?;
    Ok(reading)
}

impl Reading {
    /// In Q32 USD atoms per `10^lot_exponent` units; the price rounds down, the confidence up.
    pub fn to_cached(&self, config: &OracleConfig, lot_exponent: i32) -> Outcome<CachedPrice> {
        let price = self.price.unsigned_abs();
        let price_q32 = to_q32(price, self.exponent, lot_exponent, Rounding::Floor)?;
        require_that(price_q32 > 0, WhittleError::PriceOutOfRange)?;
        // A confidence beyond the range of a price is as wide as can be, not an error.
        let confidence_q32 =
            match to_q32(self.confidence, self.exponent, lot_exponent, Rounding::Ceil) {
                Err(RiskError::PriceOutOfRange) => u64::MAX,
                other => other?,
            };
        let judged = judge(
            Price(price_q32),
            confidence_q32,
            self.publish_time,
            &config.policy(),
        );
        Ok(CachedPrice {
            price_q32,
            confidence_q32,
            doubt_shift_q32: judged.doubt_shift,
            doubt_favour_q32: judged.doubt_favour,
            publish_time: self.publish_time,
            prev_publish_time: self.prev_publish_time,
            uncertain: u8::from(judged.uncertain),
            padding: [0; 7],
        })
    }

    /// Not too old and not from the future.
    pub fn check_time(&self, accept_secs: u32, now: i64) -> Outcome<()> {
        require_that(
            self.publish_time <= now.saturating_add(MAX_AHEAD_SECS),
            WhittleError::PriceFromFuture,
        )?;
        require_that(
            age_secs(self.publish_time, now) <= u64::from(accept_secs),
            WhittleError::PriceTooOld,
        )
    }

    /// The price to cache, or nothing when the cache already holds it or a newer one: several
    /// keepers may each send the same update.
    pub fn newer_than(
        &self,
        cache: &CachedPrice,
        config: &OracleConfig,
        lot_exponent: i32,
        now: i64,
    ) -> Outcome<Option<CachedPrice>> {
        if self.publish_time <= cache.publish_time && cache.price_q32 != 0 {
            return Ok(None);
        }
        self.check_time(config.accept_secs, now)?;
        self.to_cached(config, lot_exponent).map(Some)
    }
}

impl OracleConfig {
    /// Bounds in code.
    pub fn validate(&self) -> Outcome<()> {
        let one = Ratio::ONE.0;
        let ok = (self.kind == ORACLE_PYTH_PULL || self.kind == ORACLE_PYTH_LEGACY)
            && self.key != [0; 32]
            && (1..=ACCEPT_MAX_SECS).contains(&self.accept_secs)
            && (self.accept_secs..=STALE_AFTER_MAX_SECS).contains(&self.stale_after_secs)
            && self.shift_max_q32 <= one
            && self.stale_shift_per_sec_q32 > 0
            && self.stale_shift_per_sec_q32 <= self.shift_max_q32
            && self.uncertain_over_q32 > 0
            && self.uncertain_over_q32 <= one
            && self.confidence_multiple_q32 >= one
            && self.padding == [0; 7];
        require_that(ok, WhittleError::BadOracleConfig)
    }
}
