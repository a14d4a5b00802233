//! Units, and every multiplication and division with the direction of its rounding in its name.
//!
//! A fixed-point number in Q32 is a whole number of 2^-32. Products of two such numbers are taken
//! exactly and shifted once, so the only rounding is the one the name announces.

use crate::RiskError;

/// 2^32, the number one in Q32.
pub const ONE_Q32: u64 = 1 << 32;
const LOW: u64 = ONE_Q32 - 1;

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

/// `whole + 1` unless the product was exact. At `u64::MAX` it stays there, within the last unit of
/// a range that no amount reaches.
#[inline(always)]
const fn round_up(whole: u64, exact: bool) -> u64 {
    if exact {
        whole
    } else {
        whole.saturating_add(1)
    }
}

/// floor(a * b / 2^32), and whether nothing was cut off; `None` when it does not fit 64 bits.
#[inline(always)]
pub const fn mul_q32(a: u64, b: u64) -> Option<(u64, bool)> {
    match mul_by_short(a, b) {
        Some((high, low)) => Some((high.wrapping_add(low >> 32), low & LOW == 0)),
        None => mul_q32_long(a, b),
    }
}

/// ceil(a * b / 2^32), at most `u64::MAX`; `None` when the floor does not fit 64 bits.
#[inline(always)]
pub const fn mul_q32_ceil(a: u64, b: u64) -> Option<u64> {
    match mul_by_short(a, b) {
        Some((high, low)) => Some(high.wrapping_add(low.wrapping_add(LOW) >> 32)),
        None => match mul_q32_long(a, b) {
            Some((whole, exact)) => Some(round_up(whole, exact)),
            None => None,
        },
    }
}

/// a * b as high 2^32 + low when one of the two is under 2^32, which is nearly always: a rate under
/// one, or a number of lots. With a = ah 2^32 + al the parts are ah b and al b.
///
/// Each is a product of two numbers under 2^32, at most 2^64 - 2^33 + 1, so that 2^32 - 1 can be
/// added to either. Two 64-bit multiplications are far cheaper in the on-chain virtual machine,
/// which has no wider ones, than a 128-bit product through its helper function.
#[inline(always)]
const fn mul_by_short(a: u64, b: u64) -> Option<(u64, u64)> {
    let (long, short) = match (a <= LOW, b <= LOW) {
        (_, true) => (a, b),
        (true, _) => (b, a),
        _ => return None,
    };
    let high = (long >> 32).wrapping_mul(short);
    let low = (long & LOW).wrapping_mul(short);
    Some((high, low))
}

/// What [`mul_q32`] gives, for factors that may both be 2^32 and over.
///
/// By halves: with a = ah 2^32 + al and b = bh 2^32 + bl,
/// a b / 2^32 = ah bh 2^32 + ah bl + al bh + al bl / 2^32.
const fn mul_q32_long(a: u64, b: u64) -> Option<(u64, bool)> {
    // Each product is of two numbers under 2^32, so it fits 64 bits.
    #[allow(clippy::arithmetic_side_effects)]
    let (high, left, right, low) = {
        let (ah, al, bh, bl) = (a >> 32, a & LOW, b >> 32, b & LOW);
        (ah * bh, ah * bl, al * bh, al * bl)
    };
    if high > LOW {
        return None;
    }
    let Some(sum) = (high << 32).checked_add(left) else {
        return None;
    };
    let Some(sum) = sum.checked_add(right) else {
        return None;
    };
    let Some(sum) = sum.checked_add(low >> 32) else {
        return None;
    };
    Some((sum, low & LOW == 0))
}

/// a * b as (high, low), by halves as in [`mul_q32_long`].
#[allow(clippy::arithmetic_side_effects)] // Each sum is of numbers under 2^32 and a product of two.
const fn mul_two_words(a: u64, b: u64) -> (u64, u64) {
    let (ah, al, bh, bl) = (a >> 32, a & LOW, b >> 32, b & LOW);
    let low = al * bl;
    let left = ah * bl + (low >> 32);
    let right = al * bh + (left & LOW);
    (
        ah * bh + (left >> 32) + (right >> 32),
        (right << 32) | (low & LOW),
    )
}

/// floor(n * 2^32 / d).
#[inline(always)]
pub fn div_q32_floor(n: u64, d: u64) -> Result<u64, RiskError> {
    div_q32(n, d).map(|(quotient, _)| quotient)
}

