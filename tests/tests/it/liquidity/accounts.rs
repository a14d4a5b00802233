//! The accounts of requests and their fills.

use super::{come_due, provider, request_of};
use crate::altered::{unsigned, with_account};
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_spl::{token, token_2022};
use solana_transaction::InstructionError;
use whittle::error::WhittleError;
use whittle::instructions::RequestLiquidityArgs;
use whittle::state::liquidity_request::{REQUEST_DEPOSIT, REQUEST_WITHDRAW};
use whittle_client::{address, instruction};
use whittle_tests::{Actor, BankSpec, World, USDC};

// Places in `request_liquidity`.
const ASK_REQUEST: usize = 3;
const ASK_BANK: usize = 4;
const ASK_MINT: usize = 5;
const ASK_ESCROW: usize = 6;
const ASK_SOURCE: usize = 7;
const ASK_RECEIVER: usize = 8;
const ASK_PROGRAM: usize = 9;

/// Bob has quote tokens; the first provider has shares; SOL is listed too.
fn both() -> (World, Actor, Actor) {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let bob = provider(&mut world, "bob", 500 * USDC);
    let lp = Actor::named("lp");
    for actor in [&bob, &lp] {
        let sol = world.bank(1).mint;
        for mint in [address::share_mint(), sol] {
            world.wallet(actor, &mint);
        }
    }
    (world, bob, lp)
}

fn ask(world: &World, actor: &Actor, kind: u8) -> Instruction {
    let quote = world.bank(0);
    let tokens = actor.wallet(&quote.mint);
    let shares = actor.wallet(&address::share_mint());
    let (source, receiver) = if kind == REQUEST_DEPOSIT {
        (tokens, shares)
    } else {
        (shares, tokens)
    };
    let args = RequestLiquidityArgs {
        kind,
        amount_atoms: 100 * USDC,
        min_out_atoms: 0,
    };
    instruction::request_liquidity(actor.address(), &quote, source, receiver, args)
}

/// For both kinds: a good request with another account in this place is refused.
#[track_caller]
fn refused(place: usize, error: WhittleError, others: impl Fn(&World, &Actor, u8) -> Vec<Pubkey>) {
    let (mut world, bob, lp) = both();
    for (actor, kind) in [(&bob, REQUEST_DEPOSIT), (&lp, REQUEST_WITHDRAW)] {
        for other in others(&world, actor, kind) {
            let wrong = with_account(ask(&world, actor, kind), place, other);
            world.send_as(actor, wrong).refused(error);
        }
        let right = ask(&world, actor, kind);
        world.send_as(actor, right).ok();
    }
}

#[test]
fn the_bank_is_that_of_the_quote_token() {
    refused(ASK_BANK, WhittleError::BankMismatch, |world, _, _| {
        vec![address::bank(&world.bank(1).mint)]
    });
}

#[test]
fn the_mint_is_that_of_what_is_given() {
    refused(ASK_MINT, WhittleError::WrongMint, |world, _, kind| {
        let other = if kind == REQUEST_DEPOSIT {
            address::share_mint()
        } else {
            world.bank(0).mint
        };
        vec![world.bank(1).mint, other]
    });
}

#[test]
fn what_is_given_goes_to_the_vault_or_to_the_escrow() {
    refused(
        ASK_ESCROW,
        WhittleError::WrongVault,
        |world, actor, kind| {
            let quote = world.bank(0);
            let other = if kind == REQUEST_DEPOSIT {
                address::share_escrow()
            } else {
                quote.vault
            };
            vec![world.bank(1).vault, other, actor.wallet(&quote.mint)]
        },
    );
}

#[test]
fn the_token_program_is_that_of_what_is_given() {
    refused(ASK_PROGRAM, WhittleError::WrongTokenProgram, |_, _, _| {
        vec![token_2022::ID]
    });
}

#[test]
fn the_receiver_is_the_owners_and_of_the_other_token() {
    refused(
        ASK_RECEIVER,
        WhittleError::WrongReceiver,
        |world, actor, kind| {
            let (quote, shares) = (world.bank(0), address::share_mint());
            let (same, right) = if kind == REQUEST_DEPOSIT {
                (quote.mint, shares)
            } else {
                (shares, quote.mint)
            };
            let other = Actor::named(if actor.name() == "bob" { "lp" } else { "bob" });
            vec![
                other.wallet(&right),
                actor.wallet(&same),
                actor.wallet(&world.bank(1).mint),
                quote.vault,
            ]
        },
    );
}

