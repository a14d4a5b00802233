//! Signed prices: which count, what has to be posted for them, and what is done once it is.

use super::{long, put, tick, with_order};
use crate::action::{Action, BuildError, Due, Keys, Kind, What};
use crate::book::Book;
use crate::config::Config;
use crate::oracle::Feed;
use crate::posting::{postings, Which};
use crate::source::{Posted, Source, Terms};
use crate::synthetic::{empty_book, first_price, key, NOW};
use crate::{decide, BackOff};
use whittle::oracle::Reading;
use whittle_client::price::pyth::Update;
use whittle_client::price::FeedId;
use whittle_risk::{Ratio, Usd};

const FEED: FeedId = [1; 32];
const MARKET: Feed = Feed::Market(0);

fn reading(cents: i64, published: i64) -> Reading {
    Reading {
        price: cents,
        confidence: 0,
        exponent: -2,
        publish_time: published,
        prev_publish_time: published - 1,
    }
}

fn signed(cents: i64, published: i64) -> [Update; 1] {
    [Update {
        feed: FEED,
        reading: reading(cents, published),
        message: Vec::new(),
        proof: Vec::new(),
    }]
}

/// Every synthetic market and bank reads one feed; the banks and other markets are of no concern here.
fn book() -> Book {
    let mut book = empty_book();
    book.post_prices(Terms {
        receiver: key(5, 0),
        older_than_secs: 3,
        moved: Ratio::from_bps_floor(10),
    });
    book
}

fn posted(cents: i64, published: i64, landed_at: i64) -> Posted {
    Posted {
        account: key(7, 0),
        reading: reading(cents, published),
        landed_at,
    }
}

fn kinds(actions: &[Action]) -> Vec<Kind> {
    actions.iter().map(|action| action.what.kind()).collect()
}

#[test]
fn a_signed_price_makes_an_account_liquidatable_and_is_posted_before() {
    let mut book = book();
    put(&mut book, 1, &long(0, 1_000, 1_100_000_000), 2);
    book.refresh(NOW);
    assert_eq!(decide(&book, NOW, &Config::default()), []);
    // From 11 to 10 dollars: 100 are left, 300 asked for.
    book.take_signed(&signed(1_000, NOW + 1));
    book.refresh(NOW + 1);
    let actions = decide(&book, NOW + 1, &Config::default());
    assert_eq!(kinds(&actions), [Kind::Liquidate]);
    assert_eq!(book.source(MARKET), Source::Signed);
    let build = actions[0].instructions(&book, &Keys::default());
    assert_eq!(build, Err(BuildError::NotPosted(MARKET)));

    let wanted = postings(&actions, &book, &Config::default());
    assert_eq!(wanted.len(), 1);
    assert_eq!(wanted[0].which, Which::Newest);
    assert_eq!(wanted[0].feeds, [FEED].into());
    assert_eq!(wanted[0].keys, [actions[0].key()]);
    assert_eq!(wanted[0].pay, Some(actions[0].profit));

    book.take_posted(&FEED, posted(1_000, NOW + 1, NOW + 3));
    book.refresh(NOW + 3);
    let actions = decide(&book, NOW + 3, &Config::default());
    assert_eq!(book.source(MARKET), Source::Posted(key(7, 0)));
    assert_eq!(postings(&actions, &book, &Config::default()), []);
    let built = actions[0].instructions(&book, &Keys::default()).unwrap();
    assert_eq!(built[0].accounts[2].pubkey, key(7, 0));
}

#[test]
fn a_price_on_the_chain_counts_while_it_is_young_and_near_the_signed_one() {
    let mut book = book();
    // 11 dollars at NOW; the signed one is 5 basis points under it.
    book.take_signed(&signed(1_100, NOW + 1));
    book.refresh(NOW + 3);
    assert_eq!(book.source(MARKET), Source::Published);
    book.refresh(NOW + 4);
    assert_eq!(book.source(MARKET), Source::Signed, "older than 3 seconds");
    // 11 basis points over it.
    tick(&mut book, 0, first_price(0), 3, NOW + 5);
    book.take_signed(&signed(1_102, NOW + 6));
    book.refresh(NOW + 6);
    assert_eq!(book.source(MARKET), Source::Signed, "moved by 18 points");
    book.forget_signed();
    book.refresh(NOW + 6);
    assert_eq!(book.source(MARKET), Source::Published);
}

#[test]
fn what_the_keeper_posted_counts_however_far_the_price_moves_meanwhile() {
    let mut book = book();
    book.take_posted(&FEED, posted(1_000, NOW + 1, NOW + 4));
    book.take_signed(&signed(900, NOW + 5));
    book.refresh(NOW + 7);
    assert_eq!(book.source(MARKET), Source::Posted(key(7, 0)));
    book.refresh(NOW + 8);
    assert_eq!(book.source(MARKET), Source::Signed, "landed 4 seconds ago");
    // Once it is cached it is the chain's, and young for as long.
    book.take_posted(&FEED, posted(900, NOW + 5, NOW + 8));
    tick(&mut book, 0, first_price(0) / 11 * 9, 3, NOW + 5);
    book.take_signed(&signed(800, NOW + 9));
    book.refresh(NOW + 11);
    assert_eq!(book.source(MARKET), Source::Published);
    book.forget_posted(&[key(7, 0)]);
    book.refresh(NOW + 11);
    assert_eq!(book.source(MARKET), Source::Signed);
}

