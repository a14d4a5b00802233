//! Amounts, prices and shares as people write them, read without floating point.

use crate::decimal::{show_lots, Decimal};
use core::str::FromStr;
use whittle_risk::num::share_of_product;
use whittle_risk::price::{to_q32, Rounding};
use whittle_risk::Price;

/// A decimal number, `1_000.25`.
pub fn decimal(text: &str) -> Result<Decimal, String> {
    Decimal::parse(text.trim())
}

/// Dollars in atoms: `250`, `$250`, `0.5 USD`.
pub fn usd(text: &str) -> Result<i64, String> {
    let number = text.trim().trim_start_matches('$');
    let number = strip_unit(number, &["USD", "USDC"]).unwrap_or(number);
    let atoms = decimal(number)?.to_atoms(6)?;
    i64::try_from(atoms).map_err(|_| "is too large: write under 9.2 trillion".to_owned())
}

/// A share of one in Q32, rounded down: `5 %`, `0.05`.
pub fn share(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let share = match text.strip_suffix('%') {
        Some(number) => decimal(number)?.hundredth(),
        None => decimal(text)?,
    };
    let raw = share.to_q32_floor();
    raw.ok_or_else(|| "is too large".to_owned())
}

/// A leverage as the initial rate that it means, Q32, rounded up so that it is never exceeded:
/// `10x` is 10 %.
pub fn leverage(text: &str) -> Result<u64, String> {
    let text = text.trim().trim_end_matches(['x', 'X']);
    let wrong = || format!("{text:?} is no leverage: write 1x to 1_000x, as in 12.5x");
    let thousandths = decimal(text)?.to_atoms(3).map_err(|_| wrong())?;
    if !(1_000..=1_000_000).contains(&thousandths) {
        return Err(wrong());
    }
    Ok((u64::from(u32::MAX) + 1)
        .saturating_mul(1_000)
        .div_ceil(thousandths))
}

/// A change of price: `-30%`, `+5 %`, in basis points.
pub fn change(text: &str) -> Result<i64, String> {
    let trimmed = text.trim().trim_end_matches('%').trim_end();
    let (sign, number) = match trimmed.strip_prefix(['-', '\u{2212}']) {
        Some(number) => (-1, number),
        None => (1, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let bps = decimal(number)?.to_atoms(2)?;
    let bps = i64::try_from(bps).map_err(|_| "is too large".to_owned())?;
    let bps = bps.saturating_mul(sign);
    if !(-9_999..=100_000).contains(&bps) {
        return Err(format!("{text:?} is out of range: write -99.99% to +1000%"));
    }
    Ok(bps)
}

/// Seconds: `90`, `90s`, `15m`, `6h`, `2d`.
pub fn seconds(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let split = text.find(|char: char| !char.is_ascii_digit());
    let (number, unit) = text.split_at(split.unwrap_or(text.len()));
    let factor = match unit.trim() {
        "" | "s" => Some(1u32),
        "m" | "min" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        _ => None,
    };
    let secs = factor.and_then(|factor| number.parse::<u32>().ok()?.checked_mul(factor));
    secs.ok_or_else(|| format!("{text:?} is no time: write 90s, 15m, 6h or 2d"))
}

/// Dollars for a unit of the asset.
pub fn unit_price(text: &str) -> Result<Decimal, String> {
    let number = text.trim().trim_start_matches('$');
    decimal(strip_unit(number, &["USD"]).unwrap_or(number))
}

/// Dollars for a unit as a price of a lot.
pub fn price_q32(dollars: Decimal, lot_exponent: i8, rounding: Rounding) -> Result<u64, String> {
    let (digits, exponent) = dollars
        .mantissa()
        .ok_or("has too many digits: write at most 18")?;
    match to_q32(digits, exponent, lot_exponent.into(), rounding) {
        Ok(0) => Err("is too small for a lot of this market".to_owned()),
        Ok(raw) => Ok(raw),
        Err(_) => Err("is out of the range of prices of this market".to_owned()),
    }
}

/// A size before its market is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Units of the asset.
    Units(Decimal),
    /// Dollars at the cached price, rounded down to whole lots.
    Usd(u64),
    /// Lots.
    Lots(u64),
}

impl FromStr for Size {
    type Err = String;

    /// `0.1`, `0.1 BTC`, `$500`, `500 USD`, `25 lots`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(number) = text.strip_prefix('$') {
            return Ok(Self::Usd(decimal(number)?.to_atoms(6)?));
        }
        if let Some(number) = strip_unit(text, &["USD"]) {
            return Ok(Self::Usd(decimal(number)?.to_atoms(6)?));
        }
        if let Some(number) = strip_unit(text, &["LOTS", "LOT"]) {
            return Ok(Self::Lots(decimal(number)?.to_atoms(0)?));
        }
        let number = text.split_whitespace().next().unwrap_or_default();
        Ok(Self::Units(decimal(number)?))
    }
}

impl Size {
    /// In lots of a market, not zero.
    pub fn lots(self, lot_exponent: i8, price: Price) -> Result<i64, String> {
        let lots = match self {
            Self::Lots(lots) => Ok(lots),
            Self::Units(units) => in_lots(units, lot_exponent),
            Self::Usd(atoms) => in_dollars(atoms, price),
        }?;
        match i64::try_from(lots) {
            Ok(0) => Err("is less than a lot".to_owned()),
            Ok(lots) => Ok(lots),
            Err(_) => Err("is too large".to_owned()),
        }
    }
}

