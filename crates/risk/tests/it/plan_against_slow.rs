//! `plan` beside the slow search, on more than 100,000 accounts.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use whittle_risk::liquidation::{plan, Certificate, Episode, Kind, Plan};
use whittle_risk::RiskError;

use crate::generators::{liquidatable, Case};
use crate::slow::{BonusRates, Health, Slow, ONE};

pub type Checked = Result<(), TestCaseError>;

pub fn lots_of(case: &Case, plan: &Plan) -> Vec<u64> {
    let closes = plan.closes.iter().take(case.legs.len());
    closes.map(|close| close.lots).collect()
}

/// The plan of an account with a closable leg; `None` when all its prices are stale.
pub fn planned(case: &Case) -> Result<Option<Plan>, TestCaseError> {
    match plan(&case.inputs()) {
        Err(RiskError::NoFreshPrice) if case.legs.iter().all(|leg| leg.mark.stale) => Ok(None),
        Err(RiskError::Protected) => {
            let most = Slow::new(&case.inputs()).all_closable();
            prop_assert_eq!(most, vec![0; case.legs.len()], "protected with room left");
            Ok(None)
        }
        other => match other {
            Ok(plan) => Ok(Some(plan)),
            Err(error) => Err(TestCaseError::fail(format!("{error:?}"))),
        },
    }
}

fn is_under_emergency(case: &Case, health: Health) -> bool {
    let emergency = i128::from(case.policy.thresholds.emergency.0);
    health.equity << 32 < emergency * health.maintenance
}

/// Whether the account has lost its protections. Doubt about prices counts for it.
pub fn is_emergency(case: &Case, slow: &Slow) -> bool {
    is_under_emergency(case, slow.fair)
}

/// Everything that must hold of the plan of any account under maintenance; of an owner's recovery
/// all but what becomes of the episode.
pub fn judge_sizes(case: &Case, plan: &Plan, slow: &Slow) -> Checked {
    let lots = lots_of(case, plan);
    inputs_are_reported(plan, slow)?;
    closes_are_lawful(case, plan, slow)?;
    payments_add_up(case, plan, slow)?;
    health_is_true(plan, slow, &lots)?;
    target_is_reached_when_it_can_be(case, plan, slow, &lots)?;
    certificate_is_true(plan, slow, &lots)
}

/// Everything that must hold of the plan of any account under maintenance.
pub fn judge(case: &Case, plan: &Plan, slow: &Slow) -> Checked {
    let lots = lots_of(case, plan);
    judge_sizes(case, plan, slow)?;
    prop_assert_ne!(plan.kind, Kind::Recovery);
    episode_goes_on_until_the_target(case, plan, slow, &lots)
}

fn inputs_are_reported(plan: &Plan, slow: &Slow) -> Checked {
    prop_assert_eq!(i128::from(plan.before.equity.0), slow.before.equity);
    prop_assert_eq!(
        i128::from(plan.before.maintenance.0),
        slow.before.maintenance
    );
    let target = slow.target(slow.before.maintenance);
    prop_assert_eq!(i128::from(plan.target.0), target);
    prop_assert_eq!(u128::from(plan.latched_ratio.0), slow.latched);
    prop_assert_eq!(u128::from(plan.bonus_rate.0), slow.bonus_rate);
    Ok(())
}

