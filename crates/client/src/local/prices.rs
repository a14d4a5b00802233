//! Hourly prices from a file, checked before anything runs.

use std::fmt;

/// Decimals of a price, and minus the exponent of its oracle updates.
pub const DECIMALS: u32 = 8;
/// One dollar.
pub const DOLLAR: u64 = 10u64.pow(DECIMALS);
/// Seconds of a row.
pub const HOUR: i64 = 3_600;

const COLUMNS: [&str; 5] = ["timestamp", "open", "high", "low", "close"];
/// The last second of the year 9999. More is a time in milliseconds.
const LAST_TIME: i64 = 253_402_300_799;
const HIGHEST: u64 = 1_000_000 * DOLLAR;
/// Most rows: eleven years, which takes hours. A week takes about twenty seconds.
const MOST_ROWS: usize = 100_000;
/// The highest price of a file over its lowest, at most, so that one size of lot suits them all.
const WIDEST: u64 = 10_000;

/// One hour of trading. Prices in 10^-8 dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candle {
    /// When the hour begins, Unix seconds.
    pub start: i64,
    /// First price.
    pub open: u64,
    /// Highest price.
    pub high: u64,
    /// Lowest price.
    pub low: u64,
    /// Last price.
    pub close: u64,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPrices {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for BadPrices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        match COLUMNS.get(self.column - 1) {
            Some(name) => write!(f, " ({name}): {}", self.what),
            None => write!(f, ": {}", self.what),
        }
    }
}

impl std::error::Error for BadPrices {}

/// Reads a file's text: a header that begins `timestamp,open,high,low,close`, then one row an hour.
/// Further columns are not read.
pub fn parse(text: &str) -> Result<Vec<Candle>, BadPrices> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let Some((line, header)) = lines.next() else {
        return Err(at(1, 1, "the file is empty".into()));
    };
    let width = check_header(line, header)?;
    let mut candles: Vec<Candle> = Vec::new();
    let (mut low, mut high) = (u64::MAX, 0);
    for (line, row) in lines {
        let candle = read_row(line, row, width)?;
        if let Some(before) = candles.last() {
            check_order(line, before, &candle)?;
        }
        (low, high) = (low.min(candle.low), high.max(candle.high));
        if high / low >= WIDEST {
            let what = format!("prices of one file may differ {WIDEST} times, not more");
            return Err(at(line, if high == candle.high { 3 } else { 4 }, what));
        }
        if candles.len() == MOST_ROWS {
            let what = format!("at most {MOST_ROWS} rows can be replayed: cut the file");
            return Err(at(line, 1, what));
        }
        candles.push(candle);
    }
    if candles.len() < 2 {
        let found = candles.len();
        let what = format!("there must be at least two rows of prices, found {found}");
        return Err(at(line + 1 + found, 1, what));
    }
    Ok(candles)
}

fn at(line: usize, column: usize, what: String) -> BadPrices {
    BadPrices { line, column, what }
}

fn check_header(line: usize, header: &str) -> Result<usize, BadPrices> {
    let names: Vec<&str> = header.split(',').map(str::trim).collect();
    for (column, expected) in (1..).zip(COLUMNS) {
        let found = names.get(column - 1).copied().unwrap_or_default();
        if found != expected {
            let what = format!("the header must say \"{expected}\" here, found \"{found}\"");
            return Err(at(line, column, what));
        }
    }
    Ok(names.len())
}

fn read_row(line: usize, row: &str, width: usize) -> Result<Candle, BadPrices> {
    let fields: Vec<&str> = row.split(',').map(str::trim).collect();
    if fields.len() != width {
        let column = fields.len().min(width) + 1;
        let what = format!("{} values in a row of {width} columns", fields.len());
        return Err(at(line, column, what));
    }
    let price = |column: usize| dollars(fields[column - 1]).map_err(|what| at(line, column, what));
    let candle = Candle {
        start: time(fields[0]).map_err(|what| at(line, 1, what))?,
        open: price(2)?,
        high: price(3)?,
        low: price(4)?,
        close: price(5)?,
    };
    if candle.high < candle.open.max(candle.close) {
        let what = "the highest price is under the open or the close".into();
        return Err(at(line, 3, what));
    }
    if candle.low > candle.open.min(candle.close) {
        let what = "the lowest price is over the open or the close".into();
        return Err(at(line, 4, what));
    }
    Ok(candle)
}

fn check_order(line: usize, before: &Candle, candle: &Candle) -> Result<(), BadPrices> {
    if candle.start <= before.start {
        let what = format!(
            "times must rise, but {} follows {}",
            candle.start, before.start
        );
        return Err(at(line, 1, what));
    }
    if candle.start - before.start < HOUR {
        let what = format!(
            "a row is an hour, but {} is {} s after the one before",
            candle.start,
            candle.start - before.start
        );
        return Err(at(line, 1, what));
    }
    Ok(())
}

fn time(text: &str) -> Result<i64, String> {
    let time: i64 = text
        .parse()
        .map_err(|_| format!("expected a time in whole Unix seconds, found \"{text}\""))?;
    if !(HOUR..=LAST_TIME).contains(&time) {
        return Err(format!("{time} is not a time in Unix seconds"));
    }
    Ok(time)
}

