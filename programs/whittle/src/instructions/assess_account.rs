//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Return data.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct Assessment {}

/// Accounts.
#[derive(Accounts)]
pub struct AssessAccount<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle<'info>(_ctx: Context<'info, AssessAccount<'info>>) -> Result<Assessment> {
    Ok(Assessment {})
}
