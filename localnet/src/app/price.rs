//! Prices as people write them. An error begins with the name of its field.

use serde::Deserialize;
use whittle_client::local::prices::{DECIMALS, DOLLAR};
use whittle_migrations::decimal::Decimal;

/// A price over this is a slip of the hand, dollars.
const MOST: u64 = 1_000_000_000;
/// What follows the name of the traded thing in a market's symbol.
const PERPETUAL: &str = "-PERP";

/// Another price of a market.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// Of the market.
    pub symbol: String,
    /// Dollars.
    price: Option<String>,
    /// A share of the last price, with its sign.
    change: Option<String>,
}

/// A market by its symbol, or by what is traded there: `BTC-PERP`, `btc`.
pub fn market(symbols: &[String], wanted: &str) -> Result<usize, String> {
    let is_it = |symbol: &String| {
        let traded = symbol.strip_suffix(PERPETUAL).unwrap_or(symbol);
        symbol.eq_ignore_ascii_case(wanted) || traded.eq_ignore_ascii_case(wanted)
    };
    symbols.iter().position(is_it).ok_or_else(|| {
        format!(
            "symbol: there is no market {wanted:?}, but {}",
            symbols.join(", ")
        )
    })
}

/// Dollars as text in 10^-8 dollars.
pub fn dollars(field: &str, text: &str) -> Result<u64, String> {
    let price = atoms(field, text)?;
    within(field, text, price.into())
}

impl Wish {
    /// The price that takes the place of the last one, in 10^-8 dollars.
    pub fn of(&self, last: u64) -> Result<u64, String> {
        match (&self.price, &self.change) {
            (Some(price), None) => dollars("price", price),
            (None, Some(change)) => moved(last, change),
            _ => Err("price, change: give one of the two".to_owned()),
        }
    }
}

fn moved(last: u64, change: &str) -> Result<u64, String> {
    const FIELD: &str = "change";
    let (falls, size) = match change.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, change.strip_prefix('+').unwrap_or(change)),
    };
    let (one, size) = (u128::from(DOLLAR), u128::from(atoms(FIELD, size)?));
    let factor = if falls {
        one.saturating_sub(size)
    } else {
        one + size
    };
    within(FIELD, change, u128::from(last) * factor / one)
}

/// A number without a sign in 10^-8.
fn atoms(field: &str, text: &str) -> Result<u64, String> {
    let number = Decimal::parse(text).map_err(|why| format!("{field}: {why}"))?;
    let atoms = number.to_atoms(DECIMALS);
    atoms.map_err(|why| format!("{field}: {text:?} {why}"))
}

fn within(field: &str, text: &str, price: u128) -> Result<u64, String> {
    let price = u64::try_from(price).ok();
    let sane = price.filter(|price| (1..=MOST * DOLLAR).contains(price));
    sane.ok_or_else(|| {
        format!("{field}: {text:?} makes no price over 0 and up to {MOST}: write another one")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(price: Option<&str>, change: Option<&str>) -> Wish {
        Wish {
            symbol: "BTC".to_owned(),
            price: price.map(ToOwned::to_owned),
            change: change.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn a_price_is_set_or_moved_by_a_share() {
        let of = |price, change| wish(price, change).of(200 * DOLLAR).unwrap();
        assert_eq!(of(Some("14000.5"), None), 14_000 * DOLLAR + DOLLAR / 2);
        assert_eq!(of(None, Some("-0.05")), 190 * DOLLAR);
        assert_eq!(of(None, Some("+0.5")), 300 * DOLLAR);
        assert_eq!(of(None, Some("0.5")), 300 * DOLLAR);
    }

    #[test]
    fn a_price_that_nothing_has_is_refused_by_its_field() {
        let because = |price, change| wish(price, change).of(200 * DOLLAR).unwrap_err();
        let nothing = "makes no price over 0 and up to 1000000000: write another one";
        for (text, why) in [
            ("0", nothing),
            ("1000000001", nothing),
            (
                "1.000000001",
                "has 9 digits after the point: at most 8 are exact",
            ),
        ] {
            let expected = format!("price: {text:?} {why}");
            assert_eq!(because(Some(text), None), expected);
        }
        for text in ["-1", "-2", "99999999999"] {
            let expected = format!("change: {text:?} {nothing}");
            assert_eq!(because(None, Some(text)), expected);
        }
        assert_eq!(
            because(Some("-3"), None),
            "price: \"-3\" is negative: write zero or more"
        );
        let both = "price, change: give one of the two";
        assert_eq!(because(Some("1"), Some("1")), both);
        assert_eq!(because(None, None), both);
    }

    #[test]
    fn a_market_is_known_by_its_symbol_and_by_what_is_traded() {
        let symbols = ["BTC-PERP", "SOL-PERP"].map(ToOwned::to_owned);
        for name in ["SOL-PERP", "SOL", "sol"] {
            assert_eq!(market(&symbols, name).unwrap(), 1);
        }
        assert_eq!(
            market(&symbols, "DOGE").unwrap_err(),
            "symbol: there is no market \"DOGE\", but BTC-PERP, SOL-PERP"
        );
    }
}
