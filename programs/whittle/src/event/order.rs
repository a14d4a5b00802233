//! An order's life.

use anchor_lang::prelude::*;

/// An order was recorded.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPlaced {
    /// The account.
    pub account: Pubkey,
    /// Its place in the account.
    pub place: u8,
    /// The market's number.
    pub market: u16,
    /// Signed size.
    pub lots: i64,
    /// Worst price, Q32.
    pub limit_q32: u64,
    /// Reduces only.
    pub reduce_only: bool,
    /// Unix seconds.
    pub placed_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
    /// What was taken out of cash for whoever fills it, USD atoms.
    pub escrow_usd_atoms: i64,
    /// The price that it waits for, Q32; zero when it does not wait.
    pub trigger_q32: u64,
    /// Waits for the price to rise to the trigger rather than to fall to it.
    pub trigger_above: bool,
}

/// An order was filled.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFilled {
    /// The account.
    pub account: Pubkey,
    /// Whose margin account got the reward.
    pub filler: Pubkey,
    /// The market's number.
    pub market: u16,
    /// Signed lots that traded.
    pub lots: i64,
    /// The oracle's price, Q32.
    pub oracle_price_q32: u64,
    /// The price paid or received, Q32.
    pub fill_price_q32: u64,
    /// Publish time of the update.
    pub publish_time: i64,
    /// Fee on the traded notional, USD atoms.
    pub fee_usd_atoms: i64,
    /// Reward to the filler, USD atoms.
    pub reward_usd_atoms: i64,
    /// Profit realised, USD atoms.
    pub profit_usd_atoms: i64,
    /// Position afterwards.
    pub lots_after: i64,
    /// Equity afterwards, USD atoms.
    pub equity_usd_atoms: i64,
    /// Maintenance requirement afterwards, USD atoms.
    pub maintenance_usd_atoms: i64,
}

/// The update that was to fill an order could not, and the order was removed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderKilled {
    /// The account.
    pub account: Pubkey,
    /// Whose margin account got the reward.
    pub filler: Pubkey,
    /// The market's number.
    pub market: u16,
    /// Its place in the account.
    pub place: u8,
    /// Signed lots that were ordered.
    pub lots: i64,
    /// Number of the error that says why, 6200 for instance.
    pub reason: u32,
    /// Reward to the filler, USD atoms: what was set aside.
    pub reward_usd_atoms: i64,
}

/// An order expired and was removed, by whoever asked for it or for another order in its place; or
/// one that waited for its trigger was cancelled.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRemoved {
    /// The account.
    pub account: Pubkey,
    /// Its place in the account.
    pub place: u8,
    /// What was set aside for the reward and is cash again, USD atoms.
    pub returned_usd_atoms: i64,
}

/// An order's trigger price was reached: from now on it is like one that was just placed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderTriggered {
    /// The account.
    pub account: Pubkey,
    /// Its place in the account.
    pub place: u8,
    /// The market's number.
    pub market: u16,
    /// The trigger, Q32.
    pub trigger_q32: u64,
    /// The price that reached it, Q32.
    pub price_q32: u64,
    /// Publish time of that price.
    pub publish_time: i64,
    /// The first update published after this and the order delay fills it, Unix seconds.
    pub placed_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
}
