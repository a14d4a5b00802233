//! Short searches of every adversary, and controls that show that a search can find something. The long
//! ones are `cargo xtask adversaries`.

use whittle_tests::adversary::{all, play, search, Adversary, Arena, Moves};

const SEED: u64 = 1;
const PAGE: &str = include_str!("../../../docs/adversaries.md");

fn bounded(half: usize) {
    let mut arena = Arena::new(None);
    let chosen = all().into_iter().enumerate();
    for (_, adversary) in chosen.filter(|(place, _)| place % 2 == half) {
        let found = search(&*adversary, &mut arena, 8, SEED);
        assert!(
            found.least_room >= 0,
            "{}: {} over its bound by {}",
            adversary.name(),
            -found.least_room,
            found.closest
        );
    }
}

#[test]
fn no_adversary_takes_more_than_its_bound() {
    bounded(0);
}

#[test]
fn no_other_adversary_takes_more_than_its_bound() {
    bounded(1);
}
