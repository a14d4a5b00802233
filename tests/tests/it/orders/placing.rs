//! Who may place which order.

use super::{two_markets, BTC, ETH};
use crate::altered::{unsigned, with_account};
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Pubkey;
use whittle::error::WhittleError;
use whittle::event::{DelegateSet, OrderPlaced};
use whittle::instructions::PlaceOrderArgs;
use whittle_client::{address, instruction};
use whittle_tests::{assert_only_changed, Actor, Update, World, USD, USDC};

fn with_alice() -> (World, Actor) {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    (world, alice)
}

/// An order for 500 lots, changed by `change`, is refused with `error`.
#[track_caller]
fn refused(error: WhittleError, change: impl Fn(&mut PlaceOrderArgs, i64)) {
    let (mut world, alice) = with_alice();
    let mut args = alice.order(&world, 500);
    change(&mut args, world.now());
    alice.place_with(&mut world, BTC, args).refused(error);
}

#[test]
fn an_order_is_recorded_as_it_was_placed() {
    let (mut world, alice) = with_alice();
    let args = PlaceOrderArgs {
        lots: -7,
        limit_q32: 3 << 32,
        expires_at: world.now() + 100,
        reduce_only: false,
        trigger_q32: 0,
        trigger_above: false,
    };
    let before = world.picture();
    let event: OrderPlaced = alice.place_with(&mut world, BTC, args).ok().event();
    assert_only_changed!(before, world.picture(), [alice.account()]);
    assert_eq!((event.place, event.market, event.lots), (0, BTC, -7));
    let order = world.account_of(&alice).orders[0];
    assert_eq!((order.lots, order.limit_q32), (-7, 3 << 32));
    assert_eq!(order.placed_at, world.now());
    assert_eq!(order.expires_at, world.now() + 100);
    assert_eq!(order.reward_usd_atoms, 10_000);
    assert_eq!(
        (order.escrow_usd_atoms, event.escrow_usd_atoms),
        (10_000, 10_000)
    );
    assert_eq!(
        world.account_of(&alice).cash_usd_atoms,
        1_000 * USD - 10_000
    );
    assert_eq!(order.flags, 0);
}

#[test]
fn an_order_counts_from_the_newest_price_that_is_known_when_the_clock_lags() {
    let (mut world, alice) = with_alice();
    let ahead = world.now() + 10;
    let update = Update {
        publish_time: ahead,
        ..world.feed(BTC).update("40000", world.now())
    };
    world.show_market(BTC, update);
    world.update(&[BTC]).ok();
    let event: OrderPlaced = alice.place(&mut world, BTC, 500).ok().event();
    assert_eq!(event.placed_at, ahead);
    assert_eq!(world.account_of(&alice).orders[0].placed_at, ahead);
    // Two seconds after it was placed by the clock: the price is the one that was known.
    world.pass(2);
    let keeper = super::keeper(&mut world);
    let sent = keeper.fill(&mut world, &alice, 0);
    sent.refused(WhittleError::NotFirstUpdate);
}

#[test]
fn an_order_of_no_lots_is_refused() {
    refused(WhittleError::ZeroLots, |args, _| args.lots = 0);
}

#[test]
fn an_order_of_lots_without_a_magnitude_is_refused() {
    refused(WhittleError::MathOverflow, |args, _| args.lots = i64::MIN);
}

#[test]
fn an_order_without_a_limit_is_refused() {
    refused(WhittleError::ZeroLimit, |args, _| args.limit_q32 = 0);
}

#[test]
fn an_order_lives_longer_than_the_delay_and_no_longer_than_any_may() {
    for life in [i64::MIN, -1, 0, 1, 2, 301, i64::MAX] {
        refused(WhittleError::BadExpiry, |args, now| {
            args.expires_at = now.saturating_add(life);
        });
    }
    let (mut world, alice) = with_alice();
    for life in [3, 300] {
        let mut args = alice.order(&world, 500);
        args.expires_at = world.now() + life;
        alice.place_with(&mut world, BTC, args).ok();
    }
}

#[test]
fn a_reduce_only_order_needs_a_position_on_the_other_side() {
    let mut world = two_markets();
    let alice = world.trader("alice", 1_000 * USDC);
    for lots in [500, -500] {
        let mut args = alice.order(&world, lots);
        args.reduce_only = true;
        let sent = alice.place_with(&mut world, BTC, args);
        sent.refused(WhittleError::NothingToReduce);
    }
    world.trade(&alice, BTC, 500);
    for (market, lots) in [(BTC, 100), (ETH, -100)] {
        let mut args = alice.order(&world, lots);
        args.reduce_only = true;
        let sent = alice.place_with(&mut world, market, args);
        sent.refused(WhittleError::NothingToReduce);
    }
    let mut args = alice.order(&world, -100);
    args.reduce_only = true;
    alice.place_with(&mut world, BTC, args).ok();
}

