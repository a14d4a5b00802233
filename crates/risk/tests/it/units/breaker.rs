use proptest::prelude::*;
use whittle_risk::breaker::{is_drawn, is_shocked, Bucket, BucketTerms, Grace, Shock, ShockStep};
use whittle_risk::num::ONE_Q32;
use whittle_risk::{Price, Ratio, Usd};

const NOW: i64 = 1_700_000_000;
const TERMS: BucketTerms = BucketTerms {
    capacity: Usd(1_000),
    refill_per_hour: Usd(3_600),
};

#[test]
fn a_bucket_leaks_by_the_second_and_room_is_what_is_left() {
    let bucket = Bucket::default().plus(&TERMS, Usd(900), NOW);
    assert_eq!(bucket.room(&TERMS, NOW), Usd(100));
    assert_eq!(bucket.room(&TERMS, NOW + 1), Usd(101));
    assert_eq!(bucket.room(&TERMS, NOW + 899), Usd(999));
    assert_eq!(bucket.room(&TERMS, NOW + 900), Usd(1_000));
    assert_eq!(bucket.room(&TERMS, NOW + 1_000_000), Usd(1_000));
}

#[test]
fn what_leaks_is_rounded_up_so_that_no_less_is_free_than_was_promised() {
    let slow = BucketTerms {
        refill_per_hour: Usd(1),
        ..TERMS
    };
    let bucket = Bucket::default().plus(&slow, Usd(1_000), NOW);
    assert_eq!(bucket.room(&slow, NOW), Usd(0));
    assert_eq!(bucket.room(&slow, NOW + 1), Usd(1));
    assert_eq!(bucket.room(&slow, NOW + 3_600), Usd(1));
    assert_eq!(bucket.room(&slow, NOW + 3_601), Usd(2));
}

#[test]
fn an_emergency_fills_the_bucket_and_no_more() {
    let bucket = Bucket::default().plus(&TERMS, Usd(1_500), NOW);
    assert_eq!(bucket.room(&TERMS, NOW), Usd(0));
    assert_eq!(bucket.used, TERMS.capacity);
    assert_eq!(bucket.room(&TERMS, NOW + 1), Usd(1));
}

#[test]
fn time_does_not_run_backwards_in_a_bucket() {
    let bucket = Bucket::default().plus(&TERMS, Usd(900), NOW);
    assert_eq!(bucket.room(&TERMS, NOW - 5_000), Usd(100));
    let later = bucket.plus(&TERMS, Usd(50), NOW - 5_000);
    assert_eq!((later.used, later.at), (Usd(950), NOW));
}

proptest! {
    #[test]
    fn a_bucket_answers_whatever_it_is_given(
        used in any::<i64>(), at in any::<i64>(), now in any::<i64>(),
        capacity in any::<i64>(), refill in any::<i64>(), notional in 0..i64::MAX,
    ) {
        let terms = BucketTerms { capacity: Usd(capacity), refill_per_hour: Usd(refill) };
        let bucket = Bucket { used: Usd(used), at };
        let room = bucket.room(&terms, now);
        prop_assert!(room.0 >= 0 && room.0 <= capacity.max(0));
        let fuller = bucket.plus(&terms, Usd(notional), now);
        prop_assert!(fuller.used.0 >= 0);
        prop_assert!(fuller.room(&terms, now) <= room);
    }

    #[test]
    fn over_any_hours_no_more_passes_than_the_capacity_and_the_refill(
        steps in proptest::collection::vec((0i64..7_200, 1i64..2_000), 1..40),
    ) {
        let (mut bucket, mut now, mut passed) = (Bucket::default(), NOW, 0);
        for (secs, wanted) in &steps {
            now += secs;
            let closed = bucket.room(&TERMS, now).least(Usd(*wanted));
            bucket = bucket.plus(&TERMS, closed, now);
            passed += closed.0;
        }
        // An atom of rounding for each liquidation.
        let most = TERMS.capacity.0 + (now - NOW) + i64::try_from(steps.len()).expect("few");
        prop_assert!(passed <= most);
    }
}

