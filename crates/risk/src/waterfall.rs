//! Who bears a loss that the account which made it cannot.
//!
//! In this order: the insurance fund up to its caps, the pool up to its cap of the day, the side of
//! the market that gained what the account lost, and the pool again. The side is never asked for
//! more than its unrealised profit, so nobody is asked for money that he paid in.
//!
//! A side bears a loss through an index, USD atoms per lot in Q32, that only grows. A position of
//! s lots that was last settled at L0 owes |s| (L - L0). The pool advances what the side bears and
//! gets it back as positions settle; its debt to the side falls by as much, so its value does not
//! change.

use crate::funding::owed_ceil;
use crate::nav::part_floor;
use crate::{Lots, RiskError, Usd};

/// Where a loss was made: those who gained it, on the other side of that market, bear it before the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Number of the market.
    pub market: u16,
    /// The loser was long.
    pub is_long: bool,
    /// What was lost there; nothing when zero or less.
    pub loss: Usd,
}

impl Origin {
    /// The larger of this and a loss that was realised after it. Losses in the same place add up, so a
    /// loss is not made small by realising it in parts.
    ///
    /// What comes out is never less than any single loss that went in: whoever wants a loss to count
    /// for another market has to lose at least as much there.
    pub fn or(self, realised: Self) -> Result<Self, RiskError> {
        if realised.loss.0 <= 0 {
            return Ok(self);
        }
        if self.loss.0 > 0 && (self.market, self.is_long) == (realised.market, realised.is_long) {
            return Ok(Self {
                loss: self.loss.plus(realised.loss)?,
                ..self
            });
        }
        Ok(if realised.loss > self.loss {
            realised
        } else {
            self
        })
    }
}

/// What each can bear of one loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// The insurance fund, under its caps for an event and for the day.
    pub insurance: Usd,
    /// What is left of the pool's cap for the day.
    pub pool_of_day: Usd,
    /// Unrealised profit of the side that gained.
    pub profit: Usd,
    /// Cash that the pool has, from which it also advances what the side bears.
    pub pool_cash: Usd,
}

/// Who bears what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allocation {
    /// From the insurance fund.
    pub insurance: Usd,
    /// From the pool, within its cap for the day.
    pub pool: Usd,
    /// From the side that gained, advanced by the pool.
    pub side: Usd,
    /// From the pool, beyond its cap: nobody else is left.
    pub pool_beyond: Usd,
    /// Not borne yet: the pool has no cash.
    pub left: Usd,
}

/// Divides `loss`. The parts sum to it, to the atom.
pub fn allocate(loss: Usd, capacity: &Capacity) -> Result<Allocation, RiskError> {
    let mut left = loss.most(Usd::ZERO);
    let mut cash = capacity.pool_cash.most(Usd::ZERO);
    let insurance = left.least(capacity.insurance.most(Usd::ZERO));
    left = left.minus(insurance)?;
    let pool = left.least(capacity.pool_of_day.most(Usd::ZERO)).least(cash);
    left = left.minus(pool)?;
    cash = cash.minus(pool)?;
    let side = left.least(capacity.profit.most(Usd::ZERO)).least(cash);
    left = left.minus(side)?;
    cash = cash.minus(side)?;
    let pool_beyond = left.least(cash);
    Ok(Allocation {
        insurance,
        pool,
        side,
        pool_beyond,
        left: left.minus(pool_beyond)?,
    })
}

/// Growth of a side's index when `lots` together bear `amount`, and what they then owe, rounded down:
/// at most `amount`, less by at most one atom and the Q32 fraction of each lot, which the pool bears.
/// Rounded up, several losses would add up to more than positions owe that settle all of them at once.
///
/// Errors: [`RiskError::DivisionByZero`] when the side is empty.
pub fn spread_floor(amount: Usd, lots: u64) -> Result<(i128, Usd), RiskError> {
    let wide = i128::from(amount.most(Usd::ZERO).0)
        .checked_shl(32)
        .ok_or(RiskError::Overflow("a loss"))?;
    let step = wide
        .checked_div(i128::from(lots))
        .ok_or(RiskError::DivisionByZero("the lots of a side"))?;
    // What is received is rounded down, so the side's part is that of a receiver, negated.
    let receiver = Lots::from_magnitude(lots)?.negated()?;
    Ok((step, owed_ceil(receiver, 0, step)?.negated()?))
}

/// Divides `amount` among parts in proportion to `weights`, in place: afterwards each holds its
/// part. Rounded so that the parts sum to the least of `amount` and the weights' sum.
pub fn pro_rata(amount: Usd, weights: &mut [Usd]) -> Result<(), RiskError> {
    let mut whole = Usd::ZERO;
    for weight in weights.iter_mut() {
        *weight = weight.most(Usd::ZERO);
        whole = whole.plus(*weight)?;
    }
    let mut left = amount.most(Usd::ZERO).least(whole);
    for weight in weights {
        if whole.0 == 0 {
            return Ok(());
        }
        // left <= whole, so no part exceeds its weight, and the last one takes what is left.
        let part = part_floor(weight.magnitude(), left.magnitude(), whole.magnitude())?;
        whole = whole.minus(*weight)?;
        *weight = Usd::from_magnitude(part)?;
        left = left.minus(*weight)?;
    }
    Ok(())
}
