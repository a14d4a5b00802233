//! Markets by the names that people use.

use whittle::state::Market;

/// A market's symbol.
pub fn symbol(market: &Market) -> String {
    let text = String::from_utf8_lossy(&market.symbol);
    text.trim_end_matches('\0').to_owned()
}

/// The asset of a symbol: `BTC` of `BTC-PERP`.
pub fn asset(symbol: &str) -> &str {
    symbol.split(['-', '/']).next().unwrap_or(symbol)
}

/// A market's asset.
pub fn asset_of(market: &Market) -> String {
    asset(&symbol(market)).to_owned()
}
