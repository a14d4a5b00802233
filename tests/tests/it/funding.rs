//! Funding: by time, from the crowded side to the other and the pool, to the atom (INV-FUNDING).

use crate::liquidation::{BTC, CASH, LOTS};
use whittle_tests::{Actor, World, ONE, USD};

/// Alice is long, Bob short by two fifths of it, both settled now.
fn crowded() -> (World, Actor, Actor) {
    let mut world = World::new();
    let alice = world.trader("alice", 2 * CASH);
    let bob = world.trader("bob", 2 * CASH);
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, -LOTS * 2 / 5);
    settle(&mut world, [&alice, &bob]);
    (world, alice, bob)
}

fn settle(world: &mut World, actors: [&Actor; 2]) {
    for actor in actors {
        actor.settle(world, &[BTC]).ok();
    }
}

/// So much later the same price is published and cached.
fn later(world: &mut World, secs: i64) {
    world.pass(secs);
    world.republish(BTC);
    world.update(&[BTC]).ok();
}

fn index(world: &World) -> i128 {
    world.market(BTC).funding_index_q32.into()
}

fn cash(world: &World, actor: &Actor) -> i64 {
    world.account_of(actor).cash_usd_atoms
}

/// Growth of the index by the formula of the documentation, in Q32 atoms per lot.
fn step(skew_lots: i128, price_q32: u64, secs: i64) -> i128 {
    let one = i128::from(ONE);
    let price = i128::from(price_q32);
    let scale = i128::from(10_000_000 * USD);
    let notional = skew_lots.abs() * price / one;
    let share = (notional * one / scale).min(one);
    let rate = share * i128::from(whittle_tests::bps(100)) / one;
    let step = (price * rate / one) * i128::from(secs) / 86_400;
    step * skew_lots.signum()
}

#[test]
fn the_index_grows_with_time_and_skew() {
    for secs in [1, 59, 3_600, 86_400] {
        let (mut world, ..) = crowded();
        let (before, price) = (index(&world), world.market(BTC).price.price_q32);
        let due = world.now() - world.market(BTC).funded_at + secs;
        later(&mut world, secs);
        let skew = i128::from(LOTS * 3 / 5);
        assert_eq!(index(&world) - before, step(skew, price, due));
    }
}

#[test]
fn a_crowd_of_shorts_pays_the_longs() {
    let mut world = World::new();
    let alice = world.trader("alice", 2 * CASH);
    let bob = world.trader("bob", 2 * CASH);
    world.trade(&alice, BTC, -LOTS);
    world.trade(&bob, BTC, LOTS / 2);
    settle(&mut world, [&alice, &bob]);
    let (before, price) = (index(&world), world.market(BTC).price.price_q32);
    let had = [cash(&world, &alice), cash(&world, &bob)];
    later(&mut world, 3_600);
    let grown = index(&world) - before;
    assert_eq!(grown, step(-i128::from(LOTS / 2), price, 3_600));
    settle(&mut world, [&alice, &bob]);
    assert!(cash(&world, &alice) < had[0]);
    assert!(cash(&world, &bob) > had[1]);
}

/// INV-FUNDING.
#[test]
fn what_one_side_pays_the_other_and_the_pool_get_to_the_atom() {
    let (mut world, alice, bob) = crowded();
    let market = world.market(BTC);
    let from = index(&world);
    let (line, unsettled) = (
        market.pool_line_usd_atoms,
        market.funding_unsettled_usd_atoms,
    );
    let had = [cash(&world, &alice), cash(&world, &bob)];
    later(&mut world, 86_400);
    let grown = index(&world) - from;
    assert!(grown > 0);
    let one = i128::from(ONE);
    let part = |lots: i64, up: bool| -> i64 {
        let product = i128::from(lots) * grown;
        let whole = product / one + i128::from(up && product % one != 0);
        i64::try_from(whole).expect("few dollars")
    };
    // The skew's part is owed to the pool from the moment that it accrues.
    let market = world.market(BTC);
    let skew = part(LOTS * 3 / 5, true);
    assert_eq!(market.funding_unsettled_usd_atoms, unsettled + skew);
    settle(&mut world, [&alice, &bob]);
    let (paid, got) = (had[0] - cash(&world, &alice), cash(&world, &bob) - had[1]);
    assert_eq!(paid, part(LOTS, true));
    assert_eq!(got, part(LOTS * 2 / 5, false));
    let market = world.market(BTC);
    assert_eq!(market.pool_line_usd_atoms, line + paid - got);
    let left = market.funding_unsettled_usd_atoms;
    assert_eq!(left, unsettled + skew - paid + got);
    // The pool got what the skew owed and what roundings left over: at most an atom for each side.
    assert!((skew..=skew + 2).contains(&(paid - got)));
}

#[test]
fn an_hour_in_sixty_updates_is_an_hour_in_one() {
    let grown = |updates: i64| {
        let (mut world, ..) = crowded();
        let before = index(&world);
        for _ in 0..updates {
            later(&mut world, 3_600 / updates);
        }
        index(&world) - before
    };
    let (once, often) = (grown(1), grown(60));
    assert!(once >= often && once - often < 60, "{once} and {often}");
}

#[test]
fn an_update_that_is_not_newer_accrues_nothing() {
    let (mut world, ..) = crowded();
    let before = world.picture();
    world.pass(20);
    world.update(&[BTC]).ok();
    before.assert_only_changed(&world.picture(), &[]);
}

#[test]
fn without_skew_nobody_pays() {
    let mut world = World::new();
    let alice = world.trader("alice", 2 * CASH);
    let bob = world.trader("bob", 2 * CASH);
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, -LOTS);
    settle(&mut world, [&alice, &bob]);
    let before = index(&world);
    let had = [cash(&world, &alice), cash(&world, &bob)];
    later(&mut world, 86_400);
    assert_eq!(index(&world), before);
    settle(&mut world, [&alice, &bob]);
    assert_eq!([cash(&world, &alice), cash(&world, &bob)], had);
}

#[test]
fn funding_counts_in_health_before_it_is_settled() {
    let (mut world, alice, _) = crowded();
    later(&mut world, 86_400);
    let equity = |world: &World| {
        let account = world.account_of(&alice);
        let health = world.mirror().health(&account, world.now());
        health.expect("a health").equity
    };
    let before = equity(&world);
    let had = cash(&world, &alice);
    alice.settle(&mut world, &[BTC]).ok();
    assert!(cash(&world, &alice) < had);
    assert_eq!(equity(&world), before);
}

#[test]
fn a_liquidation_settles_funding_first() {
    let (mut world, alice, _) = crowded();
    let keeper = world.keeper("keeper");
    later(&mut world, 86_400);
    world.move_price(BTC, "36100");
    keeper.liquidate(&mut world, &alice).ok();
    let position = world.account_of(&alice).positions[0];
    let index = world.market(BTC).funding_index_q32;
    assert_eq!(position.funding_index_q32, index);
}
