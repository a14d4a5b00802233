//! The worked example of docs/liquidation.md, number by number. Every rate in it is a fraction of
//! a power of two, so that the text can be followed by hand to the last atom.

use whittle_risk::bonus::BonusTerms;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::{assess, Account, Doubt, Health, Leg, Leverage, State, Thresholds};
use whittle_risk::liquidation::{
    plan, Certificate, Close, Cost, Episode, Inputs, Kind, Plan, Policy,
};
use whittle_risk::num::ONE_Q32;
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Lots, Price, Ratio, Usd};

const NOW: i64 = 1_700_000_020;
const FLAGGED: i64 = 1_700_000_000;

const fn part(numerator: u64, denominator: u64) -> Ratio {
    Ratio(ONE_Q32 / denominator * numerator)
}

fn policy() -> Policy {
    Policy {
        thresholds: Thresholds {
            call_buffer: part(1, 4),
            target_buffer: part(1, 8),
            emergency: part(1, 2),
            profit_weight: part(1, 2),
            class_initial: [Ratio::ZERO; 2],
        },
        theta: part(1, 2),
        forced: part(1, 4),
        bonus: BonusTerms {
            floor: part(1, 1_024),
            max: part(4, 1_024),
            ramp_secs: 60,
        },
        confirm_secs: 2,
        flag_lapse_secs: 600,
        emergency_only: false,
    }
}

fn tier(dollars: i64, maintenance: Ratio) -> Tier {
    Tier {
        upto: Usd(dollars * 1_000_000),
        maintenance,
        initial: Ratio(2 * maintenance.0),
    }
}

fn mark(atoms_a_lot: u64) -> Mark {
    Mark {
        price: Price(atoms_a_lot * ONE_Q32),
        publish_time: NOW,
        ..Mark::default()
    }
}

/// 25,000 lots of 0.0001 BTC long, and 40,000 lots of 0.01 SOL short.
fn legs() -> [Leg; 2] {
    let btc = [tier(100_000, part(1, 64)), tier(1_000_000, part(1, 32))];
    let sol = [tier(500_000, part(3, 128))];
    let minima = Leg {
        multiplier: Ratio::ONE,
        initial_multiplier: Ratio::ONE,
        call_multiplier: Ratio::ONE,
        room: UNLIMITED,
        min_position: Usd(50_000_000),
        min_close: Usd(10_000_000),
        insurance_line: Usd(1_000_000_000),
        ..Leg::default()
    };
    [
        Leg {
            lots: Lots(25_000),
            entry: Usd(165_000_000_000),
            funding_owed: Usd(12_500_000),
            mark: mark(6_400_000),
            tiers: TierTable::new(&btc).expect("rising"),
            premium: part(1, 1_024),
            pool_cost: part(1, 1_024),
            ..minima
        },
        Leg {
            lots: Lots(-40_000),
            entry: Usd(-58_000_000_000),
            funding_owed: Usd(-2_250_000),
            mark: mark(1_500_000),
            tiers: TierTable::new(&sol).expect("one tier"),
            premium: part(4, 2_048),
            pool_cost: part(8, 2_048),
            ..minima
        },
    ]
}

fn account(legs: &[Leg]) -> Account<'_> {
    Account {
        cash: Usd(10_037_593_750),
        claims: Usd::ZERO,
        collateral: Usd::ZERO,
        fading: Usd(0),
        interest: Usd::ZERO,
        leverage: Leverage::default(),
        legs,
    }
}

fn planned() -> Plan {
    let policy = policy();
    plan(&Inputs {
        account: account(&legs()),
        policy: &policy,
        episode: Episode {
            flagged_at: FLAGGED,
            touched_at: FLAGGED,
            publish_time: FLAGGED,
            lowest_ratio: part(5, 8),
        },
        now: NOW,
        min_bonus: Usd(173_279_296),
    })
    .expect("the account is liquidatable, flagged and confirmed")
}

const BEFORE: Health = Health {
    equity: Usd(3_027_343_750),
    maintenance: Usd(4_843_750_000),
};

#[test]
fn health_before_is_as_the_text_adds_it_up() {
    let legs = legs();
    let [btc, sol] = [0, 1].map(|leg: usize| legs[leg].valued(Doubt::Plain).expect("in range"));
    assert_eq!(btc.notional, 160_000_000_000);
    assert_eq!(btc.profit, Usd(-5_012_500_000));
    assert_eq!(btc.required, Usd(3_437_500_000));
    assert_eq!(sol.notional, 60_000_000_000);
    assert_eq!(sol.profit, Usd(-1_997_750_000));
    assert_eq!(sol.required, Usd(1_406_250_000));
    assert_eq!(assess(&account(&legs), Doubt::Plain), Ok(BEFORE));
    assert_eq!(BEFORE.ratio_floor(), part(5, 8));
    let state = BEFORE.state(&policy().thresholds, true);
    assert_eq!(state, Ok(State::Liquidatable));
}

#[test]
fn the_plan_closes_what_the_text_closes() {
    let plan = planned();
    assert_eq!(plan.kind, Kind::Exact);
    assert_eq!(plan.before, BEFORE);
    assert_eq!(plan.target, Usd(5_449_218_750));
    assert_eq!(plan.latched_ratio, part(5, 8));
    assert_eq!(plan.bonus_rate, part(1, 512));
    let btc = Close {
        lots: 9_375,
        price: Price(6_400_000 * ONE_Q32),
        notional: Usd(60_000_000_000),
        cost: Cost {
            keeper: Usd(117_187_500),
            premium: Usd(58_593_750),
            pool: Usd(58_593_750),
        },
        insurance_top_up: Usd::ZERO,
        pool_top_up: Usd::ZERO,
    };
    let sol = Close {
        lots: 19_146,
        price: Price(1_500_000 * ONE_Q32),
        notional: Usd(28_719_000_000),
        cost: Cost {
            keeper: Usd(56_091_796),
            premium: Usd(56_091_797),
            pool: Usd(98_160_645),
        },
        insurance_top_up: Usd::ZERO,
        pool_top_up: Usd::ZERO,
    };
    assert_eq!(plan.closes[..2], [btc, sol]);
    assert_eq!(plan.closes[2..], [Close::default(); 6]);
    assert_eq!(btc.cost.total(), Ok(Usd(234_375_000)));
    assert_eq!(sol.cost.total(), Ok(Usd(210_344_238)));
    assert_eq!(plan.cost, Usd(444_719_238));
    assert_eq!(plan.bonus, Usd(173_279_296));
}

/// INV-MINIMAL, INV-RATIO and INV-COST on the numbers of the text.
#[test]
fn the_certificate_and_the_health_after_are_those_of_the_text() {
    let plan = planned();
    let certificate = Certificate {
        leg: 1,
        lots: 19_146,
        surplus: Usd(20_019),
        shortfall_one_less: Usd(8_545),
    };
    assert_eq!(plan.certificate, Some(certificate));
    let after = Health {
        equity: Usd(2_582_624_512),
        maintenance: Usd(2_295_648_438),
    };
    assert_eq!(plan.after, after);
    assert_eq!(after.with_buffer(part(1, 8)), Ok(Usd(2_582_604_493)));
    assert!(after.ratio_floor() > BEFORE.ratio_floor());
    assert!(2 * plan.cost.0 <= BEFORE.equity.0, "theta is one half");
    assert_eq!(plan.episode, Episode::NONE);
}