#[test]
fn three_opening_orders_leave_a_place_that_only_a_reduction_gets() {
    let (mut world, alice) = with_alice();
    world.trade(&alice, BTC, 500);
    for _ in 0..3 {
        alice.place(&mut world, BTC, 10).ok();
    }
    let sent = alice.place(&mut world, BTC, 10);
    sent.refused(WhittleError::TooManyOrders);
    // An order against the position that is not reduce-only could turn it.
    let sent = alice.place(&mut world, BTC, -10);
    sent.refused(WhittleError::TooManyOrders);
    let mut args = alice.order(&world, -500);
    args.reduce_only = true;
    alice.place_with(&mut world, BTC, args.clone()).ok();
    assert_eq!(world.account_of(&alice).orders[3].lots, -500);
    let sent = alice.place_with(&mut world, BTC, args);
    sent.refused(WhittleError::TooManyOrders);
}

#[test]
fn the_places_of_expired_orders_are_free() {
    let (mut world, alice) = with_alice();
    for _ in 0..3 {
        alice.place(&mut world, BTC, 10).ok();
    }
    world.pass(300);
    let sent = alice.place(&mut world, BTC, 10);
    sent.refused(WhittleError::TooManyOrders);
    world.pass(1);
    let event: OrderPlaced = alice.place(&mut world, BTC, 20).ok().event();
    assert_eq!(event.place, 0);
    assert_eq!(world.account_of(&alice).orders[0].lots, 20);
}

#[test]
fn a_delegate_may_place_orders_until_it_is_revoked() {
    let (mut world, alice) = with_alice();
    let bob = world.actor("bob");
    let args = alice.order(&world, 500);
    let place = instruction::place_order(bob.address(), alice.account(), BTC, args);
    let sent = world.send_as(&bob, place.clone());
    sent.refused(WhittleError::NotOwnerOrDelegate);

    let before = world.picture();
    let event: DelegateSet = alice.delegate_to(&mut world, &bob).ok().event();
    assert_eq!(event.delegate, bob.address());
    assert_only_changed!(before, world.picture(), [alice.account()]);
    world.send_as(&bob, place.clone()).ok();
    alice.place(&mut world, BTC, 10).ok();

    let nobody = Pubkey::default();
    let revoke = instruction::set_delegate(alice.address(), alice.account(), nobody);
    world.send_as(&alice, revoke).ok();
    let sent = world.send_as(&bob, place);
    sent.refused(WhittleError::NotOwnerOrDelegate);
}

#[test]
fn a_delegate_may_neither_withdraw_nor_close_nor_delegate() {
    let (mut world, alice) = with_alice();
    let bob = world.actor("bob");
    alice.delegate_to(&mut world, &bob).ok();
    let (quote, account) = (world.bank(0), world.account_of(&alice));
    let receiver = world.wallet(&bob, &quote.mint);
    let held = alice.held(&account);
    let withdraw = instruction::withdraw(&world.mirror(), held, receiver, &quote, 1);
    let withdraw = withdraw.expect("known banks");
    for instruction in [
        with_account(withdraw, 0, bob.address()),
        instruction::close_margin_account(bob.address(), alice.account()),
        instruction::set_delegate(bob.address(), alice.account(), bob.address()),
    ] {
        let sent = world.send_as(&bob, instruction);
        sent.refused(WhittleError::NotOwner);
    }
}

#[test]
fn whoever_places_signs() {
    let (mut world, alice) = with_alice();
    let args = alice.order(&world, 500);
    // The default key is the delegate of an account that has none.
    for signer in [alice.address(), Pubkey::default()] {
        let place = instruction::place_order(signer, alice.account(), BTC, args.clone());
        let sent = world.send(&[unsigned(place, 3)], &[]);
        sent.refused(ErrorCode::AccountNotSigner);
    }
    let delegate = instruction::set_delegate(alice.address(), alice.account(), alice.address());
    let sent = world.send(&[unsigned(delegate, 0)], &[]);
    sent.refused(ErrorCode::AccountNotSigner);
}

#[test]
fn an_order_names_a_market() {
    let (mut world, alice) = with_alice();
    let args = alice.order(&world, 500);
    let place = instruction::place_order(alice.address(), alice.account(), BTC, args);
    for other in [address::pool(), address::exchange(), alice.account()] {
        let sent = world.send_as(&alice, with_account(place.clone(), 2, other));
        sent.refused(ErrorCode::AccountDiscriminatorMismatch);
    }
    let unlisted = address::market(1);
    let sent = world.send_as(&alice, with_account(place, 2, unlisted));
    sent.refused(ErrorCode::AccountOwnedByWrongProgram);
}
