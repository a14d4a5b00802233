//! Bounds of a market's open interest by what the pool has, and of what the pool may owe a side.

use anchor_lang::prelude::*;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct CrowdingParams {
    /// Most open interest of one side, as a share of the pool's cash.
    pub open_interest_share_q32: u64,
    /// What is added to initial rates when open interest stands at its cap; nothing up to half.
    pub crowded_initial_q32: u64,
    /// Most unrealised profit of one side, as a share of the pool's cash, before positions are
    /// reduced.
    pub payout_bound_q32: u64,
}

/// A running reduction of the profitable positions of one side.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Deleverage {
    /// Share by which each is reduced, once.
    pub share_q32: u64,
    /// After this it is over, Unix seconds.
    pub ends_at: i64,
    /// Number of this reduction; an account remembers the last one that it took part in.
    pub epoch: u16,
    /// 1 for longs, -1 for shorts, 0 when there is none.
    pub side: i8,
    /// Zero.
    pub padding: [u8; 5],
}
