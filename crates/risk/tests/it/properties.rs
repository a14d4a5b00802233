//! What every liquidation promises, whatever the account.

use proptest::prelude::*;
use whittle_risk::liquidation::{flag, plan, Episode, Inputs, Kind, Plan};
use whittle_risk::{Ratio, RiskError, Usd};

use crate::extremes::{absurd, lawful_at_any_scale};
use crate::generators::{liquidatable, magnitude, Case, NOW};
use crate::plan_against_slow::{is_emergency, judge, lots_of, planned, Checked};
use crate::slow::{self, Doubt, Slow, ONE};

const HALF: u64 = 1 << 31;

fn closes_nothing(plan: &Plan) -> bool {
    plan.closes.iter().all(|close| close.lots == 0) && plan.bonus.0 == 0 && plan.cost.0 == 0
}

fn healthy_error(health: slow::Health) -> RiskError {
    RiskError::AccountHealthy {
        equity: Usd(i64::try_from(health.equity).unwrap()),
        maintenance: Usd(i64::try_from(health.maintenance).unwrap()),
    }
}

/// A multiple of M as equity; `over` counts 2^-32 parts.
fn scaled(case: &Case, over: u64) -> i128 {
    let maintenance = slow::health(&case.inputs(), Doubt::Ignored).maintenance;
    (maintenance * i128::from(over)) >> 32
}

/// More than any top-up asks for.
fn with_ample_lines(mut case: Case) -> Case {
    for leg in &mut case.legs {
        leg.insurance_line = Usd(1 << 60);
    }
    case
}

/// Oldest and newest publish time of the prices that count as they are, when any leg can be closed.
fn publish_times(case: &Case) -> Option<(i64, i64)> {
    case.legs.iter().find(|leg| !leg.mark.stale)?;
    let unshifted = case.legs.iter().filter(|leg| leg.mark.age_shift == 0);
    let times: Vec<i64> = unshifted.map(|leg| leg.mark.publish_time).collect();
    Some((*times.iter().min()?, *times.iter().max()?))
}

