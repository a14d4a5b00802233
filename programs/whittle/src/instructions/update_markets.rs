//! Caches prices: one check for each update, not one for each liquidation that uses it.

use super::remaining::market_loader;
use crate::error::{require_that, WhittleError};
use crate::event::MarketUpdated;
use crate::oracle::{self, Reading};
use crate::state::{Exchange, Market};
use anchor_lang::prelude::*;
use whittle_risk::{trade, Price};

/// The exchange; then, for each market, the market (writable) and its oracle account.
#[derive(Accounts)]
pub struct UpdateMarkets<'info> {
    /// Names the oracle programs that are accepted.
    pub exchange: AccountLoader<'info, Exchange>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, UpdateMarkets<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let pairs = ctx.remaining_accounts.chunks_exact(2);
    require_that(
        pairs.remainder().is_empty() && pairs.len() > 0,
        WhittleError::MarketMissing,
    )?;
    for pair in pairs {
        let [market, oracle] = pair else {
            continue; // chunks_exact gives pairs only.
        };
        let loader = market_loader(market)?;
        require_that(market.is_writable, WhittleError::MarketNotWritable)?;
        update(&mut *loader.load_mut()?, oracle, &exchange, now)?;
    }
    Ok(())
}

fn update(market: &mut Market, oracle: &AccountInfo, exchange: &Exchange, now: i64) -> Result<()> {
    let reading = oracle::read(oracle, &market.oracle, exchange)?;
    cache(market, &reading, now)
}

/// Caches a price that is newer than the one the market holds: accrues funding at the old price,
/// takes the new one into the estimates and stores it.
pub(super) fn cache(market: &mut Market, reading: &Reading, now: i64) -> Result<()> {
    let lot_exponent = i32::from(market.lot_exponent);
    let Some(price) = reading.newer_than(&market.price, &market.oracle, lot_exponent, now)? else {
        return Ok(());
    };
    market.accrue_funding(now)?;
    market
        .estimate
        .sample(Price(price.price_q32), price.publish_time)?;
    market.spread_q32 = trade::spread_share(
        Price(price.price_q32),
        price.confidence_q32,
        &market.pricing(),
    )
    .map_err(WhittleError::from)?
    .0;
    market.price = price;
    emit!(MarketUpdated {
        market: market.index,
        price_q32: price.price_q32,
        confidence_q32: price.confidence_q32,
        publish_time: price.publish_time,
    });
    market.invariant()?;
    Ok(())
}
