use proptest::prelude::*;
use whittle_risk::health::{Doubt, Leg};
use whittle_risk::num::ONE_Q32;
use whittle_risk::price::{
    age_secs, judge, mark, to_q32, Cached, Mark, OraclePolicy,
    Rounding::{Ceil, Floor},
};
use whittle_risk::RiskError::{ExponentOutOfRange, PriceOutOfRange};
use whittle_risk::{Lots, Price, Ratio};

#[test]
fn oracle_prices_become_atoms_per_lot() {
    let cases = [
        // BTC at 64,000 USD, a lot of 10^-4 BTC: 6.40 USD.
        (64_000 * 100_000_000, -8, -4, 6_400_000 * ONE_Q32),
        // SOL at 150.25 USD, a lot of 10^-2 SOL: 1.5025 USD.
        (15_025_000_000, -8, -2, 1_502_500 * ONE_Q32),
        // USDC at 1 USD, by its atom.
        (100_000_000, -8, -6, ONE_Q32),
        // BONK at 0.00002 USD, a lot of 10^5.
        (200_000, -10, 5, 2_000_000 * ONE_Q32),
        // An exponent of zero, and the two ends of the range of exponents.
        (7, 0, 0, 7_000_000 * ONE_Q32),
        (7, 4, -10, 7 * ONE_Q32),
        (7_000_000_000, -16, 1, 7 * ONE_Q32),
        (0, -8, -4, 0),
    ];
    for (mantissa, exponent, lot_exponent, raw) in cases {
        let got = to_q32(mantissa, exponent, lot_exponent, Floor);
        assert_eq!(got, Ok(raw), "{mantissa} 10^{exponent}");
    }
}

#[test]
fn a_fraction_is_cut_from_a_price_and_added_to_a_confidence() {
    // 10^-8 USD by the 10^-6: 10^-8 atoms, 42.9 of 2^32.
    assert_eq!(to_q32(1, -8, -6, Floor), Ok(42));
    assert_eq!(to_q32(1, -8, -6, Ceil), Ok(43));
    // Too little for one part of 2^32.
    assert_eq!(to_q32(1, -12, -6, Floor), Ok(0));
    assert_eq!(to_q32(1, -12, -6, Ceil), Ok(1));
    assert_eq!(to_q32(0, -12, -6, Ceil), Ok(0));
}

#[test]
fn the_largest_prices_convert_and_the_next_are_refused() {
    assert_eq!(to_q32(ONE_Q32 - 1, -6, 0, Floor), Ok((ONE_Q32 - 1) << 32));
    assert_eq!(to_q32(ONE_Q32, -6, 0, Floor), Err(PriceOutOfRange));
    // The largest mantissa needs k = -10 to fit.
    let largest = u64::try_from((u128::from(u64::MAX) << 32) / 10_000_000_000);
    assert_eq!(to_q32(u64::MAX, -12, -4, Floor).ok(), largest.ok());
    assert_eq!(to_q32(u64::MAX, -12, -3, Floor), Err(PriceOutOfRange));
    // Both ends of k.
    assert_eq!(
        to_q32(10_000_000_000_000_000_000, -16, -9, Floor),
        Ok(ONE_Q32)
    );
    assert_eq!(to_q32(1, 4, 9, Floor), Err(PriceOutOfRange));
    assert_eq!(to_q32(u64::MAX, 4, 9, Floor), Err(PriceOutOfRange));
}

