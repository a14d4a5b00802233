//! `recover`: an owner's plan beside the slow search, and what it refuses.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use whittle_risk::health::{Account, Leverage, TokenPrices};
use whittle_risk::liquidation::{recover, Episode, Inputs, Kind, Plan, Recovery};
use whittle_risk::{Ratio, RiskError, Usd};

use crate::generators::{bps, liquidatable, Case, ONE_RAW};
use crate::plan_against_slow::{
    judge_sizes, lots_of, near_the_true_minimum, only_leg_is_least, Checked,
};
use crate::slow::{self, Doubt, Slow};

/// Accounts with fresh prices between maintenance and the trigger of their owner's plan.
///
/// The target is at least that of a liquidation, for which listing makes lots large enough.
fn recoverable(legs: usize, most_lots: u32) -> impl Strategy<Value = (Case, Recovery)> {
    let plan = (bps(10_001..20_000), bps(1..20_000), bps(0..500));
    let part = 0u64..256;
    (liquidatable(1..=legs, most_lots, false), plan, part).prop_map(
        |(case, (trigger, over, fee), part)| {
            let least = ONE_RAW + case.policy.thresholds.target_buffer.0;
            let recovery = Recovery {
                trigger: Ratio(trigger),
                target: Ratio((trigger + over).max(least).min(4 * ONE_RAW)),
                fee: Ratio(fee),
            };
            let ratio = ONE_RAW + (trigger - ONE_RAW) / 256 * part;
            (case.with_ratio(ratio), recovery)
        },
    )
}

fn recovered(case: &Case, recovery: &Recovery) -> Result<(Plan, Slow), TestCaseError> {
    let plan = recover(&case.inputs(), recovery)
        .map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    let slow = Slow::recovery(&case.inputs(), recovery);
    // Nothing is charged for insurance, whatever the market asks of a liquidation.
    let mut uninsured = case.clone();
    for leg in &mut uninsured.legs {
        leg.premium = Ratio::ZERO;
    }
    judge_sizes(&uninsured, &plan, &slow)?;
    belongs_to_the_owner(case, recovery, &plan)?;
    Ok((plan, slow))
}

