//! The guard of a pegged collateral token.

use super::raw::CachedPrice;
use super::Bank;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::overdraft::{PegGuard, PegState};
use whittle_risk::Ratio;

/// Shortest time between steps, seconds.
pub const MIN_STEP_SECS: u32 = 60;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct DepegParams {
    /// Under this share of its peg a token has lost it.
    pub below_q32: u64,
    /// What a step takes off the haircut weight.
    pub step_q32: u64,
    /// Least haircut weight that steps reach.
    pub floor_q32: u64,
    /// Seconds between steps.
    pub step_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
}

/// Where the guard stands.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Depeg {
    /// Publish time of the price that lost the peg, Unix seconds; zero while it holds.
    pub since: i64,
    /// Publish time of the first price that had regained it; zero while it has not.
    pub regained_at: i64,
}

/// What a price did to a peg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PegStep {
    /// Nothing, or there is no peg.
    None,
    /// It was lost.
    Broken,
    /// It has held for a while again.
    Regained,
}

impl DepegParams {
    /// Bounds in code. All zero is no guard; there is none without a peg.
    pub fn validate(&self, has_peg: bool, haircut_weight: Ratio) -> Outcome<()> {
        let ok = *self == Self::default()
            || (has_peg
                && self.below_q32 > 0
                && self.below_q32 < Ratio::ONE.0
                && self.floor_q32 <= haircut_weight.0
                && self.step_q32 > 0
                && self.step_q32 <= Ratio::ONE.0
                && self.step_secs >= MIN_STEP_SECS
                && self.padding == [0; 4]);
        require_that(ok, WhittleError::BadBankParams)
    }

    fn guard(&self) -> PegGuard {
        PegGuard {
            below: Ratio(self.below_q32),
            step: Ratio(self.step_q32),
            floor: Ratio(self.floor_q32),
            step_secs: self.step_secs,
        }
    }
}

impl Bank {
    /// A weight as it counts at `now`: lowered while the peg is lost.
    #[inline]
    pub(super) fn guarded(&self, weight: Ratio, now: i64) -> Ratio {
        if self.depeg.since == 0 {
            return weight;
        }
        let guard = self.depeg_params.guard();
        guard.weight_at(weight, self.peg_state(), now)
    }

    /// Looks whether a price loses or regains the peg.
    #[inline]
    pub(super) fn watch_peg(&mut self, price: &CachedPrice) -> PegStep {
        let Some(peg) = self.peg() else {
            return PegStep::None;
        };
        let was = self.peg_state();
        let is = self.depeg_params.guard().seen(was, peg, &price.cached());
        self.depeg = Depeg {
            since: is.since,
            regained_at: is.regained_at,
        };
        match (was.since, is.since) {
            (0, 0) => PegStep::None,
            (0, _) => PegStep::Broken,
            (_, 0) => PegStep::Regained,
            _ => PegStep::None,
        }
    }

    fn peg_state(&self) -> PegState {
        PegState {
            since: self.depeg.since,
            regained_at: self.depeg.regained_at,
        }
    }
}
