//! What an account's owner wants done before a liquidation has to.

use anchor_lang::prelude::*;

/// The plan; there is none while the trigger is zero.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct RecoveryPlan {
    /// May be executed when E / M is under this.
    pub trigger_q32: u64,
    /// Restores E / M to this.
    pub target_q32: u64,
    /// Most that whoever executes it earns, as a share of the notional closed.
    pub fee_max_q32: u64,
}
