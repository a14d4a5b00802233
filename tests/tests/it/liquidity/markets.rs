//! A request is filled at prices of every market that nobody knew when it was made.

use super::{come_due, filled, provider, request_of, BTC, ETH};
use crate::altered::{foreign_copy, with_rest};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::WhittleError;
use whittle_client::{address, instruction};
use whittle_tests::{Actor, MarketSpec, Quote, Update, World, USDC};

/// Named accounts of `fill_liquidity_request`.
const NAMED: usize = 13;

/// Bob and the first provider have each just asked; somebody has a position in each market.
fn asked() -> (World, Actor, Actor) {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    let carol = world.trader("carol", 1_000 * USDC);
    for market in [BTC, ETH] {
        world.trade(&carol, market, 100);
    }
    let bob = provider(&mut world, "bob", 500 * USDC);
    let lp = Actor::named("lp");
    bob.request_deposit(&mut world, 500 * USDC, 0).ok();
    lp.request_withdrawal(&mut world, 500 * USDC, 0).ok();
    (world, bob, lp)
}

fn fill(world: &World, actor: &Actor) -> Instruction {
    let request = request_of(world, actor);
    let fill = instruction::fill_liquidity_request(&world.mirror(), &request);
    fill.expect("a quote token")
}

/// Neither of them is filled.
#[track_caller]
fn refused(world: &mut World, actors: [&Actor; 2], error: WhittleError) {
    for actor in actors {
        actor.fill_request(world, actor).refused(error);
    }
}

#[test]
fn every_market_is_passed_once_and_in_order() {
    let (mut world, bob, lp) = asked();
    come_due(&mut world);
    let [btc, eth] = [BTC, ETH].map(address::market);
    let refusals: [(&[Pubkey], WhittleError); 8] = [
        (&[], WhittleError::AllMarketsNeeded),
        (&[btc], WhittleError::AllMarketsNeeded),
        (&[eth], WhittleError::AllMarketsNeeded),
        (&[btc, btc], WhittleError::AllMarketsNeeded),
        (&[eth, btc], WhittleError::AllMarketsNeeded),
        (&[eth, eth], WhittleError::AllMarketsNeeded),
        (&[btc, eth, eth], WhittleError::ExtraAccount),
        (&[btc, address::pool()], WhittleError::WrongAccount),
    ];
    for actor in [&bob, &lp] {
        for (rest, error) in refusals {
            let wrong = with_rest(fill(&world, actor), NAMED, rest);
            world.send(&[wrong], &[]).refused(error);
        }
        let right = with_rest(fill(&world, actor), NAMED, &[btc, eth]);
        world.send(&[right], &[]).ok();
    }
}

#[test]
fn a_market_of_another_program_does_not_count() {
    let (mut world, bob, _) = asked();
    come_due(&mut world);
    let [btc, eth] = [BTC, ETH].map(address::market);
    let copy = foreign_copy(&mut world, eth);
    let wrong = with_rest(fill(&world, &bob), NAMED, &[btc, copy]);
    let sent = world.send(&[wrong], &[]);
    sent.refused(WhittleError::WrongAccount);
}

#[test]
fn prices_published_before_the_delay_has_passed_do_not_fill() {
    let (mut world, bob, lp) = asked();
    refused(&mut world, [&bob, &lp], WhittleError::RequestTooEarly);
    world.pass(1);
    for market in [BTC, ETH] {
        world.republish(market);
        world.update(&[market]).ok();
    }
    refused(&mut world, [&bob, &lp], WhittleError::RequestTooEarly);
    world.pass(10);
    refused(&mut world, [&bob, &lp], WhittleError::RequestTooEarly);
    // One of two is not enough.
    world.republish(BTC);
    world.update(&[BTC]).ok();
    refused(&mut world, [&bob, &lp], WhittleError::RequestTooEarly);
    world.republish(ETH);
    world.update(&[ETH]).ok();
    filled(bob.fill_request(&mut world, &bob));
    filled(lp.fill_request(&mut world, &lp));
}

/// The prices are dated ten seconds ahead of the clock, and both requests are made after they were
/// cached: nobody is filled at them in the same moment.
#[test]
fn a_price_that_is_ahead_of_the_clock_does_not_fill_before_the_delay_has_passed_by_the_clock() {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    let carol = world.trader("carol", 1_000 * USDC);
    for market in [BTC, ETH] {
        world.trade(&carol, market, 100);
    }
    for (market, quote) in [(BTC, "40000"), (ETH, "2000")] {
        let update = Update {
            publish_time: world.now() + 10,
            ..world.feed(market).update(quote, world.now())
        };
        world.show_market(market, update);
        world.update(&[market]).ok();
    }
    let bob = provider(&mut world, "bob", 500 * USDC);
    let lp = Actor::named("lp");
    bob.request_deposit(&mut world, 500 * USDC, 0).ok();
    lp.request_withdrawal(&mut world, 500 * USDC, 0).ok();
    refused(&mut world, [&bob, &lp], WhittleError::RequestTooEarly);
    world.pass(1);
    refused(&mut world, [&bob, &lp], WhittleError::RequestTooEarly);
    world.pass(1);
    filled(bob.fill_request(&mut world, &bob));
}

