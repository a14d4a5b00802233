//! Candles read from a file, checked before anything runs.

use super::beat::read_times;
use super::problem::{
    CandleError, Fault, PriceFault, Problem, ShapeFault, TimeFault, MOST_PROBLEMS,
};
use super::time::{self, NoTime};
use csv::ByteRecord;
use std::path::Path;

/// One candle: what a price did in a span of time. High and low are the highest and lowest of all four.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candle {
    /// When it begins, Unix seconds.
    pub time: i64,
    /// First price, USD.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
}

/// A span for which a file has no candles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// End of the last candle before it, Unix seconds.
    pub from: i64,
    /// Begin of the first candle after it.
    pub until: i64,
}

/// The candles of one asset, oldest first, at times that are whole candles apart.
#[derive(Clone, Debug, PartialEq)]
pub struct CandleFile {
    /// The asset's name in reports.
    pub name: String,
    /// Seconds of a candle: the most frequent distance between two lines.
    pub candle_secs: u32,
    /// At least two.
    pub candles: Vec<Candle>,
    /// Where candles are missing, oldest first.
    pub gaps: Vec<Gap>,
}

impl CandleFile {
    /// Candles that are missing in all gaps.
    pub fn missing(&self) -> u64 {
        let secs: u64 = self
            .gaps
            .iter()
            .map(|gap| gap.until.abs_diff(gap.from))
            .sum();
        secs / u64::from(self.candle_secs)
    }

    /// First second, and the first one after the last candle.
    pub fn span(&self) -> [i64; 2] {
        let time = |candle: Option<&Candle>| candle.map_or(0, |candle| candle.time);
        let last = time(self.candles.last());
        [
            time(self.candles.first()),
            last + i64::from(self.candle_secs),
        ]
    }
}

/// Reads a file of candles for the asset `name`. The first line names the columns, in any order and
/// case: `open`, `high`, `low`, `close`, and the candle's begin as `timestamp`, `time`, `date`,
/// `datetime`, `open_time` or `unix` (the first of these that there is), in Unix seconds, milliseconds
/// or microseconds or in ISO 8601. Other columns are not read. Errors tell every problem of the file.
pub fn read_candles(path: &Path, name: &str) -> Result<CandleFile, CandleError> {
    let file = path.display().to_string();
    match std::fs::read(path) {
        Ok(text) => parse_candles(&text, &file, name),
        Err(error) => Err(CandleError::Unreadable {
            file,
            why: error.to_string(),
        }),
    }
}

/// As [`read_candles`], from a text that came from `file`.
pub fn parse_candles(text: &[u8], file: &str, name: &str) -> Result<CandleFile, CandleError> {
    let mut problems = Vec::new();
    let rows = read_rows(text, &mut problems);
    let times = read_times(&rows, &mut problems);
    if problems.is_empty() {
        if let Some(candle_secs) = times {
            let candles: Vec<_> = rows.iter().map(|row| row.candle).collect();
            return Ok(CandleFile {
                name: name.to_owned(),
                gaps: gaps(&candles, candle_secs),
                candle_secs,
                candles,
            });
        }
    }
    problems.sort_by_key(|problem| problem.line);
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    problems.truncate(MOST_PROBLEMS);
    Err(CandleError::Wrong {
        file: file.to_owned(),
        problems,
        more,
    })
}

/// A line with a time; its prices are only right if nothing was reported of it.
pub(super) struct Row {
    pub line: u64,
    pub candle: Candle,
}

fn read_rows(text: &[u8], problems: &mut Vec<Problem>) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text);
    let mut rows = Vec::new();
    let mut columns = None;
    let mut record = ByteRecord::new();
    // Reading from memory does not fail, and bytes need not be UTF-8.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let line = line_of(text, &record);
        let mut report = |fault: Fault| problems.push(Problem { line, fault });
        match &columns {
            None => match Columns::find(&record) {
                Ok(found) => columns = Some(found),
                Err(faults) => {
                    faults.into_iter().for_each(|fault| report(fault.into()));
                    return rows;
                }
            },
            Some(columns) => rows.extend(columns.read(&record, line, &mut report)),
        }
    }
    if columns.is_none() {
        problems.push(Problem {
            line: 1,
            fault: ShapeFault::Empty.into(),
        });
    }
    rows
}

