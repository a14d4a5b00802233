//! What docs/limits.md concedes, shown on the program. A case here that fails means that a limit has
//! gone or become another one, and that the page has to say so.

use crate::liquidation::{without_lines, BTC, CASH, LOTS};
use solana_account::Account;
use whittle::error::WhittleError;
use whittle::event::{
    BankruptcyResolved, DeficitBooked, LiquidityFilled, OrderFilled, OrderKilled,
};
use whittle::instructions::PlaceOrderArgs;
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::pool::PoolParams;
use whittle::state::proposal::Change;
use whittle_client::instruction;
use whittle_tests::{spec, Actor, BankSpec, Sent, Update, World, USD, USDC};

const SOL: u16 = 1;
const ONE_SOL: u64 = 1_000_000_000;

fn cash(world: &World, actor: &Actor) -> i64 {
    world.account_of(actor).cash_usd_atoms
}

fn resolve(world: &mut World, of: &Actor) -> Sent {
    let account = world.account_of(of);
    let caller = world.authority.clone();
    let instruction = instruction::resolve_bankruptcy(of.account(), &account);
    world.send_as(&caller, instruction)
}

/// A price that is published ahead of the clock, which lags, is cached, and then a request is made. Once
/// the delay has passed by the clock it is filled at that price, unless somebody has cached a newer one.
/// An order would not be (`an_order_counts_from_the_newest_price_that_is_known_when_the_clock_lags`).
#[test]
fn where_the_clock_lags_a_liquidity_request_is_filled_at_a_price_that_was_cached_before() {
    let mut world = World::new();
    let carol = world.trader("carol", 1_000 * USDC);
    world.trade(&carol, BTC, 100);
    let bob = world.actor("bob");
    let quote = world.bank(0).mint;
    world.give(&bob, &quote, 500 * USDC);
    let ahead = Update {
        publish_time: world.now() + 10,
        ..world.feed(BTC).update("41000", world.now())
    };
    world.show_market(BTC, ahead);
    world.update(&[BTC]).ok();
    let known = world.market(BTC).price.publish_time;

    bob.request_deposit(&mut world, 500 * USDC, 0).ok();
    world.pass(2);
    let filled: LiquidityFilled = bob.fill_request(&mut world, &bob).ok().event();
    assert_eq!(filled.amount_atoms, 500 * USDC);
    assert_eq!(world.market(BTC).price.publish_time, known);
}

/// Bob's request to leave is due and a keeper would fill it. Bob has closed the account that is to
/// receive, so nobody can, until he makes it again or the request is refunded.
#[test]
fn a_provider_who_closes_the_receiver_decides_whether_his_request_is_filled() {
    let mut world = World::new();
    let lp = Actor::named("lp");
    let keeper = world.keeper("keeper");
    let shares = 1_000 * USDC;
    lp.request_withdrawal(&mut world, shares, 0).ok();
    let quote = world.bank(0).mint;
    let receiver = lp.wallet(&quote);
    let open = world.raw(&receiver).expect("a wallet").clone();
    world.put(receiver, "lp's wallet", &Account::default());
    world.pass(2);
    let before = world.picture();
    let sent = keeper.fill_request(&mut world, &lp);
    assert!(!sent.succeeded());
    before.assert_only_changed(&world.picture(), &[]);

    // A little later the moment suits him.
    world.pass(30);
    world.put(receiver, "lp's wallet", &open);
    let filled: LiquidityFilled = lp.fill_request(&mut world, &lp).ok().event();
    assert_eq!(filled.amount_atoms, shares);
}

/// Alice's loss is booked, and Bob, short, has gained it. He closes before anybody resolves it. Dave has
/// sold since; what he gains afterwards pays for her.
#[test]
fn a_winner_who_closes_before_a_loss_is_resolved_leaves_it_to_whoever_came_later() {
    let (pool, insurance) = uncovered();
    let mut world = World::with_means(&[without_lines()], pool, insurance);
    let alice = world.trader("alice", CASH);
    let bob = world.trader("bob", 60_000 * USDC);
    let dave = world.trader("dave", 60_000 * USDC);
    let keeper = world.keeper("keeper");
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, -LOTS);
    world.settle_markets(&[BTC]).ok();
    world.move_price(BTC, "37000");
    let booked: DeficitBooked = keeper.liquidate(&mut world, &alice).ok().event();
    world.settle_markets(&[BTC]).ok();
    world.trade(&dave, BTC, -LOTS);
    world.reduce(&bob, BTC, LOTS);
    world.move_price(BTC, "36800");

    let event: BankruptcyResolved = resolve(&mut world, &alice).ok().event();
    assert_eq!(event.loss_usd_atoms, booked.deficit_usd_atoms);
    assert!(event.side_usd_atoms > 300 * USD, "{event:?}");
    let before = cash(&world, &dave);
    dave.settle(&mut world, &[BTC]).ok();
    assert!(cash(&world, &dave) < before - 300 * USD);
}

