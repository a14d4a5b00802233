//! What expired goes back, and not before.

use super::{come_due, provider, quote_of, request_of, shares_of};
use crate::altered::with_account;
use whittle::error::WhittleError;
use whittle::event::LiquidityRefunded;
use whittle_client::{address, instruction};
use whittle_tests::{assert_only_changed, Actor, BankSpec, World, USDC};

// Places in `refund_liquidity_request`.
const OWNER: usize = 0;
const BANK: usize = 4;
const MINT: usize = 5;
const ESCROW: usize = 6;
const RECEIVER: usize = 7;
const PROGRAM: usize = 8;

#[test]
fn a_deposit_comes_back_after_the_expiry_and_not_before() {
    let mut world = World::new();
    let bob = provider(&mut world, "bob", 500 * USDC);
    let carol = world.actor("carol");
    let before = world.picture();
    bob.request_deposit(&mut world, 500 * USDC, 0).ok();
    for secs in [0, 2, 60] {
        world.pass(secs);
        for anybody in [&bob, &carol] {
            let sent = anybody.refund_request(&mut world, &bob);
            sent.refused(WhittleError::RequestNotExpired);
        }
    }
    world.pass(1);
    let event: LiquidityRefunded = carol.refund_request(&mut world, &bob).ok().event();
    assert_eq!(
        (event.owner, event.amount_atoms),
        (bob.address(), 500 * USDC)
    );
    assert_eq!(quote_of(&world, &bob), 500 * USDC);
    assert_eq!(world.pool().pending_deposits_usd_atoms, 0);
    let shares = bob.wallet(&address::share_mint());
    assert_only_changed!(before, world.picture(), [shares]);
}

#[test]
fn shares_come_back_after_the_expiry_and_not_before() {
    let mut world = World::new();
    let lp = Actor::named("lp");
    let before = world.picture();
    let shares = shares_of(&world, &lp);
    lp.request_withdrawal(&mut world, 1_000, 0).ok();
    world.pass(62);
    let sent = lp.refund_request(&mut world, &lp);
    sent.refused(WhittleError::RequestNotExpired);
    world.pass(1);
    lp.refund_request(&mut world, &lp).ok();
    assert_eq!(shares_of(&world, &lp), shares);
    assert_only_changed!(before, world.picture(), []);
}

#[test]
fn an_expired_request_that_could_have_been_filled_is_only_refunded() {
    let mut world = World::new();
    let bob = provider(&mut world, "bob", 500 * USDC);
    bob.request_deposit(&mut world, 500 * USDC, 0).ok();
    come_due(&mut world);
    world.pass(300);
    come_due(&mut world);
    let sent = bob.fill_request(&mut world, &bob);
    sent.refused(WhittleError::RequestExpired);
    bob.refund_request(&mut world, &bob).ok();
}

#[test]
fn a_refund_goes_to_the_owner_of_the_request() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let bob = provider(&mut world, "bob", 500 * USDC);
    let carol = provider(&mut world, "carol", USDC);
    bob.request_deposit(&mut world, 500 * USDC, 0).ok();
    world.pass(301);
    let (quote, sol) = (world.bank(0), world.bank(1));
    let request = request_of(&world, &bob);
    let own = bob.wallet(&quote.mint);
    let refund = instruction::refund_liquidity_request(&request, &quote, own);
    let carols = carol.wallet(&quote.mint);
    let other_token = bob.wallet(&address::share_mint());
    for receiver in [carols, other_token, quote.vault] {
        let wrong = with_account(refund.clone(), RECEIVER, receiver);
        let sent = world.send(&[wrong], &[]);
        sent.refused(WhittleError::WrongReceiver);
    }
    // Somebody else as the owner, with his own token account.
    let wrong = with_account(refund.clone(), OWNER, carol.address());
    let wrong = with_account(wrong, RECEIVER, carols);
    let sent = world.send(&[wrong], &[]);
    sent.refused(WhittleError::WrongReceiver);

    let wrong = with_account(refund.clone(), BANK, address::bank(&sol.mint));
    let sent = world.send(&[wrong], &[]);
    sent.refused(WhittleError::BankMismatch);
    let sent = world.send(&[with_account(refund.clone(), ESCROW, sol.vault)], &[]);
    sent.refused(WhittleError::WrongVault);
    let sent = world.send(
        &[with_account(
            refund.clone(),
            ESCROW,
            address::share_escrow(),
        )],
        &[],
    );
    sent.refused(WhittleError::WrongVault);
    let token_2022 = anchor_spl::token_2022::ID;
    let sent = world.send(&[with_account(refund.clone(), PROGRAM, token_2022)], &[]);
    sent.refused(WhittleError::WrongTokenProgram);
    // Another mint: the receiver is of it too.
    let bobs_sol = world.wallet(&bob, &sol.mint);
    let wrong = with_account(refund.clone(), MINT, sol.mint);
    let wrong = with_account(wrong, RECEIVER, bobs_sol);
    let sent = world.send(&[wrong], &[]);
    sent.refused(WhittleError::WrongMint);
    world.send(&[refund], &[]).ok();
}
