//! At which value a request is filled, and what a fill must return (INV-SHARES).

use super::{
    come_due, deposit, empty_pool, filled, provider, quote_of, shares_of, withdraw, without_line,
    BTC, FIRST,
};
use whittle::error::WhittleError;
use whittle::snapshot::book;
use whittle::state::pool::LOCKED_SHARES;
use whittle_risk::nav::{amount_for_shares, shares_for_deposit, NetAssetValue};
use whittle_risk::{Ratio, Usd};
use whittle_tests::{Actor, World, USD, USDC};

/// A pool of a million dollars against a long of 400,000 dollars at a price that has moved to this.
fn with_a_long(usd: &str) -> World {
    let mut world = World::new();
    let alice = world.trader("alice", 100_000 * USDC);
    world.trade(&alice, BTC, 100_000);
    world.move_price(BTC, usd);
    world
}

#[test]
fn who_enters_pays_the_higher_value_and_who_leaves_gets_the_lower() {
    for price in ["38000", "40000", "42000"] {
        let mut world = with_a_long(price);
        let bob = provider(&mut world, "bob", 50_000 * USDC);
        let event = filled(deposit(&mut world, &bob, 50_000 * USDC));
        let (lower, higher) = (event.lower_value_usd_atoms, event.higher_value_usd_atoms);
        assert!(lower < higher, "{event:?}");
        let shares = shares_for_deposit(50_000 * USDC, event.supply_atoms, Usd(higher));
        assert_eq!(event.out_atoms, shares.expect("shares"));
        assert_eq!(shares_of(&world, &bob), event.out_atoms);

        let event = filled(withdraw(&mut world, &bob, event.out_atoms));
        let lower = Usd(event.lower_value_usd_atoms);
        let amount = amount_for_shares(event.amount_atoms, event.supply_atoms, lower);
        assert_eq!(event.out_atoms, amount.expect("an amount"));
        assert_eq!(quote_of(&world, &bob), event.out_atoms);
    }
}

#[test]
fn losses_of_traders_count_in_full_for_who_enters_and_by_half_for_who_leaves() {
    let mut world = with_a_long("38000");
    let bob = provider(&mut world, "bob", 50_000 * USDC);
    let event = filled(deposit(&mut world, &bob, 50_000 * USDC));
    // The long has lost about 20,000 dollars of its 400,000.
    let between = event.higher_value_usd_atoms - event.lower_value_usd_atoms;
    assert!((between - 10_000 * USD).abs() < 500 * USD, "{between}");
}

#[test]
fn gains_of_traders_count_in_full_for_both() {
    let mut world = with_a_long("42000");
    let bob = provider(&mut world, "bob", 50_000 * USDC);
    let event = filled(deposit(&mut world, &bob, 50_000 * USDC));
    let paid_in = i64::try_from(FIRST).expect("a sum");
    for value in [event.lower_value_usd_atoms, event.higher_value_usd_atoms] {
        let lost = paid_in - value;
        assert!((lost - 20_000 * USD).abs() < 500 * USD, "{lost}");
    }
}

/// INV-SHARES.
#[test]
fn nobody_profits_from_going_in_and_out() {
    for price in ["30000", "39999", "40001", "50000"] {
        for amount in [10 * USDC, 12_345_678_901, 150_000 * USDC] {
            let mut world = with_a_long(price);
            let bob = provider(&mut world, "bob", amount);
            let lp = Actor::named("lp");
            let event = filled(deposit(&mut world, &bob, amount));
            let out = event.out_atoms;
            filled(withdraw(&mut world, &bob, out));
            assert!(quote_of(&world, &bob) <= amount);
            assert_eq!(shares_of(&world, &bob), 0);
            // What the others own is worth no less.
            let after = filled(withdraw(&mut world, &lp, 1_000_000));
            let worth =
                |value: i64, supply: u64| i128::from(value) * 1_000_000 / i128::from(supply);
            let was = worth(event.lower_value_usd_atoms, event.supply_atoms);
            let is = worth(after.lower_value_usd_atoms, after.supply_atoms);
            assert!(is >= was, "{was} and then {is}");
        }
    }
}