fn dollars(text: &str) -> Result<u64, String> {
    if text.starts_with('-') {
        return Err(format!("a price must be above zero, found {text}"));
    }
    let unreadable = || format!("expected a price such as 13795.34, found \"{text}\"");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return Err(unreadable());
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > DECIMALS as usize {
        return Err(format!(
            "a price has at most {DECIMALS} decimals, found {text}"
        ));
    }
    let digits = format!("{whole}{fraction:0<width$}", width = DECIMALS as usize);
    match digits.parse::<u64>() {
        Ok(0) => Err(format!("a price must be above zero, found {text}")),
        Ok(price) if price <= HIGHEST => Ok(price),
        _ => Err(format!(
            "a price is at most {} dollars, found {text}",
            HIGHEST / DOLLAR
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "timestamp,open,high,low,close,volume_btc\n";
    const FIRST: &str = "3600,10,12.5,9,11,1\n";

    fn message(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    fn second_row(row: &str) -> String {
        message(&format!("{HEADER}{FIRST}{row}\n"))
    }

    #[test]
    fn prices_are_read_to_the_last_digit() {
        let text = format!("\u{feff}{HEADER}{FIRST}\r\n7200,11,11.00000001,0.5,0.50,\n\n");
        let candles = parse(&text).unwrap();
        assert_eq!(candles.len(), 2);
        assert_eq!(
            (candles[0].high, candles[1].high),
            (1_250_000_000, 1_100_000_001)
        );
        assert_eq!((candles[1].start, candles[1].low), (7_200, 50_000_000));
    }

    #[test]
    fn the_recorded_week_is_of_this_form() {
        let text = include_str!("../../../../data/btc-usd-hourly-2017-12-22.csv");
        assert_eq!(parse(text).unwrap().len(), 168);
    }

    #[test]
    fn an_empty_file_says_so() {
        assert_eq!(
            message(""),
            "line 1, column 1 (timestamp): the file is empty"
        );
        assert_eq!(
            message("\n \n"),
            "line 1, column 1 (timestamp): the file is empty"
        );
        assert_eq!(
            message(HEADER),
            "line 2, column 1 (timestamp): there must be at least two rows of prices, found 0"
        );
    }

    #[test]
    fn a_strange_header_is_named() {
        assert_eq!(
            message("time,open\n"),
            "line 1, column 1 (timestamp): the header must say \"timestamp\" here, found \"time\""
        );
        assert_eq!(
            message("timestamp,open,high\n"),
            "line 1, column 4 (low): the header must say \"low\" here, found \"\""
        );
    }

    #[test]
    fn a_bad_value_is_named_with_its_place() {
        assert_eq!(
            second_row("7200,11,12,-9,11,1"),
            "line 3, column 4 (low): a price must be above zero, found -9"
        );
        assert_eq!(
            second_row("7200,0.000,12,9,11,1"),
            "line 3, column 2 (open): a price must be above zero, found 0.000"
        );
        assert_eq!(
            second_row("7200,11,1e3,9,11,1"),
            "line 3, column 3 (high): expected a price such as 13795.34, found \"1e3\""
        );
        assert_eq!(
            second_row("7200,11,12,9,,1"),
            "line 3, column 5 (close): expected a price such as 13795.34, found \"\""
        );
        assert_eq!(
            second_row("7200,11,12,9,0.123456789,1"),
            "line 3, column 5 (close): a price has at most 8 decimals, found 0.123456789"
        );
        assert_eq!(
            second_row("7200,99999999999999999999,12,9,11,1"),
            "line 3, column 2 (open): a price is at most 1000000 dollars, \
             found 99999999999999999999"
        );
        assert_eq!(
            second_row("noon,11,12,9,11,1"),
            "line 3, column 1 (timestamp): expected a time in whole Unix seconds, found \"noon\""
        );
        assert_eq!(
            second_row("1513645200000,11,12,9,11,1"),
            "line 3, column 1 (timestamp): 1513645200000 is not a time in Unix seconds"
        );
    }

    #[test]
    fn a_row_of_another_width_is_refused() {
        assert_eq!(
            second_row("7200,11,12,9"),
            "line 3, column 5 (close): 4 values in a row of 6 columns"
        );
        assert_eq!(
            second_row("7200,11,12,9,11,1,2"),
            "line 3, column 7: 7 values in a row of 6 columns"
        );
    }

    #[test]
    fn times_must_rise_by_an_hour() {
        assert_eq!(
            second_row("3600,11,12,9,11,1"),
            "line 3, column 1 (timestamp): times must rise, but 3600 follows 3600"
        );
        assert_eq!(
            second_row("3660,11,12,9,11,1"),
            "line 3, column 1 (timestamp): a row is an hour, but 3660 is 60 s after the one before"
        );
    }

    #[test]
    fn a_file_is_not_too_long() {
        let rows = (1..=MOST_ROWS + 1).map(|hour| format!("{},1,1,1,1,1\n", hour * 3_600));
        let text = HEADER.to_owned() + &rows.collect::<String>();
        assert_eq!(
            message(&text),
            "line 100002, column 1 (timestamp): at most 100000 rows can be replayed: cut the file"
        );
    }

    #[test]
    fn prices_of_one_file_are_of_one_order() {
        assert_eq!(
            second_row("7200,11,90000,9,10,1"),
            "line 3, column 3 (high): prices of one file may differ 10000 times, not more"
        );
    }

    #[test]
    fn extremes_hold_open_and_close() {
        assert_eq!(
            second_row("7200,11,10,9,10,1"),
            "line 3, column 3 (high): the highest price is under the open or the close"
        );
        assert_eq!(
            second_row("7200,11,12,11.5,11.7,1"),
            "line 3, column 4 (low): the lowest price is over the open or the close"
        );
    }
}
