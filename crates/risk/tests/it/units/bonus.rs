use proptest::prelude::*;
use whittle_risk::bonus::{rate_floor, BonusTerms};
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::{assess, Account, Doubt, Leg, Leverage, Thresholds, TokenPrices};
use whittle_risk::liquidation::{plan, Episode, Inputs, Policy};
use whittle_risk::num::ONE_Q32;
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::RiskError::Overflow;
use whittle_risk::{Lots, Price, Ratio, Usd};

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
    // A span of many ones, of which nothing is left in the lower half.
    let terms = BonusTerms {
        floor: Ratio::ZERO,
        max: Ratio(1 << 52),
        ramp_secs: 1 << 20,
    };
    assert_eq!(rate_floor(&terms, 1 << 13), Err(Overflow("the bonus rate")));
    assert_eq!(rate_floor(&terms, 1 << 11), Ok(Ratio(1 << 43)));
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

const NOW: i64 = 1_700_000_060;

/// What the lots of [`paid`] are worth.
const WORTH: i64 = 100_000_000_000;

/// The bonus for liquidating 1,000,000 lots at 100,000 atoms with so much equity, 60 s after the
/// flag, when they were opened for `entry`. Maintenance is 1/64 of 100,000 USD, 1,562,500,000 atoms.
fn paid(equity: i64, insurance_line: i64, entry: i64) -> i64 {
    let tier = Tier {
        upto: Usd(1_000_000_000_000),
        maintenance: Ratio(ONE_Q32 / 64),
        initial: Ratio(ONE_Q32 / 32),
    };
    let legs = [Leg {
        lots: Lots(1_000_000),
        entry: Usd(entry),
        mark: Mark {
            price: Price(100_000 * ONE_Q32),
            publish_time: NOW,
            ..Mark::default()
        },
        tiers: TierTable::new(&[tier]).expect("one tier"),
        multiplier: Ratio::ONE,
        initial_multiplier: Ratio::ONE,
        call_multiplier: Ratio::ONE,
        room: UNLIMITED,
        premium: Ratio(ONE_Q32 / 1_024),
        pool_cost: Ratio(ONE_Q32 / 1_024),
        min_close: Usd(10_000_000),
        min_position: Usd(10_000_000),
        insurance_line: Usd(insurance_line),
        ..Leg::default()
    }];
    let mut account = Account {
        cash: Usd::ZERO,
        claims: Usd::ZERO,
        collateral: Usd::ZERO,
        fading: Usd(0),
        tokens: &TokenPrices::NONE,
        interest: Usd::ZERO,
        leverage: Leverage::default(),
        legs: &legs,
    };
    let without_cash = assess(&account, Doubt::Plain).expect("in range").equity;
    account.cash = Usd(equity).minus(without_cash).expect("in range");
    let policy = Policy {
        thresholds: Thresholds {
            call_buffer: Ratio(ONE_Q32 / 4),
            target_buffer: Ratio(ONE_Q32 / 8),
            emergency: Ratio(ONE_Q32 / 4 * 3),
            profit_weight: Ratio::ONE,
            class_initial: [Ratio::ZERO; 2],
        },
        theta: Ratio(ONE_Q32 / 2),
        forced: Ratio(ONE_Q32 / 4),
        bonus: BonusTerms {
            floor: Ratio(ONE_Q32 / 1_024),
            max: Ratio(ONE_Q32 / 64),
            ramp_secs: 60,
        },
        confirm_secs: 2,
        flag_lapse_secs: 600,
        emergency_only: false,
    };
    let inputs = Inputs {
        account,
        policy: &policy,
        episode: Episode {
            flagged_at: NOW - 60,
            touched_at: NOW - 60,
            publish_time: NOW - 60,
            lowest_ratio: Ratio::MAX,
        },
        now: NOW,
        min_bonus: Usd::ZERO,
    };
    plan(&inputs).expect("under maintenance").bonus.0
}

/// INV-BONUS. The maximum rate is over the cap everywhere, so the cap decides: were the keeper
/// paid on what is closed beyond just enough, his bonus would rise until E / M is about 0.55.
#[test]
fn under_the_emergency_ratio_the_bonus_never_rises_as_the_account_sinks() {
    for (insurance_line, entry) in [0, 20_000_000, 1_000_000_000]
        .into_iter()
        .flat_map(|line| [WORTH, WORTH / 3].map(|entry| (line, entry)))
    {
        let mut before = i64::MAX;
        for equity in (-100..=74i64).rev().map(|hundredth| 15_625_000 * hundredth) {
            let bonus = paid(equity, insurance_line, entry);
            assert!(bonus <= before, "{equity} pays {bonus} after {before}");
            before = bonus;
        }
    }
    // At E / M = 3/4 the cap is 3/512 and a dollar repairs 9/512 - 3/512, so the 585,937,500 atoms
    // from 3/4 M to 9/8 M are repaired by 50,000 USD. At half of M the cap is 2/512.
    assert_eq!(
        paid(1_171_875_000, 0, WORTH),
        292_968_750,
        "3/512 of 50,000 USD"
    );
    assert_eq!(
        paid(781_250_000, 0, WORTH),
        195_312_500,
        "2/512 of 50,000 USD"
    );
    let ample = 1_000_000_000;
    assert_eq!(paid(0, ample, WORTH), 48_828_125, "the floor on them");
    assert_eq!(paid(0, ample, 3 * WORTH), 48_828_125, "and no more");
    // The half of them that was closed was opened for a third of what it is worth.
    assert_eq!(
        paid(0, ample, WORTH / 3),
        48_828_125 / 3,
        "the floor on that"
    );
    assert_eq!(
        paid(0, 1_000_000, WORTH),
        1_000_000,
        "what the insurance line holds"
    );
}
