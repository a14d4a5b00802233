//! Profit that the pool owes and has not paid, shared pro rata by every settlement.
//!
//! All claims of a market shrink by the same factor when a settlement pays a part of them. The
//! market keeps the product of those factors; a claim recorded at factor f0 has c f / f0 unpaid at
//! factor f. A settlement that pays everything starts a new epoch, in which claims of earlier ones
//! are due in full, so the rounding of the factors never outlives the debt.

use crate::{RiskError, Usd};

/// The factor of an epoch in which nothing was paid yet, 2^63.
pub const WHOLE: u64 = 1 << 63;
/// Under this the factor has too few digits left to divide further: so much is paid as brings it here,
/// and then only payment in full is taken.
const FACTOR_MIN: u64 = 1 << 31;

/// A market's claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimBook {
    /// Recorded and not yet funded by the pool.
    pub unpaid: Usd,
    /// Funded and not yet collected by the accounts.
    pub pot: Usd,
    /// Unpaid share of a claim recorded at the start of the epoch.
    pub factor: u64,
    /// Number of times that everything was paid.
    pub epoch: u32,
}

/// One account's claim, as of the last time it was touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Recorded and not yet collected.
    pub amount: Usd,
    /// The book's factor at that time.
    pub factor: u64,
    /// The book's epoch at that time.
    pub epoch: u32,
}

impl ClaimBook {
    /// No claims.
    pub const EMPTY: Self = Self {
        unpaid: Usd::ZERO,
        pot: Usd::ZERO,
        factor: WHOLE,
        epoch: 0,
    };

    /// Records profit. The claim must have been collected to this book's factor before.
    pub fn record(&mut self, claim: &mut Claim, amount: Usd) -> Result<(), RiskError> {
        self.unpaid = self.unpaid.plus(amount)?;
        *claim = Claim {
            amount: claim.amount.plus(amount)?,
            factor: self.factor,
            epoch: self.epoch,
        };
        Ok(())
    }

    /// Takes up to `available` from the pool and returns what it took: everything unpaid, or a part
    /// that every claim shares. The factor rounds up, so no claim collects more than was funded.
    pub fn fund(&mut self, available: Usd) -> Result<Usd, RiskError> {
        if self.unpaid.0 <= 0 || available.0 <= 0 {
            return Ok(Usd::ZERO);
        }
        if available >= self.unpaid {
            let paid = self.unpaid;
            self.pot = self.pot.plus(paid)?;
            self.unpaid = Usd::ZERO;
            self.factor = WHOLE;
            self.epoch = self.epoch.wrapping_add(1);
            return Ok(paid);
        }
        let left = self.unpaid.minus(available)?;
        let factor = crate::nav::part_ceil(self.factor, left.magnitude(), self.unpaid.magnitude())?;
        let (factor, left) = if factor < FACTOR_MIN {
            self.least_left()?
        } else {
            (factor, left)
        };
        let paid = self.unpaid.minus(left)?;
        self.factor = factor;
        self.unpaid = left;
        self.pot = self.pot.plus(paid)?;
        Ok(paid)
    }

    /// The least factor, and what stays unpaid at it, rounded down: that is no less than what is left
    /// where a smaller factor would be needed, so no more is taken than there is, and no claim collects
    /// more than that.
    fn least_left(&self) -> Result<(u64, Usd), RiskError> {
        if self.factor <= FACTOR_MIN {
            return Ok((self.factor, self.unpaid));
        }
        let left = crate::nav::part_floor(self.unpaid.magnitude(), FACTOR_MIN, self.factor)?;
        Ok((FACTOR_MIN, Usd::from_magnitude(left)?))
    }

    /// What has been funded of `claim` since it was last touched, rounded down; it leaves the pot.
    pub fn collect(&mut self, claim: &mut Claim) -> Result<Usd, RiskError> {
        let unpaid = if claim.epoch != self.epoch || claim.amount == Usd::ZERO {
            Usd::ZERO
        } else if claim.factor == self.factor {
            claim.amount
        } else {
            let magnitude = claim.amount.most(Usd::ZERO).magnitude();
            Usd::from_magnitude(crate::nav::part_ceil(magnitude, self.factor, claim.factor)?)?
        };
        let due = claim.amount.minus(unpaid)?;
        self.pot = self.pot.minus(due)?;
        *claim = Claim {
            amount: unpaid,
            factor: self.factor,
            epoch: self.epoch,
        };
        Ok(due)
    }
}
