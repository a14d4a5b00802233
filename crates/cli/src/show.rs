//! Numbers as people read them, tables, and reports that are text and JSON at once.

use anchor_lang::prelude::Pubkey;
use comfy_table::{presets, CellAlignment, Table};
use core::fmt::Arguments;
use serde_json::{json, Value};
use std::io::{self, Write};
use whittle::state::Market;
use whittle_migrations::decimal::show_scaled;
use whittle_risk::num::ONE_Q32;

/// What a command found or did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// For people.
    pub text: String,
    /// For programs; `null` when there is nothing to say.
    pub json: Value,
}

impl Report {
    /// Both forms.
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self {
            text: text.into(),
            json,
        }
    }

    /// To standard output.
    pub fn print(&self, json: bool) {
        if json && !self.json.is_null() {
            out(format_args!("{:#}\n", self.json));
        } else if !self.text.is_empty() {
            out(format_args!("{}\n", self.text.trim_end()));
        }
    }
}

/// Writes to standard output. Who reads it may have had enough, as `head` has: that is no failure.
pub fn out(text: Arguments) {
    let _ = io::stdout().lock().write_fmt(text);
}

/// Writes to standard error, with the same patience.
pub fn err(text: Arguments) {
    let _ = io::stderr().lock().write_fmt(text);
}

