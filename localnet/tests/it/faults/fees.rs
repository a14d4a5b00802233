//! The account that pays fees.

use super::*;

#[test]
fn an_empty_fee_account_stops_sending_until_it_is_filled() {
    let scene = Scene::new();
    let keeper = scene.keeper();
    let (node, payer) = (scene.local.node(), scene.member().key());
    node.set_lamports(&payer, 0).unwrap();
    scene.publish(Some(FALLEN));
    until("it says so", || {
        keeper.ended("flag_account", "fee_account_empty") == 1.0
    });
    let tried = scene.simulations();
    throughout(Duration::from_secs(4), "tried all the same", || {
        scene.simulations() == tried
    });
    assert_eq!(scene.sends(), 0);
    assert!(!scene.is_flagged());
    node.set_lamports(&payer, 1_000_000_000).unwrap();
    scene.settle(keeper);
}

#[test]
fn a_keeper_that_cannot_pay_for_its_margin_account_opens_it_once_it_can() {
    let scene = Scene::new();
    let poor = scene.local.member("poor", 0).unwrap();
    let node = scene.local.node();
    node.set_lamports(&poor.key(), 0).unwrap();
    let keeper = Keeper::start(&scene.local, &scene.proxy, &poor);
    until("it has tried", || scene.sends() > 0);
    throughout(Duration::from_secs(4), "tries in a hot loop", || {
        scene.sends() <= 4
    });
    assert!(keeper.is_ready(), "its picture is complete");
    node.set_lamports(&poor.key(), 1_000_000_000).unwrap();
    until("it has a margin account", || {
        scene.local.margin_account(&poor.account()).is_ok()
    });
    keeper.end();
}
