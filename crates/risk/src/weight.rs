//! A haircut weight that falls. What collateral counts for decides who is liquidated, so a lower
//! weight is reached in a straight line and never at once.
//!
//! With the weight `from` at the beginning b, `to` at the end, and S seconds between:
//!
//!   weight(now) = to + (from - to) max(0, b + S - now) / S

use crate::Ratio;

/// Seconds in which a weight that governance lowered reaches its new value: a day.
pub const LOWERED_RAMP_SECS: u32 = 86_400;
/// Seconds in which a token whose price of settlement is published comes to count for nothing: seven
/// days.
pub const SETTLED_RAMP_SECS: u32 = 604_800;

/// A fall that began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fall {
    /// The weight when it began, at most one.
    pub from: Ratio,
    /// When it began, Unix seconds; zero for none.
    pub began_at: i64,
    /// Seconds from beginning to end.
    pub secs: u32,
}

impl Fall {
    /// The weight at `now` on the way to `to`: never under `to`, never over the larger of the two,
    /// never rising with time. Without a fall, and where `from` is not over `to`, it is `to`.
    ///
    /// Rounded up: the fraction is the account's.
    pub fn at_ceil(&self, to: Ratio, now: i64) -> Ratio {
        let gone = now.saturating_sub(self.began_at).max(0).unsigned_abs();
        let secs = u64::from(self.secs);
        let left = secs.saturating_sub(gone);
        if self.began_at == 0 || left == 0 {
            return to;
        }
        // At most 2^32 times under 2^32; `secs` is not zero, for there is some left of it.
        let way = self.from.less(to).least(Ratio::ONE).0;
        Ratio(to.0.saturating_add(way.saturating_mul(left).div_ceil(secs)))
    }
}
