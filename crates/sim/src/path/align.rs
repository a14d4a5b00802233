//! Several files of candles on one grid.

use super::candles::CandleFile;
use super::{grid, Grid, Paths, MOST_STEPS};
use std::fmt;

/// Why files do not fit on one grid.
#[derive(Clone, Debug, PartialEq)]
pub enum AlignError {
    /// There is no file.
    NoFile,
    /// A step of no time.
    NoStep,
    /// A roughness outside 0 to 1.
    Roughness {
        /// The value.
        value: f64,
    },
    /// A candle is not a whole number of steps.
    Step {
        /// The asset.
        name: String,
        /// Seconds of its candles.
        candle_secs: u32,
        /// Seconds of a step.
        step_secs: u32,
        /// The longest step that divides the candles of all files.
        longest: u32,
    },
    /// The candles of two assets begin at times that are not whole steps apart.
    Phase {
        /// Both assets.
        names: [String; 2],
        /// Seconds between their beats.
        apart: u32,
        /// The longest step that fits both.
        longest: u32,
    },
    /// Two files share no time.
    NoCommonSpan {
        /// The asset whose file ends first.
        early: String,
        /// Its end, Unix seconds.
        ends: i64,
        /// The asset whose file begins last.
        late: String,
        /// Its begin, Unix seconds.
        begins: i64,
    },
    /// More steps than are held at once.
    TooLong {
        /// The asset.
        name: String,
        /// Its steps.
        steps: u64,
    },
}

impl fmt::Display for AlignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile => write!(f, "no file of prices; give at least one"),
            Self::NoStep => write!(f, "a step of 0 s; take at least 1 s"),
            Self::Roughness { value } => write!(
                f,
                "a roughness of {value}; take one from 0 (straight lines) to 1 (as rough as the candles' ranges say)"
            ),
            Self::Step {
                name,
                candle_secs,
                step_secs,
                longest,
            } => write!(
                f,
                "{name} has candles of {candle_secs} s, which steps of {step_secs} s do not divide; take {longest} s, or any step that divides it"
            ),
            Self::Phase {
                names: [one, other],
                apart,
                longest,
            } => write!(
                f,
                "the candles of {one} and {other} begin {apart} s apart, which is no whole number of steps; take {longest} s, or any step that divides it"
            ),
            Self::NoCommonSpan {
                early,
                ends,
                late,
                begins,
            } => write!(
                f,
                "no common time: the prices of {early} end at {ends} and those of {late} begin at {begins} (Unix seconds); take files of the same time"
            ),
            Self::TooLong { name, steps } => write!(
                f,
                "{name} would have {steps} steps, more than {MOST_STEPS}; take a longer step or a shorter file, and look for a gap of years in it"
            ),
        }
    }
}

impl std::error::Error for AlignError {}

impl Paths {
    /// Puts files on one grid, over the time that all of them cover. What an asset's prices are there
    /// depends on its own file, its place among the files and the grid, not on the other files.
    pub fn align(files: &[CandleFile], grid: &Grid) -> Result<Self, AlignError> {
        let first = files.first().ok_or(AlignError::NoFile)?;
        if grid.step_secs == 0 {
            return Err(AlignError::NoStep);
        }
        if !(0.0..=1.0).contains(&grid.roughness) {
            return Err(AlignError::Roughness {
                value: grid.roughness,
            });
        }
        for file in files {
            fits(file, first, files, grid.step_secs)?;
        }
        let [start, end] = common_span(files, first)?;
        let steps = |secs: u64| (secs / u64::from(grid.step_secs)) as usize;
        let assets = files.iter().enumerate().map(|(place, file)| {
            let from = steps(start.abs_diff(file.span()[0]));
            grid::cut(
                file.on_grid(place, grid),
                from..from + steps(end.abs_diff(start)),
            )
        });
        Ok(Self {
            start,
            step_secs: grid.step_secs,
            assets: assets.collect(),
        })
    }
}

/// Whether a file's candles begin at times of a grid of this step that has the first file's begin.
fn fits(
    file: &CandleFile,
    first: &CandleFile,
    files: &[CandleFile],
    step_secs: u32,
) -> Result<(), AlignError> {
    let longest = files
        .iter()
        .fold(0, |longest, file| common_divisor(longest, file.candle_secs));
    if !file.candle_secs.is_multiple_of(step_secs) {
        return Err(AlignError::Step {
            name: file.name.clone(),
            candle_secs: file.candle_secs,
            step_secs,
            longest,
        });
    }
    let [begin, end] = file.span();
    // Under a candle, which a u32 holds.
    let apart = (begin - first.span()[0]).rem_euclid(i64::from(longest)) as u32;
    if !apart.is_multiple_of(step_secs) {
        return Err(AlignError::Phase {
            names: [first.name.clone(), file.name.clone()],
            apart,
            longest: common_divisor(apart, longest),
        });
    }
    let steps = end.abs_diff(begin) / u64::from(step_secs);
    if steps > MOST_STEPS as u64 {
        let name = file.name.clone();
        return Err(AlignError::TooLong { name, steps });
    }
    Ok(())
}

/// Greatest common divisor, by Euclid; of zero and x it is x.
fn common_divisor(a: u32, b: u32) -> u32 {
    match b {
        0 => a,
        _ => common_divisor(b, a % b),
    }
}

fn common_span(files: &[CandleFile], first: &CandleFile) -> Result<[i64; 2], AlignError> {
    let late = files.iter().fold(first, |late, file| {
        if file.span()[0] > late.span()[0] {
            file
        } else {
            late
        }
    });
    let early = files.iter().fold(first, |early, file| {
        if file.span()[1] < early.span()[1] {
            file
        } else {
            early
        }
    });
    let (begins, ends) = (late.span()[0], early.span()[1]);
    if begins < ends {
        return Ok([begins, ends]);
    }
    Err(AlignError::NoCommonSpan {
        early: early.name.clone(),
        ends,
        late: late.name.clone(),
        begins,
    })
}
