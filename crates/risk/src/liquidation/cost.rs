//! What closing costs the account, and who gets it.
//!
//! Closing notional x inside one tier frees x m of maintenance. The ratio E / M rises exactly when
//! the cost is under x m E / M: from (E - k) / (M - x m) > E / M follows k < x m E / M. So the cost
//! of each tier is
//!
//!   min( configured rate * x,  theta * m * (E / M) * x ),      theta < 1
//!
//! with E / M latched at the lowest of the episode. Result: every step raises E / M, and since the
//! sum of x m is at most M, the costs of a call stay under theta * E.

use crate::health::Leg;
use crate::num::share_of_sum;
use crate::{Ratio, RiskError, Usd};

/// Rates that are the same for every leg of one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// The bonus of the moment.
    pub bonus: Ratio,
    /// The floor up to which insurance tops the keeper up.
    pub bonus_floor: Ratio,
    /// The most insurance premium that is charged, whatever a leg asks for.
    pub premium_most: Ratio,
    /// theta * latched E / M.
    pub theta_ratio: Ratio,
    /// Target buffer.
    pub beta: Ratio,
}

/// Who gets what of a cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// To the caller; the cap is filled by this first.
    pub keeper: Usd,
    /// To the market's insurance line, second.
    pub premium: Usd,
    /// To the market's pool line, last.
    pub pool: Usd,
}

impl Cost {
    /// All three.
    pub fn total(&self) -> Result<Usd, RiskError> {
        self.keeper.plus(self.premium)?.plus(self.pool)
    }
}

/// What is the same in every evaluation of one leg.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tariff {
    /// Bonus, premium and pool cost before the cap.
    configured: Ratio,
    /// Tier in which the leg begins.
    pub top: usize,
    /// Most that may be charged there.
    top_cap: Ratio,
    /// tau - c there: by how much each dollar closed narrows the gap between T and E.
    pub top_repair: Ratio,
}

impl Rates {
    /// The tariff of a leg that stands in tier `top`.
    #[inline]
    pub fn tariff(&self, leg: &Leg, top: usize) -> Result<Tariff, RiskError> {
        let configured = self
            .bonus
            .plus(leg.premium.least(self.premium_most))?
            .plus(leg.pool_cost)?;
        let (top_cap, top_repair) = self.marginal(leg, configured, top)?;
        Ok(Tariff {
            configured,
            top,
            top_cap,
            top_repair,
        })
    }

    /// tau - c in tier `index`.
    pub fn repair(&self, leg: &Leg, tariff: &Tariff, index: usize) -> Result<Ratio, RiskError> {
        let (_, repair) = self.marginal(leg, tariff.configured, index)?;
        Ok(repair)
    }

    /// Cap and repair in tier `index`. The cap is rounded down, for the account.
    #[inline(always)]
    fn marginal(
        &self,
        leg: &Leg,
        configured: Ratio,
        index: usize,
    ) -> Result<(Ratio, Ratio), RiskError> {
        let rate = leg.tiers.maintenance_rate(index);
        let m = if leg.multiplier == Ratio::ONE {
            rate
        } else {
            rate.times_floor(leg.multiplier)?
        };
        let cap = m.times_floor(self.theta_ratio)?;
        let tau = m.plus(m.times_floor(self.beta)?)?;
        Ok((cap, tau.less(configured.least(cap))))
    }

    /// What the account pays for bringing a leg from notional `from` down to `to`.
    ///
    /// Each tier's part is rounded up against the account, but never over its cap rounded down.
    #[inline]
    pub fn total_cost(
        &self,
        leg: &Leg,
        tariff: &Tariff,
        from: u64,
        to: u64,
    ) -> Result<Usd, RiskError> {
        let mut total = Usd::ZERO;
        self.each_part(leg, tariff, from, to, |_, _, part_cost| {
            total = total.plus(part_cost)?;
            Ok(())
        })?;
        Ok(total)
    }

    /// As [`Rates::total_cost`], split among those who get it, and the bonus at the floor rate.
    ///
    /// `paid_notional` limits the notional on which a bonus is earned; what the keeper does not
    /// get of it goes to insurance.
    pub fn split_cost(
        &self,
        leg: &Leg,
        tariff: &Tariff,
        from: u64,
        to: u64,
        mut paid_notional: u64,
    ) -> Result<(Cost, Usd), RiskError> {
        let mut cost = Cost::default();
        let mut least = Usd::ZERO;
        let bonus_and_premium = self.bonus.plus(leg.premium.least(self.premium_most))?;
        self.each_part(leg, tariff, from, to, |part, cap, part_cost| {
            let paid = part.min(paid_notional);
            paid_notional = paid_notional.saturating_sub(paid);
            let keeper = self.bonus.least(cap).of_floor(paid)?.least(part_cost);
            let premium = bonus_and_premium
                .of_floor(part)?
                .least(part_cost)
                .minus(keeper)?;
            cost.keeper = cost.keeper.plus(keeper)?;
            cost.premium = cost.premium.plus(premium)?;
            cost.pool = cost.pool.plus(part_cost.minus(keeper)?.minus(premium)?)?;
            least = least.plus(self.bonus_floor.of_floor(paid)?)?;
            Ok(())
        })?;
        Ok((cost, least))
    }

    /// What the lines add to the keeper's part when it is short of `least`, the bonus at the floor
    /// rate, for closing `lots`.
    ///
    /// The opening fee, which is no less than that rate, was paid on what the lots were opened for;
    /// a short's notional has grown since when it is liquidated. So no more than that is topped up:
    ///
    ///   Result: max(0, floor * min(notional now, entry of the lots) - keeper's part)
    ///
    /// The entry's share is rounded down, for the lines.
    pub fn top_up(&self, leg: &Leg, lots: u64, keeper: Usd, least: Usd) -> Result<Usd, RiskError> {
        if keeper >= least {
            return Ok(Usd::ZERO);
        }
        let entry = share_of_sum(leg.entry.0, lots, leg.lots.magnitude())?;
        let most = self.bonus_floor.of_floor(entry.unsigned_abs())?;
        Ok(least.least(most).minus(keeper)?.most(Usd::ZERO))
    }

    /// Calls `visit` with the notional, the cap and the cost of each tier between `from` and `to`.
    #[inline]
    fn each_part(
        &self,
        leg: &Leg,
        tariff: &Tariff,
        from: u64,
        to: u64,
        mut visit: impl FnMut(u64, Ratio, Usd) -> Result<(), RiskError>,
    ) -> Result<(), RiskError> {
        let mut top = from;
        let mut index = tariff.top;
        while top > to {
            let bottom = leg.tiers.floor_of(index).max(to);
            let part = top.saturating_sub(bottom);
            let cap = if index == tariff.top {
                tariff.top_cap
            } else {
                self.marginal(leg, tariff.configured, index)?.0
            };
            let cost = tariff.configured.of_ceil(part)?.least(cap.of_floor(part)?);
            visit(part, cap, cost)?;
            top = bottom;
            index = index.saturating_sub(1);
        }
        Ok(())
    }
}
