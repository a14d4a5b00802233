//! What the pool is exposed to, for whoever hedges it, as return data. Simulate it; nothing is
//! written.

use super::remaining::all_markets;
use crate::error::Outcome;
use crate::snapshot::book;
use crate::state::{Exchange, Market, Pool, Side};
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

impl Exposure {
    /// Of a pool without markets.
    pub fn of_pool(pool: &Pool) -> Outcome<Self> {
        let cash = pool.own_cash()?;
        let value = NetAssetValue::from_cash(cash);
        Ok(Self {
            cash_usd_atoms: cash.0,
            lower_value_usd_atoms: value.lower.0,
            higher_value_usd_atoms: value.higher.0,
            markets: Vec::new(),
        })
    }

    /// With one more market at its price as it counts at `now`.
    pub fn add(&mut self, pool: &Pool, market: &Market, now: i64) -> Outcome<()> {
        let mark = market.mark(now);
        let value = NetAssetValue {
            lower: Usd(self.lower_value_usd_atoms),
            higher: Usd(self.higher_value_usd_atoms),
        };
        let weight = Ratio(pool.params.loss_weight_q32);
        let value = value.plus_market(&book(market, &mark, now)?, weight)?;
        self.lower_value_usd_atoms = value.lower.0;
        self.higher_value_usd_atoms = value.higher.0;
        let delta = market.skew()?.negated()?;
        let mut payout = Usd(market.claims_unpaid_usd_atoms);
        for side in Side::BOTH {
            payout = payout.plus(market.side_profit(side)?.most(Usd::ZERO))?;
        }
        self.markets.push(MarketExposure {
            delta_lots: delta.0,
            delta_usd_atoms: mark.price.value_floor(delta)?.0,
            worst_payout_usd_atoms: payout.0,
            publish_time: mark.publish_time,
        });
        Ok(())
    }
}

pub(crate) fn handle<'info>(ctx: Context<'info, PoolExposure<'info>>) -> Result<Exposure> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let pool = ctx.accounts.pool.load()?;
    let mut exposure = Exposure::of_pool(&pool)?;
    for loader in all_markets(&exchange, ctx.remaining_accounts)? {
        exposure.add(&pool, &*loader.load()?, now)?;
    }
    Ok(exposure)
}
