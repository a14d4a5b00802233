//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Accounts.
#[derive(Accounts)]
pub struct SetDelegate<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle(_ctx: Context<SetDelegate>, _delegate: Pubkey) -> Result<()> {
    Ok(())
}
