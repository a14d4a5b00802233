//! What every policy does with a leg: values it, turns a real-valued notional into whole lots, writes
//! the cut.

use super::{pool_cost, Cut, Memory, Situation, Verdict};
use whittle_risk::health::{Doubt, Leg, Valued};
use whittle_risk::num::ONE_Q32;
use whittle_risk::{Ratio, RiskError, Usd, MAX_LEGS};

/// What is cut off before rounding up, so that 10.000000000001 lots, which is ten and an error of
/// binary fractions, is ten.
const NOISE: f64 = 1e-12;

/// A leg that can be closed now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open<'a> {
    /// Its place in the account.
    pub index: usize,
    pub leg: &'a Leg,
    /// At the oracle's price, without doubt.
    pub value: Valued,
}

/// What goes to whom besides the pool's spread and impact.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fees {
    pub keeper: Usd,
    pub insurance: Usd,
    pub pool: Usd,
}

/// The legs that can be closed, in the account's order: a leg whose price is stale has no price to be
/// closed at, on any venue.
pub(super) fn open_legs<'a>(situation: &Situation<'a>) -> Result<Vec<Open<'a>>, RiskError> {
    let legs = situation.account.legs.iter().enumerate();
    legs.filter(|(_, leg)| !leg.mark.stale)
        .map(|(index, leg)| {
            let value = leg.valued(Doubt::Plain)?;
            Ok(Open { index, leg, value })
        })
        .filter(|open| !matches!(open, Ok(open) if open.value.price.0 == 0))
        .collect()
}

/// The same, largest notional first. Who liquidates chooses the order on venues that close one position
/// in a transaction, and is paid by notional.
pub(super) fn largest_first<'a>(situation: &Situation<'a>) -> Result<Vec<Open<'a>>, RiskError> {
    let mut legs = open_legs(situation)?;
    legs.sort_by_key(|open| core::cmp::Reverse(open.value.notional));
    Ok(legs)
}

impl Open<'_> {
    /// All lots.
    pub fn lots(&self) -> u64 {
        self.leg.lots.magnitude()
    }

    /// Notional in atoms.
    pub fn notional(&self) -> f64 {
        self.value.notional as f64
    }

    /// Average maintenance rate: requirement over notional. Inside the first tier it is the tier's.
    pub fn maintenance(&self) -> f64 {
        usd(self.value.required) / self.notional()
    }

    /// The fewest lots worth `notional`, at most all. A remainder under the market's minimum position
    /// is closed too: that is the market's rule, whoever liquidates.
    pub fn lots_for(&self, notional: f64) -> Result<u64, RiskError> {
        let price = self.value.price.0 as f64 / ONE_Q32 as f64;
        let wanted = up(notional / price);
        let lots = if wanted >= self.lots() as f64 {
            self.lots()
        } else {
            wanted as u64
        };
        let rest = self.rest(lots)?;
        if lots > 0 && rest > 0 && Usd::from_magnitude(rest)? < self.leg.min_position {
            return Ok(self.lots());
        }
        Ok(lots)
    }

    /// Notional left when `lots` are closed.
    pub fn rest(&self, lots: u64) -> Result<u64, RiskError> {
        let left = self.lots().saturating_sub(lots);
        Ok(self.value.price.notional_ceil(left)?.magnitude())
    }

    /// Notional closed with `lots`.
    pub fn closed(&self, lots: u64) -> Result<u64, RiskError> {
        Ok(self.value.notional.saturating_sub(self.rest(lots)?))
    }

    /// Maintenance requirement left when `lots` are closed.
    pub fn required_after(&self, lots: u64) -> Result<Usd, RiskError> {
        let rest = self.rest(lots)?;
        self.leg.tiers.maintenance_ceil(rest, self.leg.multiplier)
    }

    /// What the market asks for opening `notional` of it, before the account's own limits and crowding.
    pub fn initial(&self, notional: u64) -> Result<Usd, RiskError> {
        let multiplier = Ratio(self.leg.initial_multiplier.0.max(self.leg.multiplier.0));
        self.leg.tiers.initial_ceil(notional, multiplier)
    }

    /// `lots` closed for `fees` and for the pool's spread and impact.
    pub fn cut(&self, lots: u64, fees: Fees) -> Result<Cut, RiskError> {
        let spread = pool_cost(self.leg, self.closed(lots)?)?;
        Ok(Cut {
            lots,
            price: self.value.price,
            keeper: fees.keeper,
            insurance: fees.insurance,
            pool: spread.plus(fees.pool)?,
        })
    }
}

/// What is to be done, which is nothing when nothing is closed or taken. Remembers when that was.
pub(super) fn decided(
    situation: &Situation,
    memory: &mut Memory,
    cuts: [Cut; MAX_LEGS],
    seized: Usd,
) -> Verdict {
    begin(situation.now, &mut memory.first_at);
    if seized.0 == 0 && cuts.iter().all(|cut| cut.lots == 0) {
        return Verdict::Wait;
    }
    memory.last_at = situation.now;
    Verdict::Cuts { cuts, seized }
}

/// An amount in atoms as a real number; exact under nine billion USD.
pub(super) fn usd(amount: Usd) -> f64 {
    amount.0 as f64
}

/// A ratio as a real number.
pub(super) fn real(ratio: Ratio) -> f64 {
    ratio.0 as f64 / ONE_Q32 as f64
}

/// The next whole number. Nothing under zero.
fn up(number: f64) -> f64 {
    (number * (1.0 - NOISE)).ceil().max(0.0)
}

/// A real amount of atoms, rounded up against the account. Nothing under zero.
pub(super) fn atoms(amount: f64) -> Result<Usd, RiskError> {
    let whole = up(amount);
    // Nine thousand billion USD: nobody has them.
    if whole < 9e18 {
        Ok(Usd(whole as i64))
    } else {
        Err(RiskError::Overflow("a USD amount"))
    }
}

/// This share of a notional, rounded up against the account.
pub(super) fn share(rate: f64, notional: u64) -> Result<Usd, RiskError> {
    atoms(rate * notional as f64)
}

/// Seconds since the policy first acted, which is now if it has not.
pub(super) fn begin(now: i64, first_at: &mut i64) -> i64 {
    if *first_at == 0 {
        *first_at = now;
    }
    now.saturating_sub(*first_at).max(0)
}
