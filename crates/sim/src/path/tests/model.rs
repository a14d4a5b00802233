//! Moments against their formulas. Seeds are fixed, so these cannot fail by chance: a bound of four
//! standard errors says that the seed is nothing special.

use super::{assert_near, correlation, covariance, generated, mean, returns, variance};
use crate::path::model::Motion;
use crate::path::{AssetPath, Generator, Grid, Model, Paths};

const DAY: usize = 1_440;

fn together(texts: [&str; 2], seed: u64) -> Vec<AssetPath> {
    let named = texts.map(|text| (text.to_owned(), text.parse::<Generator>().unwrap()));
    Paths::generate(&named, 0, &Grid::of(seed)).unwrap().assets
}

/// Without volatility a price grows by e in a year at a drift of 100 %.
#[test]
fn a_drift_alone_is_compound_interest() {
    let path = generated("gbm:price=100,sigma=0,mu=100%,days=365", 1);
    assert_near(path.prices[365 * DAY], 100.0 * core::f64::consts::E, 1e-6);
    assert_near(
        path.prices[365 * DAY / 2],
        100.0 * core::f64::consts::E.sqrt(),
        1e-6,
    );
}

/// Steps are normal: mean (mu - sigma^2 / 2) dt with standard error s / sqrt(n), variance
/// s^2 = sigma^2 dt with standard error s^2 sqrt(2 / n), kurtosis 3 with sqrt(24 / n).
#[test]
fn geometric_brownian_motion_has_its_moments() {
    let returns = returns(
        &generated("gbm:price=100,sigma=80%,mu=2000%,days=365", 1).prices,
        1,
    );
    let n = returns.len() as f64;
    let dt = 1.0 / 525_600.0;
    let s = 0.8 * f64::sqrt(dt);
    assert_near(mean(&returns), (20.0 - 0.32) * dt, 4.0 * s / n.sqrt());
    assert_near(variance(&returns), s * s, 4.0 * s * s * (2.0 / n).sqrt());
    assert_near(kurtosis(&returns), 3.0, 4.0 * (24.0 / n).sqrt());
    // No step tells of the next one.
    assert_near(
        correlation(&returns[1..], &returns[..returns.len() - 1]),
        0.0,
        4.0 / n.sqrt(),
    );
}

fn kurtosis(values: &[f64]) -> f64 {
    let center = mean(values);
    let fourth = values
        .iter()
        .map(|value| (value - center).powi(4))
        .sum::<f64>()
        / values.len() as f64;
    fourth / (variance(values) * variance(values))
}

/// Jumps of always -1 % and nothing else: each step is the compensating drift less whole percents, and
/// the drift is -rate (exp(-0.01) - 1) a year. About 1,000 jumps, give or take sqrt(1,000).
#[test]
fn jumps_come_at_their_rate_and_are_compensated() {
    let path = generated(
        "jumps:price=100,sigma=0,rate=1000,mean=-1%,deviation=0,days=365",
        1,
    );
    let drift = -1_000.0 * (libm::exp(-0.01) - 1.0) / 525_600.0;
    let mut jumps = 0.0;
    for value in returns(&path.prices, 1) {
        let count = (drift - value) / 0.01;
        assert_near(count, count.round(), 1e-6);
        jumps += count.round();
    }
    assert_near(jumps, 1_000.0, 4.0 * f64::sqrt(1_000.0));
}

/// Nearly every step has no jump: it is the compensating drift alone, which for jumps of deviation d is
/// -rate (exp(d^2 / 2) - 1) a year.
#[test]
fn the_drift_pays_for_the_spread_of_jumps() {
    let path = generated("jumps:price=100,sigma=0,rate=1000,deviation=40%,days=10", 1);
    let mut steps = returns(&path.prices, 1);
    steps.sort_by(f64::total_cmp);
    let drift = -1_000.0 * (libm::exp(0.08) - 1.0) / 525_600.0;
    assert_near(steps[steps.len() / 2], drift, 1e-12);
}

