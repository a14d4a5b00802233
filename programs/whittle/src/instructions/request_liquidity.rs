//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Arguments.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RequestLiquidityArgs {}

/// Accounts.
#[derive(Accounts)]
pub struct RequestLiquidity<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle(_ctx: Context<RequestLiquidity>, _args: RequestLiquidityArgs) -> Result<()> {
    Ok(())
}
