//! The walk that finds just enough, and the exact search that proves it.
//!
//! Why greedy is least: let each tier of each leg be a segment that repairs r = tau - c per dollar
//! and has room for so many dollars. We look for the fewest dollars whose repairs sum to D. That is
//! a fractional knapsack, solved by taking segments in falling order of r, provided that a leg's
//! upper tier may always be taken before its lower one. It may: m falls from tier to tier, and
//! r = m (1 + beta) - min(cost, theta m E/M) rises with m because theta E/M < 1 + beta. So the
//! order by r never asks for a lower tier first.

use super::cost::Rates;
use super::work::{closed, Closed, Enlarged, Touched, Work};
use super::{Certificate, Close, Kind, Plan};
use crate::health::{Health, Leg};
use crate::num::{div_q32_ceil, mul_q32};
use crate::{Ratio, RiskError, Usd};

/// One call's legs, the rates and the gap to close.
pub(super) struct Sizing<'a, 'w> {
    pub legs: &'a [Leg],
    pub works: &'w mut [Work],
    pub rates: &'a Rates,
    pub before: Health,
    pub target: Usd,
}

/// How the last leg came out.
enum Search {
    /// Least size that suffices, what is over with it and what is missing with one lot less.
    Least(Closed, Usd, Usd),
    /// Not even needed.
    NotNeeded,
    /// All of it is not enough; so much is missing.
    TooSmall(Usd),
}

impl Sizing<'_, '_> {
    /// Chooses the lots of every leg so that the account just reaches its target. Without a
    /// certificate the target is out of reach and all that can be closed is.
    ///
    /// Only the last leg is left as it was found: the others are brought to their minima before it
    /// is sized, so the certificate speaks of sizes that the plan contains.
    pub fn just_enough(&mut self) -> Result<Option<Certificate>, RiskError> {
        self.rewind()?;
        let mut touched = Touched::default();
        let mut need = self.target.minus(self.before.equity)?;
        loop {
            self.walk(need, &mut touched)?;
            self.round_to_lots(&touched)?;
            need = loop {
                let Some(last) = touched.last() else {
                    return Ok(None);
                };
                match self.search(last)? {
                    Search::Least(after, surplus, shortfall_one_less) => {
                        let work = self.work_mut(last)?;
                        work.lots = after.lots;
                        work.after = after;
                        if self.round_to_minima(Some(last))? {
                            continue; // The others repair more now: size the last again.
                        }
                        return Ok(Some(Certificate {
                            leg: u8::try_from(last).unwrap_or(u8::MAX),
                            lots: after.lots,
                            surplus,
                            shortfall_one_less,
                        }));
                    }
                    Search::NotNeeded => {
                        // The legs before were rounded up and suffice.
                        self.work_mut(last)?.lots = 0;
                        touched.pop();
                    }
                    Search::TooSmall(missing) => {
                        let work = self.work_mut(last)?;
                        work.lots = work.most;
                        work.left = work.kept;
                        work.repair = 0;
                        if self.best().is_none() {
                            return Ok(None);
                        }
                        break missing;
                    }
                }
            };
        }
    }

    /// Closes every leg that has a price to close at.
    pub fn close_all(&mut self) -> Result<(), RiskError> {
        self.rewind()?;
        for (work, leg) in self.works.iter_mut().zip(self.legs) {
            if !leg.mark.stale {
                work.lots = work.whole;
            }
        }
        Ok(())
    }

    /// Limits the bonus to the lots that just suffice here, and makes a forced close no smaller.
    pub fn limit_bonus(&mut self) -> Result<(), RiskError> {
        self.just_enough()?;
        self.round_to_minima(None)?;
        for work in self.works.iter_mut() {
            let kept = work.whole.saturating_sub(work.lots);
            let rest = work.value.price.notional_ceil(kept)?.magnitude();
            work.paid_notional = work.value.notional.saturating_sub(rest);
            work.paid_lots = work.lots;
            work.lots = 0;
            work.enlarged = Enlarged::No;
        }
        Ok(())
    }

    /// Closes `share` of what would remain, rounded up to a lot. A leg that was not needed is left
    /// alone until its part is worth the minimum close, so that the share begins at just enough.
    pub fn enlarge(&mut self, share: Ratio) -> Result<(), RiskError> {
        for (work, leg) in self.works.iter_mut().zip(self.legs) {
            if leg.mark.stale {
                continue;
            }
            work.lots = work.lots.max(work.paid_lots);
            let remaining = work.whole.saturating_sub(work.lots);
            let (more, exact) =
                mul_q32(remaining, share.0).ok_or(RiskError::Overflow("lots to close"))?;
            let more = more.saturating_add(u64::from(!exact)).min(remaining);
            if work.lots == 0 && work.value.price.notional_floor(more)? < leg.min_close {
                continue;
            }
            work.lots = work.lots.saturating_add(more);
        }
        Ok(())
    }

