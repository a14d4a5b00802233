//! Numbers and times as people read them.

use crate::measure::Estimate;

/// Decimals for values up to this size, so that three digits or so are seen.
pub fn decimals(largest: f64) -> usize {
    match largest.abs() {
        size if size >= 1_000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        _ => 3,
    }
}

/// With thousands separated, and no minus in front of a zero; a dash if it is not a number.
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let is_zero = text.bytes().all(|byte| byte == b'0' || byte == b'.');
    let mut grouped = String::new();
    if value < 0.0 && !is_zero {
        grouped.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

/// Mean and half width: `12.3 ±0.4`; the mean alone without an interval.
pub fn estimate(estimate: Estimate, decimals: usize) -> String {
    let mean = number(estimate.mean, decimals);
    if !estimate.mean.is_finite() || estimate.half_width == 0.0 {
        return mean;
    }
    format!("{mean} ±{}", number(estimate.half_width, decimals))
}

/// `950`, `12.3k`, `4.56M`, `7.89B`.
pub fn brief(value: f64) -> String {
    let (scaled, suffix) = match value.abs() {
        size if size >= 999.5e6 => (value / 1e9, "B"),
        size if size >= 999.5e3 => (value / 1e6, "M"),
        size if size >= 999.5 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let decimals = match scaled.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        size if size > 0.0 => 2,
        _ => 0,
    };
    let text = number(scaled, decimals);
    let trimmed = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{trimmed}{suffix}")
}

/// The same as dollars.
pub fn dollars(value: f64) -> String {
    match brief(value).strip_prefix('-') {
        Some(size) => format!("-${size}"),
        None => format!("${}", brief(value)),
    }
}

/// `1 seed`, `5 seeds`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", self::number(number as f64, 0))
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `2024-03-05`, UTC: days since 1970 to a date by counting years from 1 March (the algorithm
/// `civil_from_days` of Howard Hinnant).
pub fn date(time: i64) -> String {
    let days = time.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{}-{month:02}-{day:02}", year + era * 400 + next)
}

/// Text that HTML and SVG show as it is.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            // Not allowed in a document at all, not even as references.
            control if control.is_control() && !matches!(control, '\n' | '\t') => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
