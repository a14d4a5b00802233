//! The loop: notices change the book, the book decides, decisions are sent, outcomes are remembered.

mod beside;
mod ended;
mod measure;
mod notices;
mod posting;
mod tables;

use super::http::Readiness;
use super::metrics::Metrics;
use super::pause::Pause;
use super::posting::Poster;
use super::sender::{Ended, Job, Sender};
use super::settings::Run;
use super::{Event, Notice, NOTICES};
use anyhow::Result;
use core::future::Future;
use core::time::Duration;
use std::collections::hash_map::RandomState;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tables::Tables;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout, MissedTickBehavior};
use whittle_client::rpc::Failure;
use whittle_keeper::backoff::BackOff;
use whittle_keeper::source::Terms;
use whittle_keeper::{
    action::Kind, decide::decide_allowed, Action, Book, Config, Key, Keys, Outcome,
};
use whittle_risk::Ratio;

const LAMPORTS: f64 = 1e9;
const USD: f64 = 1e6;
/// The balance and the chain's clock are asked for this often, in ticks of a second.
const ASK_EVERY: u64 = 10;

/// A job that has ended.
struct Report {
    action: Action,
    begun: Instant,
    result: Result<Ended, Failure>,
}

/// What is asked of the node beside.
struct Answers {
    balance: Result<u64, Failure>,
    chain_now: Result<i64, Failure>,
}

/// The keeper at work.
pub struct Watch {
    book: Book,
    config: Config,
    settings: Run,
    sender: Arc<Sender>,
    metrics: Metrics,
    readiness: Arc<Readiness>,
    backoff: BackOff,
    keys: Option<Keys>,
    /// When to ask for the keeper's own accounts again, and how often that has failed.
    open_at: Instant,
    open_failures: u32,
    /// Posts signed prices; none when the keeper only follows what others publish.
    poster: Option<Poster>,
    tables: Tables,
    /// What is on its way, however long that takes.
    flying: BTreeSet<Key>,
    pause: Pause,
    /// What the chain's clock is ahead of this machine's, seconds.
    clock_ahead: i64,
    is_complete: bool,
    /// The newest slot told, and when it came.
    slot: u64,
    slot_seen: Option<Instant>,
    salt: u64,
}

