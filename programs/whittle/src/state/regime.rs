//! Volatility regimes of a market: calm, elevated, extreme.

use super::market::Market;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::regime::{Multipliers, Ramp, RegimeTerms};
use whittle_risk::Ratio;

/// The least maintenance multiplier, from which a ramp leads up after tiers were raised.
pub const LEAST_MULTIPLIER: Ratio = Ratio(Ratio::ONE.0 >> 2);

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
    /// Initial multiplier at the start of the ramp: that of its end at least.
    pub initial_from_q32: u64,
    /// Initial multiplier at its end.
    pub initial_to_q32: u64,
    /// Seconds that the ramp takes, as configured when it began.
    pub ramp_secs: u32,
    /// 0 calm, 1 elevated, 2 extreme.
    pub level: u8,
    /// Zero.
    pub padding: [u8; 3],
}

impl RegimeParams {
    /// As the risk crate sees them.
    pub fn terms(&self) -> RegimeTerms {
        RegimeTerms {
            elevated_variance: Ratio(self.elevated_variance_q32),
            extreme_variance: Ratio(self.extreme_variance_q32),
            elevated: Multipliers {
                initial: Ratio(self.elevated_initial_q32),
                maintenance: Ratio(self.elevated_maintenance_q32),
            },
            extreme: Multipliers {
                initial: Ratio(self.extreme_initial_q32),
                maintenance: Ratio(self.extreme_maintenance_q32),
            },
            ramp_secs: self.ramp_secs,
        }
    }

    /// Bounds in code: those of [`RegimeTerms::validate`].
    pub fn validate(&self) -> Outcome<()> {
        let within = self.terms().validate().is_ok() && self.padding == [0; 4];
        require_that(within, WhittleError::BadMarketParams)
    }
}

impl Regime {
    /// A calm market.
    pub fn calm() -> Self {
        let one = Ratio::ONE.0;
        Self {
            initial_q32: one,
            ramp_from_q32: one,
            ramp_to_q32: one,
            initial_from_q32: one,
            initial_to_q32: one,
            ..Self::default()
        }
    }

    fn ramp(&self) -> Ramp {
        Ramp {
            level: self.level,
            from: Multipliers {
                initial: Ratio(self.initial_from_q32),
                maintenance: Ratio(self.ramp_from_q32),
            },
            to: Multipliers {
                initial: Ratio(self.initial_to_q32),
                maintenance: Ratio(self.ramp_to_q32),
            },
            started_at: self.ramp_started_at,
        }
    }

    fn set_ramp(&mut self, ramp: &Ramp, ramp_secs: u32) {
        self.level = ramp.level;
        self.initial_from_q32 = ramp.from.initial.0;
        self.ramp_from_q32 = ramp.from.maintenance.0;
        self.initial_to_q32 = ramp.to.initial.0;
        self.ramp_to_q32 = ramp.to.maintenance.0;
        self.ramp_started_at = ramp.started_at;
        self.ramp_secs = ramp_secs;
    }
}

impl Market {
    /// The largest maintenance multiplier that the market has or is on its way to: by it margin calls
    /// and new terms are judged.
    #[inline]
    pub fn call_multiplier(&self) -> Ratio {
        Ratio(self.multiplier_q32.max(self.regime.ramp_to_q32))
    }

    /// Moves both multipliers along a running ramp. Costs nothing when there is none.
    #[inline]
    pub fn follow_ramp(&mut self, now: i64) -> Outcome<()> {
        if self.regime.ramp_started_at == 0 {
            return Ok(());
        }
        let (current, over) = self.regime.ramp().at(self.regime.ramp_secs, now)?;
        self.multiplier_q32 = current.maintenance.0;
        self.regime.initial_q32 = current.initial.0;
        if over {
            self.regime.ramp_started_at = 0;
        }
        Ok(())
    }

    /// Chooses the level by the variance, after a sample. Tells whether it is another one; then a
    /// ramp to it has begun.
    #[inline]
    pub fn choose_regime(&mut self, now: i64) -> Outcome<bool> {
        let variance = Ratio(self.estimate.variance_q32);
        let params = self.params.regime;
        if self.regime.level == 0 && variance.0 < params.elevated_variance_q32 {
            return Ok(false);
        }
        let level = params.terms().level(variance, self.regime.level);
        if level == self.regime.level {
            return Ok(false);
        }
        self.begin_ramp(&params.terms(), level, now)?;
        Ok(true)
    }

    /// Lowers the maintenance multiplier to `ratio` of itself, at most one, and begins a ramp back to
    /// where it was going: for rates that have just been raised by as much.
    ///
    /// Errors: [`WhittleError::BadTiers`] under a quarter. Lots and least closes are checked at one,
    /// with room for that.
    pub fn lower_and_ramp(&mut self, ratio: Ratio, now: i64) -> Outcome<()> {
        self.follow_ramp(now)?;
        let lowered = Ratio(self.multiplier_q32).times_floor(ratio)?;
        require_that(lowered >= LEAST_MULTIPLIER, WhittleError::BadTiers)?;
        self.multiplier_q32 = lowered.0;
        self.regime.ramp_from_q32 = self.multiplier_q32;
        self.regime.initial_from_q32 = self.regime.initial_q32;
        self.regime.ramp_started_at = now;
        self.regime.ramp_secs = self.params.regime.ramp_secs;
        Ok(())
    }

    /// Takes new terms of the regimes. Where the present level means other multipliers than before, a
    /// ramp to them begins: an initial multiplier that rises does so at once. Tells whether it did.
    pub fn retarget_regime(&mut self, params: &RegimeParams, now: i64) -> Outcome<bool> {
        let level = self.regime.level;
        let wanted = params.terms().multipliers(level);
        let changes = wanted != self.regime.ramp().to;
        if changes {
            self.begin_ramp(&params.terms(), level, now)?;
        }
        Ok(changes)
    }

    /// Begins a ramp to the multipliers of `level` from where the market stands.
    fn begin_ramp(&mut self, terms: &RegimeTerms, level: u8, now: i64) -> Outcome<()> {
        self.follow_ramp(now)?;
        let current = Multipliers {
            initial: Ratio(self.regime.initial_q32),
            maintenance: Ratio(self.multiplier_q32),
        };
        let ramp = Ramp::towards(terms, level, current, now);
        self.regime.set_ramp(&ramp, terms.ramp_secs);
        self.follow_ramp(now)
    }
}
