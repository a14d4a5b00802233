//! Units: amounts, sizes, prices and shares that do not mix, with checked sums and the direction of
//! every rounding in the name.

use super::{div_q32_ceil, div_q32_floor, mul_q32, mul_q32_ceil, round_up, ONE_Q32};
use crate::RiskError;

/// a + b, if it fits: it does unless both have the sign that the sum lacks.
///
/// The on-chain machine has no overflow flag, and the compiler's `checked_add` spends a dozen
/// instructions there to do without. Half of them do, here and in [`difference`].
#[inline(always)]
const fn sum(a: i64, b: i64) -> Option<i64> {
    let sum = a.wrapping_add(b);
    if (a ^ sum) & (b ^ sum) < 0 {
        None
    } else {
        Some(sum)
    }
}

/// a - b, if it fits: it does unless a and b differ in sign and the difference has not that of a.
#[inline(always)]
const fn difference(a: i64, b: i64) -> Option<i64> {
    let difference = a.wrapping_sub(b);
    if (a ^ b) & (a ^ difference) < 0 {
        None
    } else {
        Some(difference)
    }
}

/// Checked arithmetic over one signed unit.
macro_rules! signed_unit {
    ($unit:ident, $name:literal) => {
        impl $unit {
            /// None of it.
            pub const ZERO: Self = Self(0);
            /// The largest amount.
            pub const MAX: Self = Self(i64::MAX);

            /// Sum.
            #[inline(always)]
            pub const fn plus(self, other: Self) -> Result<Self, RiskError> {
                match sum(self.0, other.0) {
                    Some(sum) => Ok(Self(sum)),
                    None => Err(RiskError::Overflow($name)),
                }
            }

            /// Difference.
            #[inline(always)]
            pub const fn minus(self, other: Self) -> Result<Self, RiskError> {
                match difference(self.0, other.0) {
                    Some(difference) => Ok(Self(difference)),
                    None => Err(RiskError::Overflow($name)),
                }
            }

            /// The same amount with the other sign.
            #[inline(always)]
            pub const fn negated(self) -> Result<Self, RiskError> {
                Self::ZERO.minus(self)
            }

            /// The amount without its sign.
            #[inline(always)]
            pub const fn magnitude(self) -> u64 {
                self.0.unsigned_abs()
            }

            /// From a magnitude; fails above the signed range.
            #[inline(always)]
            pub const fn from_magnitude(magnitude: u64) -> Result<Self, RiskError> {
                if magnitude > i64::MAX.unsigned_abs() {
                    return Err(RiskError::Overflow($name));
                }
                Ok(Self(magnitude.cast_signed()))
            }

            /// The smaller of two.
            #[inline(always)]
            pub const fn least(self, other: Self) -> Self {
                if self.0 < other.0 {
                    self
                } else {
                    other
                }
            }

            /// The larger of two.
            #[inline(always)]
            pub const fn most(self, other: Self) -> Self {
                if self.0 > other.0 {
                    self
                } else {
                    other
                }
            }
        }
    };
}

/// US dollars in atoms of 10^-6, signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Usd(pub i64);
signed_unit!(Usd, "a USD amount");

/// A signed number of a market's lots. Positive is long, negative is short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lots(pub i64);
signed_unit!(Lots, "a number of lots");

impl Lots {
    /// So many lots on the side of `self`; none when it is flat.
    #[inline(always)]
    pub fn alike(self, magnitude: u64) -> Result<Self, RiskError> {
        let lots = Self::from_magnitude(magnitude)?;
        match self.sign() {
            1 => Ok(lots),
            0 => Ok(Self::ZERO),
            _ => lots.negated(),
        }
    }

    /// +1 for long, -1 for short, 0 for flat.
    #[inline(always)]
    pub const fn sign(self) -> i64 {
        self.0.signum()
    }
}

/// USD atoms per lot (or per token atom) in Q32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(pub u64);

impl Price {
    /// Value of `lots` at this price, rounded down.
    #[inline(always)]
    pub fn notional_floor(self, lots: u64) -> Result<Usd, RiskError> {
        match mul_q32(lots, self.0) {
            Some((whole, _)) => Usd::from_magnitude(whole),
            None => Err(RiskError::Overflow("notional")),
        }
    }

    /// Value of `lots` at this price, rounded up.
    #[inline(always)]
    pub fn notional_ceil(self, lots: u64) -> Result<Usd, RiskError> {
        match mul_q32_ceil(lots, self.0) {
            Some(whole) => Usd::from_magnitude(whole),
            None => Err(RiskError::Overflow("notional")),
        }
    }

