use proptest::prelude::*;
use whittle_risk::nav::{
    amount_for_shares, part_ceil, part_floor, shares_for_deposit, skew, MarketBook, NetAssetValue,
    Side,
};
use whittle_risk::num::ONE_Q32;
use whittle_risk::RiskError::{DivisionByZero, Overflow};
use whittle_risk::{Lots, Price, Ratio, Usd};

use super::share;

fn book() -> MarketBook {
    MarketBook {
        long: Side {
            lots: 1_000,
            entry: Usd(110_000),
        },
        short: Side {
            lots: 400,
            entry: Usd(44_000),
        },
        price: Price(100 * ONE_Q32),
        doubt_shift: 0,
        unsettled: Usd(70),
        pool_line: Usd(9_000),
        claims_unfunded: Usd(500),
        deficit: Usd(0),
    }
}

fn value(book: &MarketBook, weight: Ratio) -> (i64, i64) {
    let value = NetAssetValue::from_cash(Usd(1_000_000))
        .plus_market(book, weight)
        .expect("in range");
    (value.lower.0, value.higher.0)
}

#[test]
fn the_pool_is_worth_its_cash_its_lines_and_what_traders_lost() {
    // Longs lost 10,000, shorts gained 4,000; lines less claims plus funding make 8,570.
    let settled = 1_000_000 + 9_000 - 500 + 70;
    assert_eq!(
        value(&book(), Ratio::ONE),
        (settled + 6_000, settled + 6_000)
    );
}

#[test]
fn a_market_alone_is_worth_what_it_adds_to_a_pool_and_less_than_nothing_where_the_pool_owes() {
    for weight in [Ratio::ZERO, Ratio(ONE_Q32 / 2), Ratio::ONE] {
        let worth = book().worth(weight).expect("in range");
        let added = value(&book(), weight);
        assert_eq!(
            (1_000_000 + worth.lower.0, 1_000_000 + worth.higher.0),
            added
        );
    }
    // Longs have won 20,000; the line holds 9,000.
    let risen = MarketBook {
        price: Price(130 * ONE_Q32),
        short: Side::default(),
        ..book()
    };
    let worth = risen.worth(Ratio::ONE).expect("in range");
    assert_eq!(worth.lower, Usd(9_000 - 500 + 70 - 20_000));
}

#[test]
fn who_leaves_gets_only_a_part_of_losses_not_yet_booked_and_bears_deficits() {
    let book = MarketBook {
        deficit: Usd(300),
        ..book()
    };
    let settled = 1_000_000 + 8_570;
    let half = Ratio(ONE_Q32 / 2);
    assert_eq!(
        value(&book, half),
        (settled + 5_000 - 4_000 - 300, settled + 6_000)
    );
}

#[test]
fn doubt_counts_against_who_leaves_and_against_who_enters() {
    let book = MarketBook {
        doubt_shift: 2 * ONE_Q32,
        ..book()
    };
    let settled = 1_000_000 + 8_570;
    // At 102 longs lost 8,000; at 98 shorts gained 4,800. At 98 and 102: 12,000 and 3,200.
    let expected = (settled + 8_000 - 4_800, settled + 12_000 - 3_200);
    assert_eq!(value(&book, Ratio::ONE), expected);
}

#[test]
fn shares_round_to_the_pool() {
    assert_eq!(shares_for_deposit(1_000, 0, Usd::ZERO), Ok(1_000));
    assert_eq!(shares_for_deposit(10, 3, Usd(7)), Ok(4), "30 / 7");
    assert_eq!(amount_for_shares(2, 3, Usd(7)), Ok(4), "14 / 3");
    assert_eq!(amount_for_shares(3, 3, Usd(7)), Ok(7));
    assert_eq!(amount_for_shares(3, 3, Usd(-7)), Ok(0));
    assert_eq!(amount_for_shares(3, 3, Usd(0)), Ok(0));
}

#[test]
fn a_deposit_into_a_worthless_pool_is_refused_by_name() {
    let refused = Err(DivisionByZero("the pool's net asset value"));
    assert_eq!(shares_for_deposit(10, 3, Usd(0)), refused);
    assert_eq!(shares_for_deposit(10, 3, Usd(-1)), refused);
    assert_eq!(
        amount_for_shares(1, 0, Usd(1)),
        Err(DivisionByZero("a share"))
    );
    let too_many = shares_for_deposit(u64::MAX, u64::MAX, Usd(1));
    assert_eq!(too_many, Err(Overflow("a share")));
}