/// Sets half of the legs in doubt by a share of their price.
fn with_doubt(mut case: Case, shares: [u64; 3]) -> Case {
    for (leg, share) in case.legs.iter_mut().zip(shares) {
        leg.mark.uncertain = share % 2 == 0;
        leg.mark.doubt_favour = leg.mark.price.0 / 10_000 * share;
        // Only risk that is taken meets all of the doubt.
        leg.mark.doubt_shift = leg.mark.doubt_favour * 2;
    }
    case
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// INV-HEALTHY.
    #[test]
    fn a_healthy_account_is_refused_with_its_health(
        case in liquidatable(1..=3, 14, true),
        over in prop_oneof![Just(0), magnitude(0, 33)],
    ) {
        let equity = slow::health(&case.inputs(), Doubt::Ignored).maintenance;
        let mut case = case.clone().with_equity(equity + scaled(&case, over), Doubt::Ignored);
        case.episode = Episode::NONE;
        let error = healthy_error(slow::health(&case.inputs(), Doubt::Ignored));
        prop_assert_eq!(plan(&case.inputs()), Err(error));
        prop_assert_eq!(flag(&case.inputs()), Err(error));
    }

    #[test]
    fn an_account_one_atom_under_maintenance_is_not_refused(
        case in liquidatable(1..=3, 14, false),
    ) {
        let maintenance = slow::health(&case.inputs(), Doubt::Ignored).maintenance;
        let case = case.with_equity(maintenance - 1, Doubt::Ignored);
        judge(&case, &planned(&case)?.expect("fresh"), &Slow::new(&case.inputs()))?;
    }

    #[test]
    fn a_flagged_account_is_unflagged_at_its_target_and_refused_before(
        case in liquidatable(1..=3, 14, true),
        over in magnitude(0, 31),
        min_bonus in 0i64..1_000,
    ) {
        let equity = slow::health(&case.inputs(), Doubt::Ignored).maintenance;
        let case = case.clone().with_equity(equity + scaled(&case, over), Doubt::Ignored);
        let slow = Slow::new(&case.inputs());
        let inputs = Inputs { min_bonus: Usd(min_bonus), ..case.inputs() };
        if slow.before.equity >= slow.target(slow.before.maintenance) {
            let plan = plan(&inputs).expect("a recovered account is unflagged");
            prop_assert_eq!(plan.kind, Kind::Recovered);
            prop_assert!(closes_nothing(&plan));
            prop_assert_eq!(plan.episode, Episode::NONE);
            prop_assert_eq!(plan.before, plan.after);
        } else {
            prop_assert_eq!(plan(&inputs), Err(healthy_error(slow.before)));
        }
    }

    #[test]
    fn doubt_about_prices_decides_in_the_accounts_favour(
        case in liquidatable(1..=3, 10, true),
        shares in [0u64..400, 0u64..400, 0u64..400],
        ratio in HALF..(ONE as u64),
    ) {
        let case = with_doubt(case.with_ratio(ratio), shares);
        let fair = slow::health(&case.inputs(), Doubt::ForTheAccount);
        let slow = Slow::new(&case.inputs());
        prop_assert!(fair.equity >= slow.before.equity);
        if fair.equity >= slow.target(fair.maintenance) {
            prop_assert_eq!(plan(&case.inputs()).map(|plan| plan.kind), Ok(Kind::Recovered));
        } else if fair.equity >= fair.maintenance {
            prop_assert_eq!(plan(&case.inputs()), Err(healthy_error(fair)));
        } else if let Some(plan) = planned(&case)? {
            // Once it may be liquidated, the size follows from the prices as they are.
            judge(&case, &plan, &slow)?;
        }
    }

    #[test]
    fn doubt_never_makes_an_emergency(
        case in liquidatable(1..=3, 10, false),
        shares in [0u64..400, 0u64..400, 0u64..400],
    ) {
        let mut case = with_doubt(case, shares);
        case.episode = Episode::NONE;
        let slow = Slow::new(&case.inputs());
        if slow.fair.equity >= slow.fair.maintenance {
            prop_assert_eq!(plan(&case.inputs()), Err(healthy_error(slow.fair)));
        } else if is_emergency(&case, &slow) {
            judge(&case, &planned(&case)?.expect("fresh"), &slow)?;
        } else {
            prop_assert_eq!(plan(&case.inputs()), Err(RiskError::NotFlagged));
        }
    }

    #[test]
    fn a_stale_leg_counts_for_the_account_and_is_left_alone(
        case in liquidatable(1..=3, 10, false),
        share in 0u64..5_000,
        which in 0usize..3,
    ) {
        let without = slow::health(&case.inputs(), Doubt::Ignored);
        let mut case = case;
        let which = which % case.legs.len();
        let mark = &mut case.legs[which].mark;
        mark.stale = true;
        mark.age_shift = mark.price.0 / 10_000 * share;
        let slow = Slow::new(&case.inputs());
        prop_assert!(slow.before.equity >= without.equity);
        if case.legs.len() == 1 && slow.before.equity < slow.before.maintenance {
            prop_assert_eq!(plan(&case.inputs()), Err(RiskError::NoFreshPrice));
        } else if slow.before.equity < slow.before.maintenance {
            let plan = planned(&case)?.expect("another leg is fresh");
            prop_assert_eq!(plan.closes[which].lots, 0);
            judge(&case, &plan, &slow)?;
        }
    }

    /// INV-HEALTHY.
    #[test]
    fn an_unconfirmed_account_is_protected_until_an_emergency(
        case in liquidatable(1..=3, 10, true),
        flagged_at_price in NOW - 10..NOW + 2,
    ) {
        let mut case = case;
        case.episode.publish_time = flagged_at_price;
        let Some((oldest, _)) = publish_times(&case) else {
            prop_assert_eq!(plan(&case.inputs()), Err(RiskError::NoFreshPrice));
            return Ok(());
        };
        let needed = flagged_at_price + 2;
        let slow = Slow::new(&case.inputs());
        if oldest >= needed || is_emergency(&case, &slow) {
            judge(&case, &planned(&case)?.expect("fresh"), &slow)?;
        } else {
            let error = RiskError::NotConfirmed { publish_time: oldest, needed };
            prop_assert_eq!(plan(&case.inputs()), Err(error));
        }
    }

    #[test]
    fn an_account_without_a_live_flag_is_protected_until_an_emergency(
        case in liquidatable(1..=3, 10, false),
        age in prop_oneof![Just(601i64), 601i64..1_000_000],
        never in any::<bool>(),
    ) {
        let mut case = case;
        case.episode.touched_at = NOW - age;
        if never {
            case.episode = Episode::NONE;
        }
        let slow = Slow::new(&case.inputs());
        if is_emergency(&case, &slow) {
            // Flagged and liquidated in one call: the bonus clock starts now.
            let plan = planned(&case)?.expect("fresh");
            prop_assert_eq!(plan.bonus_rate, if case.policy.bonus.ramp_secs == 0 {
                case.policy.bonus.max
            } else {
                case.policy.bonus.floor
            });
            judge(&case, &plan, &slow)?;
        } else {
            prop_assert_eq!(plan(&case.inputs()), Err(RiskError::NotFlagged));
        }
    }

    #[test]
    fn a_flag_remembers_prices_and_ratio_and_is_put_up_once(
        case in liquidatable(1..=3, 10, true),
    ) {
        let mut case = case;
        let since = case.episode.flagged_at;
        prop_assert_eq!(flag(&case.inputs()), Err(RiskError::AlreadyFlagged { since }));
        case.episode = Episode::NONE;
        let Some((_, newest)) = publish_times(&case) else {
            prop_assert_eq!(flag(&case.inputs()), Err(RiskError::NoFreshPrice));
            return Ok(());
        };
        prop_assert_eq!(flag(&case.inputs()), Ok(Episode {
            flagged_at: NOW,
            touched_at: NOW,
            publish_time: newest,
            lowest_ratio: Ratio(u64::try_from(Slow::new(&case.inputs()).latched).unwrap()),
        }));
    }

    #[test]
    fn the_lowest_ratio_of_the_episode_caps_every_later_call(
        case in liquidatable(2..=3, 10, true),
        recovery in HALF..(ONE as u64),
    ) {
        let Some(first) = planned(&case)? else { return Ok(()) };
        if first.kind != Kind::Unhealable {
            return Ok(());
        }
        // The legs that were stale get fresh prices, and a deposit lifts the account.
        let mut case = case.after(&first);
        if case.legs.is_empty() {
            return Ok(());
        }
        for leg in &mut case.legs {
            leg.mark.stale = false;
            leg.mark.age_shift = 0;
        }
        // Where the first call brought it over maintenance, it has been seen and confirmed anew.
        case.episode.publish_time = case.now - 1_000;
        let case = case.with_ratio(recovery);
        let second = planned(&case)?.expect("fresh");
        prop_assert!(second.latched_ratio <= first.latched_ratio);
        let most = i128::from(second.latched_ratio.0)
            * i128::from(case.policy.theta.0)
            * i128::from(second.before.maintenance.0);
        prop_assert!(i128::from(second.cost.0) <= most >> 64);
        judge(&case, &second, &Slow::new(&case.inputs()))?;
    }

    #[test]
    fn a_bonus_under_the_callers_minimum_is_refused_to_the_atom(
        case in liquidatable(1..=3, 10, true),
    ) {
        let Some(whole) = planned(&case)? else { return Ok(()) };
        let asking = |min_bonus| plan(&Inputs { min_bonus: Usd(min_bonus), ..case.inputs() });
        prop_assert_eq!(asking(whole.bonus.0), Ok(whole));
        prop_assert_eq!(asking(whole.bonus.0 + 1), Err(RiskError::BonusBelowMinimum {
            offered: whole.bonus,
            minimum: Usd(whole.bonus.0 + 1),
        }));
    }

    #[test]
    fn an_insolvent_account_is_closed_whole_at_no_cost_and_the_keeper_is_topped_up(
        case in liquidatable(1..=3, 14, true),
        under in prop_oneof![Just(0), magnitude(0, 40)],
        flagged in any::<bool>(),
    ) {
        let mut case = case.with_equity(-i128::from(under), Doubt::Ignored);
        if !flagged {
            case.episode = Episode::NONE;
        }
        let slow = Slow::new(&case.inputs());
        let Some(poor) = planned(&case)? else { return Ok(()) };
        judge(&case, &poor, &slow)?;
        prop_assert_eq!(lots_of(&case, &poor), slow.all_closable());
        prop_assert_eq!(poor.cost.0, 0);
        let case = with_ample_lines(case);
        let rich = planned(&case)?.expect("as before");
        judge(&case, &rich, &slow)?;
        prop_assert_eq!(lots_of(&case, &rich), slow.all_closable());
        prop_assert!(rich.bonus >= poor.bonus);
        prop_assert_eq!(rich.cost.0, 0);
        // He is paid the floor rate for what an account at the emergency ratio needs closed. A
        // dollar repairs at most the highest tau, so it needs at least gap / tau. No more is topped
        // up than the floor rate of what it was opened for.
        let gap = slow.target(slow.before.maintenance)
            - scaled(&case, case.policy.thresholds.emergency.0);
        let needed = (gap.unsigned_abs() << 64) / slow.highest_tau();
        let paid = needed.min(slow.notional_q32(&slow.all_closable()));
        let opened = ((paid >> 32) * slow.least_opened_for()) >> 32;
        let earned = (opened * u128::from(case.policy.bonus.floor.0)) >> 32;
        let rounding: i128 = slow.legs.iter().map(|leg| 1 + leg.tier_count()).sum();
        prop_assert!(i128::from(rich.bonus.0) + rounding >= i128::try_from(earned).unwrap());
    }

    #[test]
    fn of_equal_legs_the_one_that_lightens_the_skew_goes_first_then_the_first_slot(
        case in liquidatable(1..=1, 10, false),
        ratio in HALF..(ONE as u64),
        lighter in 0usize..2,
    ) {
        let mut case = case;
        let leg = case.legs[0];
        case.legs = vec![leg; 2];
        for (slot, leg) in case.legs.iter_mut().enumerate() {
            leg.lightens_skew = slot == lighter;
        }
        let case = case.with_ratio(ratio);
        let plan = planned(&case)?.expect("fresh");
        if plan.kind == Kind::Exact {
            // Both are rounded up to whole lots and the last one pays for it: at most two lots less.
            prop_assert!(plan.closes[lighter].lots + 2 >= plan.closes[1 - lighter].lots);
        }
        let mut alike = case.clone();
        alike.legs[0].lightens_skew = lighter == 0;
        alike.legs[1].lightens_skew = lighter == 0;
        let plan = planned(&alike)?.expect("fresh");
        if plan.kind == Kind::Exact {
            prop_assert!(plan.closes[0].lots + 2 >= plan.closes[1].lots);
        }
    }

    /// INV-BONUS.
    #[test]
    fn calling_again_never_pays_the_keeper_more(
        case in liquidatable(1..=3, 10, true),
    ) {
        let Some(first) = planned(&case)? else { return Ok(()) };
        let mut case = case.after(&first);
        prop_assert_eq!(
            slow::health(&case.inputs(), Doubt::Ignored).equity,
            i128::from(first.after.equity.0)
        );
        for _ in 0..8 {
            match plan(&case.inputs()) {
                Ok(again) => {
                    prop_assert_eq!(again.bonus.0, 0, "{:?}", again);
                    case = case.after(&again);
                }
                Err(
                    RiskError::AccountHealthy { .. }
                    | RiskError::NoPositions { .. }
                    | RiskError::NoFreshPrice
                    | RiskError::NotFlagged,
                ) => break,
                Err(error) => prop_assert!(false, "{:?}", error),
            }
        }
    }

    #[test]
    fn towards_the_forced_ratio_more_is_closed_for_no_more_bonus(
        case in liquidatable(1..=3, 12, false),
        steps in proptest::collection::vec(any::<u64>(), 8),
    ) {
        let mut case = with_ample_lines(case);
        // The rules on minima add whole stretches; they are judged elsewhere.
        for leg in &mut case.legs {
            leg.min_position = Usd(0);
            leg.min_close = Usd(0);
        }
        case.episode.lowest_ratio = Ratio::MAX;
        falling_bonus_and_rising_share(&case, &steps)?;
    }

    #[test]
    fn towards_the_forced_ratio_the_bonus_never_rises_whatever_the_minima(
        case in liquidatable(1..=3, 12, true),
        steps in proptest::collection::vec(any::<u64>(), 8),
    ) {
        let mut case = with_ample_lines(case);
        case.episode.lowest_ratio = Ratio::MAX;
        if case.legs.iter().any(|leg| !leg.mark.stale) {
            bonuses_fall(&case, &steps)?;
        }
    }
}

