//! Overdrafts: what they cost, and how much collateral cures one without making the account poorer.
//!
//! **Interest.** The exchange keeps one index X, the sum of rate times seconds, in Q32 of a year's
//! interest times the seconds of a year. An overdraft of D that was last counted at X0 owes
//!
//!   D (X - X0) / (2^32 * 31,536,000)
//!
//! **Conversion.** Somebody buys a atoms of collateral at the oracle's price p less a discount d and
//! pays into the account's cash. With s = 1 - d:
//!
//!   payment(a) = ceil(s ceil(a p))
//!
//! *Equity never falls.* The collateral counts for floor(w floor(H v)) with H atoms held, a weight
//! w <= s (the discount is at most 1 - w for the weight of that moment, whatever lowers it) and a
//! price v <= p (the price is young, so age raises nothing; doubt and peg only lower it). For integers,
//! floor(x) - floor(y) <= ceil(x - y), twice: what goes is at most ceil(w ceil(a v)), and that is at
//! most payment(a), because each of its parts is.
//!
//! *Just enough.* The least a with payment(a) >= D: ceil(s N) >= D means N > (D - 1) / s, so
//! N >= K + 1 with K = floor((D - 1) / s); and ceil(a p) >= K + 1 means a > K / p.
//! Result: a = floor(K / p) + 1. With s = 0, which only a token that counts for nothing has, nothing
//! is paid for it and no number of atoms is enough.

use crate::num::{div_q32_floor, mul_q32, wide_div_ceil};
use crate::{Price, Ratio, RiskError, Usd};

/// Seconds of a year of 365 days.
pub const SECS_PER_YEAR: u64 = 31_536_000;

/// The index at `now`, from its value `stored` at `at` and the yearly rate since. It stops at the
/// end of its range, after 136 years at 100 %: an index that failed would block liquidations.
#[inline]
pub fn index_at(stored: u64, at: i64, rate: Ratio, now: i64) -> u64 {
    let secs = now.saturating_sub(at).max(0).unsigned_abs();
    // A rate of at most one for under 136 years: the product fits, and a checked one is dear on the
    // chain.
    let grown = if rate <= Ratio::ONE && secs >> 32 == 0 {
        rate.0.wrapping_mul(secs)
    } else {
        rate.0.saturating_mul(secs)
    };
    stored.saturating_add(grown)
}

/// What `cash` owes for the time in which the index went `from` one value `to` another. Nothing when
/// it is not negative or the index did not grow.
///
/// Rounded up: the account pays the fraction of an atom, the pool gains it.
#[inline]
pub fn owed_ceil(cash: Usd, from: u64, to: u64) -> Result<Usd, RiskError> {
    let grown = to.saturating_sub(from);
    if cash.0 >= 0 || grown == 0 {
        return Ok(Usd::ZERO);
    }
    // Under 2^63 times under 2^64.
    let product = u128::from(cash.magnitude()).saturating_mul(u128::from(grown));
    Usd::from_magnitude(wide_div_ceil(product, u128::from(SECS_PER_YEAR) << 32)?)
}

/// What has to come in before nothing is overdrawn and all interest is paid; zero when nothing.
#[inline]
pub fn due(cash: Usd, interest: Usd) -> Result<Usd, RiskError> {
    Ok(interest.minus(cash)?.most(Usd::ZERO))
}

/// Terms on which collateral is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// USD atoms per token atom. Not zero.
    pub price: Price,
    /// Share of the price that the buyer saves; at one he pays nothing.
    pub discount: Ratio,
}

impl Conversion {
    /// What the buyer pays for so many token atoms.
    ///
    /// Rounded up twice, so that the account gains each fraction of an atom.
    pub fn payment_ceil(&self, atoms: u64) -> Result<Usd, RiskError> {
        let whole = self.price.notional_ceil(atoms)?;
        Ratio::ONE.less(self.discount).of_ceil(whole.magnitude())
    }

    /// The fewest token atoms whose payment is at least `due`; `u64::MAX` where that is more than
    /// anybody holds, as with a discount of one. None when nothing is due.
    ///
    /// Errors: [`RiskError::DivisionByZero`] at price zero.
    pub fn atoms_for(&self, due: Usd) -> Result<u64, RiskError> {
        if due.0 <= 0 {
            return Ok(0);
        }
        let paid_share = Ratio::ONE.less(self.discount);
        if paid_share == Ratio::ZERO {
            return Ok(u64::MAX);
        }
        let below = due.magnitude().saturating_sub(1);
        let most = |quotient: Result<u64, RiskError>| match quotient {
            Err(RiskError::Overflow(_)) => Ok(u64::MAX),
            other => other,
        };
        let notional = most(div_q32_floor(below, paid_share.0))?;
        Ok(most(div_q32_floor(notional, self.price.0))?.saturating_add(1))
    }
}

/// The guard of a token's peg: while the peg is lost the token counts for less, in steps, so that no
/// single price takes the margin of everybody who holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PegGuard {
    /// Under this share of the peg it is lost; zero for no guard.
    pub below: Ratio,
    /// What a step takes off the haircut weight.
    pub step: Ratio,
    /// Least weight that steps reach.
    pub floor: Ratio,
    /// Seconds between steps, and for which the peg must hold before it counts as regained. Not zero.
    pub step_secs: u32,
}

/// Where the guard stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PegState {
    /// Publish time of the price that lost the peg, Unix seconds; zero while it holds.
    pub since: i64,
    /// Publish time of the first price since then that was over the bound, with none under it after;
    /// zero when there is none.
    pub regained_at: i64,
}

impl PegGuard {
    /// The state after a price. The peg is lost only when even the upper end of the price's doubt is
    /// under the bound, and regained only when the price itself has stayed at or over it for
    /// `step_secs`. A price whose confidence is wide says neither.
    pub fn seen(&self, state: PegState, peg: Price, price: &crate::price::Cached) -> PegState {
        let bound = match mul_q32(peg.0, self.below.0) {
            Some((bound, _)) => bound,
            None => u64::MAX,
        };
        if bound == 0 || price.uncertain {
            return state;
        }
        let is_lost = state.since != 0;
        let at = price.publish_time;
        if price.price.raised(price.doubt_shift).0 < bound {
            return PegState {
                since: if is_lost { state.since } else { at },
                regained_at: 0,
            };
        }
        if !is_lost || price.price.0 < bound {
            return PegState {
                regained_at: 0,
                ..state
            };
        }
        if state.regained_at == 0 {
            return PegState {
                regained_at: at,
                ..state
            };
        }
        let held = at.saturating_sub(state.regained_at);
        if held >= i64::from(self.step_secs) {
            PegState::default()
        } else {
            state
        }
    }

    /// The haircut weight at `now`:
    ///
    ///   max(floor, weight - step (1 + floor((now - since) / step_secs)))
    ///
    /// and never over `weight`. The fraction of a step is the account's.
    #[inline]
    pub fn weight_at(&self, weight: Ratio, state: PegState, now: i64) -> Ratio {
        if state.since == 0 {
            return weight;
        }
        let secs = now.saturating_sub(state.since).max(0).unsigned_abs();
        let steps = secs
            .checked_div(u64::from(self.step_secs))
            .unwrap_or(0)
            .saturating_add(1);
        let lowered = weight.less(Ratio(self.step.0.saturating_mul(steps)));
        if lowered < self.floor {
            self.floor.least(weight)
        } else {
            lowered
        }
    }
}
