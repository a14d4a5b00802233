//! Liquidations.

use crate::state::Receipt;
use anchor_lang::prelude::*;

/// An account was seen under maintenance.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFlagged {
    /// The account.
    pub account: Pubkey,
    /// Unix seconds.
    pub flagged_at: i64,
    /// Newest publish time among its prices.
    pub publish_time: i64,
    /// Equity / maintenance, Q32.
    pub ratio_q32: u64,
}

/// A flagged account had reached its target.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountUnflagged {
    /// The account.
    pub account: Pubkey,
    /// Equity, USD atoms.
    pub equity_usd_atoms: i64,
    /// Maintenance requirement, USD atoms.
    pub maintenance_usd_atoms: i64,
}

/// One leg of a liquidated account.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct LiquidatedLeg {
    /// Signed lots before.
    pub lots: i64,
    /// Lots closed.
    pub closed_lots: u64,
    /// Price at which the leg counted and closed, Q32.
    pub price_q32: u64,
    /// Publish time of that price.
    pub publish_time: i64,
    /// Bonus paid by the account, USD atoms.
    pub keeper_usd_atoms: i64,
    /// Premium to insurance, USD atoms.
    pub premium_usd_atoms: i64,
    /// Cost to the pool, USD atoms.
    pub pool_usd_atoms: i64,
    /// Bonus paid by the insurance line, USD atoms.
    pub insurance_top_up_usd_atoms: i64,
    /// Bonus paid by the pool line, USD atoms.
    pub pool_top_up_usd_atoms: i64,
    /// The market's number.
    pub market: u16,
    /// Zero.
    pub padding: [u8; 6],
}

/// A liquidation closed part or all of an account. Logged by [`super::Closing`].
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartiallyLiquidated {
    /// The account.
    pub account: Pubkey,
    /// The margin account that got the bonus.
    pub keeper: Pubkey,
    /// What was done and the proof.
    pub receipt: Receipt,
    /// All legs, closed or not, in slot order.
    pub legs: Vec<LiquidatedLeg>,
}

/// Losses of an insolvent account were booked against the pool.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeficitBooked {
    /// The account.
    pub account: Pubkey,
    /// The market's number.
    pub market: u16,
    /// The account's deficit afterwards, USD atoms.
    pub deficit_usd_atoms: i64,
}
