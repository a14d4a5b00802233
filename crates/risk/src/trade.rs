//! The price of a trade against the pool: the oracle's, worsened by doubt and by skew.

use crate::num::{div_q32_ceil, div_q32_floor, mul_q32, wide_div_ceil};
use crate::{Lots, Price, Ratio, RiskError, Usd};

/// How a market prices trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PricingTerms {
    /// Multiple of the confidence that every trade pays as spread.
    pub spread_multiple: Ratio,
    /// Net notional at which the impact would be the whole price.
    pub skew_scale: Usd,
    /// The most impact that a trade pays, as a share of the price.
    pub impact_max: Ratio,
    /// Impact rate that a liquidation pays when closing the leg adds to the skew.
    pub close_impact: Ratio,
}

/// Spread as a share of the price: `spread_multiple * confidence / price`, rounded down for the
/// liquidation's pool cost, which the cost cap bounds anyway. At most one.
pub fn spread_share(
    price: Price,
    confidence: u64,
    terms: &PricingTerms,
) -> Result<Ratio, RiskError> {
    let spread = spread_of(confidence, terms);
    if spread >= price.0 {
        return Ok(Ratio::ONE);
    }
    div_q32_floor(spread, price.0).map(Ratio)
}

fn spread_of(confidence: u64, terms: &PricingTerms) -> u64 {
    mul_q32(confidence, terms.spread_multiple.0).map_or(u64::MAX, |(spread, exact)| {
        spread.saturating_add(u64::from(!exact))
    })
}

/// The price at which `lots` (signed: positive buys) trade when the traders' net position is
/// `skew` lots before. A buyer pays more and a seller gets less, never the reverse.
///
/// The impact of each lot is proportional to the skew that it adds to; lots that only lighten the
/// skew pay none. With x the skew in the direction of the trade before, y = x + |lots| after:
///
///   mean skew met = (x + y) / 2          for x >= 0
///                   y^2 / (2 |lots|)     for x < 0 < y   (the lots before zero meet none)
///                   0                    for y <= 0
///   impact = price * min(mean * price / skew_scale, impact_max)
///
/// Every rounding is against the trader.
///
/// Errors: the price has nothing left for a seller, or leaves its range.
pub fn fill_price(
    price: Price,
    confidence: u64,
    skew: Lots,
    lots: Lots,
    terms: &PricingTerms,
) -> Result<Price, RiskError> {
    let met = mean_skew_met(skew, lots)?;
    let share = impact_share(price, met, terms)?;
    let impact = mul_q32(price.0, share.0).map_or(u64::MAX, |(impact, exact)| {
        impact.saturating_add(u64::from(!exact))
    });
    let worse = spread_of(confidence, terms).saturating_add(impact);
    let filled = if lots.0 > 0 {
        price.0.checked_add(worse)
    } else {
        price.0.checked_sub(worse).filter(|left| *left > 0)
    };
    filled.map(Price).ok_or(RiskError::PriceOutOfRange)
}

fn mean_skew_met(skew: Lots, lots: Lots) -> Result<u64, RiskError> {
    let before = if lots.0 < 0 { skew.negated()? } else { skew };
    let after = before.plus(Lots::from_magnitude(lots.magnitude())?)?;
    if after.0 <= 0 {
        return Ok(0);
    }
    if before.0 >= 0 {
        let sum = u128::from(before.magnitude()).saturating_add(u128::from(after.magnitude()));
        return wide_div_ceil(sum, 2);
    }
    let square = u128::from(after.magnitude()).saturating_mul(u128::from(after.magnitude()));
    wide_div_ceil(square, u128::from(lots.magnitude()).saturating_mul(2))
}

fn impact_share(price: Price, met: u64, terms: &PricingTerms) -> Result<Ratio, RiskError> {
    if met == 0 || terms.impact_max == Ratio::ZERO {
        return Ok(Ratio::ZERO);
    }
    match price.notional_ceil(met) {
        Ok(notional) if notional < terms.skew_scale => {
            let share = div_q32_ceil(notional.magnitude(), terms.skew_scale.magnitude())?;
            Ok(Ratio(share).least(terms.impact_max))
        }
        _ => Ok(terms.impact_max),
    }
}
