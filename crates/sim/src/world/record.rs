//! Liquidations as the program would meet them: for replaying on the built program.

use crate::exchange::Exchange;
use whittle::state::{Bank, Exchange as Rules, MarginAccount, Market};
use whittle_risk::liquidation::{Episode, Plan};
use whittle_risk::Usd;

/// Every account that a liquidation read, as it was before, and what was decided.
#[derive(Clone)]
pub struct Liquidation {
    /// The rules.
    pub rules: Rules,
    /// Tokens by number.
    pub banks: Vec<Bank>,
    /// Markets by number.
    pub markets: Vec<Market>,
    /// The account, flagged.
    pub account: MarginAccount,
    /// The chain's clock, Unix seconds.
    pub now: i64,
    /// The least that the keeper took.
    pub min_bonus: Usd,
    /// What the simulator decided.
    pub plan: Plan,
    /// The account after it.
    pub account_after: MarginAccount,
    /// The markets after it.
    pub markets_after: Vec<Market>,
}

/// Keeps every n-th liquidation, so that those kept are spread over the whole run.
pub(super) struct Recorder {
    most: usize,
    every: usize,
    seen: usize,
    kept: Vec<Liquidation>,
    /// The last one seen is kept, and not over yet.
    is_open: bool,
}

impl Recorder {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            every: 1,
            seen: 0,
            kept: Vec::new(),
            is_open: false,
        }
    }

    pub fn see(
        &mut self,
        exchange: &Exchange,
        account: &MarginAccount,
        episode: Episode,
        now: i64,
        min_bonus: Usd,
        plan: &Plan,
    ) {
        if self.most == 0 {
            return;
        }
        self.is_open = false;
        let at = self.seen;
        self.seen += 1;
        if !at.is_multiple_of(self.every) {
            return;
        }
        if self.kept.len() == 2 * self.most {
            // Twice too many: every other one goes.
            let mut number = 0;
            self.kept.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.every *= 2;
            if !at.is_multiple_of(self.every) {
                return;
            }
        }
        let mut account = *account;
        account.set_episode(episode);
        self.kept.push(Liquidation {
            rules: *exchange.rules,
            banks: exchange.banks.clone(),
            markets: exchange.markets.clone(),
            account,
            now,
            min_bonus,
            plan: *plan,
            account_after: account,
            markets_after: Vec::new(),
        });
        self.is_open = true;
    }

    /// What the last liquidation left, deficits included.
    pub fn done(&mut self, exchange: &Exchange, account: &MarginAccount) {
        if let Some(last) = self.kept.last_mut().filter(|_| self.is_open) {
            last.account_after = *account;
            last.markets_after.clone_from(&exchange.markets);
        }
    }

    /// At least as many as were asked for, if there were so many.
    pub fn kept(self) -> Vec<Liquidation> {
        self.kept
    }
}
