//! Which updates have to be posted before what is due can be done.

use crate::action::{Action, Due, Key, What};
use crate::book::Book;
use crate::config::Config;
use crate::oracle::Feed;
use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use whittle_client::price::FeedId;
use whittle_risk::Usd;

/// Which update of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Which {
    /// The first one published at or after this, Unix seconds: orders wait for it.
    FirstFrom(i64),
    /// The newest one.
    Newest,
}

/// Updates to post at once, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Which of each feed.
    pub which: Which,
    /// Of these feeds.
    pub feeds: BTreeSet<FeedId>,
    /// The actions that wait for it.
    pub keys: Vec<Key>,
    /// What these pay together, USD atoms; none when one of them is done without pay.
    pub pay: Option<Usd>,
}

impl Action {
    /// What has to be posted before this can be sent.
    pub fn wanted(&self, book: &Book) -> Vec<(Which, Feed)> {
        let signed = self.updates.iter().copied();
        let signed = signed.filter(|feed| book.source(*feed) == Source::Signed);
        let mut all: Vec<_> = signed.map(|feed| (Which::Newest, feed)).collect();
        if let What::FillOrder {
            market,
            due_at,
            update: Due::Wanted,
            ..
        } = &self.what
        {
            all.push((Which::FirstFrom(*due_at), Feed::Market(*market)));
        }
        all
    }
}

/// What these actions wait for, in the order of the first that does. Actions at the same prices share a
/// posting, and its cost.
pub fn postings(actions: &[Action], book: &Book, config: &Config) -> Vec<Posting> {
    let mut order = Vec::new();
    let mut all: BTreeMap<Which, Posting> = BTreeMap::new();
    for action in actions {
        for (which, feed) in action.wanted(book) {
            let Some(id) = book.pull_feed(feed) else {
                continue; // Nothing is signed of it, so nothing counts on it.
            };
            let posting = all.entry(which).or_insert_with(|| {
                order.push(which);
                Posting {
                    which,
                    feeds: BTreeSet::new(),
                    keys: Vec::new(),
                    pay: Some(Usd::ZERO),
                }
            });
            posting.feeds.insert(id);
            let key = action.key();
            if !posting.keys.contains(&key) {
                posting.keys.push(key);
                let profit = config.pays(action.profit).then_some(action.profit);
                let sum = posting.pay.zip(profit);
                posting.pay = sum.map(|(all, one)| Usd(all.0.saturating_add(one.0)));
            }
        }
    }
    let taken = order.into_iter().filter_map(|which| all.remove(&which));
    taken.collect()
}
