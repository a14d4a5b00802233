//! The text form of generated prices and of scenarios.
//!
//! A model, a colon and its settings; then any number of scenarios, each after a plus:
//!
//! ```text
//! gbm:days=90,sigma=80%,price=20000
//! jumps:price=20000,sigma=60%,rate=50,mean=-1%,deviation=4%
//! heston:price=20000,sigma=80%,kappa=20,xi=4,rho=-50%+crash:day=30,minutes=45,fall=25%
//! gbm:price=20000,sigma=80%+gap:day=10,minutes=10,jump=-15%
//! stable:+depeg:day=5,to=0.9,hours=6,stay=48,back=24
//! ```
//!
//! | model | settings |
//! | --- | --- |
//! | all | `days` (30), `price`, `common` (0: correlation with the factor that all assets share) |
//! | `gbm` | `sigma` (volatility a year), `mu` (0: drift a year) |
//! | `jumps` | as `gbm`, and `rate` (jumps a year), `mean` (0) and `deviation` of a jump's logarithm |
//! | `heston` | as `gbm`, and `kappa`, `xi`, `rho` (0), `start` (volatility at the start: `sigma`) |
//! | `stable` | `price` (1), `noise` (0.05%), `half_life` (hours: 1) |
//!
//! | scenario | settings |
//! | --- | --- |
//! | all | `day` (when it begins) |
//! | `gap` | `minutes`, `jump` |
//! | `crash` | `minutes`, `fall`, `back` (0: share of the fall that is made good), `hours` (1: in what time) |
//! | `depeg` | `to`, `hours` (of the fall), `stay` (0: hours down there), `back` (0: hours of the return; none without it) |
//!
//! Values in brackets hold when a setting is left out; the others are needed. Shares may be written with
//! a percent sign.

use super::generate::Generator;
use super::model::Model;
use super::scenario::{Recovery, Scenario};
use super::setting::{read, Key, SpecError};
use std::str::FromStr;

const DAYS: Key = Key::number("days", 0.001, 36_500.0, "how long, as in days=90").or(30.0);
const PRICE: Key = Key::number("price", 1e-6, 1e9, "first price in USD, as in price=20000");
const COMMON: Key = Key::share("common", -1.0, 1.0, "correlation with the shared factor").or(0.0);
const SIGMA: Key = Key::share("sigma", 0.0, 20.0, "volatility a year, as in sigma=80%");
const MU: Key = Key::share("mu", -20.0, 20.0, "drift a year").or(0.0);
const DAY: Key = Key::number(
    "day",
    0.0,
    36_500.0,
    "when it begins, days after the start, as in day=10",
);

const GBM: [Key; 5] = [DAYS, PRICE, COMMON, SIGMA, MU];
const JUMPS: [Key; 8] = [
    DAYS,
    PRICE,
    COMMON,
    SIGMA,
    MU,
    Key::number("rate", 0.0, 1e5, "jumps a year, as in rate=50"),
    Key::share("mean", -1.0, 1.0, "mean of a jump's logarithm").or(0.0),
    Key::share(
        "deviation",
        0.0,
        1.0,
        "deviation of a jump's logarithm, as in deviation=4%",
    ),
];
const HESTON: [Key; 9] = [
    DAYS,
    PRICE,
    COMMON,
    SIGMA,
    MU,
    Key::number(
        "kappa",
        0.0,
        1e5,
        "how fast the variance returns, a year, as in kappa=20",
    ),
    Key::number("xi", 0.0, 1e3, "volatility of the variance, as in xi=4"),
    Key::share("rho", -1.0, 1.0, "correlation of variance and price").or(0.0),
    // Left out it is sigma, which `model` puts in.
    Key::share("start", 0.0, 20.0, "volatility at the start").or(f64::NAN),
];
const STABLE: [Key; 5] = [
    DAYS,
    Key::number("price", 1e-6, 1e9, "the peg in USD").or(1.0),
    COMMON,
    Key::share("noise", 0.0, 0.1, "deviation from the peg").or(0.000_5),
    Key::number(
        "half_life",
        0.001,
        1e4,
        "half-life of a departure from the peg, hours",
    )
    .or(1.0),
];
const GAP: [Key; 3] = [
    DAY,
    Key::number(
        "minutes",
        0.0,
        1e6,
        "how long no price is published, as in minutes=10",
    ),
    Key::share(
        "jump",
        -0.99,
        10.0,
        "how far the price has moved after it, as in jump=-15%",
    ),
];
const CRASH: [Key; 5] = [
    DAY,
    Key::number(
        "minutes",
        0.0,
        1e6,
        "how long the price falls, as in minutes=45",
    ),
    Key::share("fall", 0.0, 0.99, "how far, as in fall=25%"),
    Key::share("back", 0.0, 1.0, "share of the fall that is made good").or(0.0),
    Key::number("hours", 0.0, 1e5, "how long that takes").or(1.0),
];
const DEPEG: [Key; 5] = [
    DAY,
    Key::number(
        "to",
        0.01,
        10.0,
        "what a dollar of the peg falls to, as in to=0.9",
    ),
    Key::number("hours", 0.0, 1e5, "how long it falls, as in hours=6"),
    Key::number("stay", 0.0, 1e6, "hours down there").or(0.0),
    Key::number("back", 0.0, 1e6, "hours of the return").or(0.0),
];

