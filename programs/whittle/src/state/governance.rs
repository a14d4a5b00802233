//! What bounds those who may change the exchange, and what they can stop.

use super::exchange::{Exchange, PAUSE_KINDS};
use super::Market;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::liquidation::Policy;
use whittle_risk::{Ratio, Usd};

/// No new risk: orders that open, and nothing else.
pub const PAUSE_NEW_RISK: u8 = 0;
/// No withdrawals.
pub const PAUSE_WITHDRAWALS: u8 = 1;
/// Only accounts under the emergency ratio are liquidated, until a grace after its end; no withdrawals
/// and no new risk either, until its end.
pub const PAUSE_LIQUIDATIONS: u8 = 2;
/// No requests of liquidity providers and no fills of them.
pub const PAUSE_LIQUIDITY: u8 = 3;

const SECS_PER_DAY: u32 = 86_400;
/// Shortest timelock: everybody must have had a day to look.
pub const TIMELOCK_MIN_SECS: u32 = SECS_PER_DAY;
/// Longest timelock: a mistake must be curable.
pub const TIMELOCK_MAX_SECS: u32 = SECS_PER_DAY.saturating_mul(30);
/// Longest pause.
pub const PAUSE_MAX_SECS: u32 = SECS_PER_DAY;
/// Grace after a pause of liquidations: what fell while they were paused is not all closed in the
/// second in which they go on. Five minutes.
pub const PAUSE_GRACE_SECS: i64 = 300;
/// Longest cooldown: a guardian who used his pause must not be without one for longer.
pub const COOLDOWN_MAX_SECS: u32 = SECS_PER_DAY.saturating_mul(30);
/// Highest multiplier that the guardian may put on initial requirements.
pub const GUARD_INITIAL_MAX_Q32: u64 = Ratio::ONE.0.saturating_mul(4);

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct GovernanceParams {
    /// Seconds between queueing a change and applying it, a day to thirty.
    pub timelock_secs: u32,
    /// Longest pause, seconds, at most a day.
    pub pause_max_secs: u32,
    /// Seconds after a pause before the next one of its kind, at least the longest pause.
    pub pause_cooldown_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
}

impl GovernanceParams {
    /// Bounds in code. The cooldown is at least as long as a pause.
    pub fn validate(&self) -> Outcome<()> {
        let ok = (TIMELOCK_MIN_SECS..=TIMELOCK_MAX_SECS).contains(&self.timelock_secs)
            && (1..=PAUSE_MAX_SECS).contains(&self.pause_max_secs)
            && (self.pause_max_secs..=COOLDOWN_MAX_SECS).contains(&self.pause_cooldown_secs)
            && self.padding == [0; 4];
        require_that(ok, WhittleError::BadGovernanceParams)
    }
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

impl MarketGuard {
    /// Nothing is tightened.
    pub const NONE: Self = Self {
        open_interest_cap_usd_atoms: -1,
        initial_q32: 0,
    };

    /// Whether this guard is at least as tight as `other` in both respects.
    pub fn is_within(&self, other: &Self) -> bool {
        let cap = other.open_interest_cap_usd_atoms;
        let capped = cap < 0 || (0..=cap).contains(&self.open_interest_cap_usd_atoms);
        capped && self.initial_q32 >= other.initial_q32
    }

    /// The guard after a wish to tighten. A cap of -1 and a multiplier of zero leave theirs alone.
    ///
    /// Errors: [`WhittleError::BadGuard`] outside the bounds, [`WhittleError::GuardLoosens`] when
    /// nothing would be tighter or something looser.
    pub fn tightened(&self, wish: &Self) -> Outcome<Self> {
        let multiplier = wish.initial_q32;
        let bounded = wish.open_interest_cap_usd_atoms >= -1
            && (multiplier == 0 || (Ratio::ONE.0..=GUARD_INITIAL_MAX_Q32).contains(&multiplier));
        require_that(bounded, WhittleError::BadGuard)?;
        let mut after = *self;
        if wish.open_interest_cap_usd_atoms >= 0 {
            after.open_interest_cap_usd_atoms = wish.open_interest_cap_usd_atoms;
        }
        if multiplier != 0 {
            after.initial_q32 = multiplier;
        }
        require_that(
            after.is_within(self) && after != *self,
            WhittleError::GuardLoosens,
        )?;
        Ok(after)
    }
}

impl Market {
    /// Most open interest of one side, by the terms and the guardian, USD atoms.
    pub fn open_interest_cap(&self) -> Usd {
        let cap = Usd(self.params.open_interest_cap_usd_atoms);
        match self.guard.open_interest_cap_usd_atoms {
            ..0 => cap,
            guard => cap.least(Usd(guard)),
        }
    }

