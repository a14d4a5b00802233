//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Accounts.
#[derive(Accounts)]
pub struct CreatePool<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle(_ctx: Context<CreatePool>, _params: crate::state::pool::PoolParams) -> Result<()> {
    Ok(())
}
