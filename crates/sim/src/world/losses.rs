//! Who pays whom: settlements, overdrafts, bankruptcies, and reductions for the pool.

use super::World;
use crate::exchange::{fault, OrFault, USD};
use anyhow::Result;
use whittle::error::{Outcome, WhittleError};
use whittle::instructions::start_deleverage;
use whittle::instructions::{
    auto_deleverage, liquidate_partial, resolve_bankruptcy, settle_markets,
};
use whittle::snapshot::require_firm;
use whittle::state::{Position, Side};
use whittle_risk::overdraft::Conversion;
use whittle_risk::{Price, Ratio};

impl World<'_> {
    /// As `settle_markets` over all markets, then bankruptcies that wait, then what the pool owes.
    pub(super) fn settle(&mut self) -> Result<()> {
        self.settle_lines().or_fault()?;
        let broke: Vec<u32> = std::mem::take(&mut self.broke);
        for account in broke {
            self.cure(account)?;
        }
        self.deleverage()?;
        self.is_unsettled = false;
        self.settled_at = self.now;
        let worth = self.exchange.fund.worth().or_fault()?.0;
        self.insurance_high = self.insurance_high.max(worth);
        let fall = self.insurance_high - worth;
        self.measures.insurance_drawdown = self.measures.insurance_drawdown.max(fall);
        Ok(())
    }

    fn settle_lines(&mut self) -> Outcome<()> {
        let now = self.now;
        let exchange = &mut self.exchange;
        let before = exchange.fund.worth()?;
        for market in &mut exchange.markets {
            settle_markets::settle(market, &mut exchange.pool, &mut exchange.fund, now)?;
        }
        let value = exchange.pool.value()?;
        for market in &mut exchange.markets {
            market.pool_value_seen_usd_atoms = value.0;
            market.count_crowding()?;
        }
        exchange.fund.watch(before, now)?;
        Ok(())
    }

    /// Collects what was funded of an account's claims.
    pub(super) fn collect(&mut self, account: u32) -> Result<()> {
        let owed = |world: &Self| {
            let held = &world.seats[account as usize].account;
            held.used_positions()
                .any(|position| position.claim_usd_atoms > 0)
        };
        if !owed(self) {
            return Ok(());
        }
        self.settle_lines().or_fault()?;
        let seat = &mut self.seats[account as usize];
        for position in &mut seat.account.positions {
            if position.claim_usd_atoms == 0 {
                continue;
            }
            let market = &mut self.exchange.markets[usize::from(position.market)];
            let cash = market.touch(position).or_fault()?;
            position.free_if_unused();
            seat.account.cash_usd_atoms += cash.0;
        }
        Ok(())
    }

    /// An account without positions that owes something: its interest is charged, its tokens are sold,
    /// and what is still missing is borne by those who bear it.
    pub(super) fn cure(&mut self, account: u32) -> Result<()> {
        self.collect(account)?;
        let index = self.exchange.rules.interest_index(self.now);
        let seat = &mut self.seats[account as usize];
        if seat.account.open_positions().next().is_some() {
            return Ok(());
        }
        seat.account.count_interest_to(index).or_fault()?;
        if seat.account.overdraft_due().or_fault()?.0 <= 0 {
            return Ok(());
        }
        if seat.account.deficit_usd_atoms == 0 {
            seat.account
                .charge_interest(&mut self.exchange.pool)
                .or_fault()?;
        }
        self.convert(account)?;
        let seat = &self.seats[account as usize];
        let has_tokens = seat.account.used_collaterals().next().is_some();
        if seat.account.cash_usd_atoms >= 0 || has_tokens {
            return Ok(());
        }
        self.resolve(account)
    }

    /// What anybody does with an overdraft over its allowance: interest is charged, and tokens are sold.
    pub(super) fn convert_overdraft(&mut self, account: u32) -> Result<()> {
        let seat = &self.seats[account as usize];
        let has_tokens = seat.account.used_collaterals().next().is_some();
        if seat.account.cash_usd_atoms >= 0 || !has_tokens {
            return Ok(());
        }
        let rules = &self.exchange.rules;
        let (index, overdraft) = (rules.interest_index(self.now), rules.params.overdraft);
        let seat = &mut self.seats[account as usize];
        seat.account.count_interest_to(index).or_fault()?;
        if seat.account.overdraft_due().or_fault()?.0 <= overdraft.allowance_usd_atoms {
            return Ok(());
        }
        seat.account
            .charge_interest(&mut self.exchange.pool)
            .or_fault()?;
        self.convert(account)
    }

    /// Sells just enough of an account's tokens to cover what it owes, at firm prices less the discount.
    pub(super) fn convert(&mut self, account: u32) -> Result<()> {
        let now = self.now;
        let seat = &mut self.seats[account as usize];
        for slot in 0..seat.account.collaterals.len() {
            let due = seat.account.overdraft_due().or_fault()?;
            let held = seat.account.collaterals[slot];
            let bank = &mut self.exchange.banks[usize::from(held.bank)];
            let mark = bank.mark(now);
            if due.0 <= 0 || held.amount_atoms == 0 || require_firm(&mark).is_err() {
                continue;
            }
            let terms = Conversion {
                price: mark.price,
                discount: Ratio(bank.conversion_discount_q32),
            };
            let wanted = terms.atoms_for(due).or_fault()?;
            let atoms = wanted.min(held.amount_atoms);
            let payment = terms.payment_ceil(atoms).or_fault()?;
            seat.account.collaterals[slot].amount_atoms -= atoms;
            bank.give_out(atoms).or_fault()?;
            seat.account.cash_usd_atoms += payment.0;
            self.paid_in += payment.0;
            self.measures.converted += payment.0;
        }
        Ok(())
    }

    /// As a liquidation or a fill that closes the last position books what is missing: the side that
    /// gained it comes before the pool.
    pub(super) fn book_deficit(&mut self, account: u32) -> Result<()> {
        let seat = &self.seats[account as usize];
        if seat.account.open_positions().next().is_some() || seat.account.deficit_usd_atoms > 0 {
            return Ok(());
        }
        let equity = self.stand(account)?.health.equity;
        let seat = &mut self.seats[account as usize];
        let market = &mut self.exchange.markets[usize::from(seat.worst_market)];
        let side = Side::of(i64::from(seat.worst_side));
        liquidate_partial::owe(&mut seat.account, market, equity, side).or_fault()?;
        Ok(())
    }

    /// As `resolve_bankruptcy`: what is missing is given to those who bear it.
    fn resolve(&mut self, account: u32) -> Result<()> {
        let now = self.now;
        let seat = &mut self.seats[account as usize];
        let exchange = &mut self.exchange;
        let (pool, fund) = (&mut exchange.pool, &mut exchange.fund);
        if let Some(booked) = seat.account.booked_elsewhere() {
            let places = [booked, seat.account.market_of_loss()].map(usize::from);
            let places = exchange.markets.get_disjoint_mut(places);
            let [from, to] = places?;
            resolve_bankruptcy::move_deficit(&mut seat.account, from, to, pool).or_fault()?;
        }
        let market = &mut exchange.markets[usize::from(seat.account.deficit_market)];
        match resolve_bankruptcy::resolve(&mut seat.account, market, pool, fund, now) {
            Ok(resolved) => {
                let parts = resolved.parts;
                let borne = resolved.owed.0 - parts.left.0;
                self.measures.bankrupt += u64::from(!std::mem::replace(&mut seat.is_broke, true));
                self.measures.bad_debt += borne;
                self.today.bad_debt += borne as f64 / USD;
                self.measures.borne_insurance += parts.insurance.0;
                self.measures.borne_pool += parts.pool.0 + parts.pool_beyond.0;
                self.measures.borne_winners += parts.side.0;
                if parts.left.0 > 0 {
                    self.broke.push(account);
                }
                if parts.side.0 > 0 {
                    let market = usize::from(seat.account.deficit_market);
                    self.judge_all(market)?;
                }
                Ok(())
            }
            // Nobody can pay now, or only winners whose profit cannot be told without a price.
            Err(
                WhittleError::PoolCash | WhittleError::PriceTooOld | WhittleError::PriceUncertain,
            ) => {
                self.broke.push(account);
                Ok(())
            }
            Err(error) => Err(fault(error)),
        }
    }

    /// As `start_deleverage` and `auto_deleverage`, for every side that the pool owes too much.
    fn deleverage(&mut self) -> Result<()> {
        for number in 0..self.exchange.markets.len() {
            for side in Side::BOTH {
                let (market, pool) = (&mut self.exchange.markets[number], &self.exchange.pool);
                match start_deleverage::start(market, pool, side, self.now) {
                    Ok(_) => self.reduce_side(number, side)?,
                    Err(
                        WhittleError::PayoutBoundHolds
                        | WhittleError::DeleverageRunning
                        | WhittleError::PriceTooOld
                        | WhittleError::PriceUncertain
                        | WhittleError::NoPrice,
                    ) => {}
                    Err(error) => return Err(fault(error)),
                }
            }
        }
        Ok(())
    }

    fn reduce_side(&mut self, number: usize, side: Side) -> Result<()> {
        for account in 0..self.stage.terms.traders.accounts {
            let seat = &mut self.seats[account as usize];
            let is_here =
                |it: &Position| usize::from(it.market) == number && Side::of(it.lots) == side;
            if !seat.account.open_positions().any(is_here) {
                continue;
            }
            let market = &mut self.exchange.markets[number];
            let share = start_deleverage::share_now(market, &self.exchange.pool, side, self.now);
            let (share, profit) = share.or_fault()?;
            if share == Ratio::ZERO {
                market.deleverage.side = 0;
                break;
            }
            match auto_deleverage::reduce(&mut seat.account, market, share, profit, self.now) {
                Ok(reduced) => {
                    self.measures.deleveraged += 1;
                    let closed = Price::notional_floor(reduced.price, reduced.lots);
                    let closed = closed.or_fault()?;
                    self.measures.deleveraged_notional += closed.0;
                    self.settle_lines().or_fault()?;
                    if !self.seats[account as usize].waits {
                        self.judge(account)?;
                    }
                }
                Err(WhittleError::NotDeleveraged) => {}
                Err(error) => return Err(fault(error)),
            }
        }
        Ok(())
    }

    /// The last figures, and the proof that nothing was lost on the way.
    pub(super) fn close_books(&mut self) -> Result<()> {
        self.check_cash()?;
        let (pool, fund) = self.exchange.worth().or_fault()?;
        let terms = self.stage.terms;
        let atoms = |dollars: f64| (dollars * USD).round() as i64;
        self.measures.pool_change = pool.0 - atoms(terms.pool);
        self.measures.insurance_change = fund.0 - atoms(terms.insurance);
        Ok(())
    }
}
