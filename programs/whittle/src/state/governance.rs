//! What bounds those who may change the exchange.

use anchor_lang::prelude::*;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct GovernanceParams {
    /// Seconds between queueing a change and applying it.
    pub timelock_secs: u32,
    /// Longest pause, seconds.
    pub pause_max_secs: u32,
    /// Seconds after a pause before the next one of its kind.
    pub pause_cooldown_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
}

/// One kind of pause.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// It ends by itself, Unix seconds.
    pub until: i64,
    /// Before this there is no next one.
    pub cooldown_until: i64,
}

/// What the guardian tightened in a market.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct MarketGuard {
    /// Cap on the open interest of one side, USD atoms; -1 when the guardian set none.
    pub open_interest_cap_usd_atoms: i64,
    /// Multiplier on initial requirements; zero when the guardian set none.
    pub initial_q32: u64,
}
