//! Short searches of every adversary, and controls that show that a search can find something. The long
//! ones are `cargo xtask adversaries`.

use whittle_tests::adversary::{all, play, report, search, Adversary, Arena, Moves, Space, Trial};
use whittle_tests::USDC;

const PAGE: &str = include_str!("../../../docs/adversaries.md");
const TRIALS: usize = 8;
/// Trials of a control, and for each adversary a seed with which so few find a profit.
const CONTROL_TRIALS: usize = 12;
const CONTROL_SEEDS: &[(&str, u64)] = &[
    ("ring", 1),
    ("keeper", 1),
    ("oracle", 1),
    ("ahead", 1),
    ("converter", 1),
    ("clock-lag", 1),
    ("sandwich", 1),
    ("just-in-time", 1),
    ("funding", 6),
    ("self-liquidation", 2),
    ("bucket", 1),
    ("governor", 1),
    ("guardian", 1),
    ("dust", 1),
];

fn named(name: &str) -> Box<dyn Adversary> {
    let found = all().into_iter().find(|it| it.name() == name);
    found.expect("an adversary of this name")
}

/// Half of them, so that the halves run side by side.
fn stay_bounded(half: usize) {
    let mut arena = Arena::new(None);
    let chosen = all().into_iter().enumerate();
    for (_, adversary) in chosen.filter(|(place, _)| place % 2 == half) {
        let found = search(&*adversary, &mut arena, TRIALS, 7);
        assert!(
            found.least_room >= 0,
            "{} went {} over its bound by {}",
            adversary.name(),
            -found.least_room,
            found.closest
        );
    }
}

#[test]
fn no_adversary_takes_more_than_its_bound() {
    stay_bounded(0);
}

#[test]
fn none_of_the_other_adversaries_takes_more_than_its_bound() {
    stay_bounded(1);
}

/// Where a protection is taken away its adversary finds a profit.
fn controls(half: usize) {
    let chosen = CONTROL_SEEDS.iter().enumerate();
    for (_, (name, seed)) in chosen.filter(|(place, _)| place % 2 == half) {
        let adversary = named(name);
        let control = adversary.control().expect("a control");
        let mut arena = Arena::new(Some(control.change));
        let found = search(&*adversary, &mut arena, CONTROL_TRIALS, *seed);
        assert!(
            found.score >= control.least,
            "{name} found {} of {} with {}",
            found.score,
            control.least,
            control.says
        );
    }
}

#[test]
fn adversaries_find_a_profit_where_the_protection_is_taken_away() {
    controls(0);
}

#[test]
fn the_other_adversaries_find_a_profit_where_the_protection_is_taken_away() {
    controls(1);
}

#[test]
fn every_adversary_that_has_a_control_is_tried_with_it() {
    let tried: Vec<&str> = CONTROL_SEEDS.iter().map(|(name, _)| *name).collect();
    let all = all();
    let with = all.iter().filter(|it| it.control().is_some());
    let with: Vec<&str> = with.map(|it| it.name()).collect();
    assert_eq!(tried, with);
}

#[test]
fn the_same_seed_finds_the_same() {
    let mut arena = Arena::new(None);
    let adversary = named("keeper");
    let first = search(&*adversary, &mut arena, 5, 3);
    let mut another = Arena::new(None);
    let second = search(&*adversary, &mut another, 5, 3);
    assert_eq!(first.moves, second.moves);
    assert_eq!(first.trial, second.trial);
    assert_eq!((first.score, first.bound), (second.score, second.bound));
}

/// Gets tokens from nowhere.
struct Forger;

impl Adversary for Forger {
    fn name(&self) -> &'static str {
        "forger"
    }
    fn controls(&self) -> &'static str {
        "the mint"
    }
    fn knows(&self) -> &'static str {
        "nothing"
    }
    fn space(&self) -> Space {
        Space::of_knobs(&[("dollars", 1, 1)])
    }
    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let quote = arena.world.bank(0).mint;
        let forger = arena.attackers[0].clone();
        let amount = moves["dollars"].unsigned_abs() * USDC;
        arena.world.give(&forger, &quote, amount);
    }
    fn bound(&self, _: &Arena, _: &Trial) -> i64 {
        0
    }
    fn formula(&self) -> &'static str {
        "nothing"
    }
    fn why(&self) -> &'static str {
        "The ledger notices."
    }
}

#[test]
#[should_panic(expected = "atoms came from nowhere")]
fn a_trial_whose_sum_is_not_zero_is_noticed() {
    let mut arena = Arena::new(None);
    search(&Forger, &mut arena, 1, 1);
}

#[test]
fn every_trial_begins_at_the_same_place() {
    let mut arena = Arena::new(None);
    let start = arena.worth();
    let adversary = named("ring");
    let found = search(&*adversary, &mut arena, 2, 5);
    arena.reset();
    assert_eq!(arena.worth(), start);
    let again = play(&*adversary, &mut arena, &found.moves);
    assert_eq!(again, found.trial);
}

#[test]
fn the_page_has_a_section_for_every_adversary_and_a_place_for_what_is_generated() {
    for adversary in all() {
        let title = format!("\n### {}\n", adversary.name());
        assert!(PAGE.contains(&title), "no section{title}");
    }
    let page = report::page(PAGE, "new").expect("both markers");
    assert_eq!(report::page(&page, "new").as_deref(), Some(page.as_str()));
    assert_eq!(report::page("no markers", "new"), None);
}
