//! Charges the interest of an overdraft: cash of the account becomes cash of the pool.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::InterestCharged;
use crate::state::{Exchange, MarginAccount, Pool};
use anchor_lang::prelude::*;
use whittle_risk::Usd;

/// Anyone may charge. Equity does not change, because it counts what is owed already; so no price
/// is needed.
#[derive(Accounts)]
pub struct ChargeInterest<'info> {
    /// The rate.
    pub exchange: AccountLoader<'info, Exchange>,
    /// Gets the interest, and counts the overdraft.
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
    /// Owes it.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
}

/// Cash of the pool is what liquidity providers withdraw: it must not come from an account that
/// nothing stands behind any more.
fn validate(account: &MarginAccount) -> Outcome<()> {
    require_that(
        account.deficit_usd_atoms == 0,
        WhittleError::AccountInDeficit,
    )?;
    let is_backed = account.overdraft_due()? == Usd::ZERO
        || account.used_positions().next().is_some()
        || account.used_collaterals().next().is_some();
    require_that(is_backed, WhittleError::NothingBehindOverdraft)
}

pub(crate) fn handle(ctx: Context<ChargeInterest>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut account = ctx.accounts.account.load_mut()?;
    account.count_interest(&*ctx.accounts.exchange.load()?, now)?;
    validate(&account)?;

    let mut pool = ctx.accounts.pool.load_mut()?;
    let charged = account.charge_interest(&mut pool)?;

    account.invariant()?;
    pool.invariant()?;
    emit!(InterestCharged {
        account: ctx.accounts.account.key(),
        interest_usd_atoms: charged.0,
        cash_usd_atoms: account.cash_usd_atoms,
        pool_overdrafts_usd_atoms: pool.overdrafts_usd_atoms,
    });
    Ok(())
}