/// Neither insurance nor pool bear anything before the winners do.
fn uncovered() -> (PoolParams, InsuranceParams) {
    let pool = PoolParams {
        loss_per_day_usd_atoms: 0,
        ..spec::pool_params()
    };
    let insurance = InsuranceParams {
        per_event_usd_atoms: 0,
        ..spec::insurance_params()
    };
    (pool, insurance)
}

/// Alice owes cash and has SOL, which falls until it is worth less. No instruction has closed a
/// position of hers, so nothing is booked: who leaves the pool is paid as if it were not so.
#[test]
fn a_loss_that_collateral_made_is_in_nobodys_books_until_it_is_resolved() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = owes_with_sol(&mut world);
    world.pass(1);
    world.publish_bank(SOL, "10");
    world.update_banks(&[SOL]).ok();
    let account = world.account_of(&alice);
    let health = world.mirror().health(&account, world.now());
    let equity = health.expect("a health").equity.0;
    assert!(equity < -200 * USD, "{equity}");
    assert_eq!(account.deficit_usd_atoms, 0);
    assert_eq!(world.market(BTC).deficit_usd_atoms, 0);
}

/// The same Alice gives herself a token whose feed falls silent. It cannot be sold, and so nobody can
/// resolve what she owes.
#[test]
fn who_owes_with_nothing_booked_can_hold_up_the_resolution_with_a_token() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    let alice = owes_with_sol(&mut world);
    world.pass(1);
    world.publish_bank(SOL, "10");
    world.update_banks(&[SOL]).ok();
    let bob = world.keeper("bob");
    let quote = world.bank(0).mint;
    world.give(&bob, &quote, 100_000 * USDC);

    world.republish_bank(2);
    world.update_banks(&[2]).ok();
    let pyusd = world.bank(2).mint;
    world.give(&alice, &pyusd, 1);
    alice.deposit(&mut world, 2, 1).ok();
    world.pass(1_000);
    world.publish_bank(SOL, "10");
    world.update_banks(&[SOL]).ok();
    bob.convert(&mut world, &alice, SOL, u64::MAX).ok();
    bob.convert(&mut world, &alice, 2, u64::MAX)
        .refused(WhittleError::PriceTooOld);
    resolve(&mut world, &alice).refused(WhittleError::CollateralLeft);
}

/// 20 SOL, counted at 1,600 dollars, behind a loss of 700 on a position that was closed.
fn owes_with_sol(world: &mut World) -> Actor {
    let alice = long_with_sol(world, "alice", 3_500);
    world.move_price(BTC, "38000");
    world.reduce(&alice, BTC, -3_500);
    assert!(cash(world, &alice) < -600 * USD);
    alice
}

/// An actor with a SOL for each 175 lots of BTC, and cash for rewards alone.
fn long_with_sol(world: &mut World, name: &str, lots: i64) -> Actor {
    let actor = world.keeper(name);
    let [quote, mint] = [0, SOL].map(|bank| world.bank(bank).mint);
    let sol = lots.unsigned_abs() * ONE_SOL / 175;
    world.give(&actor, &mint, sol);
    world.give(&actor, &quote, 100_000 * USDC);
    actor.deposit(world, SOL, sol).ok();
    actor.deposit(world, 0, USDC).ok();
    world.trade(&actor, BTC, lots);
    actor
}

/// Alice has lost on BTC and holds SOL. One update says 160 dollars instead of 100, and the next says
/// 100 again. In between her cash leaves: no breaker watches the price of a token.
#[test]
fn one_price_of_a_token_lets_cash_leave_that_the_next_one_would_keep() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.trader("alice", 12_000 * USDC);
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 100 * ONE_SOL);
    alice.deposit(&mut world, SOL, 100 * ONE_SOL).ok();
    world.trade(&alice, BTC, LOTS);
    world.move_price(BTC, "36500");
    let at = |world: &mut World, sol: &str| {
        world.publish_bank(SOL, sol);
        world.update_banks(&[SOL]).ok();
    };
    at(&mut world, "100");
    alice
        .withdraw(&mut world, 0, 7_500 * USDC)
        .refused(WhittleError::ExceedsExcess);
    world.pass(1);
    at(&mut world, "160");
    alice.withdraw(&mut world, 0, 10_500 * USDC).ok();
    world.pass(1);
    at(&mut world, "100");
    let account = world.account_of(&alice);
    let health = world.mirror().health(&account, world.now());
    let health = health.expect("a health");
    assert!(health.equity.0 * 2 < health.maintenance.0, "{health:?}");
}

