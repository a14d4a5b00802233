//! Where an account stands, and what has to happen before that is asked again.
//!
//! An account stands between two levels of equity: the one under it at which something may be done to
//! it, and the one over it at which that ends. Let S be the distance to the level under it, and W by how
//! much that distance shrinks on a unit of relative move against it in every price: for a long of
//! notional N it is N (1 - g), because the level falls too, with g the least rate at which it does; for a
//! short N (1 + g) with g the greatest; collateral counts in full. While no price has moved against it
//! by more than
//!
//!   d = (15/16) S / W
//!
//! a sixteenth of S is left, which pays funding until a deadline. For an account with one position in
//! its market's first tier, as most are, d is all but exact, so that it is judged about when it has to.
//! `crates/keeper/src/judge.rs` proves the like for the keeper, which must not miss anybody; here a miss would only be late.

use super::{Feed, World};
use crate::exchange::OrFault;
use crate::trader::Habit;
use anyhow::Result;
use whittle::snapshot::Snapshot;
use whittle_risk::health::{assess, call_level, Doubt, Health};
use whittle_risk::tier::Bracket;
use whittle_risk::{Ratio, Usd};

/// Nearer than this share of the price an account is looked at in every step.
const NEAR: f64 = 0.000_2;
/// Share of the distance that is kept for funding.
const FOR_TIME: f64 = 0.0625;
/// Latest time until an account is looked at again, steps.
const LATEST: f64 = 100_000.0;

/// Where an account stands.
pub(super) struct Standing {
    pub snapshot: Snapshot,
    /// Number of each leg's market.
    pub markets: Vec<usize>,
    pub health: Health,
    pub call: Usd,
}

fn share(ratio: Ratio) -> f64 {
    ratio.0 as f64 / Ratio::ONE.0 as f64
}

