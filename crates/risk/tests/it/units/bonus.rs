use proptest::prelude::*;
use whittle_risk::bonus::{rate_floor, BonusTerms};
use whittle_risk::num::ONE_Q32;
use whittle_risk::Ratio;
use whittle_risk::RiskError::Overflow;

fn terms() -> BonusTerms {
    BonusTerms {
        floor: Ratio(1_000),
        max: Ratio(4_001),
        ramp_secs: 60,
    }
}

#[test]
fn the_bonus_grows_from_its_floor_to_its_maximum_and_stays_there() {
    let cases = [
        (0, 1_000),
        (1, 1_050),
        (20, 2_000),
        (59, 3_950),
        (60, 4_001),
        (61, 4_001),
        (u64::MAX, 4_001),
    ];
    for (secs, raw) in cases {
        assert_eq!(rate_floor(&terms(), secs), Ok(Ratio(raw)), "{secs} s");
    }
}

#[test]
fn without_a_ramp_the_bonus_is_at_its_maximum_at_once() {
    let terms = BonusTerms {
        ramp_secs: 0,
        ..terms()
    };
    assert_eq!(rate_floor(&terms, 0), Ok(Ratio(4_001)));
}

#[test]
fn a_bonus_rate_out_of_range_is_refused_by_name() {
    let terms = BonusTerms {
        max: Ratio::MAX,
        ..terms()
    };
    assert_eq!(rate_floor(&terms, 59), Err(Overflow("the bonus rate")));
}

proptest! {
    #[test]
    fn the_bonus_never_falls_with_time_nor_leaves_its_bounds(
        floor in 0..ONE_Q32, more in 0..ONE_Q32, ramp_secs in any::<u32>(), secs in any::<u32>(),
    ) {
        let terms = BonusTerms { floor: Ratio(floor), max: Ratio(floor + more), ramp_secs };
        let now = rate_floor(&terms, u64::from(secs)).expect("in range");
        let later = rate_floor(&terms, u64::from(secs) + 1).expect("in range");
        prop_assert!(terms.floor <= now && now <= later && later <= terms.max);
    }
}
