//! Size tiers: the requirement grows faster than the position.
//!
//! Tier k covers notional from B(k-1) to B(k) at rate r(k), and a position pays each rate only on
//! the part inside its tier. With N in tier k,
//!
//!   requirement = sum over j < k of (B(j) - B(j-1)) r(j)  +  (N - B(k-1)) r(k)
//!               = N r(k) - deduct(k),   deduct(k) = deduct(k-1) + B(k-1) (r(k) - r(k-1)).
//!
//! Result: one multiplication and one subtraction whatever the number of tiers. Rates must rise
//! ([`TierTable::new`] enforces it), so the marginal rate only falls as a position shrinks.

use crate::{Ratio, RiskError, Usd};

/// Tiers a market can have.
pub const MAX_TIERS: usize = 4;

/// One tier as configured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tier {
    /// Upper end of the tier, in notional, inclusive.
    pub upto: Usd,
    /// Marginal maintenance rate inside the tier.
    pub maintenance: Ratio,
    /// Marginal initial rate inside the tier.
    pub initial: Ratio,
}

/// A tier with its precomputed deductions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bracket {
    /// Upper end, in notional, inclusive.
    pub upto: u64,
    /// Marginal maintenance rate.
    pub maintenance: Ratio,
    /// Marginal initial rate.
    pub initial: Ratio,
    /// What `N * maintenance` overstates, rounded down.
    pub maintenance_deduct: u64,
    /// What `N * initial` overstates, rounded down.
    pub initial_deduct: u64,
}

/// A market's tiers, smallest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TierTable {
    brackets: [Bracket; MAX_TIERS],
    len: usize,
}

impl TierTable {
    /// Checks the tiers and computes their deductions.
    ///
    /// Errors: no tier or too many, bounds or rates that do not rise, an initial rate that is not
    /// over its maintenance rate, a maintenance rate of zero or an initial rate over one.
    pub fn new(tiers: &[Tier]) -> Result<Self, RiskError> {
        if tiers.is_empty() || tiers.len() > MAX_TIERS {
            return Err(RiskError::BadParameter("tiers: give one to four"));
        }
        let mut table = Self {
            brackets: [Bracket::default(); MAX_TIERS],
            len: tiers.len(),
        };
        let mut below = Bracket::default();
        for (tier, bracket) in tiers.iter().zip(table.brackets.iter_mut()) {
            let upto = tier.upto.0.unsigned_abs();
            if tier.upto.0 <= 0 || upto <= below.upto {
                return Err(RiskError::BadParameter(
                    "tiers.upto: must rise from tier to tier",
                ));
            }
            if tier.maintenance <= below.maintenance || tier.initial <= below.initial {
                return Err(RiskError::BadParameter(
                    "tiers: both rates must rise from tier to tier",
                ));
            }
            if tier.initial <= tier.maintenance || tier.initial > Ratio::ONE {
                return Err(RiskError::BadParameter(
                    "tiers.initial: must be over maintenance and at most one",
                ));
            }
            *bracket = Bracket {
                upto,
                maintenance: tier.maintenance,
                initial: tier.initial,
                maintenance_deduct: deduct(
                    below.maintenance_deduct,
                    below.upto,
                    tier.maintenance.less(below.maintenance),
                )?,
                initial_deduct: deduct(
                    below.initial_deduct,
                    below.upto,
                    tier.initial.less(below.initial),
                )?,
            };
            below = *bracket;
        }
        Ok(table)
    }

    /// Takes over brackets that [`TierTable::new`] computed earlier and that were stored since.
    #[inline(always)]
    pub fn restore(&mut self, stored: impl Iterator<Item = Bracket>) {
        self.len = 0;
        for (place, bracket) in self.brackets.iter_mut().zip(stored) {
            *place = bracket;
            self.len = self.len.saturating_add(1);
        }
    }

    /// The brackets in use.
    #[inline(always)]
    pub fn brackets(&self) -> &[Bracket] {
        self.brackets.get(..self.len).unwrap_or(&[])
    }

    /// All four places, for storing.
    pub const fn stored(&self) -> &[Bracket; MAX_TIERS] {
        &self.brackets
    }

    /// Largest notional that an order may leave.
    pub fn limit(&self) -> Usd {
        let upto = self.brackets().last().map_or(0, |bracket| bracket.upto);
        Usd(i64::try_from(upto).unwrap_or(i64::MAX))
    }