#[test]
fn a_deposit_that_returns_less_than_its_minimum_is_not_filled() {
    let mut world = with_a_long("38000");
    let bob = provider(&mut world, "bob", 50_000 * USDC);
    bob.request_deposit(&mut world, 50_000 * USDC, 50_000 * USDC)
        .ok();
    come_due(&mut world);
    // Shares have become dearer than a dollar.
    let sent = bob.fill_request(&mut world, &bob);
    sent.refused(WhittleError::MinOut);
}

#[test]
fn a_minimum_is_met_to_the_atom() {
    let mut out = 0;
    for less in [0, 1, 0] {
        let mut world = with_a_long("42000");
        let bob = provider(&mut world, "bob", 50_000 * USDC);
        let minimum = if out == 0 { 0 } else { out + less };
        bob.request_deposit(&mut world, 50_000 * USDC, minimum).ok();
        come_due(&mut world);
        let sent = bob.fill_request(&mut world, &bob);
        if out != 0 && less == 1 {
            sent.refused(WhittleError::MinOut);
        } else {
            let event = filled(sent);
            assert!(out == 0 || out == event.out_atoms);
            out = event.out_atoms;
        }
    }
}

#[test]
fn a_withdrawal_that_returns_less_than_its_minimum_is_not_filled() {
    let mut world = with_a_long("42000");
    let lp = Actor::named("lp");
    lp.request_withdrawal(&mut world, 1_000 * USDC, 1_000 * USDC)
        .ok();
    come_due(&mut world);
    let sent = lp.fill_request(&mut world, &lp);
    sent.refused(WhittleError::MinOut);
}

#[test]
fn shares_that_are_worth_less_than_an_atom_are_not_burned_for_nothing() {
    let mut world = with_a_long("42000");
    let lp = Actor::named("lp");
    lp.request_withdrawal(&mut world, 1, 0).ok();
    come_due(&mut world);
    let sent = lp.fill_request(&mut world, &lp);
    sent.refused(WhittleError::MinOut);
}

#[test]
fn a_pool_pays_from_free_cash_only() {
    // The market keeps a hundred thousand of 120,000 dollars.
    let market = whittle_tests::MarketSpec::default();
    let mut world = empty_pool(|it| it.reserve_target_usd_atoms = 0, &market);
    let lp = provider(&mut world, "lp", 120_000 * USDC);
    filled(deposit(&mut world, &lp, 120_000 * USDC));
    world.settle_markets(&[BTC]).ok();
    let free = world.pool().cash_usd_atoms;
    assert_eq!(free, 20_000 * USD);
    let sent = withdraw(&mut world, &lp, 20_000 * USDC + 1);
    sent.refused(WhittleError::PoolCash);
    world.pass(301);
    lp.refund_request(&mut world, &lp).ok();
    filled(withdraw(&mut world, &lp, 20_000 * USDC));
    assert_eq!(world.pool().cash_usd_atoms, 0);
}

#[test]
fn deposits_that_wait_are_not_paid_to_who_leaves() {
    let market = whittle_tests::MarketSpec::default();
    let mut world = empty_pool(|it| it.reserve_target_usd_atoms = 0, &market);
    let lp = provider(&mut world, "lp", 110_000 * USDC);
    filled(deposit(&mut world, &lp, 110_000 * USDC));
    world.settle_markets(&[BTC]).ok();
    let bob = provider(&mut world, "bob", 50_000 * USDC);
    bob.request_deposit(&mut world, 50_000 * USDC, 0).ok();
    let sent = withdraw(&mut world, &lp, 10_000 * USDC + 1);
    sent.refused(WhittleError::PoolCash);
}

