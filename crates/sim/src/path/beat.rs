//! The order of a file's times, and how long its candles are.

use super::candles::Row;
use super::problem::{Problem, ShapeFault, TimeFault};
use std::collections::HashMap;

/// The length of a candle, when times can tell it; reports times that are out of order or off the beat.
pub(super) fn read_times(rows: &[Row], problems: &mut Vec<Problem>) -> Option<u32> {
    out_of_order(rows, problems);
    let mut times: Vec<i64> = rows.iter().map(|row| row.candle.time).collect();
    times.sort_unstable();
    times.dedup();
    let Some(candle_secs) = most_frequent(times.windows(2).map(|pair| pair[1] - pair[0])) else {
        if problems.is_empty() {
            let line = rows.last().map_or(1, |row| row.line);
            let fault = ShapeFault::TooFew { rows: rows.len() }.into();
            problems.push(Problem { line, fault });
        }
        return None;
    };
    off_beat(rows, candle_secs, problems);
    let length = u32::try_from(candle_secs);
    if length.is_err() {
        let (line, fault) = (1, ShapeFault::TooLong { candle_secs }.into());
        problems.push(Problem { line, fault });
    }
    length.ok()
}

/// Reports times that were there before and times before the line before.
fn out_of_order(rows: &[Row], problems: &mut Vec<Problem>) {
    let mut lines = HashMap::new();
    let mut before: Option<&Row> = None;
    for row in rows {
        let (line, time) = (row.line, row.candle.time);
        let fault = match (lines.insert(time, line), before) {
            (Some(line), _) => Some(TimeFault::TimeTwice { time, line }),
            (None, Some(last)) if time < last.candle.time => Some(TimeFault::Unsorted {
                time,
                line: last.line,
                before: last.candle.time,
            }),
            _ => None,
        };
        problems.extend(fault.map(|fault| Problem {
            line,
            fault: fault.into(),
        }));
        before = Some(row);
    }
}

/// Reports times between the ones at which most candles begin.
fn off_beat(rows: &[Row], candle_secs: i64, problems: &mut Vec<Problem>) {
    let phase = |row: &Row| row.candle.time.rem_euclid(candle_secs);
    let beat = most_frequent(rows.iter().map(phase)).unwrap_or(0);
    for row in rows.iter().filter(|row| phase(row) != beat) {
        let fault = TimeFault::OffBeat {
            time: row.candle.time,
            candle_secs,
            late: (phase(row) - beat).rem_euclid(candle_secs),
        };
        problems.push(Problem {
            line: row.line,
            fault: fault.into(),
        });
    }
}

/// The value that comes most often; the lowest of several.
fn most_frequent(values: impl Iterator<Item = i64>) -> Option<i64> {
    let mut counts: HashMap<i64, u64> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let best = counts
        .into_iter()
        .max_by_key(|(value, count)| (*count, -*value));
    best.map(|(value, _)| value)
}
