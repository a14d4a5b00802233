//! Orders that wait for a price: stops and take-profits (INV-STOP).

use super::{come_due, fill_at, filled, keeper, killed_at, two_markets, BTC, ETH};
use whittle::error::WhittleError;
use whittle::event::{OrderPlaced, OrderRemoved, OrderTriggered};
use whittle::instructions::PlaceOrderArgs;
use whittle::state::stop::STOP_LIFE_SECS;
use whittle_client::instruction;
use whittle_tests::{assert_only_changed, Actor, Quote, Update, World, USDC};

/// A price of BTC in dollars as its lots of a ten-thousandth count it.
fn q32(usd: u64) -> u64 {
    (usd * 100) << 32
}

/// Alice is long 500 lots of BTC, bought at 40,000 dollars.
fn long() -> (World, Actor) {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    (world, alice)
}

/// An order for these lots at any price, once the price is there.
fn stop(world: &World, alice: &Actor, lots: i64, usd: u64, above: bool) -> PlaceOrderArgs {
    PlaceOrderArgs {
        reduce_only: true,
        trigger_q32: q32(usd),
        trigger_above: above,
        ..alice.order(world, lots)
    }
}

/// Alice places a stop to sell everything when the price falls to 39,000.
#[track_caller]
fn stopped() -> (World, Actor) {
    let (mut world, alice) = long();
    let args = stop(&world, &alice, -500, 39_000, false);
    alice.place_with(&mut world, BTC, args).ok();
    (world, alice)
}

/// INV-STOP.
#[test]
fn a_stop_waits_for_its_price_and_is_filled_by_an_update_that_nobody_knew() {
    let (mut world, alice) = stopped();
    let keeper = keeper(&mut world);
    world.move_price(BTC, "39001");
    keeper
        .trigger(&mut world, &alice, 0)
        .refused(WhittleError::TriggerNotReached);
    world.pass(2);
    world.republish(BTC);
    keeper
        .fill(&mut world, &alice, 0)
        .refused(WhittleError::NotTriggered);

    world.move_price(BTC, "39000");
    let (before, was) = (world.picture(), world.account_of(&alice).orders[0]);
    let event: OrderTriggered = keeper.trigger(&mut world, &alice, 0).ok().event();
    assert_only_changed!(before, world.picture(), [alice.account()]);
    let now = world.now();
    assert_eq!(
        event,
        OrderTriggered {
            account: alice.account(),
            place: 0,
            market: BTC,
            trigger_q32: q32(39_000),
            price_q32: q32(39_000),
            publish_time: now,
            placed_at: now,
            expires_at: now + 300,
        }
    );
    let order = world.account_of(&alice).orders[0];
    assert_eq!((order.trigger_q32, order.flags), (0, was.flags));
    assert_eq!((order.placed_at, order.expires_at), (now, now + 300));
    assert_eq!(
        (order.lots, order.limit_q32, order.escrow_usd_atoms),
        (was.lots, was.limit_q32, was.escrow_usd_atoms)
    );

    // The price that triggered it does not fill it; the one after the delay does, whatever it is.
    keeper
        .fill(&mut world, &alice, 0)
        .refused(WhittleError::NotFirstUpdate);
    let event = filled(fill_at(&mut world, &alice, BTC, "38700"));
    assert_eq!((event.lots, event.lots_after), (-500, 0));
    assert_eq!(event.oracle_price_q32, q32(38_700));
}

#[test]
fn a_take_profit_waits_for_the_price_to_rise() {
    let (mut world, alice) = long();
    let args = stop(&world, &alice, -200, 41_000, true);
    let event: OrderPlaced = alice.place_with(&mut world, BTC, args).ok().event();
    assert_eq!(
        (event.trigger_q32, event.trigger_above),
        (q32(41_000), true)
    );
    let keeper = keeper(&mut world);
    world.move_price(BTC, "40999");
    keeper
        .trigger(&mut world, &alice, 0)
        .refused(WhittleError::TriggerNotReached);
    world.move_price(BTC, "41000.5");
    keeper.trigger(&mut world, &alice, 0).ok();
    // The position is gone by 200 lots although the price fell back.
    let event = filled(fill_at(&mut world, &alice, BTC, "40500"));
    assert_eq!(event.lots_after, 300);
}

