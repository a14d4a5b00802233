//! A position, and what opening, settling and closing it moves between its account and its market.

use super::loss::Side;
use super::market::Market;
use super::raw::Wide;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::claims::{Claim, ClaimBook};
use whittle_risk::funding;
use whittle_risk::num::share_of_sum;
use whittle_risk::{Lots, Price, Usd};

/// A position in one market. Free when there are neither lots nor a claim.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Signed size.
    pub lots: i64,
    /// What it cost, signed like `lots`, USD atoms.
    pub entry_usd_atoms: i64,
    /// The market's funding index when funding was last settled, USD atoms per lot, Q32.
    pub funding_index_q32: Wide,
    /// Profit recorded and not yet collected, USD atoms.
    pub claim_usd_atoms: i64,
    /// The market's claim factor at that time.
    pub claim_factor: u64,
    /// The market's claim epoch at that time.
    pub claim_epoch: u32,
    /// Index of the market.
    pub market: u16,
    /// The last reduction of profitable positions that it took part in.
    pub deleverage_epoch: u16,
    /// The loss index of its side when losses were last settled, USD atoms per lot, Q32.
    pub loss_index_q32: Wide,
}

impl Position {
    /// Whether the slot is in use.
    pub fn is_used(&self) -> bool {
        self.lots != 0 || self.claim_usd_atoms != 0
    }

    /// Gives the slot back when neither lots nor a claim are left.
    pub fn free_if_unused(&mut self) {
        if !self.is_used() {
            *self = Self::default();
        }
    }

    /// The claim as the risk crate sees it.
    pub fn claim(&self) -> Claim {
        Claim {
            amount: Usd(self.claim_usd_atoms),
            factor: self.claim_factor,
            epoch: self.claim_epoch,
        }
    }

    /// What must hold of a position that was written.
    pub fn invariant(&self) -> Outcome<()> {
        // A long cost something, a short brought something in.
        let entry_fits = match Lots(self.lots).sign() {
            0 => self.entry_usd_atoms == 0,
            1 => self.entry_usd_atoms >= 0,
            _ => self.entry_usd_atoms <= 0,
        };
        require_that(entry_fits, WhittleError::InvariantEntry)?;
        require_that(self.claim_usd_atoms >= 0, WhittleError::InvariantClaim)
    }

    /// Stores a claim.
    pub fn set_claim(&mut self, claim: Claim) {
        self.claim_usd_atoms = claim.amount.0;
        self.claim_factor = claim.factor;
        self.claim_epoch = claim.epoch;
    }
}

/// What closing at a price came to.
#[derive(Clone, Copy, Debug)]
pub struct Closed {
    /// What the lots are worth less their entry.
    pub profit: Usd,
    /// What the account's cash changes by: what the pool line paid of the profit, with the funding,
    /// losses and claims that were settled first.
    pub cash: Usd,
}

impl Market {
    /// The claims as the risk crate sees them.
    pub fn claims(&self) -> ClaimBook {
        ClaimBook {
            unpaid: Usd(self.claims_unpaid_usd_atoms),
            pot: Usd(self.claims_pot_usd_atoms),
            factor: self.claim_factor,
            epoch: self.claim_epoch,
        }
    }

    /// Stores the claims.
    pub fn set_claims(&mut self, claims: ClaimBook) {
        self.claims_unpaid_usd_atoms = claims.unpaid.0;
        self.claims_pot_usd_atoms = claims.pot.0;
        self.claim_factor = claims.factor;
        self.claim_epoch = claims.epoch;
    }

    /// Settles a position's funding and its part of its side's losses, and collects what was funded
    /// of its claim. Returns what its account's cash changes by. Profit that the pool line cannot pay
    /// becomes a claim.
    pub fn touch(&mut self, position: &mut Position) -> Outcome<Usd> {
        let mut cash = Usd::ZERO;
        if position.claim_usd_atoms != 0 {
            let mut claims = self.claims();
            let mut claim = position.claim();
            cash = claims.collect(&mut claim)?;
            self.set_claims(claims);
            position.set_claim(claim);
        }
        let owed = funding::owed_ceil(
            Lots(position.lots),
            position.funding_index_q32.into(),
            self.funding_index_q32.into(),
        )?;
        position.funding_index_q32 = self.funding_index_q32;
        if owed != Usd::ZERO {
            self.funding_unsettled_usd_atoms = Usd(self.funding_unsettled_usd_atoms).minus(owed)?.0;
            cash = cash.plus(self.pay(position, owed.negated()?)?)?;
        }
        let borne = self.settle_loss(position)?;
        if borne != Usd::ZERO {
            cash = cash.plus(self.pay(position, borne.negated()?)?)?;
        }
        Ok(cash)
    }

