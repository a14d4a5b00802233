//! How much leverage an account may take.

use super::exchange::ExchangeParams;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::health::{self, Thresholds, LIMITED_CLASSES};
use whittle_risk::Ratio;

/// Every account is born as this.
pub const CLASS_RETAIL: u8 = 0;
/// Anybody may become this, after the delay.
pub const CLASS_STANDARD: u8 = 1;
/// As standard, and only with the authority's signature.
pub const CLASS_PROFESSIONAL: u8 = 2;
/// Least delay before more leverage, seconds.
pub const DELAY_MIN_SECS: u32 = 3_600;

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct LeverageParams {
    /// Least initial rate of a retail account.
    pub retail_initial_q32: u64,
    /// Least initial rate of a standard account.
    pub standard_initial_q32: u64,
    /// Seconds before an account may take more leverage than before.
    pub delay_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
}

impl LeverageParams {
    /// Bounds in code.
    pub fn validate(&self) -> Outcome<()> {
        let ok = self.retail_initial_q32 >= self.standard_initial_q32
            && self.retail_initial_q32 <= Ratio::ONE.0
            && self.delay_secs >= DELAY_MIN_SECS
            && self.padding == [0; 4];
        require_that(ok, WhittleError::BadLeverageParams)
    }
}

impl ExchangeParams {
    /// Least initial rates of the classes as the risk crate sees them.
    #[inline]
    pub fn class_initial(&self) -> [Ratio; LIMITED_CLASSES] {
        [
            Ratio(self.leverage.retail_initial_q32),
            Ratio(self.leverage.standard_initial_q32),
        ]
    }
}

/// The class of an account and the cap that its owner set.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leverage {
    /// Least initial rate that the owner set; zero for none.
    pub own_initial_q32: u64,
    /// The same, once the delay is over.
    pub next_own_initial_q32: u64,
    /// When the delay is over, Unix seconds; zero when nothing waits.
    pub changes_at: i64,
    /// 0 retail, 1 standard, 2 professional.
    pub class: u8,
    /// The same, once the delay is over.
    pub next_class: u8,
    /// Zero.
    pub padding: [u8; 6],
}

impl Leverage {
    /// Class and cap as they count at `now`.
    #[inline]
    pub fn counted(&self, now: i64) -> health::Leverage {
        let (class, own) = if self.changes_at != 0 && now >= self.changes_at {
            (self.next_class, self.next_own_initial_q32)
        } else {
            (self.class, self.own_initial_q32)
        };
        health::Leverage {
            class,
            own_initial: Ratio(own),
        }
    }

    /// Whether this means a higher least initial rate than `before` at some moment from `now` to
    /// `until`. What waits always means more leverage, so a rate never rises by itself: it is higher
    /// at `now`, or when a change that waited in `before` counts, or never.
    pub fn raises_over(&self, before: &Self, rules: &Thresholds, now: i64, until: i64) -> bool {
        let rises_at = |at: i64| {
            rules.least_initial(&self.counted(at)) > rules.least_initial(&before.counted(at))
        };
        rises_at(now) || (before.changes_at <= until && rises_at(before.changes_at.max(now)))
    }

    /// Sets class and cap: whatever means less leverage counts at once, whatever means more after
    /// `delay_secs`. A wish replaces the one that waited.
    pub fn set(&mut self, class: u8, own_initial: Ratio, delay_secs: u32, now: i64) {
        let held = self.counted(now);
        self.class = held.class.min(class);
        self.own_initial_q32 = held.own_initial.0.max(own_initial.0);
        self.next_class = class;
        self.next_own_initial_q32 = own_initial.0;
        let waits = self.class != class || self.own_initial_q32 != own_initial.0;
        self.changes_at = if waits {
            now.saturating_add(i64::from(delay_secs))
        } else {
            0
        };
    }
}
