use proptest::prelude::*;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::{
    assess, assess_initial, excess_collateral, was_called, Account, Before, Doubt, Health,
    InitialHealth, Leg, Leverage, State, Thresholds, TokenPrices,
};
use whittle_risk::num::ONE_Q32;
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::RiskError::{NoFreshPrice, Overflow};
use whittle_risk::{Lots, Price, Ratio, Usd};

fn thresholds() -> Thresholds {
    Thresholds {
        call_buffer: Ratio(ONE_Q32 / 4),
        target_buffer: Ratio(ONE_Q32 / 8),
        emergency: Ratio(ONE_Q32 / 2),
        profit_weight: Ratio(ONE_Q32 / 2),
        class_initial: [Ratio::ZERO; 2],
    }
}

fn tiers() -> TierTable {
    let tier = Tier {
        upto: Usd(1_000_000_000_000),
        maintenance: Ratio(ONE_Q32 / 32),
        initial: Ratio(ONE_Q32 / 16),
    };
    TierTable::new(&[tier]).expect("one tier")
}

fn leg(lots: i64, atoms: u64, entry: i64) -> Leg {
    Leg {
        lots: Lots(lots),
        entry: Usd(entry),
        mark: Mark {
            price: Price(atoms * ONE_Q32),
            ..Mark::default()
        },
        tiers: tiers(),
        multiplier: Ratio::ONE,
        initial_multiplier: Ratio::ONE,
        call_multiplier: Ratio::ONE,
        room: UNLIMITED,
        ..Leg::default()
    }
}

fn account(cash: i64, legs: &[Leg]) -> Account<'_> {
    Account {
        cash: Usd(cash),
        claims: Usd::ZERO,
        collateral: Usd::ZERO,
        fading: Usd(0),
        tokens: &TokenPrices::NONE,
        interest: Usd::ZERO,
        leverage: Leverage::default(),
        legs,
    }
}

fn health(equity: i64, maintenance: i64) -> Health {
    Health {
        equity: Usd(equity),
        maintenance: Usd(maintenance),
    }
}

#[test]
fn each_state_begins_exactly_at_its_bound() {
    // M = 1,001: C = 1,251.25 is met by 1,252, emergency = 500.5 is not under 501.
    let cases = [
        (i64::MAX, State::Healthy),
        (1_252, State::Healthy),
        (1_251, State::MarginCall),
        (1_001, State::MarginCall),
        (1_000, State::Liquidatable),
        (501, State::Liquidatable),
        (500, State::Emergency),
        (1, State::Emergency),
        (0, State::Insolvent),
        (-1, State::Insolvent),
        (i64::MIN, State::Insolvent),
    ];
    for (equity, state) in cases {
        let got = health(equity, 1_001).state(&thresholds(), true);
        assert_eq!(got, Ok(state), "equity {equity}");
    }
}

#[test]
fn without_positions_an_account_is_healthy_or_bankrupt() {
    for (equity, state) in [
        (1, State::Healthy),
        (0, State::Healthy),
        (-1, State::Bankrupt),
    ] {
        let got = health(equity, 0).state(&thresholds(), false);
        assert_eq!(got, Ok(state), "equity {equity}");
    }
}

#[test]
fn the_ratio_rounds_down_and_is_zero_without_equity() {
    assert_eq!(health(5, 8).ratio_floor(), Ratio(ONE_Q32 / 8 * 5));
    assert_eq!(health(1, 3).ratio_floor(), Ratio(ONE_Q32 / 3));
    assert_eq!(health(0, 3).ratio_floor(), Ratio::ZERO);
    assert_eq!(health(-1, 0).ratio_floor(), Ratio::ZERO);
    assert_eq!(health(1, 0).ratio_floor(), Ratio::MAX);
    assert_eq!(health(i64::MAX, 1).ratio_floor(), Ratio::MAX);
}