#[test]
fn no_more_than_the_days_limit_leaves_in_a_day() {
    let mut world = World::new();
    let lp = Actor::named("lp");
    // 200,000 dollars a day; shares are worth a dollar.
    let sent = withdraw(&mut world, &lp, 200_000 * USDC + 1);
    sent.refused(WhittleError::WithdrawLimit);
    world.pass(301);
    lp.refund_request(&mut world, &lp).ok();
    filled(withdraw(&mut world, &lp, 150_000 * USDC));
    filled(withdraw(&mut world, &lp, 50_000 * USDC));
    let sent = withdraw(&mut world, &lp, 1_000);
    sent.refused(WhittleError::WithdrawLimit);
    let to_midnight = 86_400 - world.now() % 86_400;
    world.pass(to_midnight);
    lp.refund_request(&mut world, &lp).ok();
    filled(withdraw(&mut world, &lp, 200_000 * USDC));
    assert_eq!(world.pool().withdrawn.used_usd_atoms, 200_000 * USD);
}

/// Traders have won more than the pool has.
fn insolvent(paid_in: u64) -> World {
    let mut world = empty_pool(|_| (), &without_line());
    if paid_in > 0 {
        let lp = provider(&mut world, "lp", paid_in);
        filled(deposit(&mut world, &lp, paid_in));
    }
    let alice = world.trader("alice", 10_000 * USDC);
    world.trade(&alice, BTC, 4_000);
    world.move_price(BTC, "48000");
    world
}

#[test]
fn an_insolvent_pool_takes_no_deposit_and_pays_nobody() {
    let mut world = insolvent(1_000 * USDC);
    let bob = provider(&mut world, "bob", 500 * USDC);
    let sent = deposit(&mut world, &bob, 500 * USDC);
    sent.refused(WhittleError::PoolInsolvent);
    let lp = Actor::named("lp");
    let sent = withdraw(&mut world, &lp, 500 * USDC);
    sent.refused(WhittleError::MinOut);
}

#[test]
fn a_pool_that_owes_before_its_first_deposit_takes_none() {
    let mut world = insolvent(0);
    let bob = provider(&mut world, "bob", 500 * USDC);
    let sent = deposit(&mut world, &bob, 500 * USDC);
    sent.refused(WhittleError::PoolInsolvent);
}

#[test]
fn what_a_pool_earned_before_its_first_deposit_belongs_to_nobody() {
    let mut world = empty_pool(|_| (), &without_line());
    let alice = world.trader("alice", 10_000 * USDC);
    world.trade(&alice, BTC, 4_000);
    world.trade(&alice, BTC, -4_000);
    let bob = provider(&mut world, "bob", 500 * USDC);
    let event = filled(deposit(&mut world, &bob, 500 * USDC));
    let earned = event.higher_value_usd_atoms.unsigned_abs();
    assert!(earned > 10 * USDC, "{earned}");
    assert_eq!(event.out_atoms, 500 * USDC - LOCKED_SHARES);
    let escrow = whittle_client::address::share_escrow();
    let locked = whittle_tests::token::amount(world.raw(&escrow).expect("an escrow"));
    assert_eq!(locked, earned + LOCKED_SHARES);
}

#[test]
fn both_values_hold_the_funding_of_the_seconds_since_the_last_update() {
    let mut world = with_a_long("40000");
    let bob = provider(&mut world, "bob", 50_000 * USDC);
    bob.request_deposit(&mut world, 50_000 * USDC, 0).ok();
    come_due(&mut world);
    world.pass(25);
    let (market, now) = (world.market(BTC), world.now());
    let (_, owed) = market.funding_at(now).expect("funding");
    let fresh = owed.0 - market.funding_unsettled_usd_atoms;
    assert!(fresh > USD / 100, "{fresh}");
    let weight = Ratio(world.pool().params.loss_weight_q32);
    let mark = market.mark(now);
    let value = |at: i64| {
        let book = book(&market, &mark, at).expect("a book");
        let cash = NetAssetValue::from_cash(world.pool().own_cash().expect("cash"));
        cash.plus_market(&book, weight).expect("values")
    };
    let (with, without) = (value(now), value(market.funded_at));
    let event = filled(bob.fill_request(&mut world, &bob));
    assert_eq!(event.higher_value_usd_atoms, with.higher.0);
    assert_eq!(event.lower_value_usd_atoms, with.lower.0);
    assert_eq!(with.higher.0 - without.higher.0, fresh);
    assert_eq!(with.lower.0 - without.lower.0, fresh);
}
