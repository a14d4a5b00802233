//! The insurance fund: takes premiums, tops up keepers.

use super::pool::SECS_PER_DAY;
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
    /// Day (Unix seconds / 86,400) that `paid_usd_atoms` counts.
    pub paid_day: i64,
    /// Paid for bankruptcies on that day.
    pub paid_usd_atoms: i64,
    /// When the drawdown window began, Unix seconds.
    pub window_began_at: i64,
    /// Most cash since then, USD atoms.
    pub window_high_usd_atoms: i64,
    /// Until when new risk waits.
    pub drawn_until: i64,
    /// Cash in the markets' lines as their last settlements left it.
    pub lines_usd_atoms: i64,
    /// Room.
    pub reserved: [u8; 56],
}

impl InsuranceParams {
    /// Bounds in code: caps are not negative and in order, and the drawdown is over nothing and at
    /// most all.
    pub fn validate(&self) -> Outcome<()> {
        let ok = self.per_event_usd_atoms >= 0
            && self.per_day_usd_atoms >= self.per_event_usd_atoms
            && self.drawdown_q32 > 0
            && self.drawdown_q32 <= Ratio::ONE.0;
        require_that(ok, WhittleError::BadInsuranceParams)
    }
}

impl InsuranceFund {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// What it may pay for one bankruptcy at this moment: its cash, under the caps for an event and
    /// for the day.
    pub fn available(&mut self, now: i64) -> Outcome<Usd> {
        let day = now.div_euclid(SECS_PER_DAY);
        if self.paid_day != day {
            self.paid_day = day;
            self.paid_usd_atoms = 0;
        }
        let of_day = Usd(self.params.per_day_usd_atoms).minus(Usd(self.paid_usd_atoms))?;
        Ok(Usd(self.cash_usd_atoms)
            .least(Usd(self.params.per_event_usd_atoms))
            .least(of_day)
            .most(Usd::ZERO))
    }

    /// Counts what was paid.
    pub fn count_paid(&mut self, amount: Usd) -> Outcome<()> {
        self.paid_usd_atoms = Usd(self.paid_usd_atoms).plus(amount)?.0;
        Ok(())
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

    /// A daily limit on what leaves the pool: half of it while new risk waits.
    pub fn slowed(&self, limit: Usd, now: i64) -> Usd {
        if now < self.drawn_until {
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
