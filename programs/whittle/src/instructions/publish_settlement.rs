//! Fixes the price at which what is left of a market or a bank is settled. Anyone may, once it is
//! due; no oracle is read, because a dead one may be the reason for the end.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{BankSettlementPublished, SettlementPublished};
use crate::state::wind_down::WindDown;
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

/// An oracle that was silent for so long after the end is taken for gone: a day.
const SILENT_SECS: i64 = 86_400;

/// The price of settlement, and the seconds that it is an average of.
struct Decided {
    price: Price,
    observed_secs: u32,
}

/// The average of the last hour where enough of it was observed. What is left of a feed that is gone
/// is `last`, or the least price where it never spoke. Before the market or bank ended, nobody had a
/// reason to cache prices, so silence counts from then at the earliest: everybody has that day to show
/// that the feed speaks.
fn decide(wind_down: &WindDown, cached: (Price, i64), last: Price, now: i64) -> Outcome<Decided> {
    let (price, publish_time) = cached;
    let observed = wind_down.observed_until(price, publish_time, now);
    if let Some(price) = observed.mean_floor() {
        return Ok(Decided {
            price,
            observed_secs: observed.secs,
        });
    }
    let silent_since = publish_time.max(wind_down.settles_at);
    let is_silent = now.saturating_sub(silent_since) > SILENT_SECS;
    require_that(is_silent, WhittleError::SettlementUnobserved)?;
    Ok(Decided {
        price: Price(last.0.max(1)),
        observed_secs: 0,
    })
}

/// A feed that is gone leaves the moving average, which one last price hardly moves. Nobody depends
/// on the price of a market without positions, observed or not; but the pool's value wants one that
/// is not zero.
fn market_price(market: &Market, now: i64) -> Outcome<Decided> {
    let average = Price(market.estimate.average_q32);
    if market.is_idle() {
        return Ok(Decided {
            price: Price(average.0.max(1)),
            observed_secs: 0,
        });
    }
    let cached = (Price(market.price.price_q32), market.price.publish_time);
    decide(&market.wind_down, cached, average, now)
}

pub(crate) fn market(ctx: Context<PublishSettlement>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut market = ctx.accounts.market.load_mut()?;
    market.wind_down.require_due(now)?;
    let decided = market_price(&market, now)?;

    market.accrue_funding(now)?;
    market.wind_down.publish(decided.price, now)?;
    // No later price will confirm a shock that runs, and nobody should wait for one.
    market.breaker.shock_since = 0;
    market.breaker.grace_until = 0;
    market.invariant()?;
    emit!(SettlementPublished {
        market: market.index,
        price_q32: decided.price.0,
        observed_secs: decided.observed_secs,
        at: now,
    });
    Ok(())
}

/// A bank keeps no moving average: a feed that is gone leaves its last price. One that never spoke
/// leaves the least, for its token never counted.
pub(crate) fn bank(ctx: Context<PublishBankSettlement>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut bank = ctx.accounts.bank.load_mut()?;
    bank.wind_down.require_due(now)?;
    let last = bank.settling_price();
    let cached = (last, bank.price.publish_time);
    let decided = decide(&bank.wind_down, cached, last, now)?;

    bank.settle(decided.price, now)?;
    emit!(BankSettlementPublished {
        bank: bank.index,
        price_q32: decided.price.0,
        observed_secs: decided.observed_secs,
        at: now,
    });
    Ok(())
}
