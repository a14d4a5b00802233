//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Accounts.
#[derive(Accounts)]
pub struct UpdateBanks<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle<'info>(_ctx: Context<'info, UpdateBanks<'info>>) -> Result<()> {
    Ok(())
}
