//! The loop: notices change the book, the book decides, decisions are sent, outcomes are remembered.

use super::http::Readiness;
use super::metrics::{Metrics, OfFeed, Tried};
use super::pause::Pause;
use super::pay::pay;
use super::sender::{Ended, Job, Sender};
use super::settings::Run;
use super::{keys, token_accounts, Notice, NOTICES};
use anyhow::Result;
use core::future::Future;
use core::time::Duration;
use std::collections::hash_map::RandomState;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout, MissedTickBehavior};
use whittle_client::event::events;
use whittle_client::rpc::{Failure, Refusal};
use whittle_keeper::backoff::BackOff;
use whittle_keeper::oracle::Feed;
use whittle_keeper::outcome::Then;
use whittle_keeper::{
    action::Kind, decide::decide_allowed, Action, Book, Change, Config, Key, Keys, Outcome, Stamp,
};
use whittle_risk::health::State;

const LAMPORTS: f64 = 1e9;
const USD: f64 = 1e6;
/// The balance and the chain's clock are asked for this often, in ticks of a second.
const ASK_EVERY: u64 = 10;

/// Slots after which no news of a closed account arrives any more.
const LATEST: u64 = 1_000;
/// Longest pause before the keeper's own accounts are asked for again, seconds.
const LONGEST_OPENING: u32 = 30;

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
            flying: BTreeSet::new(),
            pause: Pause::default(),
            clock_ahead: 0,
            is_complete: false,
            slot: 0,
            slot_seen: None,
            salt: random(),
        }
    }

    fn now_ms(&self) -> i64 {
        i64::try_from(wall().as_millis()).unwrap_or(i64::MAX)
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
            let sent = self.act(&mut jobs);
            self.metrics
                .in_flight
                .set(i64::try_from(jobs.len()).unwrap_or(i64::MAX));
            if once && self.keys.is_some() && sent == 0 && jobs.is_empty() {
                break;
            }
        }
        self.drain(jobs, &outbox).await;
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
        tracing::info!("ended");
    }

    /// Asks for the keeper's own accounts once the banks are known, beside the loop: the node may be
    /// slow, and the account that pays may be empty.
    fn open(&mut self, opening: &mut JoinSet<Result<Keys>>) {
        let is_due = self.keys.is_none() && Instant::now() >= self.open_at;
        if !self.is_complete || !is_due || !opening.is_empty() {
            return;
        }
        use solana_signer::Signer;
        self.book.refresh(self.now());
        let banks = token_accounts(&self.book, &self.sender.payer.pubkey());
        opening.spawn(keys(self.settings.sub_id, banks, self.sender.clone()));
    }

    fn opened(&mut self, found: Result<Keys>, once: bool) -> Result<()> {
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

    fn ask(&self, asked: &mut JoinSet<Answers>) {
        let sender = self.sender.clone();
        asked.spawn(async move {
            use solana_signer::Signer;
            Answers {
                balance: sender.cluster.balance(&sender.payer.pubkey()).await,
                chain_now: sender.cluster.now().await,
            }
        });
    }

    fn heard(&mut self, answers: Answers) {
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

    fn take(&mut self, notice: Notice) {
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

    /// Decides, and sends what may be sent. Returns how much that was.
    fn act(&mut self, jobs: &mut JoinSet<Report>) -> usize {
        let begun = Instant::now();
        let most = self.pause.room(begun, self.settings.in_flight);
        let (true, Some(keys)) = (self.readiness.check(begun).is_ok(), &self.keys) else {
            return 0;
        };
        let now = self.now();
        self.book.refresh(now);
        let now_ms = self.now_ms();
        let flying = &self.flying;
        let allowed = |key: &Key| !flying.contains(key) && self.backoff.allows(key, now_ms);
        let actions = decide_allowed(&self.book, now, &self.config, allowed);
        self.metrics
            .decide_seconds
            .observe(begun.elapsed().as_secs_f64());
        let mut sent = 0;
        for action in actions {
            let key = action.key();
            // What is slow and can wait does not take the last places of what is urgent.
            let kept = if key.kind < Kind::ExecuteRecovery {
                most / 4
            } else {
                0
            };
            if jobs.len() >= most - kept {
                break;
            }
            let instructions = match action.instructions(&self.book, keys) {
                Ok(instructions) => instructions,
                Err(error) => {
                    tracing::warn!(?key, %error, "an action cannot be built");
                    let outcome = Outcome::Unknown(error.to_string());
                    self.backoff.ended(&key, &outcome, now_ms, random());
                    continue;
                }
            };
            self.backoff.sent(&key, now_ms);
            self.flying.insert(key);
            self.salt = self.salt.wrapping_add(1);
            let most_fee = self.config.most_fee(action.profit);
            let job = Job {
                instructions,
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
            sent += 1;
        }
        sent
    }

    fn ended(&mut self, report: Report, outbox: &mpsc::Sender<Notice>) {
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

    /// Brings the gauges up to date.
    fn measure(&self) {
        let metrics = &self.metrics;
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        metrics.accounts.set(count(self.book.len()));
        let called = self.book.near().filter(|(_, near)| {
            let standing = near.standing.as_ref();
            standing.is_ok_and(|standing| standing.state != State::Healthy)
        });
        metrics.accounts_called.set(count(called.count()));
        let queue = self.book.liquidatable(self.config.shock());
        metrics.accounts_underwater.set(count(queue.len()));
        let losses = queue.iter().map(|one| one.expected_loss.0 as f64);
        // The sum of nothing would be minus zero.
        let loss = losses.fold(0.0, |sum, loss| sum + loss);
        metrics.expected_loss_usd.set(loss / USD);
        let age = self
            .slot_seen
            .map_or(f64::INFINITY, |seen| seen.elapsed().as_secs_f64());
        metrics.slot_age.set(age);
        let now = self.now();
        for market in self.book.mirror().markets() {
            let Some(chain) = self.book.chain_market(market.index) else {
                continue;
            };
            self.measure_age(Feed::Market(market.index), chain.price.publish_time, now);
        }
        for bank in self.book.mirror().banks() {
            let chain = self.book.chain_bank(bank.index);
            let Some(chain) = chain.filter(|bank| bank.index != whittle::state::bank::QUOTE_BANK)
            else {
                continue;
            };
            self.measure_age(Feed::Bank(bank.index), chain.price.publish_time, now);
        }
        if let Some(fund) = self.book.insurance() {
            let worth = fund.worth().map_or(fund.cash_usd_atoms, |worth| worth.0);
            metrics.insurance_usd.set(worth as f64 / USD);
            metrics
                .insurance_drawn
                .set(i64::from(now < fund.drawn_until));
        }
        if let Some(pool) = self.book.pool() {
            metrics.pool_cash_usd.set(pool.cash_usd_atoms as f64 / USD);
        }
    }

    fn measure_age(&self, feed: Feed, publish_time: i64, now: i64) {
        let feed = match feed {
            Feed::Market(index) => format!("market:{index}"),
            Feed::Bank(index) => format!("bank:{index}"),
        };
        let age = now.saturating_sub(publish_time).max(0);
        self.metrics
            .oracle_age
            .get_or_create(&OfFeed { feed })
            .set(age as f64);
    }
}

/// What the library makes of the end of a job.
fn outcome(result: &Result<Ended, Failure>) -> Outcome {
    match result {
        Ok(Ended::Landed { .. }) => Outcome::Done,
        // Not again at once: nothing has changed by it.
        Ok(Ended::WouldLand { .. }) => Outcome::Unknown("dry run".to_owned()),
        Ok(Ended::NotProfitable { .. }) => Outcome::NotProfitable,
        Ok(Ended::Reverted { refusal, .. }) | Err(Failure::Refused { refusal, .. }) => {
            match refusal {
                Refusal::Program { error, .. } => Outcome::of_error(*error),
                Refusal::FundsForFee => Outcome::FeeAccountEmpty,
                Refusal::AlreadyProcessed => Outcome::SomeoneFaster,
                other => Outcome::Unknown(other.to_string()),
            }
        }
        Err(Failure::Node(why)) => Outcome::NoAnswer(why.clone()),
        Err(other) => Outcome::Unknown(other.to_string()),
    }
}
