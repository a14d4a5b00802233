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
mod recovery;
mod sizing;
mod work;

pub use cost::Cost;
pub use recovery::{recover, Recovery};

use crate::bonus::{self, BonusTerms};
use crate::health::{assess, Account, Doubt, Health, State, Thresholds};
use crate::{Price, Ratio, RiskError, Usd, MAX_LEGS};
use cost::Rates;
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

/// What an account remembers between the flag and the end of its liquidation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Episode {
    /// When it was flagged, Unix seconds; zero when it is not.
    pub flagged_at: i64,
    /// When it was last flagged or liquidated.
    pub touched_at: i64,
    /// Newest publish time among the prices at which it was first seen under maintenance;
    /// [`Episode::UNSEEN`] when it has been seen over it since.
    pub publish_time: i64,
    /// Lowest E / M seen since. Costs are capped by it for the whole episode: were the cap to rise
    /// as the account heals, many small calls would pay more than one.
    pub lowest_ratio: Ratio,
}

impl Episode {
    /// Not flagged.
    pub const NONE: Self = Self {
        flagged_at: 0,
        touched_at: 0,
        publish_time: 0,
        lowest_ratio: Ratio::MAX,
    };

    /// The publish time of no sighting: no price is newer.
    pub const UNSEEN: i64 = i64::MAX;

    /// Takes back the sighting of an account that was found at or over maintenance: the next dip is
    /// not confirmed by the last one. The episode goes on, its bonus clock and its lowest E / M with
    /// it. Tells whether there was a sighting.
    pub fn unsee(&mut self) -> bool {
        let seen = self.flagged_at != 0 && self.publish_time != Self::UNSEEN;
        if seen {
            self.publish_time = Self::UNSEEN;
        }
        seen
    }

    /// Whether the account is flagged and the flag has not lapsed.
    pub fn is_live(&self, policy: &Policy, now: i64) -> bool {
        self.flagged_at != 0
            && now.saturating_sub(self.touched_at) <= i64::from(policy.flag_lapse_secs)
    }
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

/// What a receipt can claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Nothing was closed: the flagged account had recovered, and its flag is cleared.
    #[default]
    Recovered = 0,
    /// Just enough, with a certificate.
    Exact = 1,
    /// A remainder under the minimum position was closed too. The certificate is for the size
    /// before.
    Dust = 2,
    /// Enlarged to the minimum close. The certificate is for the size before.
    Minimum = 3,
    /// E / M was under the emergency ratio, so more than enough was closed. No certificate.
    Forced = 4,
    /// Closing all that can be closed does not reach the target. No certificate.
    Unhealable = 5,
    /// A circuit breaker allowed less than enough. No certificate; the episode goes on.
    Throttled = 6,
    /// The owner's recovery plan was carried out, with a certificate for his target. Closes may have
    /// been enlarged after it, as in `Dust` and `Minimum`.
    Recovery = 7,
}

/// Proof that the size was needed: it suffices, and one lot less of the same leg does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Index of the leg that was sized last.
    pub leg: u8,
    /// Its size.
    pub lots: u64,
    /// E - T with this size; at least zero.
    pub surplus: Usd,
    /// T - E with one lot less; above zero.
    pub shortfall_one_less: Usd,
}

/// What is closed of one leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Close {
    /// Lots closed; zero when the leg is left alone.
    pub lots: u64,
    /// The price they are closed at.
    pub price: Price,
    /// Notional closed.
    pub notional: Usd,
    /// What the account pays.
    pub cost: Cost,
    /// Paid to the keeper from the market's insurance line.
    pub insurance_top_up: Usd,
    /// Paid to the keeper from the market's pool line.
    pub pool_top_up: Usd,
}

/// The decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What the receipt claims.
    pub kind: Kind,
    /// Health before.
    pub before: Health,
    /// Health after.
    pub after: Health,
    /// Target requirement before, T.
    pub target: Usd,
    /// E / M that capped the costs.
    pub latched_ratio: Ratio,
    /// The bonus rate of the moment, before the cap.
    pub bonus_rate: Ratio,
    /// One entry a leg, in the account's order.
    pub closes: [Close; MAX_LEGS],
    /// Notional closed, of all legs.
    pub closed: Usd,
    /// What the keeper gets: from the account, the insurance lines and the pool lines.
    pub bonus: Usd,
    /// What the account pays, bonus included.
    pub cost: Usd,
    /// Present for `Exact`, `Dust`, `Minimum` and `Recovery`.
    pub certificate: Option<Certificate>,
    /// When the episode of this decision began, Unix seconds.
    pub flagged_at: i64,
    /// What the account remembers afterwards.
    pub episode: Episode,
}

