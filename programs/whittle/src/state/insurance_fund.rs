//! The insurance fund: takes premiums, tops up keepers.

use super::day_counter::DayCounter;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::InsuranceDrawn;
use anchor_lang::prelude::*;
use whittle_risk::breaker::is_drawn;
use whittle_risk::{Ratio, Usd};

/// How long a drawdown window lasts, and new risk waits after one.
pub const WINDOW_SECS: i64 = 86_400;

/// What the authority chooses for the fund.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct InsuranceParams {
    /// Most that it pays for one bankruptcy, USD atoms.
    pub per_event_usd_atoms: i64,
    /// Most that it pays in one day, USD atoms.
    pub per_day_usd_atoms: i64,
    /// Share that it may lose in a day before new risk waits.
    pub drawdown_q32: u64,
    /// Share of its excess collateral that an account may withdraw in a day while new risk waits.
    pub drawdown_withdraw_q32: u64,
}

/// The insurance fund.
#[account(zero_copy)]
#[derive(Debug)]
pub struct InsuranceFund {
    /// Cash outside the markets' lines.
    pub cash_usd_atoms: i64,
    /// Bump of this address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 7],
    /// Caps.
    pub params: InsuranceParams,
    /// Paid for bankruptcies in a day.
    pub paid: DayCounter,
    /// When the drawdown window began, Unix seconds.
    pub window_began_at: i64,
    /// Most cash since then, USD atoms.
    pub window_high_usd_atoms: i64,
    /// Until when new risk waits.
    pub drawn_until: i64,
    /// Cash in the markets' lines as their last settlements left it.
    pub lines_usd_atoms: i64,
    /// Room.
    pub reserved: [u8; 48],
}

impl InsuranceParams {
    /// Bounds in code: caps are not negative and in order, and the drawdown and the share that leaves
    /// an account meanwhile are over nothing and at most all.
    pub fn validate(&self) -> Outcome<()> {
        let ok = self.per_event_usd_atoms >= 0
            && self.per_day_usd_atoms >= self.per_event_usd_atoms
            && self.drawdown_q32 > 0
            && self.drawdown_q32 <= Ratio::ONE.0
            && self.drawdown_withdraw_q32 > 0
            && self.drawdown_withdraw_q32 <= Ratio::ONE.0;
        require_that(ok, WhittleError::BadInsuranceParams)
    }
}

impl InsuranceFund {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// What it may pay at this moment for a bankruptcy for which it has paid `paid` already: its cash,
    /// under the caps for an event and for the day.
    pub fn available(&self, paid: Usd, now: i64) -> Outcome<Usd> {
        let of_event = Usd(self.params.per_event_usd_atoms).minus(paid)?;
        let of_day = Usd(self.params.per_day_usd_atoms);
        Ok(Usd(self.cash_usd_atoms)
            .least(of_event)
            .least(self.paid.room(of_day, now)?)
            .most(Usd::ZERO))
    }

    /// What it has: its cash and what the markets' lines held when they were last settled. Cash that
    /// only moves into a line is no loss.
    pub fn worth(&self) -> Outcome<Usd> {
        Ok(Usd(self.cash_usd_atoms).plus(Usd(self.lines_usd_atoms))?)
    }

    /// To be called after every change, with what the fund was worth before: when it has lost more
    /// than its share of the most that it had in this window, new risk waits for a day and a new
    /// window begins. Returns the event to emit.
    pub fn watch(&mut self, before: Usd, now: i64) -> Outcome<Option<InsuranceDrawn>> {
        let worth = self.worth()?;
        if now.saturating_sub(self.window_began_at) >= WINDOW_SECS {
            self.window_began_at = now;
            self.window_high_usd_atoms = before.0;
        }
        let high = Usd(self.window_high_usd_atoms).most(before).most(worth);
        self.window_high_usd_atoms = high.0;
        if !is_drawn(high, worth, Ratio(self.params.drawdown_q32))? {
            return Ok(None);
        }
        self.window_began_at = now;
        self.window_high_usd_atoms = worth.0;
        self.drawn_until = now.saturating_add(WINDOW_SECS);
        Ok(Some(InsuranceDrawn {
            high_usd_atoms: high.0,
            worth_usd_atoms: worth.0,
            until: self.drawn_until,
        }))
    }

    /// Whether new risk waits, because the fund lost much.
    pub fn is_drawn(&self, now: i64) -> bool {
        now < self.drawn_until
    }

    /// Refuses new risk while it waits.
    pub fn require_undrawn(&self, now: i64) -> Outcome<()> {
        require_that(!self.is_drawn(now), WhittleError::InsuranceDrawn)
    }

    /// A daily limit on what leaves the pool: half of it while new risk waits.
    pub fn slowed(&self, limit: Usd, now: i64) -> Usd {
        if self.is_drawn(now) {
            Usd(limit.0 >> 1)
        } else {
            limit
        }
    }

    /// What must hold after every instruction that writes the fund.
    pub fn invariant(&self) -> Outcome<()> {
        require_that(self.cash_usd_atoms >= 0, WhittleError::InvariantCash)
    }
}
