use proptest::prelude::*;
use whittle_risk::funding::{index_step, owed_ceil, FundingTerms};
use whittle_risk::num::ONE_Q32;
use whittle_risk::RiskError::{DivisionByZero, Overflow};
use whittle_risk::{Lots, Price, Ratio, Usd};

const DAY: u64 = 86_400;
const ONE: i128 = 1 << 32;

/// At most 1/64 a day, reached at 1,000 USD of skew.
fn terms() -> FundingTerms {
    FundingTerms {
        max_rate_per_day: Ratio(ONE_Q32 / 64),
        skew_scale: Usd(1_000_000_000),
    }
}

/// 6,400 atoms a lot.
const PRICE: Price = Price(6_400 * ONE_Q32);

#[test]
fn the_index_grows_with_skew_and_stops_growing_faster_at_the_scale() {
    // Lots of skew, atoms per lot and day. 1,000 USD is 156,250 lots.
    let cases = [
        (0, 0),
        (39_062, 24),
        (78_125, 50),
        (156_250, 100),
        (156_251, 100),
        (i64::MAX, 100),
    ];
    for (skew, atoms) in cases {
        let step = index_step(Lots(skew), PRICE, &terms(), DAY).expect("in range");
        assert_eq!(step / ONE, atoms, "skew {skew}");
        let other = index_step(Lots(-skew), PRICE, &terms(), DAY);
        assert_eq!(other, Ok(-step), "skew -{skew}");
    }
}

#[test]
fn longs_pay_while_they_outweigh_and_receive_while_they_do_not() {
    for (skew, long, short) in [(156_250, 7_000, -7_000), (-156_250, -7_000, 7_000)] {
        let index = index_step(Lots(skew), PRICE, &terms(), DAY).expect("in range");
        assert_eq!(owed_ceil(Lots(70), 0, index), Ok(Usd(long)));
        assert_eq!(owed_ceil(Lots(-70), 0, index), Ok(Usd(short)));
    }
}

#[test]
fn nothing_is_owed_without_skew_time_rate_size_or_growth() {
    let skew = Lots(1_000);
    assert_eq!(index_step(Lots(0), PRICE, &terms(), DAY), Ok(0));
    assert_eq!(index_step(skew, PRICE, &terms(), 0), Ok(0));
    let free = FundingTerms {
        max_rate_per_day: Ratio::ZERO,
        ..terms()
    };
    assert_eq!(index_step(skew, PRICE, &free, DAY), Ok(0));
    assert_eq!(owed_ceil(Lots(0), 0, i128::MAX), Ok(Usd::ZERO));
    assert_eq!(owed_ceil(Lots(5), 77, 77), Ok(Usd::ZERO));
}

#[test]
fn a_fraction_of_an_atom_is_paid_in_full_and_received_not_at_all() {
    // Half an atom.
    assert_eq!(owed_ceil(Lots(1), 0, ONE / 2), Ok(Usd(1)));
    assert_eq!(owed_ceil(Lots(-1), 0, ONE / 2), Ok(Usd(0)));
    assert_eq!(owed_ceil(Lots(1), ONE / 2, 0), Ok(Usd(0)));
    assert_eq!(owed_ceil(Lots(-1), ONE / 2, 0), Ok(Usd(1)));
}

#[test]
fn a_scale_of_zero_is_always_reached() {
    let terms = FundingTerms {
        skew_scale: Usd::ZERO,
        ..terms()
    };
    assert_eq!(index_step(Lots(1), PRICE, &terms, DAY), Ok(100 * ONE));
    // Even by a skew that is worth nothing, but not by none.
    assert_eq!(index_step(Lots(1), Price(1), &terms, DAY), Ok(0));
    assert_eq!(index_step(Lots(0), PRICE, &terms, DAY), Ok(0));
}

#[test]
fn no_time_costs_nothing_at_any_rate() {
    let wild = FundingTerms {
        max_rate_per_day: Ratio::MAX,
        ..terms()
    };
    assert_eq!(index_step(Lots(i64::MAX), PRICE, &wild, 0), Ok(0));
}

