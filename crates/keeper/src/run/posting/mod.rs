//! Posting signed updates: what is fetched, what is on its way, what holds rent.

pub mod hermes;
pub mod job;
pub mod settings;

use super::sender::Sender;
use super::Event;
use core::time::Duration;
use hermes::Hermes;
use job::{Closed, Ended, Fetched, Order, Surveyed};
use settings::Pyth;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;
use whittle_client::price::pyth::{Accumulator, Programs, Terms};
use whittle_client::price::{FeedId, Rented};
use whittle_keeper::{Posting, Which};

/// Longest pause before Hermes is asked again; after a failure the pause doubles.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// What was signed is not believed for so long after the chain has refused it.
const DISTRUST: Duration = Duration::from_secs(30);
/// What an earlier run may have left behind is looked for this often.
const SURVEY_EVERY: Duration = Duration::from_secs(3_600);
/// And after a failure this often; so is closing tried again.
const AGAIN: Duration = Duration::from_secs(15);

/// What Hermes answered last.
#[derive(Default)]
pub struct Signed {
    /// As it came.
    pub blobs: Vec<Vec<u8>>,
    /// As read.
    pub read: Vec<Accumulator>,
}

impl Signed {
    fn roots(&self) -> BTreeSet<[u8; 20]> {
        self.read.iter().map(|one| one.vaa.root).collect()
    }
}

/// A posting on its way.
struct Flying {
    which: Which,
    feeds: BTreeSet<FeedId>,
    roots: BTreeSet<[u8; 20]>,
}

/// Accounts that hold rent.
pub struct Held {
    accounts: Rented,
    /// Not to be closed before.
    until: Instant,
}

/// Everything about posting but the decision what to post.
pub struct Poster {
    hermes: Arc<Hermes>,
    sender: Arc<Sender>,
    settings: Pyth,
    programs: Programs,
    /// What the receiver takes; none until it was asked.
    terms: Option<Terms>,
    signed: Arc<Signed>,
    /// When the newest signed price was published, Unix seconds.
    pub newest: i64,
    /// Whether Hermes has answered or failed since the start.
    pub has_asked: bool,
    ask_at: Instant,
    failures: u32,
    distrusted_until: Instant,
    flying: Vec<Flying>,
    held: Vec<Held>,
    survey_at: Instant,
    is_asking: bool,
    is_surveying: bool,
    /// Accounts that are being closed.
    closing: usize,
}

impl Poster {
    /// Has asked nothing yet.
    pub fn new(hermes: Hermes, sender: Arc<Sender>, settings: Pyth) -> Self {
        let now = Instant::now();
        Self {
            hermes: Arc::new(hermes),
            sender,
            programs: settings.programs.programs(),
            settings,
            terms: None,
            signed: Arc::default(),
            newest: 0,
            has_asked: false,
            ask_at: now,
            failures: 0,
            distrusted_until: now,
            flying: Vec::new(),
            held: Vec::new(),
            survey_at: now,
            is_asking: false,
            is_surveying: false,
            closing: 0,
        }
    }

    /// The programs that it posts with.
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Accounts that hold rent and are known of.
    pub fn rented(&self) -> usize {
        let held = self.held.iter();
        let held = held.map(|it| it.accounts.addresses().len());
        held.sum::<usize>() + self.closing
    }

    /// Postings on their way.
    pub fn flying(&self) -> usize {
        self.flying.len()
    }

    /// Asks Hermes and the chain for what is due.
    pub fn ask(&mut self, feeds: impl FnOnce() -> Vec<FeedId>, beside: &mut JoinSet<Event>) {
        let now = Instant::now();
        // What is on its way would be taken for left behind.
        if now >= self.survey_at && !self.is_surveying && self.flying.is_empty() {
            self.is_surveying = true;
            let (sender, programs) = (self.sender.clone(), self.programs);
            beside.spawn(async move { Event::Surveyed(job::survey(&sender, &programs).await) });
        }
        if now >= self.ask_at && !self.is_asking {
            let feeds = feeds();
            self.has_asked |= feeds.is_empty();
            if !feeds.is_empty() {
                self.is_asking = true;
                let hermes = self.hermes.clone();
                beside.spawn(async move { Event::Fetched(job::fetch(&hermes, &feeds).await) });
            }
        }
        let is_due = self.held.iter().any(|it| it.until <= now);
        if is_due && self.closing == 0 && !self.is_surveying && !self.sender.dry_run {
            let mut due = Rented::default();
            for held in self.held.extract_if(.., |it| it.until <= now) {
                due.extend(held.accounts);
            }
            self.closing = due.addresses().len();
            let (sender, programs) = (self.sender.clone(), self.programs);
            beside.spawn(async move { Event::Closed(job::close(&sender, &programs, due).await) });
        }
    }

    /// Accounts that will be closed at the next [`Poster::ask`].
    pub fn leaving(&self) -> Vec<anchor_lang::prelude::Pubkey> {
        let now = Instant::now();
        let due = self.held.iter().filter(|it| it.until <= now);
        due.flat_map(|it| it.accounts.addresses()).collect()
    }