#[test]
fn a_price_published_exactly_at_the_delay_fills() {
    let (mut world, bob, lp) = asked();
    let asked_at = world.now();
    world.pass(5);
    for market in [BTC, ETH] {
        let quote = if market == BTC { "40000" } else { "2000" };
        for (publish_time, error) in [(asked_at + 1, true), (asked_at + 2, false)] {
            let update = Update {
                publish_time,
                ..world.feed(market).update(quote, world.now())
            };
            world.show_market(market, update);
            world.update(&[market]).ok();
            if error {
                refused(&mut world, [&bob, &lp], WhittleError::RequestTooEarly);
            }
        }
    }
    filled(bob.fill_request(&mut world, &bob));
    filled(lp.fill_request(&mut world, &lp));
}

#[test]
fn a_price_older_than_an_update_may_be_does_not_fill() {
    for market in [BTC, ETH] {
        let (mut world, bob, lp) = asked();
        come_due(&mut world);
        world.pass(31);
        let other = if market == BTC { ETH } else { BTC };
        world.republish(other);
        world.update(&[other]).ok();
        refused(&mut world, [&bob, &lp], WhittleError::PriceTooOld);
        world.republish(market);
        world.update(&[market]).ok();
        filled(bob.fill_request(&mut world, &bob));
    }
}

#[test]
fn an_uncertain_price_does_not_fill() {
    for market in [BTC, ETH] {
        let (mut world, bob, lp) = asked();
        come_due(&mut world);
        let usd = if market == BTC { "40000" } else { "2000" };
        world.move_price(market, Quote::usd(usd).with_confidence_bps(101));
        refused(&mut world, [&bob, &lp], WhittleError::PriceUncertain);
        world.move_price(market, Quote::usd(usd).with_confidence_bps(99));
        filled(bob.fill_request(&mut world, &bob));
    }
}

#[test]
fn an_open_market_in_which_nobody_has_a_position_holds_nobody_up_with_a_silent_feed() {
    const NEW: u16 = 2;
    let (mut world, bob, lp) = asked();
    let spec = MarketSpec {
        symbol: "NEW",
        ..MarketSpec::default()
    };
    world.list_market(&spec).ok();
    assert!(world.market(NEW).opens_at <= world.now());
    // Nothing was ever published for it.
    come_due_without(&mut world, NEW);
    filled(bob.fill_request(&mut world, &bob));
    // It was traded in until its feed fell silent, and the last position is gone.
    world.republish(NEW);
    world.update(&[NEW]).ok();
    world.settle_markets(&[NEW]).ok();
    let dan = world.trader("dan", 1_000 * USDC);
    world.trade(&dan, NEW, 100);
    world.pass(40);
    come_due_without(&mut world, NEW);
    refused(&mut world, [&lp, &lp], WhittleError::PriceTooOld);
    world.trade(&dan, NEW, -100);
    world.pass(301);
    lp.refund_request(&mut world, &lp).ok();
    lp.request_withdrawal(&mut world, 500 * USDC, 0).ok();
    come_due_without(&mut world, NEW);
    filled(lp.fill_request(&mut world, &lp));
}

/// The delay passes, and every market but one publishes its price again.
fn come_due_without(world: &mut World, silent: u16) {
    world.pass(2);
    for market in world.all_markets() {
        if market != silent {
            world.republish(market);
            world.update(&[market]).ok();
        }
    }
}

#[test]
fn where_no_price_matters_the_delay_is_the_clocks() {
    let mut world = World::new();
    let bob = provider(&mut world, "bob", 500 * USDC);
    bob.request_deposit(&mut world, 500 * USDC, 0).ok();
    world.pass(1);
    let sent = bob.fill_request(&mut world, &bob);
    sent.refused(WhittleError::RequestTooEarly);
    world.pass(1);
    filled(bob.fill_request(&mut world, &bob));
}

#[test]
fn a_request_is_filled_until_the_second_in_which_it_expires() {
    let (mut world, bob, lp) = asked();
    world.pass(60);
    come_due(&mut world);
    filled(bob.fill_request(&mut world, &bob));
    world.pass(1);
    let sent = lp.fill_request(&mut world, &lp);
    sent.refused(WhittleError::RequestExpired);
}