/// Variance of a year: sigma^2 + rate (mean^2 + deviation^2), by Wald. The standard error of what jumps
/// add is rate^(1/2) (E J^4)^(1/2), with E J^4 = 3 deviation^4 for a mean of zero.
#[test]
fn jumps_add_their_variance_and_their_tails() {
    let path = generated(
        "jumps:price=100,sigma=60%,rate=500,deviation=4%,days=365",
        2,
    );
    let returns = returns(&path.prices, 1);
    let squares: f64 = returns.iter().map(|value| value * value).sum();
    let error = f64::sqrt(500.0 * 3.0) * 0.04 * 0.04;
    assert_near(squares, 0.36 + 500.0 * 0.04 * 0.04, 4.0 * error + 0.01);
    assert!(kurtosis(&returns) > 50.0);
}

/// With a variance that does not move, Heston's model is geometric Brownian motion.
#[test]
fn heston_without_volatility_of_variance_is_brownian() {
    let heston = generated("heston:price=100,sigma=80%,kappa=20,xi=0,mu=50%", 4);
    let gbm = generated("gbm:price=100,sigma=80%,mu=50%", 4);
    for (one, other) in heston.prices.iter().zip(&gbm.prices) {
        assert_near(*one, *other, 1e-8);
    }
}

/// The variance goes from its start to sigma^2 as exp(-kappa t): without volatility of its own, the sum
/// of squares over time t is theta t + (v0 - theta) (1 - exp(-kappa t)) / kappa.
#[test]
fn hestons_variance_returns_at_its_speed() {
    let path = generated(
        "heston:price=100,sigma=50%,start=150%,kappa=20,xi=0,days=73",
        5,
    );
    let squares: f64 = returns(&path.prices, 1)
        .iter()
        .map(|value| value * value)
        .sum();
    let expected = 0.25 * 0.2 + (2.25 - 0.25) * (1.0 - libm::exp(-4.0)) / 20.0;
    // Half of it comes in the first 20 days: as good as 28,800 steps.
    assert_near(
        squares,
        expected,
        4.0 * expected * f64::sqrt(2.0 / 28_800.0),
    );
}

/// Over many years the squares of a day average to theta (half a year of returns are not independent:
/// the variance of the mean variance is about xi^2 theta / (kappa^2 T)), and calm and stormy days come
/// in clusters, which Brownian motion does not have.
#[test]
fn hestons_volatility_clusters_around_its_mean() {
    let squares = |text: &str| -> Vec<f64> {
        let daily = returns(&generated(text, 6).prices, DAY);
        daily.iter().map(|value| value * value).collect()
    };
    let clustered = |squares: &[f64]| correlation(&squares[1..], &squares[..squares.len() - 1]);
    let heston = squares("heston:price=100,sigma=80%,kappa=20,xi=4,days=3650");
    let error = f64::sqrt(16.0 * 0.64 / (400.0 * 10.0));
    assert_near(mean(&heston) * 365.0, 0.64, 4.0 * error);
    let gbm = squares("gbm:price=100,sigma=80%,days=3650");
    assert!(clustered(&heston) > 0.1, "{}", clustered(&heston));
    assert_near(clustered(&gbm), 0.0, 4.0 / f64::sqrt(3_650.0));
}

/// xi^2 = 64 is over 2 kappa theta = 25.6 (Feller), so the variance meets zero again and again.
#[test]
fn a_variance_that_meets_zero_leaves_prices_finite() {
    let path = generated("heston:price=100,sigma=80%,kappa=20,xi=8,days=365", 7);
    assert_eq!(
        path.prices
            .iter()
            .position(|price| !price.is_finite() || *price <= 0.0),
        None
    );
    let squares: f64 = returns(&path.prices, 1)
        .iter()
        .map(|value| value * value)
        .sum();
    assert_near(squares, 0.64, 4.0 * f64::sqrt(64.0 * 0.64 / 400.0));
}

