//! Every wide multiplication and division beside arithmetic without bounds.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use proptest::prelude::*;
use whittle_risk::num::{
    div_q32_ceil, div_q32_floor, mul_q32, mul_q32_ceil, share_of_product, share_of_sum,
    wide_div_ceil,
};
use whittle_risk::{funding, nav, overdraft, Lots, Price, Ratio, RiskError, Usd};

/// 64 bits of any magnitude: as drawn, or cut to so many.
fn bits() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        (any::<u64>(), 0..64u32).prop_map(|(all, cut)| all >> cut)
    ]
}

fn big(value: impl Into<BigUint>) -> BigUint {
    value.into()
}

/// What fits 64 bits.
fn narrow(value: &BigUint) -> Option<u64> {
    u64::try_from(value).ok()
}

fn ok<T>(result: Result<T, RiskError>) -> Option<T> {
    result.ok()
}

/// floor(n / d) and ceil(n / d).
fn both(n: &BigUint, d: &BigUint) -> (BigUint, BigUint) {
    (n.div_floor(d), n.div_ceil(d))
}

proptest! {
    #[test]
    fn products_are_exact(a in bits(), b in bits()) {
        let product = big(a) * b;
        let (floor, ceil) = both(&product, &(big(1u8) << 32));
        prop_assert_eq!(mul_q32(a, b), narrow(&floor).map(|whole| (whole, floor == ceil)));
        let up = narrow(&floor).map(|_| narrow(&ceil).unwrap_or(u64::MAX));
        prop_assert_eq!(mul_q32_ceil(a, b), up);
        let amount = |whole: &BigUint| i64::try_from(whole).ok().map(Usd);
        prop_assert_eq!(ok(Ratio(a).of_floor(b)), amount(&floor));
        prop_assert_eq!(ok(Price(a).notional_floor(b)), amount(&floor));
        prop_assert_eq!(ok(Ratio(a).of_ceil(b)), amount(&ceil));
        prop_assert_eq!(ok(Price(a).notional_ceil(b)), amount(&ceil));
        let pair = amount(&floor).zip(amount(&ceil));
        prop_assert_eq!(ok(Price(a).notional_both(b)), pair);
        prop_assert_eq!(ok(Ratio(a).times_floor(Ratio(b))), narrow(&floor).map(Ratio));
        prop_assert_eq!(ok(Ratio(a).times_ceil(Ratio(b))), up.map(Ratio));
    }

    #[test]
    fn quotients_are_exact(n in bits(), d in bits()) {
        if d == 0 {
            prop_assert_eq!(div_q32_floor(n, d), Err(RiskError::DivisionByZero("a quotient")));
            prop_assert_eq!(div_q32_ceil(n, d), Err(RiskError::DivisionByZero("a quotient")));
            return Ok(());
        }
        let (floor, ceil) = both(&(big(n) << 32), &big(d));
        prop_assert_eq!(ok(div_q32_floor(n, d)), narrow(&floor));
        prop_assert_eq!(ok(div_q32_ceil(n, d)), narrow(&ceil));
        prop_assert_eq!(ok(Ratio::between_floor(n, d)), narrow(&floor).map(Ratio));
        prop_assert_eq!(ok(Price(d).lots_ceil(n)), narrow(&ceil));
    }

    #[test]
    fn wide_quotients_are_exact(n in any::<u128>(), cut in 0..128u32, d in any::<u128>(), short in 0..128u32) {
        let (n, d) = (n >> cut, d >> short);
        if d == 0 {
            prop_assert_eq!(wide_div_ceil(n, d), Err(RiskError::DivisionByZero("a quotient")));
            return Ok(());
        }
        prop_assert_eq!(ok(wide_div_ceil(n, d)), narrow(&both(&big(n), &big(d)).1));
    }

    #[test]
    fn shares_are_exact(a in bits(), b in bits(), whole in bits(), negative in any::<bool>()) {
        if whole == 0 {
            prop_assert_eq!(share_of_product(a, b, whole), None);
            return Ok(());
        }
        let (floor, ceil) = both(&(big(a) * b), &big(whole));
        prop_assert_eq!(share_of_product(a, b, whole), narrow(&floor));
        prop_assert_eq!(ok(nav::part_floor(a, b, whole)), narrow(&floor));
        prop_assert_eq!(ok(nav::part_ceil(a, b, whole)), narrow(&ceil));
        let amount = if negative { (a >> 1).cast_signed().wrapping_neg() } else { (a >> 1).cast_signed() };
        let share = both(&(big(a >> 1) * b), &big(whole)).0;
        let expected = i64::try_from(&share).ok().map(|it| if negative { -it } else { it });
        prop_assert_eq!(ok(share_of_sum(amount, b, whole)), expected);
    }

    #[test]
    fn funding_is_exact(lots in any::<i64>(), few in 0..64u32, from in any::<i128>(), to in any::<i128>(), cut in 0..128u32) {
        let (lots, from, to) = (lots >> few, from >> cut, to >> cut);
        let exact = BigInt::from(lots) * (BigInt::from(to) - from);
        let owed = exact.div_ceil(&(BigInt::from(1) << 32));
        match funding::owed_ceil(Lots(lots), from, to) {
            Ok(got) => prop_assert_eq!(BigInt::from(got.0), owed),
            // Refused only near the end of the range: the magnitude is what must fit.
            Err(_) => prop_assert!(owed.magnitude() >= &big(i64::MAX.unsigned_abs()) || to.checked_sub(from).is_none()),
        }
    }

    #[test]
    fn interest_is_exact(cash in any::<i64>(), few in 0..64u32, from in bits(), to in bits()) {
        let cash = cash >> few;
        let owed = if cash < 0 && to > from {
            both(&(big(cash.unsigned_abs()) * (to - from)), &(big(overdraft::SECS_PER_YEAR) << 32)).1
        } else {
            big(0u8)
        };
        prop_assert_eq!(ok(overdraft::owed_ceil(Usd(cash), from, to)), i64::try_from(&owed).ok().map(Usd));
    }
}
