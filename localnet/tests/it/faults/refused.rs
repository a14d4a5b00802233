//! The program refuses.

use super::*;
use whittle::error::WhittleError;
use whittle::state::governance::PAUSE_LIQUIDATIONS;
use whittle_client::instruction;

#[test]
fn an_account_that_cannot_be_liquidated_is_tried_ever_more_seldom() {
    let scene = Scene::new();
    let keeper = scene.keeper();
    for (error, outcome) in [
        (WhittleError::MathOverflow, "refused"),
        (WhittleError::AccountHealthy, "someone_faster"),
        (WhittleError::MarketMismatch, "outdated"),
    ] {
        scene.proxy.http(Http::Refuse(error.into()));
        scene.publish(Some(FALLEN));
        let tried = scene.simulations();
        throughout(Duration::from_secs(4), "flagged all the same", || {
            !scene.is_flagged()
        });
        let tried = scene.simulations() - tried;
        eprintln!("{outcome}: {tried} simulations in 4 s");
        assert!(tried <= 5, "{outcome}: {tried} simulations in 4 s");
    }
    assert_eq!(scene.sends(), 0);
    assert!(keeper.ended("flag_account", "refused") >= 1.0);
    scene.proxy.http(Http::Pass);
    scene.settle(keeper);
}

#[test]
fn while_liquidations_are_paused_nothing_but_an_emergency_is_tried() {
    let scene = Scene::new();
    let guardian = &scene.local.authority;
    let pause = instruction::pause(guardian.key(), PAUSE_LIQUIDATIONS, 3_600);
    let node = scene.local.node();
    node.send(&[pause], &[&guardian.keypair]).unwrap();
    let keeper = scene.keeper();
    scene.publish(Some(FALLEN));
    until("it sees the account", || {
        keeper.metric("whittle_keeper_accounts_underwater") == 1.0
    });
    let tried = scene.simulations();
    throughout(Duration::from_secs(4), "liquidated in a pause", || {
        !scene.is_liquidated()
    });
    let tried = scene.simulations() - tried;
    eprintln!("paused: {tried} simulations in 4 s");
    assert!(tried <= 4, "{tried} simulations in 4 s");
    scene.publish(Some(DEEP));
    scene.settle(keeper);
}
