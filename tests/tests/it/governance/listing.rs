//! What is listed after the pool was created is new risk, and waits for the timelock.

use super::{exchange_of, BTC, DAY, ETH};
use whittle::error::WhittleError;
use whittle_client::instruction;
use whittle_tests::{token, Actor, BankSpec, MarketSpec, OracleStub, World, USDC};

#[test]
fn a_market_listed_later_opens_after_the_timelock() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let spec = MarketSpec::eth();
    let stub = OracleStub::pull(spec.symbol);
    let account = stub.account(&stub.update("2000", world.now()));
    world.put(stub.address, "the oracle of ETH", &account);
    let authority = world.authority.clone();
    let list = instruction::list_market(authority.address(), ETH, stub.address, spec.args());
    world.send_as(&authority, list).ok();
    assert_eq!(world.market(ETH).opens_at, world.now() + 2 * DAY);
    let sent = alice.place(&mut world, ETH, 10);
    sent.refused(WhittleError::MarketNotOpen);
    world.pass(2 * DAY);
    alice.place(&mut world, ETH, 10).ok();
}

#[test]
fn a_bank_listed_later_takes_deposits_after_the_timelock() {
    let mut world = World::new();
    let alice = world.keeper("alice");
    let spec = BankSpec::sol();
    let mint = world.create_mint(&spec);
    let stub = OracleStub::pull(spec.symbol);
    let authority = world.authority.clone();
    let program = token::program(false);
    let args = spec.args(Some(stub));
    let list = instruction::list_bank(authority.address(), mint, program, args);
    world.send_as(&authority, list).ok();
    world.give(&alice, &mint, 10);
    let sent = alice.deposit(&mut world, 1, 10);
    sent.refused(WhittleError::BankNotOpen);
    world.pass(2 * DAY);
    // Nobody has cached a price yet, at which it could ever be sold.
    let sent = alice.deposit(&mut world, 1, 10);
    sent.refused(WhittleError::NoPrice);
    let account = stub.account(&stub.update("100", world.now()));
    world.put(stub.address, "the oracle of SOL", &account);
    let update = instruction::update_banks(&[(mint, stub.address)]);
    world.send(&[update], &[]).ok();
    alice.deposit(&mut world, 1, 10).ok();
}

#[test]
fn what_is_listed_before_the_pool_is_open_with_it() {
    let world = World::new();
    assert!(exchange_of(&world).opened_at > 0);
    assert_eq!(world.market(BTC).opens_at, 0);
    assert_eq!(world.bank(0).opens_at, 0);
    assert_eq!(
        Actor::named("authority").address(),
        exchange_of(&world).authority
    );
}
