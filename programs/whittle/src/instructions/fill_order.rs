//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Accounts.
#[derive(Accounts)]
pub struct FillOrder<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle<'info>(_ctx: Context<'info, FillOrder<'info>>, _place: u8) -> Result<()> {
    Ok(())
}
