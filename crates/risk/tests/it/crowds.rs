//! Accounts with as many legs as there can be: too many combinations to try them all, so the promises
//! are checked and the size against the linear bound.

use proptest::prelude::*;
use whittle_risk::health::{
    assess, assess_initial, call_level, call_requirement, excess_collateral, Doubt,
};
use whittle_risk::liquidation::flag;
use whittle_risk::{RiskError, Usd};

use crate::generators::{liquidatable, throttled, Case};
use crate::plan_against_slow::{is_sized, judge, lots_of, planned, Checked};
use crate::slow::{self, Slow};

/// At most a lot a leg above what fractions of lots would close.
fn near_the_linear_bound(case: &Case) -> Checked {
    let slow = Slow::new(&case.inputs());
    let Some(plan) = planned(case)? else {
        return Ok(());
    };
    judge(case, &plan, &slow)?;
    let minima = case.legs.iter().any(|leg| {
        // What the rules on minima add is judged with fewer legs.
        leg.min_position.0 > 0 || leg.min_close.0 > 0
    });
    if is_sized(&plan) && !minima {
        let rounding = (11 * slow.legs.len() as u128) << 64;
        let most =
            slow.notional_bound_q32() + slow.one_lot_each_q32() + rounding / slow.smallest_repair();
        prop_assert!(slow.notional_q32(&lots_of(case, &plan)) <= most);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn accounts_of_up_to_eight_legs_keep_every_promise(case in liquidatable(4..=8, 16, true)) {
        near_the_linear_bound(&case)?;
    }

    #[test]
    fn without_minima_they_close_little_more_than_fractions_of_lots_would(
        case in liquidatable(4..=8, 16, true)
    ) {
        let mut case = case;
        for leg in &mut case.legs {
            (leg.min_position, leg.min_close) = (Usd(0), Usd(0));
        }
        near_the_linear_bound(&case)?;
    }

    #[test]
    fn accounts_of_up_to_eight_legs_keep_every_promise_within_their_rooms(
        case in throttled(4..=8, 16, true)
    ) {
        if let Some(plan) = planned(&case)? {
            judge(&case, &plan, &Slow::new(&case.inputs()))?;
        }
    }

    /// INV-RATIO, in the account's own books instead of the plan's words.
    #[test]
    fn what_is_left_after_a_plan_is_worth_what_the_plan_says(
        case in liquidatable(1..=8, 16, true)
    ) {
        let Some(plan) = planned(&case)? else { return Ok(()) };
        let after = case.after(&plan);
        let inputs = after.inputs();
        prop_assert_eq!(assess(&inputs.account, Doubt::Plain), Ok(plan.after));
        let (was, is) = (plan.before, plan.after);
        prop_assert!(is.maintenance <= was.maintenance);
        if was.equity.0 > 0 {
            let (was_equity, is_equity) = (i128::from(was.equity.0), i128::from(is.equity.0));
            let (was_required, is_required) = (i128::from(was.maintenance.0), i128::from(is.maintenance.0));
            prop_assert!(is_equity * was_required >= was_equity * is_required);
        }
        // Nobody is flipped, and nothing grows.
        let mut left = after.legs.iter();
        for (leg, close) in case.legs.iter().zip(&plan.closes) {
            if close.lots < leg.lots.magnitude() {
                let kept = left.next().expect("a leg that was not closed whole");
                prop_assert_eq!(kept.lots.sign(), leg.lots.sign());
                prop_assert_eq!(kept.lots.magnitude() + close.lots, leg.lots.magnitude());
            }
        }
        prop_assert!(left.next().is_none());
    }

    /// A level of health is never looser than the one below it.
    #[test]
    fn maintenance_is_under_the_call_level_and_that_is_no_lower_for_a_ramp(
        case in liquidatable(1..=8, 16, false),
        faster in 0u64..1 << 33,
        fading in 0i64..1 << 40,
    ) {
        let mut case = case;
        let calm = call_requirement(&case.inputs().account).expect("in range");
        for leg in &mut case.legs {
            leg.call_multiplier.0 += faster;
        }
        let inputs = case.inputs();
        let health = assess(&inputs.account, Doubt::Plain).expect("in range");
        prop_assert_eq!(calm, health.maintenance);
        let requirement = call_requirement(&inputs.account).expect("in range");
        prop_assert!(requirement >= health.maintenance);
        let thresholds = &case.policy.thresholds;
        let level = call_level(&inputs.account, thresholds).expect("in range");
        prop_assert!(level >= requirement);
        let mut account = inputs.account;
        account.fading = Usd(fading);
        prop_assert_eq!(call_level(&account, thresholds), level.plus(Usd(fading)));
    }

    /// What leaves is never owed, and an account under maintenance keeps everything.
    #[test]
    fn only_what_is_over_initial_margin_and_paid_in_may_leave(
        case in liquidatable(1..=8, 16, false),
        richer in 0i64..1 << 44,
    ) {
        let mut case = case;
        case.cash += richer;
        let inputs = case.inputs();
        let thresholds = &case.policy.thresholds;
        let excess = excess_collateral(&inputs.account, thresholds).expect("in range");
        prop_assert!(excess.0 >= 0);
        let health = slow::health(&inputs, slow::Doubt::Ignored);
        if health.equity < health.maintenance {
            prop_assert_eq!(excess, Usd(0));
        }
        if excess.0 > 0 {
            case.cash -= excess.0;
            let left = case.inputs().account;
            let initial = assess_initial(&left, thresholds).expect("in range");
            prop_assert!(initial.equity >= initial.requirement);
            prop_assert!(left.cash >= left.interest);
            prop_assert_eq!(excess_collateral(&left, thresholds), Ok(Usd(0)));
            let error = flag(&case.inputs());
            prop_assert!(matches!(error, Err(RiskError::AccountHealthy { .. })), "{error:?}");
        }
    }
}
