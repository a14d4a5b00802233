//! The price at which a market or a bank ends: its average over the last hour before, by time.
//!
//! Each price counts for the seconds from its publish time to the next one's, so that many updates
//! weigh no more than few. With prices p_i that stood for s_i seconds:
//!
//!   mean = floor( sum(p_i s_i) / sum(s_i) )
//!
//! A price stands for [`STANDS_SECS`] at most: what nobody confirmed says nothing about later. Where
//! less than half of the hour was observed, the time after its end counts too, until it is half an
//! hour; then no more, so that nobody gains by publishing later.

use crate::Price;

/// The last seconds before settlement, over which its price is the average. A wind-down takes longer
/// than that in any case.
pub const WINDOW_SECS: u32 = 3_600;
/// Seconds that must have been observed.
pub const ENOUGH_SECS: u32 = WINDOW_SECS >> 1;
/// A price stands for so many seconds at most.
pub const STANDS_SECS: u32 = 300;

/// What was observed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Sum of prices (Q32) times seconds; under 2^64 times [`WINDOW_SECS`].
    pub sum: u128,
    /// Seconds in it, at most [`WINDOW_SECS`].
    pub secs: u32,
}

/// Seconds from `from` to `until`; none when that is not later, and never more than the window.
fn between(from: i64, until: i64) -> u32 {
    let secs = until.saturating_sub(from);
    u32::try_from(secs.clamp(0, i64::from(WINDOW_SECS))).unwrap_or(WINDOW_SECS)
}

impl Observed {
    /// With a price that was published at `from` and was the newest one until `until`. Publish times
    /// must not go back from one call to the next.
    pub fn with(self, settles_at: i64, price: Price, from: i64, until: i64) -> Self {
        let begins = settles_at.saturating_sub(i64::from(WINDOW_SECS));
        let until = until.min(from.saturating_add(i64::from(STANDS_SECS)));
        let before = between(from.max(begins), until.min(settles_at));
        let seen = self.plus(price, before.min(WINDOW_SECS.saturating_sub(self.secs)));
        let after = between(from.max(settles_at), until);
        seen.plus(price, after.min(ENOUGH_SECS.saturating_sub(seen.secs)))
    }

    fn plus(self, price: Price, secs: u32) -> Self {
        // Under 2^64 times under 2^12, so many times that the seconds sum to under 2^12.
        let weighted = u128::from(price.0).saturating_mul(u128::from(secs));
        Self {
            sum: self.sum.saturating_add(weighted),
            secs: self.secs.saturating_add(secs),
        }
    }

    /// The average, rounded down by less than a raw unit; `None` when too little was observed.
    pub fn mean_floor(&self) -> Option<Price> {
        if self.secs < ENOUGH_SECS {
            return None;
        }
        let mean = self.sum.checked_div(u128::from(self.secs))?;
        u64::try_from(mean).ok().map(Price)
    }
}