    /// Enlarges partial closes that are too small, or that leave too little, of every leg but
    /// `except`. Tells whether any was.
    pub fn round_to_minima(&mut self, except: Option<usize>) -> Result<bool, RiskError> {
        let mut any = false;
        for index in 0..self.works.len() {
            let work = self.work_mut(index)?;
            if work.lots == 0 || work.lots == work.whole || Some(index) == except {
                continue;
            }
            let rest = self.after(index)?.rest;
            let leg = self.legs.get(index).ok_or(RiskError::TooManyLegs)?;
            let work = self.work_mut(index)?;
            let minimum = leg.min_close.magnitude();
            if work.value.notional.saturating_sub(rest) < minimum {
                // More lots than can be counted are more than the leg has.
                let lots = work.value.price.lots_ceil(minimum).unwrap_or(work.whole);
                work.lots = lots.max(work.lots.saturating_add(1)).min(work.most);
                work.enlarged = Enlarged::Minimum;
                any = true;
            }
            let rest = self.after(index)?.rest;
            let work = self.work_mut(index)?;
            if rest < leg.min_position.magnitude() && work.lots < work.whole {
                work.lots = work.whole;
                work.enlarged = Enlarged::Dust;
                any = true;
            }
        }
        Ok(any)
    }

    /// What the receipt says of a plan with a certificate.
    pub fn kind(&self) -> Kind {
        let closed = self.works.iter().filter(|work| work.lots > 0);
        match closed.map(|work| work.enlarged).max() {
            Some(Enlarged::Dust) => Kind::Dust,
            Some(Enlarged::Minimum) => Kind::Minimum,
            _ => Kind::Exact,
        }
    }

    /// Writes closes, costs, bonus and the health afterwards.
    #[inline(always)] // Its callers differ in what they decide, not in this.
    pub fn settle(&mut self, plan: &mut Plan) -> Result<(), RiskError> {
        plan.after = plan.before;
        for (index, close) in (0..self.works.len()).zip(plan.closes.iter_mut()) {
            if self.work_mut(index)?.lots == 0 {
                continue;
            }
            let after = self.after(index)?;
            let leg = self.legs.get(index).ok_or(RiskError::TooManyLegs)?;
            let work = self.works.get(index).ok_or(RiskError::TooManyLegs)?;
            let (cost, least) = self.rates.split_cost(
                leg,
                &work.tariff,
                work.value.notional,
                after.rest,
                work.paid_notional,
            )?;
            let missing = self
                .rates
                .top_up(leg, work.lots_paid_for(), cost.keeper, least)?;
            let insurance_top_up = missing.least(leg.insurance_line).most(Usd::ZERO);
            let pool_top_up = missing
                .minus(insurance_top_up)?
                .least(leg.pool_line)
                .most(Usd::ZERO);
            let closed = work.value.notional.saturating_sub(after.rest);
            *close = Close {
                lots: work.lots,
                price: work.value.price,
                notional: Usd::from_magnitude(closed)?,
                cost,
                insurance_top_up,
                pool_top_up,
            };
            plan.closed = plan.closed.plus(close.notional)?;
            plan.cost = plan.cost.plus(after.cost)?;
            plan.bonus = plan
                .bonus
                .plus(cost.keeper)?
                .plus(insurance_top_up)?
                .plus(pool_top_up)?;
            plan.after.equity = plan.after.equity.minus(after.cost)?;
            plan.after.maintenance = plan
                .after
                .maintenance
                .minus(work.value.required)?
                .plus(after.required)?;
        }
        Ok(())
    }

    /// Sets the walk to its beginning: every leg whole, standing in its top tier.
    fn rewind(&mut self) -> Result<(), RiskError> {
        for (work, leg) in self.works.iter_mut().zip(self.legs) {
            work.left = work.value.notional;
            work.after = Closed::default();
            work.tariff = self.rates.tariff(leg, work.value.tier)?;
            work.tier = work.tariff.top;
            work.repair = if leg.mark.stale || work.left <= work.kept {
                0
            } else {
                work.tariff.top_repair.0
            };
        }
        Ok(())
    }

    /// Takes notional where a dollar repairs most until `need` is repaired or nothing is left.
    fn walk(&mut self, mut need: Usd, touched: &mut Touched) -> Result<(), RiskError> {
        while need.0 > 0 {
            let Some(index) = self.best() else {
                return Ok(());
            };
            let leg = self.legs.get(index).ok_or(RiskError::TooManyLegs)?;
            let work = self.works.get_mut(index).ok_or(RiskError::TooManyLegs)?;
            touched.touch(index);
            let bottom = leg.tiers.floor_of(work.tier).max(work.kept);
            let room = work.left.saturating_sub(bottom);
            let repaired = Ratio(work.repair).of_floor(room)?;
            if repaired >= need {
                // Rounded up: half a dollar short is short.
                let taken = div_q32_ceil(need.magnitude(), work.repair)?;
                work.left = work.left.saturating_sub(taken.min(room));
                return Ok(());
            }
            need = need.minus(repaired)?;
            work.left = bottom;
            work.tier = work.tier.saturating_sub(1);
            work.repair = if work.left <= work.kept {
                0
            } else {
                self.rates.repair(leg, &work.tariff, work.tier)?.0
            };
        }
        Ok(())
    }

