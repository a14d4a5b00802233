//! How much leverage an account may take.

use anchor_lang::prelude::*;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct LeverageParams {
    /// Least initial rate of a retail account.
    pub retail_initial_q32: u64,
    /// Least initial rate of a standard account.
    pub standard_initial_q32: u64,
    /// Seconds before an account may take more leverage than before.
    pub delay_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
}

/// The class of an account and the cap that its owner set.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leverage {
    /// Least initial rate that the owner set; zero for none.
    pub own_initial_q32: u64,
    /// The same, once the delay is over.
    pub next_own_initial_q32: u64,
    /// When the delay is over, Unix seconds; zero when nothing waits.
    pub changes_at: i64,
    /// 0 retail, 1 standard, 2 professional.
    pub class: u8,
    /// The same, once the delay is over.
    pub next_class: u8,
    /// Zero.
    pub padding: [u8; 6],
}
