//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Accounts.
#[derive(Accounts)]
pub struct Withdraw<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle<'info>(_ctx: Context<'info, Withdraw<'info>>, _amount_atoms: u64) -> Result<()> {
    Ok(())
}