impl FromStr for Generator {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (model, scenarios) = text.split_at(next_plus(text).unwrap_or(text.len()));
        let (name, settings) = model.split_once(':').unwrap_or((model, ""));
        let ([days, price, common], model) = read_model(name.trim(), settings)?;
        Ok(Self {
            model,
            days,
            price,
            common,
            scenarios: parse_scenarios(scenarios)?,
        })
    }
}

fn read_model(name: &str, settings: &str) -> Result<([f64; 3], Model), SpecError> {
    Ok(match name {
        "gbm" => {
            let [days, price, common, sigma, mu] = read("gbm", settings, &GBM)?;
            ([days, price, common], Model::Gbm { mu, sigma })
        }
        "jumps" => {
            let [days, price, common, sigma, mu, rate, mean, deviation] =
                read("jumps", settings, &JUMPS)?;
            let model = Model::Jumps {
                mu,
                sigma,
                rate,
                mean,
                deviation,
            };
            ([days, price, common], model)
        }
        "heston" => {
            let [days, price, common, sigma, mu, kappa, xi, rho, start] =
                read("heston", settings, &HESTON)?;
            let model = Model::Heston {
                mu,
                sigma,
                start: if start.is_nan() { sigma } else { start },
                kappa,
                xi,
                rho,
            };
            ([days, price, common], model)
        }
        "stable" => {
            let [days, price, common, noise, half_life] = read("stable", settings, &STABLE)?;
            ([days, price, common], Model::Stable { noise, half_life })
        }
        _ => {
            return Err(SpecError::NoModel {
                found: name.to_owned(),
            })
        }
    })
}

/// Reads scenarios, each after a plus, as in `+gap:day=1,minutes=10,jump=-5%+crash:...`; none is fine.
pub fn parse_scenarios(text: &str) -> Result<Vec<Scenario>, SpecError> {
    let mut scenarios = Vec::new();
    let mut rest = text.trim().trim_start_matches('+');
    while !rest.is_empty() {
        let (scenario, next) = rest.split_at(next_plus(rest).unwrap_or(rest.len()));
        let (name, settings) = scenario.split_once(':').unwrap_or((scenario, ""));
        scenarios.push(read_scenario(name.trim(), settings)?);
        rest = next.trim_start_matches('+');
    }
    Ok(scenarios)
}

fn read_scenario(name: &str, settings: &str) -> Result<Scenario, SpecError> {
    Ok(match name {
        "gap" => {
            let [day, minutes, jump] = read("gap", settings, &GAP)?;
            Scenario::Gap { day, minutes, jump }
        }
        "crash" => {
            let [day, minutes, fall, back, hours] = read("crash", settings, &CRASH)?;
            Scenario::Crash {
                day,
                minutes,
                fall,
                back,
                hours,
            }
        }
        "depeg" => {
            let [day, to, hours, stay, back] = read("depeg", settings, &DEPEG)?;
            Scenario::Depeg {
                day,
                to,
                hours,
                recovery: (back > 0.0).then_some(Recovery { stay, back }),
            }
        }
        _ => {
            return Err(SpecError::NoScenario {
                found: name.to_owned(),
            })
        }
    })
}

/// The next plus that begins a scenario: one before a letter, unlike those of numbers.
fn next_plus(text: &str) -> Option<usize> {
    let mut pluses = text.match_indices('+').map(|(place, _)| place);
    pluses.find(|place| text[place + 1..].starts_with(|next: char| next.is_ascii_alphabetic()))
}

/// Splits the scenarios off the name of a file, as in `prices.csv+crash:day=30,...`. The second part is
/// for [`parse_scenarios`]. A plus in the name stays there unless a known scenario follows it.
pub fn split_scenarios(text: &str) -> (&str, &str) {
    let begins = ["+gap:", "+crash:", "+depeg:"]
        .into_iter()
        .filter_map(|name| text.find(name));
    text.split_at(begins.min().unwrap_or(text.len()))
}
