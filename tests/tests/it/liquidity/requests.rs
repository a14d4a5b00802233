//! Asking: what is taken into escrow, and what is refused at once.

use super::{come_due, provider, quote_of, request_of, shares_of};
use solana_transaction::InstructionError;
use whittle::error::WhittleError;
use whittle::event::LiquidityRequested;
use whittle::instructions::RequestLiquidityArgs;
use whittle::state::liquidity_request::{REQUEST_DEPOSIT, REQUEST_WITHDRAW};
use whittle_client::{address, instruction};
use whittle_tests::{assert_only_changed, Actor, BankSpec, ExchangeSpec, World, USD, USDC};

#[test]
fn a_deposit_waits_in_the_vault_and_belongs_to_nobody_yet() {
    let mut world = World::new();
    let bob = provider(&mut world, "bob", 500 * USDC);
    let quote = world.bank(0);
    world.wallet(&bob, &address::share_mint());
    let before = world.picture();
    let cash = world.pool().cash_usd_atoms;
    let event: LiquidityRequested = bob.request_deposit(&mut world, 500 * USDC, 7).ok().event();
    assert_eq!(
        (event.kind, event.amount_atoms),
        (REQUEST_DEPOSIT, 500 * USDC)
    );
    let request = request_of(&world, &bob);
    assert_eq!(
        (request.amount_atoms, request.min_out_atoms),
        (500 * USDC, 7)
    );
    assert_eq!(request.requested_at, world.now());
    assert_eq!(request.expires_at, world.now() + 62);
    let pool = world.pool();
    assert_eq!(pool.cash_usd_atoms, cash);
    assert_eq!(pool.pending_deposits_usd_atoms, 500 * USD);
    assert_only_changed!(
        before,
        world.picture(),
        [
            address::liquidity_request(&bob.address()),
            bob.address(),
            bob.wallet(&quote.mint),
            address::bank(&quote.mint),
            quote.vault,
            address::pool()
        ]
    );
}

#[test]
fn shares_to_withdraw_wait_in_escrow() {
    let mut world = World::new();
    let lp = Actor::named("lp");
    let before = world.picture();
    let shares = shares_of(&world, &lp);
    let event: LiquidityRequested = lp.request_withdrawal(&mut world, 1_000, 3).ok().event();
    assert_eq!((event.kind, event.amount_atoms), (REQUEST_WITHDRAW, 1_000));
    assert_eq!(shares_of(&world, &lp), shares - 1_000);
    assert_only_changed!(
        before,
        world.picture(),
        [
            address::liquidity_request(&lp.address()),
            lp.address(),
            lp.wallet(&address::share_mint()),
            address::share_escrow()
        ]
    );
}

#[test]
fn nothing_is_no_request() {
    let mut world = World::new();
    let lp = Actor::named("lp");
    let sent = lp.request_deposit(&mut world, 0, 0);
    sent.refused(WhittleError::ZeroAmount);
    let sent = lp.request_withdrawal(&mut world, 0, 0);
    sent.refused(WhittleError::ZeroAmount);
}

#[test]
fn a_deposit_under_the_minimum_is_refused() {
    let mut world = World::new();
    let bob = provider(&mut world, "bob", 500 * USDC);
    let sent = bob.request_deposit(&mut world, 10 * USDC - 1, 0);
    sent.refused(WhittleError::BelowMinDeposit);
    bob.request_deposit(&mut world, 10 * USDC, 0).ok();
}

#[test]
fn an_amount_that_leaves_its_range_is_refused() {
    let mut world = World::new();
    let lp = Actor::named("lp");
    let sent = lp.request_deposit(&mut world, u64::MAX, 0);
    sent.refused(WhittleError::MathOverflow);
    // More shares than there are: the token program.
    let sent = lp.request_withdrawal(&mut world, u64::MAX, 0);
    sent.refused_by_runtime(InstructionError::Custom(1));
    let bob = provider(&mut world, "bob", 500 * USDC);
    let sent = bob.request_deposit(&mut world, 501 * USDC, 0);
    sent.refused_by_runtime(InstructionError::Custom(1));
}

#[test]
fn a_deposit_into_the_pool_counts_towards_the_cap_of_the_quote_token() {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    let spec = BankSpec {
        deposit_cap_atoms: 100 * USDC,
        ..BankSpec::usdc()
    };
    world.list_bank(&spec).ok();
    world.create_pool().ok();
    let bob = provider(&mut world, "bob", 500 * USDC);
    let sent = bob.request_deposit(&mut world, 100 * USDC + 1, 0);
    sent.refused(WhittleError::DepositCap);
    bob.request_deposit(&mut world, 100 * USDC, 0).ok();
}

#[test]
fn a_request_is_a_deposit_or_a_withdrawal() {
    let mut world = World::new();
    let lp = Actor::named("lp");
    let quote = world.bank(0);
    let (shares, tokens) = (lp.wallet(&address::share_mint()), lp.wallet(&quote.mint));
    for kind in [0, 3, u8::MAX] {
        let args = RequestLiquidityArgs {
            kind,
            amount_atoms: 100 * USDC,
            min_out_atoms: 0,
        };
        let ask = instruction::request_liquidity(lp.address(), &quote, shares, tokens, args);
        let sent = world.send_as(&lp, ask);
        sent.refused(WhittleError::RequestKind);
    }
}

#[test]
fn each_owner_has_one_request_at_a_time() {
    let mut world = World::new();
    let bob = provider(&mut world, "bob", 500 * USDC);
    bob.request_deposit(&mut world, 100 * USDC, 0).ok();
    // The system program: the address is in use.
    let sent = bob.request_deposit(&mut world, 100 * USDC, 0);
    sent.refused_by_runtime(InstructionError::Custom(0));
    let sent = bob.request_withdrawal(&mut world, 1, 0);
    sent.refused_by_runtime(InstructionError::Custom(0));
    come_due(&mut world);
    bob.fill_request(&mut world, &bob).ok();
    bob.request_withdrawal(&mut world, 1, 0).ok();
}

#[test]
fn anybody_fills_and_the_owner_gets_the_rent_back() {
    let mut world = World::new();
    let bob = provider(&mut world, "bob", 500 * USDC);
    let carol = world.actor("carol");
    let purse = world.raw(&bob.address()).expect("a purse").lamports;
    bob.request_deposit(&mut world, 500 * USDC, 0).ok();
    come_due(&mut world);
    carol.fill_request(&mut world, &bob).ok();
    assert_eq!(world.raw(&bob.address()).expect("a purse").lamports, purse);
    let request = address::liquidity_request(&bob.address());
    assert!(world.raw(&request).is_none());
    assert_eq!(quote_of(&world, &bob), 0);
}
