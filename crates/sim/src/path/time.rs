//! Times as files write them.

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// From here on a number is milliseconds (as seconds: the year 5138; as milliseconds: 1973).
const MILLIS_FROM: i64 = 100_000_000_000;
/// From here on a number is microseconds.
const MICROS_FROM: i64 = 100_000_000_000_000;

/// Why a text gives no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoTime {
    /// It is none.
    Unknown,
    /// It is between two seconds.
    SplitSecond,
}

/// Unix seconds of a time in seconds, milliseconds or microseconds, or in ISO 8601.
pub(super) fn parse(text: &str) -> Result<i64, NoTime> {
    if let Ok(number) = text.parse::<i64>() {
        let unit = match number {
            MICROS_FROM.. => 1_000_000,
            MILLIS_FROM.. => 1_000,
            _ => 1,
        };
        return whole(number % unit == 0, number / unit);
    }
    // Written by programs that keep all columns as floating point: 1498906800.0
    if let Some((seconds, fraction)) = text.split_once('.') {
        if let (Ok(seconds), true) = (seconds.parse(), is_digits(fraction)) {
            return whole(fraction.bytes().all(|digit| digit == b'0'), seconds);
        }
    }
    iso(text)
}

fn whole(is_whole: bool, seconds: i64) -> Result<i64, NoTime> {
    if seconds.unsigned_abs() >= MILLIS_FROM as u64 {
        return Err(NoTime::Unknown);
    }
    is_whole.then_some(seconds).ok_or(NoTime::SplitSecond)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `2017-12-22`, with `T13:00`, `T13:00:00` or ` 13:00:00.000` after it, and `Z`, `+00:00` or nothing
/// at the end: without a zone it is UTC, as in every exchange's file that is known to us.
fn iso(text: &str) -> Result<i64, NoTime> {
    let (date, clock) = match text.split_once(['T', 't', ' ']) {
        Some((date, clock)) => (date, clock),
        None => (text, "00:00"),
    };
    let [year, month, day] = numbers(date, '-', &[4, 2, 2]).ok_or(NoTime::Unknown)?;
    if !(1..=12).contains(&month) || day < 1 || day > days_of(year, month) {
        return Err(NoTime::Unknown);
    }
    let (clock, ahead) = zone(clock).ok_or(NoTime::Unknown)?;
    let (clock, is_whole) = match clock.split_once('.') {
        Some((clock, fraction)) if is_digits(fraction) => {
            (clock, fraction.bytes().all(|digit| digit == b'0'))
        }
        Some(_) => return Err(NoTime::Unknown),
        None => (clock, true),
    };
    let [hour, minute, second] = numbers(clock, ':', &[2, 2, 2])
        .or_else(|| numbers(clock, ':', &[2, 2]).map(|[hour, minute]| [hour, minute, 0]))
        .ok_or(NoTime::Unknown)?;
    if hour > 23 || minute > 59 || second > 59 {
        return Err(NoTime::Unknown);
    }
    let days = days_since_1970(year, month, day);
    whole(
        is_whole,
        days * DAY + hour * 3_600 + minute * 60 + second - ahead,
    )
}

/// Splits the zone off: seconds that it is ahead of UTC.
fn zone(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    if let Some(clock) = clock.strip_suffix(" UTC") {
        return Some((clock, 0));
    }
    let Some(at) = clock.find(['+', '-']) else {
        return Some((clock, 0));
    };
    let (clock, offset) = clock.split_at(at);
    let (sign, offset) = (if offset.starts_with('-') { -1 } else { 1 }, &offset[1..]);
    let [hours, minutes] = numbers(offset, ':', &[2, 2])?;
    (hours < 24 && minutes < 60).then_some((clock, sign * (hours * 3_600 + minutes * 60)))
}

/// Numbers of so many digits each, with a mark between them.
fn numbers<const N: usize>(text: &str, mark: char, digits: &[usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(mark);
    let mut found = [0; N];
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts
            .next()
            .filter(|part| part.len() == *digits && is_digits(part))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, in the calendar of today. Counts from March, so that the leap day is a year's
/// last: the months since March begin on day (153 m + 2) / 5.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days from 0000-03-01 to 1970-01-01.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_is_read_in_every_form() {
        for text in [
            "1513947600",
            "1513947600.0",
            "1513947600000",
            "1513947600000000",
            "2017-12-22T13:00:00Z",
            "2017-12-22T13:00:00.000Z",
            "2017-12-22 13:00:00",
            "2017-12-22 13:00",
            "2017-12-22 13:00:00 UTC",
            "2017-12-22t14:30:00+01:30",
            "2017-12-22T08:00:00-05:00",
        ] {
            assert_eq!(parse(text), Ok(1_513_947_600), "{text}");
        }
    }

    /// Worked by hand: 2000-03-01 is 11,017 days after 1970-01-01 (30 years, 7 leap days until 1999,
    /// and 60 days of the leap year 2000: 10,950 + 7 + 60).
    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(parse("1970-01-01"), Ok(0));
        assert_eq!(parse("1969-12-31"), Ok(-DAY));
        assert_eq!(parse("2000-03-01"), Ok(11_017 * DAY));
        assert_eq!(parse("2000-02-29"), Ok(11_016 * DAY));
        assert_eq!(parse("2100-02-29"), Err(NoTime::Unknown));
        let mut day = 0;
        for (year, month) in (1970..2110).flat_map(|year| (1..=12).map(move |month| (year, month)))
        {
            assert_eq!(days_since_1970(year, month, 1), day, "{year}-{month}");
            day += days_of(year, month);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "22.12.2017",
            "2017-13-01",
            "2017-12-32",
            "2017-12-22T24:00:00Z",
            "2017-12-22T13:60",
            "2017-12-22T13:00:00+1",
            "2017-12-22T13:00:00.Z",
            "2017-12-22-03",
            "-9223372036854775808",
            "9223372036854775807",
        ] {
            assert_eq!(parse(text), Err(NoTime::Unknown), "{text}");
        }
        assert_eq!(parse("1513947600500"), Err(NoTime::SplitSecond));
        assert_eq!(parse("1513947600.5"), Err(NoTime::SplitSecond));
        assert_eq!(parse("2017-12-22T13:00:00.25Z"), Err(NoTime::SplitSecond));
    }
}