#[test]
fn an_old_or_impossible_signed_price_counts_for_nothing() {
    let mut book = book();
    book.take_signed(&signed(0, NOW + 1));
    assert_eq!(book.signed(MARKET), None);
    book.take_signed(&signed(1_000, NOW + 1));
    book.take_signed(&signed(900, NOW));
    assert_eq!(book.signed(MARKET), Some(&reading(1_000, NOW + 1)));
    // It is accepted for 30 seconds.
    book.refresh(NOW + 31);
    assert_eq!(book.source(MARKET), Source::Signed);
    book.refresh(NOW + 32);
    assert_eq!(book.source(MARKET), Source::Published);
}

#[test]
fn a_receiver_that_the_exchange_does_not_accept_is_not_posted_with() {
    let mut book = book();
    book.post_prices(Terms {
        receiver: key(5, 1),
        older_than_secs: 3,
        moved: Ratio::ZERO,
    });
    book.take_signed(&signed(1_000, NOW + 9));
    book.refresh(NOW + 9);
    assert_eq!(book.source(MARKET), Source::Published);
}

#[test]
fn an_order_waits_for_its_update_to_be_signed_and_then_for_it_to_be_posted() {
    let mut book = book();
    put(&mut book, 1, &with_order(0), 2);
    book.take_signed(&signed(1_100, NOW + 1));
    book.refresh(NOW + 3);
    assert_eq!(decide(&book, NOW + 3, &Config::default()), []);
    book.take_signed(&signed(1_100, NOW + 2));
    book.refresh(NOW + 3);
    let actions = decide(&book, NOW + 3, &Config::default());
    let wanted = postings(&actions, &book, &Config::default());
    assert_eq!(wanted.len(), 1);
    assert_eq!(wanted[0].which, Which::FirstFrom(NOW + 2));
    assert_eq!(wanted[0].pay, Some(Usd(20_000)));

    book.take_due(&FEED, NOW + 2, key(7, 1));
    let actions = decide(&book, NOW + 3, &Config::default());
    assert!(matches!(
        actions[0].what,
        What::FillOrder { update: Due::Posted(account), .. } if account == key(7, 1)
    ));
    let built = actions[0].instructions(&book, &Keys::default()).unwrap();
    assert!(built[0].accounts.iter().any(|it| it.pubkey == key(7, 1)));
    // The program accepts it no longer than 30 seconds; then nothing is posted in vain.
    book.forget_posted(&[key(7, 1)]);
    book.take_signed(&signed(1_100, NOW + 33));
    book.refresh(NOW + 33);
    assert_eq!(decide(&book, NOW + 33, &Config::default()), []);
}

#[test]
fn accounts_at_the_same_prices_share_a_posting_and_its_cost() {
    let mut book = book();
    put(&mut book, 1, &long(0, 1_000, 1_100_000_000), 2);
    put(&mut book, 2, &long(0, 2_000, 2_200_000_000), 2);
    book.take_signed(&signed(1_000, NOW + 1));
    book.refresh(NOW + 1);
    let actions = decide(&book, NOW + 1, &Config::default());
    assert_eq!(kinds(&actions), [Kind::Liquidate, Kind::Liquidate]);
    let wanted = postings(&actions, &book, &Config::default());
    assert_eq!(wanted.len(), 1);
    let keys: Vec<_> = actions.iter().map(Action::key).collect();
    assert_eq!(wanted[0].keys, keys);
    let pay = actions[0].profit.0 + actions[1].profit.0;
    assert_eq!(wanted[0].pay, Some(Usd(pay)));
}

#[test]
fn what_is_done_without_pay_is_posted_for_at_any_price_under_the_cap() {
    let mut book = book();
    put(&mut book, 1, &long(0, 1_000, 1_100_000_000), 2);
    book.take_signed(&signed(1_000, NOW + 1));
    book.refresh(NOW + 1);
    let config = Config {
        min_profit_usd_atoms: 1_000_000_000_000,
        public_duties: true,
        ..Config::default()
    };
    let actions = decide(&book, NOW + 1, &config);
    assert_eq!(kinds(&actions)[0], Kind::Liquidate);
    assert_eq!(postings(&actions, &book, &config)[0].pay, None);
}

#[test]
fn an_action_that_waited_for_its_posting_may_be_sent_at_once() {
    let mut backoff = BackOff::new(Config::default().backoff);
    let key = crate::Key {
        kind: Kind::Liquidate,
        account: key(4, 1),
        number: 0,
        place: 0,
    };
    backoff.sent(&key, 1_000);
    assert!(!backoff.allows(&key, 3_000));
    backoff.released(&key, 3_000);
    assert!(backoff.allows(&key, 3_000));
}