fn in_lots(units: Decimal, lot_exponent: i8) -> Result<u64, String> {
    let lot = i32::from(lot_exponent);
    let whole = match u32::try_from(-lot) {
        Ok(decimals) => units.to_atoms(decimals).ok(),
        Err(_) => units.to_atoms(0).ok().and_then(|units| {
            let lot = 10u64.checked_pow(u32::from(lot_exponent.unsigned_abs()))?;
            units.is_multiple_of(lot).then_some(units / lot)
        }),
    };
    whole.ok_or_else(|| {
        format!(
            "is not a whole number of lots: a lot of this market is {} units",
            show_lots(1, lot_exponent)
        )
    })
}

fn in_dollars(atoms: u64, price: Price) -> Result<u64, String> {
    if price.0 == 0 {
        return Err("cannot be in dollars while the market has no price".to_owned());
    }
    let lots = (u128::from(atoms) << 32) / u128::from(price.0);
    u64::try_from(lots).map_err(|_| "is too large".to_owned())
}

/// The number before one of these units.
fn strip_unit<'a>(text: &'a str, units: &[&str]) -> Option<&'a str> {
    units.iter().find_map(|unit| {
        let at = text.len().checked_sub(unit.len())?;
        let (number, end) = text.split_at_checked(at)?;
        end.eq_ignore_ascii_case(unit).then(|| number.trim_end())
    })
}

/// A limit that nobody named lies this far beyond the cached price, basis points.
pub const SLIP_BPS: u32 = 100;
/// The same of an order that waits for its trigger: it is filled later, when the price has moved on.
pub const STOP_SLIP_BPS: u32 = 500;

/// The worst price of an order. A buyer's is rounded down and a seller's up, so that neither accepts
/// worse than was written. Where none was written, so many basis points beyond `from`, on the side that
/// is worse.
pub fn worst_price(
    written: Option<Decimal>,
    buys: bool,
    lot_exponent: i8,
    from: Price,
    beyond_bps: u32,
) -> Result<u64, String> {
    let rounding = if buys {
        Rounding::Floor
    } else {
        Rounding::Ceil
    };
    if let Some(dollars) = written {
        return price_q32(dollars, lot_exponent, rounding);
    }
    let part = if buys {
        10_000u64.saturating_add(beyond_bps.into())
    } else {
        10_000u64.saturating_sub(beyond_bps.into())
    };
    let moved = share_of_product(from.0, part, 10_000);
    Ok(moved.unwrap_or(u64::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lots(size: &str, lot_exponent: i8) -> Result<i64, String> {
        let size: Size = size.parse()?;
        // 0.14 USD for a lot.
        size.lots(lot_exponent, Price(140_000 << 32))
    }

    #[test]
    fn a_size_is_units_dollars_or_lots() {
        assert_eq!(lots("0.1", -5), Ok(10_000));
        assert_eq!(lots("0.1 BTC", -5), Ok(10_000));
        assert_eq!(lots("$1400", -5), Ok(10_000));
        assert_eq!(lots("1_400.13 usd", -5), Ok(10_000));
        assert_eq!(lots("25 lots", -5), Ok(25));
        assert_eq!(lots("5000", 3), Ok(5));
    }

    #[test]
    fn a_size_that_is_no_whole_number_of_lots_is_refused() {
        let refused = "is not a whole number of lots: a lot of this market is 0.00001 units";
        assert_eq!(lots("0.000001", -5), Err(refused.to_owned()));
        let refused = "is not a whole number of lots: a lot of this market is 1000 units";
        assert_eq!(lots("5100", 3), Err(refused.to_owned()));
        assert_eq!(lots("0", -5), Err("is less than a lot".to_owned()));
        let refused = "\"-1\" is negative: write zero or more";
        assert_eq!(lots("-1", -5), Err(refused.to_owned()));
    }

    #[test]
    fn dollars_are_read_to_the_atom() {
        assert_eq!(usd("250"), Ok(250_000_000));
        assert_eq!(usd("$0.5"), Ok(500_000));
        assert_eq!(usd("1_000.000001 USDC"), Ok(1_000_000_001));
        let refused = "has 7 digits after the point: at most 6 are exact";
        assert_eq!(usd("0.0000001"), Err(refused.to_owned()));
    }

    #[test]
    fn a_leverage_is_an_initial_rate_rounded_up() {
        assert_eq!(leverage("1x"), Ok(1 << 32));
        assert_eq!(leverage("10x"), Ok(429_496_730));
        assert_eq!(leverage("12.5"), share("8.00000001%"));
        let refused = "\"0.5\" is no leverage: write 1x to 1_000x, as in 12.5x";
        assert_eq!(leverage("0.5x"), Err(refused.to_owned()));
    }

    #[test]
    fn changes_of_price_have_a_sign() {
        assert_eq!(change("-30%"), Ok(-3_000));
        assert_eq!(change("+2.5 %"), Ok(250));
        assert_eq!(change("7"), Ok(700));
        let refused = "\"-100%\" is out of range: write -99.99% to +1000%";
        assert_eq!(change("-100%"), Err(refused.to_owned()));
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("15m"), Ok(900));
        assert_eq!(seconds("2d"), Ok(172_800));
        let refused = "\"soon\" is no time: write 90s, 15m, 6h or 2d";
        assert_eq!(seconds("soon"), Err(refused.to_owned()));
    }

    #[test]
    fn a_price_for_a_unit_becomes_one_for_a_lot() {
        let dollars = unit_price("$14_000").unwrap();
        assert_eq!(price_q32(dollars, -5, Rounding::Floor), Ok(140_000 << 32));
        let tiny = unit_price("0.000000000001").unwrap();
        let refused = "is too small for a lot of this market".to_owned();
        assert_eq!(price_q32(tiny, -5, Rounding::Floor), Err(refused));
    }
}
