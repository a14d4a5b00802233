//! Which price counts for a feed: one that stands on the chain, or a newer signed one that the keeper
//! would have to post first.
//!
//! A price on the chain costs nothing and can be used at once, so it counts while it is young and near
//! the newest signed one. What the keeper has posted itself counts for as long again from when it
//! landed, however far the price has moved since: else a falling price would have it post and never
//! act.

use crate::book::Book;
use crate::oracle::Feed;
use anchor_lang::prelude::Pubkey;
use std::collections::{BTreeMap, BTreeSet};
use whittle::oracle::Reading;
use whittle::state::raw::{CachedPrice, ORACLE_PYTH_PULL};
use whittle::state::{Bank, Market, OracleConfig};
use whittle_client::price::{pyth::Update, FeedId};
use whittle_risk::price::age_secs;
use whittle_risk::Ratio;

/// Where the price that counts for a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the oracle account that was named for the feed, or in the market or bank already.
    Published,
    /// In an account that the keeper has posted.
    Posted(Pubkey),
    /// Nowhere on the chain: it has to be posted first.
    Signed,
}

/// When a signed price counts although there is one on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The program that the keeper posts with. Unless the exchange accepts it, no signed price counts.
    pub receiver: Pubkey,
    /// The one on the chain is older than this, seconds.
    pub older_than_secs: u32,
    /// Or the signed one differs from it by more than this share.
    pub moved: Ratio,
}

/// An update that the keeper has posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Where.
    pub account: Pubkey,
    /// What it says.
    pub reading: Reading,
    /// Since when it stands there, Unix seconds.
    pub landed_at: i64,
}

/// What is known beside the oracle accounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    pub terms: Option<Terms>,
    /// The newest signed price of each feed.
    pub signed: BTreeMap<Feed, Reading>,
    /// The newest posted one.
    pub posted: BTreeMap<Feed, Posted>,
    /// Posted ones that orders wait for, by market and due time.
    pub due: BTreeMap<(u16, i64), Pubkey>,
    /// What counted at the last refresh.
    pub counted: BTreeMap<Feed, Source>,
    /// When signed prices were last weighed against the others.
    pub weighed_at: i64,
}

/// A market or bank with its cached price.
pub(crate) trait Priced {
    fn price(&self) -> &CachedPrice;
    fn oracle(&self) -> &OracleConfig;
}

impl Priced for Market {
    fn price(&self) -> &CachedPrice {
        &self.price
    }
    fn oracle(&self) -> &OracleConfig {
        &self.oracle
    }
}

impl Priced for Bank {
    fn price(&self) -> &CachedPrice {
        &self.price
    }
    fn oracle(&self) -> &OracleConfig {
        &self.oracle
    }
}

impl Terms {
    /// Whether a price that stands on the chain will do although there is a newer one.
    fn will_do(
        &self,
        standing: &CachedPrice,
        landed_at: Option<i64>,
        newer: &CachedPrice,
        accept_secs: u32,
        now: i64,
    ) -> bool {
        if age_secs(standing.publish_time, now) > u64::from(accept_secs) {
            return false;
        }
        let since = landed_at.unwrap_or(standing.publish_time);
        if age_secs(since, now) > u64::from(self.older_than_secs) {
            return false;
        }
        let moved = newer.price_q32.abs_diff(standing.price_q32);
        let bound = (u128::from(standing.price_q32) * u128::from(self.moved.0)) >> 32;
        landed_at.is_some() || u128::from(moved) <= bound
    }
}

impl Book {
    /// Lets signed prices count, and says when.
    pub fn post_prices(&mut self, terms: Terms) {
        self.sources.terms = Some(terms);
    }

    /// A market or bank as it will be at the price that counts, and where that stands; none when it
    /// is the cached one.
    pub(crate) fn at_what_counts<T: Priced>(
        &self,
        feed: Feed,
        chain: &T,
        ahead: impl Fn(&Reading) -> Option<T>,
        now: i64,
    ) -> (Option<T>, Source) {
        let published = self.readings.get(&feed).and_then(&ahead);
        let posted = self.sources.posted.get(&feed);
        let own = posted.and_then(|it| Some((ahead(&it.reading)?, Source::Posted(it.account))));
        let time = |it: &T| it.price().publish_time;
        let standing = match (published, own) {
            (Some(published), Some((own, source))) if time(&own) > time(&published) => {
                (Some(own), source)
            }
            (None, Some((own, source))) => (Some(own), source),
            (published, _) => (published, Source::Published),
        };
        let accepted = |terms: &&Terms| {
            let exchange = self.mirror.exchange();
            exchange.is_some_and(|it| it.receiver_programs.contains(&terms.receiver))
        };
        let Some(terms) = self.sources.terms.as_ref().filter(accepted) else {
            return standing;
        };
        let Some(signed) = self.sources.signed.get(&feed).and_then(ahead) else {
            return standing;
        };
        let there = standing.0.as_ref().unwrap_or(chain);
        let landed_at = posted
            .filter(|it| it.reading.publish_time == time(there))
            .map(|it| it.landed_at);
        let accept_secs = chain.oracle().accept_secs;
        let price = there.price();
        if time(&signed) <= time(there)
            || terms.will_do(price, landed_at, signed.price(), accept_secs, now)
        {
            return standing;
        }
        (Some(signed), Source::Signed)
    }

