//! Rent that an end in between would leave behind.

use super::*;
use solana_keypair::Keypair;
use whittle_client::local::accumulator::{sign, Quote, QUORUM};
use whittle_client::price::{Feed, Posted, PriceSource, Recorded};

#[test]
fn what_an_earlier_run_left_behind_is_closed() {
    let scene = Scene::new();
    let key = &scene.member().keypair;
    let feed = scene.local.oracles().feeds()[0].id;
    let quote = Quote {
        feed,
        mantissa: 1_600_000_000_000,
        confidence: 1,
        exponent: -8,
        publish_time: 10,
        prev_publish_time: 9,
    };
    let updates = Recorded(vec![sign(&[quote], QUORUM)]);
    let secret = || *Keypair::new().secret_bytes();
    let source = Posted::new(PROGRAMS, scene.member().key(), updates, secret);
    let feeds = [Feed::Pull(feed)];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let left = runtime.block_on(source.prepare(&feeds)).unwrap();
    let half = runtime.block_on(source.prepare(&feeds)).unwrap();
    drop(runtime);
    // One whole posting, and one whose VAA was only begun.
    for step in left.before.iter().chain(&half.before[..1]) {
        let signers: Vec<&Keypair> = [key].into_iter().chain(&step.signers).collect();
        scene
            .local
            .node()
            .send(&step.instructions, &signers)
            .unwrap();
    }
    assert_eq!(scene.rented(), 3);
    let before = scene.lamports();

    let mut keeper = scene.keeper("");
    until("it is closed", Some(&keeper), || scene.rented() == 0);
    assert!(scene.lamports() > before + 2 * 7_000_000);
    keeper.terminate(PATIENCE).unwrap();
}

#[test]
fn a_keeper_that_is_told_to_end_gives_back_what_it_has_posted() {
    let scene = Scene::new();
    let trader = scene.trader("trader");
    let mut keeper = scene.keeper("");
    scene.local.place(&trader, 0, 40_000).unwrap();
    until("the order is filled", Some(&keeper), || {
        scene.account(&trader).open_positions().next().is_some()
    });
    let ended = keeper.terminate(PATIENCE).unwrap();
    assert_eq!(ended.code(), Some(0));
    assert_eq!(scene.rented(), 0, "{}", keeper.log().unwrap());
}
