//! A weight that falls in a straight line.

use super::{share, wide};
use proptest::prelude::*;
use whittle_risk::weight::{Fall, LOWERED_RAMP_SECS, SETTLED_RAMP_SECS};
use whittle_risk::Ratio;

#[test]
fn a_weight_falls_in_a_straight_line_and_stays_at_its_end() {
    let fall = Fall {
        from: Ratio(8_000),
        began_at: 1_000,
        secs: 100,
    };
    let to = Ratio(3_000);
    for (now, weight) in [
        (i64::MIN, 8_000),
        (1_000, 8_000),
        (1_001, 7_950),
        (1_050, 5_500),
        (1_099, 3_050),
        (1_100, 3_000),
        (i64::MAX, 3_000),
    ] {
        assert_eq!(fall.at_ceil(to, now), Ratio(weight), "at {now}");
    }
}

#[test]
fn without_a_fall_the_weight_is_where_it_leads() {
    let none = Fall::default();
    assert_eq!(none.at_ceil(Ratio(7), 5), Ratio(7));
    let rise = Fall {
        from: Ratio(1),
        began_at: 1,
        secs: LOWERED_RAMP_SECS,
    };
    assert_eq!(rise.at_ceil(Ratio(7), 5), Ratio(7));
}

proptest! {
    #[test]
    fn a_weight_never_rises_never_leaves_its_bounds_and_never_jumps(
        from in share(), to in share(), began_at in wide(), gone in 0..2 * i64::from(SETTLED_RAMP_SECS),
        is_settled in any::<bool>(),
    ) {
        let secs = if is_settled { SETTLED_RAMP_SECS } else { LOWERED_RAMP_SECS };
        let began_at = (began_at >> 2).cast_signed() + 1;
        let fall = Fall { from, began_at, secs };
        let now = began_at + gone;
        let (here, next) = (fall.at_ceil(to, now), fall.at_ceil(to, now + 1));
        prop_assert!(next <= here);
        prop_assert!(here >= to && here <= from.max(to));
        let most = from.less(to).0 / u64::from(secs) + 1;
        prop_assert!(here.0 - next.0 <= most, "{} in a second", here.0 - next.0);
        // Exact but for the fraction, which is the account's.
        let left = u128::from(secs).saturating_sub(u128::from(gone.unsigned_abs()));
        let exact = u128::from(from.less(to).0) * left;
        prop_assert_eq!(u128::from(here.0 - to.0), exact.div_ceil(u128::from(secs)));
    }
}
