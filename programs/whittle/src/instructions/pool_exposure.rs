//! What the pool is exposed to, for whoever hedges it, as return data. Simulate it; nothing is
//! written.

use super::remaining::all_markets;
use crate::error::WhittleError;
use crate::snapshot::book;
use crate::state::{Exchange, Pool, Side};
use anchor_lang::prelude::*;
use whittle_risk::nav::NetAssetValue;
use whittle_risk::{Ratio, Usd};

/// Every market follows, in the order of their numbers.
#[derive(Accounts)]
pub struct PoolExposure<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The pool.
    pub pool: AccountLoader<'info, Pool>,
}

/// One market.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct MarketExposure {
    /// Lots that the pool is long; negative when it is short. The opposite of the traders' skew.
    pub delta_lots: i64,
    /// What they are worth at the cached price, USD atoms.
    pub delta_usd_atoms: i64,
    /// What the pool would owe if every winning side closed now and no loser paid: unrealised
    /// profit and claims not yet funded, USD atoms.
    pub worst_payout_usd_atoms: i64,
    /// Publish time of the cached price.
    pub publish_time: i64,
}

/// All of it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Cash and reserve, USD atoms.
    pub cash_usd_atoms: i64,
    /// Value for those who leave.
    pub lower_value_usd_atoms: i64,
    /// Value for those who enter.
    pub higher_value_usd_atoms: i64,
    /// By market.
    pub markets: Vec<MarketExposure>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, PoolExposure<'info>>) -> Result<Exposure> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let pool = ctx.accounts.pool.load()?;
    let cash = pool.own_cash()?;
    let weight = Ratio(pool.params.loss_weight_q32);
    let mut value = NetAssetValue::from_cash(cash);
    let mut exposures = Vec::with_capacity(usize::from(exchange.market_count));
    for loader in all_markets(&exchange, ctx.remaining_accounts)? {
        let market = loader.load()?;
        let mark = market.mark(now);
        value = value
            .plus_market(&book(&market, &mark, now)?, weight)
            .map_err(WhittleError::from)?;
        let delta = market.skew()?.negated().map_err(WhittleError::from)?;
        let mut payout = Usd(market.claims_unpaid_usd_atoms);
        for side in Side::BOTH {
            let profit = market.side_profit(side)?.most(Usd::ZERO);
            payout = payout.plus(profit).map_err(WhittleError::from)?;
        }
        exposures.push(MarketExposure {
            delta_lots: delta.0,
            delta_usd_atoms: mark.price.value_floor(delta).map_err(WhittleError::from)?.0,
            worst_payout_usd_atoms: payout.0,
            publish_time: mark.publish_time,
        });
    }
    Ok(Exposure {
        cash_usd_atoms: cash.0,
        lower_value_usd_atoms: value.lower.0,
        higher_value_usd_atoms: value.higher.0,
        markets: exposures,
    })
}