/// Columns under headers; numbers to the right.
pub fn table(headers: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return "none".to_owned();
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(headers);
    let is_number = |text: &String| {
        text.starts_with(|first: char| first.is_ascii_digit() || "+-<>".contains(first))
    };
    let right: Vec<bool> = (0..headers.len())
        .map(|column| {
            let mut cells = rows.iter().filter_map(|row| row.get(column));
            cells.all(|cell| cell.is_empty() || is_number(cell))
        })
        .collect();
    table.add_rows(rows);
    for (column, right) in table.column_iter_mut().zip(right) {
        if right {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// Names and values, one a line.
pub fn fields(pairs: &[(&str, String)]) -> String {
    let widest = pairs.iter().map(|(name, _)| name.chars().count()).max();
    let widest = widest.unwrap_or(0);
    let line = |(name, value): &(&str, String)| {
        let space = " ".repeat(widest.saturating_sub(name.chars().count()));
        format!("{name}{space}  {value}")
    };
    pairs.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Digits in groups of three.
fn grouped(whole: &str) -> String {
    let mut text = String::with_capacity(whole.len().saturating_mul(2));
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// Exactly, with at least two digits after the point: `1_000.50`.
pub fn usd(atoms: impl Into<i128>) -> String {
    scaled(atoms.into(), 6, 2)
}

/// To the cent, for people who look; JSON has the atoms.
pub fn cents(atoms: impl Into<i128>) -> String {
    let atoms = atoms.into();
    let cents = (atoms.unsigned_abs() + 5_000) / 10_000;
    let cents = i128::try_from(cents).unwrap_or(i128::MAX);
    scaled(if atoms < 0 { -cents } else { cents }, 2, 2)
}

/// The same with its unit.
pub fn cents_usd(atoms: impl Into<i128>) -> String {
    format!("{} USD", cents(atoms))
}

/// `atoms / 10^decimals`, exactly, with at least so many digits after the point. Reads back.
pub fn scaled(atoms: i128, decimals: u32, least: usize) -> String {
    let sign = if atoms < 0 { "-" } else { "" };
    let text = show_scaled(atoms.unsigned_abs(), decimals);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = grouped(whole);
    if fraction.is_empty() && least == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{fraction:0<least$}")
}

/// Whole dollars, for tables of sums.
pub fn dollars(atoms: i128) -> String {
    let sign = if atoms <= -500_000 { "-" } else { "" };
    let whole = (atoms.unsigned_abs() + 500_000) / 1_000_000;
    format!("{sign}{}", grouped(&whole.to_string()))
}

/// A Q32 price of a lot, as USD for a unit of the asset, to about seven digits.
pub fn price(raw: u64, lot_exponent: i8) -> String {
    // raw / 2^32 atoms for a lot; / 10^6 for dollars; / 10^lot_exponent for a unit.
    let power = 6 + i32::from(lot_exponent);
    for decimals in 2..=12u32 {
        let Some(digits) = rounded(raw, i64::from(decimals) - i64::from(power)) else {
            break;
        };
        if digits >= 1_000_000 || decimals == 12 {
            return scaled(i128::try_from(digits).unwrap_or(i128::MAX), decimals, 2);
        }
    }
    format!("{raw}/2^32")
}

/// `raw / 2^32 * 10^power`, rounded to the nearest. `None` when it does not fit.
fn rounded(raw: u64, power: i64) -> Option<u128> {
    let ten = 10u128.checked_pow(u32::try_from(power.unsigned_abs()).ok()?)?;
    let (up, down) = if power >= 0 {
        (ten, u128::from(ONE_Q32))
    } else {
        (1, u128::from(ONE_Q32).checked_mul(ten)?)
    };
    let wide = u128::from(raw).checked_mul(up)?;
    Some(wide.checked_add(down / 2)? / down)
}

/// A market's cached price.
pub fn market_price(market: &Market) -> String {
    match market.price.price_q32 {
        0 => "none yet".to_owned(),
        raw => price(raw, market.lot_exponent),
    }
}

/// A number of lots in units of the asset, exactly.
pub fn units(lots: i64, lot_exponent: i8) -> String {
    match u32::try_from(-i32::from(lot_exponent)) {
        Ok(decimals) => scaled(lots.into(), decimals, 0),
        Err(_) => scaled(
            i128::from(lots) * 10i128.pow(lot_exponent.unsigned_abs().into()),
            0,
            0,
        ),
    }
}

/// A Q32 share with at most four digits: `12.5 %`.
pub fn percent(raw: u64) -> String {
    let hundredths = (u128::from(raw) * 10_000 + u128::from(ONE_Q32 / 2)) / u128::from(ONE_Q32);
    format!("{} %", show_scaled(hundredths, 2))
}

/// E / M, Q32, rounded down: under one it never reads as one. A step of Q32 is let pass, so that 1.2
/// reads as it was written.
pub fn ratio(raw: u64) -> String {
    if raw == u64::MAX {
        return "no requirement".to_owned();
    }
    let thousandths = (u128::from(raw) + 1) * 1_000 / u128::from(ONE_Q32);
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// What a time is from `now`: `in 2 h 5 min`, `14 s ago`.
pub fn when(at: i64, now: i64) -> String {
    if at == 0 {
        return "never".to_owned();
    }
    let secs = at.saturating_sub(now);
    let text = duration(secs.unsigned_abs());
    if secs > 0 {
        format!("in {text}")
    } else {
        format!("{text} ago")
    }
}

/// Two largest units of a time.
pub fn duration(secs: u64) -> String {
    let (days, hours) = (secs / 86_400, secs / 3_600 % 24);
    let (minutes, rest) = (secs / 60 % 60, secs % 60);
    match secs {
        0..60 => format!("{secs} s"),
        60..3_600 => format!("{minutes} min {rest} s"),
        3_600..86_400 => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// An address, null for nobody.
pub fn key_json(key: &Pubkey) -> Value {
    match *key == Pubkey::default() {
        true => Value::Null,
        false => key.to_string().into(),
    }
}

/// An address or nobody.
pub fn key(key: &Pubkey) -> String {
    if *key == Pubkey::default() {
        "nobody".to_owned()
    } else {
        key.to_string()
    }
}

/// A sum for programs.
pub fn usd_json(atoms: i64) -> Value {
    json!({ "usd": usd(atoms).replace('_', ""), "atoms": atoms })
}

/// A price for programs: Q32 numbers are texts because they do not fit a double.
pub fn price_json(raw: u64, lot_exponent: i8) -> Value {
    json!({
        "usd": price(raw, lot_exponent).replace('_', ""),
        "usd_atoms_per_lot_q32": raw.to_string(),
    })
}

/// A size for programs.
pub fn size_json(lots: i64, lot_exponent: i8) -> Value {
    json!({ "units": units(lots, lot_exponent).replace('_', ""), "lots": lots })
}

/// A ratio for programs.
pub fn ratio_json(raw: u64) -> Value {
    json!({ "ratio": ratio(raw), "q32": raw.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_shown_exactly() {
        assert_eq!(usd(1_000_500_000i64), "1_000.50");
        assert_eq!(usd(-1i64), "-0.000001");
        assert_eq!(usd(0i64), "0.00");
        assert_eq!(cents(6_999_999_974i64), "7_000.00");
        assert_eq!(cents(-4_999i64), "0.00");
        assert_eq!(cents(-5_000i64), "-0.01");
        assert_eq!(dollars(1_234_567_890_000), "1_234_568");
        assert_eq!(dollars(-499_999), "0");
    }

    #[test]
    fn a_price_is_shown_for_a_unit_of_the_asset() {
        // 14,000 USD for one BTC with lots of 0.00001: 0.14 USD, 140,000 atoms.
        assert_eq!(price(140_000 << 32, -5), "14_000.00");
        // 0.000012345 USD for a unit with lots of 1,000: 12,345 atoms.
        assert_eq!(price(12_345 << 32, 3), "0.000012345");
        assert_eq!(price(u64::MAX, 0), "4_294.967");
    }

    #[test]
    fn a_ratio_under_one_never_reads_as_one() {
        assert_eq!(ratio(ONE_Q32), "1.000");
        assert_eq!(ratio(ONE_Q32 - 2), "0.999");
        assert_eq!(
            ratio(whittle_risk::Ratio::from_bps_floor(12_000).0),
            "1.200"
        );
        assert_eq!(ratio(u64::MAX), "no requirement");
    }

    #[test]
    fn a_size_is_shown_in_units() {
        assert_eq!(units(10_000, -5), "0.1");
        assert_eq!(units(-1_234_567, -3), "-1_234.567");
        assert_eq!(units(7, 2), "700");
    }

    #[test]
    fn times_are_shown_from_now() {
        assert_eq!(when(0, 9), "never");
        assert_eq!(when(100, 40), "in 1 min 0 s");
        assert_eq!(when(40, 54), "14 s ago");
        assert_eq!(duration(2 * 86_400 + 3_600), "2 d 1 h");
    }

    #[test]
    fn numbers_stand_to_the_right() {
        let rows = vec![
            vec!["BTC".to_owned(), "1".to_owned()],
            vec!["SOL".to_owned(), "1_000".to_owned()],
        ];
        let text = table(&["market", "lots"], rows);
        assert_eq!(text, "market   lots\nBTC         1\nSOL     1_000");
    }
}
