//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Arguments.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ListMarketArgs {}

/// Accounts.
#[derive(Accounts)]
pub struct ListMarket<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle(_ctx: Context<ListMarket>, _args: ListMarketArgs) -> Result<()> {
    Ok(())
}
