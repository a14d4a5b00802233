//! How much of which positions a liquidation closes, what it costs, and the proof that less would
//! not do.
//!
//! Closing q lots of a leg at the oracle price p realises profit or loss that equity already
//! counted, so it changes equity only by its cost, and it lowers the target requirement:
//!
//!   E' = E - q p c        T' = T - q p tau        tau = m (1 + beta)
//!
//! Setting E' = T' and solving for q, with D = T - E:
//!
//!   Result:  q* = ceil( D / (p (tau - c)) )          one leg inside one tier
//!
//! With several legs and tiers, dollars are taken where they repair most, greatest tau - c first.
//! Marginal rates only fall as a leg shrinks, so no other choice reaches the target with less
//! notional ([`sizing`] has the walk). Afterwards health is evaluated exactly and the last leg
//! stepped to the smallest size that suffices; that size and the failure of one lot less are the
//! certificate.
//!
//! `docs/liquidation.md` derives every line and works an example that a test reproduces.

mod cost;
mod decision;
mod episode;
mod recovery;
mod sizing;
mod work;

pub use cost::Cost;
pub use decision::{Certificate, Close, Kind, Plan};
pub use episode::{flag, Episode};
pub use recovery::{recover, Recovery};

use crate::bonus::{self, BonusTerms};
use crate::health::{assess, Account, Doubt, Health, State, Thresholds};
use crate::{Ratio, RiskError, Usd, MAX_LEGS};
use cost::Rates;
use episode::{confirm, continued, require_under_maintenance};
use sizing::Sizing;
use work::Work;

/// Rules of liquidation that hold for every account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Where margin call, target and emergency lie.
    pub thresholds: Thresholds,
    /// Share of the ratio-preserving cost that may be charged, under one.
    pub theta: Ratio,
    /// E / M at which everything is closed; under the emergency ratio.
    pub forced: Ratio,
    /// The keeper's bonus.
    pub bonus: BonusTerms,
    /// Seconds between the prices at the flag and those at the liquidation.
    pub confirm_secs: u32,
    /// A flag untouched for so long has lapsed.
    pub flag_lapse_secs: u32,
    /// Liquidations are paused: only accounts under the emergency ratio are liquidated.
    pub emergency_only: bool,
}

/// Everything a liquidation depends on.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The account with its legs.
    pub account: Account<'a>,
    /// The exchange's rules.
    pub policy: &'a Policy,
    /// What the account remembers.
    pub episode: Episode,
    /// Unix seconds.
    pub now: i64,
    /// The least total bonus the caller accepts.
    pub min_bonus: Usd,
}

/// Decides a liquidation.
///
/// Returns a plan with kind [`Kind::Recovered`] and nothing closed when a flagged account has
/// reached its target. Errors: [`RiskError::AccountHealthy`], [`RiskError::NoPositions`],
/// [`RiskError::NotFlagged`], [`RiskError::NotConfirmed`], [`RiskError::NoFreshPrice`],
/// [`RiskError::LiquidationsPaused`], [`RiskError::Protected`],
/// [`RiskError::BonusBelowMinimum`], [`RiskError::TooManyLegs`], and overflow of a sum that no
/// account within its market's tier table can reach.
pub fn plan(inputs: &Inputs) -> Result<Plan, RiskError> {
    let policy = inputs.policy;
    let mut works = [Work::default(); MAX_LEGS];
    let works = works
        .get_mut(..inputs.account.legs.len())
        .ok_or(RiskError::TooManyLegs)?;
    let before = begin(&inputs.account, works)?;
    let limits = works
        .iter()
        .zip(inputs.account.legs)
        .any(|(work, leg)| work.is_over_room(leg));
    let target = before.with_buffer(policy.thresholds.target_buffer)?;
    let (fair, fair_target) = if inputs.account.has_doubt() {
        let fair = assess(&inputs.account, Doubt::Favourable)?;
        (fair, fair.with_buffer(policy.thresholds.target_buffer)?)
    } else {
        (before, target)
    };
    let live = inputs.episode.is_live(policy, inputs.now);
    if live && fair.equity >= fair_target {
        return Ok(recovered(inputs, before, target));
    }
    require_under_maintenance(inputs, &fair)?;
    let state = fair.state(&policy.thresholds, true)?;
    confirm(inputs, state, live)?;
    let throttled = limits && state < State::Emergency && limit_to_rooms(inputs, works)?;

    let ratio = before.ratio_floor();
    let episode = continued(inputs, live, ratio)?;
    let rates = rates_at(inputs, &episode, episode.lowest_ratio)?;
    if ratio < policy.thresholds.emergency {
        limit_bonus(inputs, live, works, &before, target)?;
    }
    let mut sizing = Sizing {
        legs: inputs.account.legs,
        works,
        rates: &rates,
        before,
        target,
    };
    // Emergency and worse: the closed share grows to all of it.
    let share = match state {
        State::Emergency | State::Insolvent => forced_share(policy, fair.ratio_floor())?,
        _ => Ratio::ZERO,
    };
    let certificate = if share >= Ratio::ONE {
        sizing.close_all()?;
        None
    } else {
        sizing.just_enough()?
    };
    if share > Ratio::ZERO {
        sizing.enlarge(share)?;
    }
    sizing.round_to_minima(None)?;
    let kind = match certificate {
        _ if share > Ratio::ZERO => Kind::Forced,
        Some(_) => sizing.kind(),
        None => Kind::Unhealable,
    };

    let mut plan = Plan {
        kind,
        before,
        target,
        latched_ratio: episode.lowest_ratio,
        bonus_rate: rates.bonus,
        certificate: certificate.filter(|_| kind != Kind::Forced),
        flagged_at: episode.flagged_at,
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
        plan.episode = Episode::NONE;
    } else {
        if plan.after.equity >= plan.after.maintenance {
            plan.episode.unsee();
        }
        plan.kind = if throttled {
            Kind::Throttled
        } else {
            Kind::Unhealable
        };
    }
    Ok(plan)
}