/// INV-RECOVERY: the fee is at most the owner's, nobody is topped up, and the target is reached.
fn belongs_to_the_owner(case: &Case, recovery: &Recovery, plan: &Plan) -> Checked {
    prop_assert_eq!(plan.kind, Kind::Recovery);
    prop_assert!(plan.certificate.is_some());
    for close in &plan.closes {
        let fee = u128::from(close.notional.magnitude()) * u128::from(recovery.fee.0);
        prop_assert!(u128::from(close.cost.keeper.magnitude()) << 32 <= fee);
        prop_assert_eq!(close.insurance_top_up, Usd::ZERO);
        prop_assert_eq!(close.pool_top_up, Usd::ZERO);
    }
    prop_assert!(plan.bonus_rate <= case.policy.bonus.max);
    let reached = i128::from(plan.after.equity.0) << 32
        >= i128::from(plan.after.maintenance.0) * i128::from(recovery.target.0);
    prop_assert!(reached, "the target is reached");
    let ended = plan.after.equity
        >= plan
            .after
            .with_buffer(case.policy.thresholds.target_buffer)
            .expect("in range");
    let mut episode = case.episode;
    episode.unsee();
    let episode = if ended { Episode::NONE } else { episode };
    prop_assert_eq!(plan.episode, episode);
    prop_assert_eq!(plan.flagged_at, case.episode.flagged_at);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// INV-RECOVERY.
    #[test]
    fn one_leg_is_reduced_by_no_more_lots_than_the_least_that_reach_the_owners_target(
        (case, recovery) in recoverable(1, 11)
    ) {
        let (plan, slow) = recovered(&case, &recovery)?;
        let least = slow.least_lots_by_trying().expect("closing all of the only leg suffices");
        only_leg_is_least(&case, &plan, &slow, least)?;
    }

    #[test]
    fn several_legs_are_reduced_by_at_most_one_lot_each_above_the_true_minimum(
        (case, recovery) in recoverable(3, 6)
    ) {
        let (plan, slow) = recovered(&case, &recovery)?;
        near_the_true_minimum(&case, &plan, &slow)?;
    }

    #[test]
    fn large_accounts_are_reduced_to_the_target_with_a_true_certificate(
        (case, recovery) in recoverable(3, 30)
    ) {
        let (plan, _) = recovered(&case, &recovery)?;
        prop_assert!(lots_of(&case, &plan).iter().any(|lots| *lots > 0));
    }

    #[test]
    fn executing_a_plan_twice_is_refused_the_second_time(
        (case, recovery) in recoverable(3, 14)
    ) {
        let (plan, _) = recovered(&case, &recovery)?;
        let after = case.after(&plan);
        let health = slow::health(&after.inputs(), Doubt::Ignored);
        let equity = Usd(i64::try_from(health.equity).expect("in range"));
        let error = recover(&after.inputs(), &recovery).expect_err("nothing is due");
        match error {
            RiskError::NoPositions { .. } => prop_assert!(after.legs.is_empty()),
            RiskError::NotUnderTrigger { equity: found, .. } => prop_assert_eq!(found, equity),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn a_plan_is_due_from_maintenance_up_to_one_atom_under_the_trigger(
        (case, recovery) in recoverable(3, 14)
    ) {
        let maintenance = slow::health(&case.inputs(), Doubt::Ignored).maintenance;
        let product = maintenance * i128::from(recovery.trigger.0);
        let trigger = (product >> 32) + i128::from(product % (1 << 32) != 0);
        let atoms = |amount: i128| Usd(i64::try_from(amount).expect("in range"));
        let at = |equity: i128| case.clone().with_equity(equity, Doubt::Ignored);
        prop_assert_eq!(
            recover(&at(trigger).inputs(), &recovery),
            Err(RiskError::NotUnderTrigger { equity: atoms(trigger), trigger: atoms(trigger) })
        );
        prop_assert_eq!(
            recover(&at(maintenance - 1).inputs(), &recovery),
            Err(RiskError::UnderMaintenance {
                equity: atoms(maintenance - 1),
                maintenance: atoms(maintenance),
            })
        );
        // A small requirement leaves no atom between maintenance and trigger.
        if trigger > maintenance {
            recovered(&at(trigger - 1), &recovery)?;
        }
        recovered(&at(maintenance), &recovery)?;
    }

    #[test]
    fn doubtful_prices_are_not_closed_at_without_need(
        (case, recovery) in recoverable(3, 14),
        which in 0usize..3,
    ) {
        let which = which % case.legs.len();
        let mut stale = case.clone();
        stale.legs[which].mark.stale = true;
        prop_assert_eq!(recover(&stale.inputs(), &recovery), Err(RiskError::NoFreshPrice));
        let mut uncertain = case;
        uncertain.legs[which].mark.uncertain = true;
        prop_assert_eq!(recover(&uncertain.inputs(), &recovery), Err(RiskError::UncertainPrice));
    }

    #[test]
    fn whoever_executes_names_the_least_fee(
        (case, recovery) in recoverable(2, 14),
        over in 1i64..1_000,
    ) {
        let plan = recover(&case.inputs(), &recovery).expect("due");
        let asking = |min_bonus| Inputs { min_bonus, ..case.inputs() };
        prop_assert_eq!(recover(&asking(plan.bonus), &recovery), Ok(plan));
        let minimum = Usd(plan.bonus.0 + over);
        prop_assert_eq!(
            recover(&asking(minimum), &recovery),
            Err(RiskError::BonusBelowMinimum { offered: plan.bonus, minimum })
        );
    }
}

#[test]
fn an_account_without_positions_has_nothing_to_recover() {
    let policy = whittle_risk::liquidation::Policy::default();
    let inputs = Inputs {
        account: Account {
            cash: Usd(5),
            claims: Usd(0),
            collateral: Usd(0),
            fading: Usd(0),
            tokens: &TokenPrices::NONE,
            interest: Usd(0),
            leverage: Leverage::default(),
            legs: &[],
        },
        policy: &policy,
        episode: Episode::NONE,
        now: 0,
        min_bonus: Usd(0),
    };
    let recovery = Recovery {
        trigger: Ratio(ONE_RAW + 1),
        target: Ratio(2 * ONE_RAW),
        fee: Ratio(0),
    };
    assert_eq!(
        recover(&inputs, &recovery),
        Err(RiskError::NoPositions { equity: Usd(5) })
    );
}