#[test]
fn tokens_of_somebody_else_are_refused_by_the_token_program() {
    let (mut world, bob, lp) = both();
    let quote = world.bank(0).mint;
    for (actor, kind, source) in [
        (&bob, REQUEST_DEPOSIT, lp.wallet(&quote)),
        (&lp, REQUEST_WITHDRAW, bob.wallet(&address::share_mint())),
    ] {
        world.give(&lp, &quote, 1_000 * USDC);
        let wrong = with_account(ask(&world, actor, kind), ASK_SOURCE, source);
        let sent = world.send_as(actor, wrong);
        // The owner does not match, or there are no shares to take.
        let number = if kind == REQUEST_DEPOSIT { 4 } else { 1 };
        sent.refused_by_runtime(InstructionError::Custom(number));
    }
}

#[test]
fn a_request_stands_at_its_owners_address_and_is_signed_by_him() {
    let (mut world, bob, lp) = both();
    let other = address::liquidity_request(&lp.address());
    let wrong = with_account(ask(&world, &bob, REQUEST_DEPOSIT), ASK_REQUEST, other);
    let sent = world.send_as(&bob, wrong);
    sent.refused(ErrorCode::ConstraintSeeds);
    let wrong = unsigned(ask(&world, &bob, REQUEST_DEPOSIT), 0);
    let sent = world.send(&[wrong], &[]);
    sent.refused(ErrorCode::AccountNotSigner);
}

#[test]
fn a_fill_takes_the_accounts_of_its_request_and_no_others() {
    let (mut world, bob, lp) = both();
    for (actor, kind) in [(&bob, REQUEST_DEPOSIT), (&lp, REQUEST_WITHDRAW)] {
        let right = ask(&world, actor, kind);
        world.send_as(actor, right).ok();
        come_due(&mut world);
        let request = request_of(&world, actor);
        let fill = instruction::fill_liquidity_request(&world.mirror(), &request);
        let fill = fill.expect("a quote token");
        let other = if actor.name() == "bob" { &lp } else { &bob };
        let (quote, sol) = (world.bank(0), world.bank(1));
        let others_receiver = if kind == REQUEST_DEPOSIT {
            other.wallet(&address::share_mint())
        } else {
            other.wallet(&quote.mint)
        };
        let refusals = [
            (0, other.address(), WhittleError::WrongReceiver),
            (5, address::bank(&sol.mint), WhittleError::BankMismatch),
            (6, sol.mint, WhittleError::WrongMint),
            (7, sol.vault, WhittleError::WrongVault),
            (7, address::share_escrow(), WhittleError::WrongVault),
            (8, sol.mint, WhittleError::WrongMint),
            (9, quote.vault, WhittleError::WrongVault),
            (10, others_receiver, WhittleError::WrongReceiver),
            (10, actor.wallet(&sol.mint), WhittleError::WrongReceiver),
            (11, token_2022::ID, WhittleError::WrongTokenProgram),
        ];
        for (place, key, error) in refusals {
            let sent = world.send(&[with_account(fill.clone(), place, key)], &[]);
            sent.refused(error);
        }
        let wrong = with_account(fill.clone(), 12, token_2022::ID);
        let sent = world.send(&[wrong], &[]);
        sent.refused(ErrorCode::InvalidProgramId);
        assert_eq!(fill.accounts[12].pubkey, token::ID);
        world.send(&[fill], &[]).ok();
    }
}

#[test]
fn another_account_of_the_program_is_no_request() {
    let (mut world, bob, _) = both();
    let right = ask(&world, &bob, REQUEST_DEPOSIT);
    world.send_as(&bob, right).ok();
    come_due(&mut world);
    let request = request_of(&world, &bob);
    let fill = instruction::fill_liquidity_request(&world.mirror(), &request);
    let fill = fill.expect("a quote token");
    for place in [1, 2, 3, 4, 5] {
        let wrong = with_account(fill.clone(), place, address::market(0));
        let sent = world.send(&[wrong], &[]);
        sent.refused(ErrorCode::AccountDiscriminatorMismatch);
    }
}
