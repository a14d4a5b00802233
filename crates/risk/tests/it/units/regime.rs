use proptest::prelude::*;
use whittle_risk::health::{
    assess, assess_initial, Account, Doubt, Health, Leg, Leverage, State, Thresholds, TokenPrices,
};
use whittle_risk::num::ONE_Q32;
use whittle_risk::price::Mark;
use whittle_risk::regime::{Multipliers, Ramp, RegimeTerms, MULTIPLIER_MAX, RAMP_MIN_SECS};
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::volatility::{sample, Estimate, SampleTerms};
use whittle_risk::{Lots, Price, Ratio, RiskError, Usd};

const NOW: i64 = 1_700_000_000;
const DAY: i64 = 86_400;

fn terms() -> RegimeTerms {
    RegimeTerms {
        elevated_variance: Ratio(100),
        extreme_variance: Ratio(1_000),
        elevated: Multipliers {
            initial: Ratio(ONE_Q32 * 3 / 2),
            maintenance: Ratio(ONE_Q32 * 9 / 8),
        },
        extreme: Multipliers {
            initial: Ratio(ONE_Q32 * 2),
            maintenance: Ratio(ONE_Q32 * 3 / 2),
        },
        ramp_secs: RAMP_MIN_SECS,
    }
}

#[test]
fn a_level_rises_at_its_threshold_and_falls_under_half_of_it() {
    let level = |variance, before| terms().level(Ratio(variance), before);
    assert_eq!(
        [0, 99, 100, 999, 1_000].map(|it| level(it, 0)),
        [0, 0, 1, 1, 2]
    );
    assert_eq!(
        [49, 50, 99, 999, 1_000].map(|it| level(it, 1)),
        [0, 1, 1, 1, 2]
    );
    assert_eq!([49, 50, 499, 500].map(|it| level(it, 2)), [0, 1, 1, 2]);
}

#[test]
fn a_variance_near_a_threshold_does_not_go_back_and_forth() {
    let mut level = 0;
    let mut changes = 0;
    for variance in [100, 95, 100, 60, 130, 51, 100] {
        let next = terms().level(Ratio(variance), level);
        changes += u32::from(next != level);
        level = next;
    }
    assert_eq!((level, changes), (1, 1));
}

#[test]
fn an_initial_multiplier_rises_at_once_and_maintenance_by_the_ramp() {
    let ramp = Ramp::towards(&terms(), 2, Multipliers::CALM, NOW);
    let at = |secs| ramp.at(RAMP_MIN_SECS, NOW + secs).expect("in range");
    for (secs, maintenance, over) in [
        (0, ONE_Q32, false),
        (DAY / 4, ONE_Q32 * 9 / 8, false),
        (DAY / 2, ONE_Q32 * 5 / 4, false),
        (DAY, ONE_Q32 * 3 / 2, true),
        (2 * DAY, ONE_Q32 * 3 / 2, true),
    ] {
        let expected = Multipliers {
            initial: Ratio(ONE_Q32 * 2),
            maintenance: Ratio(maintenance),
        };
        assert_eq!(at(secs), (expected, over), "{secs}");
    }
}

#[test]
fn both_multipliers_fall_along_the_same_ramp() {
    let ramp = Ramp::towards(&terms(), 0, terms().extreme, NOW);
    let (half, over) = ramp.at(RAMP_MIN_SECS, NOW + DAY / 2).expect("in range");
    assert!(!over);
    assert_eq!(half.initial, Ratio(ONE_Q32 * 3 / 2));
    assert_eq!(half.maintenance, Ratio(ONE_Q32 * 5 / 4));
    let (end, over) = ramp.at(RAMP_MIN_SECS, NOW + DAY).expect("in range");
    assert_eq!((end, over), (Multipliers::CALM, true));
}

#[test]
fn each_level_has_its_multipliers() {
    let each = [0, 1, 2].map(|level| terms().multipliers(level));
    assert_eq!(each, [Multipliers::CALM, terms().elevated, terms().extreme]);
}

#[test]
fn bounds_are_in_code() {
    assert_eq!(terms().validate(), Ok(()));
    let threshold = Err(RiskError::BadParameter("regime: thresholds must rise"));
    let order = Err(RiskError::BadParameter(
        "regime: multipliers must rise with the level, from 1 to 4, maintenance at most initial",
    ));
    let time = Err(RiskError::BadParameter("regime: a ramp takes 1 to 30 days"));
    let with = |change: fn(&mut RegimeTerms)| {
        let mut changed = terms();
        change(&mut changed);
        changed.validate()
    };
    assert_eq!(with(|it| it.elevated_variance = Ratio(1)), threshold);
    assert_eq!(with(|it| it.elevated_variance = Ratio(2)), Ok(()));
    assert_eq!(with(|it| it.extreme_variance = Ratio(100)), threshold);
    assert_eq!(
        with(|it| it.elevated.maintenance = Ratio(ONE_Q32 - 1)),
        order
    );
    assert_eq!(
        with(|it| it.elevated.maintenance = Ratio(ONE_Q32 * 7 / 4)),
        order
    );
    assert_eq!(
        with(|it| it.extreme.initial = Ratio(MULTIPLIER_MAX.0 + 1)),
        order
    );
    assert_eq!(
        with(|it| it.extreme.initial = Ratio(ONE_Q32 * 5 / 4)),
        order
    );
    assert_eq!(with(|it| it.extreme.maintenance = Ratio(ONE_Q32)), order);
    // The extreme level fits by itself, but is under the elevated one.
    assert_eq!(
        with(|it| it.elevated.initial = Ratio(ONE_Q32 * 5 / 2)),
        order
    );
    assert_eq!(with(|it| it.extreme = it.elevated), Ok(()));
    assert_eq!(with(|it| it.ramp_secs = 2_592_000), Ok(()));
    assert_eq!(with(|it| it.ramp_secs = RAMP_MIN_SECS - 1), time);
    assert_eq!(with(|it| it.ramp_secs = 2_592_001), time);
}

