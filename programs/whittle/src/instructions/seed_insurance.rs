//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Accounts.
#[derive(Accounts)]
pub struct SeedInsurance<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle(_ctx: Context<SeedInsurance>, _amount_atoms: u64) -> Result<()> {
    Ok(())
}
