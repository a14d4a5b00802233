use proptest::prelude::*;
use whittle_risk::num::ONE_Q32;
use whittle_risk::volatility::{sample, Estimate, SampleTerms};
use whittle_risk::{Price, Ratio};

const START: i64 = 1_700_000_000;

fn terms() -> SampleTerms {
    SampleTerms {
        interval_secs: 60,
        weight: Ratio(ONE_Q32 / 8),
    }
}

fn first() -> Estimate {
    sample(Estimate::default(), &terms(), Price(1_024), START).expect("in range")
}

fn next(estimate: Estimate, price: u64, secs: i64) -> Estimate {
    sample(estimate, &terms(), Price(price), START + secs).expect("in range")
}

#[test]
fn the_first_sample_is_taken_as_it_is() {
    let expected = Estimate {
        average: Price(1_024),
        last: Price(1_024),
        variance: Ratio::ZERO,
        sampled_at: START,
    };
    assert_eq!(first(), expected);
}

#[test]
fn a_sample_after_the_interval_moves_average_and_variance_by_its_weight() {
    // From 1,024 to 1,280: a return of 1/4, squared 1/16, of which 1/8.
    let expected = Estimate {
        average: Price(1_056),
        last: Price(1_280),
        variance: Ratio(ONE_Q32 / 128),
        sampled_at: START + 60,
    };
    assert_eq!(next(first(), 1_280, 60), expected);
    // And down to 960: again a return of 1/4.
    let down = next(expected, 960, 125);
    assert_eq!(down.average, Price(1_044));
    assert_eq!(down.variance, Ratio(ONE_Q32 / 128 / 8 * 7 + ONE_Q32 / 128));
    assert_eq!(down.sampled_at, START + 125);
}

#[test]
fn a_sample_inside_the_interval_or_from_the_past_changes_nothing() {
    for secs in [0, 1, 59, -1, -1_000] {
        assert_eq!(next(first(), 5_000, secs), first(), "{secs} s");
    }
}

#[test]
fn a_wild_price_counts_as_a_return_of_one() {
    for price in [2_048, 1_000_000, u64::MAX, 0] {
        let got = next(first(), price, 60);
        assert_eq!(got.variance, Ratio(ONE_Q32 / 8), "{price}");
    }
    let from_nothing = next(next(first(), 0, 60), 7, 120);
    assert_eq!(
        from_nothing.variance,
        Ratio(ONE_Q32 / 8 / 8 * 7 + ONE_Q32 / 8)
    );
}

#[test]
fn a_weight_over_one_counts_as_one() {
    let terms = SampleTerms {
        weight: Ratio::MAX,
        ..terms()
    };
    let got =
        sample(first(), &terms, Price(512), START + 60).map(|got| (got.average, got.variance));
    assert_eq!(got, Ok((Price(512), Ratio(ONE_Q32 / 4))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// INV-SAMPLES.
    #[test]
    fn many_updates_inside_an_interval_move_it_no_more_than_the_first(
        prices in prop::collection::vec(1..1u64 << 60, 1..30),
    ) {
        let once = next(first(), prices[0], 60);
        let mut often = once;
        for (price, secs) in prices[1..].iter().zip(61..119) {
            often = next(often, *price, secs);
        }
        prop_assert_eq!(often, once);
    }

    #[test]
    fn the_average_stays_between_the_prices_and_the_variance_under_one(
        prices in prop::collection::vec(any::<u64>(), 1..30),
    ) {
        let mut estimate = first();
        let (mut least, mut most) = (1_024, 1_024);
        for (price, secs) in prices.into_iter().zip((60..).step_by(60)) {
            estimate = next(estimate, price, secs);
            (least, most) = (least.min(price), most.max(price));
            prop_assert!((least..=most).contains(&estimate.average.0));
            prop_assert!(estimate.variance <= Ratio::ONE);
        }
    }
}
