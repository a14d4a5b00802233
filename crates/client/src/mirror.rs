//! The exchange as known off chain: decoded accounts, and the same decisions that the program
//! would take on them.

use crate::{address, decode};
use anchor_lang::prelude::{AccountMeta, Pubkey};
use std::collections::BTreeMap;
use whittle::error::{Outcome, WhittleError};
use whittle::instructions::{Assessment, Exposure};
use whittle::snapshot::Snapshot;
use whittle::state::{Bank, Exchange, MarginAccount, Market, Pool};
use whittle_risk::health::{self, Doubt, Health, InitialHealth, State};
use whittle_risk::liquidation::{self, Episode, Plan};
use whittle_risk::Usd;

/// A copy of the exchange, its banks and its markets. Margin accounts stay with the caller, who
/// may have many.
#[derive(Clone, Default)]
pub struct Mirror {
    exchange: Option<Box<Exchange>>,
    banks: BTreeMap<u16, Bank>,
    markets: BTreeMap<u16, Market>,
}

/// Which market accounts an instruction may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writable<'a> {
    /// None.
    None,
    /// All of them: right whatever the instruction finds.
    All,
    /// Those with these numbers: leaves the others free for transactions beside this one.
    Only(&'a [u16]),
}

impl Writable<'_> {
    fn includes(&self, market: u16) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(markets) => markets.contains(&market),
        }
    }
}

impl Mirror {
    /// Takes over the data of an account if it is the exchange, a bank or a market. Returns whether
    /// it is.
    pub fn take(&mut self, data: &[u8]) -> bool {
        if let Ok(market) = decode::account::<Market>(data) {
            self.markets.insert(market.index, market);
        } else if let Ok(bank) = decode::account::<Bank>(data) {
            self.banks.insert(bank.index, bank);
        } else if let Ok(exchange) = decode::account::<Exchange>(data) {
            self.exchange = Some(Box::new(exchange));
        } else {
            return false;
        }
        true
    }

    /// The part of it that `account` depends on.
    ///
    /// Errors: [`WhittleError::BankMissing`], [`WhittleError::MarketMissing`].
    pub fn part(&self, account: &MarginAccount) -> Outcome<Self> {
        let mut part = Self {
            exchange: self.exchange.clone(),
            ..Self::default()
        };
        for held in account.used_collaterals() {
            part.set_bank(*self.bank(held.bank)?);
        }
        for position in account.open_positions() {
            part.set_market(*self.market(position.market)?);
        }
        Ok(part)
    }

    /// Puts a market in the place of the one with its number: to ask what would be at another price.
    pub fn set_market(&mut self, market: Market) {
        self.markets.insert(market.index, market);
    }

    /// Puts a bank in the place of the one with its number.
    pub fn set_bank(&mut self, bank: Bank) {
        self.banks.insert(bank.index, bank);
    }

    /// Puts an exchange in place of the one known.
    pub fn set_exchange(&mut self, exchange: Exchange) {
        self.exchange = Some(Box::new(exchange));
    }

    /// The exchange, once it is known.
    pub fn exchange(&self) -> Option<&Exchange> {
        self.exchange.as_deref()
    }

    /// A bank.
    pub fn bank(&self, index: u16) -> Outcome<&Bank> {
        self.banks.get(&index).ok_or(WhittleError::BankMissing)
    }

    /// A market.
    pub fn market(&self, index: u16) -> Outcome<&Market> {
        self.markets.get(&index).ok_or(WhittleError::MarketMissing)
    }

    /// All banks, by number.
    pub fn banks(&self) -> impl Iterator<Item = &Bank> {
        self.banks.values()
    }

    /// All markets, by number.
    pub fn markets(&self) -> impl Iterator<Item = &Market> {
        self.markets.values()
    }

    /// The accounts that follow the named ones of every instruction that looks at the health of
    /// `account`: the banks of its collateral, then the markets of its open positions, each in slot
    /// order.
    pub fn remaining(
        &self,
        account: &MarginAccount,
        writable: Writable,
    ) -> Outcome<Vec<AccountMeta>> {
        let mut metas = Vec::new();
        for held in account.used_collaterals() {
            let bank = address::bank(&self.bank(held.bank)?.mint);
            metas.push(AccountMeta::new_readonly(bank, false));
        }
        for position in account.open_positions() {
            let market: Pubkey = address::market(position.market);
            metas.push(if writable.includes(position.market) {
                AccountMeta::new(market, false)
            } else {
                AccountMeta::new_readonly(market, false)
            });
        }
        Ok(metas)
    }

    /// The accounts that follow a deposit of `bank`'s token: where its issuer has a cap, the issuer's
    /// other banks by their numbers.
    pub fn others_of_issuer(&self, bank: &Bank) -> Outcome<Vec<AccountMeta>> {
        let Some((_, others)) = self.rules()?.capped_group(bank) else {
            return Ok(Vec::new());
        };
        let address = |index| -> Outcome<AccountMeta> {
            let bank = address::bank(&self.bank(index)?.mint);
            Ok(AccountMeta::new_readonly(bank, false))
        };
        others.map(address).collect()
    }

