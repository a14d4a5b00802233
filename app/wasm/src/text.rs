//! Numbers as exact decimal text.

use anchor_lang::prelude::Pubkey;
use whittle::state::Market;
use whittle_client::decimal::{show_lots, show_price, show_q32, show_scaled, show_signed};
use whittle_risk::{Price, Ratio, Usd};

/// Decimals of a US dollar.
const USD_DECIMALS: u32 = 6;

pub(crate) fn usd(amount: Usd) -> String {
    usd_atoms(amount.0.into())
}

pub(crate) fn usd_atoms(atoms: i128) -> String {
    show_signed(atoms, USD_DECIMALS)
}

pub(crate) fn tokens(atoms: u64, decimals: u8) -> String {
    show_scaled(atoms.into(), decimals.into())
}

/// A number of lots in units of the market's asset.
pub(crate) fn size(lots: i64, market: &Market) -> String {
    show_lots(lots, market.lot_exponent)
}

/// The same of a number without a sign.
pub(crate) fn size_of(lots: u64, market: &Market) -> String {
    size(i64::try_from(lots).unwrap_or(i64::MAX), market)
}

/// A price of a lot for a unit of the market's asset.
pub(crate) fn price(price: Price, market: &Market) -> String {
    show_price(price.0, market.lot_exponent)
}

/// The same, nothing for a price that there is not.
pub(crate) fn known_price(price: Price, market: &Market) -> Option<String> {
    (price.0 != 0).then(|| self::price(price, market))
}

/// A price of a token atom for a token.
pub(crate) fn token_price(price: Price, decimals: u8) -> String {
    let exponent = i8::try_from(decimals).unwrap_or(i8::MAX).saturating_neg();
    show_price(price.0, exponent)
}

pub(crate) fn share(ratio: Ratio) -> String {
    show_q32(ratio.0)
}

/// A share with a sign.
pub(crate) fn signed_share(raw: i128) -> String {
    let share = show_q32(u64::try_from(raw.unsigned_abs()).unwrap_or(u64::MAX));
    if raw < 0 {
        format!("-{share}")
    } else {
        share
    }
}

/// A share with a sign, from basis points.
pub(crate) fn basis_points(bps: i64) -> String {
    show_signed(bps.into(), 4)
}

/// An address, nothing for the default key, which stands for nobody.
pub(crate) fn somebody(key: &Pubkey) -> Option<String> {
    (*key != Pubkey::default()).then(|| key.to_string())
}

/// A moment, nothing for zero.
pub(crate) fn moment(at: i64) -> Option<i64> {
    (at != 0).then_some(at)
}