#[test]
fn exponents_outside_the_range_are_refused() {
    for exponent in [-17, 5, i32::MIN, i32::MAX] {
        let refused = to_q32(1, exponent, 0, Floor);
        assert_eq!(refused, Err(ExponentOutOfRange(exponent)));
    }
    // With the lot: k = 20, k = -20, and sums that leave 32 bits.
    for (exponent, lot_exponent) in [(4, 10), (-16, -10), (4, i32::MAX), (-16, i32::MIN)] {
        let refused = to_q32(1, exponent, lot_exponent, Floor);
        assert_eq!(refused, Err(ExponentOutOfRange(exponent)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn a_converted_price_is_the_exact_one_but_for_the_named_rounding(
        mantissa in 0..1u64 << 40, exponent in -16..=0i32, lot_exponent in -9..=9i32,
    ) {
        let k = exponent + 6 + lot_exponent;
        let ten = 10u128.pow(k.unsigned_abs());
        let wide = u128::from(mantissa) << 32;
        let (down, up) = if k < 0 { (wide / ten, wide.div_ceil(ten)) } else { (wide * ten, wide * ten) };
        let narrow = |wide: u128| u64::try_from(wide).map_err(|_| PriceOutOfRange);
        prop_assume!(k <= 9);
        prop_assert_eq!(to_q32(mantissa, exponent, lot_exponent, Floor), narrow(down));
        prop_assert_eq!(to_q32(mantissa, exponent, lot_exponent, Ceil), narrow(up));
    }
}

const PUBLISHED: i64 = 1_700_000_000;

fn policy() -> OraclePolicy {
    OraclePolicy {
        accept_secs: 30,
        stale_after_secs: 30,
        stale_shift_per_sec: Ratio(ONE_Q32 / 1_024),
        shift_max: Ratio(ONE_Q32 / 8),
        uncertain_over: Ratio(ONE_Q32 / 64),
        confidence_multiple: Ratio(ONE_Q32 * 5 / 2),
    }
}

fn cached(confidence: u64) -> Cached {
    judge(Price(1_024 * ONE_Q32), confidence, PUBLISHED, &policy())
}

#[test]
fn a_price_ages_in_whole_seconds_and_one_from_the_future_is_new() {
    assert_eq!(age_secs(PUBLISHED, PUBLISHED + 7), 7);
    assert_eq!(age_secs(PUBLISHED, PUBLISHED), 0);
    assert_eq!(age_secs(PUBLISHED + 15, PUBLISHED), 0);
    assert_eq!(age_secs(i64::MAX, i64::MIN), 0);
    assert_eq!(age_secs(i64::MIN, i64::MAX), i64::MAX.unsigned_abs());
}

#[test]
fn a_stale_price_is_shifted_by_its_whole_age_up_to_the_bound() {
    // Price 1,024 atoms and 1/1,024 a second: one atom a second, at most 128.
    let cases = [
        (-15, false, 0),
        (0, false, 0),
        (30, false, 0),
        (31, true, 31),
        (127, true, 127),
        (128, true, 128),
        (129, true, 128),
        (i64::MAX - PUBLISHED, true, 128),
    ];
    for (age, stale, atoms) in cases {
        let mark = mark(&cached(0), &policy(), PUBLISHED + age);
        assert_eq!(
            (mark.stale, mark.age_shift),
            (stale, atoms * ONE_Q32),
            "age {age}"
        );
        assert_eq!(mark.price, Price(1_024 * ONE_Q32));
        assert_eq!(mark.publish_time, PUBLISHED);
    }
}

#[test]
fn a_price_is_uncertain_when_its_confidence_is_over_the_share_and_not_at_it() {
    // 1/64 of 1,024 atoms is 16 atoms.
    let at = cached(16 * ONE_Q32);
    let over = cached(16 * ONE_Q32 + 1);
    let mark_at = mark(&at, &policy(), PUBLISHED);
    assert_eq!(
        (mark_at.uncertain, mark_at.doubt_shift),
        (false, 40 * ONE_Q32)
    );
    let mark_over = mark(&over, &policy(), PUBLISHED);
    assert_eq!(
        (mark_over.uncertain, mark_over.doubt_shift),
        (true, 40 * ONE_Q32 + 2)
    );
}

#[test]
fn doubt_favours_an_account_only_up_to_the_bound() {
    // 2.5 times the confidence, and 1/8 of 1,024 atoms.
    let cases = [(51, 2 * 51 + 25, 127), (52, 130, 128), (1_000, 2_500, 128)];
    for (confidence, doubt, favour) in cases {
        let mark = mark(&cached(confidence * ONE_Q32), &policy(), PUBLISHED);
        assert_eq!(mark.doubt_shift / ONE_Q32, doubt, "confidence {confidence}");
        assert_eq!(
            mark.doubt_favour / ONE_Q32,
            favour,
            "confidence {confidence}"
        );
    }
    let wild = mark(&cached(u64::MAX), &policy(), PUBLISHED);
    assert_eq!(
        (wild.doubt_shift, wild.doubt_favour),
        (u64::MAX, 128 * ONE_Q32)
    );
}

#[test]
fn collateral_counts_less_for_doubt_more_for_age_and_never_over_its_peg() {
    let mark = Mark {
        price: Price(1_000),
        age_shift: 50,
        doubt_shift: 30,
        ..Mark::default()
    };
    assert_eq!(mark.prudent(None), Price(970));
    assert_eq!(mark.forgiving(None), Price(1_020));
    assert_eq!(mark.prudent(Some(Price(960))), Price(960));
    assert_eq!(mark.forgiving(Some(Price(1_000))), Price(1_000));
    let worthless = Mark {
        doubt_shift: 1_001,
        age_shift: 0,
        ..mark
    };
    assert_eq!(worthless.prudent(None), Price(0));
}

#[test]
fn age_counts_for_the_account_and_doubt_as_asked() {
    let leg = |lots: i64, uncertain: bool, age_shift: u64| Leg {
        lots: Lots(lots),
        mark: Mark {
            price: Price(1_000),
            uncertain,
            stale: age_shift > 0,
            age_shift,
            doubt_shift: 30,
            doubt_favour: 20,
            ..Mark::default()
        },
        ..Leg::default()
    };
    // Prices for the questions: favourable, plain, adverse.
    let cases = [
        ("long, sure", leg(1, false, 0), [1_000, 1_000, 970]),
        ("short, sure", leg(-1, false, 0), [1_000, 1_000, 1_030]),
        ("long, uncertain", leg(1, true, 0), [1_020, 1_000, 970]),
        ("short, uncertain", leg(-1, true, 0), [980, 1_000, 1_030]),
        ("long, stale", leg(1, false, 50), [1_050, 1_050, 970]),
        ("short, stale", leg(-1, false, 50), [950, 950, 1_030]),
        ("long, both", leg(1, true, 50), [1_070, 1_050, 970]),
        ("short, both", leg(-1, true, 50), [930, 950, 1_030]),
    ];
    for (name, leg, expected) in cases {
        let got = [Doubt::Favourable, Doubt::Plain, Doubt::Adverse].map(|doubt| leg.price(doubt).0);
        assert_eq!(got, expected, "{name}");
    }
}
