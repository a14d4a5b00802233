//! The accounts of deposits and withdrawals: each wrong one has its own error.

use super::{rich, world, BTC, ONE_SOL, PYUSD, QUOTE, SOL};
use crate::altered::{foreign_copy, unsigned, with_account, with_rest};
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_spl::{token, token_2022};
use solana_transaction::InstructionError;
use whittle::error::WhittleError;
use whittle_client::{address, instruction};
use whittle_tests::{Actor, World, USDC};

// Places in `deposit`.
const DEPOSITOR: usize = 0;
const DEPOSIT_ACCOUNT: usize = 2;
const DEPOSIT_BANK: usize = 3;
const DEPOSIT_MINT: usize = 4;
const DEPOSIT_VAULT: usize = 5;
const SOURCE: usize = 6;
const DEPOSIT_PROGRAM: usize = 7;
// Places in `withdraw`.
const OWNER: usize = 0;
const WITHDRAW_ACCOUNT: usize = 2;
const WITHDRAW_BANK: usize = 3;
const WITHDRAW_MINT: usize = 4;
const WITHDRAW_VAULT: usize = 5;
const RECEIVER: usize = 6;
const WITHDRAW_PROGRAM: usize = 7;
const WITHDRAW_NAMED: usize = 9;

/// Alice holds each token and a position in BTC.
fn holder() -> (World, Actor) {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    for (bank, amount) in [(QUOTE, 1_000 * USDC), (SOL, ONE_SOL), (PYUSD, USDC)] {
        alice.deposit(&mut world, bank, amount).ok();
    }
    world.trade(&alice, BTC, 500);
    (world, alice)
}

fn deposit(world: &World, actor: &Actor, bank: u16) -> Instruction {
    let bank = world.bank(bank);
    let source = actor.wallet(&bank.mint);
    let (mirror, depositor) = (world.mirror(), actor.address());
    let instruction = instruction::deposit(&mirror, depositor, actor.account(), source, &bank, 1);
    instruction.expect("known banks")
}

fn withdrawal(world: &World, actor: &Actor, bank: u16) -> Instruction {
    let bank = world.bank(bank);
    let account = world.account_of(actor);
    let held = actor.held(&account);
    let receiver = actor.wallet(&bank.mint);
    let instruction = instruction::withdraw(&world.mirror(), held, receiver, &bank, 1);
    instruction.expect("known banks and markets")
}

#[test]
fn another_mint_than_the_banks_is_refused() {
    let (mut world, alice) = holder();
    for (bank, other) in [(QUOTE, PYUSD), (SOL, QUOTE), (PYUSD, SOL)] {
        let mint = world.bank(other).mint;
        let wrong = with_account(deposit(&world, &alice, bank), DEPOSIT_MINT, mint);
        let sent = world.send_as(&alice, wrong);
        sent.refused(WhittleError::WrongMint);
        let wrong = with_account(withdrawal(&world, &alice, bank), WITHDRAW_MINT, mint);
        let sent = world.send_as(&alice, wrong);
        sent.refused(WhittleError::WrongMint);
    }
}

#[test]
fn another_vault_than_the_banks_is_refused() {
    let (mut world, alice) = holder();
    for (bank, other) in [(QUOTE, PYUSD), (SOL, QUOTE), (PYUSD, SOL)] {
        let own = alice.wallet(&world.bank(bank).mint);
        for vault in [world.bank(other).vault, own] {
            let wrong = with_account(deposit(&world, &alice, bank), DEPOSIT_VAULT, vault);
            let sent = world.send_as(&alice, wrong);
            sent.refused(WhittleError::WrongVault);
            let wrong = withdrawal(&world, &alice, bank);
            let wrong = with_account(wrong, WITHDRAW_VAULT, vault);
            // The constraint on the receiver compares it with whatever vault is passed.
            let wrong = with_account(wrong, RECEIVER, address::vault(&Pubkey::default()));
            let sent = world.send_as(&alice, wrong);
            sent.refused(WhittleError::WrongVault);
        }
    }
}

