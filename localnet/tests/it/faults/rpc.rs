//! The node: away, full of errors, silent.

use super::*;

#[test]
fn a_keeper_whose_node_is_away_does_nothing_and_goes_on_when_it_is_back() {
    let scene = Scene::new();
    let keeper = scene.keeper();
    scene.proxy.http(Http::Cut);
    scene.proxy.socket(Socket::Refuse);
    scene.proxy.cut();
    scene.publish(Some(FALLEN));
    until("it is not ready", || keeper.is_not_ready());
    let asked = scene.proxy.requests();
    throughout(Duration::from_secs(4), "ready without a node", || {
        keeper.is_not_ready()
    });
    let asked = scene.proxy.requests() - asked;
    eprintln!("node away: {asked} requests in 4 s");
    assert!(asked <= 8, "{asked} requests in 4 s");
    assert_eq!((scene.sends(), scene.simulations()), (0, 0));
    assert!(!scene.is_flagged());
    scene.proxy.socket(Socket::Pass);
    scene.proxy.http(Http::Pass);
    scene.settle(keeper);
}

#[test]
fn a_node_that_answers_errors_or_hangs_is_asked_ever_more_seldom() {
    let scene = Scene::new();
    let keeper = scene.keeper();
    // What its own library asks again, five times half a second apart, is the node's own wish.
    let faults = [
        Http::Status(500),
        Http::Error(-32_005),
        Http::Status(429),
        Http::Hang,
    ];
    for (place, fault) in faults.into_iter().enumerate() {
        scene.proxy.http(fault);
        scene.publish(Some(FALLEN));
        if place == 0 {
            until("it has tried", || {
                keeper.ended("flag_account", "no_answer") > 0.0
            });
        }
        let asked = scene.proxy.requests();
        throughout(Duration::from_secs(3), "liquidated without a node", || {
            !scene.is_liquidated()
        });
        let asked = scene.proxy.requests() - asked;
        eprintln!("{fault:?}: {asked} requests in 3 s");
        assert!(asked <= 18, "{fault:?}: {asked} requests in 3 s");
    }
    assert_eq!(scene.sends(), 0);
    scene.proxy.http(Http::Pass);
    scene.settle(keeper);
}

#[test]
fn a_transaction_whose_answer_is_lost_is_not_made_a_second_time() {
    let scene = Scene::new();
    let keeper = scene.keeper();
    scene.proxy.http(Http::Lose("sendTransaction"));
    scene.publish(Some(FALLEN));
    until("it is flagged", || scene.is_flagged());
    until("it knows", || keeper.ended("flag_account", "done") == 1.0);
    assert_eq!(keeper.ended("flag_account", "no_answer"), 0.0);
    scene.settle(keeper);
}

#[test]
fn a_keeper_that_starts_before_its_node_waits_for_it_and_hears_sigterm_meanwhile() {
    let scene = Scene::new();
    let start = || Keeper::start(&scene.local, &scene.proxy, scene.member());
    scene.proxy.http(Http::Hang);
    let first = start();
    until("it asks", || scene.proxy.requests() > 0);
    assert!(first.is_not_ready());
    first.end();
    scene.proxy.http(Http::Cut);
    let second = start();
    throughout(Duration::from_secs(2), "ready without a node", || {
        second.is_not_ready()
    });
    scene.proxy.http(Http::Pass);
    until("it is ready", || second.is_ready());
    scene.publish(Some(FALLEN));
    scene.settle(second);
}
