//! The keeper's own life.

use super::*;

#[test]
fn a_keeper_killed_between_flag_and_liquidation_is_continued_by_the_next() {
    let scene = Scene::new();
    let first = scene.keeper();
    scene.publish(Some(FALLEN));
    until("it is flagged", || scene.is_flagged());
    first.kill();
    assert!(!scene.is_liquidated());
    let flagged_at = scene.account().flagged_at;
    let second = scene.keeper();
    until("it is liquidated", || scene.is_liquidated());
    assert_eq!(scene.account().receipt.flagged_at, flagged_at);
    assert_eq!(second.ended("flag_account", "done"), 0.0);
    scene.settle(second);
}

#[test]
fn a_keeper_killed_with_a_transaction_in_flight_is_continued_without_a_second_liquidation() {
    let scene = Scene::new();
    let first = scene.keeper();
    scene.publish(Some(FALLEN));
    until("it is flagged", || scene.is_flagged());
    until("the flag is known", || {
        first.ended("flag_account", "done") == 1.0
    });
    let sent = scene.sends();
    scene.proxy.http(Http::Lose("sendTransaction"));
    until("the liquidation is in flight", || scene.sends() > sent);
    first.kill();
    scene.proxy.http(Http::Pass);
    let second = scene.keeper();
    until("it is liquidated", || scene.is_liquidated());
    scene.settle(second);
}
