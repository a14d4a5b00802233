//! Numbers and times as people read them.

pub use whittle_tests::text::thousands;

const ATOMS: u64 = 1_000_000;

/// Dollars with thousands separated, rounded to `decimals` (at most six): `-1,234.50`.
pub fn usd(atoms: i64, decimals: u32) -> String {
    let unit = ATOMS / 10u64.pow(decimals);
    let rounded = (atoms.unsigned_abs() + unit / 2) / unit;
    let scale = 10u64.pow(decimals);
    let (whole, fraction) = (rounded / scale, rounded % scale);
    let sign = if atoms < 0 && rounded > 0 { "-" } else { "" };
    let mut text = format!("{sign}{}", thousands(whole));
    if decimals > 0 {
        text += &format!(".{fraction:0width$}", width = decimals as usize);
    }
    text
}

/// The same with the sign of the currency: `-$1,234.50`.
pub fn money(atoms: i64, decimals: u32) -> String {
    let text = usd(atoms, decimals);
    match text.strip_prefix('-') {
        Some(magnitude) => format!("-${magnitude}"),
        None => format!("${text}"),
    }
}

/// Dollars with their sign, also in front of a gain.
pub fn signed_usd(atoms: i64, decimals: u32) -> String {
    let text = usd(atoms, decimals);
    if atoms > 0 {
        format!("+{text}")
    } else {
        text
    }
}

/// E / M with three decimals, cut: what is under one never reads 1.000.
pub fn ratio(q32: u64) -> String {
    let thousandths = (u128::from(q32) * 1_000) >> 32;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// A share in percent with one decimal.
pub fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "-".into();
    }
    format!("{:.1} %", 100.0 * part as f64 / whole as f64)
}

/// `1 account`, `2 accounts`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number as u64))
}

/// Year, month and day of a time in UTC (Hinnant's `civil_from_days`).
fn civil(time: i64) -> (i64, usize, i64) {
    let days = time.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, usize::try_from(month).unwrap_or(1), day)
}

/// `2017-12-22 13:05`, UTC.
pub fn minute(time: i64) -> String {
    let (year, month, day) = civil(time);
    format!("{year}-{month:02}-{day:02} {}", &clock(time)[..5])
}

/// `12-22 13:05:07`, UTC.
pub fn second(time: i64) -> String {
    let (_, month, day) = civil(time);
    format!("{month:02}-{day:02} {}", clock(time))
}

/// `22 Dec`, UTC.
pub fn day(time: i64) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, month, day) = civil(time);
    format!("{day} {}", MONTHS[month - 1])
}

/// `13:05:07`, UTC.
fn clock(time: i64) -> String {
    let secs = time.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60)
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
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_rounded_and_grouped() {
        assert_eq!(usd(1_234_567_895_000, 2), "1,234,567.90");
        assert_eq!(usd(-1_500_000, 0), "-2");
        assert_eq!(usd(-4, 2), "0.00");
        assert_eq!(usd(12, 6), "0.000012");
        assert_eq!(signed_usd(12, 6), "+0.000012");
        assert_eq!(usd(i64::MIN, 0), "-9,223,372,036,855");
        assert_eq!(money(-1_500_000, 1), "-$1.5");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000), "1,000");
    }

    #[test]
    fn a_ratio_is_cut_not_rounded() {
        assert_eq!(ratio((1 << 32) - 1), "0.999");
        assert_eq!(ratio(1 << 32), "1.000");
        assert_eq!(percent(1, 8), "12.5 %");
        assert_eq!(percent(1, 0), "-");
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(minute(1_513_947_607), "2017-12-22 13:00");
        assert_eq!(second(1_513_947_607), "12-22 13:00:07");
        assert_eq!(day(951_782_400), "29 Feb");
        assert_eq!(day(-86_400), "31 Dec");
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
    }
}