    /// The leg whose next dollar repairs most; ties go to what lightens the skew, then to the first.
    fn best(&self) -> Option<usize> {
        let mut best: Option<(usize, u64, bool)> = None;
        for (index, (work, leg)) in self.works.iter().zip(self.legs).enumerate() {
            let better = match best {
                None => work.repair > 0,
                Some((_, repair, lightens)) => {
                    work.repair > repair
                        || (work.repair == repair && leg.lightens_skew && !lightens)
                }
            };
            if better {
                best = Some((index, work.repair, leg.lightens_skew));
            }
        }
        best.map(|(index, ..)| index)
    }

    /// Turns the notional that the walk took into lots, rounded up.
    fn round_to_lots(&mut self, touched: &Touched) -> Result<(), RiskError> {
        for &index in touched.order.iter().take(touched.len) {
            let work = self.work_mut(index)?;
            work.lots = if work.left <= work.kept || work.value.price.0 == 0 {
                work.most
            } else {
                work.value.price.lots_ceil(work.taken())?.min(work.most)
            };
        }
        Ok(())
    }

    /// Finds the least size of leg `last` that suffices, the others being as they are.
    ///
    /// Starts at the closed form's size, doubles the step until one size suffices and another does
    /// not, and halves between them. Ends at neighbours whatever the rounding did: two or three
    /// evaluations when a lot is worth more than the rounding, about 120 in the worst case.
    fn search(&mut self, last: usize) -> Result<Search, RiskError> {
        let others = self.without(last)?;
        let work = self.works.get(last).ok_or(RiskError::TooManyLegs)?;
        let leg = self.legs.get(last).ok_or(RiskError::TooManyLegs)?;
        let over = |lots: u64| self.with(&others, leg, work, lots);

        let start = over(work.lots)?;
        let (mut short, mut enough);
        let mut step = 1u64;
        if start.1 .0 >= 0 {
            enough = start;
            loop {
                if enough.0.lots == 0 {
                    return Ok(Search::NotNeeded);
                }
                short = over(enough.0.lots.saturating_sub(step))?;
                if short.1 .0 < 0 {
                    break;
                }
                enough = short;
                step = step.saturating_mul(2);
            }
        } else {
            short = start;
            loop {
                if short.0.lots == work.most {
                    return Ok(Search::TooSmall(short.1.negated()?));
                }
                enough = over(short.0.lots.saturating_add(step).min(work.most))?;
                if enough.1 .0 >= 0 {
                    break;
                }
                short = enough;
                step = step.saturating_mul(2);
            }
        }
        while enough.0.lots.saturating_sub(short.0.lots) > 1 {
            let middle = over(short.0.lots.midpoint(enough.0.lots))?;
            if middle.1 .0 >= 0 {
                enough = middle;
            } else {
                short = middle;
            }
        }
        Ok(Search::Least(enough.0, enough.1, short.1.negated()?))
    }

    /// Health with every leg but `last` closed as chosen, and `last` left out.
    fn without(&mut self, last: usize) -> Result<Health, RiskError> {
        let mut health = self.before;
        for index in 0..self.works.len() {
            let required = self.work_mut(index)?.value.required;
            if index == last {
                health.maintenance = health.maintenance.minus(required)?;
            } else if self.work_mut(index)?.lots > 0 {
                let after = self.after(index)?;
                health.equity = health.equity.minus(after.cost)?;
                health.maintenance = health.maintenance.minus(required)?.plus(after.required)?;
            }
        }
        Ok(health)
    }

    /// Leg `index` after closing the lots chosen for it, computed once for each choice.
    #[inline]
    fn after(&mut self, index: usize) -> Result<Closed, RiskError> {
        let leg = self.legs.get(index).ok_or(RiskError::TooManyLegs)?;
        let work = self.works.get_mut(index).ok_or(RiskError::TooManyLegs)?;
        if work.after.lots != work.lots {
            work.after = closed(self.rates, leg, work, work.lots)?;
        }
        Ok(work.after)
    }

    /// The leg with `lots` closed on top of `others`, and E - T then, exactly.
    fn with(
        &self,
        others: &Health,
        leg: &Leg,
        work: &Work,
        lots: u64,
    ) -> Result<(Closed, Usd), RiskError> {
        let after = closed(self.rates, leg, work, lots)?;
        let health = Health {
            equity: others.equity.minus(after.cost)?,
            maintenance: others.maintenance.plus(after.required)?,
        };
        let target = health.with_buffer(self.rates.beta)?;
        Ok((after, health.equity.minus(target)?))
    }

    fn work_mut(&mut self, index: usize) -> Result<&mut Work, RiskError> {
        self.works.get_mut(index).ok_or(RiskError::TooManyLegs)
    }
}