/// Never flips, never exceeds, never touches a stale leg, leaves no dust and takes no crumb.
fn closes_are_lawful(case: &Case, plan: &Plan, whole: &Slow) -> Checked {
    for ((leg, close), slow) in case.legs.iter().zip(&plan.closes).zip(&whole.legs) {
        prop_assert!(close.lots <= slow.lots);
        if close.lots == 0 {
            prop_assert_eq!(close.cost.total(), Ok(whittle_risk::Usd(0)));
            prop_assert_eq!(close.notional.0, 0);
            continue;
        }
        prop_assert!(slow.closable, "a stale leg was closed");
        if !is_emergency(case, whole) {
            prop_assert!(close.notional <= leg.room, "more than the room was closed");
        }
        prop_assert_eq!(close.price, leg.mark.price);
        let exact = u128::from(close.lots) * slow.price;
        let notional = u128::from(close.notional.0.unsigned_abs());
        prop_assert!(notional << 32 <= exact + ONE && exact <= (notional + 1) << 32);
        if close.lots < slow.lots {
            let left = slow.notional_ceil(slow.lots - close.lots);
            prop_assert!(left >= u128::from(leg.min_position.0.unsigned_abs()));
            let closed = slow.notional_ceil(close.lots);
            prop_assert!(closed >= u128::from(leg.min_close.0.unsigned_abs()));
        }
    }
    for close in plan.closes.iter().skip(case.legs.len()) {
        prop_assert_eq!(close.lots, 0);
    }
    Ok(())
}

fn payments_add_up(case: &Case, plan: &Plan, slow: &Slow) -> Checked {
    let (mut cost, mut bonus) = (0, 0);
    let limited = is_under_emergency(case, slow.before);
    let legs = case.legs.iter().zip(&plan.closes).zip(&slow.legs);
    for ((leg, close), slow_leg) in legs {
        let paid = [close.cost.keeper, close.cost.premium, close.cost.pool];
        prop_assert!(paid.iter().all(|part| part.0 >= 0));
        let [keeper, premium, pool] = paid.map(|part| i128::from(part.0));
        prop_assert_eq!(
            keeper + premium + pool,
            slow_leg.cost(slow_leg.lots, close.lots)
        );
        let floor = u128::from(case.policy.bonus.floor.0);
        let rates = BonusRates {
            now: slow.bonus_rate,
            floor: if plan.kind == Kind::Recovery {
                0
            } else {
                floor
            },
        };
        let split = slow_leg.split(close.lots, rates, u128::from(leg.premium.0));
        let insurance = i128::from(close.insurance_top_up.0);
        let from_pool = i128::from(close.pool_top_up.0);
        let insurance_line = i128::from(leg.insurance_line.0).max(0);
        let pool_line = i128::from(leg.pool_line.0).max(0);
        if limited {
            // The bonus no longer grows with what is closed.
            prop_assert!(keeper <= split.keeper);
            prop_assert!((0..=insurance_line).contains(&insurance));
            prop_assert!((0..=pool_line).contains(&from_pool));
            if from_pool > 0 {
                prop_assert_eq!(insurance, insurance_line);
            }
        } else {
            prop_assert_eq!(keeper, split.keeper);
            prop_assert!((premium - split.premium).abs() <= slow_leg.tier_count());
            prop_assert_eq!(insurance, split.missing.min(insurance_line));
            prop_assert_eq!(from_pool, (split.missing - insurance).min(pool_line));
        }
        if insurance + from_pool > 0 {
            // A top-up ends at the floor bonus, on what was opened or what is closed.
            let bonus = keeper + insurance + from_pool;
            let notional = i128::from(close.notional.0);
            let floor_now = i128::from(case.policy.bonus.floor.0) * (notional + 1);
            prop_assert!(bonus << 32 <= floor_now);
            prop_assert!(bonus <= slow_leg.floor_at_opening(close.lots, floor));
        }
        cost += keeper + premium + pool;
        bonus += keeper + insurance + from_pool;
    }
    prop_assert_eq!(i128::from(plan.cost.0), cost);
    prop_assert_eq!(i128::from(plan.bonus.0), bonus);
    prop_assert!(slow.within_theta(cost), "the cost exceeds theta * E");
    Ok(())
}

fn health_is_true(plan: &Plan, slow: &Slow, lots: &[u64]) -> Checked {
    let after = slow.after(lots);
    prop_assert_eq!(i128::from(plan.after.equity.0), after.equity);
    prop_assert_eq!(i128::from(plan.after.maintenance.0), after.maintenance);
    if slow.before.equity > 0 && after.maintenance > 0 {
        prop_assert!(
            after.equity * slow.before.maintenance >= slow.before.equity * after.maintenance,
            "E / M fell"
        );
    }
    Ok(())
}