    /// Index of the tier that holds `notional`; above the last bound the last tier's rate goes on.
    #[inline(always)]
    pub fn index_of(&self, notional: u64) -> usize {
        let mut index = 0;
        for (place, bracket) in self.brackets().iter().enumerate() {
            index = place;
            if notional <= bracket.upto {
                break;
            }
        }
        index
    }

    /// The bracket at `index`; the last one above the end.
    #[inline(always)]
    pub fn bracket(&self, index: usize) -> Bracket {
        match self.brackets.get(index) {
            Some(bracket) => *bracket,
            None => Bracket::default(),
        }
    }

    /// Marginal maintenance rate of the tier at `index`.
    #[inline(always)]
    pub fn maintenance_rate(&self, index: usize) -> Ratio {
        self.brackets
            .get(index)
            .map_or(Ratio::ZERO, |bracket| bracket.maintenance)
    }

    /// Where the tier at `index` begins: the upper end of the one below, or zero.
    #[inline(always)]
    pub fn floor_of(&self, index: usize) -> u64 {
        index
            .checked_sub(1)
            .and_then(|below| self.brackets.get(below))
            .map_or(0, |below| below.upto)
    }

    /// Where the tier at `index` ends; the last one does not.
    fn end_of(&self, index: usize) -> u64 {
        if index.saturating_add(1) >= self.len {
            return u64::MAX;
        }
        self.bracket(index).upto
    }

    /// Maintenance requirement of `notional` times the volatility multiplier, rounded up against
    /// the account.
    #[inline(always)]
    pub fn maintenance_ceil(&self, notional: u64, multiplier: Ratio) -> Result<Usd, RiskError> {
        self.maintenance_in(self.index_of(notional), notional, multiplier)
    }

    /// The same where the tier that holds `notional` is known.
    #[inline(always)]
    pub fn maintenance_in(
        &self,
        tier: usize,
        notional: u64,
        multiplier: Ratio,
    ) -> Result<Usd, RiskError> {
        match self.brackets.get(tier) {
            Some(bracket) => requirement_ceil(
                notional,
                bracket.maintenance,
                bracket.maintenance_deduct,
                multiplier,
            ),
            None => Ok(Usd::ZERO),
        }
    }

    /// Initial requirement of `notional` times the volatility multiplier, rounded up against the
    /// account.
    #[inline(always)]
    pub fn initial_ceil(&self, notional: u64, multiplier: Ratio) -> Result<Usd, RiskError> {
        match self.brackets.get(self.index_of(notional)) {
            Some(bracket) => requirement_ceil(
                notional,
                bracket.initial,
                bracket.initial_deduct,
                multiplier,
            ),
            None => Ok(Usd::ZERO),
        }
    }
}

/// How far new tiers must be scaled down so that no position requires more maintenance than before.
///
///   r = min over all notionals of  old marginal rate / new marginal rate,  at most one
///
/// A requirement is the sum of its marginal rates, so with every new one times r at most the old one,
/// no sum is higher either; the roundings of the deductions add at most an atom for each bound. The
/// ratio is rounded down, for the accounts. Above its last bound a table goes on at its last rate.
pub fn ramp_start_floor(old: &TierTable, new: &TierTable) -> Result<Ratio, RiskError> {
    let mut least = Ratio::ONE;
    for (i, before) in old.brackets().iter().enumerate() {
        for (j, after) in new.brackets().iter().enumerate() {
            let begins = old.floor_of(i).max(new.floor_of(j));
            if begins < old.end_of(i).min(new.end_of(j)) {
                let ratio = Ratio::between_floor(before.maintenance.0, after.maintenance.0)?;
                least = least.least(ratio);
            }
        }
    }
    Ok(least)
}

/// deduct(k) from deduct(k-1). Rounded down, so that the requirement is never understated.
fn deduct(below: u64, bound: u64, step: Ratio) -> Result<u64, RiskError> {
    let added = step.of_floor(bound)?.magnitude();
    below
        .checked_add(added)
        .ok_or(RiskError::Overflow("a tier's deduction"))
}

#[inline(always)]
fn requirement_ceil(
    notional: u64,
    rate: Ratio,
    deduct: u64,
    multiplier: Ratio,
) -> Result<Usd, RiskError> {
    // Inside tier k, N r(k) >= deduct(k) because N > B(k-1) and rates rise.
    let marginal = rate.of_ceil(notional)?.magnitude().saturating_sub(deduct);
    if multiplier == Ratio::ONE {
        return Usd::from_magnitude(marginal);
    }
    multiplier.of_ceil(marginal)
}
