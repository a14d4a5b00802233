//! Where the prices of a run come from: files, generators, or some of each.

use crate::path::{
    parse_scenarios, read_candles, split_scenarios, CandleFile, Generator, Grid, Paths, Scenario,
};
use anyhow::{anyhow, bail, ensure, Context, Result};
use std::path::Path;

/// Unix seconds at which generated prices begin where no file says when: 2024-01-01.
const EPOCH: i64 = 1_704_067_200;
const DAY: f64 = 86_400.0;

/// One asset's prices, for any seed.
#[derive(Clone, Debug)]
struct Source {
    name: String,
    /// As it was written.
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    File {
        candles: CandleFile,
        scenarios: Vec<Scenario>,
    },
    Generated(Generator),
}

/// The assets of a run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    all: Vec<Source>,
}

impl Sources {
    /// Adds an asset: `NAME=SOURCE` or `SOURCE`, which is a generator (`gbm:sigma=80%,price=20000`) or a
    /// CSV file of candles, either with scenarios behind it (`btc.csv+crash:day=30,minutes=45,fall=25%`).
    /// Without a name a file's asset is called by the file's name up to the first `-`, `_` or `.`.
    ///
    /// Errors: what is wrong with the file, by line, or with the text of a generator or scenario.
    pub fn add(&mut self, text: &str) -> Result<()> {
        let (name, source) = match text.split_once('=') {
            Some((name, source)) if is_name(name) => (Some(name.to_owned()), source),
            _ => (None, text),
        };
        let (base, scenarios) = split_scenarios(source);
        let kind = if is_generator(base) {
            Kind::Generated(
                source
                    .parse()
                    .with_context(|| format!("prices {source:?}"))?,
            )
        } else {
            let path = Path::new(base);
            let called = name.clone().unwrap_or_else(|| called(path));
            Kind::File {
                candles: read_candles(path, &called)?,
                scenarios: parse_scenarios(scenarios)
                    .with_context(|| format!("prices {source:?}"))?,
            }
        };
        let name = match (&kind, name) {
            (_, Some(name)) => name,
            (Kind::File { candles, .. }, None) => candles.name.clone(),
            (Kind::Generated(_), None) => format!("asset {}", self.all.len() + 1),
        };
        let told = match &kind {
            Kind::File { .. } => {
                let file = Path::new(base)
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy();
                format!("{name} from {file}{scenarios}")
            }
            Kind::Generated(_) => format!("{name} from {source}"),
        };
        self.all.push(Source {
            name,
            text: told,
            kind,
        });
        Ok(())
    }

    /// Assets there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        self.all.iter().map(|source| source.name.clone()).collect()
    }

    /// Where they come from, in words, gaps of files included.
    pub fn told(&self) -> String {
        let each = self.all.iter().map(|source| match &source.kind {
            Kind::File { candles, .. } if candles.missing() > 0 => format!(
                "{} ({} candles missing in {} gaps)",
                source.text,
                candles.missing(),
                candles.gaps.len()
            ),
            _ => source.text.clone(),
        });
        each.collect::<Vec<_>>().join("; ")
    }

    /// All prices on one grid for a seed. Files decide when it begins and ends; generated assets beside
    /// them last as long.
    ///
    /// Errors: files that do not fit together, generators that do not, scenarios beyond the end.
    pub fn paths(&self, grid: &Grid) -> Result<Paths> {
        ensure!(
            !self.is_empty(),
            "no prices: name a file or a generator with --prices"
        );
        let mut files = Vec::new();
        for source in &self.all {
            if let Kind::File { candles, .. } = &source.kind {
                files.push(candles.clone());
            }
        }
        if files.is_empty() {
            return self.generated(EPOCH, None, grid);
        }
        let aligned = Paths::align(&files, grid)?;
        let steps = aligned.len();
        let days = steps.saturating_sub(1) as f64 * f64::from(grid.step_secs) / DAY;
        let beside = self.generated(aligned.start, Some(days), grid)?;
        let (mut from_files, mut made) = (aligned.assets.into_iter(), beside.assets.into_iter());
        let mut assets = Vec::with_capacity(self.all.len());
        for source in &self.all {
            let mut asset = match &source.kind {
                Kind::File { .. } => from_files.next(),
                Kind::Generated(_) => made.next(),
            }
            .ok_or_else(|| anyhow!("no prices of {}", source.name))?;
            if let Kind::File { scenarios, .. } = &source.kind {
                for scenario in scenarios {
                    scenario.lay_over(&mut asset, grid.step_secs)?;
                }
            }
            if asset.prices.len() < steps {
                bail!("{} ends before the other prices", source.name);
            }
            asset.prices.truncate(steps);
            assets.push(asset);
        }
        Ok(Paths {
            start: aligned.start,
            step_secs: grid.step_secs,
            assets,
        })
    }

    fn generated(&self, start: i64, days: Option<f64>, grid: &Grid) -> Result<Paths> {
        let mut generators = Vec::new();
        for source in &self.all {
            if let Kind::Generated(generator) = &source.kind {
                let mut generator = generator.clone();
                generator.days = days.unwrap_or(generator.days);
                generators.push((source.name.clone(), generator));
            }
        }
        if generators.is_empty() {
            return Ok(Paths {
                start,
                step_secs: grid.step_secs,
                assets: Vec::new(),
            });
        }
        Ok(Paths::generate(&generators, start, grid)?)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
}

/// Whether a text begins like a generator: a word of letters and a colon.
fn is_generator(text: &str) -> bool {
    let Some((model, _)) = text.split_once(':') else {
        return false;
    };
    ["gbm", "jumps", "heston", "stable"].contains(&model)
}

fn called(path: &Path) -> String {
    let stem = path.file_name().unwrap_or_default().to_string_lossy();
    let name = stem.split(['-', '_', '.']).next().unwrap_or_default();
    if name.is_empty() {
        "asset".to_owned()
    } else {
        name.to_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_is_told_from_a_file_by_its_model() {
        assert!(is_generator("gbm:sigma=80%,price=20000"));
        assert!(!is_generator("prices/btc.csv"));
    }

    #[test]
    fn an_asset_is_called_by_the_first_word_of_its_file() {
        assert_eq!(
            called(Path::new("data/btc-usd-hourly-2017-2019.csv")),
            "BTC"
        );
    }

    #[test]
    fn generated_assets_are_as_long_as_they_say() -> Result<()> {
        let mut sources = Sources::default();
        sources.add("BTC=gbm:days=2,sigma=80%,price=20000")?;
        sources.add("USDT=stable:days=2")?;
        let paths = sources.paths(&Grid::of(1))?;
        assert_eq!(sources.names(), ["BTC", "USDT"]);
        assert_eq!(paths.len(), 2 * 1_440 + 1);
        Ok(())
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let mut sources = Sources::default();
        let error = sources
            .add("nowhere.csv")
            .expect_err("there is no such file");
        assert!(error.to_string().contains("nowhere.csv"), "{error}");
    }
}
