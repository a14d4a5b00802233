//! The liquidity pool and the insurance fund.

use crate::book::Book;
use crate::problem::{Answer, Problem};
use crate::text::{self, usd};
use serde::{Deserialize, Serialize};
use whittle::instructions::Exposure;
use whittle::state::pool::SHARE_DECIMALS;
use whittle::state::{InsuranceFund, Pool};
use whittle_client::{decimal::Decimal, names};
use whittle_risk::nav::amount_for_shares;
use whittle_risk::Usd;

/// Atoms of one share.
const ONE_SHARE: u64 = 10u64.pow(SHARE_DECIMALS as u32);

/// As `PoolView` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PoolView {
    address: String,
    share_mint: String,
    share_escrow: String,
    cash: String,
    reserve: String,
    shares: Option<String>,
    lower_value: Option<String>,
    higher_value: Option<String>,
    lower_price: Option<String>,
    higher_price: Option<String>,
    withdrawals_left: Option<String>,
    exposures: Vec<ExposureView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExposureView {
    market: u16,
    symbol: String,
    size: String,
    notional: String,
    worst_payout: String,
}

/// As `InsuranceView` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InsuranceView {
    address: String,
    cash: String,
    worth: String,
    drawn: bool,
    drawn_until: Option<i64>,
    event_cap: String,
    day_cap: String,
}

pub(crate) fn pool(book: &Book, now: i64) -> Option<PoolView> {
    let (address, pool) = book.pool.as_ref()?;
    let exposure = exposure(book, pool, now);
    let value = |of: fn(&Exposure) -> i64| exposure.as_ref().map(|it| Usd(of(it)));
    let lower = value(|it| it.lower_value_usd_atoms);
    let higher = value(|it| it.higher_value_usd_atoms);
    let of_a_share = |value: Option<Usd>| {
        let supply = book.shares.filter(|supply| *supply > 0)?;
        let atoms = amount_for_shares(ONE_SHARE, supply, value?).ok()?;
        Some(text::usd_atoms(atoms.into()))
    };
    let limit = Usd(pool.params.withdraw_limit_usd_atoms);
    let fund = book.insurance.as_ref().map(|(_, fund)| fund);
    let limit = fund.map_or(limit, |fund| fund.slowed(limit, now));
    Some(PoolView {
        address: address.to_string(),
        share_mint: pool.share_mint.to_string(),
        share_escrow: pool.share_escrow.to_string(),
        cash: usd(Usd(pool.cash_usd_atoms)),
        reserve: usd(Usd(pool.reserve_usd_atoms)),
        shares: book.shares.map(|atoms| text::tokens(atoms, SHARE_DECIMALS)),
        lower_value: lower.map(usd),
        higher_value: higher.map(usd),
        lower_price: of_a_share(lower),
        higher_price: of_a_share(higher),
        withdrawals_left: pool.withdrawn.room(limit, now).ok().map(usd),
        exposures: exposure.map_or_else(Vec::new, |it| exposures(book, &it)),
    })
}

/// Shares of the pool.
#[derive(Deserialize)]
pub(crate) struct Shares {
    shares: String,
    now: i64,
}

/// As the answer to `shareWorth` in types.ts.
#[derive(Serialize)]
pub(crate) struct Worth {
    worth: Option<String>,
}

/// What shares would bring who leaves now, limits aside; nothing while the pool has no value.
pub(crate) fn share_worth(book: &Book, asked: &Shares) -> Answer<Worth> {
    let shares = Decimal::parse(&asked.shares).and_then(|it| it.to_atoms(SHARE_DECIMALS.into()));
    let shares = shares.map_err(|what| Problem::input("shares", what))?;
    let exposure = book
        .pool
        .as_ref()
        .and_then(|(_, pool)| exposure(book, pool, asked.now));
    let value = exposure.map(|it| Usd(it.lower_value_usd_atoms));
    let supply = book.shares.filter(|supply| *supply > 0);
    let atoms = supply
        .zip(value)
        .map(|(supply, value)| amount_for_shares(shares, supply, value));
    let worth = atoms.and_then(Result::ok);
    Ok(Worth {
        worth: worth.map(|atoms| text::usd_atoms(atoms.into())),
    })
}

/// Nothing while a market with positions has no price.
fn exposure(book: &Book, pool: &Pool, now: i64) -> Option<Exposure> {
    let mut markets = book.mirror.markets();
    if markets.any(|it| !it.is_idle() && it.mark(now).price.0 == 0) {
        return None;
    }
    book.mirror.exposure(pool, now).ok()
}

fn exposures(book: &Book, exposure: &Exposure) -> Vec<ExposureView> {
    let markets = book.mirror.markets().zip(&exposure.markets);
    let view = |(market, it): (
        &whittle::state::Market,
        &whittle::instructions::MarketExposure,
    )| {
        ExposureView {
            market: market.index,
            symbol: names::symbol(market),
            size: text::size(it.delta_lots, market),
            notional: usd(Usd(it.delta_usd_atoms)),
            worst_payout: usd(Usd(it.worst_payout_usd_atoms)),
        }
    };
    markets.map(view).collect()
}

pub(crate) fn insurance(book: &Book, now: i64) -> Option<InsuranceView> {
    let (address, fund) = book.insurance.as_ref()?;
    let fund: &InsuranceFund = fund;
    let drawn = fund.is_drawn(now);
    Some(InsuranceView {
        address: address.to_string(),
        cash: usd(Usd(fund.cash_usd_atoms)),
        worth: usd(fund.worth().unwrap_or(Usd(fund.cash_usd_atoms))),
        drawn,
        drawn_until: drawn.then_some(fund.drawn_until),
        event_cap: usd(Usd(fund.params.per_event_usd_atoms)),
        day_cap: usd(Usd(fund.params.per_day_usd_atoms)),
    })
}
