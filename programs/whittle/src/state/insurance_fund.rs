//! The insurance fund: takes premiums, tops up keepers.

use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::Ratio;

/// What the authority chooses for the fund.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct InsuranceParams {
    /// Most that it pays for one bankruptcy, USD atoms.
    pub per_event_usd_atoms: i64,
    /// Most that it pays in one day, USD atoms.
    pub per_day_usd_atoms: i64,
    /// Share that it may lose in a day before new risk waits.
    pub drawdown_q32: u64,
}

impl InsuranceParams {
    /// Bounds in code.
    pub fn validate(&self) -> Outcome<()> {
        let ok = self.per_event_usd_atoms >= 0
            && self.per_day_usd_atoms >= self.per_event_usd_atoms
            && self.drawdown_q32 <= Ratio::ONE.0;
        require_that(ok, WhittleError::BadInsuranceParams)
    }
}

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
    /// Caps.
    pub params: InsuranceParams,
    /// Day (Unix seconds / 86,400) that `paid_usd_atoms` counts.
    pub paid_day: i64,
    /// Paid for bankruptcies on that day.
    pub paid_usd_atoms: i64,
    /// When the drawdown window began, Unix seconds.
    pub window_began_at: i64,
    /// Most cash since then, USD atoms.
    pub window_high_usd_atoms: i64,
    /// Until when new risk waits.
    pub drawn_until: i64,
    /// Room.
    pub reserved: [u8; 64],
}

impl InsuranceFund {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// What must hold after every instruction that writes the fund.
    pub fn invariant(&self) -> Outcome<()> {
        require_that(self.cash_usd_atoms >= 0, WhittleError::InvariantCash)
    }
}
