//! What has to be posted before an action can be sent.

use super::ended::of_failure;
use super::{random, Watch, LAMPORTS};
use crate::run::metrics;
use crate::run::posting::job::{Ended, Missed};
use crate::run::posting::Poster;
use crate::run::Event;
use core::time::Duration;
use std::time::Instant;
use tokio::task::JoinSet;
use tokio::time::timeout;
use whittle_client::price::PriceError;
use whittle_client::rpc::{Failure, Refusal};
use whittle_keeper::outcome::Then;
use whittle_keeper::source::Posted;
use whittle_keeper::{postings, Action, Outcome, Which};

/// What a posting has left behind that failed is closed after this: a transaction may still land.
const SETTLES: Duration = Duration::from_secs(5);

impl Watch {
    /// Asks for prices, for terms, and for rent back, as far as it is time.
    pub(super) fn ask_beside(&mut self, beside: &mut JoinSet<Event>) {
        if !self.is_complete {
            return;
        }
        let Some(poster) = &mut self.poster else {
            return;
        };
        self.book.forget_posted(&poster.leaving());
        let feeds = || self.book.pull_feeds().into_iter().collect();
        poster.ask(feeds, beside);
    }

    /// Begins the postings that these actions wait for. Returns how many.
    pub(super) fn post(&mut self, actions: &[Action], beside: &mut JoinSet<Event>) -> usize {
        let Some(poster) = &mut self.poster else {
            return 0;
        };
        let now_ms = super::wall_ms();
        let mut begun = 0;
        for posting in postings(actions, &self.book, &self.config) {
            let most = posting.pay.map(|pay| self.settings.lamports_of(pay.0));
            if !poster.begin(&posting, most, beside) {
                continue;
            }
            for key in &posting.keys {
                self.backoff.sent(key, now_ms);
                self.flying.insert(*key);
            }
            begun += 1;
        }
        begun
    }

    /// Takes over what has ended beside the loop.
    pub(super) fn happened(&mut self, event: Event) {
        let Some(poster) = &mut self.poster else {
            if let Event::Tables(made) = event {
                self.tabled(made);
            }
            return;
        };
        match event {
            Event::Fetched(fetched) => {
                if let Some(signed) = poster.fetched(fetched) {
                    let updates = signed.read.iter().flat_map(|one| &one.updates);
                    self.book.take_signed(updates);
                }
            }
            Event::Closed(closed) => {
                self.metrics.fees_sol.inc_by(closed.cost as f64 / LAMPORTS);
                poster.closed(closed);
            }
            Event::Surveyed(surveyed) => {
                poster.surveyed(surveyed);
                let exchange = self.book.mirror().exchange();
                if exchange.is_some_and(|it| !poster.programs().accepted_by(it)) {
                    let receiver = poster.programs().receiver;
                    tracing::error!(%receiver, "the exchange does not accept the receiver: nothing is posted");
                }
            }
            Event::Posted(ended) => self.posted(*ended),
            Event::Tables(made) => self.tabled(made),
        }
    }

    fn posted(&mut self, ended: Ended) {
        let now_ms = super::wall_ms();
        let outcome = outcome(&ended.result);
        let name = outcome.name();
        let posted = metrics::Posted { outcome: name };
        self.metrics.postings.get_or_create(&posted).inc();
        for key in &ended.posting.keys {
            self.flying.remove(key);
        }
        let feeds = ended.posting.feeds.len();
        let which = format!("{:?}", ended.posting.which);
        let accept = Duration::from_secs(self.book.accept_secs().into());
        let mut keep = SETTLES;
        match &ended.result {
            Ok(done) => {
                // No program takes them for longer.
                keep = accept + SETTLES;
                tracing::info!(feeds, which, lamports = done.cost, "posted");
                self.metrics.fees_sol.inc_by(done.cost as f64 / LAMPORTS);
                let landed_at = self.now();
                for (id, account, reading) in done.accounts.iter().copied() {
                    let posted = Posted {
                        account,
                        reading,
                        landed_at,
                    };
                    self.book.take_posted(&id, posted);
                    if let Which::FirstFrom(due_at) = ended.posting.which {
                        self.book.take_due(&id, due_at, account);
                    }
                }
                for key in &ended.posting.keys {
                    self.backoff.released(key, now_ms);
                }
            }
            Err(missed) => {
                tracing::info!(feeds, which, outcome = name, why = %missed, "not posted");
                self.missed(missed);
                for key in &ended.posting.keys {
                    let then = self.backoff.ended(key, &outcome, now_ms, random());
                    if then == Then::Stop {
                        tracing::error!(
                            "the fee account is empty: sending nothing until it is filled"
                        );
                    }
                }
            }
        }
        if let Some(poster) = &mut self.poster {
            poster.ended(&ended, keep);
        }
    }

    /// A node that does not answer is asked less often; what the chain refuses is not believed.
    fn missed(&mut self, missed: &Missed) {
        let failure = match missed {
            Missed::Sending(failure) => failure,
            Missed::Price(PriceError::ProofMismatch(_)) => return self.distrust(),
            _ => return,
        };
        match &**failure {
            Failure::Node(_) => self.pause.failed(Instant::now()),
            Failure::Refused { refusal, logs, .. } if *refusal != Refusal::FundsForFee => {
                tracing::debug!(?logs, "its logs");
                self.distrust();
            }
            _ => {}
        }
    }

    fn distrust(&mut self) {
        self.book.forget_signed();
        if let Some(poster) = &mut self.poster {
            poster.distrust();
        }
    }

    /// Waits for postings and gets the rent back before the keeper ends.
    pub(super) async fn give_back(&mut self, beside: &mut JoinSet<Event>) {
        let patience = Duration::from_secs(self.settings.drain_secs);
        let all = async {
            self.wait_while(beside, |poster| poster.flying() > 0).await;
            if let Some(poster) = &mut self.poster {
                poster.let_go();
                poster.ask(Vec::new, beside);
            }
            self.wait_while(beside, Poster::is_closing).await;
        };
        if timeout(patience, all).await.is_err() {
            tracing::warn!("left accounts of postings open; the next run closes them");
        }
    }
}

impl Watch {
    async fn wait_while(&mut self, beside: &mut JoinSet<Event>, goes_on: impl Fn(&Poster) -> bool) {
        while self.poster.as_ref().is_some_and(&goes_on) {
            match beside.join_next().await {
                Some(Ok(event)) => self.happened(event),
                Some(Err(_)) => {}
                None => return,
            }
        }
    }
}

/// What the library makes of the end of a posting.
fn outcome<T>(result: &Result<T, Missed>) -> Outcome {
    match result {
        Ok(_) => Outcome::Done,
        Err(Missed::NotProfitable(_)) => Outcome::NotProfitable,
        Err(Missed::NotFirst { .. }) => Outcome::NotDue,
        Err(Missed::DryRun(_)) => Outcome::Unknown("dry run".to_owned()),
        Err(Missed::Price(error)) => Outcome::NoAnswer(error.to_string()),
        Err(Missed::Sending(failure)) => of_failure(failure),
    }
}
