//! Parts that several accounts share, as stored.

use anchor_lang::prelude::*;
use whittle_risk::price::{Cached, OraclePolicy};
use whittle_risk::volatility::{Estimate, SampleTerms};
use whittle_risk::{Price, Ratio};

/// The receiver's `PriceUpdateV2`; `key` is the feed id.
pub const ORACLE_PYTH_PULL: u8 = 1;
/// A legacy (push) Pyth price account; `key` is its address.
pub const ORACLE_PYTH_LEGACY: u8 = 2;

/// Where a price comes from and how it is judged.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct OracleConfig {
    /// Feed id or address, by `kind`.
    pub key: [u8; 32],
    /// Share of the price by which a stale price shifts for each second of its age.
    pub stale_shift_per_sec_q32: u64,
    /// The most by which age, or doubt in favour of an account, shifts a price.
    pub shift_max_q32: u64,
    /// A confidence over this share of the price makes it uncertain.
    pub uncertain_over_q32: u64,
    /// Multiple of the confidence by which a price shifts where doubt counts.
    pub confidence_multiple_q32: u64,
    /// Older than this, a cached price shifts in an account's favour.
    pub stale_after_secs: u32,
    /// Older than this, an update is not accepted and a cached price is not traded or closed at.
    pub accept_secs: u32,
    /// [`ORACLE_PYTH_PULL`] or [`ORACLE_PYTH_LEGACY`].
    pub kind: u8,
    /// Zero.
    pub padding: [u8; 7],
}

impl OracleConfig {
    /// As the risk crate sees it.
    pub fn policy(&self) -> OraclePolicy {
        OraclePolicy {
            accept_secs: self.accept_secs,
            stale_after_secs: self.stale_after_secs,
            stale_shift_per_sec: Ratio(self.stale_shift_per_sec_q32),
            shift_max: Ratio(self.shift_max_q32),
            uncertain_over: Ratio(self.uncertain_over_q32),
            confidence_multiple: Ratio(self.confidence_multiple_q32),
        }
    }
}

/// The newest accepted price, with what its confidence means.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CachedPrice {
    /// USD atoms per lot or token atom, Q32; zero before the first update.
    pub price_q32: u64,
    /// Confidence interval in the same unit.
    pub confidence_q32: u64,
    /// Shift where doubt counts against an account, in the same unit.
    pub doubt_shift_q32: u64,
    /// Shift where doubt counts for an account, in the same unit.
    pub doubt_favour_q32: u64,
    /// When the oracle published it, Unix seconds.
    pub publish_time: i64,
    /// Publish time of the update before, as the oracle reports it.
    pub prev_publish_time: i64,
    /// 1 when the confidence is wider than the configuration trusts.
    pub uncertain: u8,
    /// Zero.
    pub padding: [u8; 7],
}

impl CachedPrice {
    /// As the risk crate sees it.
    pub fn cached(&self) -> Cached {
        Cached {
            price: Price(self.price_q32),
            publish_time: self.publish_time,
            uncertain: self.uncertain != 0,
            doubt_shift: self.doubt_shift_q32,
            doubt_favour: self.doubt_favour_q32,
        }
    }
}

/// Moving average and variance of a price.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PriceEstimate {
    /// Exponential moving average, Q32.
    pub average_q32: u64,
    /// Price at the last sample, Q32.
    pub last_q32: u64,
    /// Mean squared return between samples, Q32.
    pub variance_q32: u64,
    /// Publish time of the last sample.
    pub sampled_at: i64,
    /// Weight of the newest sample, Q32.
    pub weight_q32: u64,
    /// Seconds between samples.
    pub interval_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
}

impl PriceEstimate {
    /// Takes a price into account when a sample is due, and tells whether it was.
    pub fn sample(&mut self, price: Price, publish_time: i64) -> crate::error::Outcome<bool> {
        // What `volatility::sample` would decide, before it is given anything.
        let elapsed = publish_time.saturating_sub(self.sampled_at);
        if self.sampled_at != 0 && elapsed < i64::from(self.interval_secs) {
            return Ok(false);
        }
        let terms = SampleTerms {
            interval_secs: self.interval_secs,
            weight: Ratio(self.weight_q32),
        };
        let before = Estimate {
            average: Price(self.average_q32),
            last: Price(self.last_q32),
            variance: Ratio(self.variance_q32),
            sampled_at: self.sampled_at,
        };
        let after = whittle_risk::volatility::sample(before, &terms, price, publish_time)?;
        self.average_q32 = after.average.0;
        self.last_q32 = after.last.0;
        self.variance_q32 = after.variance.0;
        self.sampled_at = after.sampled_at;
        Ok(true)
    }
}

/// A 128-bit signed number in two words, so that accounts need no 16-byte alignment.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wide {
    /// Low word.
    pub low: u64,
    /// High word with the sign.
    pub high: i64,
}

impl From<i128> for Wide {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Splitting into words is the purpose.
    fn from(value: i128) -> Self {
        Self {
            low: value as u64,
            high: (value >> 64) as i64,
        }
    }
}

impl From<Wide> for i128 {
    fn from(words: Wide) -> Self {
        (i128::from(words.high) << 64) | i128::from(words.low)
    }
}

/// Serialisation of structs that travel in instructions and events. Borsh writes fields in order and
/// little endian, which is what they look like in memory where the program runs: one copy instead of
/// a write for each field. Deserialisation is derived; a test compares the two.
macro_rules! serialize_as_bytes {
    ($($name:ty),* $(,)?) => {$(
        impl AnchorSerialize for $name {
            fn serialize<W: std::io::Write>(&self, writer: &mut W) -> std::io::Result<()> {
                writer.write_all(bytemuck::bytes_of(self))
            }
        }
    )*};
}

serialize_as_bytes!(
    OracleConfig,
    super::exchange::ExchangeParams,
    super::market::MarketParams,
    super::pool::PoolParams,
    super::insurance_fund::InsuranceParams,
    super::breaker::BreakerParams,
    super::regime::RegimeParams,
    super::crowding::CrowdingParams,
    super::depeg::DepegParams,
    super::leverage::LeverageParams,
    super::overdraft::OverdraftParams,
    super::governance::GovernanceParams,
    super::recovery::RecoveryPlan,
    super::Receipt,
    crate::event::LiquidatedLeg,
);
