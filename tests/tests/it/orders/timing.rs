//! An order is filled with the first update at or after its delay, within its life, and only then.

use super::{keeper, BTC};
use whittle::error::WhittleError;
use whittle::event::{OrderFilled, OrderRemoved};
use whittle_tests::{assert_only_changed, Actor, MarketSpec, OracleStub, Update, World, USD, USDC};

/// On a feed of each kind: an order that was just placed, and who fills it. The market's cached
/// price is fresh. The delay is two seconds.
fn placed() -> [(World, Actor, Actor); 2] {
    [OracleStub::pull("BTC"), OracleStub::legacy("BTC")].map(|feed| {
        let mut world = World::with_markets(&[MarketSpec {
            oracle: Some(feed),
            ..MarketSpec::default()
        }]);
        let alice = world.trader("alice", 1_000 * USDC);
        alice.place(&mut world, BTC, 500).ok();
        let keeper = keeper(&mut world);
        (world, alice, keeper)
    })
}

/// Shows an update that was published so long after the order, following on one that was published
/// so long after it.
fn show(world: &mut World, placed_at: i64, published: i64, previous: i64) {
    let update = Update {
        publish_time: placed_at + published,
        prev_publish_time: placed_at + previous,
        ..world.feed(BTC).update("40100", world.now())
    };
    world.show_market(BTC, update);
}

#[test]
fn the_first_update_at_or_after_the_delay_fills() {
    // At the delay, after a gap, with an earlier one long ago, and ahead of the clock.
    for (published, previous) in [(2, 1), (5, 1), (2, -100), (2, i64::MIN / 2), (20, 0)] {
        for (mut world, alice, keeper) in placed() {
            let placed_at = world.now();
            world.pass(5);
            show(&mut world, placed_at, published, previous);
            let event: OrderFilled = keeper.fill(&mut world, &alice, 0).ok().event();
            assert_eq!(event.publish_time, placed_at + published);
            assert_eq!(event.filler, keeper.account());
        }
    }
}

#[test]
fn an_update_before_the_delay_does_not_fill() {
    for (published, previous) in [(1, 0), (0, -1), (-10, -11), (1, i64::MIN / 2)] {
        for (mut world, alice, keeper) in placed() {
            let placed_at = world.now();
            world.pass(5);
            show(&mut world, placed_at, published, previous);
            let sent = keeper.fill(&mut world, &alice, 0);
            sent.refused(WhittleError::NotFirstUpdate);
        }
    }
}

#[test]
fn a_later_update_than_the_first_does_not_fill() {
    for (published, previous) in [(3, 2), (5, 4), (5, 2)] {
        for (mut world, alice, keeper) in placed() {
            let placed_at = world.now();
            world.pass(5);
            show(&mut world, placed_at, published, previous);
            let sent = keeper.fill(&mut world, &alice, 0);
            sent.refused(WhittleError::NotFirstUpdate);
        }
    }
}

#[test]
fn among_all_updates_of_a_minute_exactly_one_fills() {
    let [(mut world, alice, keeper), _] = placed();
    let placed_at = world.now();
    world.pass(10);
    // The feed publishes every third second, one of them as the order is placed.
    for published in [-3, 0, 6, 9, 12] {
        show(&mut world, placed_at, published, published - 3);
        let sent = keeper.fill(&mut world, &alice, 0);
        sent.refused(WhittleError::NotFirstUpdate);
    }
    show(&mut world, placed_at, 3, 0);
    keeper.fill(&mut world, &alice, 0).ok();
}

#[test]
fn an_update_from_the_future_does_not_fill() {
    for (mut world, alice, keeper) in placed() {
        let placed_at = world.now();
        world.pass(2);
        show(&mut world, placed_at, 2 + 16, 1);
        let sent = keeper.fill(&mut world, &alice, 0);
        sent.refused(WhittleError::PriceFromFuture);
    }
}

#[test]
fn an_update_older_than_any_order_does_not_fill() {
    for (mut world, alice, keeper) in placed() {
        let placed_at = world.now();
        world.pass(2);
        show(&mut world, placed_at, -299, i64::MIN / 2);
        let sent = keeper.fill(&mut world, &alice, 0);
        sent.refused(WhittleError::PriceTooOld);
    }
}

#[test]
fn an_order_is_filled_while_its_update_is_young_and_never_after_it_expires() {
    // The update that fills is published two seconds after the order and accepted for thirty.
    let too_old = Some(WhittleError::PriceTooOld);
    let expired = Some(WhittleError::OrderExpired);
    for (secs, refusal) in [(32, None), (33, too_old), (300, too_old), (301, expired)] {
        for (mut world, alice, keeper) in placed() {
            let placed_at = world.now();
            world.pass(secs);
            world.publish(BTC, "40100");
            world.update(&[BTC]).ok();
            show(&mut world, placed_at, 2, 1);
            let sent = keeper.fill(&mut world, &alice, 0);
            match refusal {
                Some(error) => sent.refused(error),
                None => drop(sent.ok()),
            };
        }
    }
}

#[test]
fn anybody_removes_an_order_once_it_has_expired() {
    let [(mut world, alice, keeper), _] = placed();
    world.pass(300);
    let sent = keeper.expire(&mut world, &alice, 0);
    sent.refused(WhittleError::OrderNotExpired);
    world.pass(1);
    let before = world.picture();
    let event: OrderRemoved = keeper.expire(&mut world, &alice, 0).ok().event();
    assert_eq!((event.account, event.place), (alice.account(), 0));
    assert_eq!(event.returned_usd_atoms, USD / 100);
    assert_eq!(world.account_of(&alice).cash_usd_atoms, 1_000 * USD);
    assert_only_changed!(before, world.picture(), [alice.account()]);
    assert_eq!(world.account_of(&alice).orders[0].lots, 0);
    let sent = keeper.expire(&mut world, &alice, 0);
    sent.refused(WhittleError::NoOrder);
}

#[test]
fn the_owner_cannot_take_an_order_back_before_it_expires() {
    let [(mut world, alice, _), _] = placed();
    world.pass(299);
    let sent = alice.expire(&mut world, &alice, 0);
    sent.refused(WhittleError::OrderNotExpired);
}

#[test]
fn a_place_without_an_order_is_neither_filled_nor_removed() {
    let [(mut world, alice, keeper), _] = placed();
    for place in [1, 3, 4, u8::MAX] {
        let sent = keeper.expire(&mut world, &alice, place);
        sent.refused(WhittleError::NoOrder);
        let mut fill = super::fill_with(&world, &alice, &keeper, &[]);
        *fill.data.last_mut().expect("the place") = place;
        world.send(&[fill], &[]).refused(WhittleError::NoOrder);
    }
}

#[test]
fn an_order_is_filled_once() {
    for (mut world, alice, keeper) in placed() {
        let placed_at = world.now();
        world.pass(2);
        show(&mut world, placed_at, 2, 1);
        keeper.fill(&mut world, &alice, 0).ok();
        let again = super::fill_with(&world, &alice, &keeper, &[]);
        world.send(&[again], &[]).refused(WhittleError::NoOrder);
    }
}
