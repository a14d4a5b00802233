//! What the chain told goes into the book.

use super::Watch;
use crate::run::Notice;
use std::time::Instant;
use whittle_keeper::Change;

/// Slots after which no news of a closed account arrives any more.
const LATEST: u64 = 1_000;

impl Watch {
    pub(super) fn take(&mut self, notice: Notice) {
        match notice {
            Notice::Slot(slot) => self.saw(slot),
            Notice::Account {
                address,
                stamp,
                owner,
                data,
            } => match self.book.take(address, owner, &data, stamp) {
                Ok(Change::Old | Change::Ignored) => {}
                Ok(_) => self.backoff.account_changed(&address),
                Err(error) => tracing::warn!(%error, "an account was not understood"),
            },
            Notice::Complete { slot, accounts } => {
                let errors = self.book.take_all(slot, &accounts);
                for error in errors {
                    tracing::warn!(%error, "an account was not understood");
                }
                self.book.forget_closed(slot.saturating_sub(LATEST));
                self.saw(slot);
                self.readiness.loaded(true);
                if !self.is_complete {
                    tracing::info!(slot, accounts = self.book.len(), "loaded");
                }
                self.is_complete = true;
                self.metrics.reloads.inc();
            }
            Notice::Lost(why) => {
                // What is known stays, but nothing is decided on it until it is complete again.
                tracing::warn!(why, "lost the connection");
                self.is_complete = false;
                self.readiness.loaded(false);
                self.metrics.connections_lost.inc();
            }
        }
    }

    /// Only a slot after those before shows that the chain goes on: a node that has fallen behind
    /// still answers.
    fn saw(&mut self, slot: u64) {
        if slot <= self.slot {
            return;
        }
        let now = Instant::now();
        self.slot = slot;
        self.slot_seen = Some(now);
        self.readiness.saw_slot(now);
        self.metrics
            .slot
            .set(i64::try_from(slot).unwrap_or(i64::MAX));
    }
}
