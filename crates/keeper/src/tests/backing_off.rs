use crate::action::{Key, Kind};
use crate::backoff::BackOff;
use crate::config::Terms;
use crate::outcome::{Outcome, Then};
use crate::synthetic::key;

fn name(number: u64) -> Key {
    Key {
        kind: Kind::Liquidate,
        account: key(4, number),
        number: 0,
        place: 0,
    }
}

/// 400 ms at first, a minute at most, 20 s in flight; this random number leaves waits as they are.
const MIDDLE: u64 = u64::MAX / 2 + 1;

fn backoff() -> BackOff {
    BackOff::new(Terms::default())
}

#[test]
fn an_action_in_flight_is_not_sent_twice() {
    let mut backoff = backoff();
    assert!(backoff.allows(&name(1), 0));
    backoff.sent(&name(1), 0);
    assert!(!backoff.allows(&name(1), 19_999));
    assert!(backoff.allows(&name(2), 1), "another account's goes on");
    assert!(backoff.allows(&name(1), 20_000), "taken for lost");
}

#[test]
fn every_failure_doubles_the_wait_up_to_its_bound() {
    let mut backoff = backoff();
    let failed = Outcome::Unknown("the network".into());
    let mut now = 0;
    for wait in [
        400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000,
    ] {
        backoff.sent(&name(1), now);
        assert_eq!(backoff.ended(&name(1), &failed, now, MIDDLE), Then::Wait);
        assert!(!backoff.allows(&name(1), now + wait - 1), "{wait}");
        assert!(backoff.allows(&name(1), now + wait), "{wait}");
        now += wait;
    }
}

#[test]
fn jitter_spreads_a_wait_by_a_quarter_to_either_side() {
    let failed = Outcome::Unknown("the network".into());
    for (random, wait) in [(0, 300), (MIDDLE, 400), (u64::MAX, 499)] {
        let mut backoff = backoff();
        backoff.ended(&name(1), &failed, 0, random);
        assert!(!backoff.allows(&name(1), wait - 1), "{random}");
        assert!(backoff.allows(&name(1), wait), "{random}");
    }
}

#[test]
fn an_account_that_cannot_be_liquidated_makes_no_hot_loop() {
    let mut backoff = backoff();
    // A refusal that nobody understands, asked for again every 10 ms for an hour, while the account
    // changes in every slot.
    let mut sent = 0;
    for now in (0..3_600_000).step_by(10) {
        if now % 400 == 0 {
            backoff.account_changed(&name(1).account);
        }
        if backoff.allows(&name(1), now) {
            backoff.sent(&name(1), now);
            backoff.ended(&name(1), &Outcome::Refused(6_401), now, MIDDLE);
            sent += 1;
        }
    }
    assert!(sent <= 3_600_000 / 400, "{sent}");
    let mut quiet = self::backoff();
    sent = 0;
    for now in (0..3_600_000).step_by(10) {
        if quiet.allows(&name(1), now) {
            quiet.sent(&name(1), now);
            quiet.ended(&name(1), &Outcome::Refused(6_401), now, MIDDLE);
            sent += 1;
        }
    }
    assert!(sent < 70, "{sent}");
}

#[test]
fn a_change_of_the_account_ends_the_wait_but_not_the_flight() {
    let mut backoff = backoff();
    let account = name(1).account;
    for _ in 0..8 {
        backoff.ended(&name(1), &Outcome::NotProfitable, 0, MIDDLE);
    }
    assert!(!backoff.allows(&name(1), 30_000));
    backoff.account_changed(&account);
    assert!(backoff.allows(&name(1), 400));
    backoff.sent(&name(1), 1_000);
    backoff.account_changed(&account);
    assert!(!backoff.allows(&name(1), 1_500));
}

#[test]
fn an_empty_fee_account_stops_everything_until_the_operator_acts() {
    let mut backoff = backoff();
    let then = backoff.ended(&name(1), &Outcome::FeeAccountEmpty, 0, 0);
    assert_eq!(then, Then::Stop);
    assert!(backoff.is_stopped() && !backoff.allows(&name(2), 1_000_000));
    backoff.resume();
    assert!(backoff.allows(&name(2), 1_000_000));
}

#[test]
fn what_is_long_over_is_forgotten() {
    let mut backoff = backoff();
    backoff.ended(&name(1), &Outcome::SomeoneFaster, 0, MIDDLE);
    assert_eq!(backoff.len(), 1);
    assert!(
        !backoff.allows(&name(1), 399),
        "the book may not have heard of it yet"
    );
    backoff.forget_old(100_000);
    assert_eq!(backoff.len(), 1);
    backoff.forget_old(200_000);
    assert!(backoff.is_empty());
}

#[test]
fn what_the_chain_does_not_hold_for_due_makes_no_hot_loop() {
    for (outcome, most) in [(Outcome::SomeoneFaster, 70), (Outcome::Outdated, 1_200)] {
        let mut backoff = backoff();
        let mut sent = 0;
        for now in (0..3_600_000).step_by(10) {
            if backoff.allows(&name(1), now) {
                backoff.sent(&name(1), now);
                backoff.ended(&name(1), &outcome, now, MIDDLE);
                sent += 1;
            }
        }
        assert!(sent < most, "{outcome:?}: {sent} in an hour");
    }
}

#[test]
fn a_node_that_does_not_answer_is_asked_again_soon_however_often_that_happened() {
    let mut backoff = backoff();
    let silent = Outcome::NoAnswer("a time limit".into());
    for now in 0..20 {
        backoff.ended(&name(1), &silent, now, MIDDLE);
    }
    assert!(!backoff.allows(&name(1), 3_000));
    assert!(backoff.allows(&name(1), 3_300));
}

#[test]
fn what_found_the_fee_account_empty_goes_on_as_soon_as_it_is_filled() {
    let mut backoff = backoff();
    backoff.sent(&name(1), 0);
    backoff.ended(&name(1), &Outcome::FeeAccountEmpty, 100, MIDDLE);
    backoff.resume();
    assert!(backoff.allows(&name(1), 100));
}
