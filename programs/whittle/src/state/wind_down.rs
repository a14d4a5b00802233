//! The end of a market or a bank, announced beforehand.

use anchor_lang::prelude::*;

/// Where a wind-down stands.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WindDown {
    /// From when on exposure may only fall, Unix seconds; zero when there is no wind-down.
    pub begins_at: i64,
    /// From when on what is left is settled.
    pub settles_at: i64,
    /// The published price of settlement, Q32; zero before.
    pub price_q32: u64,
}