/// ceil(n * 2^32 / d).
#[inline(always)]
pub fn div_q32_ceil(n: u64, d: u64) -> Result<u64, RiskError> {
    let (quotient, exact) = div_q32(n, d)?;
    if exact {
        return Ok(quotient);
    }
    quotient
        .checked_add(1)
        .ok_or(RiskError::Overflow("a quotient"))
}

/// floor(n * 2^32 / d), and whether nothing was cut off.
#[inline(always)]
fn div_q32(n: u64, d: u64) -> Result<(u64, bool), RiskError> {
    let (high, low) = (n >> 32, n << 32);
    if d == 0 {
        return Err(RiskError::DivisionByZero("a quotient"));
    }
    if high == 0 {
        // The common case stays in one 64-bit division.
        #[allow(clippy::arithmetic_side_effects)] // d is not zero.
        return Ok((low / d, low % d == 0));
    }
    if high >= d {
        return Err(RiskError::Overflow("a quotient"));
    }
    Ok(div_two_words(high, low, d))
}

/// floor((high * 2^64 + low) / d) for high < d, and whether nothing was cut off.
///
/// Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D with two digits of 32 bits:
/// each digit of the quotient is estimated from the leading digits and is at most two too large.
/// The on-chain virtual machine divides 64 bits in one instruction and 128 bits in hundreds.
#[allow(clippy::arithmetic_side_effects)] // Digits are under 2^32; the rest wraps on purpose.
fn div_two_words(high: u64, low: u64, d: u64) -> (u64, bool) {
    let shift = d.leading_zeros();
    let d = d << shift;
    let (d_high, d_low) = (d >> 32, d & LOW);
    let high = if shift == 0 {
        high
    } else {
        (high << shift) | (low >> (64 - shift))
    };
    let low = low << shift;
    let digit = |rest: u64, next: u64| {
        let mut quotient = rest / d_high;
        let mut remainder = rest % d_high;
        while quotient > LOW || quotient.wrapping_mul(d_low) > ((remainder << 32) | next) {
            quotient = quotient.wrapping_sub(1);
            remainder = remainder.wrapping_add(d_high);
            if remainder > LOW {
                break;
            }
        }
        let rest = ((rest << 32) | next).wrapping_sub(quotient.wrapping_mul(d));
        (quotient, rest)
    };
    let (first, rest) = digit(high, low >> 32);
    let (second, rest) = digit(rest, low & LOW);
    ((first << 32) | second, rest == 0)
}

/// ceil(n / d), which must fit 64 bits.
#[inline(always)]
pub fn wide_div_ceil(n: u128, d: u128) -> Result<u64, RiskError> {
    if d == 0 {
        return Err(RiskError::DivisionByZero("a quotient"));
    }
    u64::try_from(n.div_ceil(d)).map_err(|_| RiskError::Overflow("a quotient"))
}

/// floor(a * b / whole) with the exact product; `None` when it does not fit 64 bits or `whole` is
/// zero.
pub fn share_of_product(a: u64, b: u64, whole: u64) -> Option<u64> {
    let (high, low) = mul_two_words(a, b);
    if high >= whole {
        return None;
    }
    #[allow(clippy::arithmetic_side_effects)] // whole is over high, so it is not zero.
    Some(if high == 0 {
        low / whole
    } else {
        div_two_words(high, low, whole).0
    })
}

/// `amount * part / whole` with the exact product, rounded towards zero. `whole` must not be zero.
///
/// Used where a stored sum is divided between what leaves and what stays: the caller subtracts the
/// result from the sum, so whatever the rounding, nothing is created.
pub fn share_of_sum(amount: i64, part: u64, whole: u64) -> Result<i64, RiskError> {
    if part == whole {
        return Ok(amount);
    }
    if whole == 0 {
        return Err(RiskError::DivisionByZero("a share of a sum"));
    }
    let quotient = share_of_product(amount.unsigned_abs(), part, whole)
        .ok_or(RiskError::Overflow("a share of a sum"))?;
    let magnitude = i64::try_from(quotient).map_err(|_| RiskError::Overflow("a share of a sum"))?;
    if amount < 0 {
        Usd(magnitude).negated().map(|usd| usd.0)
    } else {
        Ok(magnitude)
    }
}
