//! The insurance fund: takes premiums, tops up keepers.

use super::pool::SECS_PER_DAY;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::{Ratio, Usd};

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

impl InsuranceParams {
    /// Bounds in code.
    pub fn validate(&self) -> Outcome<()> {
        let ok = self.per_event_usd_atoms >= 0
            && self.per_day_usd_atoms >= self.per_event_usd_atoms
            && self.drawdown_q32 > 0
            && self.drawdown_q32 <= Ratio::ONE.0;
        require_that(ok, WhittleError::BadInsuranceParams)
    }
}

impl InsuranceFund {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// What it may pay for one bankruptcy at this moment: its cash, under the caps for an event and
    /// for the day.
    pub fn available(&mut self, now: i64) -> Outcome<Usd> {
        let day = now.div_euclid(SECS_PER_DAY);
        if self.paid_day != day {
            self.paid_day = day;
            self.paid_usd_atoms = 0;
        }
        let of_day = Usd(self.params.per_day_usd_atoms).minus(Usd(self.paid_usd_atoms))?;
        Ok(Usd(self.cash_usd_atoms)
            .least(Usd(self.params.per_event_usd_atoms))
            .least(of_day)
            .most(Usd::ZERO))
    }

    /// Counts what was paid.
    pub fn count_paid(&mut self, amount: Usd) -> Outcome<()> {
        self.paid_usd_atoms = Usd(self.paid_usd_atoms).plus(amount)?.0;
        Ok(())
    }

    /// What must hold after every instruction that writes the fund.
    pub fn invariant(&self) -> Outcome<()> {
        require_that(self.cash_usd_atoms >= 0, WhittleError::InvariantCash)
    }
}