impl World<'_> {
    /// Where an account stands at the newest prices, interest counted.
    pub(super) fn stand(&mut self, account: u32) -> Result<Standing> {
        self.measures.judged += 1;
        let index = self.exchange.rules.interest_index(self.now);
        let seat = &mut self.seats[account as usize];
        seat.account.count_interest_to(index).or_fault()?;
        let snapshot = self.exchange.snapshot(&seat.account, self.now).or_fault()?;
        let health = assess(&snapshot.account(), Doubt::Plain).or_fault()?;
        let call = call_level(&snapshot.account(), &self.exchange.policy.thresholds).or_fault()?;
        let positions = seat.account.open_positions();
        Ok(Standing {
            snapshot,
            markets: positions
                .map(|position| usize::from(position.market))
                .collect(),
            health,
            call,
        })
    }

    /// Judges an account: notes that it fell or was called, and sets its triggers.
    pub(super) fn judge(&mut self, account: u32) -> Result<()> {
        self.index.forget(account);
        self.is_sensitive[account as usize] = true;
        if self.seats[account as usize]
            .account
            .open_positions()
            .next()
            .is_none()
        {
            return Ok(());
        }
        self.convert_overdraft(account)?;
        let standing = self.stand(account)?;
        let (equity, call) = (standing.health.equity, standing.call);
        self.note_call(account, equity < call);
        let trigger = self.plan_trigger(account, &standing)?;
        let is_due = trigger.is_some_and(|trigger| equity < trigger);
        let latency = i64::from(self.stage.terms.keepers.latency_secs);
        let now = self.now;
        let seat = &mut self.seats[account as usize];
        if equity < standing.health.maintenance {
            if seat.since == 0 {
                seat.since = now;
                self.measures.falls += 1;
                if !seat.waits {
                    seat.ready_at = now + latency;
                }
            }
            self.wait(account);
            return Ok(());
        }
        if is_due {
            if !seat.waits {
                seat.ready_at = now + latency;
            }
            self.wait(account);
            return Ok(());
        }
        self.watch(account, &standing, trigger);
        Ok(())
    }

    fn wait(&mut self, account: u32) {
        let seat = &mut self.seats[account as usize];
        if !seat.waits {
            seat.waits = true;
            self.waiting.push(account);
        }
    }

    fn note_call(&mut self, account: u32, is_called: bool) {
        let seat = &mut self.seats[account as usize];
        let was = std::mem::replace(&mut seat.called, is_called);
        let Some(number) = seat.life.filter(|_| is_called && !was) else {
            return;
        };
        self.measures.calls += 1;
        let life = &self.stage.cast.lives[account as usize][number as usize];
        if matches!(life.habit, Habit::Adds | Habit::Closes) {
            let at = self.now + (life.reacts_minutes * 60.0) as i64;
            self.reactions
                .push(std::cmp::Reverse((at, account, number)));
        }
    }

    /// Equity under which the owner's plan may be executed.
    fn plan_trigger(&self, account: u32, standing: &Standing) -> Result<Option<Usd>> {
        let seat = &self.seats[account as usize];
        if !self.has_plans || seat.account.recovery.trigger_q32 == 0 {
            return Ok(None);
        }
        let plan = seat.account.recovery.recovery(&self.exchange.policy);
        let plan = plan.or_fault()?;
        let trigger = plan.trigger_equity(&standing.health).or_fault()?;
        Ok(Some(trigger))
    }

    /// Sets the triggers of an account that is over maintenance.
    fn watch(&mut self, account: u32, standing: &Standing, trigger: Option<Usd>) {
        let equity = standing.health.equity.0 as f64;
        let levels = self.levels(standing, trigger);
        let under = levels.iter().copied().filter(|level| *level <= equity);
        let under = under.fold(0.0, f64::max);
        let slack = (equity - under).max(0.0);
        self.is_sensitive[account as usize] = under < levels[0];
        // Between maintenance and where a running ramp will bring it.
        let ramps = under <= standing.health.maintenance.0 as f64 && under < levels[2];
        let lifted =
            (standing.call > standing.health.equity).then_some(standing.call.0 as f64 - equity);
        let (mut losing, mut gaining, mut funding) = (0.0, 0.0, 0.0);
        let buffer = 1.0 + share(self.exchange.policy.thresholds.call_buffer);
        let mut feeds: Vec<(Feed, bool, u64)> = Vec::with_capacity(4);
        for (leg, &number) in standing.snapshot.legs.iter().zip(&standing.markets) {
            let market = &self.exchange.markets[number];
            let notional = crate::exchange::q32(leg.mark.price) * leg.lots.magnitude() as f64;
            let rate = |bracket: Option<&Bracket>| bracket.map_or(0.0, |it| share(it.maintenance));
            let (least, greatest) = (leg.tiers.brackets().first(), leg.tiers.brackets().last());
            let multipliers = [share(leg.multiplier), share(leg.call_multiplier)];
            let most = f64::max(multipliers[0], multipliers[1]) * buffer * rate(greatest);
            let slope = if leg.lots.0 > 0 {
                1.0 - rate(least) * f64::min(multipliers[0], multipliers[1])
            } else {
                1.0 + most
            };
            losing += notional * slope;
            gaining += notional * (1.0 + most);
            funding += notional * share(Ratio(market.params.funding_max_per_day_q32));
            feeds.push((Feed::Market(number), leg.lots.0 > 0, leg.mark.price.0));
        }
        for held in self.seats[account as usize].account.used_collaterals() {
            let number = usize::from(held.bank);
            let price = self.exchange.banks[number].price.price_q32;
            let value = crate::exchange::q32(whittle_risk::Price(price)) * held.amount_atoms as f64;
            losing += value;
            gaining += value;
            feeds.push((Feed::Bank(number), true, price));
        }
        let down = slack * (1.0 - FOR_TIME) / f64::max(losing, 1.0);
        let up = lifted.map(|lifted| lifted / f64::max(gaining, 1.0));
        if down < NEAR || up.is_some_and(|up| up < NEAR) {
            self.index.at_step(self.step + 1, account);
            return;
        }
        for (feed, falls, price) in feeds {
            let (low, high) = if falls {
                (Some(down), up)
            } else {
                (up, Some(down))
            };
            let low = low.map(|low| (price as f64 * (1.0 - low).max(0.0)) as u64);
            let high = high.map(|high| (price as f64 * (1.0 + high)) as u64);
            self.index.watch(feed, account, low, high);
        }
        let steps_a_day = 86_400.0 / f64::from(self.stage.paths.step_secs);
        let days = slack * FOR_TIME / f64::max(funding, 1.0);
        // A ramp takes a day and more; looked at every ten minutes.
        let most = if ramps { steps_a_day / 144.0 } else { LATEST };
        let steps = (days * steps_a_day).clamp(1.0, most.max(1.0)) as u32;
        self.index.at_step(self.step.saturating_add(steps), account);
    }

    /// Equity at which something changes, highest first: the margin call's level in the worst regime, over
    /// which no change of regime matters; the level of now; maintenance at the end of the running ramps,
    /// and of now; the trigger of the owner's plan, also at the end of the ramps.
    fn levels(&self, standing: &Standing, trigger: Option<Usd>) -> [f64; 5] {
        let call = standing.call.0 as f64;
        let buffer = 1.0 + share(self.exchange.policy.thresholds.call_buffer);
        let maintenance = standing.health.maintenance.0 as f64;
        let ahead = call / buffer;
        let worst = standing
            .snapshot
            .legs
            .iter()
            .zip(&standing.markets)
            .map(|(leg, number)| {
                let regime = &self.exchange.markets[*number].params.regime;
                let counted = f64::max(share(leg.call_multiplier), share(leg.multiplier));
                share(Ratio(regime.extreme_maintenance_q32)) / counted
            });
        let worst = worst.fold(1.0, f64::max);
        let grows = ahead / maintenance.max(1.0);
        let trigger = trigger.map_or(0.0, |trigger| trigger.0 as f64 * grows.max(1.0));
        [call * worst, call, ahead, maintenance, trigger.min(call)]
    }

    /// Judges all accounts with a position in a market whose requirements have changed, but for those
    /// that the change does not reach.
    pub(super) fn judge_all(&mut self, market: usize) -> Result<()> {
        for account in 0..self.stage.terms.traders.accounts {
            if !self.is_sensitive[account as usize] {
                continue;
            }
            let seat = &self.seats[account as usize];
            let is_here = |it: &whittle::state::Position| usize::from(it.market) == market;
            if !seat.waits && seat.account.open_positions().any(is_here) {
                self.judge(account)?;
            }
        }
        Ok(())
    }
}
