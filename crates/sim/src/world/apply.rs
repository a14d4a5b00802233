//! What was decided is done: positions are closed, costs paid, and the outside market moves.

use super::judge::Standing;
use super::World;
use crate::exchange::{q32, OrFault, USD};
use crate::policy::Cut;
use anyhow::Result;
use whittle::instructions::liquidate_partial;
use whittle_risk::liquidation::Plan;
use whittle_risk::{Usd, MAX_LEGS};

impl World<'_> {
    /// As `liquidate_partial` and `execute_recovery` do.
    pub(super) fn apply_plan(
        &mut self,
        account: u32,
        standing: &Standing,
        plan: &Plan,
        is_liquidation: bool,
    ) -> Result<()> {
        let now = self.now;
        self.closes += 1;
        let seat = &mut self.seats[account as usize];
        seat.account.set_episode(plan.episode);
        seat.memory.episode = plan.episode;
        for (close, slot) in plan.closes.iter().zip(&standing.snapshot.slots) {
            if close.lots == 0 {
                continue;
            }
            let slot = usize::from(*slot);
            let number = usize::from(seat.account.positions[slot].market);
            let market = &mut self.exchange.markets[number];
            if is_liquidation {
                let params = market.params.breaker;
                market.breaker.count(&params, close.notional, now);
            }
            liquidate_partial::apply(&mut seat.account, market, slot, close).or_fault()?;
            market.invariant().or_fault()?;
            self.measures.top_ups += close.insurance_top_up.0;
            if is_liquidation {
                let cost = &close.cost;
                self.measures.cost_keeper += cost.keeper.0;
                self.measures.cost_insurance += cost.premium.0;
                self.measures.cost_pool += cost.pool.0;
            }
        }
        if plan.after.equity.0 < 0 {
            let snapshot = &standing.snapshot;
            liquidate_partial::note_losses(&mut seat.account, snapshot, plan).or_fault()?;
            let (leg, side) = liquidate_partial::books_in(&seat.account, snapshot).or_fault()?;
            seat.worst_market = u16::try_from(standing.markets[leg])?;
            seat.worst_side = side.sign();
        } else {
            seat.account.forget_losses();
        }
        if is_liquidation {
            seat.cost += plan.cost.0;
            self.measures.cost += plan.cost.0;
            self.today.cost += plan.cost.0 as f64 / USD;
        }
        self.keeper_cash += plan.bonus.0;
        self.measures.keeper_earned += plan.bonus.0;
        self.is_unsettled = true;
        Ok(())
    }

    /// Closes what another policy decided at the oracle's price. Returns the notional.
    pub(super) fn apply_cuts(
        &mut self,
        account: u32,
        standing: &Standing,
        cuts: &[Cut; MAX_LEGS],
        seized: Usd,
    ) -> Result<i64> {
        let mut closed = 0;
        self.closes += 1;
        let legs = standing.snapshot.slots.iter().zip(&standing.markets);
        for (cut, (slot, &number)) in cuts.iter().zip(legs) {
            if cut.lots == 0 {
                continue;
            }
            let slot = usize::from(*slot);
            let seat = &mut self.seats[account as usize];
            let direction = seat.account.positions[slot].lots.signum() as f64;
            let position = &mut seat.account.positions[slot];
            let market = &mut self.exchange.markets[number];
            let result = market.close_at(position, cut.lots, cut.price).or_fault()?;
            position.free_if_unused();
            let cost = cut.keeper.0 + cut.insurance.0 + cut.pool.0;
            seat.account.cash_usd_atoms += result.cash.0 - cost;
            seat.cost += cost;
            market.insurance_line_usd_atoms += cut.insurance.0;
            market.pool_line_usd_atoms += cut.pool.0;
            self.keeper_cash += cut.keeper.0;
            let notional = (q32(cut.price) * cut.lots as f64) as i64;
            closed += notional;
            self.measures.cost += cost;
            self.measures.cost_keeper += cut.keeper.0;
            self.measures.keeper_earned += cut.keeper.0;
            self.measures.cost_insurance += cut.insurance.0;
            self.measures.cost_pool += cut.pool.0;
            self.today.cost += cost as f64 / USD;
            self.sell(number, direction, notional);
        }
        self.seize(account, standing, seized);
        Ok(closed)
    }

    /// Takes what a backstop keeps. It goes to the pool, through the line of the first market.
    fn seize(&mut self, account: u32, standing: &Standing, seized: Usd) {
        if seized.0 <= 0 {
            return;
        }
        let seat = &mut self.seats[account as usize];
        seat.account.cash_usd_atoms -= seized.0;
        seat.cost += seized.0;
        self.measures.cost += seized.0;
        self.measures.seized += seized.0;
        self.today.cost += seized.0 as f64 / USD;
        let number = standing.markets.first().copied().unwrap_or(0);
        self.exchange.markets[number].pool_line_usd_atoms += seized.0;
    }

    /// The outside market moves by what the pool closes there.
    pub(super) fn push(&mut self, standing: &Standing, plan: &Plan) {
        let legs = standing.snapshot.legs.iter().zip(&standing.markets);
        for (close, (leg, &number)) in plan.closes.iter().zip(legs) {
            if close.lots > 0 {
                self.sell(number, leg.lots.sign() as f64, close.notional.0);
            }
        }
    }

    /// Closes `notional` of longs (direction 1) or shorts (-1) in the outside market.
    fn sell(&mut self, market: usize, direction: f64, notional: i64) {
        let (impact, dollars) = (self.stage.terms.impact, notional as f64 / USD);
        self.measures.impact += (impact.cost(dollars) * USD) as i64;
        if let Some(displaced) = self.displaced.get_mut(market) {
            displaced.push(self.now, -direction * impact.share(dollars));
        }
    }
}
