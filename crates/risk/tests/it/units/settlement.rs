//! The average at which a market or a bank ends.

use super::wide;
use proptest::prelude::*;
use whittle_risk::settlement::{Observed, ENOUGH_SECS, STANDS_SECS, WINDOW_SECS};
use whittle_risk::Price;

const END: i64 = 1_000_000;

/// A price each `step` seconds over the hour.
fn hour(step: i64, price: impl Fn(i64) -> u64) -> Observed {
    let mut seen = Observed::default();
    let mut at = END - i64::from(WINDOW_SECS);
    while at < END {
        seen = seen.with(END, Price(price(at)), at, at + step);
        at += step;
    }
    seen
}

#[test]
fn many_updates_weigh_no_more_than_few() {
    // Half an hour at 100 told once a second, half an hour at 200 told every five minutes.
    let half = END - i64::from(ENOUGH_SECS);
    let mut seen = Observed::default();
    for at in END - i64::from(WINDOW_SECS)..half {
        seen = seen.with(END, Price(100), at, at + 1);
    }
    for at in (half..END).step_by(300) {
        seen = seen.with(END, Price(200), at, at + 300);
    }
    assert_eq!(seen.mean_floor(), Some(Price(150)));
    assert_eq!(hour(100, |_| 7).mean_floor(), Some(Price(7)));
}

#[test]
fn a_price_that_nobody_follows_up_stands_for_five_minutes() {
    let begins = END - i64::from(WINDOW_SECS);
    let seen = Observed::default().with(END, Price(9), begins, END);
    assert_eq!((seen.secs, seen.mean_floor()), (STANDS_SECS, None));
    // One from long before the hour says nothing about it.
    let seen = Observed::default().with(END, Price(9), begins - 299, END);
    assert_eq!(seen.secs, 1);
    let seen = Observed::default().with(END, Price(9), 0, END);
    assert_eq!(seen, Observed::default());
}

#[test]
fn time_after_the_end_counts_until_half_an_hour_is_observed_and_no_longer() {
    let full = hour(300, |_| 100);
    assert_eq!(full.with(END, Price(900), END, END + 300), full);
    let mut seen = Observed::default();
    for at in (END + 10_000..END + 20_000).step_by(300) {
        assert_eq!(seen.mean_floor().is_some(), seen.secs == ENOUGH_SECS);
        seen = seen.with(END, Price(100), at, at + 300);
    }
    assert_eq!(seen.secs, ENOUGH_SECS);
    // A price that spans the end counts before it in full, and after it for what is missing.
    let almost = Observed {
        sum: 0,
        secs: ENOUGH_SECS - 150,
    };
    let seen = almost.with(END, Price(1), END - 100, END + 200);
    assert_eq!((seen.secs, seen.sum), (ENOUGH_SECS, 150));
}

proptest! {
    #[test]
    fn no_price_and_no_time_overflow_and_the_mean_lies_between_the_prices(
        settles_at in any::<i64>(),
        steps in prop::collection::vec((wide(), any::<i64>(), any::<i64>(), any::<bool>()), 0..40),
    ) {
        let mut seen = Observed::default();
        let (mut least, mut most) = (u64::MAX, 0);
        for (price, from, until, is_near) in steps {
            // Times near the end oftener than chance.
            let near = |time: i64| settles_at.saturating_add(time % 4_000);
            let (from, until) = if is_near { (near(from), near(until)) } else { (from, until) };
            let after = seen.with(settles_at, Price(price), from, until);
            prop_assert!(after.secs >= seen.secs && after.secs <= WINDOW_SECS);
            if after.secs > seen.secs {
                (least, most) = (least.min(price), most.max(price));
            }
            seen = after;
        }
        prop_assert!(seen.sum <= u128::from(u64::MAX) * u128::from(WINDOW_SECS));
        match seen.mean_floor() {
            Some(mean) => prop_assert!((least..=most).contains(&mean.0)),
            None => prop_assert!(seen.secs < ENOUGH_SECS),
        }
    }
}
