//! What was used of a limit for each day (UTC).

use crate::error::Outcome;
use anchor_lang::prelude::*;
use whittle_risk::Usd;

/// Seconds of a day.
pub const SECS_PER_DAY: i64 = 86_400;

/// What was used on one day. A new day begins with nothing used, without anybody writing it.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DayCounter {
    /// Day (Unix seconds / 86,400, rounded down) that `used_usd_atoms` counts.
    pub day: i64,
    /// Used on that day, USD atoms.
    pub used_usd_atoms: i64,
}

impl DayCounter {
    /// Used on the day of `now`.
    pub fn used(&self, now: i64) -> Usd {
        if self.day == now.div_euclid(SECS_PER_DAY) {
            Usd(self.used_usd_atoms)
        } else {
            Usd::ZERO
        }
    }

    /// What is left of `limit` on the day of `now`; nothing when it was lowered below what was used.
    pub fn room(&self, limit: Usd, now: i64) -> Outcome<Usd> {
        Ok(limit.minus(self.used(now))?.most(Usd::ZERO))
    }

    /// Counts `amount` on the day of `now`. Who counts asks [`DayCounter::room`] before.
    pub fn count(&mut self, amount: Usd, now: i64) -> Outcome<()> {
        self.used_usd_atoms = self.used(now).plus(amount)?.0;
        self.day = now.div_euclid(SECS_PER_DAY);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{DayCounter, SECS_PER_DAY};
    use whittle_risk::Usd;

    #[test]
    fn a_day_counts_up_to_midnight_and_the_next_one_begins_with_nothing_used() {
        let mut counter = DayCounter::default();
        let last = 20_000 * SECS_PER_DAY - 1;
        assert_eq!(counter.room(Usd(10), last), Ok(Usd(10)));
        assert_eq!(counter.count(Usd(4), last - 5), Ok(()));
        assert_eq!(counter.count(Usd(3), last), Ok(()));
        assert_eq!(counter.used(last), Usd(7));
        assert_eq!(counter.room(Usd(10), last), Ok(Usd(3)));
        // Lowered meanwhile.
        assert_eq!(counter.room(Usd(5), last), Ok(Usd::ZERO));
        assert_eq!(counter.used(last + 1), Usd::ZERO);
        assert_eq!(counter.count(Usd(2), last + 1), Ok(()));
        assert_eq!(counter.used(last + 1), Usd(2));
    }

    #[test]
    fn a_limit_that_cannot_be_counted_is_an_error_and_changes_nothing() {
        let mut counter = DayCounter::default();
        assert_eq!(counter.count(Usd(i64::MAX), 0), Ok(()));
        let before = counter;
        assert!(matches!(
            counter.count(Usd(1), 0),
            Err(crate::error::WhittleError::MathOverflow)
        ));
        assert_eq!(counter, before);
    }
}
