//! The oracle account that fills is judged like one that updates.

use super::{keeper, two_markets, BTC, ETH};
use crate::altered::with_account;
use whittle::error::WhittleError;
use whittle_client::address;
use whittle_tests::oracle::LEGACY;
use whittle_tests::{assert_only_changed, spec, Update, Verification, World, USDC};

/// Place of the oracle in `fill_order`.
const ORACLE: usize = 4;

/// A good update spoiled by `spoil` does not fill.
#[track_caller]
fn refused(error: WhittleError, spoil: impl Fn(&mut Update)) {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let keeper = keeper(&mut world);
    alice.place(&mut world, BTC, 500).ok();
    world.pass(2);
    let mut update = world.feed(BTC).update("40000", world.now());
    spoil(&mut update);
    world.show_market(BTC, update);
    keeper.fill(&mut world, &alice, 0).refused(error);
}

#[test]
fn an_update_that_would_not_be_cached_does_not_fill() {
    refused(WhittleError::OracleOwner, |it| {
        it.owner = spec::address("somebody's program");
    });
    refused(WhittleError::OracleOwner, |it| it.owner = LEGACY);
    refused(WhittleError::OracleFeed, |it| it.feed[0] ^= 1);
    refused(WhittleError::OracleNotVerified, |it| {
        it.verification = Verification::Partial(12);
    });
    refused(WhittleError::OraclePriceNotPositive, |it| {
        it.quote.mantissa = 0;
    });
    refused(WhittleError::OraclePriceNotPositive, |it| {
        it.quote.mantissa = -1;
    });
    refused(WhittleError::OracleExponent, |it| it.quote.exponent = 5);
    refused(WhittleError::PriceOutOfRange, |it| it.quote.exponent = 4);
}

#[test]
fn an_update_that_is_as_uncertain_as_can_be_kills() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    alice.place(&mut world, BTC, 500).ok();
    world.pass(2);
    let mut update = world.feed(BTC).update("40000", world.now());
    update.quote.confidence = u64::MAX;
    world.show_market(BTC, update);
    super::killed(&mut world, &alice, 0, WhittleError::PriceUncertain);
}

#[test]
fn the_feed_of_another_market_does_not_fill() {
    let mut world = two_markets();
    let alice = world.trader("alice", 1_000 * USDC);
    let keeper = keeper(&mut world);
    alice.place(&mut world, BTC, 500).ok();
    world.pass(2);
    world.republish(BTC);
    world.republish(ETH);
    let fill = super::fill_with(&world, &alice, &keeper, &[address::market(BTC)]);
    let other = world.feed(ETH).address;
    let sent = world.send(&[with_account(fill, ORACLE, other)], &[]);
    sent.refused(WhittleError::OracleFeed);
}

#[test]
fn any_account_of_the_receiver_with_the_feeds_first_update_fills() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let keeper = keeper(&mut world);
    alice.place(&mut world, BTC, 500).ok();
    world.pass(2);
    world.republish(BTC);
    let elsewhere = spec::address("a fresh update account");
    let feed = world.feed(BTC);
    let account = world.raw(&feed.address).expect("the feed").clone();
    world.put(elsewhere, "a fresh update account", &account);
    let fill = super::fill_with(&world, &alice, &keeper, &[address::market(BTC)]);
    let before = world.picture();
    world
        .send(&[with_account(fill, ORACLE, elsewhere)], &[])
        .ok();
    assert_only_changed!(
        before,
        world.picture(),
        [alice.account(), keeper.account(), address::market(BTC)]
    );
}
