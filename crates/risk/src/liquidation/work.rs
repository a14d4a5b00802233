//! What the sizing keeps of each leg.

use super::cost::{Rates, Tariff};
use crate::health::{Doubt, Leg, Valued};
use crate::num::div_q32_floor;
use crate::{RiskError, Usd, MAX_LEGS};

/// A leg while it is being sized.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work {
    /// The leg before.
    pub value: Valued,
    /// Its rates.
    pub tariff: Tariff,
    /// Size of the leg.
    pub whole: u64,
    /// Lots that may be closed: all of them unless a breaker limits the leg.
    pub most: u64,
    /// Notional of the others.
    pub kept: u64,
    /// Lots to close.
    pub lots: u64,
    /// Tier in which the walk stands.
    pub tier: usize,
    /// Notional that the walk has left.
    pub left: u64,
    /// What a dollar repairs here; zero when nothing can be taken.
    pub repair: u64,
    /// Notional on which a bonus is earned; `u64::MAX` when nothing limits it.
    pub paid_notional: u64,
    /// The lots of that notional when it is limited.
    pub paid_lots: u64,
    /// The leg after closing `after.lots`; valid when those are `lots`.
    pub after: Closed,
    /// Whether and why more is closed than was needed.
    pub enlarged: Enlarged,
}

/// Whether and why more of a leg is closed than was needed.
// Zero by default and as long as the other fields, so that an array of fresh `Work` is all zeros,
// which one system call writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u64)]
pub(super) enum Enlarged {
    #[default]
    No,
    /// To the minimum close.
    Minimum,
    /// Because the remainder was under the minimum position.
    Dust,
}

impl Work {
    /// Values a leg, in place.
    #[inline]
    pub fn begin(&mut self, leg: &Leg) -> Result<(), RiskError> {
        self.value = leg.valued(Doubt::Plain)?;
        self.whole = leg.lots.magnitude();
        self.most = self.whole;
        self.paid_notional = u64::MAX;
        Ok(())
    }

    /// Whether the leg's room is less than the leg. A notional fits a signed amount.
    #[inline(always)]
    pub const fn is_over_room(&self, leg: &Leg) -> bool {
        leg.room.0 < self.value.notional.cast_signed()
    }

    /// Lets no more of the leg be closed than its market's room allows, in whole lots. A part that
    /// is under the minimum close, or that would have to leave less than the minimum position, is
    /// nothing: so no minimum enlarges a close beyond the room.
    #[inline]
    pub fn limit_to_room(&mut self, leg: &Leg) -> Result<(), RiskError> {
        if !self.is_over_room(leg) {
            return Ok(());
        }
        let room = leg.room.most(Usd::ZERO).magnitude();
        // The leg is worth more than the room, so its price is not zero and fewer lots fit.
        let price = self.value.price;
        let fit = div_q32_floor(room, price.0)?;
        // More lots than can be counted are more than the leg has.
        let left_at_least = price.lots_ceil(leg.min_position.magnitude());
        let most = fit.min(self.whole.saturating_sub(left_at_least.unwrap_or(u64::MAX)));
        let least = price.lots_ceil(leg.min_close.magnitude());
        self.most = if most < least.unwrap_or(u64::MAX) {
            0
        } else {
            most
        };
        let kept = self.whole.saturating_sub(self.most);
        self.kept = price.notional_ceil(kept)?.magnitude();
        Ok(())
    }

    /// Of the lots to close those on which a bonus is earned.
    #[inline]
    pub fn lots_paid_for(&self) -> u64 {
        if self.paid_notional == u64::MAX {
            self.lots
        } else {
            self.lots.min(self.paid_lots)
        }
    }

    /// Notional that the walk has taken.
    pub fn taken(&self) -> u64 {
        self.value.notional.saturating_sub(self.left)
    }
}

/// A leg of which some lots are closed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Closed {
    /// How many.
    pub lots: u64,
    /// Notional that remains.
    pub rest: u64,
    /// What the account paid.
    pub cost: Usd,
    /// Requirement that remains.
    pub required: Usd,
}

/// The leg after closing `lots`, with its exact cost and requirement.
#[inline]
pub(super) fn closed(
    rates: &Rates,
    leg: &Leg,
    work: &Work,
    lots: u64,
) -> Result<Closed, RiskError> {
    let remaining = work.whole.saturating_sub(lots);
    let rest = work.value.price.notional_ceil(remaining)?.magnitude();
    Ok(Closed {
        lots,
        rest,
        cost: rates.total_cost(leg, &work.tariff, work.value.notional, rest)?,
        required: leg.tiers.maintenance_ceil(rest, leg.multiplier)?,
    })
}

/// Legs in the order in which the walk last touched them.
#[derive(Default)]
pub(super) struct Touched {
    pub order: [usize; MAX_LEGS],
    pub len: usize,
}

impl Touched {
    /// Moves `leg` to the end.
    pub fn touch(&mut self, leg: usize) {
        let known = self
            .order
            .iter()
            .take(self.len)
            .position(|other| *other == leg);
        match known {
            Some(place) => {
                let moved = self.order.get_mut(place..self.len).unwrap_or(&mut []);
                moved.rotate_left(usize::from(moved.len() > 1));
            }
            None => self.push(leg),
        }
    }

    fn push(&mut self, leg: usize) {
        if let Some(place) = self.order.get_mut(self.len) {
            *place = leg;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Forgets the last one.
    pub fn pop(&mut self) {
        self.len = self.len.saturating_sub(1);
    }

    /// The one touched last.
    pub fn last(&self) -> Option<usize> {
        self.order.get(self.len.checked_sub(1)?).copied()
    }
}
