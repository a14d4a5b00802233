//! Skeleton, being written.

use anchor_lang::prelude::*;

/// Arguments.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PlaceOrderArgs {}

/// Accounts.
#[derive(Accounts)]
pub struct PlaceOrder<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, crate::state::Exchange>,
}

pub(crate) fn handle(_ctx: Context<PlaceOrder>, _args: PlaceOrderArgs) -> Result<()> {
    Ok(())
}