    /// Takes over what Hermes answered. Returns the updates to tell the book, none while they are not
    /// believed.
    pub fn fetched(&mut self, fetched: Fetched) -> Option<Arc<Signed>> {
        (self.is_asking, self.has_asked) = (false, true);
        let pause = Duration::from_millis(self.settings.poll_ms);
        match fetched {
            Ok(signed) => {
                self.failures = 0;
                self.ask_at = Instant::now() + pause;
                let times = signed.read.iter().flat_map(|one| &one.updates);
                let newest = times.map(|update| update.reading.publish_time).max();
                self.newest = self.newest.max(newest.unwrap_or(0));
                self.signed = Arc::new(signed);
                // Nor do they count while nothing can be posted.
                let counts = self.terms.is_some() && Instant::now() >= self.distrusted_until;
                counts.then(|| self.signed.clone())
            }
            Err(error) => {
                let longer = pause.saturating_mul(1 << self.failures.min(6));
                self.failures = self.failures.saturating_add(1);
                self.ask_at = Instant::now() + longer.min(LONGEST_PAUSE.max(pause));
                tracing::warn!(%error, "asking Hermes");
                None
            }
        }
    }

    /// The chain has refused what was signed.
    pub fn distrust(&mut self) {
        self.distrusted_until = Instant::now() + DISTRUST;
    }

    /// Begins a posting, unless it has to wait for another one or for the receiver's terms.
    pub fn begin(
        &mut self,
        posting: &Posting,
        most_lamports: Option<u64>,
        beside: &mut JoinSet<Event>,
    ) -> bool {
        let Some(terms) = self.terms else {
            return false;
        };
        let roots = match posting.which {
            Which::Newest => self.signed.roots(),
            Which::FirstFrom(_) => BTreeSet::new(),
        };
        let waits = self.flying.iter().any(|other| {
            let same = other.which == posting.which;
            let shares = !other.feeds.is_disjoint(&posting.feeds)
                || !other.roots.is_disjoint(&roots)
                || posting.which != Which::Newest;
            same && shares
        });
        if waits || self.is_surveying || self.flying.len() >= self.settings.at_once {
            return false;
        }
        self.flying.push(Flying {
            which: posting.which,
            feeds: posting.feeds.clone(),
            roots,
        });
        let order = Order {
            posting: posting.clone(),
            signed: self.signed.clone(),
            programs: self.programs,
            treasury: self.settings.treasury,
            update_fee: terms.update_fee,
            most_lamports,
        };
        let (hermes, sender) = (self.hermes.clone(), self.sender.clone());
        beside.spawn(
            async move { Event::Posted(Box::new(job::post(&hermes, &sender, order).await)) },
        );
        true
    }

    /// A posting is over; its accounts are kept for `keep`.
    pub fn ended(&mut self, ended: &Ended, keep: Duration) {
        let over = |it: &Flying| it.which == ended.posting.which && it.feeds == ended.posting.feeds;
        if let Some(place) = self.flying.iter().position(over) {
            self.flying.swap_remove(place);
        }
        if !ended.rented.is_empty() {
            self.held.push(Held {
                accounts: ended.rented.clone(),
                until: Instant::now() + keep,
            });
        }
    }

    /// Takes over what became of closing.
    pub fn closed(&mut self, closed: Closed) {
        self.closing = 0;
        if !closed.left.is_empty() {
            self.held.push(Held {
                accounts: closed.left,
                until: Instant::now() + AGAIN,
            });
        }
    }

    /// Takes over the receiver's terms and what an earlier run left behind.
    pub fn surveyed(&mut self, surveyed: Surveyed) {
        self.is_surveying = false;
        self.survey_at = Instant::now() + SURVEY_EVERY;
        match surveyed.terms {
            Ok(Some(terms)) => {
                if terms.wormhole != self.programs.wormhole {
                    tracing::warn!(wormhole = %terms.wormhole, "the receiver takes another core bridge's VAAs than expected: posting through that one");
                    self.programs.wormhole = terms.wormhole;
                }
                self.terms = Some(terms);
            }
            Ok(None) => {
                tracing::error!(receiver = %self.programs.receiver, "there is no receiver: nothing can be posted");
                self.survey_at = Instant::now() + AGAIN;
            }
            Err(failure) => {
                tracing::warn!(%failure, "asking for the receiver's terms");
                self.survey_at = Instant::now() + AGAIN;
            }
        }
        match surveyed.rented {
            Ok(mut rented) => {
                let known: BTreeSet<_> = self
                    .held
                    .iter()
                    .flat_map(|it| it.accounts.addresses())
                    .collect();
                rented.retain(|account| !known.contains(account));
                if !rented.is_empty() {
                    let count = rented.addresses().len();
                    tracing::info!(count, "an earlier run left accounts behind: closing them");
                    self.held.push(Held {
                        accounts: rented,
                        until: Instant::now(),
                    });
                }
            }
            Err(failure) => tracing::warn!(%failure, "looking for accounts left behind"),
        }
    }

    /// Whether nothing is on its way, for `--once`.
    pub fn is_idle(&self) -> bool {
        self.has_asked && self.flying.is_empty() && !self.is_surveying
    }

    /// Everything that holds rent may be closed now: the keeper is about to end.
    pub fn let_go(&mut self) {
        let now = Instant::now();
        self.held.iter_mut().for_each(|held| held.until = now);
        // Neither Hermes nor what is left behind concerns the one that ends.
        self.ask_at = now + SURVEY_EVERY;
        self.survey_at = now + SURVEY_EVERY;
    }

    /// Whether accounts are being closed.
    pub fn is_closing(&self) -> bool {
        self.closing > 0
    }
}
