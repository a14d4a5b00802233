//! Volatility regimes of a market: calm, elevated, extreme.

use anchor_lang::prelude::*;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct RegimeParams {
    /// Variance of a sampling interval from which volatility is elevated.
    pub elevated_variance_q32: u64,
    /// Variance from which it is extreme.
    pub extreme_variance_q32: u64,
    /// Multiplier on initial requirements while elevated.
    pub elevated_initial_q32: u64,
    /// Multiplier on initial requirements while extreme.
    pub extreme_initial_q32: u64,
    /// Multiplier on maintenance while elevated, reached by a ramp.
    pub elevated_maintenance_q32: u64,
    /// Multiplier on maintenance while extreme, reached by a ramp.
    pub extreme_maintenance_q32: u64,
    /// Seconds that a ramp of maintenance takes.
    pub ramp_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
}

/// Where a market stands.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Regime {
    /// Multiplier on initial requirements.
    pub initial_q32: u64,
    /// Maintenance multiplier at the start of the ramp.
    pub ramp_from_q32: u64,
    /// Maintenance multiplier at its end.
    pub ramp_to_q32: u64,
    /// When the ramp began, Unix seconds; zero when there is none.
    pub ramp_started_at: i64,
    /// 0 calm, 1 elevated, 2 extreme.
    pub level: u8,
    /// Zero.
    pub padding: [u8; 7],
}
