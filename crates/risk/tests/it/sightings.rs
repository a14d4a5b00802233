//! INV-HEALTHY: two dips are not one.

use proptest::prelude::*;
use whittle_risk::liquidation::{flag, plan, Episode, Kind};
use whittle_risk::RiskError;

use crate::generators::{liquidatable, throttled};
use crate::plan_against_slow::is_emergency;
use crate::slow::Slow;

#[test]
fn only_a_sighting_that_there_is_can_be_taken_back() {
    let mut none = Episode::NONE;
    assert!(!none.unsee());
    assert_eq!(none, Episode::NONE);
    let mut seen = Episode {
        flagged_at: 7,
        publish_time: 5,
        ..Episode::NONE
    };
    assert!(seen.unsee());
    assert!(!seen.unsee());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn after_a_sighting_was_taken_back_a_new_one_is_needed_and_the_episode_goes_on(
        case in liquidatable(1..=3, 12, false)
    ) {
        let mut case = case;
        let confirmed = case.clone();
        prop_assert!(case.episode.unsee());
        if is_emergency(&case, &Slow::new(&case.inputs())) {
            // Emergencies ask for no sighting; what is closed and paid is the same.
            let (with, without) = (plan(&confirmed.inputs()), plan(&case.inputs()));
            let (with, without) = (with.unwrap(), without.unwrap());
            prop_assert_eq!((with.closes, with.bonus), (without.closes, without.bonus));
            return Ok(());
        }
        let times = case.legs.iter().map(|leg| leg.mark.publish_time);
        let (oldest, newest) = (times.clone().min().unwrap(), times.max().unwrap());
        let error = RiskError::NotConfirmed { publish_time: oldest, needed: i64::MAX };
        prop_assert_eq!(plan(&case.inputs()), Err(error));
        let again = flag(&case.inputs()).unwrap();
        prop_assert_eq!(again.flagged_at, case.episode.flagged_at);
        prop_assert_eq!((again.touched_at, again.publish_time), (case.now, newest));
        prop_assert!(again.lowest_ratio <= case.episode.lowest_ratio);
    }

    #[test]
    fn a_throttled_liquidation_that_ends_over_maintenance_takes_its_sighting_back(
        case in throttled(1..=3, 10, false)
    ) {
        let Ok(done) = plan(&case.inputs()) else { return Ok(()) };
        if done.kind == Kind::Throttled {
            let is_over = done.after.equity >= done.after.maintenance;
            prop_assert_eq!(done.episode.publish_time == Episode::UNSEEN, is_over);
        }
    }
}
