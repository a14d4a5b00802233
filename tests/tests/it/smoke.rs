//! From an empty machine to a position.

use whittle::event::{Deposited, ExchangeInitialized, LiquidityFilled, OrderFilled};
use whittle_client::address;
use whittle_tests::{assert_only_changed, BankSpec, ExchangeSpec, World, USD, USDC};

const BTC: u16 = 0;

#[test]
fn whoever_initializes_the_exchange_becomes_its_authority() {
    let mut world = World::bare();
    let before = world.picture();
    let done = world.initialize(&ExchangeSpec::default()).ok();
    let event: ExchangeInitialized = done.event();
    assert_eq!(event.authority, world.authority.address());
    assert_eq!(event.exchange, address::exchange());
    let changed = [address::exchange(), world.authority.address()];
    before.assert_only_changed(&world.picture(), &changed);
}

#[test]
fn a_deposit_is_credited_to_the_atom_and_touches_nothing_else() {
    let mut world = World::new();
    let alice = world.keeper("alice");
    let quote = world.bank(0);
    world.give(&alice, &quote.mint, 1_000 * USDC);
    let before = world.picture();
    let done = alice.deposit(&mut world, 0, 300 * USDC + 7).ok();
    let event: Deposited = done.event();
    assert_eq!(event.account, alice.account());
    assert_eq!((event.bank, event.amount_atoms), (0, 300 * USDC + 7));
    assert_eq!(world.account_of(&alice).cash_usd_atoms, 300 * USD + 7);
    assert_eq!(world.tokens_of(&alice, &quote.mint), 700 * USDC - 7);
    assert_only_changed!(
        before,
        world.picture(),
        [
            alice.account(),
            alice.wallet(&quote.mint),
            address::bank(&quote.mint),
            quote.vault,
        ]
    );
}

#[test]
fn other_tokens_are_deposited_as_collateral() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    let alice = world.keeper("alice");
    for (bank, amount) in [(1, 5_000_000_000), (2, 250 * USDC)] {
        let mint = world.bank(bank).mint;
        world.give(&alice, &mint, amount);
        alice.deposit(&mut world, bank, amount).ok();
    }
    let account = world.account_of(&alice);
    let held: Vec<_> = account
        .used_collaterals()
        .map(|held| (held.bank, held.amount_atoms))
        .collect();
    assert_eq!(held, [(1, 5_000_000_000), (2, 250 * USDC)]);
}

#[test]
fn the_first_deposit_into_the_pool_gets_a_share_for_each_atom_but_the_locked_ones() {
    let mut world = World::with_markets(&[]);
    let locked = whittle::state::pool::LOCKED_SHARES;
    let lp = whittle_tests::Actor::named("lp");
    let shares = world.tokens_of(&lp, &address::share_mint());
    assert_eq!(shares, 1_000_000 * USDC - locked);
    assert_eq!(world.pool().cash_usd_atoms, 1_000_000 * USD);
    world.give(&lp, &world.bank(0).mint, 500 * USDC);
    lp.request_deposit(&mut world, 500 * USDC, 500 * USDC).ok();
    world.pass(2);
    let done = lp.fill_request(&mut world, &lp).ok();
    let event: LiquidityFilled = done.event();
    assert_eq!(event.out_atoms, 500 * USDC);
    assert_eq!(event.supply_atoms, 1_000_000 * USDC);
}

#[test]
fn an_order_is_filled_at_the_first_price_after_its_delay() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let keeper = world.keeper("keeper");
    alice.place(&mut world, BTC, 500).ok();
    world.pass(2);
    world.publish(BTC, "40100");
    world.update(&[BTC]).ok();
    let done = keeper.fill(&mut world, &alice, 0).ok();
    let event: OrderFilled = done.event();
    assert_eq!((event.lots, event.lots_after), (500, 500));
    assert_eq!(event.oracle_price_q32, world.market(BTC).price.price_q32);
    assert_eq!(world.account_of(&alice).positions[0].lots, 500);
    assert_eq!(world.account_of(&keeper).cash_usd_atoms, USD / 100);
}

#[test]
fn money_that_is_not_needed_can_be_withdrawn() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    let held = world.account_of(&alice);
    let excess = world.mirror().excess(&held, world.now()).expect("excess");
    let excess = excess.magnitude();
    alice.withdraw(&mut world, 0, excess).ok();
    let quote = world.bank(0).mint;
    assert_eq!(world.tokens_of(&alice, &quote), excess);
}
