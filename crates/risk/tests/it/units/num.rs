use proptest::prelude::*;
use whittle_risk::num::{
    div_q32_ceil, div_q32_floor, mul_q32, share_of_sum, wide_div_ceil, ONE_Q32,
};
use whittle_risk::RiskError::{DivisionByZero, Overflow};
use whittle_risk::{Lots, Price, Ratio, RiskError, Usd};

use super::{amount, wide};

const ONE: u128 = 1 << 32;

/// The quotient when it fits 64 bits, as the crate reports it.
fn narrowed(quotient: u128) -> Result<u64, RiskError> {
    u64::try_from(quotient).map_err(|_| Overflow("a quotient"))
}

fn signed(magnitude: u128, product: &'static str) -> Result<Usd, RiskError> {
    let magnitude = u64::try_from(magnitude).map_err(|_| Overflow(product))?;
    i64::try_from(magnitude)
        .map(Usd)
        .map_err(|_| Overflow("a USD amount"))
}

/// Numbers of all magnitudes and both signs, often next to an end of the range or to zero.
fn signed_wide() -> impl Strategy<Value = i64> {
    let ends = prop::sample::select(vec![i64::MIN, -1 << 32, 0, 1 << 32, i64::MAX]);
    let near = (ends, -2..=2i64).prop_map(|(end, step)| end.saturating_add(step));
    prop_oneof![
        near,
        (wide(), 0..64u32).prop_map(|(bits, cut)| bits.cast_signed() >> cut)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn mul_q32_is_the_exact_product_shifted_once(a in wide(), b in wide()) {
        let product = u128::from(a) * u128::from(b);
        let expected = u64::try_from(product >> 32)
            .ok()
            .map(|whole| (whole, product % ONE == 0));
        prop_assert_eq!(mul_q32(a, b), expected);
    }

    #[test]
    fn sums_and_differences_are_exact_or_refused(a in signed_wide(), b in signed_wide()) {
        let usd = Overflow("a USD amount");
        prop_assert_eq!(Usd(a).plus(Usd(b)), a.checked_add(b).map(Usd).ok_or(usd));
        prop_assert_eq!(Usd(a).minus(Usd(b)), a.checked_sub(b).map(Usd).ok_or(usd));
        prop_assert_eq!(Usd(a).negated(), a.checked_neg().map(Usd).ok_or(usd));
        let (a, b) = (a.cast_unsigned(), b.cast_unsigned());
        let sum = a.checked_add(b).map(Ratio).ok_or(Overflow("a ratio"));
        prop_assert_eq!(Ratio(a).plus(Ratio(b)), sum);
    }

    #[test]
    fn quotients_are_the_exact_ones_rounded_as_named(n in wide(), d in wide()) {
        let d = d.max(1);
        let (wide_n, wide_d) = (u128::from(n) << 32, u128::from(d));
        prop_assert_eq!(div_q32_floor(n, d), narrowed(wide_n / wide_d));
        prop_assert_eq!(div_q32_ceil(n, d), narrowed(wide_n.div_ceil(wide_d)));
        prop_assert_eq!(wide_div_ceil(wide_n, wide_d), narrowed(wide_n.div_ceil(wide_d)));
        prop_assert_eq!(Ratio::between_floor(n, d), div_q32_floor(n, d).map(Ratio));
    }

    #[test]
    fn a_share_of_an_amount_is_exact_but_for_the_named_rounding(amount in wide(), share in wide()) {
        let product = u128::from(amount) * u128::from(share);
        let name = "a share of a USD amount";
        prop_assert_eq!(Ratio(share).of_floor(amount), signed(product / ONE, name));
        // One atom over the largest signed amount is refused by its unit, not by the product.
        let up = product.div_ceil(ONE);
        let expected = if product / ONE > u128::from(u64::MAX) {
            Err(Overflow(name))
        } else if up > u128::from(i64::MAX.unsigned_abs()) {
            Err(Overflow("a USD amount"))
        } else {
            signed(up, name)
        };
        prop_assert_eq!(Ratio(share).of_ceil(amount), expected);
    }

    #[test]
    fn a_product_of_ratios_is_exact_but_for_the_named_rounding(a in 0..1u64 << 47, b in 0..1u64 << 47) {
        let product = u128::from(a) * u128::from(b);
        prop_assert_eq!(Ratio(a).times_floor(Ratio(b)), narrowed(product / ONE).map(Ratio));
        prop_assert_eq!(Ratio(a).times_ceil(Ratio(b)), narrowed(product.div_ceil(ONE)).map(Ratio));
    }

    #[test]
    fn a_share_of_a_sum_and_its_rest_make_the_sum(sum in any::<i64>(), whole in 1..u64::MAX, part in any::<u64>()) {
        prop_assume!(sum != i64::MIN);
        let part = part % (whole + 1);
        let share = share_of_sum(sum, part, whole).expect("a part of at most the whole fits");
        let exact = u128::from(sum.unsigned_abs()) * u128::from(part) / u128::from(whole);
        prop_assert_eq!(u128::from(share.unsigned_abs()), exact);
        prop_assert!(share == 0 || (share < 0) == (sum < 0));
        let rest = sum - share;
        prop_assert!(rest == 0 || (rest < 0) == (sum < 0));
    }

    #[test]
    fn a_position_is_valued_down_whichever_side_it_is_on(any in wide(), price in wide()) {
        // As many lots as still fit a USD amount.
        let most = (u128::from(i64::MAX.unsigned_abs()) << 32) / u128::from(price.max(1));
        let most = u64::try_from(most).unwrap_or(u64::MAX).min(i64::MAX.unsigned_abs());
        let lots = i64::try_from(any % most.max(1)).expect("at most the largest i64");
        let product = u128::from(lots.unsigned_abs()) * u128::from(price);
        let floor = i64::try_from(product / ONE).expect("fits by choice");
        let ceil = i64::try_from(product.div_ceil(ONE)).expect("fits by choice");
        let price = Price(price);
        prop_assert_eq!(price.value_floor(Lots(lots)), Ok(Usd(floor)));
        prop_assert_eq!(price.value_floor(Lots(-lots)), Ok(Usd(-ceil)));
        prop_assert_eq!(price.notional_floor(lots.unsigned_abs()), Ok(Usd(floor)));
        prop_assert_eq!(price.notional_ceil(lots.unsigned_abs()), Ok(Usd(ceil)));
    }

    #[test]
    fn lots_ceil_is_the_least_number_worth_that_much(notional in amount(), price in 1u64..) {
        if let Ok(lots) = Price(price).lots_ceil(notional) {
            let worth = |lots: u64| u128::from(lots) * u128::from(price);
            let wanted = u128::from(notional) * ONE;
            prop_assert!(worth(lots) >= wanted);
            prop_assert!(lots == 0 || worth(lots - 1) < wanted);
        } else {
            prop_assert!(u128::from(notional) * ONE / u128::from(price) >= u128::from(u64::MAX));
        }
    }
}

#[test]
fn a_division_by_zero_names_what_was_to_be_divided() {
    assert_eq!(div_q32_floor(1, 0), Err(DivisionByZero("a quotient")));
    assert_eq!(
        div_q32_floor(u64::MAX, 0),
        Err(DivisionByZero("a quotient"))
    );
    assert_eq!(div_q32_ceil(1, 0), Err(DivisionByZero("a quotient")));
    assert_eq!(div_q32_ceil(u64::MAX, 0), Err(DivisionByZero("a quotient")));
    assert_eq!(wide_div_ceil(1, 0), Err(DivisionByZero("a quotient")));
    let between = Ratio::between_floor(1, 0);
    assert_eq!(between, Err(DivisionByZero("a quotient")));
    let lots = Price(0).lots_ceil(1);
    assert_eq!(lots, Err(DivisionByZero("a quotient")));
    let share = share_of_sum(1, 1, 0);
    assert_eq!(share, Err(DivisionByZero("a share of a sum")));
    let share = share_of_sum(i64::MAX, u64::MAX, 0);
    assert_eq!(share, Err(DivisionByZero("a share of a sum")));
}

#[test]
fn sums_and_signs_stop_at_the_range_of_their_unit() {
    let usd = Overflow("a USD amount");
    let lots = Overflow("a number of lots");
    assert_eq!(Usd(i64::MAX).plus(Usd(1)), Err(usd));
    assert_eq!(Usd(i64::MIN).minus(Usd(1)), Err(usd));
    assert_eq!(Usd(i64::MIN).negated(), Err(usd));
    assert_eq!(Usd(i64::MIN).magnitude(), 1 << 63);
    assert_eq!(Usd::from_magnitude((1 << 63) - 1), Ok(Usd::MAX));
    assert_eq!(Usd::from_magnitude(1 << 63), Err(usd));
    assert_eq!(Lots(i64::MAX).plus(Lots(1)), Err(lots));
    assert_eq!(Lots(i64::MIN).minus(Lots(1)), Err(lots));
    assert_eq!(Lots(i64::MIN).negated(), Err(lots));
    assert_eq!(Lots::from_magnitude(1 << 63), Err(lots));
    assert_eq!(
        [Lots(-7), Lots(0), Lots(7)].map(Lots::sign),
        [-1, 0, 1],
        "sign"
    );
    assert_eq!(Usd(-2).least(Usd(1)), Usd(-2));
    assert_eq!(Usd(-2).most(Usd(1)), Usd(1));
}

#[test]
fn ratios_add_and_subtract_within_their_range() {
    assert_eq!(Ratio(3).plus(Ratio(4)), Ok(Ratio(7)));
    assert_eq!(Ratio::MAX.plus(Ratio(1)), Err(Overflow("a ratio")));
    assert_eq!(Ratio(3).less(Ratio(4)), Ratio::ZERO);
    assert_eq!(Ratio(4).less(Ratio(3)), Ratio(1));
    assert_eq!(Ratio(4).least(Ratio(3)), Ratio(3));
    let too_large = Ratio::MAX.times_floor(Ratio(ONE_Q32 + 1));
    assert_eq!(too_large, Err(Overflow("a ratio")));
    let too_large = Ratio::MAX.times_ceil(Ratio(2 * ONE_Q32));
    assert_eq!(too_large, Err(Overflow("a ratio")));
}

#[test]
fn basis_points_become_ratios_rounded_down() {
    let cases = [
        (0, 0),
        (1, 429_496),
        (3, 1_288_490),
        (100, 42_949_672),
        (2_500, ONE_Q32 / 4),
        (10_000, ONE_Q32),
        (u32::MAX, 1_844_674_406_941_458),
    ];
    for (bps, raw) in cases {
        assert_eq!(Ratio::from_bps_floor(bps), Ratio(raw), "{bps} bps");
    }
}

#[test]
fn a_share_of_a_sum_rounds_towards_zero_and_all_of_it_is_all() {
    let cases = [
        (10, 1, 3, 3),
        (-10, 1, 3, -3),
        (-1, 1, 2, 0),
        (7, 0, 5, 0),
        (i64::MAX, u64::MAX, u64::MAX, i64::MAX),
        (i64::MIN, 9, 9, i64::MIN),
    ];
    for (sum, part, whole, expected) in cases {
        assert_eq!(
            share_of_sum(sum, part, whole),
            Ok(expected),
            "{sum} {part} {whole}"
        );
    }
    let beyond = share_of_sum(i64::MAX, 2, 1);
    assert_eq!(beyond, Err(Overflow("a share of a sum")));
}

#[test]
fn a_shifted_price_stays_inside_its_range() {
    assert_eq!(Price(5).lowered(6), Price(0));
    assert_eq!(Price(5).raised(6), Price(11));
    assert_eq!(Price(5).raised(u64::MAX), Price(u64::MAX));
}

#[test]
fn a_notional_over_the_range_is_refused_by_name() {
    let product = Price(u64::MAX).notional_floor(u64::MAX);
    assert_eq!(product, Err(Overflow("notional")));
    let product = Price(u64::MAX).notional_ceil(u64::MAX);
    assert_eq!(product, Err(Overflow("notional")));
    let narrowed = Price(ONE_Q32).notional_floor(1 << 63);
    assert_eq!(narrowed, Err(Overflow("a USD amount")));
    assert_eq!(Price(ONE_Q32).notional_floor((1 << 63) - 1), Ok(Usd::MAX));
}

#[test]
fn lots_alike_are_on_the_same_side_and_none_of_a_flat_position() {
    for (side, expected) in [(5, 3), (-5, -3), (0, 0)] {
        assert_eq!(Lots(side).alike(3), Ok(Lots(expected)), "{side}");
    }
    let beyond = Lots(-1).alike(1 << 63);
    assert_eq!(beyond, Err(Overflow("a number of lots")));
}