    /// Moves `profit` (negative: loss) between the pool line and an account that was touched.
    /// Returns what the account's cash changes by; the rest of a profit is recorded as a claim.
    pub fn pay(&mut self, position: &mut Position, profit: Usd) -> Outcome<Usd> {
        if profit.0 <= 0 {
            self.pool_line_usd_atoms = Usd(self.pool_line_usd_atoms).minus(profit)?.0;
            return Ok(profit);
        }
        let paid = profit.least(Usd(self.pool_line_usd_atoms));
        self.pool_line_usd_atoms = Usd(self.pool_line_usd_atoms).minus(paid)?.0;
        let owed = profit.minus(paid)?;
        if owed.0 > 0 {
            let mut claims = self.claims();
            let mut claim = position.claim();
            claims.record(&mut claim, owed)?;
            self.set_claims(claims);
            position.set_claim(claim);
        }
        Ok(paid)
    }

    /// Settles a position and closes `lots` of it at `price`, without a fee.
    ///
    /// What is realised is the difference of the values before and after, both rounded down, so that
    /// the account's equity stays what it was, to the atom.
    #[inline(always)] // A call costs more than the copies.
    pub fn close_at(
        &mut self,
        position: &mut Position,
        lots: u64,
        price: Price,
    ) -> Outcome<Closed> {
        let settled = self.touch(position)?;
        let held = Lots(position.lots);
        let left = held.alike(held.magnitude().saturating_sub(lots))?;
        let proceeds = price.value_floor(held)?.minus(price.value_floor(left)?)?;
        let profit = self.close(position, lots, proceeds)?;
        let paid = self.pay(position, profit)?;
        Ok(Closed {
            profit,
            cash: settled.plus(paid)?,
        })
    }

    /// Closes `lots` of a position that was touched, for `proceeds` (what the lots are worth, signed
    /// like the position). Returns the profit, of which [`Market::pay`] tells what became cash.
    ///
    /// The closed share of the entry is rounded towards zero; the rest stays with what remains, so
    /// the sum of all entries equals the market's to the atom.
    pub fn close(&mut self, position: &mut Position, lots: u64, proceeds: Usd) -> Outcome<Usd> {
        let held = Lots(position.lots);
        let share = share_of_sum(position.entry_usd_atoms, lots, held.magnitude())?;
        let closed = held.alike(lots)?;
        self.resize(
            position,
            held.sign(),
            closed.negated()?,
            Usd(share).negated()?,
        )?;
        Ok(proceeds.minus(Usd(share))?)
    }

    /// Adds `lots` (signed like the position, if there is one) that cost `cost`, signed alike.
    pub fn open(&mut self, position: &mut Position, lots: Lots, cost: Usd) -> Outcome<()> {
        if position.lots == 0 {
            position.funding_index_q32 = self.funding_index_q32;
            position.loss_index_q32 = self.loss_index(Side::of(lots.0));
        }
        self.resize(position, lots.sign(), lots, cost)
    }

    /// Changes a position and the open interest of its side alike.
    fn resize(
        &mut self,
        position: &mut Position,
        side: i64,
        lots: Lots,
        entry: Usd,
    ) -> Outcome<()> {
        position.lots = Lots(position.lots).plus(lots)?.0;
        position.entry_usd_atoms = Usd(position.entry_usd_atoms).plus(entry)?.0;
        let overflow = WhittleError::MathOverflow;
        if side > 0 {
            self.long_lots = self.long_lots.checked_add_signed(lots.0).ok_or(overflow)?;
            self.long_entry_usd_atoms = Usd(self.long_entry_usd_atoms).plus(entry)?.0;
        } else {
            let lots = lots.negated()?.0;
            self.short_lots = self.short_lots.checked_add_signed(lots).ok_or(overflow)?;
            self.short_entry_usd_atoms = Usd(self.short_entry_usd_atoms).minus(entry)?.0;
        }
        Ok(())
    }
}