    /// Age alone changes what counts, so all feeds with a signed price are weighed again every second.
    pub(crate) fn weigh(&mut self, now: i64) {
        if self.sources.weighed_at == now {
            return;
        }
        self.sources.weighed_at = now;
        let feeds: Vec<Feed> = self.sources.signed.keys().copied().collect();
        feeds.into_iter().for_each(|feed| self.changed(feed));
    }

    pub(crate) fn changed(&mut self, feed: Feed) {
        match feed {
            Feed::Market(index) => self.dirty_markets.insert(index),
            Feed::Bank(index) => self.dirty_banks.insert(index),
        };
    }

    /// Where the price that counts for a feed stands, as of the last refresh.
    pub fn source(&self, feed: Feed) -> Source {
        let counted = self.sources.counted.get(&feed);
        counted.copied().unwrap_or(Source::Published)
    }

    /// The pull feed of a market or bank; none for another kind of oracle.
    pub fn pull_feed(&self, feed: Feed) -> Option<FeedId> {
        let oracle = match feed {
            Feed::Market(index) => &self.chain_markets.get(&index)?.oracle,
            Feed::Bank(index) => &self.chain_banks.get(&index)?.oracle,
        };
        (oracle.kind == ORACLE_PYTH_PULL).then_some(oracle.key)
    }

    /// Every pull feed of the exchange's markets and banks, those that have settled left out.
    pub fn pull_feeds(&self) -> BTreeSet<FeedId> {
        let markets = self.chain_markets.values();
        let markets = markets.filter(|market| !market.wind_down.is_settled());
        let banks = self.chain_banks.values();
        let banks = banks.filter(|bank| !bank.wind_down.is_settled());
        markets
            .map(|market| Feed::Market(market.index))
            .chain(banks.map(|bank| Feed::Bank(bank.index)))
            .filter_map(|feed| self.pull_feed(feed))
            .collect()
    }

    /// The markets and banks that read a pull feed.
    pub fn readers(&self, id: &FeedId) -> Vec<Feed> {
        let markets = self.chain_markets.keys().map(|index| Feed::Market(*index));
        let banks = self.chain_banks.keys().map(|index| Feed::Bank(*index));
        let all = markets.chain(banks);
        all.filter(|feed| self.pull_feed(*feed).as_ref() == Some(id))
            .collect()
    }

    /// The longest that any market or bank accepts an update for, seconds.
    pub fn accept_secs(&self) -> u32 {
        let markets = self.chain_markets.values().map(|it| it.oracle.accept_secs);
        let banks = self.chain_banks.values().map(|it| it.oracle.accept_secs);
        markets.chain(banks).max().unwrap_or(0)
    }

    /// Takes over what was signed; older prices than those known, and such as no program takes, change
    /// nothing.
    pub fn take_signed<'a>(&mut self, updates: impl IntoIterator<Item = &'a Update>) {
        for update in updates {
            let reading = update.reading;
            for feed in self.readers(&update.feed) {
                let known = self.sources.signed.get(&feed);
                let is_newer = known.is_none_or(|it| reading.publish_time > it.publish_time);
                if reading.price > 0 && is_newer {
                    self.sources.signed.insert(feed, reading);
                    self.changed(feed);
                }
            }
        }
    }

    /// Forgets all that was signed: it may not be what it says.
    pub fn forget_signed(&mut self) {
        let signed = core::mem::take(&mut self.sources.signed);
        signed.into_keys().for_each(|feed| self.changed(feed));
    }

    /// The newest signed price of a feed.
    pub fn signed(&self, feed: Feed) -> Option<&Reading> {
        self.sources.signed.get(&feed)
    }

    /// Takes over that an update of a feed stands on the chain.
    pub fn take_posted(&mut self, id: &FeedId, posted: Posted) {
        for feed in self.readers(id) {
            let known = self.sources.posted.get(&feed);
            let time = posted.reading.publish_time;
            if known.is_none_or(|it| time > it.reading.publish_time) {
                self.sources.posted.insert(feed, posted);
                self.changed(feed);
            }
        }
    }

    /// Takes over that the first update at or after `due_at` stands on the chain.
    pub fn take_due(&mut self, id: &FeedId, due_at: i64, account: Pubkey) {
        for feed in self.readers(id) {
            if let Feed::Market(market) = feed {
                self.sources.due.insert((market, due_at), account);
            }
        }
    }

    /// Forgets accounts that are about to be closed.
    pub fn forget_posted(&mut self, gone: &[Pubkey]) {
        self.sources
            .due
            .retain(|_, account| !gone.contains(account));
        let posted = &mut self.sources.posted;
        let lost = posted.extract_if(.., |_, it| gone.contains(&it.account));
        let lost: Vec<Feed> = lost.map(|(feed, _)| feed).collect();
        lost.into_iter().for_each(|feed| self.changed(feed));
    }
}
