//! Every multiplication and division with the direction of its rounding in its name, and the units
//! ([`Usd`], [`Lots`], [`Price`], [`Ratio`]).
//!
//! A fixed-point number in Q32 is a whole number of 2^-32. Products of two such numbers are taken
//! exactly and shifted once, so the only rounding is the one the name announces.

mod unit;

pub use unit::{Lots, Price, Ratio, Usd};

use crate::RiskError;

/// 2^32, the number one in Q32.
pub const ONE_Q32: u64 = 1 << 32;
const LOW: u64 = ONE_Q32 - 1;

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
