//! Settles what an account and its markets owe each other outside of trades: funding, claims that
//! the pool has funded since, and a deficit that a deposit cured.

use super::remaining::market_loader;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::AccountSettled;
use crate::state::{Exchange, MarginAccount, Market};
use anchor_lang::prelude::*;
use whittle_risk::Usd;

/// Anyone may settle. Markets in which the account has a position, a claim or its deficit follow,
/// writable, in any order; the caller chooses which.
#[derive(Accounts)]
pub struct SettleAccount<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, SettleAccount<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut account = ctx.accounts.account.load_mut()?;
    account.count_interest(&*ctx.accounts.exchange.load()?, now)?;
    require_that(
        !ctx.remaining_accounts.is_empty(),
        WhittleError::MarketMissing,
    )?;
    for info in ctx.remaining_accounts {
        require_that(info.is_writable, WhittleError::MarketNotWritable)?;
        let loader = market_loader(info)?;
        let mut market = loader.load_mut()?;
        settle(&mut account, &mut market)?;
        market.invariant()?;
    }
    account.invariant()?;
    emit!(AccountSettled {
        account: ctx.accounts.account.key(),
        cash_usd_atoms: account.cash_usd_atoms,
        deficit_usd_atoms: account.deficit_usd_atoms,
    });
    Ok(())
}

fn settle(account: &mut MarginAccount, market: &mut Market) -> Outcome<()> {
    let place = account
        .positions
        .iter_mut()
        .find(|position| position.is_used() && position.market == market.index);
    let has_deficit = account.deficit_usd_atoms > 0 && account.deficit_market == market.index;
    match place {
        Some(position) => {
            let settled = market.touch(position)?;
            account.credit(settled)?;
        }
        None => require_that(has_deficit, WhittleError::MarketMismatch)?,
    }
    if has_deficit {
        // Cash alone decides: other collateral may lose its value before it is converted.
        let missing = Usd(account.cash_usd_atoms).negated()?.most(Usd::ZERO);
        let left = missing.least(Usd(account.deficit_usd_atoms));
        let released = Usd(account.deficit_usd_atoms).minus(left)?;
        account.deficit_usd_atoms = left.0;
        if left == Usd::ZERO {
            account.insurance_paid_usd_atoms = 0;
            account.loss_usd_atoms = 0;
        }
        market.deficit_usd_atoms = Usd(market.deficit_usd_atoms).minus(released)?.0;
    }
    Ok(())
}