    /// What the program reads of an account at `now`, by the same code.
    pub fn snapshot(&self, account: &MarginAccount, now: i64) -> Outcome<Snapshot> {
        let mut snapshot = Snapshot::read(
            account,
            now,
            |index| self.bank(index),
            |index| self.market(index),
        )?;
        snapshot.interest = account.interest_at(self.rules()?.interest_index(now))?;
        Ok(snapshot)
    }

    /// Equity and maintenance requirement at `now`.
    pub fn health(&self, account: &MarginAccount, now: i64) -> Outcome<Health> {
        let snapshot = self.snapshot(account, now)?;
        Ok(health::assess(&snapshot.account(), Doubt::Plain)?)
    }

    /// Where the account stands at `now`.
    pub fn state(&self, account: &MarginAccount, now: i64) -> Outcome<State> {
        let policy = self.rules()?.policy();
        let thresholds = &policy.thresholds;
        let snapshot = self.snapshot(account, now)?;
        let health = health::assess(&snapshot.account(), Doubt::Plain)?;
        let call = health::call_level(&snapshot.account(), thresholds)?;
        Ok(health.state_with_call(thresholds, call, !snapshot.legs.is_empty())?)
    }

    /// The margin-call level at `now`: under it only orders that reduce are accepted.
    pub fn call_level(&self, account: &MarginAccount, now: i64) -> Outcome<Usd> {
        let policy = self.rules()?.policy();
        let snapshot = self.snapshot(account, now)?;
        Ok(health::call_level(&snapshot.account(), &policy.thresholds)?)
    }

    /// Equity and requirement as they count when risk is taken at `now`.
    pub fn initial(&self, account: &MarginAccount, now: i64) -> Outcome<InitialHealth> {
        let policy = self.rules()?.policy();
        let snapshot = self.snapshot(account, now)?;
        let account = snapshot.prudent_account()?;
        Ok(health::assess_initial(&account, &policy.thresholds)?)
    }

    /// What may be withdrawn at `now`, USD atoms.
    pub fn excess(&self, account: &MarginAccount, now: i64) -> Outcome<Usd> {
        let policy = self.rules()?.policy();
        let snapshot = self.snapshot(account, now)?;
        let account = snapshot.prudent_account()?;
        Ok(health::excess_collateral(&account, &policy.thresholds)?)
    }

    /// What the program's `assess_account` returns at `now`.
    pub fn assess(&self, account: &MarginAccount, now: i64) -> Outcome<Assessment> {
        Assessment::of(self.rules()?, account, &self.snapshot(account, now)?, now)
    }

    /// What `flag_account` would do at `now`.
    pub fn flag(&self, account: &MarginAccount, now: i64) -> Outcome<Episode> {
        let policy = self.rules()?.policy();
        let snapshot = self.snapshot(account, now)?;
        let inputs = snapshot.inputs(account, &policy, now, Usd::ZERO);
        Ok(liquidation::flag(&inputs)?)
    }

    /// What `liquidate_partial` would do at `now`.
    pub fn plan(&self, account: &MarginAccount, now: i64, min_bonus: Usd) -> Outcome<Plan> {
        let policy = self.rules()?.policy_at(now);
        let snapshot = self.snapshot(account, now)?;
        let inputs = snapshot.inputs(account, &policy, now, min_bonus);
        Ok(liquidation::plan(&inputs)?)
    }

    /// What `execute_recovery` would do at `now`.
    pub fn recover(&self, account: &MarginAccount, now: i64, min_fee: Usd) -> Outcome<Plan> {
        let policy = self.rules()?.policy();
        let recovery = account.recovery.recovery(&policy)?;
        let snapshot = self.snapshot(account, now)?;
        let inputs = snapshot.inputs(account, &policy, now, min_fee);
        Ok(liquidation::recover(&inputs, &recovery)?)
    }

    /// The markets in which `plan`, made for `account`, closes.
    pub fn closed_markets(account: &MarginAccount, plan: &Plan) -> Vec<u16> {
        account
            .open_positions()
            .zip(&plan.closes)
            .filter(|(_, close)| close.lots != 0)
            .map(|(position, _)| position.market)
            .collect()
    }

    /// What the program's `pool_exposure` would return at `now`. The mirror must know all markets.
    pub fn exposure(&self, pool: &Pool, now: i64) -> Outcome<Exposure> {
        let mut exposure = Exposure::of_pool(pool)?;
        for market in self.markets() {
            exposure.add(pool, market, now)?;
        }
        Ok(exposure)
    }

    fn rules(&self) -> Outcome<&Exchange> {
        self.exchange().ok_or(WhittleError::WrongAccount)
    }
}
