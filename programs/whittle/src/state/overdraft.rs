//! What an overdraft costs and how large it may be.

use crate::error::{require_that, Outcome, WhittleError};
use crate::state::{Exchange, MarginAccount, Pool};
use anchor_lang::prelude::*;
use whittle_risk::{overdraft, Ratio, Usd};

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct OverdraftParams {
    /// Interest for a year.
    pub rate_per_year_q32: u64,
    /// An overdraft over this is converted, USD atoms.
    pub allowance_usd_atoms: i64,
}

/// The interest index: sum of rate times seconds. Written only when the rate changes.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct InterestIndex {
    /// Its value at `at`.
    pub index: u64,
    /// Unix seconds.
    pub at: i64,
}

/// Tokens of one issuer, in several banks.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct IssuerGroup {
    /// Most that all of them together may be worth, USD atoms; zero for no cap.
    pub cap_usd_atoms: i64,
    /// A bit for each bank of the group, by its number.
    pub banks: u64,
}

impl OverdraftParams {
    /// Bounds in code: at most 100 % a year, no allowance under zero.
    pub fn validate(&self) -> Outcome<()> {
        require_that(
            self.rate_per_year_q32 <= Ratio::ONE.0 && self.allowance_usd_atoms >= 0,
            WhittleError::BadExchangeParams,
        )
    }
}

impl Exchange {
    /// The interest index at `now`.
    #[inline]
    pub fn interest_index(&self, now: i64) -> u64 {
        let rate = Ratio(self.params.overdraft.rate_per_year_q32);
        overdraft::index_at(self.interest.index, self.interest.at, rate, now)
    }

    /// Stores the index. Whoever changes the rate calls this first, so that the old rate holds for
    /// the time until now.
    pub fn accrue_interest(&mut self, now: i64) {
        self.interest = InterestIndex {
            index: self.interest_index(now),
            at: now,
        };
    }
}

impl MarginAccount {
    /// Interest owed once the index is at `index`: counted and accrued since. A loss that is booked
    /// as a deficit bears none, because the pool has it already.
    #[inline]
    pub fn interest_at(&self, index: u64) -> Outcome<Usd> {
        if self.cash_usd_atoms >= 0 || self.deficit_usd_atoms > 0 {
            return Ok(Usd(self.interest_usd_atoms));
        }
        let owed = overdraft::owed_ceil(Usd(self.cash_usd_atoms), self.interest_index, index)?;
        Ok(Usd(self.interest_usd_atoms).plus(owed)?)
    }

    /// Counts interest up to now. Every instruction that changes cash or looks at health for good
    /// does this first: what is counted is for the cash as it was until now.
    #[inline]
    pub fn count_interest(&mut self, exchange: &Exchange, now: i64) -> Outcome<()> {
        self.count_interest_to(exchange.interest_index(now))
    }

    /// The same, where two accounts are counted: the index is the dear part.
    #[inline]
    pub fn count_interest_to(&mut self, index: u64) -> Outcome<()> {
        self.interest_usd_atoms = self.interest_at(index)?.0;
        // A clock that went back counts nothing twice.
        self.interest_index = self.interest_index.max(index);
        Ok(())
    }

    /// What has to come in before nothing is overdrawn and no interest is owed, as counted.
    pub fn overdraft_due(&self) -> Outcome<Usd> {
        Ok(overdraft::due(
            Usd(self.cash_usd_atoms),
            Usd(self.interest_usd_atoms),
        )?)
    }

    /// Pays the counted interest to the pool and has the pool count the overdraft as it is then.
    /// Returns what was paid.
    pub fn charge_interest(&mut self, pool: &mut Pool) -> Outcome<Usd> {
        let owed = Usd(self.interest_usd_atoms);
        self.debit(owed)?;
        pool.cash_usd_atoms = Usd(pool.cash_usd_atoms).plus(owed)?.0;
        self.interest_usd_atoms = 0;

        let overdraft = overdraft::due(Usd(self.cash_usd_atoms), Usd::ZERO)?;
        let others = Usd(pool.overdrafts_usd_atoms).minus(Usd(self.overdraft_counted_usd_atoms))?;
        pool.overdrafts_usd_atoms = others.plus(overdraft)?.0;
        self.overdraft_counted_usd_atoms = overdraft.0;
        Ok(owed)
    }
}