#[test]
fn parts_round_as_named() {
    assert_eq!(part_floor(10, 3, 7), Ok(4));
    assert_eq!(part_ceil(10, 3, 7), Ok(5));
    assert_eq!(part_ceil(14, 3, 7), Ok(6));
    assert_eq!(part_floor(1, 1, 0), Err(DivisionByZero("a share")));
    assert_eq!(part_ceil(1, 1, 0), Err(DivisionByZero("a quotient")));
    assert_eq!(part_floor(u64::MAX, u64::MAX, u64::MAX), Ok(u64::MAX));
    assert_eq!(part_ceil(u64::MAX, 2, 1), Err(Overflow("a quotient")));
}

#[test]
fn skew_is_longs_less_shorts() {
    assert_eq!(skew(7, 10), Ok(Lots(-3)));
    assert_eq!(skew(1 << 63, 0), Err(Overflow("a number of lots")));
}

fn sides() -> impl Strategy<Value = Side> {
    (0..1u64 << 30, 0..1i64 << 44).prop_map(|(lots, entry)| Side {
        lots,
        entry: Usd(entry),
    })
}

fn books() -> impl Strategy<Value = MarketBook> {
    (
        (sides(), sides(), 0..1u64 << 46, 0..1u64 << 47),
        (
            -(1i64 << 40)..1 << 40,
            0..1i64 << 40,
            0..1i64 << 40,
            0..1i64 << 40,
        ),
    )
        .prop_map(
            |((long, short, price, doubt_shift), (funding, line, claims, deficit))| MarketBook {
                long,
                short,
                price: Price(price),
                doubt_shift,
                unsettled: Usd(funding),
                pool_line: Usd(line),
                claims_unfunded: Usd(claims),
                deficit: Usd(deficit),
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// INV-SHARES.
    #[test]
    fn the_lower_value_is_never_over_the_higher(
        books in prop::collection::vec(books(), 0..4), cash in 0..1i64 << 50, weight in share(),
    ) {
        let mut value = NetAssetValue::from_cash(Usd(cash));
        for book in &books {
            value = value.plus_market(book, weight).expect("in range");
            prop_assert!(value.lower <= value.higher);
        }
    }

    /// INV-SHARES. In at the higher value and out at the lower: nobody gains, and who stays does not
    /// lose.
    #[test]
    fn a_deposit_taken_out_again_never_profits(
        amount in 1..1u64 << 50, supply in 1..1u64 << 50, lower in 1..1i64 << 50, between in 0..1i64 << 50,
    ) {
        let higher = lower + between;
        let exact = u128::from(amount) * u128::from(supply) / u128::from(higher.unsigned_abs());
        let shares = match shares_for_deposit(amount, supply, Usd(higher)) {
            Ok(shares) => shares,
            Err(error) => {
                // Of a pool that is worth next to nothing, more than can be counted.
                prop_assert_eq!(error, Overflow("a share"));
                prop_assert!(exact > u128::from(u64::MAX));
                return Ok(());
            }
        };
        prop_assume!(supply.checked_add(shares).is_some());
        let signed = i64::try_from(amount).expect("under 2^50");
        let after = Usd(lower + signed);
        let back = amount_for_shares(shares, supply + shares, after).expect("in range");
        prop_assert!(back <= amount);
        let stay = u128::from(after.magnitude() - back) * u128::from(supply);
        prop_assert!(stay >= u128::from(lower.unsigned_abs()) * u128::from(supply));
    }

    /// INV-SHARES.
    #[test]
    fn two_withdrawals_never_get_more_than_one(
        supply in 2..1u64 << 50, value in 1..1i64 << 50, a in any::<u64>(), b in any::<u64>(),
    ) {
        let a = a % (supply / 2) + 1;
        let b = b % (supply / 2) + 1;
        let first = amount_for_shares(a, supply, Usd(value)).expect("in range");
        let left = Usd(value - i64::try_from(first).expect("under 2^50"));
        prop_assume!(supply > a);
        let second = amount_for_shares(b.min(supply - a), supply - a, left).expect("in range");
        let once = amount_for_shares(a + b.min(supply - a), supply, Usd(value)).expect("in range");
        // The first fraction stays in the pool and the second takes its part of it.
        prop_assert!(first + second <= once + 1);
    }
}