#[test]
fn the_other_token_program_is_refused() {
    let (mut world, alice) = holder();
    for (bank, other) in [
        (QUOTE, token_2022::ID),
        (SOL, token_2022::ID),
        (PYUSD, token::ID),
    ] {
        let wrong = with_account(deposit(&world, &alice, bank), DEPOSIT_PROGRAM, other);
        let sent = world.send_as(&alice, wrong);
        sent.refused(WhittleError::WrongTokenProgram);
        let wrong = withdrawal(&world, &alice, bank);
        let wrong = with_account(wrong, WITHDRAW_PROGRAM, other);
        let sent = world.send_as(&alice, wrong);
        sent.refused(WhittleError::WrongTokenProgram);
    }
}

#[test]
fn a_program_that_is_no_token_program_is_refused() {
    let (mut world, alice) = holder();
    let wrong = with_account(deposit(&world, &alice, QUOTE), DEPOSIT_PROGRAM, whittle::ID);
    let sent = world.send_as(&alice, wrong);
    sent.refused(ErrorCode::InvalidProgramId);
    let wrong = withdrawal(&world, &alice, QUOTE);
    let wrong = with_account(wrong, WITHDRAW_PROGRAM, whittle::ID);
    let sent = world.send_as(&alice, wrong);
    sent.refused(ErrorCode::InvalidProgramId);
}

#[test]
fn tokens_of_somebody_else_or_of_another_mint_are_refused_by_the_token_program() {
    let (mut world, alice) = holder();
    let bob = rich(&mut world, "bob");
    for bank in [QUOTE, SOL, PYUSD] {
        let listed = world.bank(bank);
        // The owner does not match.
        for source in [bob.wallet(&listed.mint), listed.vault] {
            let wrong = with_account(deposit(&world, &alice, bank), SOURCE, source);
            let sent = world.send_as(&alice, wrong);
            sent.refused_by_runtime(InstructionError::Custom(4));
        }
    }
    // The mint does not match.
    let sol = alice.wallet(&world.bank(SOL).mint);
    let wrong = with_account(deposit(&world, &alice, QUOTE), SOURCE, sol);
    let sent = world.send_as(&alice, wrong);
    sent.refused_by_runtime(InstructionError::Custom(3));
    let wrong = with_account(withdrawal(&world, &alice, QUOTE), RECEIVER, sol);
    let sent = world.send_as(&alice, wrong);
    sent.refused_by_runtime(InstructionError::Custom(3));
}

#[test]
fn nothing_is_withdrawn_into_the_vault_itself() {
    let (mut world, alice) = holder();
    for bank in [QUOTE, SOL, PYUSD] {
        let vault = world.bank(bank).vault;
        let wrong = with_account(withdrawal(&world, &alice, bank), RECEIVER, vault);
        let sent = world.send_as(&alice, wrong);
        sent.refused(WhittleError::WrongReceiver);
    }
}

#[test]
fn only_the_owner_withdraws_and_signs() {
    let (mut world, alice) = holder();
    let bob = rich(&mut world, "bob");
    for bank in [QUOTE, SOL, PYUSD] {
        let wrong = with_account(withdrawal(&world, &alice, bank), OWNER, bob.address());
        let sent = world.send_as(&bob, wrong);
        sent.refused(WhittleError::NotOwner);
        let wrong = unsigned(withdrawal(&world, &alice, bank), OWNER);
        let sent = world.send(&[wrong], &[]);
        sent.refused(ErrorCode::AccountNotSigner);
        let wrong = unsigned(deposit(&world, &alice, bank), DEPOSITOR);
        let sent = world.send(&[wrong], &[]);
        sent.refused(ErrorCode::AccountNotSigner);
    }
}

