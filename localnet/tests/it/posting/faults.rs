//! A Hermes that is of no use does not stop the keeper from doing what published prices allow.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};
use whittle_localnet::hermes::Mood;

/// Liquidates one account at published prices. Between, `spoil` is called.
fn works_at_published_prices(name: &str, spoil: impl Fn(&Scene)) {
    let scene = Scene::new();
    let trader = scene.holder("trader");
    scene.local.publish(&dollars(CALM)).unwrap();
    spoil(&scene);
    let mut keeper = scene.keeper("");
    until("Hermes was asked", Some(&keeper), || {
        scene.hermes.answered() > 1
    });
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        threads.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                // The validator may just have ended with its test.
                let _ = scene.local.publish(&dollars(FALLEN));
            }
        });
        let begun = Instant::now();
        let liquidated = || scene.account(&trader).receipt.at != 0;
        while !liquidated() && begun.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(100));
        }
        done.store(true, Ordering::Relaxed);
        let log = keeper.log().unwrap();
        assert!(liquidated(), "{name}: {log}");
    });
    let (status, _) = keeper.get(&scene.local, "/readyz").unwrap();
    assert_eq!(status, 200, "readiness is not about Hermes");
    until("the rent is back", Some(&keeper), || scene.rented() == 0);
    keeper.terminate(PATIENCE).unwrap();
}

#[test]
fn a_hermes_that_is_down_does_not_stop_the_keeper() {
    works_at_published_prices("down", |scene| scene.hermes.be(Mood::Down));
}

#[test]
fn a_hermes_that_does_not_answer_does_not_stop_the_keeper() {
    works_at_published_prices("silent", |scene| scene.hermes.be(Mood::Silent));
}

#[test]
fn a_hermes_that_answers_nonsense_does_not_stop_the_keeper() {
    works_at_published_prices("page", |scene| scene.hermes.be(Mood::Page));
}

#[test]
fn prices_without_a_proof_do_not_stop_the_keeper() {
    works_at_published_prices("forged", |scene| scene.hermes.be(Mood::Forged));
}

#[test]
fn prices_that_the_chain_refuses_are_not_believed() {
    works_at_published_prices("refused", |scene| {
        scene.hermes.set(&dollars([14_000, 700, 150]));
        // A bridge that does not exist: whatever is verified is not what the receiver takes.
        let other = Pubkey::new_from_array([9; 32]);
        stand_in::configure(scene.local.node(), &other, UPDATE_FEE).unwrap();
    });
}
