//! The worked example of docs/liquidation.md, number by number. Every rate in it is a fraction of
//! a power of two, so that the text can be followed by hand to the last atom.

use whittle_risk::bonus::BonusTerms;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::{
    assess, Account, Doubt, Health, Leg, Leverage, State, Thresholds, TokenPrices,
};
use whittle_risk::liquidation::{
    flag, plan, recover, Certificate, Close, Cost, Episode, Inputs, Kind, Plan, Policy, Recovery,
};
use whittle_risk::num::ONE_Q32;
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Lots, Price, Ratio, RiskError, Usd};

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
        tokens: &TokenPrices::NONE,
        interest: Usd::ZERO,
        leverage: Leverage::default(),
        legs,
    }
}

const EPISODE: Episode = Episode {
    flagged_at: FLAGGED,
    touched_at: FLAGGED,
    publish_time: FLAGGED,
    lowest_ratio: part(5, 8),
};

fn inputs<'a>(account: Account<'a>, policy: &'a Policy, episode: Episode) -> Inputs<'a> {
    Inputs {
        account,
        policy,
        episode,
        now: NOW,
        min_bonus: Usd::ZERO,
    }
}

fn planned() -> Plan {
    let policy = policy();
    plan(&Inputs {
        min_bonus: Usd(173_279_296),
        ..inputs(account(&legs()), &policy, EPISODE)
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

#[test]
fn a_flagged_account_back_at_its_target_is_unflagged_and_told_what_it_was_under() {
    let (legs, policy) = (legs(), policy());
    let missing = 5_449_218_750 - BEFORE.equity.0;
    let mut account = account(&legs);
    account.cash = Usd(account.cash.0 + missing);
    let inputs = inputs(account, &policy, EPISODE);
    let back = Health {
        equity: Usd(5_449_218_750),
        ..BEFORE
    };
    let recovered = Plan {
        kind: Kind::Recovered,
        before: back,
        after: back,
        target: Usd(5_449_218_750),
        latched_ratio: part(5, 8),
        flagged_at: FLAGGED,
        episode: Episode::NONE,
        ..Plan::default()
    };
    assert_eq!(plan(&inputs), Ok(recovered));
}

/// The target is under that of a liquidation: the owner wants a small step away from maintenance.
#[test]
fn an_owners_plan_that_stops_short_of_the_liquidation_target_keeps_the_flag() {
    let (legs, policy) = (legs(), policy());
    let mut account = account(&legs);
    account.cash = Usd(account.cash.0 + BEFORE.maintenance.0 - BEFORE.equity.0);
    let inputs = inputs(account, &policy, EPISODE);
    let owners = Recovery {
        trigger: part(33, 32),
        target: part(17, 16),
        fee: Ratio::ZERO,
    };
    let plan = recover(&inputs, &owners).expect("due");
    // Nothing that was seen before counts: the account was at maintenance.
    let flagged = Episode {
        publish_time: Episode::UNSEEN,
        ..EPISODE
    };
    assert_eq!((plan.episode, plan.flagged_at), (flagged, FLAGGED));
    assert!(plan.after.equity < plan.after.with_buffer(part(1, 8)).expect("in range"));
}

/// Lots of 0.1 USD at 1/32 in a policy without buffer and costs, so that with an E / M of 3 / 8 it
/// takes 5 / 8 of them to stand at maintenance.
fn frugal(legs: &[Leg], equity_eighths: i64) -> Plan {
    let required = required(legs);
    assert_eq!(required % 8, 0, "eighths of it are whole");
    frugal_with(legs, required / 8 * equity_eighths)
}

fn required(legs: &[Leg]) -> i64 {
    legs.iter()
        .map(|leg| leg.valued(Doubt::Plain).expect("in range").required.0)
        .sum()
}

fn frugal_with(legs: &[Leg], equity: i64) -> Plan {
    let mut policy = policy();
    policy.thresholds.target_buffer = Ratio::ZERO;
    policy.bonus = BonusTerms {
        floor: Ratio::ZERO,
        max: Ratio::ZERO,
        ramp_secs: 60,
    };
    let account = Account {
        cash: Usd(equity),
        ..account(legs)
    };
    plan(&inputs(account, &policy, EPISODE)).expect("under maintenance, flagged and confirmed")
}

fn tenths(lots: i64) -> Leg {
    plain(lots, 100_000, part(1, 32), 20_000)
}

/// A long at its entry price that costs nothing to close.
fn plain(lots: i64, atoms_a_lot: u64, maintenance: Ratio, min_close_dollars: i64) -> Leg {
    Leg {
        lots: Lots(lots),
        entry: Usd(lots * i64::try_from(atoms_a_lot).expect("a small price")),
        funding_owed: Usd::ZERO,
        mark: mark(atoms_a_lot),
        tiers: TierTable::new(&[tier(1_000_000, maintenance)]).expect("one tier"),
        premium: Ratio::ZERO,
        pool_cost: Ratio::ZERO,
        min_position: Usd(1),
        min_close: Usd(min_close_dollars * 1_000_000),
        ..legs()[0]
    }
}

#[test]
fn under_the_emergency_ratio_a_share_of_the_rest_is_closed_as_well_up_to_all_of_it() {
    let forced = |lots, eighths| {
        let plan = frugal(&[tenths(lots)], eighths);
        assert_eq!(plan.kind, Kind::Forced);
        plan.closes[0].lots
    };
    // Half of what is left, and a quarter of M is the forced ratio.
    assert_eq!(forced(1_000_000, 3), 625_000 + 187_500);
    assert_eq!(forced(1_000_000, 2), 1_000_000);
    assert_eq!(forced(1_000_000, 1), 1_000_000);
    // Half of 375,003 lots is rounded up.
    assert_eq!(forced(1_000_008, 3), 625_005 + 187_502);
}

#[test]
fn a_leg_that_was_not_needed_is_left_alone_while_its_part_is_under_the_minimum_close() {
    // 2,000,000 lots of 100 atoms: half of them are 100 USD. A dollar of them repairs half as much, so
    // the first leg is closed before. What more is closed of that is under its minimum of 20,000 USD,
    // which counts only for a leg that nothing is closed of yet.
    let second = |min_close| plain(2_000_000, 100, part(1, 64), min_close);
    for (min_close, lots) in [(99, 1_000_000), (100, 1_000_000), (101, 0)] {
        let plan = frugal(&[tenths(1_000_000), second(min_close)], 3);
        assert_eq!(plan.closes[0].lots, 625_625 + 187_188);
        assert_eq!(plan.closes[1].lots, lots, "{min_close}");
    }
}

#[test]
fn a_rest_of_just_the_smallest_position_stays_and_an_atom_less_goes_as_well() {
    let rest = 62_500_000_000;
    for (least, kind, lots) in [
        (rest, Kind::Exact, 375_000),
        (rest + 1, Kind::Dust, 1_000_000),
    ] {
        let leg = Leg {
            min_position: Usd(least),
            ..tenths(1_000_000)
        };
        let plan = frugal(&[leg], 5);
        assert_eq!((plan.kind, plan.closes[0].lots), (kind, lots), "{least}");
    }
}

#[test]
fn a_leg_smaller_than_the_minimum_close_goes_whole_for_that_reason() {
    let plan = frugal(&[tenths(160_000)], 5);
    assert_eq!((plan.kind, plan.closes[0].lots), (Kind::Minimum, 160_000));
}

/// The walk takes the top tiers of the first two legs and a part of the third. Enlarged to its minimum
/// the first is enough, so the others are not needed: not even the second, whose rest was too small.
#[test]
fn legs_that_are_not_needed_once_another_is_enlarged_are_left_alone() {
    let first = Leg {
        tiers: TierTable::new(&[tier(100_000, part(1, 64)), tier(1_000_000, part(1, 32))])
            .expect("rising"),
        ..tenths(1_010_000)
    };
    let second = Leg {
        tiers: TierTable::new(&[tier(10_000, part(1, 256)), tier(1_000_000, part(3, 128))])
            .expect("rising"),
        min_close: Usd(500_000_000),
        min_position: Usd(15_000_000_000),
        ..tenths(110_000)
    };
    let third = plain(500_000, 100_000, part(5, 256), 1);
    let legs = [first, second, third];
    // 1,000 / 32 and 1,000 * 3 / 128 dollars, and one more.
    let missing = 31_250_000 + 23_437_500 + 1_000_000;
    let plan = frugal_with(&legs, required(&legs) - missing);
    let lots = [0, 1, 2].map(|leg: usize| plan.closes[leg].lots);
    assert_eq!((plan.kind, lots), (Kind::Minimum, [200_000, 0, 0]));
}

/// The walk takes the top tier of the first leg, all of the second, and comes back to the first: that
/// is the last one, which is sized to the lot.
#[test]
fn the_certificate_is_of_the_leg_that_the_walk_touched_last() {
    let first = Leg {
        tiers: TierTable::new(&[tier(100_000, part(1, 64)), tier(1_000_000, part(1, 32))])
            .expect("rising"),
        min_close: Usd(10_000_000),
        ..tenths(1_010_000)
    };
    let second = plain(110_000, 100_000, part(3, 128), 10);
    let legs = [first, second];
    // 1,000 / 32, 11,000 * 3 / 128 and 640 / 64 dollars.
    let missing = 31_250_000 + 257_812_500 + 10_000_000;
    let plan = frugal_with(&legs, required(&legs) - missing);
    let lots = [0, 1].map(|leg: usize| plan.closes[leg].lots);
    assert_eq!((plan.kind, lots), (Kind::Exact, [16_400, 110_000]));
    assert_eq!(plan.certificate.map(|it| it.leg), Some(0));
}

fn at<'a>(legs: &'a [Leg], tokens: &'a TokenPrices) -> Account<'a> {
    Account {
        tokens,
        ..account(legs)
    }
}

#[test]
fn the_prices_of_other_collateral_are_sighted_twice_as_well() {
    let (legs, policy) = (legs(), policy());
    let seen = |oldest, newest| TokenPrices {
        oldest,
        newest,
        ..TokenPrices::NONE
    };
    // The newest of all prices counts at the flag.
    let before = seen(NOW - 40, NOW - 30);
    let flagged =
        flag(&inputs(at(&legs, &before), &policy, Episode::NONE)).expect("under maintenance");
    assert_eq!(flagged.publish_time, NOW);
    let after = seen(NOW - 40, NOW + 3);
    let flagged =
        flag(&inputs(at(&legs, &after), &policy, Episode::NONE)).expect("under maintenance");
    assert_eq!(flagged.publish_time, NOW + 3);
    // The oldest at the confirmation, two seconds later.
    let confirmed = |oldest| {
        let tokens = seen(oldest, NOW);
        plan(&inputs(at(&legs, &tokens), &policy, EPISODE)).map(|it| it.kind)
    };
    assert_eq!(confirmed(FLAGGED + 2), Ok(Kind::Exact));
    let early = RiskError::NotConfirmed {
        publish_time: FLAGGED + 1,
        needed: FLAGGED + 2,
    };
    assert_eq!(confirmed(FLAGGED + 1), Err(early));
}

#[test]
fn an_owners_plan_is_carried_out_at_no_doubtful_price_of_other_collateral() {
    let (legs, policy) = (legs(), policy());
    let owners = Recovery {
        trigger: part(33, 32),
        target: part(17, 16),
        fee: Ratio::ZERO,
    };
    let recovered = |stale, uncertain| {
        let mut account = account(&legs);
        account.cash = Usd(account.cash.0 + BEFORE.maintenance.0 - BEFORE.equity.0);
        let tokens = TokenPrices {
            stale,
            uncertain,
            ..TokenPrices::NONE
        };
        account.tokens = &tokens;
        let inputs = inputs(account, &policy, Episode::NONE);
        recover(&inputs, &owners).map(|it| it.kind)
    };
    assert_eq!(recovered(false, false), Ok(Kind::Recovery));
    assert_eq!(recovered(true, false), Err(RiskError::NoFreshPrice));
    assert_eq!(recovered(false, true), Err(RiskError::UncertainPrice));
}
