//! A liquidity provider's pending request.

use anchor_lang::prelude::*;

/// Quote tokens for shares.
pub const REQUEST_DEPOSIT: u8 = 1;
/// Shares for quote tokens.
pub const REQUEST_WITHDRAW: u8 = 2;

/// A request that waits for prices that nobody knew when it was made.
#[account(zero_copy)]
#[derive(Debug)]
pub struct LiquidityRequest {
    /// Who asked.
    pub owner: Pubkey,
    /// Token account that receives shares or quote tokens, or the refund.
    pub receiver: Pubkey,
    /// Quote atoms or share atoms, by kind; held in escrow.
    pub amount_atoms: u64,
    /// Least that the owner accepts in return.
    pub min_out_atoms: u64,
    /// When it was made, Unix seconds.
    pub requested_at: i64,
    /// After this it can only be refunded.
    pub expires_at: i64,
    /// [`REQUEST_DEPOSIT`] or [`REQUEST_WITHDRAW`].
    pub kind: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 6],
}

impl LiquidityRequest {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();
}
