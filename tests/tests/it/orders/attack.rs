//! What ADR 7 is about: an owner who decides, once the price has moved, whether his order was filled.

use super::{come_due, fill_with, filled, killed, trade_at, BTC};
use whittle::error::WhittleError;
use whittle_client::address;
use whittle_tests::{Actor, BankSpec, World, USDC};

const SOL: u16 = 1;

#[test]
fn an_owner_who_comes_back_with_the_margin_once_the_price_has_moved_finds_no_order() {
    let mut world = World::new();
    let quote = world.bank(0).mint;
    // 16,000 dollars ordered, the reward paid in, and the margin held back.
    let mallory = world.trader("mallory", USDC / 100);
    world.give(&mallory, &quote, 2_000 * USDC);
    mallory.place(&mut world, BTC, 4_000).ok();
    come_due(&mut world, BTC, "40000");
    let due = world.raw(&world.feed(BTC).address).cloned();
    // The reward is set aside, so there is a keeper who shows the update.
    killed(&mut world, &mallory, 0, WhittleError::BelowInitialMargin);

    // Ten seconds later the price has risen. The update that was due is still accepted, the margin
    // is there, and another account of hers would fill.
    world.pass(10);
    world.publish(BTC, "41000");
    world.update(&[BTC]).ok();
    mallory.deposit(&mut world, 0, 2_000 * USDC).ok();
    let accomplice = mallory.sub(1);
    accomplice.open(&mut world).ok();
    let feed = world.feed(BTC).address;
    world.put(feed, "the oracle of market 0", &due.expect("the feed"));
    let fill = fill_with(&world, &mallory, &accomplice, &[address::market(BTC)]);
    world.send(&[fill], &[]).refused(WhittleError::NoOrder);

    // A new order gets a price that nobody knows yet.
    let event = filled(trade_at(&mut world, &mallory, BTC, 4_000, "41500"));
    assert_eq!(event.oracle_price_q32, 4_150_000 << 32);
}

#[test]
fn an_owner_who_takes_the_margin_away_when_the_price_has_turned_is_only_as_fast_as_the_keepers() {
    // He loses the race: who fills first decides, and the order is a position.
    let mut world = World::new();
    let mallory = world.trader("mallory", 1_000 * USDC);
    let event = filled(trade_at(&mut world, &mallory, BTC, 4_000, "40000"));
    assert_eq!(event.lots_after, 4_000);
    let sent = mallory.withdraw(&mut world, 0, 900 * USDC);
    sent.refused(WhittleError::ExceedsExcess);
}

/// Mallory holds dollars and a token whose feed has gone silent.
fn with_a_silent_feed() -> (World, Actor) {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let mallory = world.trader("mallory", 1_000 * USDC);
    let mint = world.bank(SOL).mint;
    world.give(&mallory, &mint, 1_000_000);
    mallory.deposit(&mut world, SOL, 1_000_000).ok();
    world.pass(61);
    (world, mallory)
}

#[test]
fn an_owner_cannot_hold_an_order_open_with_a_token_whose_price_is_stale() {
    let (mut world, mallory) = with_a_silent_feed();
    let sent = trade_at(&mut world, &mallory, BTC, 500, "40000");
    sent.refused(WhittleError::PriceTooOld);
    // Without the token the order could be filled: at a moment of her choice.
    let sent = mallory.withdraw(&mut world, SOL, 1_000_000);
    sent.refused(WhittleError::PriceTooOld);
    world.pass(301);
    mallory.withdraw(&mut world, SOL, 1_000_000).ok();
}

#[test]
fn a_token_whose_price_is_stale_can_be_withdrawn_while_no_order_adds_risk() {
    let (mut world, mallory) = with_a_silent_feed();
    mallory.withdraw(&mut world, SOL, 400_000).ok();
    mallory.withdraw(&mut world, SOL, 600_000).ok();

    let (mut world, mallory) = with_a_silent_feed();
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    world.trade(&mallory, BTC, 500);
    world.pass(61);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let mut args = mallory.order(&world, -500);
    args.reduce_only = true;
    mallory.place_with(&mut world, BTC, args).ok();
    mallory.withdraw(&mut world, SOL, 1_000_000).ok();
}

#[test]
fn an_owner_does_not_take_his_order_back_with_a_token_whose_feed_is_silent() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let mallory = world.trader("mallory", 1_000 * USDC);
    let mint = world.bank(SOL).mint;
    world.give(&mallory, &mint, 2);
    mallory.place(&mut world, BTC, 4_000).ok();
    // SOL has had no price for a minute: with one atom of it no fill would go through.
    world.pass(61);
    let sent = mallory.deposit(&mut world, SOL, 1);
    sent.refused(WhittleError::PriceTooOld);
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    mallory.deposit(&mut world, SOL, 1).ok();
}
