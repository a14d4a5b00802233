//! What can be wrong with a file of candles.

use std::fmt;

/// Most problems of one file that are told; further ones are counted.
pub const MOST_PROBLEMS: usize = 20;

/// Why a file of candles was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CandleError {
    /// It could not be read at all.
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        why: String,
    },
    /// What it says is wrong.
    Wrong {
        /// The file.
        file: String,
        /// In the order of lines, at most [`MOST_PROBLEMS`].
        problems: Vec<Problem>,
        /// How many there are beyond these.
        more: usize,
    },
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line of the file, from 1.
    pub line: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong in a line. Values are told as the file writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The header, or the file as a whole.
    Shape(ShapeFault),
    /// A time.
    Time(TimeFault),
    /// A price.
    Price(PriceFault),
}

/// What is wrong with the form of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShapeFault {
    /// There is nothing in the file.
    Empty,
    /// The first line has no name of a column.
    NoHeader {
        /// What it has.
        found: String,
    },
    /// The header lacks a column.
    NoColumn {
        /// Which.
        name: &'static str,
        /// The columns that it has.
        found: String,
    },
    /// The header names a column twice.
    ColumnTwice {
        /// Which.
        name: String,
    },
    /// More or fewer fields than the header.
    Fields {
        /// Columns of the header.
        expected: usize,
        /// Fields of the line.
        found: usize,
    },
    /// Candles longer than can be counted.
    TooLong {
        /// Seconds of a candle.
        candle_secs: i64,
    },
    /// Fewer than two candles, from which no length can be told.
    TooFew {
        /// How many.
        rows: usize,
    },
}

/// What is wrong with a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeFault {
    /// Neither Unix time nor ISO 8601.
    NotATime {
        /// What stands there.
        text: String,
    },
    /// A time between two seconds.
    SplitSecond {
        /// What stands there.
        text: String,
    },
    /// The time of another line again.
    TimeTwice {
        /// The time.
        time: i64,
        /// The line that has it too.
        line: u64,
    },
    /// Earlier than the line before.
    Unsorted {
        /// The time.
        time: i64,
        /// The line before.
        line: u64,
        /// Its time.
        before: i64,
    },
    /// Between the times at which candles of this file begin.
    OffBeat {
        /// The time.
        time: i64,
        /// Seconds of a candle.
        candle_secs: i64,
        /// Seconds since the last time at which a candle could begin.
        late: i64,
    },
}

/// What is wrong with a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceFault {
    /// Not a number.
    NotANumber {
        /// Column.
        column: &'static str,
        /// What stands there.
        text: String,
    },
    /// Infinite, or not a number by name.
    NotFinite {
        /// Column.
        column: &'static str,
        /// What stands there.
        text: String,
    },
    /// Zero or less.
    NotPositive {
        /// Column.
        column: &'static str,
        /// What stands there.
        text: String,
    },
    /// The high is under another price of the candle.
    HighUnder {
        /// The high.
        high: String,
        /// The other price.
        column: &'static str,
        /// Its value.
        text: String,
    },
    /// The low is over another price of the candle.
    LowOver {
        /// The low.
        low: String,
        /// The other price.
        column: &'static str,
        /// Its value.
        text: String,
    },
}

impl fmt::Display for CandleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, why } => write!(f, "{file}: cannot be read: {why}"),
            Self::Wrong {
                file,
                problems,
                more,
            } => {
                for (place, Problem { line, fault }) in problems.iter().enumerate() {
                    if place > 0 {
                        writeln!(f)?;
                    }
                    write!(f, "{file}, line {line}: {fault}")?;
                }
                if *more > 0 {
                    write!(f, "\nand {more} more")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for CandleError {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(fault) => fault.fmt(f),
            Self::Time(fault) => fault.fmt(f),
            Self::Price(fault) => fault.fmt(f),
        }
    }
}

impl fmt::Display for ShapeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHeader { found } => write!(
                f,
                "no header but `{found}`; let the first line name the columns, as in timestamp,open,high,low,close"
            ),
            Self::NoColumn { name, found } => {
                write!(f, "no column `{name}` among {found}; name it in the header")
            }
            Self::ColumnTwice { name } => {
                write!(f, "two columns are named `{name}`; rename or remove one")
            }
            Self::Empty => write!(
                f,
                "the file is empty; begin with a header, as in timestamp,open,high,low,close"
            ),
            Self::Fields { expected, found } => write!(
                f,
                "{found} fields where the header has {expected}; write one field for each column"
            ),
            Self::TooLong { candle_secs } => write!(
                f,
                "most lines are {candle_secs} s apart, longer than a candle can be; mend the times"
            ),
            Self::TooFew { rows: 0 } => write!(
                f,
                "a header and no candle; give at least two, from which the length of a candle is told"
            ),
            Self::TooFew { rows } => write!(
                f,
                "only {rows} candle; give at least two, from which the length of a candle is told"
            ),
        }
    }
}

impl fmt::Display for TimeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotATime { text } => write!(
                f,
                "`{text}` is not a time; write Unix seconds or milliseconds, or ISO 8601 as in 2017-12-22T13:00:00Z"
            ),
            Self::SplitSecond { text } => {
                write!(f, "the time `{text}` is between two seconds; write a whole second")
            }
            Self::TimeTwice { time, line } => {
                write!(f, "time {time} again, which line {line} has; remove one of the two")
            }
            Self::Unsorted { time, line, before } => write!(
                f,
                "time {time} is before {before} in line {line}; sort the lines by time, oldest first"
            ),
            Self::OffBeat {
                time,
                candle_secs,
                late,
            } => write!(
                f,
                "time {time} is {late} s into a candle of {candle_secs} s as the other lines have them; mend the time or remove the line"
            ),
        }
    }
}

impl fmt::Display for PriceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber { column, text } => write!(
                f,
                "{column} `{text}` is not a number; write it as in 2505.56, without separators or units"
            ),
            Self::NotFinite { column, text } => {
                write!(f, "{column} `{text}` is not finite; write a price or remove the line")
            }
            Self::NotPositive { column, text } => {
                write!(f, "{column} {text} is not above zero; write a price or remove the line")
            }
            Self::HighUnder { high, column, text } => write!(
                f,
                "high {high} is under {column} {text}; mend the line or remove it, which leaves a gap"
            ),
            Self::LowOver { low, column, text } => write!(
                f,
                "low {low} is over {column} {text}; mend the line or remove it, which leaves a gap"
            ),
        }
    }
}

impl From<ShapeFault> for Fault {
    fn from(fault: ShapeFault) -> Self {
        Self::Shape(fault)
    }
}

impl From<TimeFault> for Fault {
    fn from(fault: TimeFault) -> Self {
        Self::Time(fault)
    }
}

impl From<PriceFault> for Fault {
    fn from(fault: PriceFault) -> Self {
        Self::Price(fault)
    }
}
