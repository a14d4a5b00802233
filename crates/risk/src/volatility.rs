//! Moving average and variance of a price, sampled at fixed intervals.
//!
//! Only the first update after each interval counts, so sending many updates moves neither.

use crate::num::{div_q32_floor, mul_q32};
use crate::{Price, Ratio, RiskError};

/// What a market remembers of its price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Exponential moving average.
    pub average: Price,
    /// Price at the last sample.
    pub last: Price,
    /// Exponentially weighted mean of squared returns between samples.
    pub variance: Ratio,
    /// Publish time of the last sample; zero before the first.
    pub sampled_at: i64,
}

/// How often to sample and how fast to forget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SampleTerms {
    /// Seconds between samples.
    pub interval_secs: u32,
    /// Weight of the newest sample, at most one.
    pub weight: Ratio,
}

/// The estimate after a price published at `publish_time`. Unchanged inside the interval.
///
/// Returns are capped at one, so a single wild price cannot overflow the variance. Rounds down.
pub fn sample(
    estimate: Estimate,
    terms: &SampleTerms,
    price: Price,
    publish_time: i64,
) -> Result<Estimate, RiskError> {
    if estimate.sampled_at == 0 {
        return Ok(Estimate {
            average: price,
            last: price,
            variance: Ratio::ZERO,
            sampled_at: publish_time,
        });
    }
    if publish_time.saturating_sub(estimate.sampled_at) < i64::from(terms.interval_secs) {
        return Ok(estimate);
    }
    let moved = price.0.abs_diff(estimate.last.0);
    let change = if moved >= estimate.last.0 {
        Ratio::ONE
    } else {
        Ratio(div_q32_floor(moved, estimate.last.0)?)
    };
    let square = change.times_floor(change)?;
    Ok(Estimate {
        average: Price(towards(estimate.average.0, price.0, terms.weight)?),
        last: price,
        variance: Ratio(towards(estimate.variance.0, square.0, terms.weight)?),
        sampled_at: publish_time,
    })
}

/// `from + weight * (to - from)`, the step rounded towards zero.
fn towards(from: u64, to: u64, weight: Ratio) -> Result<u64, RiskError> {
    let (step, _) = mul_q32(from.abs_diff(to), weight.least(Ratio::ONE).0)
        .ok_or(RiskError::Overflow("an average"))?;
    let moved = if to >= from {
        from.checked_add(step)
    } else {
        from.checked_sub(step)
    };
    moved.ok_or(RiskError::Overflow("an average"))
}
