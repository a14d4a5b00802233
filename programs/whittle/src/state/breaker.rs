//! Circuit breakers of a market: how much may be liquidated in an hour, what counts as a price
//! shock, and the grace after a gap in prices.

use anchor_lang::prelude::*;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct BreakerParams {
    /// Notional that may be liquidated at once, USD atoms.
    pub capacity_usd_atoms: i64,
    /// How fast it becomes free again, USD atoms.
    pub refill_per_hour_usd_atoms: i64,
    /// A price farther from its average than this share of it is a shock.
    pub shock_q32: u64,
    /// Seconds between two prices that are a gap.
    pub gap_secs: u32,
    /// Seconds of grace after a gap.
    pub grace_secs: u32,
}

/// Where the breakers of a market stand.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Notional liquidated and not yet forgotten, USD atoms.
    pub used_usd_atoms: i64,
    /// When that was written, Unix seconds.
    pub used_at: i64,
    /// Publish time of the price that began a shock; zero when there is none.
    pub shock_since: i64,
    /// Slot in which the newest price of the shock was cached.
    pub shock_slot: u64,
    /// When the last shock began.
    pub last_shock_at: i64,
    /// Until when the grace after a gap lasts.
    pub grace_until: i64,
    /// When the last grace began.
    pub last_grace_at: i64,
}
