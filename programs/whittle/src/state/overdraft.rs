//! What an overdraft costs and how large it may be.

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

/// Tokens of one issuer, in several banks.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct IssuerGroup {
    /// Most that all of them together may be worth, USD atoms; zero for no cap.
    pub cap_usd_atoms: i64,
    /// A bit for each bank of the group, by its number.
    pub banks: u64,
}
