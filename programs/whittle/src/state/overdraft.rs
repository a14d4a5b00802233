//! What an overdraft costs and how large it may be.

use crate::error::{Outcome, WhittleError};
use anchor_lang::prelude::*;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct OverdraftParams {
    /// Interest for a year.
    pub rate_per_year_q32: u64,
    /// An overdraft over this is converted, USD atoms.
    pub allowance_usd_atoms: i64,
}

/// The interest index: sum of rate times seconds. Written only when the rate changes.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct InterestIndex {
    /// Its value at `at`.
    pub index: u64,
    /// Unix seconds.
    pub at: i64,
}

impl InterestIndex {
    /// Brings the index to `now` at the rate that held until then, before another one does.
    pub fn advance(&mut self, rate_per_year: u64, now: i64) -> Outcome<()> {
        let secs = now.saturating_sub(self.at).max(0).unsigned_abs();
        let step = rate_per_year.checked_mul(secs);
        let index = step.and_then(|step| self.index.checked_add(step));
        self.index = index.ok_or(WhittleError::MathOverflow)?;
        self.at = now;
        Ok(())
    }
}

/// Tokens of one issuer, in several banks.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct IssuerGroup {
    /// Most that all of them together may be worth, USD atoms; zero for no cap.
    pub cap_usd_atoms: i64,
    /// A bit for each bank of the group, by its number.
    pub banks: u64,
}
