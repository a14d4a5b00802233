//! Names or revokes the delegate of a margin account.

use crate::error::WhittleError;
use crate::event::DelegateSet;
use crate::state::MarginAccount;
use anchor_lang::prelude::*;

/// A delegate may place orders; only the owner withdraws, closes and delegates.
#[derive(Accounts)]
pub struct SetDelegate<'info> {
    /// Owns the account.
    pub owner: Signer<'info>,
    /// The account.
    #[account(mut, has_one = owner @ WhittleError::NotOwner)]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handle(ctx: Context<SetDelegate>, delegate: Pubkey) -> Result<()> {
    // Any key will do: the default key, which nobody can sign for, revokes.
    ctx.accounts.account.load_mut()?.delegate = delegate;

    emit!(DelegateSet {
        account: ctx.accounts.account.key(),
        delegate,
    });
    Ok(())
}