#[test]
fn a_buffer_rounds_up_and_stops_at_the_range() {
    assert_eq!(
        health(0, 1_001).with_buffer(Ratio(ONE_Q32 / 4)),
        Ok(Usd(1_252))
    );
    assert_eq!(
        health(0, 1_000).with_buffer(Ratio(ONE_Q32 / 4)),
        Ok(Usd(1_250))
    );
    let beyond = health(0, i64::MAX).with_buffer(Ratio(1));
    assert_eq!(beyond, Err(Overflow("a USD amount")));
}

#[test]
fn health_sums_assets_profits_funding_and_requirements() {
    let legs = [
        // Bought 1,000 lots at 90 atoms, now 100: profit 10,000, less 300 of funding.
        Leg {
            funding_owed: Usd(300),
            ..leg(1_000, 100, 90_000)
        },
        // Sold 500 lots at 210 atoms, now 200: profit 5,000, and 40 of funding to receive.
        Leg {
            funding_owed: Usd(-40),
            ..leg(-500, 200, -105_000)
        },
    ];
    let account = Account {
        cash: Usd(-2_000),
        claims: Usd(700),
        collateral: Usd(9_000),
        fading: Usd(0),
        tokens: &TokenPrices::NONE,
        interest: Usd(11),
        leverage: Leverage::default(),
        legs: &legs,
    };
    let expected = health(-2_000 + 700 + 9_000 - 11 + 9_700 + 5_040, 3_125 + 3_125);
    for doubt in [Doubt::Favourable, Doubt::Plain] {
        assert_eq!(assess(&account, doubt), Ok(expected));
    }
}

#[test]
fn equity_rounds_down_and_the_requirement_up() {
    // One lot is worth two thirds of an atom.
    let third = |lots: i64| Leg {
        mark: Mark {
            price: Price(ONE_Q32 / 3 * 2),
            ..Mark::default()
        },
        ..leg(lots, 0, 0)
    };
    let long = assess(&account(0, &[third(2)]), Doubt::Plain);
    assert_eq!(long, Ok(health(1, 1)), "1.33 is worth 1");
    let short = assess(&account(0, &[third(-2)]), Doubt::Plain);
    assert_eq!(short, Ok(health(-2, 1)), "-1.33 owes 2");
}

#[test]
fn an_overflowing_sum_is_refused_by_name() {
    let legs = [leg(1, 100, 0)];
    let refused = assess(&account(i64::MAX, &legs), Doubt::Plain);
    assert_eq!(refused, Err(Overflow("a USD amount")));
    let legs = [leg(i64::MAX, 4_000_000_000, 0)];
    let refused = assess(&account(0, &legs), Doubt::Plain);
    assert_eq!(refused, Err(Overflow("notional")));
}

#[test]
fn initial_health_weights_profit_and_counts_loss_in_full() {
    let legs = [leg(1_000, 100, 90_000), leg(-500, 200, -95_000)];
    let got = assess_initial(&account(50_000, &legs), &thresholds());
    let expected = InitialHealth {
        equity: Usd(50_000 + 5_000 - 5_000),
        requirement: Usd(6_250 + 6_250),
    };
    assert_eq!(got, Ok(expected));
}

#[test]
fn initial_health_moves_every_price_against_the_account() {
    let mut legs = [leg(1_000, 100, 100_000), leg(-500, 200, -100_000)];
    legs[0].mark.doubt_shift = 4 * ONE_Q32;
    legs[1].mark.doubt_shift = 8 * ONE_Q32;
    let got = assess_initial(&account(50_000, &legs), &thresholds());
    let expected = InitialHealth {
        equity: Usd(50_000 - 4_000 - 4_000),
        requirement: Usd(96_000 / 16 + 104_000 / 16),
    };
    assert_eq!(got, Ok(expected));
}

#[test]
fn a_stale_price_takes_no_new_risk_and_lets_nothing_out() {
    let mut legs = [leg(1_000, 100, 90_000), leg(-500, 200, -95_000)];
    legs[1].mark.stale = true;
    let account = account(50_000, &legs);
    assert_eq!(assess_initial(&account, &thresholds()), Err(NoFreshPrice));
    assert_eq!(
        excess_collateral(&account, &thresholds()),
        Err(NoFreshPrice)
    );
}

