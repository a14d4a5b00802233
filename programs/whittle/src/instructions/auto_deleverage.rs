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
use whittle_risk::{Lots, Price, Ratio, Usd};

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

/// What the account would have without the profit of its position in the market; nothing where
/// another position stays, whose health goes on deciding. Collateral has no price here and is left out.
fn rest(account: &MarginAccount, market: u16) -> Outcome<Option<Usd>> {
    if account.open_positions().any(|it| it.market != market) {
        return Ok(None);
    }
    let mut rest = Usd(account.cash_usd_atoms).minus(Usd(account.interest_usd_atoms))?;
    for position in account.used_positions() {
        rest = rest.plus(Usd(position.claim_usd_atoms))?;
    }
    Ok(Some(rest))
}

/// Lots to close of the account's position. Where closing all of it would leave the account owing
/// more than it has, one lot stays: its health, which counts collateral as well, decides about that.
fn size(
    market: &Market,
    position: &Position,
    share_now: Ratio,
    profit: Usd,
    rest: Option<Usd>,
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
    let mut leg = leg_of(position, market, now)?;
    // It is closed at the cached price itself.
    leg.mark.age_shift = 0;
    let own = leg.valued(Doubt::Plain)?.profit;
    require_that(own.0 > 0, WhittleError::NotDeleveraged)?;
    let lots = Lots(position.lots).magnitude();
    let share = Ratio(market.deleverage.share_q32);
    let part = deleverage_lots(lots, share, share_now, profit, own)?;
    let owes = match rest {
        Some(rest) => rest.plus(own)?.0 < 0,
        None => false,
    };
    let most = if owes { lots.saturating_sub(1) } else { lots };
    require_that(most > 0, WhittleError::NotDeleveraged)?;
    Ok(part.min(most))
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
    let reduced = reduce(&mut account, &mut market, share, profit, now)?;

    account.invariant()?;
    market.invariant()?;
    emit!(Deleveraged {
        account: ctx.accounts.account.key(),
        market: market.index,
        closed_lots: reduced.lots,
        lots_after: reduced.left,
        price_q32: reduced.price.0,
        profit_usd_atoms: reduced.profit.0,
    });
    Ok(())
}

/// A position that was reduced for the pool.
#[derive(Clone, Copy, Debug)]
pub struct Reduced {
    /// Lots closed.
    pub lots: u64,
    /// Signed lots that are left.
    pub left: i64,
    /// At this price.
    pub price: Price,
    /// Profit realised.
    pub profit: Usd,
}

/// Reduces the account's position in a market whose deleverage runs. Funding and interest are counted;
/// `share` and `profit` are what [`share_now`] says of the side at this moment, and `share` is not zero.
///
/// Errors: [`WhittleError::NotDeleveraged`].
pub fn reduce(
    account: &mut MarginAccount,
    market: &mut Market,
    share: Ratio,
    profit: Usd,
    now: i64,
) -> Outcome<Reduced> {
    let index = market.index;
    let rest = rest(account, index)?;
    let position = account
        .positions
        .iter_mut()
        .find(|position| position.is_used() && position.market == index)
        .ok_or(WhittleError::NotDeleveraged)?;
    let lots = size(market, position, share, profit, rest, now)?;
    let price = market.counted_price();
    let closed = market.close_at(position, lots, price)?;
    let left = position.lots;
    position.deleverage_epoch = market.deleverage.epoch;
    position.free_if_unused();
    account.credit(closed.cash)?;
    Ok(Reduced {
        lots,
        left,
        price,
        profit: closed.profit,
    })
}