proptest! {
    #[test]
    fn whatever_the_levels_maintenance_is_never_over_initial_and_never_outruns_the_ramp(
        changes in proptest::collection::vec((0u8..3, 0i64..2 * DAY), 1..20),
    ) {
        let terms = terms();
        let (mut ramp, mut now) = (Ramp::CALM, NOW);
        let mut before = Multipliers::CALM;
        for (level, secs) in changes {
            if level != ramp.level {
                ramp = Ramp::towards(&terms, level, before, now);
                let (at_once, _) = ramp.at(terms.ramp_secs, now).expect("in range");
                // Maintenance has not moved yet; initial is at least what it will be.
                prop_assert_eq!(at_once.maintenance, before.maintenance);
                prop_assert!(at_once.initial >= before.initial);
                prop_assert!(at_once.initial >= terms.multipliers(level).initial);
                before = at_once;
            }
            now += secs;
            let (after, _) = ramp.at(terms.ramp_secs, now).expect("in range");
            prop_assert!(after.maintenance <= after.initial);
            prop_assert!(after.maintenance >= Ratio::ONE && after.initial <= MULTIPLIER_MAX);
            // The whole span of maintenance is half: in so many seconds it moves at most its share.
            let moved = u128::from(after.maintenance.0.abs_diff(before.maintenance.0));
            let most = u128::from(ONE_Q32 / 2) * u128::try_from(secs).expect("positive");
            prop_assert!(moved * 86_400 <= most + 86_400);
            before = after;
        }
    }
}

/// An account of one long position of 100,000 USD at maintenance of 1/32, with so much equity.
fn account(legs: &[Leg], equity: i64) -> Account<'_> {
    Account {
        cash: Usd(equity),
        claims: Usd::ZERO,
        collateral: Usd::ZERO,
        fading: Usd(0),
        tokens: &TokenPrices::NONE,
        interest: Usd::ZERO,
        leverage: Leverage::default(),
        legs,
    }
}

fn leg(multipliers: Multipliers, call: Ratio) -> Leg {
    let tier = Tier {
        upto: Usd(1_000_000_000_000),
        maintenance: Ratio(ONE_Q32 / 32),
        initial: Ratio(ONE_Q32 / 16),
    };
    Leg {
        lots: Lots(1_000_000),
        entry: Usd(100_000_000_000),
        mark: Mark {
            price: Price(100_000 * ONE_Q32),
            ..Mark::default()
        },
        tiers: TierTable::new(&[tier]).expect("one tier"),
        multiplier: multipliers.maintenance,
        initial_multiplier: multipliers.initial,
        call_multiplier: call,
        ..Leg::default()
    }
}

#[test]
fn a_change_of_level_alone_calls_for_margin_hours_before_it_liquidates() {
    let thresholds = Thresholds {
        call_buffer: Ratio(ONE_Q32 / 8),
        target_buffer: Ratio(ONE_Q32 / 16),
        emergency: Ratio(ONE_Q32 / 2),
        profit_weight: Ratio::ONE,
        ..Thresholds::default()
    };
    // Maintenance is 3,125 USD, a margin call comes under 3,515.625: 4,000 is healthy.
    let equity = 4_000_000_000;
    let calm = [leg(Multipliers::CALM, Ratio::ONE)];
    let health = assess(&account(&calm, equity), Doubt::Plain).expect("in range");
    assert_eq!(health.state(&thresholds, true), Ok(State::Healthy));

    let ramp = Ramp::towards(&terms(), 2, Multipliers::CALM, NOW);
    let state_at = |secs: i64| {
        let (multipliers, _) = ramp.at(RAMP_MIN_SECS, NOW + secs).expect("in range");
        let legs = [leg(multipliers, ramp.to.maintenance)];
        let now = assess(&account(&legs, equity), Doubt::Plain).expect("in range");
        let called = legs[0]
            .tiers
            .maintenance_ceil(100_000_000_000, legs[0].call_multiplier);
        let called = Health {
            maintenance: called.expect("in range"),
            ..now
        };
        (
            now.state(&thresholds, true).expect("in range"),
            called.equity
                < called
                    .with_buffer(thresholds.call_buffer)
                    .expect("in range"),
        )
    };
    // At once nothing is taken from the account, but it is called by the ramp's end.
    assert_eq!(state_at(0), (State::Healthy, true));
    // 28 % of maintenance are missing, of 50 % that it rises in a day: 13 hours later.
    assert!(state_at(13 * 3_600).0 < State::Liquidatable);
    assert_eq!(state_at(14 * 3_600).0, State::Liquidatable);
    // New risk meets the new level at once.
    let (now, _) = ramp.at(RAMP_MIN_SECS, NOW).expect("in range");
    let legs = [leg(now, ramp.to.maintenance)];
    let initial = assess_initial(&account(&legs, equity), &thresholds).expect("in range");
    assert_eq!(initial.requirement, Usd(12_500_000_000));
}

#[test]
fn many_updates_within_an_interval_do_not_move_the_level() {
    let sampling = SampleTerms {
        interval_secs: 60,
        weight: Ratio(ONE_Q32 / 8),
    };
    let mut estimate = sample(Estimate::default(), &sampling, Price(1_000), NOW).expect("in range");
    for second in 1..60 {
        let price = Price(if second % 2 == 0 { 500 } else { 2_000 });
        estimate = sample(estimate, &sampling, price, NOW + second).expect("in range");
    }
    assert_eq!(terms().level(estimate.variance, 0), 0);
}
