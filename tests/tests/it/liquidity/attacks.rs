//! The first to deposit gains nothing from being first.

use super::{
    deposit, empty_pool, filled, provider, quote_of, shares_of, withdraw, without_line, BTC,
};
use whittle_tests::{Actor, World, USDC};

/// What the attacker puts into the pool, and then gives away to it.
const LEAST: u64 = 10 * USDC;
const GIFT: u64 = 50_000 * USDC;

/// An account of the attacker loses a fortune to the pool, of which the attacker owns nearly all.
fn give_away(world: &mut World, attacker: &Actor) {
    let purse = world.trader(attacker.name(), GIFT);
    world.trade(&purse, BTC, 40_000);
    world.move_price(BTC, "30500");
    world.trade(&purse, BTC, -40_000);
    world.settle_markets(&[BTC]).ok();
}

#[test]
fn who_inflates_the_price_of_a_share_loses_and_the_next_depositor_does_not() {
    let mut world = empty_pool(
        |it| {
            it.reserve_target_usd_atoms = 0;
            it.withdraw_limit_usd_atoms = i64::MAX;
        },
        &without_line(),
    );
    let attacker = provider(&mut world, "attacker", LEAST);
    filled(deposit(&mut world, &attacker, LEAST));
    // All but a few of the shares leave again, so that one is worth as much as can be.
    let left = 2;
    let back = shares_of(&world, &attacker) - left;
    filled(withdraw(&mut world, &attacker, back));
    give_away(&mut world, &attacker);
    world.move_price(BTC, "40000");

    let paid_in = 20_000 * USDC;
    let victim = provider(&mut world, "victim", paid_in);
    let event = filled(deposit(&mut world, &victim, paid_in));
    let price = event.higher_value_usd_atoms.unsigned_abs() / event.supply_atoms;
    assert!(price > 10 * USDC, "the attack raised a share to {price}");
    // A share's worth at most is lost to rounding, and the locked shares keep a share small.
    let shares = shares_of(&world, &victim);
    filled(withdraw(&mut world, &victim, shares));
    let lost = paid_in - quote_of(&world, &victim);
    assert!(lost <= price + 1, "{lost} of {paid_in}, a share is {price}");
    assert!(lost < paid_in / 100, "{lost} of {paid_in}");

    let before = quote_of(&world, &attacker);
    filled(withdraw(&mut world, &attacker, left));
    let gained = quote_of(&world, &attacker) - before;
    assert!(gained < GIFT / 100, "{gained} for {GIFT}");
}

#[test]
fn a_gift_to_the_pool_is_shared_with_the_locked_shares() {
    let mut world = empty_pool(|_| (), &without_line());
    let first = provider(&mut world, "first", LEAST);
    let event = filled(deposit(&mut world, &first, LEAST));
    assert_eq!(event.out_atoms, LEAST - whittle::state::pool::LOCKED_SHARES);
    // Nothing changed in between: what comes back is at most what went in.
    let out = filled(withdraw(&mut world, &first, event.out_atoms));
    assert_eq!(out.out_atoms, event.out_atoms);
}
