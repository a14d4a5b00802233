//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Arguments.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct InitializeExchangeArgs {}

/// Accounts.
#[derive(Accounts)]
pub struct InitializeExchange<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle(_ctx: Context<InitializeExchange>, _args: InitializeExchangeArgs) -> Result<()> {
    Ok(())
}