/// The plans of one account at ever lower equity: from the emergency ratio to under zero.
fn descend(case: &Case, steps: &[u64]) -> Result<Vec<(Case, Plan)>, TestCaseError> {
    let maintenance = slow::health(&case.inputs(), Doubt::Ignored).maintenance;
    let emergency = case.policy.thresholds.emergency.0;
    let at_emergency = (maintenance * i128::from(emergency) + (1 << 32) - 1) >> 32;
    let mut equities: Vec<i128> = steps
        .iter()
        .map(|step| (at_emergency * i128::from(step >> 32)) >> 32)
        .collect();
    equities.extend([at_emergency, at_emergency - 1, 1, 0, -1, -maintenance]);
    // Of a few atoms of maintenance the emergency ratio, rounded up, is all.
    equities.retain(|equity| *equity < maintenance);
    equities.sort_unstable_by_key(|equity| core::cmp::Reverse(*equity));
    let mut plans = Vec::new();
    for equity in equities {
        let case = case.clone().with_equity(equity, Doubt::Ignored);
        let plan = planned(&case)?.expect("a fresh leg");
        judge(&case, &plan, &Slow::new(&case.inputs()))?;
        plans.push((case, plan));
    }
    Ok(plans)
}

fn bonuses_fall(case: &Case, steps: &[u64]) -> Checked {
    for pair in descend(case, steps)?.windows(2) {
        let [(_, higher), (_, lower)] = pair else {
            continue;
        };
        prop_assert!(
            lower.bonus <= higher.bonus,
            "bonus {} at equity {} but {} at {}",
            higher.bonus.0,
            higher.before.equity.0,
            lower.bonus.0,
            lower.before.equity.0
        );
    }
    Ok(())
}