#[test]
fn an_opening_order_may_wait_and_is_judged_when_it_is_filled() {
    let mut world = World::new();
    let alice = world.trader("alice", 110 * USDC);
    let keeper = keeper(&mut world);
    for price in ["41000", "41100"] {
        let args = PlaceOrderArgs {
            reduce_only: false,
            ..stop(&world, &alice, 500, 41_000, true)
        };
        alice.place_with(&mut world, BTC, args).ok();
        world.move_price(BTC, price);
        keeper.trigger(&mut world, &alice, 0).ok();
        if price == "41000" {
            filled(fill_at(&mut world, &alice, BTC, price));
        } else {
            let reason = WhittleError::BelowInitialMargin;
            killed_at(&mut world, &alice, BTC, price, reason);
        }
    }
}

#[test]
fn a_trigger_that_is_reached_already_gains_nothing_over_an_ordinary_order() {
    let (mut world, alice) = long();
    let args = stop(&world, &alice, -500, 40_500, false);
    alice.place_with(&mut world, BTC, args).ok();
    alice.trigger(&mut world, &alice, 0).ok();
    let keeper = keeper(&mut world);
    keeper
        .fill(&mut world, &alice, 0)
        .refused(WhittleError::NotFirstUpdate);
    filled(fill_at(&mut world, &alice, BTC, "40000"));
}

#[test]
fn a_price_published_ahead_of_the_clock_dates_the_triggered_order() {
    let (mut world, alice) = stopped();
    world.pass(1);
    let ahead = world.now() + 5;
    let update = Update {
        publish_time: ahead,
        prev_publish_time: ahead - 1,
        ..world.feed(BTC).update("38900", world.now())
    };
    world.show_market(BTC, update);
    world.update(&[BTC]).ok();
    let event: OrderTriggered = alice.trigger(&mut world, &alice, 0).ok().event();
    assert_eq!(event.placed_at, ahead);
}

#[test]
fn a_stop_may_wait_for_thirty_days_and_no_other_order_does() {
    let (mut world, alice) = long();
    let of = |world: &World, trigger_q32, life| PlaceOrderArgs {
        trigger_q32,
        expires_at: world.now() + life,
        ..stop(world, &alice, -500, 39_000, false)
    };
    for args in [
        of(&world, 0, 301),
        of(&world, q32(39_000), STOP_LIFE_SECS + 1),
        of(&world, q32(39_000), 2),
    ] {
        let sent = alice.place_with(&mut world, BTC, args);
        sent.refused(WhittleError::BadExpiry);
    }
    let args = of(&world, q32(39_000), STOP_LIFE_SECS);
    alice.place_with(&mut world, BTC, args).ok();
    world.pass(STOP_LIFE_SECS - 1);
    // A price of last month tells nothing.
    let keeper = keeper(&mut world);
    keeper
        .trigger(&mut world, &alice, 0)
        .refused(WhittleError::PriceTooOld);
    world.publish(BTC, "38990");
    world.update(&[BTC]).ok();
    keeper.trigger(&mut world, &alice, 0).ok();
    filled(fill_at(&mut world, &alice, BTC, "38990"));
}

#[test]
fn a_stop_that_expired_is_not_triggered_and_its_reward_goes_back() {
    let (mut world, alice) = stopped();
    world.pass(301);
    world.publish(BTC, "38000");
    world.update(&[BTC]).ok();
    let keeper = keeper(&mut world);
    keeper
        .trigger(&mut world, &alice, 0)
        .refused(WhittleError::OrderExpired);
    let cash = world.account_of(&alice).cash_usd_atoms;
    keeper.expire(&mut world, &alice, 0).ok();
    assert_eq!(world.account_of(&alice).cash_usd_atoms, cash + 10_000);
}

#[test]
fn an_order_takes_the_place_of_a_stop_that_expired() {
    let (mut world, alice) = stopped();
    world.pass(301);
    let event: OrderRemoved = alice.place(&mut world, BTC, 10).ok().event();
    assert_eq!((event.place, event.returned_usd_atoms), (0, 10_000));
    assert_eq!(world.account_of(&alice).orders[0].trigger_q32, 0);
}

#[test]
fn an_uncertain_price_triggers_nothing() {
    let (mut world, alice) = stopped();
    let keeper = keeper(&mut world);
    world.move_price(BTC, Quote::usd("38500").with_confidence_bps(200));
    keeper
        .trigger(&mut world, &alice, 0)
        .refused(WhittleError::PriceUncertain);
}