#[test]
fn funding_out_of_range_is_refused_by_name() {
    let wild = FundingTerms {
        max_rate_per_day: Ratio::MAX,
        ..terms()
    };
    let step = index_step(Lots(i64::MAX), PRICE, &wild, DAY);
    assert_eq!(step, Err(Overflow("the funding index")));
    let owed = owed_ceil(Lots(1), i128::MIN, i128::MAX);
    assert_eq!(owed, Err(Overflow("funding")));
    let owed = owed_ceil(Lots(i64::MAX), 0, i128::MAX);
    assert_eq!(owed, Err(Overflow("funding")));
    let owed = owed_ceil(Lots(1), 0, 1 << 96);
    assert_eq!(owed, Err(Overflow("funding")));
    let owed = owed_ceil(Lots(1), 0, 1 << 95);
    assert_eq!(owed, Err(Overflow("a USD amount")));
    // The largest that fits.
    let owed = owed_ceil(Lots(1), 0, i128::from(i64::MAX) << 32);
    assert_eq!(owed, Ok(Usd::MAX));
    // A scale in the divisor is never zero where it divides, so this name does not occur.
    assert_ne!(step, Err(DivisionByZero("a ratio")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// INV-FUNDING. What the payers pay is what the receivers and the pool get: the pool's share is
    /// its own funding on the skew plus under one atom a position, never less.
    #[test]
    fn payers_receivers_and_the_pool_sum_to_zero(
        longs in prop::collection::vec(1i64..1 << 40, 0..6),
        shorts in prop::collection::vec(1i64..1 << 40, 0..6),
        from in -(1i128 << 50)..1 << 50,
        grown in -(1i128 << 45)..1 << 45,
    ) {
        let to = from + grown;
        let positions: Vec<i64> = longs.iter().copied().chain(shorts.iter().map(|lots| -lots)).collect();
        let paid: i128 = positions
            .iter()
            .map(|lots| i128::from(owed_ceil(Lots(*lots), from, to).expect("in range").0))
            .sum();
        let net: i128 = positions.iter().map(|lots| i128::from(*lots)).sum();
        let extra = paid * ONE - net * grown;
        let most = ONE * i128::try_from(positions.len()).expect("few");
        prop_assert!(extra >= 0 && extra <= most, "extra {extra}");
    }

    /// INV-FUNDING. Settling often costs at most an atom a time more than settling once.
    #[test]
    fn settling_in_two_steps_costs_what_one_costs_but_for_an_atom(
        lots in any::<i32>(), a in -(1i128 << 60)..1 << 60, b in -(1i128 << 60)..1 << 60, c in -(1i128 << 60)..1 << 60,
    ) {
        let lots = Lots(i64::from(lots));
        let owed = |from, to| owed_ceil(lots, from, to).expect("in range").0;
        let extra = owed(a, b) + owed(b, c) - owed(a, c);
        prop_assert!((0..=1).contains(&extra), "extra {extra}");
    }

    #[test]
    fn growth_is_proportional_to_time_and_stays_under_the_clamp(
        skew in -(1i64 << 40)..1 << 40, raw in 1u64 << 32..1 << 50, secs in 0..10 * DAY,
    ) {
        let price = Price(raw);
        let step = |secs| index_step(Lots(skew), price, &terms(), secs).expect("in range");
        let day = step(DAY);
        let exact = day * i128::from(secs);
        let scaled = step(secs) * i128::from(DAY);
        prop_assert!((scaled - exact).abs() < i128::from(DAY) , "{scaled} against {exact}");
        prop_assert!(day.abs() <= i128::from(raw / 64) + 1);
        prop_assert!(day == 0 || (day > 0) == (skew > 0));
    }
}

#[test]
fn an_index_that_grew_by_the_same_in_both_words_is_owed_in_full() {
    let grown = (1i128 << 64) + 1;
    let atoms = (1i64 << 32) + 1; // 2^32 and a part of one, rounded up.
    assert_eq!(owed_ceil(Lots(1), 0, grown), Ok(Usd(atoms)));
    assert_eq!(owed_ceil(Lots(-1), 0, grown), Ok(Usd(1 - atoms)));
}
