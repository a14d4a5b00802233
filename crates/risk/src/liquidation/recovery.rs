//! What an owner asked for before a liquidation has to: reducing at his trigger, to his target, for
//! his fee. Sized by the same walk and search as a liquidation, with the same cap on costs.

use super::cost::Rates;
use super::sizing::Sizing;
use super::work::Work;
use super::{begin, Inputs, Kind, Plan};
use crate::health::Health;
use crate::{Ratio, RiskError, Usd, MAX_LEGS};

/// The owner's plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// It may be executed while E / M is under this; over one.
    pub trigger: Ratio,
    /// It restores E / M to this; over the trigger.
    pub target: Ratio,
    /// What whoever executes it earns of the notional closed.
    pub fee: Ratio,
}

impl Recovery {
    /// Equity under which the plan may be executed: M times the trigger, rounded up, which decides as
    /// the exact product would because equity is whole.
    pub fn trigger_equity(&self, health: &Health) -> Result<Usd, RiskError> {
        self.trigger.of_ceil(health.maintenance.magnitude())
    }

    /// Equity at which the plan is fulfilled: M times the target, rounded up against the account.
    pub fn target_equity(&self, health: &Health) -> Result<Usd, RiskError> {
        health.with_buffer(self.buffer())
    }

    fn buffer(&self) -> Ratio {
        self.target.less(Ratio::ONE)
    }
}

/// Decides what executing `recovery` closes now.
///
/// As in [`super::plan`], closing x in a tier costs min(configured, theta rho m) x. Here E >= M, and
/// rho is at most one, so rho = 1 and the cap is theta m x: E / M >= 1 never falls, and all costs
/// together stay under theta M <= theta E. Configured is the owner's fee, at most the policy's
/// greatest bonus, and the pool cost; there is no insurance premium and no top-up. Nothing is forced,
/// and no second sighting is needed, because the owner asked for it.
///
/// The flag stays, but what it saw counts no more, because M <= E; reaching the liquidation target
/// ends the episode.
///
/// Errors: [`RiskError::NoPositions`], [`RiskError::NoFreshPrice`] when any price is stale, of a leg or
/// of other collateral, [`RiskError::UncertainPrice`], [`RiskError::UnderMaintenance`], [`RiskError::NotUnderTrigger`],
/// [`RiskError::BonusBelowMinimum`], [`RiskError::TooManyLegs`], and overflow as in [`super::plan`].
pub fn recover(inputs: &Inputs, recovery: &Recovery) -> Result<Plan, RiskError> {
    let policy = inputs.policy;
    let mut works = [Work::default(); MAX_LEGS];
    let works = works
        .get_mut(..inputs.account.legs.len())
        .ok_or(RiskError::TooManyLegs)?;
    let before = begin(&inputs.account, works)?;
    require_due(inputs, recovery, &before)?;

    let target = recovery.target_equity(&before)?;
    let rates = Rates {
        bonus: recovery.fee.least(policy.bonus.max),
        bonus_floor: Ratio::ZERO,
        premium_most: Ratio::ZERO,
        theta_ratio: policy.theta,
        beta: recovery.buffer(),
    };
    let mut sizing = Sizing {
        legs: inputs.account.legs,
        works,
        rates: &rates,
        before,
        target,
    };
    let certificate = sizing.just_enough()?;
    sizing.round_to_minima(None)?;
    let mut episode = inputs.episode;
    episode.unsee();
    let mut plan = Plan {
        kind: Kind::Recovery,
        before,
        target,
        latched_ratio: Ratio::ONE,
        bonus_rate: rates.bonus,
        certificate,
        flagged_at: inputs.episode.flagged_at,
        episode,
        ..Plan::default()
    };
    sizing.settle(&mut plan)?;
    if plan.bonus < inputs.min_bonus {
        return Err(RiskError::BonusBelowMinimum {
            offered: plan.bonus,
            minimum: inputs.min_bonus,
        });
    }
    if plan.after.equity >= plan.after.with_buffer(policy.thresholds.target_buffer)? {
        plan.episode = super::Episode::NONE;
    }
    Ok(plan)
}

/// Every price is one to trade at, and equity lies from maintenance up to the trigger.
fn require_due(inputs: &Inputs, recovery: &Recovery, before: &Health) -> Result<(), RiskError> {
    if inputs.account.legs.is_empty() {
        return Err(RiskError::NoPositions {
            equity: before.equity,
        });
    }
    let tokens = inputs.account.tokens;
    if tokens.stale || inputs.account.legs.iter().any(|leg| leg.mark.stale) {
        return Err(RiskError::NoFreshPrice);
    }
    if tokens.uncertain || inputs.account.has_doubt() {
        return Err(RiskError::UncertainPrice);
    }
    if before.equity < before.maintenance {
        return Err(RiskError::UnderMaintenance {
            equity: before.equity,
            maintenance: before.maintenance,
        });
    }
    let trigger = recovery.trigger_equity(before)?;
    if before.equity >= trigger {
        return Err(RiskError::NotUnderTrigger {
            equity: before.equity,
            trigger,
        });
    }
    Ok(())
}
