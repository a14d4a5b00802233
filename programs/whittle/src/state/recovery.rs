//! What an account's owner wants done before a liquidation has to.

use crate::error::{require_that, Outcome, WhittleError};
use crate::state::exchange::ExchangeParams;
use anchor_lang::prelude::*;
use whittle_risk::liquidation::Recovery;
use whittle_risk::Ratio;

/// The least trigger: one basis point over maintenance. At maintenance a liquidation is in charge.
pub const MIN_TRIGGER_Q32: u64 = Ratio::ONE.0 + Ratio::from_bps_floor(1).0;
/// The greatest trigger: twice the maintenance requirement.
pub const MAX_TRIGGER_Q32: u64 = 2 * Ratio::ONE.0;
/// The greatest target: four times the maintenance requirement.
pub const MAX_TARGET_Q32: u64 = 4 * Ratio::ONE.0;

/// The plan; there is none while all of it is zero.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct RecoveryPlan {
    /// May be executed while E / M is under this; from [`MIN_TRIGGER_Q32`] to [`MAX_TRIGGER_Q32`].
    pub trigger_q32: u64,
    /// Restores E / M to this; over the trigger, at most [`MAX_TARGET_Q32`].
    pub target_q32: u64,
    /// What whoever executes it earns, as a share of the notional closed; at most the exchange's
    /// `bonus_max`.
    pub fee_max_q32: u64,
}

impl RecoveryPlan {
    /// The plan as the risk crate sees it.
    ///
    /// Errors: [`WhittleError::NoRecoveryPlan`].
    pub fn recovery(&self) -> Outcome<Recovery> {
        require_that(self.trigger_q32 != 0, WhittleError::NoRecoveryPlan)?;
        Ok(Recovery {
            trigger: Ratio(self.trigger_q32),
            target: Ratio(self.target_q32),
            fee: Ratio(self.fee_max_q32),
        })
    }

    /// Bounds in code; all zero is no plan.
    pub fn validate(&self, rules: &ExchangeParams) -> Outcome<()> {
        let fits = (MIN_TRIGGER_Q32..=MAX_TRIGGER_Q32).contains(&self.trigger_q32)
            && self.target_q32 > self.trigger_q32
            && self.target_q32 <= MAX_TARGET_Q32
            && self.fee_max_q32 <= rules.bonus_max_q32;
        require_that(
            *self == Self::default() || fits,
            WhittleError::BadRecoveryPlan,
        )
    }
}