fn target_is_reached_when_it_can_be(
    case: &Case,
    plan: &Plan,
    slow: &Slow,
    lots: &[u64],
) -> Checked {
    let all = slow.all_closable();
    if slow.surplus(&all) >= 0 {
        prop_assert!(slow.surplus(lots) >= 0, "the target was within reach");
        prop_assert!(!matches!(plan.kind, Kind::Unhealable | Kind::Throttled));
    } else {
        let mut legs = slow.legs.iter();
        let limited = legs.any(|leg| leg.closable && leg.most < leg.lots);
        let kind = if limited {
            Kind::Throttled
        } else {
            Kind::Unhealable
        };
        prop_assert_eq!(plan.kind, kind);
        prop_assert_eq!(lots, &all[..]);
    }
    if plan.kind == Kind::Forced {
        prop_assert!(is_emergency(case, slow), "forced without an emergency");
    }
    prop_assert_ne!(plan.kind, Kind::Recovered);
    Ok(())
}

fn certificate_is_true(plan: &Plan, slow: &Slow, lots: &[u64]) -> Checked {
    let claims = is_sized(plan);
    prop_assert_eq!(plan.certificate.is_some(), claims);
    let Some(Certificate {
        leg,
        lots: certified,
        surplus,
        shortfall_one_less,
    }) = plan.certificate
    else {
        return Ok(());
    };
    let leg = usize::from(leg);
    let closed = lots[leg];
    if plan.kind == Kind::Exact {
        prop_assert_eq!(certified, closed);
    } else {
        prop_assert!(certified <= closed);
    }
    let mut sized = lots.to_vec();
    sized[leg] = certified;
    prop_assert_eq!(i128::from(surplus.0), slow.surplus(&sized));
    prop_assert!(surplus.0 >= 0);
    sized[leg] = certified - 1;
    prop_assert_eq!(i128::from(shortfall_one_less.0), -slow.surplus(&sized));
    prop_assert!(shortfall_one_less.0 > 0);
    Ok(())
}

fn episode_goes_on_until_the_target(
    case: &Case,
    plan: &Plan,
    slow: &Slow,
    lots: &[u64],
) -> Checked {
    if slow.surplus(lots) >= 0 {
        prop_assert_eq!(plan.episode, Episode::NONE);
    } else {
        prop_assert_eq!(u128::from(plan.episode.lowest_ratio.0), slow.latched);
        prop_assert_eq!(plan.episode.touched_at, case.now);
    }
    Ok(())
}

/// What the dust and minimum rules may have added, in 2^-32 atoms; nothing to an exact plan.
fn enlarged_q32(case: &Case, plan: &Plan) -> u128 {
    if plan.kind == Kind::Exact {
        return 0;
    }
    let legs = case.legs.iter().zip(&plan.closes);
    let atoms: u128 = legs
        .filter(|(_, close)| close.lots > 0)
        .map(|(leg, close)| {
            let all = close.lots == leg.lots.0.unsigned_abs();
            let dust = if all { leg.min_position.0 } else { 0 };
            u128::from((leg.min_close.0 + dust).unsigned_abs())
        })
        .sum();
    atoms << 32
}

