//! What became of an action: what is counted, said and remembered.

use super::{random, Report, Watch, LAMPORTS, USD};
use crate::run::metrics::Tried;
use crate::run::pay::pay;
use crate::run::sender::Ended;
use crate::run::Notice;
use std::time::Instant;
use tokio::sync::mpsc;
use whittle_client::event::events;
use whittle_client::rpc::{DraftError, Failure, Refusal};
use whittle_keeper::outcome::Then;
use whittle_keeper::{Action, Key, Outcome, Stamp};

impl Watch {
    pub(super) fn ended(&mut self, report: Report, outbox: &mpsc::Sender<Notice>) {
        let Report {
            action,
            begun,
            result,
        } = report;
        let key = action.key();
        self.flying.remove(&key);
        match &result {
            Err(Failure::Node(_)) => self.pause.failed(Instant::now()),
            _ => self.pause.answered(),
        }
        if let Err(Failure::Draft(DraftError::TooLarge { .. })) = &result {
            self.want_tables();
        }
        let outcome = outcome(&result);
        let name = outcome.name();
        self.metrics
            .actions
            .get_or_create(&Tried {
                action: key.kind.name(),
                outcome: name,
            })
            .inc();
        self.metrics
            .land_seconds
            .observe(begun.elapsed().as_secs_f64());
        self.tell(&action, &result, name);
        if let Ok(Ended::Landed { fee, .. } | Ended::Reverted { fee, .. }) = &result {
            self.metrics.fees_sol.inc_by(*fee as f64 / LAMPORTS);
        }
        if let Ok(Ended::Landed { record, .. }) = result {
            let keeper = self.keys.as_ref().map(|keys| keys.keeper_account);
            let paid = match (record, keeper) {
                (Some(record), Some(keeper)) => pay(&events(&record.logs), &keeper),
                _ if action.what.pays_at_once() => action.profit.0,
                _ => 0,
            };
            self.metrics.earned_usd.inc_by(paid.max(0) as f64 / USD);
        }
        let then = self.backoff.ended(&key, &outcome, self.now_ms(), random());
        match then {
            Then::Stop => {
                tracing::error!("the fee account is empty: sending nothing until it is filled")
            }
            Then::ReadAgain | Then::Drop if key.account != Default::default() => {
                self.read_again(key, outbox);
            }
            _ => {}
        }
    }

    fn tell(&self, action: &Action, result: &Result<Ended, Failure>, outcome: &str) {
        let key = action.key();
        let (kind, account, number) = (key.kind.name(), key.account, key.number);
        let profit = action.profit.0;
        match result {
            Ok(Ended::Landed { landed, fee, .. }) => tracing::info!(
                action = kind, %account, number, profit_usd_atoms = profit, fee_lamports = fee,
                slot = landed.slot, signature = %landed.signature, "done"
            ),
            Ok(Ended::WouldLand { units, fee }) => tracing::info!(
                action = kind, %account, number, profit_usd_atoms = profit, fee_lamports = fee,
                units, "dry run: would have been done"
            ),
            Ok(Ended::Reverted { refusal, fee }) => tracing::info!(
                action = kind, %account, number, outcome, fee_lamports = fee, %refusal,
                "refused on the chain"
            ),
            Ok(Ended::NotProfitable { fee }) => tracing::info!(
                action = kind, %account, number, profit_usd_atoms = profit, fee_lamports = fee,
                "not profitable"
            ),
            Err(failure) => {
                tracing::info!(action = kind, %account, number, outcome, %failure, "not done");
                if let Failure::Refused { logs, .. } = failure {
                    tracing::debug!(?logs, "its logs");
                }
            }
        }
    }

    /// Asks for an account that may have changed without the keeper having heard of it.
    fn read_again(&self, key: Key, outbox: &mpsc::Sender<Notice>) {
        let (sender, outbox) = (self.sender.clone(), outbox.clone());
        tokio::spawn(async move {
            let answer = sender.cluster.accounts(&[key.account]).await;
            let Ok((slot, mut found)) = answer else {
                return;
            };
            let (owner, data) = match found.pop().flatten() {
                Some(account) => (account.owner, account.data),
                None => Default::default(),
            };
            let notice = Notice::Account {
                address: key.account,
                stamp: Stamp::within(slot, 0),
                owner,
                data,
            };
            // Full or closed: the next complete picture tells.
            let _ = outbox.try_send(notice);
        });
    }
}

/// What the library makes of the end of a job.
fn outcome(result: &Result<Ended, Failure>) -> Outcome {
    match result {
        Ok(Ended::Landed { .. }) => Outcome::Done,
        // Not again at once: nothing has changed by it.
        Ok(Ended::WouldLand { .. }) => Outcome::Unknown("dry run".to_owned()),
        Ok(Ended::NotProfitable { .. }) => Outcome::NotProfitable,
        Ok(Ended::Reverted { refusal, .. }) => of_refusal(refusal),
        Err(failure) => of_failure(failure),
    }
}

/// The same of a transaction that failed.
pub(super) fn of_failure(failure: &Failure) -> Outcome {
    match failure {
        Failure::Refused { refusal, .. } => of_refusal(refusal),
        Failure::Node(why) => Outcome::NoAnswer(why.clone()),
        other => Outcome::Unknown(other.to_string()),
    }
}

fn of_refusal(refusal: &Refusal) -> Outcome {
    match refusal {
        Refusal::Program { error, .. } => Outcome::of_error(*error),
        Refusal::FundsForFee => Outcome::FeeAccountEmpty,
        Refusal::AlreadyProcessed => Outcome::SomeoneFaster,
        other => Outcome::Unknown(other.to_string()),
    }
}
