//! Closes what an account holds in a settled market, at the published price and without a fee.

use super::liquidate_partial::book_deficit;
use super::{recovered, remaining};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::PositionSettled;
use crate::state::{Exchange, MarginAccount, Market, Side};
use anchor_lang::prelude::*;
use whittle_risk::health::{assess, Doubt};
use whittle_risk::{Lots, Price, Usd};

/// Anyone may settle anyone. Banks and markets of the account *afterwards* follow (see
/// [`remaining::snapshot`]): the settled market is not among them.
#[derive(Accounts)]
pub struct SettlePosition<'info> {
    /// The rules.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The settled market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

/// What was closed.
struct Settled {
    lots: i64,
    profit: Usd,
}

/// Moves the whole position, funding and claims included.
fn close(account: &mut MarginAccount, market: &mut Market) -> Outcome<Settled> {
    require_that(market.wind_down.is_settled(), WhittleError::NotSettled)?;
    let index = market.index;
    let position = account
        .positions
        .iter_mut()
        .find(|position| position.lots != 0 && position.market == index)
        .ok_or(WhittleError::NoPositions)?;
    let held = Lots(position.lots);
    let price = Price(market.wind_down.price_q32);
    let closed = market.close_at(position, held.magnitude(), price)?;
    position.free_if_unused();
    account.credit(closed.cash)?;
    Ok(Settled {
        lots: held.0,
        profit: closed.profit,
    })
}

pub(crate) fn handle<'info>(ctx: Context<'info, SettlePosition<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let policy = exchange.policy();
    let key = ctx.accounts.account.key();
    let mut account = ctx.accounts.account.load_mut()?;
    let mut market = ctx.accounts.market.load_mut()?;

    account.count_interest(&exchange, now)?;
    let settled = close(&mut account, &mut market)?;
    let (snapshot, _) = remaining::snapshot(&account, ctx.remaining_accounts, now)?;
    let health = assess(&snapshot.account(), Doubt::Plain).map_err(WhittleError::from)?;
    let side = Side::of(settled.lots);
    account.note_realised(health.equity, market.index, side, settled.profit)?;
    book_deficit(&mut account, &mut market, key, health.equity, side)?;
    recovered::note(&mut account, key, &health, &snapshot.account(), &policy)?;
    account.invariant()?;
    market.invariant()?;
    emit!(PositionSettled {
        account: key,
        market: market.index,
        lots: settled.lots,
        price_q32: market.wind_down.price_q32,
        profit_usd_atoms: settled.profit.0,
        equity_usd_atoms: health.equity.0,
    });
    Ok(())
}
