//! What is asked of the node beside the loop: the keeper's own accounts, its balance, the chain's clock.

use super::{wall, Answers, Watch, LAMPORTS};
use crate::run::{keys, token_accounts};
use anyhow::Result;
use core::time::Duration;
use std::time::Instant;
use tokio::task::JoinSet;
use whittle_keeper::Keys;

/// Longest pause before the keeper's own accounts are asked for again, seconds.
const LONGEST_OPENING: u32 = 30;

impl Watch {
    /// Asks for the keeper's own accounts once the banks are known, beside the loop: the node may be
    /// slow, and the account that pays may be empty.
    pub(super) fn open(&mut self, opening: &mut JoinSet<Result<Keys>>) {
        let is_due = self.keys.is_none() && Instant::now() >= self.open_at;
        if !self.is_complete || !is_due || !opening.is_empty() {
            return;
        }
        use solana_signer::Signer;
        self.book.refresh(self.now());
        let banks = token_accounts(&self.book, &self.sender.payer.pubkey());
        opening.spawn(keys(self.settings.sub_id, banks, self.sender.clone()));
    }

    pub(super) fn opened(&mut self, found: Result<Keys>, once: bool) -> Result<()> {
        match found {
            Ok(keys) => self.keys = Some(keys),
            Err(error) if once => return Err(error),
            Err(error) => {
                let pause = (1 << self.open_failures.min(5)).min(LONGEST_OPENING);
                self.open_failures += 1;
                self.open_at = Instant::now() + Duration::from_secs(pause.into());
                let error = format!("{error:#}");
                tracing::warn!(error, "asking for the keeper's own accounts");
            }
        }
        Ok(())
    }

    pub(super) fn ask(&self, asked: &mut JoinSet<Answers>) {
        let sender = self.sender.clone();
        asked.spawn(async move {
            use solana_signer::Signer;
            Answers {
                balance: sender.cluster.balance(&sender.payer.pubkey()).await,
                chain_now: sender.cluster.now().await,
            }
        });
    }

    pub(super) fn heard(&mut self, answers: Answers) {
        match answers.chain_now {
            Ok(now) => {
                let here = i64::try_from(wall().as_secs()).unwrap_or(i64::MAX);
                self.clock_ahead = now.saturating_sub(here);
            }
            Err(failure) => tracing::warn!(%failure, "asking for the chain's clock"),
        }
        match answers.balance {
            Ok(balance) => {
                self.metrics.balance_sol.set(balance as f64 / LAMPORTS);
                if self.backoff.is_stopped() && balance >= self.settings.least_lamports {
                    tracing::info!(lamports = balance, "the fee account is filled: going on");
                    self.backoff.resume();
                }
            }
            Err(failure) => tracing::warn!(%failure, "asking for the balance"),
        }
    }
}
