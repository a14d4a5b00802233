//! When the insurance fund loses much within a day, new risk waits and withdrawals are slower.

use super::{MarketSpec, Scene, WhittleError, BTC, CASH, LOTS, USD};
use crate::liquidation::ETH;
use whittle::event::{BankruptcyResolved, InsuranceDrawn, OrderKilled};
use whittle::instructions::PlaceOrderArgs;
use whittle::state::insurance_fund::InsuranceParams;
use whittle_client::instruction;
use whittle_tests::{spec, Actor, BankSpec, Done, ExchangeSpec, World, USDC};

const DAY: i64 = 86_400;

/// An exchange whose fund of 10,000 dollars may lose a thousandth, 10 dollars, in a day.
fn world() -> World {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    world.list_bank(&BankSpec::usdc()).ok();
    let authority = world.authority.clone();
    let insurance = InsuranceParams {
        drawdown_q32: spec::bps(10),
        ..spec::insurance_params()
    };
    let create = instruction::create_pool(authority.address(), spec::pool_params(), insurance);
    world.send_as(&authority, create).ok();
    world.seed_insurance(10_000 * USDC).ok();
    world.fund_pool(1_000_000 * USDC);
    world.list_market(&MarketSpec::default()).ok();
    world.update(&[BTC]).ok();
    world.settle_markets(&[BTC]).ok();
    world
}

fn drawn(done: &Done) -> Vec<InsuranceDrawn> {
    done.events_of()
}

/// Alice loses more than she has, and insurance pays the keeper for closing her; nobody has settled it.
fn before_settlement() -> (Scene, Actor) {
    let mut world = world();
    let bob = world.trader("bob", 50_000 * USDC);
    world.trade(&bob, BTC, -LOTS);
    let mut scene = Scene::within(world, CASH, &[(BTC, LOTS)]);
    // What the fees brought counts for the fund.
    assert_eq!(drawn(&scene.world.settle_markets(&[BTC]).ok()), []);
    scene.price("37500");
    scene.liquidate();
    (scene, bob)
}

/// The same, settled.
fn after_a_loss() -> (Scene, Actor, InsuranceDrawn) {
    let (mut scene, bob) = before_settlement();
    let mut events = drawn(&scene.world.settle_markets(&[BTC]).ok());
    let event = events.pop().expect("the fund was drawn");
    (scene, bob, event)
}

#[test]
fn filling_a_markets_line_is_no_loss() {
    let mut world = world();
    world.list_market(&MarketSpec::eth()).ok();
    world.update(&[1]).ok();
    // A thousand dollars move.
    let done = world.settle_markets(&[BTC, 1]).ok();
    assert_eq!(drawn(&done), []);
    let fund = world.insurance();
    assert_eq!(fund.cash_usd_atoms, 8_000 * USD);
    assert_eq!(fund.lines_usd_atoms, 2_000 * USD);
    assert_eq!(fund.drawn_until, 0);
}

#[test]
fn a_loss_of_more_than_its_share_makes_new_risk_wait_for_a_day_and_nothing_else() {
    let (mut scene, bob, event) = after_a_loss();
    let now = scene.world.now();
    assert!(event.high_usd_atoms - event.worth_usd_atoms > 10 * USD);
    assert_eq!(event.until, now + DAY);
    let fund = scene.world.insurance();
    assert_eq!(fund.worth().expect("a sum").0, event.worth_usd_atoms);

    let world = &mut scene.world;
    let sent = bob.place(world, BTC, -10);
    sent.refused(WhittleError::InsuranceDrawn);
    // He may reduce, deposit and withdraw some of what he does not need.
    world.reduce(&bob, BTC, LOTS / 2);
    bob.withdraw(world, 0, 100 * USDC).ok();
    let quote = world.bank(0).mint;
    world.give(&bob, &quote, USDC);
    bob.deposit(world, 0, USDC).ok();

    world.pass(DAY);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    world.trade(&bob, BTC, -10);
}

#[test]
fn an_order_that_was_placed_before_is_killed_when_it_would_open() {
    let (mut scene, bob) = before_settlement();
    let Scene { world, keeper, .. } = &mut scene;
    bob.place(world, BTC, -10).ok();
    let event = drawn(&world.settle_markets(&[BTC]).ok());
    assert_eq!(event.len(), 1);
    world.pass(2);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let killed: OrderKilled = keeper.fill(world, &bob, 0).ok().event();
    assert_eq!(killed.reason, u32::from(WhittleError::InsuranceDrawn));
}

