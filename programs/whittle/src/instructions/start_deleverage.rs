//! Begins to reduce the profitable positions of one side, when the pool owes that side more than
//! its bound.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::DeleverageStarted;
use crate::snapshot::require_firm;
use crate::state::{Exchange, Market, Pool, Side};
use anchor_lang::prelude::*;
use whittle_risk::crowding::deleverage_share;
use whittle_risk::{Ratio, Usd};

/// A reduction ends after so long; if the bound is still exceeded, another one may begin.
pub const DELEVERAGE_SECS: i64 = 3_600;

/// Anyone may begin.
#[derive(Accounts)]
pub struct StartDeleverage<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// The pool.
    pub pool: AccountLoader<'info, Pool>,
}

/// The share of each profitable position that has to go at this moment, and the side's profit. Keepers
/// ask it too.
pub fn share_now(market: &Market, pool: &Pool, side: Side, now: i64) -> Outcome<(Ratio, Usd)> {
    market.wind_down.require_decided(now)?;
    let mark = market.mark(now);
    require_that(market.counted_price().0 != 0, WhittleError::NoPrice)?;
    require_firm(&mark)?;
    let profit = market.side_profit(side)?;
    let bound = Ratio(market.params.crowding.payout_bound_q32);
    let cash = market.cash_for_winners(pool.own_cash()?)?;
    let share = deleverage_share(profit, cash, bound)?;
    Ok((share, profit))
}

/// Whether a running reduction has to be finished first. Not when this side needs a larger share by
/// now, nor when the other side needs none any more: who begins early must not hold up what follows.
fn is_busy(market: &Market, pool: &Pool, side: Side, share: Ratio, now: i64) -> Outcome<bool> {
    let running = market.deleverage;
    if running.side == 0 || now > running.ends_at {
        return Ok(false);
    }
    if running.side == side.sign() {
        return Ok(share.0 <= running.share_q32);
    }
    let (other, _) = share_now(market, pool, side.other(), now)?;
    Ok(other > Ratio::ZERO)
}

/// Begins a reduction of `side`. Returns its share and the side's profit.
///
/// Errors: [`WhittleError::PayoutBoundHolds`], [`WhittleError::DeleverageRunning`], and those of
/// [`share_now`].
pub fn start(market: &mut Market, pool: &Pool, side: Side, now: i64) -> Outcome<(Ratio, Usd)> {
    let (share, profit) = share_now(market, pool, side, now)?;
    require_that(share > Ratio::ZERO, WhittleError::PayoutBoundHolds)?;
    let busy = is_busy(market, pool, side, share, now)?;
    require_that(!busy, WhittleError::DeleverageRunning)?;
    market.deleverage.share_q32 = share.0;
    market.deleverage.ends_at = now.saturating_add(DELEVERAGE_SECS);
    // Zero is what a new position holds.
    market.deleverage.epoch = market.deleverage.epoch.checked_add(1).unwrap_or(1);
    market.deleverage.side = side.sign();
    Ok((share, profit))
}

pub(crate) fn handle(ctx: Context<StartDeleverage>, is_long: bool) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let pool = ctx.accounts.pool.load()?;
    let mut market = ctx.accounts.market.load_mut()?;
    let side = if is_long { Side::Long } else { Side::Short };
    let (share, profit) = start(&mut market, &pool, side, now)?;
    market.invariant()?;
    emit!(DeleverageStarted {
        market: market.index,
        side: side.sign(),
        share_q32: share.0,
        profit_usd_atoms: profit.0,
        ends_at: market.deleverage.ends_at,
    });
    Ok(())
}
