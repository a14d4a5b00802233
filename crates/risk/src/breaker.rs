//! Circuit breakers of a market: how fast it may be liquidated in, what a price shock is, and the
//! grace after a gap in its prices.
//!
//! All three only ever make a liquidation smaller or later, and none protects an account in
//! emergency: `liquidation::plan` ignores them there.

use crate::{Price, Ratio, RiskError, Usd};

/// Seconds over which a shock must last to be confirmed.
pub const CONFIRM_SECS: i64 = 30;
/// Least seconds from the beginning of one shock, or of one grace, to the next.
pub const APART_SECS: i64 = 3_600;
const SECS_PER_HOUR: u64 = 3_600;

/// The room of a leg whose market limits nothing.
pub const UNLIMITED: Usd = Usd::MAX;

/// A leaky bucket of liquidated notional.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// What was liquidated and has not leaked yet, as of `at`.
    pub used: Usd,
    /// Unix seconds.
    pub at: i64,
}

/// How large the bucket is and how fast it leaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BucketTerms {
    /// Notional that may be liquidated at once.
    pub capacity: Usd,
    /// Notional that becomes free again in an hour.
    pub refill_per_hour: Usd,
}

impl Bucket {
    /// What is used at `now`:  used - refill * seconds / 3,600, at least zero.
    ///
    /// What leaks is rounded up, so there is never less room than was promised. Keepers gain less
    /// than an atom of notional for each liquidation.
    #[inline]
    pub fn used_at(&self, terms: &BucketTerms, now: i64) -> Usd {
        if self.used == Usd::ZERO {
            return Usd::ZERO;
        }
        let secs = now.saturating_sub(self.at).max(0).unsigned_abs();
        let refill = terms.refill_per_hour.most(Usd::ZERO).magnitude();
        let leaked = refill.saturating_mul(secs).div_ceil(SECS_PER_HOUR);
        // More than 64 bits leak only in years; what is over the range of an amount is all of it.
        let leaked = Usd::from_magnitude(leaked).unwrap_or(Usd::MAX);
        Usd(self.used.0.saturating_sub(leaked.0)).most(Usd::ZERO)
    }

    /// Notional that may be liquidated at `now`; at least zero.
    #[inline]
    pub fn room(&self, terms: &BucketTerms, now: i64) -> Usd {
        let used = self.used_at(terms, now);
        Usd(terms.capacity.0.saturating_sub(used.0)).most(Usd::ZERO)
    }

    /// The bucket after `notional` was liquidated at `now`. It is at most full: an emergency is
    /// liquidated whatever the room, and those that are none wait no longer for it than for what
    /// just fills the bucket.
    #[inline]
    pub fn plus(&self, terms: &BucketTerms, notional: Usd, now: i64) -> Self {
        Self {
            used: Usd(self.used_at(terms, now).0.saturating_add(notional.0))
                .least(terms.capacity.most(Usd::ZERO)),
            at: self.at.max(now),
        }
    }
}

/// Whether `price` is farther from `average` than `bound`, a share of the average. Without an
/// average nothing is.
///
/// The bound is rounded down: a fraction of 2^-32 atoms more is a shock, which protects accounts.
pub fn is_shocked(price: Price, average: Price, bound: Ratio) -> bool {
    let most = bound.times_floor(Ratio(average.0)).unwrap_or(Ratio::MAX);
    average.0 != 0 && price.0.abs_diff(average.0) > most.0
}

/// A price shock: running or over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shock {
    /// Publish time of the price that began it; zero when none is running.
    pub since: i64,
    /// Slot in which its newest price was cached.
    pub slot: u64,
    /// Publish time of the price that began the last one; zero when there was none.
    pub last: i64,
}

/// What a newly cached price did to a shock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShockStep {
    /// There is none, or it goes on.
    None,
    /// It began.
    Began,
    /// It ended because the price came back within the bound.
    Reverted,
    /// It ended because the price stayed beyond the bound.
    Confirmed,
}

impl Shock {
    /// Takes a newly cached price into account: `beyond` says whether it is farther from the average
    /// than the bound.
    ///
    /// A shock begins at most hourly, so a price that moves on after it was confirmed begins no
    /// other one. It is confirmed by a price published [`CONFIRM_SECS`] after the first and cached in
    /// another slot than the one before, when no price between them was within the bound.
    pub fn step(&mut self, beyond: bool, publish_time: i64, slot: u64) -> ShockStep {
        if self.since == 0 {
            let rested = self.last == 0 || publish_time.saturating_sub(self.last) >= APART_SECS;
            if !beyond || !rested {
                return ShockStep::None;
            }
            *self = Self {
                since: publish_time,
                slot,
                last: publish_time,
            };
            return ShockStep::Began;
        }
        if !beyond {
            self.since = 0;
            return ShockStep::Reverted;
        }
        let lasted = publish_time.saturating_sub(self.since) >= CONFIRM_SECS;
        if lasted && slot != self.slot {
            self.since = 0;
            return ShockStep::Confirmed;
        }
        self.slot = slot;
        ShockStep::None
    }
}

/// The grace after a gap in a market's prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grace {
    /// Until when it lasts, Unix seconds.
    pub until: i64,
    /// When the last one began; zero when there was none.
    pub last: i64,
}

impl Grace {
    /// Begins one of `grace_secs` when the two publish times are farther apart than `gap_secs`, at
    /// most hourly. Tells whether it did. A market's first price ends no gap.
    pub fn step(
        &mut self,
        gap_secs: u32,
        grace_secs: u32,
        before: i64,
        publish_time: i64,
        now: i64,
    ) -> bool {
        if before == 0 || publish_time.saturating_sub(before) <= i64::from(gap_secs) {
            return false;
        }
        if self.last != 0 && now.saturating_sub(self.last) < APART_SECS {
            return false;
        }
        *self = Self {
            until: now.saturating_add(i64::from(grace_secs)),
            last: now,
        };
        grace_secs > 0
    }
}

/// Whether a fund that once held `high` and now holds `worth` has lost more than `share` of it.
/// The bound is rounded down, so that doubt makes new risk wait.
pub fn is_drawn(high: Usd, worth: Usd, share: Ratio) -> Result<bool, RiskError> {
    let lost = high.minus(worth)?;
    Ok(lost > share.of_floor(high.most(Usd::ZERO).magnitude())?)
}