#[test]
fn an_order_that_waits_for_a_price_goes_on_waiting_and_a_stop_is_triggered() {
    let (mut scene, bob) = before_settlement();
    let Scene { world, keeper, .. } = &mut scene;
    let price = world.market(BTC).price.price_q32;
    let waiting = |world: &World, lots: i64, reduce_only: bool| PlaceOrderArgs {
        reduce_only,
        trigger_q32: price,
        trigger_above: true,
        ..bob.order(world, lots)
    };
    for (lots, reduce_only) in [(-10, false), (10, true)] {
        let order = waiting(world, lots, reduce_only);
        bob.place_with(world, BTC, order).ok();
    }
    let event = drawn(&world.settle_markets(&[BTC]).ok()).pop();
    let until = event.expect("the fund was drawn").until;
    let sent = keeper.trigger(world, &bob, 0);
    sent.refused(WhittleError::InsuranceDrawn);
    keeper.trigger(world, &bob, 1).ok();
    let secs = until - world.now();
    world.pass(secs);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let sent = keeper.trigger(world, &bob, 0);
    assert_eq!(
        sent.error_number(),
        Some(u32::from(WhittleError::OrderExpired)),
        "its owner gave it five minutes"
    );
}

#[test]
fn a_loss_in_one_market_is_known_in_all_at_once() {
    let mut world = world();
    world.list_market(&MarketSpec::eth()).ok();
    world.update(&[ETH]).ok();
    world.settle_markets(&[ETH]).ok();
    let bob = world.trader("bob", 50_000 * USDC);
    world.trade(&bob, BTC, -LOTS);
    let mut scene = Scene::within(world, CASH, &[(BTC, LOTS)]);
    scene.price("37500");
    scene.liquidate();
    let world = &mut scene.world;
    bob.place(world, ETH, 10).ok();
    assert_eq!(drawn(&world.settle_markets(&[BTC]).ok()).len(), 1);
    for market in [BTC, ETH] {
        let sent = bob.place(world, market, 10);
        sent.refused(WhittleError::InsuranceDrawn);
    }
    world.pass(2);
    world.republish(ETH);
    world.update(&[ETH]).ok();
    let killed: OrderKilled = scene.keeper.fill(world, &bob, 0).ok().event();
    assert_eq!(killed.reason, u32::from(WhittleError::InsuranceDrawn));
}

#[test]
fn a_bankruptcy_that_the_fund_pays_for_draws_it_too() {
    let (mut scene, bob) = before_settlement();
    let Scene { world, alice, .. } = &mut scene;
    let caller = world.authority.clone();
    let account = world.account_of(alice);
    let resolve = instruction::resolve_bankruptcy(alice.account(), &account);
    let done = world.send_as(&caller, resolve).ok();
    let resolved: BankruptcyResolved = done.event();
    assert!(resolved.insurance_usd_atoms > 10 * USD);
    let events = drawn(&done);
    assert_eq!(events.len(), 1);
    assert_eq!(world.insurance().drawn_until, events[0].until);
    // No settlement has to pass it on.
    let sent = bob.place(world, BTC, 10);
    sent.refused(WhittleError::InsuranceDrawn);
    let more = world.account_of(&bob).cash_usd_atoms.unsigned_abs() / 2;
    let sent = bob.withdraw(world, 0, more);
    sent.refused(WhittleError::WithdrawalsSlowed);
}

#[test]
fn liquidity_providers_leave_at_half_the_daily_limit_meanwhile() {
    let (mut scene, _, event) = after_a_loss();
    let world = &mut scene.world;
    let provider = Actor::named("lp");
    let mut leave = |shares: u64| {
        provider.request_withdrawal(world, shares, 0).ok();
        world.pass(2);
        world.republish(BTC);
        world.update(&[BTC]).ok();
        let sent = provider.fill_request(world, &provider);
        if !sent.succeeded() {
            world.pass(301);
            provider.refund_request(world, &provider).ok();
        }
        sent
    };
    // 200,000 dollars are the limit of a day.
    leave(150_000 * USDC).refused(WhittleError::WithdrawLimit);
    leave(90_000 * USDC).ok();
    leave(90_000 * USDC).refused(WhittleError::WithdrawLimit);
    let secs = event.until - scene.world.now();
    scene.world.pass(secs);
    let world = &mut scene.world;
    provider.request_withdrawal(world, 150_000 * USDC, 0).ok();
    world.pass(2);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    provider.fill_request(world, &provider).ok();
}

#[test]
fn the_same_loss_is_not_counted_twice() {
    let (mut scene, _, event) = after_a_loss();
    scene.again(10);
    assert_eq!(drawn(&scene.world.settle_markets(&[BTC]).ok()), []);
    let fund = scene.world.insurance();
    assert_eq!(fund.drawn_until, event.until);
    assert_eq!(fund.window_high_usd_atoms, event.worth_usd_atoms);
}
