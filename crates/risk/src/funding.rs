//! Funding: the crowded side pays, by time and proportional to skew.
//!
//! A market keeps one index F, USD atoms per lot in Q32, that grows while longs outweigh shorts. A
//! position of s lots (signed) that was last settled at F0 owes s (F - F0): longs pay while F
//! grows, shorts receive, and the pool, which holds the other side of the skew, gains or bears the
//! difference. One index for both sides means that what one pays another gets, exactly.
//!
//!   dF = p * max_rate_per_day * clamp(skew / scale, -1, 1) * dt / 86,400

use crate::num::{div_q32_floor, mul_q32, share_of_product};
use crate::{Lots, Price, Ratio, RiskError, Usd};

const SECS_PER_DAY: u64 = 86_400;

/// How strongly a market's funding answers skew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FundingTerms {
    /// Rate per day when the skew reaches the scale; the clamp.
    pub max_rate_per_day: Ratio,
    /// Net notional at which the rate reaches its maximum.
    pub skew_scale: Usd,
}

/// Growth of the index over `secs` at `price` with net `skew` (longs minus shorts).
///
/// Rounded towards zero: the payers gain less than 2^-32 atoms per lot.
pub fn index_step(
    skew: Lots,
    price: Price,
    terms: &FundingTerms,
    secs: u64,
) -> Result<i128, RiskError> {
    if skew.0 == 0 || secs == 0 || terms.max_rate_per_day == Ratio::ZERO {
        return Ok(0);
    }
    let scale = terms.skew_scale.magnitude();
    // A skew too large for the unit is over any scale.
    let share = match price.notional_floor(skew.magnitude()) {
        Ok(notional) if notional.magnitude() < scale => div_q32_floor(notional.magnitude(), scale)?,
        _ => Ratio::ONE.0,
    };
    let rate = Ratio(share).times_floor(terms.max_rate_per_day)?;
    let (per_day, _) = mul_q32(price.0, rate.0).ok_or(RiskError::Overflow("the funding index"))?;
    let magnitude = match share_of_product(per_day, secs, SECS_PER_DAY) {
        Some(quotient) => u128::from(quotient),
        // 2^32 atoms per lot and more in one step: many years of funding, kept exact all the same.
        None => u128::from(per_day)
            .checked_mul(u128::from(secs))
            .ok_or(RiskError::Overflow("the funding index"))?
            .checked_div(u128::from(SECS_PER_DAY))
            .ok_or(RiskError::DivisionByZero("the funding index"))?,
    };
    let step = i128::try_from(magnitude).map_err(|_| RiskError::Overflow("the funding index"))?;
    Ok(if skew.0 < 0 {
        step.saturating_neg()
    } else {
        step
    })
}

/// What a position of `lots` owes since its index was `from`; negative when it receives.
///
/// Rounded up against the account: it pays the extra fraction of an atom, or receives that much
/// less, and the pool gains it.
pub fn owed_ceil(lots: Lots, from: i128, to: i128) -> Result<Usd, RiskError> {
    let (falls, high, low) = growth(from, to)?;
    if (high | low) == 0 || lots.0 == 0 {
        return Ok(Usd::ZERO);
    }
    let (whole, exact) = mul_q32(lots.magnitude(), low).ok_or(RiskError::Overflow("funding"))?;
    let whole = if high == 0 {
        whole
    } else {
        // 2^32 atoms per lot and more: funding of many years, kept exact all the same.
        lots.magnitude()
            .checked_mul(high)
            .filter(|top| *top >> 32 == 0)
            .and_then(|top| (top << 32).checked_add(whole))
            .ok_or(RiskError::Overflow("funding"))?
    };
    let pays = (lots.0 > 0) != falls;
    if pays {
        Usd::from_magnitude(whole.saturating_add(u64::from(!exact)))
    } else {
        Usd::from_magnitude(whole)?.negated()
    }
}

/// How far an index went: whether down, and the distance in two words.
#[inline(always)]
fn growth(from: i128, to: i128) -> Result<(bool, u64, u64), RiskError> {
    let overflow = RiskError::Overflow("funding");
    // As in the units: it fits unless the two differ in sign and the difference has not that of `to`.
    // Cheaper on chain than `checked_sub`, and there is one of these for every position.
    let grown = to.wrapping_sub(from);
    if (to ^ from) & (to ^ grown) < 0 {
        return Err(overflow);
    }
    let magnitude = grown.unsigned_abs();
    let high = u64::try_from(magnitude >> 64).map_err(|_| overflow)?;
    let low = u64::try_from(magnitude & u128::from(u64::MAX)).map_err(|_| overflow)?;
    Ok((grown < 0, high, low))
}
