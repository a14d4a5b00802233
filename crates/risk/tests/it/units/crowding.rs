use proptest::prelude::*;
use whittle_risk::crowding::{
    crowded_rate, deleverage_lots, deleverage_share, open_interest_cap, side_profit,
};
use whittle_risk::num::ONE_Q32;
use whittle_risk::{Price, Ratio, Usd};

fn percent(percent: u32) -> Ratio {
    Ratio::from_bps_floor(percent * 100)
}

#[test]
fn open_interest_is_capped_by_the_market_and_by_what_the_pool_has() {
    let half = percent(50);
    assert_eq!(open_interest_cap(Usd(1_000), half, Usd(5_000)), Usd(1_000));
    assert_eq!(open_interest_cap(Usd(1_000), half, Usd(500)), Usd(250));
    assert_eq!(open_interest_cap(Usd(1_000), half, Usd(-500)), Usd(0));
    let many = Ratio(u64::MAX - 1);
    assert_eq!(open_interest_cap(Usd(9), many, Usd(i64::MAX)), Usd(9));
    assert_eq!(open_interest_cap(Usd(9), many, Usd(0)), Usd(0));
    assert_eq!(open_interest_cap(Usd(9), Ratio::MAX, Usd(0)), Usd(9));
}

#[test]
fn crowding_adds_nothing_up_to_half_of_the_cap_and_all_of_it_at_the_cap() {
    let at_cap = percent(8);
    let rate = |used| crowded_rate(Usd(used), Usd(1_000), at_cap).expect("in range");
    assert_eq!(rate(0), Ratio::ZERO);
    assert_eq!(rate(500), Ratio::ZERO);
    let quarter = rate(625).0 as i64 - percent(2).0 as i64;
    assert!((0..=2).contains(&quarter), "{quarter}");
    assert_eq!(rate(1_000), at_cap);
    assert_eq!(rate(5_000), at_cap);
    assert_eq!(crowded_rate(Usd(7), Usd(0), at_cap), Ok(at_cap));
    assert_eq!(crowded_rate(Usd(7), Usd(0), Ratio::ZERO), Ok(Ratio::ZERO));
}

#[test]
fn the_profit_of_a_side_is_what_it_is_worth_less_what_it_cost_and_what_it_bears() {
    let price = Price(10 * ONE_Q32);
    assert_eq!(side_profit(7, Usd(50), price, true, Usd(5)), Ok(Usd(15)));
    assert_eq!(side_profit(7, Usd(90), price, false, Usd(5)), Ok(Usd(15)));
    assert_eq!(side_profit(7, Usd(80), price, true, Usd(0)), Ok(Usd(-10)));
    assert_eq!(side_profit(0, Usd(0), price, true, Usd(0)), Ok(Usd(0)));
}

#[test]
fn what_was_closed_leaves_the_pool_too() {
    // 60 of profit, 100 of cash, bound 50 %: closing a fifth pays 12 and leaves 48 against 88.
    let share = deleverage_share(Usd(60), Usd(100), percent(50)).expect("in range");
    let third = share.0 as i64 - (ONE_Q32 / 3) as i64;
    assert!((0..=1).contains(&third), "{third}");
    assert_eq!(
        deleverage_share(Usd(50), Usd(100), percent(50)),
        Ok(Ratio::ZERO)
    );
    assert_eq!(
        deleverage_share(Usd(50), Usd(0), percent(50)),
        Ok(Ratio::ONE)
    );
    assert_eq!(
        deleverage_share(Usd(-5), Usd(0), percent(50)),
        Ok(Ratio::ZERO)
    );
}
/// Found by the fuzzer: rounded up, a share within 2^-32 of one is one.
#[test]
fn a_share_that_is_nearly_all_is_all() {
    let (profit, cash) = (Usd(999_999_999_767_169), Usd(999_999_999_999_999));
    let bound = percent(1);
    assert_eq!(deleverage_share(profit, cash, bound), Ok(Ratio::ONE));
    let less = Usd(profit.0 - 1_000_000_000);
    assert!(deleverage_share(less, cash, bound).expect("in range") < Ratio::ONE);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// After everybody was reduced by the share the bound holds, and with a little less it would
    /// not.
    #[test]
    fn the_share_is_the_least_that_restores_the_bound(
        profit in 1_000_000..1_000_000_000_000_000i64,
        cash in 0..1_000_000_000_000_000i64,
        bound in 1..=99u32,
    ) {
        let bound = percent(bound);
        let share = deleverage_share(Usd(profit), Usd(cash), bound).expect("in range");
        let owed_and_allowed = |share: u64| {
            let paid = (i128::from(profit) * i128::from(share)) >> 32;
            let owed = i128::from(profit) - paid;
            let allowed = (i128::from(cash) - paid) * i128::from(bound.0) / (1 << 32);
            (owed, allowed.max(0))
        };
        let (owed, allowed) = owed_and_allowed(share.0);
        // The atoms of the three roundings above.
        prop_assert!(owed <= allowed + 3, "{} {}", owed, allowed);
        if share > Ratio::ZERO {
            // 2^-20 of the profit less is felt.
            let (owed, allowed) = owed_and_allowed(share.0.saturating_sub(1 << 14));
            prop_assert!(owed + 3 > allowed);
        }
    }

    #[test]
    fn a_position_gives_its_share_and_the_last_one_only_what_is_needed(
        lots in 1..1_000_000_000u64,
        share in 1..=ONE_Q32,
        now in 0..=ONE_Q32,
        profit in 1..1_000_000_000_000i64,
        own in 1..1_000_000_000_000i64,
    ) {
        let [share, now] = [share, now].map(Ratio);
        let got = deleverage_lots(lots, share, now, Usd(profit), Usd(own)).expect("in range");
        let part = share.of_ceil(lots).expect("in range").magnitude();
        prop_assert!(got <= part && got <= lots);
        // Less than its share only when the rest of the side needs no more than that.
        if got < part {
            let needed = now.of_ceil(profit.unsigned_abs()).expect("in range").magnitude();
            let brings = u128::from(own.unsigned_abs()) * u128::from(got) / u128::from(lots);
            prop_assert!(brings + 1 >= u128::from(needed), "{} {}", brings, needed);
        }
        // And never more than that, but for two roundings up to a lot.
        let needed = now.of_ceil(profit.unsigned_abs()).expect("in range").magnitude();
        if needed < own.unsigned_abs() {
            let beyond = u128::from(got.saturating_sub(2)) * u128::from(own.unsigned_abs());
            prop_assert!(beyond <= u128::from(needed) * u128::from(lots), "{got}");
        }
    }
}

#[test]
fn a_position_without_profit_gives_nothing() {
    let half = percent(50);
    assert_eq!(deleverage_lots(10, half, half, Usd(100), Usd(0)), Ok(0));
}