pub fn is_sized(plan: &Plan) -> bool {
    matches!(
        plan.kind,
        Kind::Exact | Kind::Dust | Kind::Minimum | Kind::Recovery
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(25_000))]

    /// INV-MINIMAL.
    #[test]
    fn one_leg_never_closes_more_lots_than_the_least_that_suffice(
        case in liquidatable(1..=1, 11, false)
    ) {
        let inputs = case.inputs();
        let slow = Slow::new(&inputs);
        let plan = planned(&case)?.expect("its price is fresh");
        judge(&case, &plan, &slow)?;
        let least = slow.least_lots_by_trying().expect("closing all of the only leg suffices");
        only_leg_is_least(&case, &plan, &slow, least)?;
    }

    #[test]
    fn one_large_leg_never_closes_more_lots_than_the_least_that_suffice(
        case in liquidatable(1..=1, 30, false)
    ) {
        let slow = Slow::new(&case.inputs());
        let plan = planned(&case)?.expect("its price is fresh");
        judge(&case, &plan, &slow)?;
        let least = slow.least_lots_by_halving(32).expect("closing all of the only leg suffices");
        only_leg_is_least(&case, &plan, &slow, least)?;
    }

    #[test]
    fn two_legs_close_at_most_one_lot_a_leg_above_the_true_minimum(
        case in liquidatable(2..=2, 9, true)
    ) {
        above_the_true_minimum(&case)?;
    }

    #[test]
    fn three_legs_close_at_most_one_lot_a_leg_above_the_true_minimum(
        case in liquidatable(3..=3, 6, true)
    ) {
        above_the_true_minimum(&case)?;
    }

    #[test]
    fn large_accounts_close_at_most_one_lot_a_leg_above_the_linear_bound(
        case in liquidatable(1..=3, 14, true)
    ) {
        let slow = Slow::new(&case.inputs());
        let Some(plan) = planned(&case)? else { return Ok(()) };
        judge(&case, &plan, &slow)?;
        if is_sized(&plan) {
            // The bound ignores rounding, which a lot makes good: it repairs 11 atoms.
            let rounding = (11 * slow.legs.len() as u128) << 64;
            let most = slow.notional_bound_q32()
                + slow.one_lot_each_q32()
                + rounding / slow.smallest_repair()
                + enlarged_q32(&case, &plan);
            prop_assert!(slow.notional_q32(&lots_of(&case, &plan)) <= most);
        }
    }
}

/// Outside emergency: exactly the least, or what the minimum and dust rules make of it.
pub fn only_leg_is_least(case: &Case, plan: &Plan, slow: &Slow, least: u64) -> Checked {
    let closed = plan.closes[0].lots;
    let Some(certificate) = plan.certificate else {
        prop_assert!(is_emergency(case, slow));
        prop_assert!(closed >= least);
        return Ok(());
    };
    prop_assert_eq!(certificate.lots, least);
    let (leg, only) = (&case.legs[0], &slow.legs[0]);
    let min_close = u128::from(leg.min_close.0.unsigned_abs());
    let min_position = u128::from(leg.min_position.0.unsigned_abs());
    let enlarged = u64::try_from((min_close << 32).div_ceil(only.price)).expect("a sane lot");
    let mut expected = least;
    if only.notional_ceil(only.lots) - only.notional_ceil(only.lots - least) < min_close {
        expected = enlarged.max(least + 1).min(only.lots);
    }
    if only.notional_ceil(only.lots - expected) < min_position {
        expected = only.lots;
    }
    prop_assert_eq!(closed, expected);
    if plan.kind != Kind::Recovery {
        prop_assert_eq!(plan.kind == Kind::Exact, expected == least);
    }
    Ok(())
}

pub fn above_the_true_minimum(case: &Case) -> Checked {
    let slow = Slow::new(&case.inputs());
    let Some(plan) = planned(case)? else {
        return Ok(());
    };
    judge(case, &plan, &slow)?;
    near_the_true_minimum(case, &plan, &slow)
}

/// At most one lot a leg above the least of all combinations.
pub fn near_the_true_minimum(case: &Case, plan: &Plan, slow: &Slow) -> Checked {
    let least = slow.least_notional_q32();
    let out_of_reach = matches!(plan.kind, Kind::Unhealable | Kind::Throttled);
    prop_assert_eq!(least.is_none(), out_of_reach);
    let closed = slow.notional_q32(&lots_of(case, plan));
    if let Some(least) = least {
        prop_assert!(closed >= least);
        prop_assert!(least >= slow.notional_bound_q32(), "the bound is no bound");
        if is_sized(plan) {
            let most = least + slow.one_lot_each_q32() + enlarged_q32(case, plan);
            prop_assert!(
                closed <= most,
                "closed {} where {} suffices and {} is allowed: {:?}",
                closed >> 32,
                least >> 32,
                most >> 32,
                plan
            );
        }
    }
    Ok(())
}
