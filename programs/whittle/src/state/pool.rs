//! The liquidity pool: the other side of every position.

use anchor_lang::prelude::*;
use whittle_risk::Ratio;

/// What the authority chooses for the pool.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorSerialize, AnchorDeserialize)]
pub struct PoolParams {
    /// Cash that settlements set aside and that liquidity providers cannot withdraw, USD atoms.
    pub reserve_target_usd_atoms: i64,
    /// Most that may leave in one day, USD atoms.
    pub withdraw_limit_usd_atoms: i64,
    /// Share of traders' unrealised losses that the lower net asset value counts.
    pub loss_weight_q32: u64,
    /// Least deposit, USD atoms.
    pub min_deposit_usd_atoms: u64,
}

/// The pool.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Pool {
    /// Mint of the shares, at `["share-mint"]`.
    pub share_mint: Pubkey,
    /// Holds the shares of pending withdrawals, at `["share-escrow"]`.
    pub share_escrow: Pubkey,
    /// Parameters.
    pub params: PoolParams,
    /// Cash outside the markets' lines.
    pub cash_usd_atoms: i64,
    /// Cash that liquidity providers cannot withdraw.
    pub reserve_usd_atoms: i64,
    /// Deposits that wait to be filled.
    pub pending_deposits_usd_atoms: i64,
    /// Day (Unix seconds / 86,400) that `withdrawn_usd_atoms` counts.
    pub withdraw_day: i64,
    /// What left on that day.
    pub withdrawn_usd_atoms: i64,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the share mint.
    pub share_mint_bump: u8,
    /// Bump of the share escrow.
    pub share_escrow_bump: u8,
    /// Zero.
    pub padding: [u8; 5],
    /// Room for overdraft sums and the bankruptcy window.
    pub reserved: [u8; 128],
}

impl Pool {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();
}

impl PoolParams {
    /// Bounds in code.
    pub fn validate(&self) -> crate::error::Outcome<()> {
        let ok = self.reserve_target_usd_atoms >= 0
            && self.withdraw_limit_usd_atoms > 0
            && self.loss_weight_q32 <= Ratio::ONE.0
            && self.min_deposit_usd_atoms > 0;
        if ok {
            Ok(())
        } else {
            Err(crate::error::WhittleError::BadPoolParams)
        }
    }
}
