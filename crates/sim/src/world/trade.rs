//! Coming, reacting and leaving. Trades are those of `fill_order`, at the newest published price.

use super::seat::Seat;
use super::World;
use crate::compare::Fate;
use crate::exchange::{fault, q32, OrFault, USD};
use crate::trader::{Habit, Life};
use anyhow::Result;
use whittle::error::{Outcome, WhittleError};
use whittle::instructions::fill_order;
use whittle::state::governance::PAUSE_WITHDRAWALS;
use whittle::state::leverage::CLASS_PROFESSIONAL;
use whittle::state::margin_account::ORDER_REDUCE_ONLY;
use whittle::state::recovery::RecoveryPlan;
use whittle::state::{MarginAccount, Order, Side};
use whittle_risk::funding;
use whittle_risk::health::excess_collateral;
use whittle_risk::{Lots, Price, Ratio};

impl World<'_> {
    /// Somebody opens an account, deposits and trades. What the program refuses does not happen.
    pub(super) fn enter(&mut self, account: u32, number: u32) -> Result<()> {
        let life = *self.life(account, number);
        if self.seats[account as usize].life.is_some() {
            // The one before is still waiting for a price to leave at.
            self.measures.refused += 1;
            return Ok(());
        }
        let mut fresh = Seat::new().account;
        fresh.leverage.class = CLASS_PROFESSIONAL;
        fresh.interest_index = self.exchange.rules.interest_index(self.now);
        if life.habit == Habit::Plans {
            fresh.recovery = self.plan();
        }
        let margin = (f64::from(life.margin) * USD) as i64;
        let tokens = self.deposit_tokens(&mut fresh, &life, margin);
        let cash = margin - tokens;
        fresh.cash_usd_atoms = cash;
        let (opened, after) = self.open(&fresh, &life, margin);
        if opened == 0 {
            self.measures.refused += 1;
            self.return_tokens(&fresh);
            return Ok(());
        }
        self.paid_in += cash;
        self.measures.lives += 1;
        self.measures.deposited += margin;
        let seat = &mut self.seats[account as usize];
        seat.clear();
        self.alive += 1;
        seat.life = Some(number);
        seat.account = after;
        seat.held = after;
        seat.budget = (margin as f64 * self.stage.terms.traders.adds_most) as i64;
        self.is_unsettled = true;
        self.judge(account)
    }

    /// The plan that careful owners leave: once E / M is under 1.15 it goes back to 1.5, for half of the
    /// greatest bonus.
    fn plan(&self) -> RecoveryPlan {
        let hundredths = |hundredths: u32| Ratio::from_bps_floor(hundredths * 100).0;
        RecoveryPlan {
            trigger_q32: hundredths(115),
            target_q32: hundredths(150),
            fee_max_q32: self.exchange.policy.bonus.max.0 / 2,
        }
    }

    /// Deposits the part of the margin that is in another token, if it is taken. Returns its value.
    fn deposit_tokens(&mut self, fresh: &mut MarginAccount, life: &Life, margin: i64) -> i64 {
        let Some(bank) = self.exchange.banks.get_mut(usize::from(life.bank)) else {
            return 0;
        };
        let worth = margin as f64 * f64::from(life.collateral);
        let price = bank.price.price_q32;
        if life.bank == 0 || price == 0 || worth < 1.0 || bank.admit_deposit(self.now).is_err() {
            return 0;
        }
        let atoms = (worth / q32(Price(price))) as u64;
        if atoms == 0 || bank.take_in(atoms).is_err() {
            return 0;
        }
        fresh.collaterals[0].bank = bank.index;
        fresh.collaterals[0].amount_atoms = atoms;
        Price(price)
            .notional_floor(atoms)
            .map_or(0, |value| value.0)
    }

    fn return_tokens(&mut self, account: &MarginAccount) {
        for held in account.used_collaterals() {
            if let Some(bank) = self.exchange.banks.get_mut(usize::from(held.bank)) {
                bank.deposits_atoms = bank.deposits_atoms.saturating_sub(held.amount_atoms);
            }
        }
    }

    /// Opens the positions of a life, as many as the program takes. Returns how many, and the account.
    fn open(&mut self, fresh: &MarginAccount, life: &Life, margin: i64) -> (u32, MarginAccount) {
        let mut account = *fresh;
        let notional = margin as f64 * f64::from(life.leverage);
        let second = f64::from(life.second);
        let parts = [
            (life.market, life.is_long, notional * (1.0 - second)),
            (life.other, life.other_is_long, notional * second),
        ];
        let mut opened = 0;
        for (market, is_long, notional) in parts {
            if notional < 1.0 {
                continue;
            }
            let Some(price) = self
                .exchange
                .markets
                .get(usize::from(market))
                .map(|it| it.price)
            else {
                continue;
            };
            let lots = (notional / q32(Price(price.price_q32))) as i64;
            let order = Order {
                lots: if is_long { lots } else { -lots },
                limit_q32: if is_long { u64::MAX } else { 0 },
                placed_at: self.now,
                expires_at: self.now,
                market: u16::from(market),
                ..Order::default()
            };
            if lots > 0 {
                opened += u32::from(self.fill(&mut account, &order).is_ok());
            }
        }
        (opened, account)
    }

    /// Fills an order as `fill_order` does: both go through, or neither changes.
    fn fill(&mut self, account: &mut MarginAccount, order: &Order) -> Outcome<()> {
        let number = usize::from(order.market);
        let (now, exchange) = (self.now, &mut self.exchange);
        let reading = *exchange.readings.get(number).ok_or(WhittleError::NoPrice)?;
        let market = exchange
            .markets
            .get_mut(number)
            .ok_or(WhittleError::MarketMissing)?;
        reading.check_time(market.oracle.accept_secs, now)?;
        let before = (*account, *market);
        let (rules, fund) = (&exchange.rules, &exchange.fund);
        let traded = fill_order::trade(account, market, order, &reading, |market, opens| {
            market.admit(rules, opens, now)?;
            if opens {
                market.require_calm()?;
                fund.require_undrawn(now)?;
            }
            Ok(())
        });
        let checked = traded.and_then(|trade| {
            let snapshot = exchange.snapshot(account, now)?;
            let market = &exchange.markets[number];
            // Who opens here is new: he was not called before.
            let never = || Ok(false);
            let policy = &exchange.policy;
            let health = fill_order::check(account, market, &snapshot, policy, &trade, never)?;
            let side = Side::of(trade.held.0);
            account.note_realised(health.equity, market.index, side, trade.profit)
        });
        if let Err(error) = checked {
            (*account, exchange.markets[number]) = before;
            return Err(error);
        }
        Ok(())
    }

    /// What a called trader does, if he is still called.
    pub(super) fn react(&mut self, account: u32, number: u32) -> Result<()> {
        let seat = &self.seats[account as usize];
        if seat.life != Some(number) || !seat.called {
            return Ok(());
        }
        match self.life(account, number).habit {
            Habit::Adds => self.add_margin(account),
            Habit::Closes => {
                self.close_all(account)?;
                self.judge(account)
            }
            Habit::Waits | Habit::Plans => Ok(()),
        }
    }

    /// Brings equity to half as much again as the call level, with what the trader has left for it.
    fn add_margin(&mut self, account: u32) -> Result<()> {
        let standing = self.stand(account)?;
        let wanted = standing.call.0 + standing.call.0 / 2 - standing.health.equity.0;
        let seat = &mut self.seats[account as usize];
        let added = wanted.min(seat.budget).max(0);
        seat.budget -= added;
        seat.added += added;
        seat.account.cash_usd_atoms += added;
        self.paid_in += added;
        self.measures.added += added;
        self.judge(account)
    }

    /// Those who do so take out what the program lets go: excess collateral, a part of it in a drawdown
    /// of the insurance fund, nothing during a pause.
    pub(super) fn sweep(&mut self) -> Result<()> {
        if self
            .exchange
            .rules
            .require_running(PAUSE_WITHDRAWALS, self.now)
            .is_err()
        {
            return Ok(());
        }
        for account in 0..self.stage.terms.traders.accounts {
            let seat = &self.seats[account as usize];
            let sweeps = seat
                .life
                .is_some_and(|number| self.life(account, number).sweeps);
            if !sweeps || seat.waits || seat.account.open_positions().next().is_none() {
                continue;
            }
            let standing = self.stand(account)?;
            // Without fresh prices nothing leaves.
            let Ok(prudent) = standing.snapshot.prudent_account() else {
                continue;
            };
            let thresholds = &self.exchange.policy.thresholds;
            let Ok(mut excess) = excess_collateral(&prudent, thresholds) else {
                continue;
            };
            if self.exchange.fund.is_drawn(self.now) {
                let share = Ratio(self.exchange.fund.params.drawdown_withdraw_q32);
                excess = share.of_floor(excess.magnitude()).or_fault()?;
            }
            // Less than a dollar is not worth a transaction.
            if excess.0 < 1_000_000 {
                continue;
            }
            let seat = &mut self.seats[account as usize];
            seat.account.debit(excess).or_fault()?;
            seat.added -= excess.0;
            self.paid_out += excess.0;
            self.measures.withdrawn += excess.0;
            self.judge(account)?;
        }
        Ok(())
    }

    /// Closes all positions by orders. Those that the program does not take now stay.
    fn close_all(&mut self, account: u32) -> Result<bool> {
        let held = self.seats[account as usize].account;
        let orders: Vec<Order> = held
            .open_positions()
            .map(|position| Order {
                lots: position.lots.saturating_neg(),
                limit_q32: if position.lots > 0 { 0 } else { u64::MAX },
                placed_at: self.now,
                expires_at: self.now,
                market: position.market,
                flags: ORDER_REDUCE_ONLY,
                ..Order::default()
            })
            .collect();
        let mut copy = held;
        for order in &orders {
            match self.fill(&mut copy, order) {
                Ok(()) | Err(WhittleError::PriceTooOld | WhittleError::PriceUncertain) => {}
                Err(error) => return Err(fault(error)),
            }
        }
        self.is_unsettled = true;
        self.seats[account as usize].account = copy;
        let left = copy.open_positions().count();
        Ok(left == 0)
    }

    /// Somebody means to leave: he closes, takes his collateral and goes, or waits for a price.
    pub(super) fn leave(&mut self, account: u32, number: u32) -> Result<()> {
        if self.seats[account as usize].life != Some(number) {
            return Ok(());
        }
        let holds = self.seats[account as usize]
            .account
            .open_positions()
            .next()
            .is_some();
        if holds {
            let standing = self.stand(account)?;
            self.note_worst(account, &standing)?;
        }
        if !self.close_all(account)? && self.step as usize + 1 < self.stage.paths.len() {
            // No price to close at: he comes back once there is one.
            let at = self.now + i64::from(self.stage.paths.step_secs);
            self.late.push(std::cmp::Reverse((at, account, number)));
            return Ok(());
        }
        self.book_deficit(account)?;
        self.collect(account)?;
        let worth = self.worth_without_positions(account)?;
        self.count_life(account, holds, worth)?;
        if worth < 0 || self.seats[account as usize].account.cash_usd_atoms < 0 {
            self.cure(account)?;
        }
        let seat = &mut self.seats[account as usize];
        let left = seat.account;
        seat.clear();
        self.alive -= 1;
        // What is still missing is nobody's any more: whoever sits here next owes nothing of it.
        let missing = left.cash_usd_atoms.min(0).saturating_neg();
        self.broke.retain(|it| *it != account);
        self.measures.bad_debt += missing;
        self.measures.borne_nobody += missing;
        self.paid_out += left.cash_usd_atoms;
        self.return_tokens(&left);
        Ok(())
    }

    /// Equity of an account without positions, tokens at their price: what its owner takes with him.
    fn worth_without_positions(&self, account: u32) -> Result<i64> {
        let held = &self.seats[account as usize].account;
        let mut worth = held.cash_usd_atoms - held.interest_usd_atoms;
        worth += held
            .used_positions()
            .map(|position| position.claim_usd_atoms)
            .sum::<i64>();
        for token in held.used_collaterals() {
            let price = Price(self.exchange.banks[usize::from(token.bank)].price.price_q32);
            let value = price.notional_floor(token.amount_atoms);
            worth += value.or_fault()?.0;
        }
        Ok(worth)
    }

    /// Counts how a life ended that was liquidated.
    fn count_life(&mut self, account: u32, holds: bool, worth: i64) -> Result<()> {
        let seat = &self.seats[account as usize];
        if seat.liquidations == 0 {
            return Ok(());
        }
        let own = worth - seat.added;
        let held = self.worth_if_held(account)?;
        let (first, fate) = (
            seat.first,
            Fate {
                liquidations: seat.liquidations,
                closed_share: seat.closed as f64 / (seat.first.notional as f64).max(1.0),
                cost_share: seat.cost as f64 / (seat.first.equity as f64).max(1.0),
            },
        );
        let measures = &mut self.measures;
        measures.liquidated += 1;
        measures.repeated += u64::from(seat.liquidations > 1);
        measures.most_in_a_life = measures.most_in_a_life.max(u64::from(seat.liquidations));
        measures.closed_out += u64::from(!holds);
        measures.survived += u64::from(holds);
        measures.recovered += u64::from(own >= first.own);
        measures.final_equity += own;
        measures.held_equity += held;
        measures.notional_before += first.notional;
        self.keep_fate(fate);
        Ok(())
    }

    /// What a life would have left with had it been left alone since its entry: at the newest prices,
    /// after funding and the cost of closing, at least nothing.
    fn worth_if_held(&self, account: u32) -> Result<i64> {
        let held = &self.seats[account as usize].held;
        let mut worth = held.cash_usd_atoms;
        for token in held.used_collaterals() {
            let price = Price(self.exchange.banks[usize::from(token.bank)].price.price_q32);
            worth += price.notional_floor(token.amount_atoms).or_fault()?.0;
        }
        for position in held.open_positions() {
            let market = &self.exchange.markets[usize::from(position.market)];
            let (lots, price) = (Lots(position.lots), Price(market.price.price_q32));
            let (from, to) = (position.funding_index_q32, market.funding_index_q32);
            let funding = funding::owed_ceil(lots, from.into(), to.into()).or_fault()?;
            worth += price.value_floor(lots).or_fault()?.0 - position.entry_usd_atoms - funding.0;
            let notional = price
                .notional_ceil(lots.magnitude())
                .or_fault()?
                .magnitude();
            let rate = Ratio(
                market
                    .params
                    .close_fee_q32
                    .saturating_add(market.spread_q32),
            );
            worth -= rate.of_ceil(notional).or_fault()?.0;
        }
        Ok(worth.max(0))
    }
}