/// Worked by hand in steps of a day. A variance under zero counts as zero: the price gets its drift and
/// no shock, and the variance kappa theta dt, however far under zero it is (full truncation: Lord et al.,
/// table 1). From 0.04 the spread of a step is 0.2 sqrt(dt), and all of it is the price's at rho = 1.
#[test]
fn hestons_step_is_fully_truncated() {
    let grid = Grid {
        step_secs: 86_400,
        ..Grid::of(1)
    };
    let dt: f64 = 1.0 / 365.0;
    let model = Model::Heston {
        mu: 0.5,
        sigma: 0.8,
        start: 0.2,
        kappa: 20.0,
        xi: 4.0,
        rho: 1.0,
    };
    let mut motion = model.motion(&grid, 0);
    assert_near(
        motion.step(7.0, -2.0),
        7.0 + (0.5 - 0.02) * dt - 0.4 * dt.sqrt(),
        1e-12,
    );
    let after = 0.04 + 20.0 * (0.64 - 0.04) * dt - 4.0 * 0.4 * dt.sqrt();
    assert!(after < 0.0);
    assert_near(variance_of(&motion), after, 1e-12);
    assert_near(motion.step(7.0, -2.0), 7.0 + 0.5 * dt, 1e-12);
    assert_near(variance_of(&motion), after + 20.0 * 0.64 * dt, 1e-12);
}

fn variance_of(motion: &Motion) -> f64 {
    match motion {
        Motion::Heston { variance, .. } => *variance,
        _ => panic!("not Heston's"),
    }
}

/// A falling price makes the market nervous when rho is negative: the returns of a day and the change of
/// its squares from the day before to the day after go against each other.
#[test]
fn a_negative_rho_makes_volatility_rise_when_prices_fall() {
    let against = |rho: &str| {
        let text = format!("heston:price=100,sigma=80%,kappa=20,xi=4,days=3650,rho={rho}");
        let daily = returns(&generated(&text, 8).prices, DAY);
        let change: Vec<f64> = daily
            .windows(3)
            .map(|days| days[2] * days[2] - days[0] * days[0])
            .collect();
        correlation(&daily[1..daily.len() - 1], &change)
    };
    let error = 1.0 / f64::sqrt(3_650.0);
    assert!(against("-90%") < -3.0 * error, "{}", against("-90%"));
    assert!(against("90%") > 3.0 * error, "{}", against("90%"));
}

/// ln(price / peg) has the deviation `noise`, and half of it is left after the half-life. A year holds
/// about 8,760 ln(2) / 2 independent departures.
#[test]
fn a_stablecoin_stays_at_its_peg() {
    let path = generated("stable:noise=0.1%,half_life=1,days=365", 9);
    let logs: Vec<f64> = path.prices.iter().map(|price| libm::log(*price)).collect();
    let n = 8_760.0 * core::f64::consts::LN_2 / 2.0;
    assert_near(mean(&logs), 0.0, 4.0 * 0.001 / n.sqrt());
    assert_near(
        variance(&logs).sqrt(),
        0.001,
        4.0 * 0.001 / (2.0 * n).sqrt(),
    );
    assert_near(
        correlation(&logs[60..], &logs[..logs.len() - 60]),
        0.5,
        4.0 / n.sqrt(),
    );
}

/// 0.9 times 0.8; the standard error of a correlation r is (1 - r^2) / sqrt(n).
#[test]
fn assets_correlate_with_the_product_of_their_common_shares() {
    for (common, expected) in [
        (["90%", "80%"], 0.72),
        (["90%", "-80%"], -0.72),
        (["0", "80%"], 0.0),
        (["1", "1"], 1.0),
    ] {
        let text = |place: usize| format!("gbm:price=100,sigma=80%,common={}", common[place]);
        let assets = together([&text(0), &text(1)], 10);
        let steps: Vec<_> = assets
            .iter()
            .map(|asset| returns(&asset.prices, 1))
            .collect();
        let error = (1.0 - expected * expected) / (steps[0].len() as f64).sqrt();
        assert_near(
            correlation(&steps[0], &steps[1]),
            expected,
            4.0 * error + 1e-9,
        );
        assert_near(variance(&steps[1]) * 525_600.0, 0.64, 0.02);
    }
    // Models of different kinds share the factor too.
    let assets = together(
        [
            "gbm:price=100,sigma=80%,common=90%",
            "heston:price=5,sigma=100%,kappa=20,xi=2,common=90%",
        ],
        11,
    );
    let steps: Vec<_> = assets
        .iter()
        .map(|asset| returns(&asset.prices, 1))
        .collect();
    assert!(covariance(&steps[0], &steps[1]) > 0.0);
    assert_near(correlation(&steps[0], &steps[1]), 0.81, 0.02);
}
