//! Reduces one profitable position by the share of the running reduction, at the oracle's price and
//! without a fee, and ends the reduction when the pool's bound holds again.

use super::start_deleverage::share_now;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{DeleverageEnded, Deleveraged};
use crate::snapshot::leg_of;
use crate::state::{Exchange, MarginAccount, Market, Pool, Position, Side};
use anchor_lang::prelude::*;
use whittle_risk::crowding::deleverage_lots;
use whittle_risk::health::Doubt;
use whittle_risk::{Lots, Ratio, Usd};

/// Anyone may call, for each account once.
#[derive(Accounts)]
pub struct AutoDeleverage<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// The pool.
    pub pool: AccountLoader<'info, Pool>,
}

/// Lots to close of the account's position.
fn size(
    market: &Market,
    position: &Position,
    share_now: Ratio,
    profit: Usd,
    now: i64,
) -> Outcome<u64> {
    require_that(
        Side::of(position.lots).sign() == market.deleverage.side && position.lots != 0,
        WhittleError::NotDeleveraged,
    )?;
    require_that(
        position.deleverage_epoch != market.deleverage.epoch,
        WhittleError::NotDeleveraged,
    )?;
    let own = leg_of(position, market, now)?.valued(Doubt::Plain)?.profit;
    require_that(own.0 > 0, WhittleError::NotDeleveraged)?;
    let lots = Lots(position.lots).magnitude();
    let share = Ratio(market.deleverage.share_q32);
    Ok(deleverage_lots(lots, share, share_now, profit, own)?)
}

pub(crate) fn handle(ctx: Context<AutoDeleverage>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut account = ctx.accounts.account.load_mut()?;
    let mut market = ctx.accounts.market.load_mut()?;
    let pool = ctx.accounts.pool.load()?;
    let side = match market.deleverage.side {
        1 => Side::Long,
        -1 => Side::Short,
        _ => return Err(WhittleError::NoDeleverage.into()),
    };
    require_that(now <= market.deleverage.ends_at, WhittleError::NoDeleverage)?;
    account.count_interest(&*ctx.accounts.exchange.load()?, now)?;
    market.accrue_funding(now)?;
    let (share, profit) = share_now(&market, &pool, side, now)?;
    if share == Ratio::ZERO {
        market.deleverage.side = 0;
        emit!(DeleverageEnded {
            market: market.index,
        });
        return Ok(());
    }
    let index = market.index;
    let had = Usd(account.cash_usd_atoms);
    let position = account
        .positions
        .iter_mut()
        .find(|position| position.is_used() && position.market == index)
        .ok_or(WhittleError::NotDeleveraged)?;
    let lots = size(&market, position, share, profit, now)?;
    // An account that owes keeps its positions until its health decides about them.
    let closes_all = lots == Lots(position.lots).magnitude();
    require_that(!closes_all || had.0 >= 0, WhittleError::NotDeleveraged)?;
    let price = market.counted_price();
    let closed = market.close_at(position, lots, price)?;
    let left = position.lots;
    position.deleverage_epoch = market.deleverage.epoch;
    position.free_if_unused();
    account.credit(closed.cash)?;

    account.invariant()?;
    market.invariant()?;
    emit!(Deleveraged {
        account: ctx.accounts.account.key(),
        market: index,
        closed_lots: lots,
        lots_after: left,
        price_q32: price.0,
        profit_usd_atoms: closed.profit.0,
    });
    Ok(())
}
