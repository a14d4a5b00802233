//! What an account's owner wants done before a liquidation has to.

use crate::error::{require_that, Outcome, WhittleError};
use crate::state::exchange::ExchangeParams;
use anchor_lang::prelude::*;
use whittle_risk::liquidation::{Policy, Recovery};
use whittle_risk::Ratio;

/// The least trigger: one basis point over maintenance. At maintenance a liquidation is in charge.
pub const MIN_TRIGGER_Q32: u64 = Ratio::ONE.0 + Ratio::from_bps_floor(1).0;
/// The greatest target: four times the maintenance requirement.
pub const MAX_TARGET_Q32: u64 = 4 * Ratio::ONE.0;

/// The plan; there is none while all of it is zero.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct RecoveryPlan {
    /// May be executed while E / M is under this; from [`MIN_TRIGGER_Q32`] to C / M, which is one plus
    /// the exchange's call buffer. Over that an account is healthy and reduces with orders: a plan
    /// closes at a cached price, and must not be a way to trade at one that is known.
    pub trigger_q32: u64,
    /// Restores E / M to this; over the trigger, at most [`MAX_TARGET_Q32`].
    pub target_q32: u64,
    /// What whoever executes it earns, as a share of the notional closed; at most the exchange's
    /// `bonus_max`.
    pub fee_max_q32: u64,
}

impl RecoveryPlan {
    /// The plan as the risk crate sees it, with the trigger at most at today's call level.
    ///
    /// Errors: [`WhittleError::NoRecoveryPlan`].
    pub fn recovery(&self, policy: &Policy) -> Outcome<Recovery> {
        require_that(self.trigger_q32 != 0, WhittleError::NoRecoveryPlan)?;
        let call = Ratio::ONE.plus(policy.thresholds.call_buffer)?;
        Ok(Recovery {
            trigger: Ratio(self.trigger_q32).least(call),
            target: Ratio(self.target_q32),
            fee: Ratio(self.fee_max_q32),
        })
    }

    /// Bounds in code; all zero is no plan.
    pub fn validate(&self, rules: &ExchangeParams) -> Outcome<()> {
        let call = Ratio::ONE.0.saturating_add(rules.call_buffer_q32);
        let fits = (MIN_TRIGGER_Q32..=call).contains(&self.trigger_q32)
            && self.target_q32 > self.trigger_q32
            && self.target_q32 <= MAX_TARGET_Q32
            && self.fee_max_q32 <= rules.bonus_max_q32;
        require_that(
            *self == Self::default() || fits,
            WhittleError::BadRecoveryPlan,
        )
    }
}
