//! Fixes the price at which what is left of a market or a bank is settled. Anyone may, once it is
//! due; no oracle is read, because a dead one may be the reason for the end.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{BankSettlementPublished, SettlementPublished};
use crate::state::{Bank, Market};
use anchor_lang::prelude::*;
use whittle_risk::Price;

/// A market.
#[derive(Accounts)]
pub struct PublishSettlement<'info> {
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

/// A bank.
#[derive(Accounts)]
pub struct PublishBankSettlement<'info> {
    /// The bank.
    #[account(mut)]
    pub bank: AccountLoader<'info, Bank>,
}

/// The moving average, which one last price hardly moves. A market that never had a price has no
/// positions either; any price but zero will do for it, so that the pool's value can be computed.
fn market_price(market: &Market) -> Outcome<Price> {
    let average = market.estimate.average_q32;
    let empty = market.long_lots == 0 && market.short_lots == 0;
    require_that(average > 0 || empty, WhittleError::NoPrice)?;
    Ok(Price(average.max(1)))
}

/// An oracle that was silent for so long is taken for gone: a day.
const SILENT_SECS: i64 = 86_400;

pub(crate) fn market(ctx: Context<PublishSettlement>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut market = ctx.accounts.market.load_mut()?;
    let price = market_price(&market)?;

    market.accrue_funding(now)?;
    market.wind_down.publish(price, now)?;
    // No later price will confirm a shock that runs, and nobody should wait for one.
    market.breaker.shock_since = 0;
    market.breaker.grace_until = 0;
    market.invariant()?;
    emit!(SettlementPublished {
        market: market.index,
        price_q32: price.0,
        at: now,
    });
    Ok(())
}

pub(crate) fn bank(ctx: Context<PublishBankSettlement>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut bank = ctx.accounts.bank.load_mut()?;
    require_that(bank.price.price_q32 > 0, WhittleError::NoPrice)?;
    // Who publishes must not choose an old price; only of an oracle that is gone the last one does.
    let mark = bank.mark(now);
    let silent = now.saturating_sub(mark.publish_time) > SILENT_SECS;
    require_that(!mark.stale || silent, WhittleError::PriceTooOld)?;
    require_that(!mark.uncertain || silent, WhittleError::PriceUncertain)?;
    // A bank keeps no average. What a token with a peg is worth over it never counted.
    let cached = Price(bank.price.price_q32);
    let price = bank.peg().map_or(cached, |peg| cached.min(peg));

    bank.wind_down.publish(price, now)?;
    emit!(BankSettlementPublished {
        bank: bank.index,
        price_q32: price.0,
        at: now,
    });
    Ok(())
}
