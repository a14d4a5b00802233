//! Random sequences of every instruction, and those that once showed a fault.

use std::path::Path;

use whittle_tests::fuzz::campaign::{self, Plan};
use whittle_tests::fuzz::Case;

/// Chosen so that together they reach what the test asks for, rare instructions more than once.
const FIRST: u64 = 7_000;
const CASES: u64 = 26;

#[test]
fn random_sequences_of_every_instruction_break_nothing_and_reach_the_deep_states() {
    let report = campaign::run(&Plan {
        seed: FIRST,
        time: None,
        cases: Some(CASES),
        actions: 300,
        workers: 2,
        keep: None,
    });
    let faults: Vec<_> = report
        .faults
        .values()
        .map(|it| (it.seed, &it.fault))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let tally = report.tally;
    assert_eq!(tally.cases, CASES);
    assert_eq!(tally.never_accepted(), Vec::<&str>::new());
    for event in [
        "PartiallyLiquidated",
        "BankruptcyResolved",
        "Deleveraged",
        "PositionSettled",
        "CollateralConverted",
        "RecoveryExecuted",
    ] {
        assert!(tally.told(event) > 0, "no {event}\n{tally}");
    }
}

#[test]
fn every_kept_case_runs_clean() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/cases");
    let files = std::fs::read_dir(folder).expect("the kept cases");
    let mut files: Vec<_> = files.map(|it| it.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "json"));
    files.sort();
    assert!(!files.is_empty(), "no case is kept");
    for file in files {
        let case = Case::read(&file).expect("a case");
        let outcome = case.run_alone();
        assert_eq!(outcome, Ok(()), "{}: {}", file.display(), case.about);
    }
}

#[test]
fn the_case_of_a_seed_is_the_same_each_time_and_survives_its_file() {
    let case = whittle_tests::fuzz::case_of_seed(7, 400);
    assert_eq!(case, whittle_tests::fuzz::case_of_seed(7, 400));
    assert_ne!(case, whittle_tests::fuzz::case_of_seed(8, 400));
    let text = serde_json::to_string(&case).expect("a text");
    let again: Case = serde_json::from_str(&text).expect("a case");
    assert_eq!(case, again);
}