fn wall() -> Duration {
    // A clock before 1970 is as wrong as one at 1970.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

fn wall_ms() -> i64 {
    i64::try_from(wall().as_millis()).unwrap_or(i64::MAX)
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

impl Watch {
    /// Knows nothing yet.
    pub fn new(
        book: Book,
        config: Config,
        settings: Run,
        sender: Arc<Sender>,
        metrics: Metrics,
        readiness: Arc<Readiness>,
    ) -> Self {
        Self {
            backoff: BackOff::new(config.backoff.clone()),
            book,
            config,
            settings,
            sender,
            metrics,
            readiness,
            keys: None,
            open_at: Instant::now(),
            open_failures: 0,
            poster: None,
            tables: Tables::default(),
            flying: BTreeSet::new(),
            pause: Pause::default(),
            clock_ahead: 0,
            is_complete: false,
            slot: 0,
            slot_seen: None,
            salt: random(),
        }
    }

    /// Lets it post signed prices, which then count in decisions.
    pub fn with_poster(mut self, poster: Poster) -> Self {
        let pyth = &self.settings.pyth;
        self.book.post_prices(Terms {
            receiver: poster.programs().receiver,
            older_than_secs: pyth.older_than_secs,
            moved: Ratio::from_bps_floor(pyth.moved_bps),
        });
        self.poster = Some(poster);
        self
    }

    fn now_ms(&self) -> i64 {
        wall_ms()
    }

    /// What the program takes for the present.
    fn now(&self) -> i64 {
        let here = i64::try_from(wall().as_secs()).unwrap_or(i64::MAX);
        here.saturating_add(self.clock_ahead)
    }

    /// Until `end`, or with `once` until nothing is due or in flight any more.
    pub async fn run(
        &mut self,
        mut inbox: mpsc::Receiver<Notice>,
        outbox: mpsc::Sender<Notice>,
        end: impl Future<Output = ()>,
        once: bool,
    ) -> Result<()> {
        let mut end = core::pin::pin!(end);
        let mut jobs: JoinSet<Report> = JoinSet::new();
        let mut asked: JoinSet<Answers> = JoinSet::new();
        let mut opening: JoinSet<Result<Keys>> = JoinSet::new();
        let mut beside: JoinSet<Event> = JoinSet::new();
        let mut tick = interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut ticks = 0u64;
        loop {
            tokio::select! {
                biased;
                () = &mut end => break,
                Some(Ok(report)) = jobs.join_next(), if !jobs.is_empty() => {
                    self.ended(report, &outbox);
                }
                Some(Ok(answers)) = asked.join_next(), if !asked.is_empty() => self.heard(answers),
                Some(Ok(found)) = opening.join_next(), if !opening.is_empty() => {
                    self.opened(found, once)?;
                }
                Some(Ok(event)) = beside.join_next(), if !beside.is_empty() => self.happened(event),
                // Before the notices, of which there may always be more.
                _ = tick.tick() => {
                    if ticks.is_multiple_of(ASK_EVERY) && asked.is_empty() {
                        self.ask(&mut asked);
                    }
                    ticks += 1;
                    self.backoff.forget_old(self.now_ms());
                    self.measure();
                }
                Some(notice) = inbox.recv() => {
                    self.take(notice);
                    for _ in 0..NOTICES {
                        let Ok(more) = inbox.try_recv() else { break };
                        self.take(more);
                    }
                }
            }
            self.open(&mut opening);
            self.ask_beside(&mut beside);
            self.make_tables(&mut beside);
            let sent = self.act(&mut jobs, &mut beside);
            self.metrics
                .in_flight
                .set(i64::try_from(jobs.len()).unwrap_or(i64::MAX));
            let idle = self.poster.as_ref().is_none_or(Poster::is_idle);
            if once && self.keys.is_some() && sent == 0 && jobs.is_empty() && idle {
                break;
            }
        }
        self.drain(jobs, &outbox).await;
        self.give_back(&mut beside).await;
        tracing::info!("ended");
        Ok(())
    }

    /// Waits for what is in flight, so that nothing is sent twice by a successor.
    async fn drain(&mut self, mut jobs: JoinSet<Report>, outbox: &mpsc::Sender<Notice>) {
        self.readiness.drain();
        let patience = Duration::from_secs(self.settings.drain_secs);
        if !jobs.is_empty() {
            tracing::info!(in_flight = jobs.len(), "waiting for what is in flight");
        }
        let all = async {
            while let Some(ended) = jobs.join_next().await {
                if let Ok(report) = ended {
                    self.ended(report, outbox);
                }
            }
        };
        if timeout(patience, all).await.is_err() {
            tracing::warn!("left transactions in flight; they run once or never");
        }
    }

    /// Decides, and sends what may be sent. Returns how much that was.
    fn act(&mut self, jobs: &mut JoinSet<Report>, beside: &mut JoinSet<Event>) -> usize {
        let begun = Instant::now();
        let most = self.pause.room(begun, self.settings.in_flight);
        if self.readiness.check(begun).is_err() || self.keys.is_none() {
            return 0;
        }
        let now = self.now();
        self.book.refresh(now);
        let now_ms = self.now_ms();
        let flying = &self.flying;
        let allowed = |key: &Key| !flying.contains(key) && self.backoff.allows(key, now_ms);
        let actions = decide_allowed(&self.book, now, &self.config, allowed);
        self.metrics
            .decide_seconds
            .observe(begun.elapsed().as_secs_f64());
        // A node that does not answer is not asked for postings either.
        let mut sent = if most > 0 {
            self.post(&actions, beside)
        } else {
            0
        };
        for action in actions {
            // What is slow and can wait does not take the last places of what is urgent.
            let kept = if action.what.kind() < Kind::ExecuteRecovery {
                most / 4
            } else {
                0
            };
            // Nor does what waits to be posted for.
            let waits = !action.wanted(&self.book).is_empty();
            if !waits && jobs.len() >= most - kept {
                break;
            }
            if !waits && self.launch(action, begun, jobs) {
                sent += 1;
            }
        }
        sent
    }

    /// Sends an action; false when it cannot be built.
    fn launch(&mut self, action: Action, begun: Instant, jobs: &mut JoinSet<Report>) -> bool {
        let (key, now_ms) = (action.key(), self.now_ms());
        let Some(keys) = &self.keys else {
            return false;
        };
        let instructions = match action.instructions(&self.book, keys) {
            Ok(instructions) => instructions,
            Err(error) => {
                tracing::warn!(?key, %error, "an action cannot be built");
                let outcome = Outcome::Unknown(error.to_string());
                self.backoff.ended(&key, &outcome, now_ms, random());
                return false;
            }
        };
        self.backoff.sent(&key, now_ms);
        self.flying.insert(key);
        self.salt = self.salt.wrapping_add(1);
        let most_fee = self.config.most_fee(action.profit);
        let job = Job {
            instructions,
            room: action.room(&self.book),
            units: self.settings.units,
            most_lamports: most_fee.map(|most| self.settings.lamports_of(most)),
            salt: self.salt,
        };
        let sender = self.sender.clone();
        jobs.spawn(async move {
            let result = sender.run(job).await;
            Report {
                action,
                begun,
                result,
            }
        });
        true
    }
}