    /// Value of `lots` at this price, rounded down and rounded up.
    #[inline(always)]
    pub fn notional_both(self, lots: u64) -> Result<(Usd, Usd), RiskError> {
        match mul_q32(lots, self.0) {
            Some((whole, exact)) => Ok((
                Usd::from_magnitude(whole)?,
                Usd::from_magnitude(round_up(whole, exact))?,
            )),
            None => Err(RiskError::Overflow("notional")),
        }
    }

    /// Signed value of a position, rounded down: a long counts for less, a short owes more.
    /// The account bears it, the pool gains it.
    #[inline(always)]
    pub fn value_floor(self, lots: Lots) -> Result<Usd, RiskError> {
        if lots.0 >= 0 {
            self.notional_floor(lots.magnitude())
        } else {
            self.notional_ceil(lots.magnitude())?.negated()
        }
    }

    /// The fewest lots worth at least `notional`. Fails at price zero.
    #[inline(always)]
    pub fn lots_ceil(self, notional: u64) -> Result<u64, RiskError> {
        div_q32_ceil(notional, self.0)
    }

    /// This price raised by `shift`, at most the largest price.
    #[inline(always)]
    pub const fn raised(self, shift: u64) -> Self {
        Self(self.0.saturating_add(shift))
    }

    /// This price lowered by `shift`, at least zero.
    #[inline(always)]
    pub const fn lowered(self, shift: u64) -> Self {
        Self(self.0.saturating_sub(shift))
    }
}

/// A non-negative ratio in Q32; 2^32 is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(pub u64);

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(ONE_Q32);
    /// The largest ratio; stands for "not yet measured".
    pub const MAX: Self = Self(u64::MAX);

    /// From basis points, rounded down.
    pub const fn from_bps_floor(bps: u32) -> Self {
        // A u32 shifted by 32 fits a u64, and the divisor is a constant other than zero.
        #[allow(clippy::arithmetic_side_effects, clippy::cast_lossless)]
        Self(((bps as u64) << 32) / 10_000)
    }

    /// This share of an amount, rounded down. The amount must not be negative.
    #[inline(always)]
    pub fn of_floor(self, amount: u64) -> Result<Usd, RiskError> {
        match mul_q32(amount, self.0) {
            Some((whole, _)) => Usd::from_magnitude(whole),
            None => Err(RiskError::Overflow("a share of a USD amount")),
        }
    }

    /// This share of an amount, rounded up. The amount must not be negative.
    #[inline(always)]
    pub fn of_ceil(self, amount: u64) -> Result<Usd, RiskError> {
        match mul_q32_ceil(amount, self.0) {
            Some(whole) => Usd::from_magnitude(whole),
            None => Err(RiskError::Overflow("a share of a USD amount")),
        }
    }

    /// Product of two ratios, rounded down.
    #[inline(always)]
    pub fn times_floor(self, other: Self) -> Result<Self, RiskError> {
        match mul_q32(self.0, other.0) {
            Some((whole, _)) => Ok(Self(whole)),
            None => Err(RiskError::Overflow("a ratio")),
        }
    }

    /// Product of two ratios, rounded up.
    #[inline(always)]
    pub fn times_ceil(self, other: Self) -> Result<Self, RiskError> {
        match mul_q32_ceil(self.0, other.0) {
            Some(whole) => Ok(Self(whole)),
            None => Err(RiskError::Overflow("a ratio")),
        }
    }

    /// `part / whole`, rounded down.
    #[inline(always)]
    pub fn between_floor(part: u64, whole: u64) -> Result<Self, RiskError> {
        div_q32_floor(part, whole).map(Self)
    }

    /// Sum of two ratios.
    #[inline(always)]
    pub const fn plus(self, other: Self) -> Result<Self, RiskError> {
        // Compared before it is added: cheaper on chain than `checked_add`, as in [`sum`].
        if other.0 > u64::MAX.wrapping_sub(self.0) {
            return Err(RiskError::Overflow("a ratio"));
        }
        Ok(Self(self.0.wrapping_add(other.0)))
    }

    /// Difference of two ratios, at least zero.
    #[inline(always)]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The smaller of two.
    #[inline(always)]
    pub const fn least(self, other: Self) -> Self {
        if self.0 < other.0 {
            self
        } else {
            other
        }
    }
}
