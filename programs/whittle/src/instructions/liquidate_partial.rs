//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Accounts.
#[derive(Accounts)]
pub struct LiquidatePartial<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle<'info>(_ctx: Context<'info, LiquidatePartial<'info>>, _min_bonus_usd_atoms: i64) -> Result<()> {
    Ok(())
}
