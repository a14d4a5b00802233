mod align;
mod candles;
mod generate;
mod grid;
mod model;
mod scenario;
mod text;

use super::{parse_candles, AssetPath, CandleFile, Generator, Grid, Paths};

/// 168 hours without a gap: data/README.md.
fn recorded() -> CandleFile {
    let text = include_bytes!("../../../../../data/btc-usd-hourly-2017-12-22.csv");
    parse_candles(text, "btc.csv", "BTC").unwrap()
}

/// Candles as lines of time, open, high, low and close.
fn candles(name: &str, rows: &str) -> CandleFile {
    let text = format!("time,open,high,low,close\n{rows}");
    parse_candles(text.as_bytes(), "test.csv", name).unwrap()
}

/// One generated asset.
fn generated(text: &str, seed: u64) -> AssetPath {
    let generator: Generator = text.parse().unwrap();
    let mut paths = Paths::generate(&[("X".to_owned(), generator)], 0, &Grid::of(seed)).unwrap();
    paths.assets.remove(0)
}

/// Ranges of steps without a price.
fn silent(path: &AssetPath) -> Vec<[usize; 2]> {
    path.silent
        .iter()
        .map(|range| [range.start, range.end])
        .collect()
}

fn bits(prices: &[f64]) -> Vec<u64> {
    prices.iter().map(|price| price.to_bits()).collect()
}

/// Differences of the logarithms of prices `every` steps apart.
fn returns(prices: &[f64], every: usize) -> Vec<f64> {
    let logs: Vec<f64> = prices
        .iter()
        .step_by(every)
        .map(|price| libm::log(*price))
        .collect();
    logs.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let products = a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b));
    products.sum::<f64>() / a.len().min(b.len()) as f64
}

fn variance(values: &[f64]) -> f64 {
    covariance(values, values)
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    covariance(a, b) / (variance(a) * variance(b)).sqrt()
}

fn assert_near(value: f64, expected: f64, bound: f64) {
    assert!(
        (value - expected).abs() <= bound,
        "{value} is farther than {bound} from {expected}"
    );
}
