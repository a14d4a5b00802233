//! The WebSocket: cut, silent, repeating itself, out of order.

use super::*;

#[test]
fn a_dropped_websocket_stops_decisions_until_everything_is_loaded_again() {
    let scene = Scene::new();
    let keeper = scene.keeper();
    for (lost, fault) in [(1.0, Socket::Silent), (2.0, Socket::Refuse)] {
        scene.proxy.socket(fault);
        if fault == Socket::Refuse {
            scene.proxy.cut();
            scene.publish(Some(FALLEN));
        }
        until("the connection is taken for lost", || {
            keeper.metric("whittle_keeper_connections_lost_total") >= lost
        });
        until("it is not ready", || keeper.is_not_ready());
        if fault == Socket::Silent {
            let loaded = keeper.metric("whittle_keeper_reloads_total");
            scene.proxy.socket(Socket::Pass);
            until("it is ready again", || keeper.is_ready());
            assert!(keeper.metric("whittle_keeper_reloads_total") > loaded);
        }
    }
    throughout(Duration::from_secs(3), "decided without news", || {
        keeper.is_not_ready() && scene.simulations() == 0
    });
    assert_eq!(scene.sends(), 0);
    scene.proxy.socket(Socket::Pass);
    scene.settle(keeper);
}

fn through(fault: Socket) {
    let scene = Scene::new();
    scene.proxy.socket(fault);
    let keeper = scene.keeper();
    scene.publish(Some(FALLEN));
    until("it is liquidated", || scene.is_liquidated());
    until("it knows", || {
        keeper.ended("liquidate_partial", "done") == 1.0
    });
    assert_eq!(keeper.ended("flag_account", "done"), 1.0);
    let (tried, sent, late) = (scene.simulations(), scene.sends(), scene.proxy.late());
    eprintln!("{fault:?}: {late} notices late, {tried} simulations, {sent} sends");
    assert_eq!(late > 0, fault == Socket::Late);
    assert!(tried <= 12, "{tried} simulations");
    scene.settle(keeper);
}

#[test]
fn notices_that_come_twice_lead_to_the_same() {
    through(Socket::Twice);
}

#[test]
fn notices_that_come_after_their_successor_lead_to_the_same() {
    through(Socket::Late);
}