fn falling_bonus_and_rising_share(case: &Case, steps: &[u64]) -> Checked {
    bonuses_fall(case, steps)?;
    let slow = Slow::new(&case.inputs());
    let mut closed_before = 0;
    for (case, plan) in descend(case, steps)? {
        let lots = lots_of(&case, &plan);
        let closed = slow.notional_q32(&lots);
        // Sizes are whole lots, so each leg may come out a lot apart.
        prop_assert!(closed + slow.one_lot_each_q32() >= closed_before);
        closed_before = closed;
        if plan.before.ratio_floor() <= case.policy.forced {
            prop_assert_eq!(lots, slow.all_closable());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn absurd_inputs_are_answered_and_never_over_close((case, min_bonus) in absurd()) {
        let inputs = Inputs { min_bonus: Usd(min_bonus), ..case.inputs() };
        // Whatever comes back, it comes back.
        let _ = flag(&inputs);
        match plan(&inputs) {
            Ok(plan) => {
                for (leg, close) in case.legs.iter().zip(&plan.closes) {
                    prop_assert!(close.lots <= leg.lots.0.unsigned_abs());
                    prop_assert!(close.lots == 0 || !leg.mark.stale);
                }
                prop_assert!(plan.kind == Kind::Recovered || plan.bonus.0 >= min_bonus);
            }
            Err(error) => prop_assert!(
                case.legs.len() <= whittle_risk::MAX_LEGS || error == RiskError::TooManyLegs
            ),
        }
    }

    #[test]
    fn lawful_accounts_are_liquidated_at_any_price_and_size(case in lawful_at_any_scale()) {
        let slow = Slow::new(&case.inputs());
        if slow.before.equity >= slow.before.maintenance {
            // Too small for a ratio under one.
            return Ok(());
        }
        let Some(plan) = planned(&case)? else { return Ok(()) };
        let lots = lots_of(&case, &plan);
        for (closed, leg) in lots.iter().zip(&slow.legs) {
            prop_assert!(*closed <= leg.lots);
            prop_assert!(*closed == 0 || leg.closable);
        }
        let after = slow.after(&lots);
        prop_assert_eq!(i128::from(plan.after.equity.0), after.equity);
        prop_assert_eq!(i128::from(plan.after.maintenance.0), after.maintenance);
        prop_assert!(slow.within_theta(i128::from(plan.cost.0)));
        prop_assert_eq!(slow.surplus(&lots) >= 0, plan.kind != Kind::Unhealable);
    }
}