/// Alice's overdraft is within the allowance, and Mallory's, which the pool has not counted, is over
/// the pool's reserve. In one transaction Mallory has hers counted, buys Alice's SOL for less than it
/// is worth, and pays back.
#[test]
fn the_allowance_of_all_can_be_taken_for_the_length_of_a_transaction() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = long_with_sol(&mut world, "alice", 3_500);
    let mallory = long_with_sol(&mut world, "mallory", 14_000);
    let carol = world.trader("carol", 10_000 * USDC);
    world.trade(&carol, BTC, -17_500);
    // What Dave loses becomes the pool's reserve.
    let dave = world.trader("dave", 10_000 * USDC);
    world.trade(&dave, BTC, 5_000);
    world.move_price(BTC, "38000");
    world.reduce(&alice, BTC, -3_000);
    world.reduce(&mallory, BTC, -13_000);
    world.reduce(&carol, BTC, 17_500);
    world.reduce(&dave, BTC, -5_000);
    world.settle_markets(&[BTC]).ok();
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    let pool = world.pool();
    assert_eq!(pool.overdrafts_usd_atoms, 0);
    let (reserve, hers) = (pool.reserve_usd_atoms, cash(&world, &mallory));
    assert!(reserve > 0 && reserve < -hers, "{reserve} {hers}");
    mallory
        .convert(&mut world, &alice, SOL, u64::MAX)
        .refused(WhittleError::NothingToConvert);

    let owed = cash(&world, &alice);
    assert!((-1_000 * USD..-500 * USD).contains(&owed), "{owed}");
    let account = world.account_of(&alice);
    let [usdc, sol] = [0, SOL].map(|bank| world.bank(bank));
    let buyer = instruction::Buyer {
        key: mallory.address(),
        source: mallory.wallet(&usdc.mint),
        receiver: mallory.wallet(&sol.mint),
    };
    let mirror = world.mirror();
    let held = alice.held(&account);
    let buy = instruction::convert_collateral(&mirror, held, buyer, &sol, u64::MAX);
    let (hers, source) = (mallory.account(), mallory.wallet(&usdc.mint));
    let repay = instruction::deposit(
        &mirror,
        mallory.address(),
        hers,
        source,
        &usdc,
        5_000 * USDC,
    );
    let count = instruction::charge_interest(hers);
    let all = [
        count.clone(),
        buy.expect("known banks"),
        repay.expect("known banks"),
        count,
    ];
    world.send(&all, &[mallory.key()]).ok();
    assert!(cash(&world, &alice) >= 0);
    assert_eq!(world.pool().overdrafts_usd_atoms, 0);
}

/// A change of the delay is due in the second of an order's update. Whoever applies it decides whether
/// that update or one three seconds later is the due one.
#[test]
fn a_change_of_the_delay_lets_whoever_applies_it_choose_between_two_updates() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let keeper = world.keeper("keeper");
    let mut params = world.mirror().exchange().expect("an exchange").params;
    params.order_delay_secs = 5;
    let nonce = world.propose(Change::ExchangeParams { params });
    let eta = world.proposal(nonce).eta;
    world.pass(eta - 2 - world.now());
    world.refresh_prices();
    alice.place(&mut world, BTC, 500).ok();
    world.pass(2);
    world.publish(BTC, "40100");
    // This is the due update, and nobody has shown it when the next one comes.
    world.pass(3);
    world.publish(BTC, "40000");
    keeper
        .fill(&mut world, &alice, 0)
        .refused(WhittleError::NotFirstUpdate);
    world.apply(nonce).ok();
    let filled: OrderFilled = keeper.fill(&mut world, &alice, 0).ok().event();
    assert_eq!(filled.publish_time, eta + 3);
}

/// Dave trades for Alice and cannot withdraw. Orders that no price fills pay him their rewards.
#[test]
fn a_delegate_earns_the_rewards_of_orders_that_he_places_to_be_killed() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let dave = world.keeper("dave");
    alice.delegate_to(&mut world, &dave).ok();
    let (hers, his) = (cash(&world, &alice), cash(&world, &dave));
    let order = PlaceOrderArgs {
        limit_q32: 1,
        ..alice.order(&world, 100)
    };
    for _ in 0..3 {
        let place = instruction::place_order(dave.address(), alice.account(), BTC, order.clone());
        world.send_as(&dave, place).ok();
    }
    world.pass(2);
    world.republish(BTC);
    for place in 0..3 {
        let killed: OrderKilled = dave.fill(&mut world, &alice, place).ok().event();
        assert_eq!(killed.reward_usd_atoms, USD / 100);
    }
    assert_eq!(cash(&world, &alice), hers - 3 * USD / 100);
    assert_eq!(cash(&world, &dave), his + 3 * USD / 100);
}