#[test]
fn a_price_beyond_the_bound_of_its_average_is_a_shock_on_either_side() {
    let tenth = Ratio(ONE_Q32 / 8);
    let shocked = |price| is_shocked(Price(price), Price(800), tenth);
    assert!(!shocked(800) && !shocked(700) && !shocked(900));
    assert!(shocked(699) && shocked(901) && shocked(0) && shocked(u64::MAX));
    // Without an average there is nothing to be far from.
    assert!(!is_shocked(Price(1), Price(0), tenth));
    // A bound that leaves the range bounds nothing.
    assert!(!is_shocked(Price(1), Price(u64::MAX), Ratio::MAX));
}

fn begun() -> Shock {
    let mut shock = Shock::default();
    assert_eq!(shock.step(true, NOW, 100), ShockStep::Began);
    shock
}

#[test]
fn a_shock_ends_when_the_price_comes_back() {
    let mut shock = begun();
    assert_eq!(shock.step(true, NOW + 5, 110), ShockStep::None);
    assert_eq!(shock.step(false, NOW + 6, 111), ShockStep::Reverted);
    assert_eq!(shock.since, 0);
}

#[test]
fn a_shock_is_confirmed_after_thirty_seconds_in_another_slot() {
    let mut shock = begun();
    assert_eq!(shock.step(true, NOW + 29, 170), ShockStep::None);
    // Late enough, but in the slot of the price before.
    assert_eq!(shock.step(true, NOW + 30, 170), ShockStep::None);
    assert_eq!(shock.step(true, NOW + 30, 171), ShockStep::Confirmed);
    assert_eq!(shock.since, 0);
}

#[test]
fn a_price_that_moves_on_begins_no_other_shock_within_the_hour() {
    let mut shock = begun();
    assert_eq!(shock.step(true, NOW + 40, 200), ShockStep::Confirmed);
    assert_eq!(shock.step(true, NOW + 41, 203), ShockStep::None);
    assert_eq!(shock.step(true, NOW + 3_599, 9_000), ShockStep::None);
    assert_eq!(shock.since, 0);
    assert_eq!(shock.step(true, NOW + 3_600, 9_003), ShockStep::Began);
}

#[test]
fn a_gap_gives_grace_at_most_hourly() {
    let mut grace = Grace::default();
    let mut step = |before, published, now| grace.step(300, 60, before, published, now);
    assert!(!step(0, NOW, NOW), "a first price ends no gap");
    assert!(!step(NOW, NOW + 300, NOW + 300), "as long as a gap may be");
    assert!(step(NOW + 300, NOW + 601, NOW + 602));
    assert!(!step(NOW + 601, NOW + 1_000, NOW + 1_000));
    assert!(!step(NOW + 1_000, NOW + 4_201, NOW + 4_201));
    assert!(step(NOW + 1_000, NOW + 4_202, NOW + 4_202));
    assert_eq!((grace.until, grace.last), (NOW + 4_262, NOW + 4_202));
}

#[test]
fn a_fund_is_drawn_when_it_lost_more_than_the_share_of_its_high() {
    let share = Ratio(ONE_Q32 / 4);
    assert_eq!(is_drawn(Usd(1_000), Usd(750), share), Ok(false));
    assert_eq!(is_drawn(Usd(1_000), Usd(749), share), Ok(true));
    assert_eq!(is_drawn(Usd(1_000), Usd(1_500), share), Ok(false));
    assert_eq!(is_drawn(Usd(0), Usd(0), share), Ok(false));
}

#[test]
fn a_grace_of_no_seconds_is_none() {
    let mut grace = Grace::default();
    assert!(!grace.step(60, 0, NOW, NOW + 61, NOW + 61));
    assert_eq!(grace.until, NOW + 61);
}
