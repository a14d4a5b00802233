//! A made-up comparison of plausible size, to look at a report and to test one. No figure in it was
//! ever measured.

use crate::compare::{Comparison, Day, Fate, PolicyRuns, Run, Setup};
use crate::measure::Measures;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Name, source, share of a position that it closes, and cost in basis points of what it closes.
const POLICIES: [(&str, &str, f64, f64); 9] = [
    ("Whittle", "made up: least close to the target", 0.31, 55.0),
    (
        "just enough",
        "made up: least close to maintenance",
        0.22,
        50.0,
    ),
    ("close factor", "made up: half, or all", 0.55, 500.0),
    (
        "full close",
        "made up: all <at once> & \"for good\"",
        1.0,
        150.0,
    ),
    ("health linear", "made up", 0.48, 240.0),
    ("Drift", "made up", 0.37, 105.0),
    ("Mango", "made up", 0.34, 120.0),
    ("chunks", "made up", 0.4, 90.0),
    ("window", "made up", 0.72, 60.0),
];
const DAY: i64 = 86_400;
const ATOMS: f64 = 1e6;

/// So many of nine policies, seeds, days and liquidated lives of the first seed.
pub fn comparison(policies: usize, seeds: u64, days: usize, fates: usize) -> Comparison {
    let from = 1_640_995_200;
    let setup = Setup {
        prices: "made-up prices".to_owned(),
        exchange: "made-up exchange".to_owned(),
        span: [from, from + DAY * days as i64],
        step_secs: 60,
        assets: vec!["SOL".to_owned(), "BTC".to_owned()],
        accounts: 400,
        seeds: (1..=seeds).collect(),
        assumptions: vec![
            (
                "Feedback of liquidations on prices".to_owned(),
                "off".to_owned(),
            ),
            (
                "Keepers".to_owned(),
                "3, with 2 s of delay & <none> lost".to_owned(),
            ),
        ],
    };
    let prices = prices(days);
    let policies = POLICIES
        .iter()
        .take(policies)
        .map(|&(name, source, closes, bps)| {
            let runs = (1..=seeds).map(|seed| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed ^ bps.to_bits());
                let mut run = Run {
                    seed,
                    measures: measures(seed, closes, bps, &mut rng),
                    ..Run::default()
                };
                if seed == 1 {
                    run.days = self::days(from, &prices, closes, bps, &mut rng);
                    run.fates = (0..fates).map(|_| fate(closes, bps, &mut rng)).collect();
                }
                run
            });
            PolicyRuns {
                name: name.to_owned(),
                source: source.to_owned(),
                runs: runs.collect(),
            }
        });
    Comparison {
        setup,
        policies: policies.collect(),
    }
}

fn prices(days: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut price = 170.0;
    (0..days)
        .map(|_| {
            let jump = if rng.random_bool(0.02) { -0.18 } else { 0.003 };
            price *= 1.0 + jump + rng.random_range(-0.05..0.05);
            price = f64::max(price, 6.0);
            price
        })
        .collect()
}

fn measures(seed: u64, closes: f64, bps: f64, rng: &mut ChaCha8Rng) -> Measures {
    // The market's part is the same for all policies of a seed; the rest is theirs.
    let market = ChaCha8Rng::seed_from_u64(seed).random_range(0.8..1.25);
    let mut near = |value: f64| value * market * rng.random_range(0.93..1.07);
    let mut usd = |value: f64| (near(value) * ATOMS) as i64;
    let notional = 1.4e6 * closes;
    let mut run = Measures {
        lives: 4_000,
        refused: 40,
        deposited: (2.6e6 * ATOMS) as i64,
        added: usd(9e4),
        notional: usd(notional),
        notional_before: usd(1.3e6),
        cost_keeper: usd(notional * bps * 3e-5),
        cost_insurance: usd(notional * bps * 3e-5),
        cost_pool: usd(notional * bps * 4e-5),
        seized: if closes == 1.0 { usd(9e3) } else { 0 },
        final_equity: usd(2.1e5 - 8e4 * closes),
        held_equity: usd(2.2e5),
        keeper_earned: usd(notional * bps * 3.2e-5),
        keeper_fees: usd(130.0),
        impact: usd(notional * 2e-3),
        bad_debt: usd(200.0 + 900.0 * (1.0 - closes) * (1.0 - closes)),
        insurance_drawdown: usd(900.0),
        pool_change: usd(1.6e5 - 3e4 * closes),
        converted: usd(700.0),
        ..Measures::default()
    };
    run.cost = run.cost_keeper + run.cost_insurance + run.cost_pool + run.seized;
    run.borne_insurance = run.bad_debt;
    run.top_ups = usd(50.0);
    run.insurance_change = run.cost_insurance - run.bad_debt - run.top_ups;
    if closes < 0.4 {
        (run.plan_cost, run.plan_notional) = (usd(400.0), usd(1.5e5));
    }
    let mut number = |value: f64| near(value) as u64;
    run.calls = number(900.0);
    run.falls = number(800.0);
    run.escaped = number(if closes > 0.6 { 220.0 } else { 35.0 });
    run.liquidated = number(610.0);
    run.repeated = if closes == 1.0 {
        0
    } else {
        number(330.0 * (1.0 - closes))
    };
    run.liquidations = run.liquidated + 2 * run.repeated;
    run.most_in_a_life = if closes == 1.0 { 1 } else { number(9.0) };
    run.closed_out = number(500.0 * closes);
    run.survived = number(480.0 * (1.0 - closes));
    run.recovered = number(260.0 * (1.0 - closes));
    run.underwater_secs = number(8_000.0);
    run.most_waiting = number(24.0);
    run.bankrupt = number(8.0);
    run.deleveraged = number(3.0);
    run.deleveraged_notional = 2_000_000_000 * run.deleveraged as i64;
    run
}

fn days(from: i64, prices: &[f64], closes: f64, bps: f64, rng: &mut ChaCha8Rng) -> Vec<Day> {
    let (mut pool, mut insurance, mut before) = (1e6, 5e4, 170.0);
    let each = prices.iter().enumerate().map(|(index, &price)| {
        let fall = f64::max(1.0 - price / before, 0.0);
        before = price;
        let notional = 4e6 * closes * fall * fall * rng.random_range(0.6..1.4);
        let bad_debt = if fall > 0.15 {
            2e3 * (1.1 - closes)
        } else {
            0.0
        };
        pool += notional * bps * 4e-5 + rng.random_range(-900.0..1_100.0);
        insurance += notional * bps * 3e-5 - bad_debt;
        Day {
            time: from + DAY * (index as i64 + 1),
            price,
            notional,
            cost: notional * bps * 1e-4,
            pool,
            insurance,
            bad_debt,
            alive: 380,
        }
    });
    each.collect()
}

fn fate(closes: f64, bps: f64, rng: &mut ChaCha8Rng) -> Fate {
    let closed_share = if closes == 1.0 {
        1.0
    } else {
        f64::min(
            closes * (0.2 + 1.6 * rng.random::<f64>() * rng.random_range(0.5..1.5)),
            1.0,
        )
    };
    Fate {
        liquidations: rng.random_range(1..4),
        closed_share,
        cost_share: closed_share * bps * 1e-4 * rng.random_range(4.0..16.0),
    }
}
