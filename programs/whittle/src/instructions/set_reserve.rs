//! Marks an account as the one from which its owner's other accounts may be topped up.

use crate::error::{require_that, WhittleError};
use crate::event::ReserveSet;
use crate::state::MarginAccount;
use anchor_lang::prelude::*;

/// Only the owner: the mark lets anybody move the account's cash to the owner's other accounts.
#[derive(Accounts)]
pub struct SetReserve<'info> {
    /// Owns the account.
    pub owner: Signer<'info>,
    /// The account.
    #[account(mut, has_one = owner @ WhittleError::NotOwner)]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handle(ctx: Context<SetReserve>, is_reserve: bool) -> Result<()> {
    let mut account = ctx.accounts.account.load_mut()?;
    require_that(
        !is_reserve || account.open_positions().next().is_none(),
        WhittleError::ReserveHasPositions,
    )?;
    account.is_reserve = u8::from(is_reserve);

    emit!(ReserveSet {
        account: ctx.accounts.account.key(),
        is_reserve,
    });
    Ok(())
}
