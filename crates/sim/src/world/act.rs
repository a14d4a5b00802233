//! What keepers do: the worst accounts first, each transaction as soon as it can land.

use super::judge::Standing;
use super::seat::First;
use super::World;
use crate::exchange::{fault, q32, OrFault, USD};
use crate::policy::{Memory, Policy, Situation, Verdict};
use anyhow::{Context, Result};
use whittle::instructions::liquidate_partial;
use whittle_risk::liquidation::{self, Episode, Kind};
use whittle_risk::{Ratio, RiskError, Usd, MAX_LEGS};

impl World<'_> {
    /// One look: everybody who waits, by what the pool would lose if prices moved on.
    pub(super) fn act(&mut self, secs: u32) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let mut queue: Vec<(i64, u32, Standing)> = Vec::with_capacity(waiting.len());
        for account in waiting {
            let seat = &mut self.seats[account as usize];
            if seat.account.open_positions().next().is_none() {
                seat.waits = false;
                seat.since = 0;
                continue;
            }
            let standing = self.stand(account)?;
            let loss = self.expected_loss(&standing);
            queue.push((loss, account, standing));
        }
        queue.sort_by_key(|(loss, account, _)| (std::cmp::Reverse(*loss), *account));
        self.measures.most_waiting = self.measures.most_waiting.max(queue.len() as u64);
        let closes = self.closes;
        for (_, account, mut standing) in queue {
            if self.closes != closes {
                // Those before have changed the markets: open interest, lines, the breaker's room.
                standing = self.stand(account)?;
            }
            let is_under = standing.health.equity < standing.health.maintenance;
            if is_under || self.goes_on(account, &standing)? {
                self.measures.underwater_secs += if is_under { u64::from(secs) } else { 0 };
                self.liquidate(account, &standing)?;
            } else {
                self.cured(account, &standing)?;
            }
            if self.seats[account as usize].waits {
                self.waiting.push(account);
            } else {
                self.judge(account)?;
            }
        }
        Ok(())
    }

    /// max(0, shock * N - E), as keepers rank.
    fn expected_loss(&self, standing: &Standing) -> i64 {
        let legs = standing.snapshot.legs.iter();
        let notional: f64 = legs
            .map(|leg| q32(leg.mark.price) * leg.lots.magnitude() as f64)
            .sum();
        let loss = self.stage.terms.rank_shock * notional - standing.health.equity.0 as f64;
        loss.max(0.0) as i64
    }

    /// An account in the list that is at or over maintenance: its plan may be due.
    fn cured(&mut self, account: u32, standing: &Standing) -> Result<()> {
        let policy = self.exchange.policy;
        let seat = &mut self.seats[account as usize];
        if seat.since != 0 && seat.memory.last_at == 0 {
            self.measures.escaped += 1;
        }
        seat.since = 0;
        seat.waits = false;
        // The program's episode ends at the target; a sighting is taken back at maintenance.
        let mut episode = seat.memory.episode;
        episode.unsee();
        let target = standing.health.with_buffer(policy.thresholds.target_buffer);
        if standing.health.equity >= target.or_fault()? {
            episode = Episode::NONE;
        }
        seat.memory = Memory {
            episode,
            ..Memory::NONE
        };
        seat.account.set_episode(episode);
        if self.has_plans && seat.account.recovery.trigger_q32 != 0 && self.now >= seat.ready_at {
            self.recover(account, standing)?;
        }
        Ok(())
    }

    /// Carries out an owner's plan, if it is due and the chain has room.
    fn recover(&mut self, account: u32, standing: &Standing) -> Result<()> {
        let seat = &self.seats[account as usize];
        let plan = seat.account.recovery.recovery(&self.exchange.policy);
        let plan = plan.or_fault()?;
        let min_fee = self.min_pay(account);
        let snapshot = &standing.snapshot;
        let inputs = snapshot.inputs(&seat.account, &self.exchange.policy, self.now, min_fee);
        match liquidation::recover(&inputs, &plan) {
            Ok(decided) if self.chain.take() => {
                self.pay_fee();
                self.measures.plans += 1;
                self.measures.plan_notional += decided.closed.0;
                self.measures.plan_cost += decided.cost.0;
                self.apply_plan(account, standing, &decided, false)?;
                self.push(standing, &decided);
                Ok(())
            }
            Err(RiskError::NotUnderTrigger { .. }) => Ok(()),
            // Full, in doubt or not worth it: again at the next look.
            Ok(_)
            | Err(
                RiskError::NoFreshPrice
                | RiskError::UncertainPrice
                | RiskError::BonusBelowMinimum { .. },
            ) => {
                self.seats[account as usize].waits = true;
                Ok(())
            }
            Err(error) => Err(fault(error)),
        }
    }

    /// The least that a keeper takes a transaction for: nothing where the exchange's own has to.
    fn min_pay(&self, account: u32) -> Usd {
        let terms = &self.stage.terms.keepers;
        let since = self.seats[account as usize].since;
        if since != 0 && self.now - since >= i64::from(terms.patience_secs) {
            return Usd::ZERO;
        }
        Usd(((terms.min_profit + self.chain.fee(terms)) * USD).ceil() as i64)
    }

    fn pay_fee(&mut self) {
        let fee = self.chain.fee(&self.stage.terms.keepers);
        self.measures.keeper_fees += (fee * USD) as i64;
    }

    /// Asks the policy, and does what it says.
    fn liquidate(&mut self, account: u32, standing: &Standing) -> Result<()> {
        if self.now < self.seats[account as usize].ready_at {
            return Ok(());
        }
        self.note_worst(account, standing)?;
        let mut memory = self.seats[account as usize].memory;
        let min_pay = self.min_pay(account);
        let before = memory.episode;
        let verdict = self.with_situation(account, standing, |policy, situation| {
            policy.decide(situation, &mut memory)
        })?;
        let flags = memory.episode != before;
        if !matches!(verdict, Verdict::Wait) || flags {
            if !self.chain.take() {
                return Ok(());
            }
            self.pay_fee();
        }
        match verdict {
            Verdict::Wait => {
                let seat = &mut self.seats[account as usize];
                seat.memory = memory;
                seat.account.set_episode(memory.episode);
                Ok(())
            }
            Verdict::Plan(plan) if plan.kind == Kind::Recovered => {
                let seat = &mut self.seats[account as usize];
                seat.memory = memory;
                seat.account.set_episode(plan.episode);
                Ok(())
            }
            Verdict::Plan(plan) => {
                self.recorder.see(
                    &self.exchange,
                    &self.seats[account as usize].account,
                    before,
                    self.now,
                    // Of an insolvent account the policy takes any.
                    min_pay.least(plan.bonus),
                    &plan,
                );
                self.seats[account as usize].memory = memory;
                self.note_first(account, standing, plan.closed.0);
                self.apply_plan(account, standing, &plan, true)?;
                self.recorder
                    .done(&self.exchange, &self.seats[account as usize].account);
                self.push(standing, &plan);
                self.after(account)
            }
            Verdict::Cuts { cuts, seized } => {
                self.seats[account as usize].memory = memory;
                let closed = self.apply_cuts(account, standing, &cuts, seized)?;
                self.note_first(account, standing, closed);
                self.after(account)
            }
        }
    }

    /// Remembers the leg that has lost most: should the account end in deficit, those who gained it come
    /// first.
    pub(super) fn note_worst(&mut self, account: u32, standing: &Standing) -> Result<()> {
        let worst = liquidate_partial::worst(&standing.snapshot);
        let (leg, side) = worst.or_fault()?;
        let seat = &mut self.seats[account as usize];
        seat.worst_market = u16::try_from(standing.markets[leg])?;
        seat.worst_side = side.sign();
        Ok(())
    }

    fn terms_of(&self, standing: &Standing) -> ([Ratio; MAX_LEGS], [Usd; MAX_LEGS]) {
        let mut fees = [Ratio::ZERO; MAX_LEGS];
        let mut scales = [Usd::ZERO; MAX_LEGS];
        for ((fee, scale), number) in fees.iter_mut().zip(&mut scales).zip(&standing.markets) {
            let params = &self.exchange.markets[*number].params;
            *fee = Ratio(params.close_fee_q32);
            *scale = Usd(params.skew_scale_usd_atoms);
        }
        (fees, scales)
    }

    /// Counts a liquidation of a life. `closed` is the notional.
    fn note_first(&mut self, account: u32, standing: &Standing, closed: i64) {
        let legs = standing.snapshot.legs.iter();
        let notional: f64 = legs
            .map(|leg| q32(leg.mark.price) * leg.lots.magnitude() as f64)
            .sum();
        let seat = &mut self.seats[account as usize];
        if seat.liquidations == 0 {
            seat.first = First {
                equity: standing.health.equity.0,
                own: standing.health.equity.0 - seat.added,
                notional: notional as i64,
            };
        }
        seat.liquidations += 1;
        seat.closed += closed;
        self.measures.liquidations += 1;
        self.measures.notional += closed;
        self.today.notional += closed as f64 / USD;
    }

    /// Whether a liquidation that the policy has begun goes on over maintenance.
    fn goes_on(&self, account: u32, standing: &Standing) -> Result<bool> {
        let memory = self.seats[account as usize].memory;
        if memory.last_at == 0 {
            return Ok(false);
        }
        self.with_situation(account, standing, |policy, situation| {
            Ok(!policy.is_over(situation, &memory)?)
        })
    }

    /// Asks the policy something about an account.
    fn with_situation<T>(
        &self,
        account: u32,
        standing: &Standing,
        ask: impl FnOnce(&dyn Policy, &Situation) -> Result<T, RiskError>,
    ) -> Result<T> {
        let (fees, scales) = self.terms_of(standing);
        let legs = standing.snapshot.legs.len();
        let situation = Situation {
            now: self.now,
            account: standing.snapshot.account(),
            health: standing.health,
            since: self.seats[account as usize].since,
            rules: &self.exchange.policy,
            close_fee: &fees[..legs],
            skew_scale: &scales[..legs],
            min_pay: self.min_pay(account),
        };
        let answer = ask(self.policy, &situation).or_fault();
        answer.with_context(|| format!("policy {}", self.policy.name()))
    }

    /// After something was closed: does the account wait on?
    fn after(&mut self, account: u32) -> Result<()> {
        self.is_unsettled = true;
        let holds = self.seats[account as usize]
            .account
            .open_positions()
            .next()
            .is_some();
        let mut waits = false;
        if holds {
            let left = self.stand(account)?;
            waits = left.health.equity < left.health.maintenance || self.goes_on(account, &left)?;
        }
        let seat = &mut self.seats[account as usize];
        seat.waits = waits;
        if !seat.waits {
            seat.since = 0;
            let episode = seat.memory.episode;
            seat.memory = Memory {
                episode,
                ..Memory::NONE
            };
        }
        if !holds {
            self.book_deficit(account)?;
            self.recorder
                .done(&self.exchange, &self.seats[account as usize].account);
            self.cure(account)?;
        }
        Ok(())
    }
}