/// Starts an episode: the first of the two sightings that a liquidation needs. In a running episode
/// whose sighting was taken back ([`Episode::unsee`]) it is the first one anew, and nothing else.
///
/// Errors: [`RiskError::AccountHealthy`], [`RiskError::NoPositions`], [`RiskError::NoFreshPrice`]
/// when no leg can be closed, [`RiskError::AlreadyFlagged`].
pub fn flag(inputs: &Inputs) -> Result<Episode, RiskError> {
    let fair = assess(&inputs.account, Doubt::Favourable)?;
    require_under_maintenance(inputs, &fair)?;
    let live = inputs.episode.is_live(inputs.policy, inputs.now);
    if live && inputs.episode.publish_time != Episode::UNSEEN {
        return Err(RiskError::AlreadyFlagged {
            since: inputs.episode.flagged_at,
        });
    }
    let ratio = if inputs.account.has_doubt() {
        assess(&inputs.account, Doubt::Plain)?.ratio_floor()
    } else {
        fair.ratio_floor()
    };
    continued(inputs, live, ratio)
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

fn require_under_maintenance(inputs: &Inputs, fair: &Health) -> Result<(), RiskError> {
    if inputs.account.legs.is_empty() {
        return Err(RiskError::NoPositions {
            equity: fair.equity,
        });
    }
    if fair.equity >= fair.maintenance {
        return Err(RiskError::AccountHealthy {
            equity: fair.equity,
            maintenance: fair.maintenance,
        });
    }
    Ok(())
}

/// A wick is not enough, and a pause protects: outside emergency every price used must be newer, by `confirm_secs`, than
/// every price at the flag.
fn confirm(inputs: &Inputs, state: State, live: bool) -> Result<(), RiskError> {
    let (oldest, _) = publish_times(inputs)?;
    if state >= State::Emergency {
        return Ok(());
    }
    if inputs.policy.emergency_only {
        return Err(RiskError::LiquidationsPaused);
    }
    if !live {
        return Err(RiskError::NotFlagged);
    }
    let needed = inputs
        .episode
        .publish_time
        .saturating_add(i64::from(inputs.policy.confirm_secs));
    if oldest < needed {
        return Err(RiskError::NotConfirmed {
            publish_time: oldest,
            needed,
        });
    }
    Ok(())
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

/// Oldest and newest publish time among the legs that count at their price as it is. A leg whose
/// price is shifted for its age cannot be the wick; any other can, whether it may be closed or not.
///
/// Errors: [`RiskError::NoFreshPrice`] when no leg can be closed.
fn publish_times(inputs: &Inputs) -> Result<(i64, i64), RiskError> {
    let marks = inputs.account.legs.iter().map(|leg| leg.mark);
    if marks.clone().all(|mark| mark.stale) {
        return Err(RiskError::NoFreshPrice);
    }
    let times = marks
        .filter(|mark| mark.age_shift == 0)
        .map(|mark| mark.publish_time);
    Ok(times.fold((i64::MAX, i64::MIN), |(oldest, newest), time| {
        (oldest.min(time), newest.max(time))
    }))
}

/// The running episode, or a new one, with this call taken into account.
fn continued(inputs: &Inputs, live: bool, ratio: Ratio) -> Result<Episode, RiskError> {
    let mut episode = if live {
        inputs.episode
    } else {
        Episode {
            flagged_at: inputs.now,
            publish_time: Episode::UNSEEN,
            ..Episode::NONE
        }
    };
    if episode.publish_time == Episode::UNSEEN {
        episode.publish_time = publish_times(inputs)?.1;
    }
    Ok(Episode {
        touched_at: inputs.now,
        lowest_ratio: episode.lowest_ratio.least(ratio),
        ..episode
    })
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