#[test]
fn excess_is_what_is_over_the_initial_requirement_and_never_over_cash() {
    // Initial requirement 6,250.
    let legs = [leg(1_000, 100, 100_000)];
    let cases = [
        ("cash over the requirement", 10_000, 0, 3_750),
        ("just the requirement", 6_250, 0, 0),
        ("under it", 6_249, 0, 0),
        ("collateral stands in for cash", 5_000, 6_000, 4_750),
        ("but only cash may leave", 5_000, 60_000, 5_000),
        ("and an overdraft lets nothing out", -1, 60_000, 0),
    ];
    for (name, cash, collateral, excess) in cases {
        let account = Account {
            collateral: Usd(collateral),
            ..account(cash, &legs)
        };
        let got = excess_collateral(&account, &thresholds());
        assert_eq!(got, Ok(Usd(excess)), "{name}");
    }
    let flat = excess_collateral(&account(123, &[]), &thresholds());
    assert_eq!(flat, Ok(Usd(123)), "all of it without positions");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// While a price is between the two ends of its doubt, the three views stand in order.
    #[test]
    fn doubt_in_favour_never_hurts_and_doubt_against_never_helps(
        lots in -1_000_000i64..1_000_000,
        atoms in 100u64..1_000_000,
        entry in any::<i32>(),
        doubt_shift in 0..100 * ONE_Q32,
    ) {
        prop_assume!(lots != 0);
        let mut leg = leg(lots, atoms, i64::from(entry));
        leg.mark.uncertain = true;
        leg.mark.doubt_shift = doubt_shift;
        leg.mark.doubt_favour = doubt_shift;
        let legs = [leg];
        let account = account(1_000_000_000, &legs);
        let over = |doubt| {
            let health = assess(&account, doubt).expect("in range");
            health.equity.0 - health.maintenance.0
        };
        // Each side rounds twice.
        prop_assert!(over(Doubt::Favourable) >= over(Doubt::Plain) - 2);
        prop_assert!(over(Doubt::Plain) >= over(Doubt::Adverse) - 2);
    }

    /// What may leave, once it has left, leaves the initial requirement covered.
    #[test]
    fn after_the_excess_has_left_nothing_more_may_leave(
        lots in -1_000_000i64..1_000_000, atoms in 100u64..10_000, entry in any::<i32>(), cash in 0..1i64 << 40,
    ) {
        prop_assume!(lots != 0);
        let legs = [leg(lots, atoms, i64::from(entry))];
        let before = account(cash, &legs);
        let excess = excess_collateral(&before, &thresholds()).expect("in range");
        prop_assume!(excess.0 > 0);
        let after = account(cash - excess.0, &legs);
        prop_assert_eq!(excess_collateral(&after, &thresholds()), Ok(Usd::ZERO));
        let health = assess_initial(&after, &thresholds()).expect("in range");
        prop_assert!(health.equity >= health.requirement);
    }
}

#[test]
fn the_least_initial_rate_is_the_higher_of_class_and_owner() {
    let thresholds = Thresholds {
        class_initial: [Ratio(ONE_Q32 / 8), Ratio(ONE_Q32 / 32)],
        ..thresholds()
    };
    // Tiers ask for 1/16 of 100,000.
    let legs = [leg(1_000, 100, 100_000)];
    let required = |class: u8, own: u64| {
        let account = Account {
            leverage: Leverage {
                class,
                own_initial: Ratio(own),
            },
            ..account(50_000, &legs)
        };
        assess_initial(&account, &thresholds).map(|it| it.requirement)
    };
    assert_eq!(required(0, 0), Ok(Usd(12_500)), "retail");
    assert_eq!(
        required(1, 0),
        Ok(Usd(6_250)),
        "standard: the tiers ask for more"
    );
    assert_eq!(required(2, 0), Ok(Usd(6_250)), "no least rate");
    assert_eq!(required(1, ONE_Q32 / 2), Ok(Usd(50_000)), "the owner's cap");
    assert_eq!(
        required(0, ONE_Q32 / 16),
        Ok(Usd(12_500)),
        "a cap over the class's"
    );
    assert_eq!(required(2, 1), Ok(Usd(6_250)));
}

