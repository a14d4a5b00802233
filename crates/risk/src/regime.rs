//! Volatility regimes: requirements that follow a market's variance by themselves, within bounds.
//!
//! The variance estimate chooses a level: calm, elevated or extreme. A level means two multipliers,
//! one on initial and one on maintenance requirements. Initial ones rise at once, because they only
//! concern risk that is not taken yet. Maintenance moves along a straight line of a day or more, so
//! that no change of level liquidates anybody at once:
//!
//!   m(t) = from + (to - from) min(t, ramp) / ramp        t in whole seconds since the change
//!
//! When the level falls, the initial multiplier falls along the same line, never faster.

use crate::{Ratio, RiskError};

/// Levels there are.
pub const LEVELS: u8 = 3;
/// The most that any multiplier may be.
pub const MULTIPLIER_MAX: Ratio = Ratio(Ratio::ONE.0 << 2);
/// The fastest that maintenance may move from one level to another, seconds.
pub const RAMP_MIN_SECS: u32 = 86_400;
/// The slowest, seconds: 30 days.
pub const RAMP_MAX_SECS: u32 = 2_592_000;

/// The two multipliers of a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Multipliers {
    /// On initial requirements.
    pub initial: Ratio,
    /// On maintenance requirements and the insurance premium.
    pub maintenance: Ratio,
}

impl Multipliers {
    /// Of a calm market.
    pub const CALM: Self = Self {
        initial: Ratio::ONE,
        maintenance: Ratio::ONE,
    };
}

/// What the authority chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegimeTerms {
    /// Variance of a sampling interval from which a market is elevated.
    pub elevated_variance: Ratio,
    /// Variance from which it is extreme.
    pub extreme_variance: Ratio,
    /// Multipliers while elevated.
    pub elevated: Multipliers,
    /// Multipliers while extreme.
    pub extreme: Multipliers,
    /// Seconds that a ramp takes.
    pub ramp_secs: u32,
}

impl RegimeTerms {
    /// Bounds in code: thresholds rise and leave room to halve; multipliers are between 1 and 4,
    /// rise with the level, and maintenance is never over initial; a ramp takes 1 to 30 days.
    pub fn validate(&self) -> Result<(), RiskError> {
        let within = |it: &Multipliers| {
            it.maintenance >= Ratio::ONE
                && it.maintenance <= it.initial
                && it.initial <= MULTIPLIER_MAX
        };
        if self.elevated_variance.0 < 2 || self.extreme_variance <= self.elevated_variance {
            return Err(RiskError::BadParameter("regime: thresholds must rise"));
        }
        if !within(&self.elevated)
            || !within(&self.extreme)
            || self.extreme.initial < self.elevated.initial
            || self.extreme.maintenance < self.elevated.maintenance
        {
            return Err(RiskError::BadParameter(
                "regime: multipliers must rise with the level, from 1 to 4, maintenance at most \
                 initial",
            ));
        }
        if self.ramp_secs < RAMP_MIN_SECS || self.ramp_secs > RAMP_MAX_SECS {
            return Err(RiskError::BadParameter("regime: a ramp takes 1 to 30 days"));
        }
        Ok(())
    }

    /// The multipliers of a level.
    pub const fn multipliers(&self, level: u8) -> Multipliers {
        match level {
            0 => Multipliers::CALM,
            1 => self.elevated,
            _ => self.extreme,
        }
    }

    /// The level after a sample. Up when the variance reaches a threshold, down only when it is under
    /// half of it, so that a variance near a threshold does not go back and forth.
    pub const fn level(&self, variance: Ratio, before: u8) -> u8 {
        let (elevated, extreme) = (self.elevated_variance.0, self.extreme_variance.0);
        if variance.0 >= extreme || (before >= 2 && variance.0 >= extreme >> 1) {
            2
        } else if variance.0 >= elevated || (before >= 1 && variance.0 >= elevated >> 1) {
            1
        } else {
            0
        }
    }
}

/// Where a market stands between two levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// The level it goes to.
    pub level: u8,
    /// Multipliers when it began.
    pub from: Multipliers,
    /// Multipliers at its end.
    pub to: Multipliers,
    /// When it began, Unix seconds; zero when it is over.
    pub started_at: i64,
}

impl Ramp {
    /// A calm market.
    pub const CALM: Self = Self {
        level: 0,
        from: Multipliers::CALM,
        to: Multipliers::CALM,
        started_at: 0,
    };

    /// The multipliers at `now`, and whether the ramp is over. Between its ends both are rounded
    /// towards where they come from, so they move no faster than the line.
    ///
    /// Maintenance never passes initial: it does not at either end, and both move in proportion.
    pub fn at(&self, ramp_secs: u32, now: i64) -> Result<(Multipliers, bool), RiskError> {
        let elapsed = now.saturating_sub(self.started_at).max(0).unsigned_abs();
        let ramp = u64::from(ramp_secs);
        if self.started_at == 0 || elapsed >= ramp {
            return Ok((self.to, true));
        }
        let along = |from: Ratio, to: Ratio| {
            let way = from.0.abs_diff(to.0);
            let gone = way
                .checked_mul(elapsed)
                .ok_or(RiskError::Overflow("a ramp"))?
                .checked_div(ramp)
                .ok_or(RiskError::DivisionByZero("a ramp"))?;
            Ok(if to >= from {
                Ratio(from.0.saturating_add(gone))
            } else {
                Ratio(from.0.saturating_sub(gone))
            })
        };
        let multipliers = Multipliers {
            initial: along(self.from.initial, self.to.initial)?,
            maintenance: along(self.from.maintenance, self.to.maintenance)?,
        };
        Ok((multipliers, false))
    }

    /// The ramp to another level from where the market stands. An initial multiplier that rises does
    /// so at once.
    pub fn towards(terms: &RegimeTerms, level: u8, current: Multipliers, now: i64) -> Self {
        let to = terms.multipliers(level);
        Self {
            level,
            from: Multipliers {
                initial: if to.initial > current.initial {
                    to.initial
                } else {
                    current.initial
                },
                maintenance: current.maintenance,
            },
            to,
            started_at: now,
        }
    }
}
