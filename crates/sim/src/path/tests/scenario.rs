use super::{assert_near, silent};
use crate::path::{parse_scenarios, AssetPath};

/// Steps of a minute at a price of 100.
fn flat(steps: usize) -> AssetPath {
    AssetPath {
        name: "X".to_owned(),
        prices: vec![100.0; steps],
        silent: Vec::new(),
    }
}

/// A day has 1,440 steps: day=0.00625 is step 9.
fn laid(text: &str, steps: usize) -> AssetPath {
    let mut path = flat(steps);
    for scenario in parse_scenarios(text).unwrap() {
        scenario.lay_over(&mut path, 60).unwrap();
    }
    path
}

fn assert_prices(path: &AssetPath, expected: &[f64]) {
    assert_eq!(path.prices.len(), expected.len());
    for (price, expected) in path.prices.iter().zip(expected) {
        assert_near(*price, *expected, 1e-9);
    }
}

/// Silent from step 3 for 3 minutes: the last published price stands at step 2, the next one at step 6,
/// 12 lower, 3 a step.
#[test]
fn a_gap_is_silent_and_then_the_price_has_jumped() {
    let path = laid("+gap:day=0.00208333,minutes=3,jump=-12%", 9);
    assert_prices(
        &path,
        &[100.0, 100.0, 100.0, 97.0, 94.0, 91.0, 88.0, 88.0, 88.0],
    );
    assert_eq!(silent(&path), [[3, 6]]);
}

/// Falls by 20 in 2 steps, makes good half of it in 5.
#[test]
fn a_crash_falls_and_comes_back_in_part() {
    let path = laid(
        "+crash:day=0.0006944,minutes=2,fall=20%,back=50%,hours=0.0833333",
        10,
    );
    assert_prices(
        &path,
        &[100.0, 100.0, 90.0, 80.0, 82.0, 84.0, 86.0, 88.0, 90.0, 90.0],
    );
    assert!(path.silent.is_empty());
}

#[test]
fn a_crash_whose_recovery_would_be_after_the_end_is_cut_off() {
    let path = laid("+crash:day=0,minutes=1,fall=50%,back=100%,hours=1", 3);
    assert_prices(&path, &[100.0, 50.0, 50.0 + 50.0 / 60.0]);
}

/// Down to 90 % in 2 steps, 2 steps there, back in 2; or never.
#[test]
fn a_peg_is_lost_and_found_or_not() {
    let found = laid(
        "+depeg:day=0,to=0.9,hours=0.0333333,stay=0.0333333,back=0.0333333",
        8,
    );
    assert_prices(&found, &[100.0, 95.0, 90.0, 90.0, 90.0, 95.0, 100.0, 100.0]);
    let lost = laid("+depeg:day=0,to=0.9,hours=0.0333333,stay=1", 5);
    assert_prices(&lost, &[100.0, 95.0, 90.0, 90.0, 90.0]);
}

#[test]
fn scenarios_multiply_and_their_silences_join() {
    let gap = |step: f64, minutes: u32, jump: &str| {
        let day = step / 1_440.0;
        format!("+gap:day={day},minutes={minutes},jump={jump}")
    };
    // The last of them lies within the second.
    let gaps = [
        gap(5.0, 3, "-50%"),
        gap(8.0, 2, "0"),
        gap(1.0, 2, "100%"),
        gap(6.0, 1, "0"),
    ];
    let path = laid(&gaps.concat(), 12);
    assert_eq!(silent(&path), [[1, 3], [5, 10]]);
    assert_eq!(
        (path.prices[3], path.prices[4], path.prices[11]),
        (200.0, 200.0, 100.0)
    );
}

#[test]
fn a_move_that_would_end_after_the_prices_is_refused() {
    let mut path = flat(1_441);
    for (text, expected) in [
        (
            "+gap:day=1,minutes=10,jump=5%",
            "gap on X: the move ends on day 1.007 and prices end on day 1.000; let it begin earlier or take more days",
        ),
        (
            "+crash:day=30,minutes=45,fall=25%",
            "crash on X: the move ends on day 30.031 and prices end on day 1.000; let it begin earlier or take more days",
        ),
        (
            "+depeg:day=0,to=0.9,hours=25",
            "depeg on X: the move ends on day 1.042 and prices end on day 1.000; let it begin earlier or take more days",
        ),
    ] {
        let scenario = parse_scenarios(text).unwrap()[0];
        assert_eq!(scenario.lay_over(&mut path, 60).unwrap_err().to_string(), expected);
    }
    assert_eq!(path.prices, flat(1_441).prices);
    assert!(path.silent.is_empty());
}