#[test]
fn a_stop_is_taken_back_by_owner_or_delegate_until_it_is_triggered() {
    let (mut world, alice) = stopped();
    let bob = world.keeper("bob");
    let of_alice =
        |actor: &Actor, place| instruction::cancel_stop(actor.address(), alice.account(), place);
    let cancel = of_alice(&bob, 0);
    world
        .send_as(&bob, cancel.clone())
        .refused(WhittleError::NotOwnerOrDelegate);
    let cash = world.account_of(&alice).cash_usd_atoms;
    let event: OrderRemoved = alice.cancel(&mut world, 0).ok().event();
    assert_eq!((event.place, event.returned_usd_atoms), (0, 10_000));
    let account = world.account_of(&alice);
    assert_eq!(account.cash_usd_atoms, cash + 10_000);
    assert_eq!(account.orders[0].lots, 0);
    alice.cancel(&mut world, 0).refused(WhittleError::NoOrder);
    alice.cancel(&mut world, 200).refused(WhittleError::NoOrder);

    alice.delegate_to(&mut world, &bob).ok();
    let args = stop(&world, &alice, -500, 39_000, false);
    alice.place_with(&mut world, BTC, args.clone()).ok();
    world.send_as(&bob, cancel).ok();

    alice.place_with(&mut world, BTC, args).ok();
    world.move_price(BTC, "38900");
    alice.trigger(&mut world, &alice, 0).ok();
    alice
        .cancel(&mut world, 0)
        .refused(WhittleError::NotWaiting);
    alice
        .trigger(&mut world, &alice, 0)
        .refused(WhittleError::NotWaiting);
}

#[test]
fn an_order_that_waits_for_no_price_is_neither_triggered_nor_taken_back() {
    let (mut world, alice) = long();
    // Without a trigger its direction means nothing.
    let args = PlaceOrderArgs {
        trigger_above: true,
        ..alice.order(&world, 10)
    };
    alice.place_with(&mut world, BTC, args).ok();
    assert_eq!(world.account_of(&alice).orders[0].flags, 0);
    alice
        .cancel(&mut world, 0)
        .refused(WhittleError::NotWaiting);
    alice
        .trigger(&mut world, &alice, 0)
        .refused(WhittleError::NotWaiting);
    alice
        .trigger(&mut world, &alice, 1)
        .refused(WhittleError::NoOrder);
}

#[test]
fn another_markets_price_triggers_nothing() {
    let mut world = two_markets();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    let args = stop(&world, &alice, -500, 39_000, false);
    alice.place_with(&mut world, BTC, args).ok();
    let trigger = instruction::trigger_order(alice.account(), ETH, 0);
    world
        .send(&[trigger], &[])
        .refused(WhittleError::MarketMismatch);
}

#[test]
fn orders_that_wait_count_towards_the_places() {
    let (mut world, alice) = long();
    for _ in 0..3 {
        let args = PlaceOrderArgs {
            reduce_only: false,
            ..stop(&world, &alice, 10, 41_000, true)
        };
        alice.place_with(&mut world, BTC, args).ok();
    }
    alice
        .place(&mut world, BTC, 10)
        .refused(WhittleError::TooManyOrders);
    let args = stop(&world, &alice, -500, 39_000, false);
    alice.place_with(&mut world, BTC, args.clone()).ok();
    // A reduction is never blocked: its owner takes back what waits.
    let now = PlaceOrderArgs {
        trigger_q32: 0,
        ..args
    };
    alice
        .place_with(&mut world, BTC, now.clone())
        .refused(WhittleError::TooManyOrders);
    alice.cancel(&mut world, 3).ok();
    alice.place_with(&mut world, BTC, now).ok();
    come_due(&mut world, BTC, "40000");
    let keeper = keeper(&mut world);
    filled(keeper.fill(&mut world, &alice, 3));
}

#[test]
fn a_stop_whose_position_is_gone_is_killed_when_it_comes_due() {
    let (mut world, alice) = stopped();
    world.trade(&alice, BTC, -500);
    world.move_price(BTC, "38900");
    alice.trigger(&mut world, &alice, 0).ok();
    let reason = WhittleError::NothingToReduce;
    killed_at(&mut world, &alice, BTC, "38900", reason);
}
