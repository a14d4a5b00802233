//! When to try again, for each action by itself. Time and randomness are arguments.
//!
//! A failure doubles the wait up to a bound, with jitter, so that several keepers do not retry in
//! step. Whatever happens, one action is sent at most once in the first wait: an account that cannot
//! be liquidated, or whose owner writes it every slot, costs a transaction now and then and no loop.

use crate::action::Key;
use crate::config::Terms;
use crate::outcome::{Outcome, Then};
use anchor_lang::prelude::Pubkey;
use std::collections::BTreeMap;

/// What is remembered of an action.
#[derive(Clone, Copy, Debug)]
struct Memory {
    /// When it was last sent, milliseconds.
    sent_at: i64,
    /// It is not sent before.
    until: i64,
    /// Failures in a row.
    failures: u32,
    /// It was sent and nothing is known of it yet.
    is_flying: bool,
}

/// Which actions wait, and until when.
#[derive(Clone, Debug)]
pub struct BackOff {
    terms: Terms,
    memories: BTreeMap<(Pubkey, Key), Memory>,
    stopped: bool,
}

impl BackOff {
    /// Nothing waits.
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            memories: BTreeMap::new(),
            stopped: false,
        }
    }

    /// Whether an action may be sent at `now_ms`.
    pub fn allows(&self, key: &Key, now_ms: i64) -> bool {
        let memory = self.memories.get(&(key.account, *key));
        !self.stopped && memory.is_none_or(|memory| now_ms >= memory.until)
    }

    /// Notes that an action was sent: it is not sent again until its outcome is known, or it must be
    /// taken for lost.
    pub fn sent(&mut self, key: &Key, now_ms: i64) {
        let until = now_ms.saturating_add(i64::from(self.terms.flight_ms));
        let failures = self
            .memories
            .get(&(key.account, *key))
            .map_or(0, |memory| memory.failures);
        let memory = Memory {
            sent_at: now_ms,
            until,
            failures,
            is_flying: true,
        };
        self.memories.insert((key.account, *key), memory);
    }

    /// Notes what became of an action and says what follows. `random` is any number; it spreads the
    /// wait by a quarter to either side.
    pub fn ended(&mut self, key: &Key, outcome: &Outcome, now_ms: i64, random: u64) -> Then {
        let then = outcome.then();
        match then {
            Then::Stop => {
                self.stopped = true;
                // It is not in flight: it goes on as soon as anything does.
                let failures = self
                    .memories
                    .get(&(key.account, *key))
                    .map_or(0, |it| it.failures);
                self.wait(key, now_ms, failures, 0);
            }
            Then::Drop if *outcome == Outcome::Done => {
                // What is done may be due again, and what the book still holds for due because it
                // has not heard yet is not worth a second transaction.
                self.wait(
                    key,
                    now_ms,
                    0,
                    self.jittered(self.terms.first_ms.into(), random),
                );
            }
            // Nor is what the chain says is not due, while the book hears nothing that explains it.
            Then::Drop | Then::RefreshPrice | Then::ReadAgain | Then::Wait => {
                let memory = self.memories.get(&(key.account, *key));
                let failures = memory.map_or(0, |it| it.failures).saturating_add(1);
                let wait = self.jittered(self.step(failures, outcome), random);
                self.wait(key, now_ms, failures, wait);
            }
        }
        then
    }

    /// Notes that what an action waited for is there: it was not sent after all, and may be now.
    pub fn released(&mut self, key: &Key, now_ms: i64) {
        if let Some(memory) = self.memories.get_mut(&(key.account, *key)) {
            (memory.until, memory.is_flying) = (now_ms, false);
        }
    }

    fn wait(&mut self, key: &Key, now_ms: i64, failures: u32, wait: i64) {
        let sent_at = self
            .memories
            .get(&(key.account, *key))
            .map_or(now_ms, |memory| memory.sent_at);
        let memory = Memory {
            sent_at,
            until: now_ms.saturating_add(wait),
            failures,
            is_flying: false,
        };
        self.memories.insert((key.account, *key), memory);
    }

    /// The wait after so many failures, before jitter. What waits for time, pay or prices asks
    /// again soon: it will come. What nobody understands waits the longest.
    fn step(&self, failures: u32, outcome: &Outcome) -> i64 {
        let first = i64::from(self.terms.first_ms);
        let most = i64::from(self.terms.most_ms);
        let (start, most) = match outcome {
            Outcome::NotDue | Outcome::PriceStale | Outcome::Outdated | Outcome::NoAnswer(_) => {
                (first, most.min(first * 8))
            }
            Outcome::NotProfitable | Outcome::Protected => (first * 4, most),
            Outcome::NoFunds | Outcome::Refused(_) => (first * 16, most),
            _ => (first, most),
        };
        let doublings = failures.saturating_sub(1).min(30);
        start.saturating_mul(1 << doublings).min(most)
    }

    /// Three quarters to five quarters of a wait.
    fn jittered(&self, wait: i64, random: u64) -> i64 {
        let spread = (u128::from(wait.unsigned_abs() / 2) * u128::from(random)) >> 64;
        wait - wait / 4 + i64::try_from(spread).unwrap_or(0)
    }

    /// An account has changed: what failed for it may work now. Its actions start anew, but none
    /// sooner than one first wait after it was last sent. What is in flight stays so.
    pub fn account_changed(&mut self, account: &Pubkey) {
        let first = i64::from(self.terms.first_ms);
        for (_, memory) in self.range(account) {
            if memory.failures > 0 && !memory.is_flying {
                memory.failures = 0;
                memory.until = memory.until.min(memory.sent_at.saturating_add(first));
            }
        }
    }

    fn range<'a>(
        &'a mut self,
        account: &'a Pubkey,
    ) -> impl Iterator<Item = (&'a (Pubkey, Key), &'a mut Memory)> {
        let least = Key {
            kind: crate::action::Kind::ExpireOrder,
            account: *account,
            number: 0,
            place: 0,
        };
        let from = self.memories.range_mut((*account, least)..);
        from.take_while(move |((of, _), _)| of == account)
    }

    /// The operator has acted: sending may go on.
    pub fn resume(&mut self) {
        self.stopped = false;
    }

    /// Whether sending has stopped until the operator acts.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Forgets what has long been over, so that the memory does not grow without bound.
    pub fn forget_old(&mut self, now_ms: i64) {
        let keep = i64::from(self.terms.most_ms).saturating_mul(2);
        self.memories
            .retain(|_, memory| now_ms < memory.until.saturating_add(keep));
    }

    /// How many actions are remembered.
    pub fn len(&self) -> usize {
        self.memories.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.memories.is_empty()
    }
}