/// Values every leg, and the account with them.
#[inline(always)]
fn begin(account: &Account, works: &mut [Work]) -> Result<Health, RiskError> {
    let mut health = Health {
        equity: account.assets()?,
        maintenance: Usd::ZERO,
    };
    for (work, leg) in works.iter_mut().zip(account.legs) {
        work.begin(leg)?;
        health = health.plus_leg(&work.value)?;
    }
    Ok(health)
}

fn recovered(inputs: &Inputs, before: Health, target: Usd) -> Plan {
    Plan {
        before,
        after: before,
        target,
        latched_ratio: inputs.episode.lowest_ratio,
        flagged_at: inputs.episode.flagged_at,
        episode: Episode::NONE,
        ..Plan::default()
    }
}

/// Lets no leg be closed beyond what its market's breakers leave. Tells whether that limits a leg
/// which has a price to close at.
///
/// Errors: [`RiskError::Protected`] when nothing may be closed.
#[cold]
fn limit_to_rooms(inputs: &Inputs, works: &mut [Work]) -> Result<bool, RiskError> {
    let (mut limits, mut closable) = (false, false);
    for (work, leg) in works.iter_mut().zip(inputs.account.legs) {
        if leg.mark.stale {
            continue;
        }
        work.limit_to_room(leg)?;
        limits |= work.most < work.whole;
        closable |= work.most > 0;
    }
    if closable {
        Ok(limits)
    } else {
        Err(RiskError::Protected)
    }
}

/// The rates of this moment with costs capped by `ratio`.
fn rates_at(inputs: &Inputs, episode: &Episode, ratio: Ratio) -> Result<Rates, RiskError> {
    let policy = inputs.policy;
    let elapsed = inputs.now.saturating_sub(episode.flagged_at).max(0);
    Ok(Rates {
        bonus: bonus::rate_floor(&policy.bonus, elapsed.unsigned_abs())?,
        bonus_floor: policy.bonus.floor,
        premium_most: Ratio::MAX,
        theta_ratio: policy.theta.times_floor(ratio.least(Ratio::ONE))?,
        beta: policy.thresholds.target_buffer,
    })
}

/// Under the emergency ratio ever more is closed. So that the total bonus never rises as E / M
/// falls, it is earned only on the lots that the same account would close standing exactly at that
/// ratio: they depend on no equity, and the rate on them only falls with the cost cap.
fn limit_bonus(
    inputs: &Inputs,
    live: bool,
    works: &mut [Work],
    before: &Health,
    target: Usd,
) -> Result<(), RiskError> {
    let emergency = inputs.policy.thresholds.emergency;
    let before = Health {
        equity: emergency.of_ceil(before.maintenance.magnitude())?,
        ..*before
    };
    let episode = continued(inputs, live, before.ratio_floor())?;
    let rates = rates_at(inputs, &episode, episode.lowest_ratio)?;
    let mut at_emergency = Sizing {
        legs: inputs.account.legs,
        works,
        rates: &rates,
        before,
        target,
    };
    at_emergency.limit_bonus()
}

/// 0 at the emergency ratio, 1 at the forced ratio and under it, linear between.
fn forced_share(policy: &Policy, ratio: Ratio) -> Result<Ratio, RiskError> {
    let start = policy.thresholds.emergency;
    if ratio <= policy.forced {
        return Ok(Ratio::ONE);
    }
    Ratio::between_floor(start.less(ratio).0, start.less(policy.forced).0)
}
