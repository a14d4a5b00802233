//! INV-BREAKER: what circuit breakers may change of a liquidation, and what not.

use proptest::prelude::*;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::liquidation::{flag, plan, Episode, Kind};
use whittle_risk::{RiskError, Usd};

use crate::generators::{liquidatable, throttled, Case};
use crate::plan_against_slow::{above_the_true_minimum, is_emergency, judge, planned, Checked};
use crate::slow::{self, Doubt, Slow};

fn without_breakers(case: &Case) -> Case {
    let mut free = case.clone();
    for leg in &mut free.legs {
        leg.room = UNLIMITED;
    }
    free
}

/// The only leg closes what just suffices, or, where the room is less than that, all of the room.
fn only_leg_closes_the_lesser(case: &Case) -> Checked {
    let slow = Slow::new(&case.inputs());
    let Some(got) = planned(case)? else {
        return Ok(());
    };
    judge(case, &got, &slow)?;
    let free = plan(&without_breakers(case).inputs()).expect("its price is fresh");
    if got.kind == Kind::Throttled {
        prop_assert_eq!(got.closes[0].lots, slow.legs[0].most);
        prop_assert!(got.closes[0].lots < free.closes[0].lots);
        prop_assert!(slow.surplus(&[slow.legs[0].most]) < 0);
    } else if slow.legs[0].most == slow.legs[0].lots {
        prop_assert_eq!(got, free);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn one_leg_closes_just_enough_or_all_of_its_room(case in throttled(1..=1, 11, false)) {
        only_leg_closes_the_lesser(&case)?;
    }

    #[test]
    fn one_large_leg_closes_just_enough_or_all_of_its_room(case in throttled(1..=1, 30, false)) {
        only_leg_closes_the_lesser(&case)?;
    }

    #[test]
    fn two_legs_with_rooms_close_at_most_one_lot_a_leg_above_the_true_minimum(
        case in throttled(2..=2, 9, true)
    ) {
        above_the_true_minimum(&case)?;
    }

    #[test]
    fn three_legs_with_rooms_close_at_most_one_lot_a_leg_above_the_true_minimum(
        case in throttled(3..=3, 6, true)
    ) {
        above_the_true_minimum(&case)?;
    }

    #[test]
    fn large_accounts_with_rooms_keep_every_promise(case in throttled(1..=3, 20, true)) {
        if let Some(plan) = planned(&case)? {
            judge(&case, &plan, &Slow::new(&case.inputs()))?;
        }
    }

    /// INV-EMERGENCY.
    #[test]
    fn a_breaker_never_changes_the_liquidation_of_an_account_in_emergency(
        case in throttled(1..=3, 12, true)
    ) {
        let slow = Slow::new(&case.inputs());
        if slow.before.equity <= 0 || is_emergency(&case, &slow) {
            prop_assert_eq!(plan(&case.inputs()), plan(&without_breakers(&case).inputs()));
        }
    }

    #[test]
    fn rooms_as_large_as_the_legs_change_nothing(case in liquidatable(1..=3, 12, true)) {
        let mut ample = case.clone();
        for leg in &mut ample.legs {
            let price = slow::counted_price(leg, Doubt::Ignored);
            let notional = (u128::from(leg.lots.0.unsigned_abs()) * price).div_ceil(slow::ONE);
            leg.room = Usd(i64::try_from(notional).expect("an amount"));
        }
        prop_assert_eq!(plan(&ample.inputs()), plan(&case.inputs()));
    }

    /// INV-BREAKER.
    #[test]
    fn without_any_room_an_account_is_protected_until_an_emergency_and_can_be_flagged(
        case in liquidatable(1..=3, 12, false)
    ) {
        let mut case = case;
        for leg in &mut case.legs {
            leg.room = Usd(0);
        }
        if is_emergency(&case, &Slow::new(&case.inputs())) {
            prop_assert!(plan(&case.inputs()).is_ok_and(|plan| plan.closed.0 > 0));
        } else {
            prop_assert_eq!(plan(&case.inputs()), Err(RiskError::Protected));
        }
        case.episode = Episode::NONE;
        prop_assert_eq!(flag(&case.inputs()).map(|it| it.flagged_at), Ok(case.now));
    }

    #[test]
    fn a_throttled_liquidation_goes_on_in_the_same_episode_when_there_is_room(
        case in throttled(1..=3, 10, false)
    ) {
        let Some(first) = planned(&case)? else { return Ok(()) };
        if first.kind != Kind::Throttled {
            return Ok(());
        }
        prop_assert_eq!(first.certificate, None);
        prop_assert!(first.closed.0 > 0);
        let next = without_breakers(&case.after(&first));
        let slow = Slow::new(&next.inputs());
        match plan(&next.inputs()) {
            Ok(second) => {
                judge(&next, &second, &slow)?;
                prop_assert_eq!(second.flagged_at, case.episode.flagged_at);
                prop_assert!(second.latched_ratio <= first.latched_ratio);
            }
            // It is over maintenance and not yet at its target: left alone until it falls again.
            Err(error) => {
                let healthy = RiskError::AccountHealthy {
                    equity: first.after.equity,
                    maintenance: first.after.maintenance,
                };
                prop_assert_eq!(error, healthy);
                prop_assert!(slow.before.equity >= slow.before.maintenance);
            }
        }
    }
}
