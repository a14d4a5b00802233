//! Paying into the insurance fund.

use super::provider;
use crate::altered::{unsigned, with_account};
use anchor_lang::error::ErrorCode;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_spl::token_2022;
use solana_transaction::InstructionError;
use whittle::error::WhittleError;
use whittle::event::InsuranceSeeded;
use whittle_client::{address, instruction};
use whittle_tests::{assert_only_changed, Actor, BankSpec, World, USD, USDC};

// Places in `seed_insurance`.
const FUND: usize = 1;
const BANK: usize = 2;
const MINT: usize = 3;
const VAULT: usize = 4;
const SOURCE: usize = 5;
const PROGRAM: usize = 6;

fn seed(world: &World, payer: &Actor, amount: u64) -> Instruction {
    let quote = world.bank(0);
    let source = payer.wallet(&quote.mint);
    instruction::seed_insurance(payer.address(), source, &quote, amount)
}

fn world() -> (World, Actor) {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let bob = provider(&mut world, "bob", 500 * USDC);
    (world, bob)
}

#[test]
fn anybody_pays_into_the_insurance_fund() {
    let (mut world, bob) = world();
    let quote = world.bank(0);
    let cash = world.insurance().cash_usd_atoms;
    let before = world.picture();
    let pay = seed(&world, &bob, 500 * USDC);
    let event: InsuranceSeeded = world.send_as(&bob, pay).ok().event();
    assert_eq!(event.payer, bob.address());
    assert_eq!(event.cash_usd_atoms, cash + 500 * USD);
    assert_eq!(world.insurance().cash_usd_atoms, cash + 500 * USD);
    assert_only_changed!(
        before,
        world.picture(),
        [
            bob.wallet(&quote.mint),
            quote.vault,
            address::bank(&quote.mint),
            address::insurance()
        ]
    );
}

#[test]
fn nothing_and_too_much_are_refused() {
    let (mut world, bob) = world();
    for (amount, error) in [
        (0, WhittleError::ZeroAmount),
        (u64::MAX, WhittleError::MathOverflow),
        (i64::MAX.unsigned_abs(), WhittleError::MathOverflow),
        (i64::MAX.unsigned_abs() + 1, WhittleError::MathOverflow),
    ] {
        let pay = seed(&world, &bob, amount);
        world.send_as(&bob, pay).refused(error);
    }
    // More than he has: the token program.
    let pay = seed(&world, &bob, 501 * USDC);
    let sent = world.send_as(&bob, pay);
    sent.refused_by_runtime(InstructionError::Custom(1));
}

#[test]
fn only_the_quote_token_covers() {
    let (mut world, bob) = world();
    let (quote, sol) = (world.bank(0), world.bank(1));
    let own = bob.wallet(&quote.mint);
    let pay = seed(&world, &bob, 1);
    for (place, key, error) in [
        (BANK, address::bank(&sol.mint), WhittleError::BankMismatch),
        (MINT, sol.mint, WhittleError::WrongMint),
        (VAULT, sol.vault, WhittleError::WrongVault),
        (VAULT, own, WhittleError::WrongVault),
        (PROGRAM, token_2022::ID, WhittleError::WrongTokenProgram),
    ] {
        let sent = world.send_as(&bob, with_account(pay.clone(), place, key));
        sent.refused(error);
    }
    let sent = world.send_as(&bob, with_account(pay.clone(), FUND, address::pool()));
    sent.refused(ErrorCode::AccountDiscriminatorMismatch);
    // Somebody else's tokens, the vault's among them.
    world.give(&Actor::named("lp"), &quote.mint, 1);
    for source in [Actor::named("lp").wallet(&quote.mint), quote.vault] {
        let sent = world.send_as(&bob, with_account(pay.clone(), SOURCE, source));
        sent.refused_by_runtime(InstructionError::Custom(4));
    }
    let sent = world.send(&[unsigned(pay, 0)], &[]);
    sent.refused(ErrorCode::AccountNotSigner);
}