#[test]
fn leverage_does_not_touch_maintenance() {
    let legs = [leg(1_000, 100, 100_000)];
    let capped = Account {
        leverage: Leverage {
            class: 0,
            own_initial: Ratio::ONE,
        },
        ..account(50_000, &legs)
    };
    let free = assess(&account(50_000, &legs), Doubt::Plain);
    assert_eq!(assess(&capped, Doubt::Plain), free);
}

#[test]
fn the_initial_multiplier_counts_and_maintenance_does_not_follow_it() {
    let mut legs = [leg(1_000, 100, 100_000)];
    let plain = assess(&account(50_000, &legs), Doubt::Plain);
    legs[0].initial_multiplier = Ratio(3 * ONE_Q32);
    let initial = assess_initial(&account(50_000, &legs), &thresholds());
    assert_eq!(initial.map(|it| it.requirement), Ok(Usd(18_750)));
    assert_eq!(assess(&account(50_000, &legs), Doubt::Plain), plain);
    // One under the maintenance multiplier counts as that.
    legs[0].initial_multiplier = Ratio(ONE_Q32 / 2);
    let initial = assess_initial(&account(50_000, &legs), &thresholds());
    assert_eq!(initial.map(|it| it.requirement), Ok(Usd(6_250)));
}

#[test]
fn before_its_first_trade_an_account_was_not_called_whatever_the_trade_cost() {
    let legs = [leg(1_000, 1_000, 1_000_000)];
    let account = Account {
        cash: Usd(-500),
        claims: Usd::ZERO,
        collateral: Usd::ZERO,
        fading: Usd::ZERO,
        tokens: &TokenPrices::NONE,
        interest: Usd::ZERO,
        leverage: Leverage::default(),
        legs: &legs,
    };
    let before = |held, cash| Before {
        leg: 0,
        held,
        cash: Usd(cash),
        claims: Usd::ZERO,
    };
    let called = |before| was_called(&account, &before, &thresholds());
    assert_eq!(called(before(None, 0)), Ok(false));
    assert_eq!(called(before(None, -1)), Ok(true));
    // A thousand lots at 1,000 need 31,250 and a quarter more.
    let held = Some(&legs[0]);
    assert_eq!(called(before(held, 39_063)), Ok(false));
    assert_eq!(called(before(held, 39_062)), Ok(true));
}

#[test]
fn of_tokens_prices_the_oldest_and_the_newest_count_that_are_not_shifted_for_age() {
    let of = |publish_time, age_shift, stale, uncertain| Mark {
        publish_time,
        age_shift,
        stale,
        uncertain,
        ..Mark::default()
    };
    let all = |marks: &[Mark]| {
        let mut tokens = TokenPrices::NONE;
        for mark in marks {
            tokens.take(mark);
        }
        tokens
    };
    assert_eq!(all(&[]), TokenPrices::default());
    let seen = all(&[
        of(20, 0, false, false),
        of(10, 0, false, false),
        of(5, 1, false, false),
        of(30, 0, false, false),
        of(40, 1, false, false),
    ]);
    let expected = TokenPrices {
        oldest: 10,
        newest: 30,
        stale: false,
        uncertain: false,
    };
    assert_eq!(seen, expected);
    // One is enough, whichever it is, and two are no fewer.
    let sure = of(1, 0, false, false);
    for (mark, expected) in [
        (of(1, 0, true, false), (true, false)),
        (of(1, 0, false, true), (false, true)),
    ] {
        for marks in [[mark, sure], [sure, mark], [mark, mark]] {
            let tokens = all(&marks);
            assert_eq!((tokens.stale, tokens.uncertain), expected);
        }
    }
}
