//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Arguments.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ListBankArgs {}

/// Accounts.
#[derive(Accounts)]
pub struct ListBank<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle(_ctx: Context<ListBank>, _args: ListBankArgs) -> Result<()> {
    Ok(())
}
