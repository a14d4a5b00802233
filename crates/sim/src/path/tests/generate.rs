use super::{bits, generated, recorded};
use crate::path::{GenerateError, Generator, Grid, Paths};

fn assets(texts: &[&str]) -> Vec<(String, Generator)> {
    let named = |(place, text): (usize, &&str)| (format!("A{place}"), text.parse().unwrap());
    texts.iter().enumerate().map(named).collect()
}

fn refusal(texts: &[&str], step_secs: u32) -> GenerateError {
    let grid = Grid {
        step_secs,
        ..Grid::of(1)
    };
    Paths::generate(&assets(texts), 0, &grid).unwrap_err()
}

const MODELS: [&str; 4] = [
    "gbm:price=20000,sigma=80%,common=50%",
    "jumps:price=20000,sigma=60%,rate=500,mean=-1%,deviation=4%",
    "heston:price=20000,sigma=80%,kappa=20,xi=8,rho=-50%",
    "stable:+depeg:day=5,to=0.9,hours=6",
];

#[test]
fn paths_cover_their_days_from_their_start() {
    let grid = Grid {
        step_secs: 300,
        ..Grid::of(1)
    };
    let paths = Paths::generate(&assets(&MODELS), 1_000, &grid).unwrap();
    assert_eq!(
        (paths.start, paths.step_secs, paths.len()),
        (1_000, 300, 30 * 288 + 1)
    );
    assert_eq!(paths.time(paths.len() - 1), 1_000 + 30 * 86_400);
    for asset in &paths.assets {
        assert_eq!(asset.prices.len(), paths.len());
        assert_eq!(
            asset
                .prices
                .iter()
                .position(|price| !price.is_finite() || *price <= 0.0),
            None
        );
    }
    let first: Vec<f64> = paths.assets.iter().map(|asset| asset.prices[0]).collect();
    assert_eq!(first, [20_000.0, 20_000.0, 20_000.0, 1.0]);
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_seed_another_path() {
    for text in MODELS {
        let one = bits(&generated(text, 1).prices);
        assert_eq!(one, bits(&generated(text, 1).prices), "{text}");
        assert_ne!(one, bits(&generated(text, 2).prices), "{text}");
    }
}

/// As on the machine on which this was written (x86-64, Linux): prices must not depend on the machine.
#[test]
fn the_prices_of_a_seed_are_pinned() {
    let last = MODELS.map(|text| generated(text, 1).prices.last().unwrap().to_bits());
    assert_eq!(
        last,
        [
            4670733365257010815,
            4668712619032065491,
            4671058752830909902,
            4606285980799199397
        ]
    );
}

#[test]
fn an_asset_does_not_depend_on_those_beside_it() {
    let alone = Paths::generate(&assets(&MODELS[..1]), 0, &Grid::of(3)).unwrap();
    let all = Paths::generate(&assets(&MODELS), 0, &Grid::of(3)).unwrap();
    assert_eq!(bits(&alone.assets[0].prices), bits(&all.assets[0].prices));
}

/// Scenarios are the same on a file's prices as on generated ones.
#[test]
fn a_scenario_over_recorded_prices_multiplies_them() {
    let paths = Paths::align(&[recorded()], &Grid::of(1)).unwrap();
    let mut crashed = paths.assets[0].clone();
    let scenario = crate::path::parse_scenarios("+crash:day=2,minutes=60,fall=50%").unwrap()[0];
    scenario.lay_over(&mut crashed, 60).unwrap();
    let calm = &paths.assets[0].prices;
    assert_eq!(crashed.prices[..2_881], calm[..2_881]);
    assert_eq!(crashed.prices[2_910], calm[2_910] * 0.75);
    assert_eq!(crashed.prices[2_940], calm[2_940] * 0.5);
    assert_eq!(crashed.prices[10_000], calm[10_000] * 0.5);
}

#[test]
fn what_cannot_be_generated_is_refused() {
    for (texts, step_secs, expected) in [
        (&[][..], 60, "no asset to generate; give at least one"),
        (&MODELS[..], 0, "a step of 0 s; take at least 1 s"),
        (
            &["stable", "stable:days=31"],
            60,
            "A0 has 30 days and A1 31; give all assets the same `days`",
        ),
        (
            &["stable:days=0.001"],
            3_600,
            "0.001 days in steps of 3600 s are none or more than 67108864; take other days or another step",
        ),
        (
            &["stable:days=36500"],
            1,
            "36500 days in steps of 1 s are none or more than 67108864; take other days or another step",
        ),
        (
            &["heston:price=1,sigma=80%,kappa=10000,xi=1"],
            3_600,
            "A0 has a kappa of 10000, too fast for steps of 3600 s; take at most 8760, or a shorter step",
        ),
        (
            &["stable:+crash:day=30,minutes=1,fall=5%"],
            60,
            "crash on A0: the move ends on day 30.001 and prices end on day 30.000; let it begin earlier or take more days",
        ),
        (
            &["gbm:price=1e9,sigma=0,mu=2000%,days=365"],
            86_400,
            "the price of A0 is 1.0524795227934346e12 on day 127.000, outside 1e-9 to 1e12; take less volatility, drift or jumps, or another seed",
        ),
    ] {
        assert_eq!(refusal(texts, step_secs).to_string(), expected, "{texts:?}");
    }
}