/// The line of a record. The reader gives the place where the record before it ended, which is earlier
/// when empty lines come between.
fn line_of(text: &[u8], record: &ByteRecord) -> u64 {
    let Some(place) = record.position() else {
        return 1;
    };
    let rest = usize::try_from(place.byte())
        .ok()
        .and_then(|byte| text.get(byte..));
    let ends = rest
        .unwrap_or_default()
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    place.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

const TIME_NAMES: [&str; 6] = ["timestamp", "time", "date", "datetime", "open_time", "unix"];
const PRICE_NAMES: [&str; 4] = ["open", "high", "low", "close"];

/// Where a file keeps what is read of it.
struct Columns {
    all: usize,
    time: usize,
    prices: [usize; 4],
}

impl Columns {
    fn find(header: &ByteRecord) -> Result<Self, Vec<ShapeFault>> {
        let names: Vec<String> = header
            .iter()
            .map(|name| text_of(name).to_lowercase())
            .collect();
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let time = TIME_NAMES.iter().find_map(|name| place(name));
        let prices = PRICE_NAMES.map(place);
        let found = names.join(",");
        if time.is_none() && prices.iter().all(Option::is_none) {
            return Err(vec![ShapeFault::NoHeader { found }]);
        }
        let mut faults = Vec::new();
        let columns = TIME_NAMES[..1].iter().zip([time]);
        for (name, place) in columns.chain(PRICE_NAMES.iter().zip(prices)) {
            match place {
                None => faults.push(ShapeFault::NoColumn {
                    name,
                    found: found.clone(),
                }),
                Some(place) if names[place + 1..].contains(&names[place]) => {
                    faults.push(ShapeFault::ColumnTwice {
                        name: names[place].clone(),
                    });
                }
                Some(_) => {}
            }
        }
        match (time, prices) {
            (Some(time), [Some(open), Some(high), Some(low), Some(close)]) if faults.is_empty() => {
                Ok(Self {
                    all: names.len(),
                    time,
                    prices: [open, high, low, close],
                })
            }
            _ => Err(faults),
        }
    }

    /// The candle of a line, as far as it has a time; reports all that is wrong with it.
    fn read(&self, record: &ByteRecord, line: u64, report: &mut impl FnMut(Fault)) -> Option<Row> {
        if record.len() != self.all {
            let (expected, found) = (self.all, record.len());
            report(ShapeFault::Fields { expected, found }.into());
            return None;
        }
        let text = |place: usize| text_of(record.get(place).unwrap_or_default());
        let prices = self.prices.map(text);
        let [open, high, low, close] = read_prices(&prices, report);
        let text = text(self.time);
        match time::parse(&text) {
            Ok(time) => Some(Row {
                line,
                candle: Candle {
                    time,
                    open,
                    high,
                    low,
                    close,
                },
            }),
            Err(NoTime::Unknown) => {
                report(TimeFault::NotATime { text: text.into() }.into());
                None
            }
            Err(NoTime::SplitSecond) => {
                report(TimeFault::SplitSecond { text: text.into() }.into());
                None
            }
        }
    }
}

fn text_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Open, high, low and close of a line; what is no price is reported and left at zero.
fn read_prices(texts: &[impl AsRef<str>; 4], report: &mut impl FnMut(Fault)) -> [f64; 4] {
    let mut prices = [0.0; 4];
    for ((price, column), text) in prices.iter_mut().zip(PRICE_NAMES).zip(texts) {
        let text = text.as_ref();
        let owned = || text.to_owned();
        match text.parse::<f64>() {
            Err(_) => report(
                PriceFault::NotANumber {
                    column,
                    text: owned(),
                }
                .into(),
            ),
            Ok(value) if !value.is_finite() => {
                report(
                    PriceFault::NotFinite {
                        column,
                        text: owned(),
                    }
                    .into(),
                );
            }
            Ok(value) if value <= 0.0 => {
                report(
                    PriceFault::NotPositive {
                        column,
                        text: owned(),
                    }
                    .into(),
                );
            }
            Ok(value) => *price = value,
        }
    }
    let [_, high, low, _] = prices;
    for (place, column) in PRICE_NAMES.into_iter().enumerate() {
        let price = prices[place];
        if price == 0.0 {
            continue;
        }
        let text = || texts[place].as_ref().to_owned();
        if high > 0.0 && high < price {
            let high = texts[1].as_ref().to_owned();
            report(
                PriceFault::HighUnder {
                    high,
                    column,
                    text: text(),
                }
                .into(),
            );
        }
        // High under low is said once.
        if low > price && column != "high" {
            let low = texts[2].as_ref().to_owned();
            report(
                PriceFault::LowOver {
                    low,
                    column,
                    text: text(),
                }
                .into(),
            );
        }
    }
    prices
}

fn gaps(candles: &[Candle], candle_secs: u32) -> Vec<Gap> {
    let pairs = candles.windows(2).map(|pair| Gap {
        from: pair[0].time + i64::from(candle_secs),
        until: pair[1].time,
    });
    pairs.filter(|gap| gap.from < gap.until).collect()
}
