//! Closes an empty margin account.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::MarginAccountClosed;
use crate::state::MarginAccount;
use anchor_lang::prelude::*;

/// The account's address is not checked: its type and owner field are.
#[derive(Accounts)]
pub struct CloseMarginAccount<'info> {
    /// Gets the rent back.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The account.
    #[account(mut, has_one = owner @ WhittleError::NotOwner, close = owner)]
    pub account: AccountLoader<'info, MarginAccount>,
}

/// Whatever the account still has would be lost, and what it owes forgotten.
fn validate(account: &MarginAccount) -> Outcome<()> {
    let empty = account.cash_usd_atoms == 0
        && account.deficit_usd_atoms == 0
        && account.interest_usd_atoms == 0
        && account.overdraft_counted_usd_atoms == 0
        && account.used_collaterals().next().is_none()
        && account.used_positions().next().is_none()
        && account.orders.iter().all(|order| order.lots == 0);
    require_that(empty, WhittleError::AccountNotEmpty)
}

pub(crate) fn handle(ctx: Context<CloseMarginAccount>) -> Result<()> {
    validate(&*ctx.accounts.account.load()?)?;

    // `close` clears the account when the handler returns.
    emit!(MarginAccountClosed {
        account: ctx.accounts.account.key(),
    });
    Ok(())
}