    /// Multiplier on initial requirements: the regime's, and at least the guardian's.
    #[inline]
    pub fn initial_multiplier(&self) -> Ratio {
        Ratio(self.regime.initial_q32.max(self.guard.initial_q32))
    }
}

impl Exchange {
    /// Whether this kind is paused at `now`. A pause of liquidations pauses withdrawals and new risk
    /// too: nobody leaves or adds while losses cannot be realised.
    pub fn is_paused(&self, kind: u8, now: i64) -> bool {
        let runs = |kind: u8| {
            let pause = self.pauses.get(usize::from(kind));
            pause.is_some_and(|pause| now < pause.until)
        };
        let implied = matches!(kind, PAUSE_NEW_RISK | PAUSE_WITHDRAWALS);
        runs(kind) || (implied && runs(PAUSE_LIQUIDATIONS))
    }

    /// Fails while this kind is paused.
    pub fn require_running(&self, kind: u8, now: i64) -> Outcome<()> {
        let error = match kind {
            PAUSE_NEW_RISK => WhittleError::NewRiskPaused,
            PAUSE_WITHDRAWALS => WhittleError::WithdrawalsPaused,
            PAUSE_LIQUIDATIONS => WhittleError::LiquidationsPaused,
            _ => WhittleError::LiquidityPaused,
        };
        require_that(!self.is_paused(kind, now), error)
    }

    /// Starts a pause. One of its kind that runs or cools down is not prolonged. A pause of liquidations
    /// pauses new risk and withdrawals too, so it waits for their cooldowns and they for its own: of
    /// any time neither is paused for more than half, but for one pause.
    pub fn pause(&mut self, kind: u8, secs: u32, now: i64) -> Outcome<Pause> {
        let terms = self.params.governance;
        require_that(
            usize::from(kind) < PAUSE_KINDS && secs > 0 && secs <= terms.pause_max_secs,
            WhittleError::BadPause,
        )?;
        let entangled: &[u8] = match kind {
            PAUSE_NEW_RISK => &[PAUSE_NEW_RISK, PAUSE_LIQUIDATIONS],
            PAUSE_WITHDRAWALS => &[PAUSE_WITHDRAWALS, PAUSE_LIQUIDATIONS],
            PAUSE_LIQUIDATIONS => &[PAUSE_NEW_RISK, PAUSE_WITHDRAWALS, PAUSE_LIQUIDATIONS],
            _ => &[PAUSE_LIQUIDITY],
        };
        let cooled = entangled.iter().all(|kind| {
            let pause = self.pauses.get(usize::from(*kind));
            pause.is_some_and(|pause| now >= pause.cooldown_until)
        });
        require_that(cooled, WhittleError::PauseCoolingDown)?;
        let until = now.saturating_add(i64::from(secs));
        let pause = Pause {
            until,
            cooldown_until: until.saturating_add(i64::from(terms.pause_cooldown_secs)),
        };
        if let Some(place) = self.pauses.get_mut(usize::from(kind)) {
            *place = pause;
        }
        Ok(pause)
    }

    /// Ends a pause now; its cooldown stays.
    pub fn unpause(&mut self, kind: u8, now: i64) -> Outcome<()> {
        let pause = self
            .pauses
            .get_mut(usize::from(kind))
            .ok_or(WhittleError::BadPause)?;
        require_that(now < pause.until, WhittleError::NotPaused)?;
        pause.until = now;
        Ok(())
    }

    /// The guardian and the authority may tighten. An unset guardian is the default key, which cannot
    /// sign.
    pub fn require_guardian(&self, signer: &Pubkey) -> Outcome<()> {
        require_that(
            *signer == self.guardian || *signer == self.authority,
            WhittleError::NotGuardian,
        )
    }

    /// The rules at `now`, a pause of liquidations and the grace after it included.
    pub fn policy_at(&self, now: i64) -> Policy {
        // By its place, as `is_paused` would find it: liquidations pay for every step.
        let [_, _, liquidations, _] = &self.pauses;
        let mut policy = self.policy();
        policy.emergency_only = now < liquidations.until.saturating_add(PAUSE_GRACE_SECS);
        policy
    }

    /// From when on something listed now may be used: at once before the exchange is open, after the
    /// timelock from then on, because a listing is new risk.
    pub fn listing_opens_at(&self, now: i64) -> i64 {
        if self.opened_at == 0 {
            return 0;
        }
        now.saturating_add(i64::from(self.params.governance.timelock_secs))
    }
}