#[test]
fn another_account_of_the_program_is_neither_a_bank_nor_a_margin_account() {
    let (mut world, alice) = holder();
    for other in [address::pool(), address::market(BTC)] {
        for place in [1, DEPOSIT_ACCOUNT, DEPOSIT_BANK] {
            let wrong = with_account(deposit(&world, &alice, QUOTE), place, other);
            let sent = world.send_as(&alice, wrong);
            sent.refused(ErrorCode::AccountDiscriminatorMismatch);
        }
        for place in [1, WITHDRAW_ACCOUNT, WITHDRAW_BANK] {
            let other = if place == 1 { alice.account() } else { other };
            let wrong = with_account(withdrawal(&world, &alice, QUOTE), place, other);
            let sent = world.send_as(&alice, wrong);
            sent.refused(ErrorCode::AccountDiscriminatorMismatch);
        }
    }
}

#[test]
fn a_withdrawal_takes_banks_and_then_markets_in_slot_order() {
    let (mut world, alice) = holder();
    let [sol, pyusd] = [SOL, PYUSD].map(|bank| address::bank(&world.bank(bank).mint));
    let btc = address::market(BTC);
    let refusals: [(&[Pubkey], WhittleError); 9] = [
        (&[], WhittleError::BankMissing),
        (&[sol], WhittleError::BankMissing),
        (&[pyusd, sol, btc], WhittleError::BankMismatch),
        (&[sol, sol, btc], WhittleError::BankMismatch),
        (&[btc], WhittleError::WrongAccount),
        (&[sol, pyusd], WhittleError::MarketMissing),
        (&[sol, pyusd, sol], WhittleError::WrongAccount),
        (&[sol, pyusd, btc, btc], WhittleError::ExtraAccount),
        (&[sol, pyusd, btc, sol], WhittleError::ExtraAccount),
    ];
    for bank in [QUOTE, SOL, PYUSD] {
        for (rest, error) in refusals {
            let wrong = with_rest(withdrawal(&world, &alice, bank), WITHDRAW_NAMED, rest);
            world.send_as(&alice, wrong).refused(error);
        }
        let right = withdrawal(&world, &alice, bank);
        let right = with_rest(right, WITHDRAW_NAMED, &[sol, pyusd, btc]);
        world.send_as(&alice, right).ok();
    }
}

#[test]
fn the_bank_of_a_token_that_leaves_whole_is_passed_like_the_others() {
    let (mut world, alice) = holder();
    let [sol, pyusd] = [SOL, PYUSD].map(|bank| address::bank(&world.bank(bank).mint));
    let btc = address::market(BTC);
    // What is left of each is one atom.
    alice.withdraw(&mut world, SOL, ONE_SOL - 1).ok();
    alice.withdraw(&mut world, PYUSD, USDC - 1).ok();
    let last = withdrawal(&world, &alice, PYUSD);
    for (rest, error) in [
        (&[sol, btc][..], WhittleError::MarketMissing),
        (&[sol, pyusd], WhittleError::MarketMissing),
        (&[pyusd, sol, btc], WhittleError::BankMismatch),
        (&[sol, pyusd, btc, btc], WhittleError::ExtraAccount),
    ] {
        let wrong = with_rest(last.clone(), WITHDRAW_NAMED, rest);
        world.send_as(&alice, wrong).refused(error);
    }
    world.send_as(&alice, last).ok();
    let last = withdrawal(&world, &alice, SOL);
    world.send_as(&alice, last).ok();
}

#[test]
fn banks_and_markets_of_another_program_are_refused() {
    let (mut world, alice) = holder();
    let right = withdrawal(&world, &alice, QUOTE);
    for place in WITHDRAW_NAMED..right.accounts.len() {
        let copy = foreign_copy(&mut world, right.accounts[place].pubkey);
        let wrong = with_account(right.clone(), place, copy);
        let sent = world.send_as(&alice, wrong);
        sent.refused(WhittleError::WrongAccount);
    }
}
