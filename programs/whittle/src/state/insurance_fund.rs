//! The insurance fund: takes premiums, tops up keepers.

use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;

/// The insurance fund.
#[account(zero_copy)]
#[derive(Debug)]
pub struct InsuranceFund {
    /// Cash outside the markets' lines.
    pub cash_usd_atoms: i64,
    /// Bump of this address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 7],
    /// Room for caps and the drawdown window.
    pub reserved: [u8; 128],
}

impl InsuranceFund {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// What must hold after every instruction that writes the fund.
    pub fn invariant(&self) -> Outcome<()> {
        require_that(self.cash_usd_atoms >= 0, WhittleError::InvariantCash)
    }
}
