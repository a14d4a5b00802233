//! From an oracle's price to Q32 USD atoms per lot, and what a cached price is worth later.

use crate::num::{div_q32_ceil, div_q32_floor, mul_q32};
use crate::{Price, Ratio, RiskError};

/// Oracle exponents that are accepted. Pyth publishes between -12 and 0.
pub const EXPONENTS: core::ops::RangeInclusive<i32> = -16..=4;

const USD_DECIMALS: i32 = 6;

/// Powers of ten that fit 64 bits.
const TEN: [u64; 20] = {
    let mut powers = [1u64; 20];
    let mut i = 1;
    #[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
    while i < 20 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// Which way a conversion rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Down, for a price.
    Floor,
    /// Up, for a confidence, so that uncertainty is never understated.
    Ceil,
}

/// `mantissa * 10^exponent` USD per unit of the asset, as Q32 USD atoms per lot, where a lot is
/// `10^lot_exponent` units (for a token atom: minus its decimals).
///
/// With k = exponent + 6 + lot_exponent the result is `mantissa * 10^k * 2^32`.
///
/// Errors: an exponent outside [`EXPONENTS`], k outside -19 to 19, a result over 64 bits. A result
/// of zero is not an error here; who caches a price refuses it.
pub fn to_q32(
    mantissa: u64,
    exponent: i32,
    lot_exponent: i32,
    rounding: Rounding,
) -> Result<u64, RiskError> {
    if !EXPONENTS.contains(&exponent) {
        return Err(RiskError::ExponentOutOfRange(exponent));
    }
    let k = exponent
        .checked_add(USD_DECIMALS)
        .and_then(|sum| sum.checked_add(lot_exponent))
        .ok_or(RiskError::ExponentOutOfRange(exponent))?;
    let power = usize::try_from(k.unsigned_abs())
        .ok()
        .and_then(|index| TEN.get(index))
        .copied()
        .ok_or(RiskError::ExponentOutOfRange(exponent))?;
    let converted = if k >= 0 {
        mantissa
            .checked_mul(power)
            .filter(|whole| *whole >> 32 == 0)
            .map(|whole| whole << 32)
            .ok_or(RiskError::PriceOutOfRange)
    } else {
        match rounding {
            Rounding::Floor => div_q32_floor(mantissa, power),
            Rounding::Ceil => div_q32_ceil(mantissa, power),
        }
    };
    // A power of ten is not zero, so nothing but the range can be wrong.
    converted.map_err(|_| RiskError::PriceOutOfRange)
}

/// A price as `update_markets` or `update_banks` left it, with what its confidence means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cached {
    /// The oracle's price.
    pub price: Price,
    /// When the oracle published it, Unix seconds.
    pub publish_time: i64,
    /// Its confidence is wide: it limits what may be done but never stops the price.
    pub uncertain: bool,
    /// Shift for doubt, k times the confidence, in the price's unit.
    pub doubt_shift: u64,
    /// The same, at most the policy's bound: what counts in an account's favour.
    pub doubt_favour: u64,
}

/// How a market or bank judges its oracle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OraclePolicy {
    /// An update older than this is not accepted, so a cached price older than this is not traded or
    /// closed at: whoever knows the newer one would choose between the two.
    pub accept_secs: u32,
    /// A price older than this is shifted in an account's favour. At least `accept_secs`.
    pub stale_after_secs: u32,
    /// Share of the price by which a stale price is shifted for each second of its age.
    pub stale_shift_per_sec: Ratio,
    /// The most by which age shifts a price, and doubt in an account's favour: without a bound, a
    /// wild confidence would make every account unliquidatable.
    pub shift_max: Ratio,
    /// A confidence over this share of the price makes it uncertain.
    pub uncertain_over: Ratio,
    /// Multiple k of the confidence by which a price is shifted where doubt counts.
    pub confidence_multiple: Ratio,
}

/// A cached price seen at a certain time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The cached price.
    pub price: Price,
    /// When it was published.
    pub publish_time: i64,
    /// It is older than an update may be: the leg is valued, not traded or closed.
    pub stale: bool,
    /// Its confidence is wide: it limits what may be done but never stops the price.
    pub uncertain: bool,
    /// Shift for age, in the price's unit; zero until `stale_after_secs`.
    pub age_shift: u64,
    /// Shift for doubt, k times the confidence, in the price's unit.
    pub doubt_shift: u64,
    /// The same, at most the policy's bound: what counts in an account's favour.
    pub doubt_favour: u64,
}

/// Age in seconds; a price from the future has age 0, because the on-chain clock lags.
pub fn age_secs(publish_time: i64, now: i64) -> u64 {
    now.saturating_sub(publish_time).max(0).unsigned_abs()
}

/// What a price with this confidence (in the price's unit) will mean. Computed once, when it is
/// cached.
pub fn judge(price: Price, confidence: u64, publish_time: i64, policy: &OraclePolicy) -> Cached {
    let doubt_shift =
        mul_q32(confidence, policy.confidence_multiple.0).map_or(u64::MAX, |(shift, _)| shift);
    Cached {
        price,
        publish_time,
        uncertain: confidence > share_of_price(price, policy.uncertain_over),
        doubt_shift,
        doubt_favour: doubt_shift.min(share_of_price(price, policy.shift_max)),
    }
}

/// How a cached price counts at `now`.
#[inline]
pub fn mark(cached: &Cached, policy: &OraclePolicy, now: i64) -> Mark {
    let age = age_secs(cached.publish_time, now);
    Mark {
        price: cached.price,
        publish_time: cached.publish_time,
        stale: age > u64::from(policy.accept_secs),
        uncertain: cached.uncertain,
        age_shift: if age > u64::from(policy.stale_after_secs) {
            age_shift(cached.price, policy, age)
        } else {
            0
        },
        doubt_shift: cached.doubt_shift,
        doubt_favour: cached.doubt_favour,
    }
}

fn age_shift(price: Price, policy: &OraclePolicy, age: u64) -> u64 {
    let share = Ratio(policy.stale_shift_per_sec.0.saturating_mul(age)).least(policy.shift_max);
    share_of_price(price, share)
}

#[inline]
fn share_of_price(price: Price, share: Ratio) -> u64 {
    mul_q32(price.0, share.0).map_or(u64::MAX, |(part, _)| part)
}

impl Mark {
    /// What collateral counts for when risk is taken: the price less its doubt, at most `peg`.
    /// Rounds against the account, which bears the doubt.
    pub fn prudent(&self, peg: Option<Price>) -> Price {
        self.price
            .lowered(self.doubt_shift)
            .min(peg.unwrap_or(Price(u64::MAX)))
    }

    /// What collateral counts for when a liquidation is decided: as [`Mark::prudent`], with the age
    /// of a stale price shifted in the account's favour. Doubt that is wide is not held against the
    /// account, or one wild confidence would liquidate everybody who holds the token.
    pub fn forgiving(&self, peg: Option<Price>) -> Price {
        let doubt = if self.uncertain { 0 } else { self.doubt_shift };
        self.price
            .raised(self.age_shift)
            .lowered(doubt)
            .min(peg.unwrap_or(Price(u64::MAX)))
    }
}
