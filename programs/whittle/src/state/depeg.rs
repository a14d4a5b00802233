//! The guard of a pegged collateral token.

use anchor_lang::prelude::*;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct DepegParams {
    /// Under this share of its peg a token has lost it.
    pub below_q32: u64,
    /// What a step takes off the haircut weight.
    pub step_q32: u64,
    /// Least haircut weight that steps reach.
    pub floor_q32: u64,
    /// Seconds between steps.
    pub step_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
}

/// Where the guard stands.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Depeg {
    /// Publish time of the price that lost the peg, Unix seconds; zero while it holds.
    pub since: i64,
    /// Publish time of the first price that had regained it; zero while it has not.
    pub regained_at: i64,
}
