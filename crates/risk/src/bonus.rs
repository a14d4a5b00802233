//! What the caller of a liquidation earns: a Dutch auction that begins when the account is flagged.
//!
//! The rate starts at the floor and grows linearly to its maximum. When the chain is congested the
//! bonus rises until somebody's priority fee is worth paying; when it is not, competition takes
//! the liquidation near the floor.

use crate::{Ratio, RiskError};

/// Terms of the keeper's bonus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BonusTerms {
    /// Rate at the flag. What the cost cap takes below it is topped up by insurance.
    pub floor: Ratio,
    /// Rate after the ramp.
    pub max: Ratio,
    /// Seconds from the floor to the maximum.
    pub ramp_secs: u32,
}

/// The rate `elapsed` seconds after the flag, rounded down against the keeper.
pub fn rate_floor(terms: &BonusTerms, elapsed_secs: u64) -> Result<Ratio, RiskError> {
    let ramp = u64::from(terms.ramp_secs);
    if elapsed_secs >= ramp {
        return Ok(terms.max);
    }
    let span = terms.max.less(terms.floor).0;
    let product = if span >> 32 == 0 {
        // Two numbers under 2^32: elapsed is under the ramp.
        span.wrapping_mul(elapsed_secs)
    } else {
        span.checked_mul(elapsed_secs)
            .ok_or(RiskError::Overflow("the bonus rate"))?
    };
    let grown = product
        .checked_div(ramp)
        .ok_or(RiskError::DivisionByZero("the bonus ramp"))?;
    terms.floor.plus(Ratio(grown))
}
