//! Markets and tokens by the names that people use.

use crate::error::{CliError, Outcome};
use anchor_lang::prelude::Pubkey;
use std::collections::BTreeMap;
use std::path::Path;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::{Bank, Market};
use whittle_client::names::asset;
pub use whittle_client::names::{asset_of, symbol};
use whittle_client::Mirror;
use whittle_migrations::Description;

/// What a described exchange adds to what the chain knows.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Names of tokens by mint.
    tokens: BTreeMap<Pubkey, String>,
    /// Oracle accounts of markets by symbol.
    oracles: BTreeMap<String, Pubkey>,
}

/// Reads and checks a described exchange.
pub fn describe(file: &Path) -> Outcome<Description> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| CliError::input(format!("reading {}: {error}", file.display())))?;
    Description::parse(&text).map_err(|problems| {
        CliError::input(format!(
            "{} does not describe an exchange\n{problems}",
            file.display()
        ))
    })
}

impl Names {
    /// From a described exchange, when there is one.
    pub fn read(file: Option<&Path>) -> Outcome<Self> {
        let Some(file) = file else {
            return Ok(Self::default());
        };
        let description = describe(file)?;
        let tokens = description.banks.iter();
        let markets = description.markets.iter();
        Ok(Self {
            tokens: tokens.map(|it| (it.mint, it.name.clone())).collect(),
            oracles: markets.map(|it| (it.symbol(), it.oracle_account)).collect(),
        })
    }

    /// What a token is called.
    pub fn token(&self, bank: &Bank) -> String {
        match self.tokens.get(&bank.mint) {
            Some(name) => name.clone(),
            None if bank.index == QUOTE_BANK => "quote".to_owned(),
            None => format!("bank {}", bank.index),
        }
    }

    /// The oracle account that the description names for a market.
    pub fn oracle(&self, market: &Market) -> Option<Pubkey> {
        self.oracles.get(&symbol(market)).copied()
    }

    /// A token by number, mint, name, or `quote` and `USDC` for the quote token.
    pub fn bank<'a>(&self, mirror: &'a Mirror, text: &str) -> Outcome<&'a Bank> {
        let found = mirror.banks().find(|bank| {
            text.parse() == Ok(bank.index)
                || text == bank.mint.to_string()
                || text.eq_ignore_ascii_case(&self.token(bank))
        });
        let is_quote = text.eq_ignore_ascii_case("quote") || text.eq_ignore_ascii_case("USDC");
        let quote = || mirror.bank(QUOTE_BANK).ok().filter(|_| is_quote);
        found.or_else(quote).ok_or_else(|| {
            let known: Vec<String> = mirror.banks().map(|bank| self.token(bank)).collect();
            CliError::input(format!(
                "token: {text:?} is not listed: write {}, a number or a mint (names come from \
                 --symbols FILE)",
                known.join(", ")
            ))
        })
    }
}

/// A market by number, symbol or asset, in any case.
pub fn market<'a>(mirror: &'a Mirror, text: &str) -> Outcome<&'a Market> {
    if let Ok(index) = text.parse::<u16>() {
        if let Ok(market) = mirror.market(index) {
            return Ok(market);
        }
    }
    let by = |is: &dyn Fn(&str) -> bool| -> Vec<&Market> {
        mirror.markets().filter(|it| is(&symbol(it))).collect()
    };
    let mut found = by(&|symbol| symbol.eq_ignore_ascii_case(text));
    if found.is_empty() {
        found = by(&|symbol| asset(symbol).eq_ignore_ascii_case(text));
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let all: Vec<String> = mirror.markets().map(symbol).collect();
            let all = if all.is_empty() {
                "there are none: `whittle exchange apply`".to_owned()
            } else {
                format!("write one of {}, or its number", all.join(", "))
            };
            Err(CliError::input(format!(
                "market: {text:?} is not listed: {all}"
            )))
        }
        several => {
            let all: Vec<String> = several
                .iter()
                .map(|it| format!("{} ({})", it.index, symbol(it)))
                .collect();
            Err(CliError::input(format!(
                "market: {text:?} may be {}: write the number",
                all.join(" or ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::zeroed;

    fn mirror(symbols: &[&str]) -> Mirror {
        let mut mirror = Mirror::default();
        for (index, name) in (0u16..).zip(symbols) {
            let mut market = zeroed::<Market>();
            market.index = index;
            for (place, byte) in market.symbol.iter_mut().zip(name.bytes()) {
                *place = byte;
            }
            mirror.set_market(market);
        }
        mirror
    }

    #[test]
    fn a_market_is_found_by_number_symbol_or_asset() {
        let mirror = mirror(&["BTC-PERP", "SOL"]);
        for (text, index) in [("1", 1), ("btc-perp", 0), ("BTC", 0), ("sol", 1)] {
            assert_eq!(market(&mirror, text).map(|it| it.index).ok(), Some(index));
        }
    }

    #[test]
    fn an_unknown_or_ambiguous_market_is_refused_with_the_names_there_are() {
        let mirror = mirror(&["BTC-PERP", "BTC-Q1"]);
        let error = market(&mirror, "ETH").unwrap_err().to_string();
        assert_eq!(
            error,
            "market: \"ETH\" is not listed: write one of BTC-PERP, BTC-Q1, or its number"
        );
        let error = market(&mirror, "BTC").unwrap_err().to_string();
        assert_eq!(
            error,
            "market: \"BTC\" may be 0 (BTC-PERP) or 1 (BTC-Q1): write the number"
        );
    }
}
