use super::{bits, candles, recorded, silent};
use crate::path::{CandleFile, Gap, Grid, Paths, MOST_STEPS};

/// Flat candles of so many seconds, from the time on.
fn flat(name: &str, secs: i64, from: i64, count: i64) -> CandleFile {
    let row = |place| {
        format!(
            "{},{price},{price},{price},{price}\n",
            from + place * secs,
            price = place + 1
        )
    };
    candles(name, &(0..count).map(row).collect::<String>())
}

fn refusal(files: &[CandleFile], step_secs: u32) -> String {
    let grid = Grid {
        step_secs,
        ..Grid::of(1)
    };
    Paths::align(files, &grid).unwrap_err().to_string()
}

#[test]
fn files_share_the_time_that_all_cover() {
    let mut hours = flat("H", 3_600, 0, 10);
    // Hours 3 and 4 are not there; their begin is before the common time.
    hours.candles.drain(3..5);
    hours.gaps.push(Gap {
        from: 3 * 3_600,
        until: 5 * 3_600,
    });
    let minutes = flat("M", 300, 4 * 3_600, 24);
    let paths = Paths::align(&[hours, minutes], &Grid::of(1)).unwrap();
    assert_eq!(
        (paths.start, paths.len(), paths.time(120)),
        (4 * 3_600, 120, 6 * 3_600)
    );
    let [hours, minutes] = &paths.assets[..] else {
        panic!("two assets: {paths:?}");
    };
    assert_eq!((hours.name.as_str(), minutes.name.as_str()), ("H", "M"));
    // Hour 4 is on the way from 3, an hour and a minute before, to 6, an hour after.
    assert_eq!(silent(hours), [[0, 60]]);
    assert_eq!(hours.prices[0], 3.0 + 3.0 * (61.0 / 121.0));
    assert_eq!(hours.prices[60..], [6.0; 60]);
    assert!(minutes.silent.is_empty());
    assert_eq!((minutes.prices[0], minutes.prices[119]), (1.0, 24.0));
}

/// So that another file, or a shorter cut of the same one, leaves the ways of an asset as they are.
#[test]
fn the_prices_of_an_asset_do_not_depend_on_other_files_or_on_the_cut() {
    let file = recorded();
    let alone = Paths::align(std::slice::from_ref(&file), &Grid::of(9)).unwrap();
    let mut late = file.clone();
    late.candles.drain(..100);
    let both = Paths::align(&[file, late.clone()], &Grid::of(9)).unwrap();
    let cut = Paths::align(&[late], &Grid::of(9)).unwrap();
    let from_100 = bits(&alone.assets[0].prices[6_000..]);
    assert_eq!(bits(&both.assets[0].prices), from_100);
    assert_eq!(bits(&cut.assets[0].prices), from_100);
    // The same candles as another asset go another way.
    assert_ne!(bits(&both.assets[1].prices), from_100);
}

#[test]
fn what_fits_on_no_grid_is_refused() {
    let hours = flat("H", 3_600, 0, 10);
    let minutes = flat("M", 300, 0, 120);
    assert_eq!(refusal(&[], 60), "no file of prices; give at least one");
    assert_eq!(
        refusal(std::slice::from_ref(&hours), 0),
        "a step of 0 s; take at least 1 s"
    );
    assert_eq!(
        refusal(&[minutes.clone(), hours.clone()], 900),
        "M has candles of 300 s, which steps of 900 s do not divide; take 300 s, or any step that divides it"
    );
    assert_eq!(
        refusal(&[flat("S", 7, 0, 9), hours.clone()], 7),
        "H has candles of 3600 s, which steps of 7 s do not divide; take 1 s, or any step that divides it"
    );
    assert_eq!(
        refusal(&[hours.clone(), flat("N", 3_600, 7_170, 5)], 60),
        "the candles of H and N begin 3570 s apart, which is no whole number of steps; take 30 s, or any step that divides it"
    );
    assert_eq!(
        refusal(&[hours.clone(), minutes, flat("L", 3_600, 36_000, 5)], 60),
        "no common time: the prices of H end at 36000 and those of L begin at 36000 (Unix seconds); take files of the same time"
    );
    let mut eternal = flat("E", 3_600, 0, 2);
    eternal.candles[1].time = 3_600 * (MOST_STEPS as i64);
    assert_eq!(
        refusal(&[eternal], 3_600),
        "E would have 67108865 steps, more than 67108864; take a longer step or a shorter file, and look for a gap of years in it"
    );
    let grid = Grid {
        roughness: 1.5,
        ..Grid::of(1)
    };
    assert_eq!(
        Paths::align(&[hours], &grid).unwrap_err().to_string(),
        "a roughness of 1.5; take one from 0 (straight lines) to 1 (as rough as the candles' ranges say)"
    );
}
