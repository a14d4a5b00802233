//! Conversion of collateral. INV-CONVERT: the harness assesses equity off chain before and after
//! every sale.

use super::{held, indebted, refresh, rich, world, ONE_SOL, PYUSD, QUOTE, SOL};
use crate::altered::{unsigned, with_account};
use anchor_lang::error::ErrorCode;
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::WhittleError;
use whittle::event::{AccountUnflagged, CollateralConverted};
use whittle_client::address;
use whittle_client::instruction::{self, Buyer};
use whittle_risk::overdraft::Conversion;
use whittle_risk::{Price, Ratio, Usd};
use whittle_tests::{Actor, Quote, World, USD, USDC};

fn cash(world: &World, actor: &Actor) -> i64 {
    world.account_of(actor).cash_usd_atoms
}

fn due(world: &World, actor: &Actor) -> i64 {
    let mirror = world.mirror();
    let mut account = world.account_of(actor);
    let exchange = mirror.exchange().expect("an exchange");
    account
        .count_interest(exchange, world.now())
        .expect("a sum");
    account.overdraft_due().expect("a sum").0
}

fn equity(world: &World, actor: &Actor) -> i64 {
    let account = world.account_of(actor);
    let health = world.mirror().health(&account, world.now());
    health.expect("known banks and markets").equity.0
}

#[test]
fn an_overdraft_beyond_its_allowance_is_cured_with_just_enough_collateral() {
    let mut world = world();
    // A loss of 1,350 dollars on the 18,000 sold; the rest of the position stays open.
    let alice = indebted(&mut world, 500, "37000");
    let bob = rich(&mut world, "bob");
    let due = due(&world, &alice);
    assert!(due > 1_000 * USD && due < 2_000 * USD);
    let [sol, usdc] = [SOL, QUOTE].map(|bank| world.bank(bank).mint);
    let before = [sol, usdc].map(|mint| world.tokens_of(&bob, &mint));
    let equity_before = equity(&world, &alice);

    let event: CollateralConverted = bob.convert(&mut world, &alice, SOL, u64::MAX).ok().event();
    let bank = world.bank(SOL);
    let terms = Conversion {
        price: Price(bank.price.price_q32),
        discount: Ratio(bank.conversion_discount_q32),
    };
    // Two percent off 100 dollars: a little over a hundredth of what she owed, in SOL.
    let atoms = event.amount_atoms;
    assert_eq!(terms.payment_ceil(atoms), Ok(Usd(event.paid_usd_atoms)));
    assert!(event.paid_usd_atoms >= due);
    let one_less = terms.payment_ceil(atoms - 1).expect("a payment");
    assert!(one_less.0 < due);

    // She owes nothing more, holds the rest, and is worth more than before.
    let account = world.account_of(&alice);
    assert_eq!(account.overdraft_due(), Ok(Usd(0)));
    assert_eq!(held(&world, &alice, SOL), i128::from(100 * ONE_SOL - atoms));
    assert!(equity(&world, &alice) > equity_before);
    assert_eq!(world.account_of(&alice).open_positions().count(), 1);
    // Bob has the tokens, for what he paid.
    let after = [sol, usdc].map(|mint| world.tokens_of(&bob, &mint));
    assert_eq!(after[0] - before[0], atoms);
    assert_eq!(before[1] - after[1], event.paid_usd_atoms.unsigned_abs());
    // There is nothing more to buy.
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::NothingToConvert);
}

#[test]
fn a_small_overdraft_of_a_healthy_account_is_left_alone() {
    let mut world = world();
    let alice = indebted(&mut world, 500, "39000");
    let bob = rich(&mut world, "bob");
    assert!(due(&world, &alice) > 0);
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::NothingToConvert);
    // Without an overdraft there is nothing to convert, with positions or without.
    let carol = rich(&mut world, "carol");
    carol.deposit(&mut world, SOL, ONE_SOL).ok();
    let sent = bob.convert(&mut world, &carol, SOL, u64::MAX);
    sent.refused(WhittleError::NothingToConvert);
}

#[test]
fn no_overdraft_is_small_while_the_pool_lends_more_than_its_reserve() {
    let mut world = world();
    let alice = indebted(&mut world, 500, "39000");
    let bob = rich(&mut world, "bob");
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::NothingToConvert);
    // The pool has not put anything aside yet. Once it has counted the overdraft, it is over that.
    bob.charge_interest(&mut world, &alice).ok();
    let pool = world.pool();
    assert!(pool.overdrafts_usd_atoms > pool.reserve_usd_atoms);
    bob.convert(&mut world, &alice, SOL, u64::MAX).ok();
    assert_eq!(due(&world, &alice), 0);
}

#[test]
fn an_account_under_maintenance_may_be_cured_by_a_sale_which_clears_its_flag() {
    let mut world = world();
    // 500 lots are about 1,950 dollars: maintenance is 58.5. What she owes is within the allowance.
    let alice = indebted(&mut world, 500, "39000");
    let bob = rich(&mut world, "bob");
    // A cent of SOL's price is 80 cents of her equity, which is to be 40 dollars.
    refresh(&mut world, "10", "1");
    let cents = 1_000 - (equity(&world, &alice) - 40 * USD) / (USD / 100) / 80;
    refresh(
        &mut world,
        &format!("{}.{:02}", cents / 100, cents % 100),
        "1",
    );
    bob.flag(&mut world, &alice).ok();
    assert!(due(&world, &alice) < 1_000 * USD);
    // What counted for 80 % of its price is sold for 98 % of it.
    let done = bob.convert(&mut world, &alice, SOL, u64::MAX).ok();
    let unflagged: AccountUnflagged = done.event();
    assert_eq!(unflagged.account, alice.account());
    assert_eq!(world.account_of(&alice).flagged_at, 0);
    assert_eq!(world.account_of(&alice).open_positions().count(), 1);
}

#[test]
fn an_account_without_positions_is_cured_before_its_collateral_is_worth_less_than_it_owes() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let bob = rich(&mut world, "bob");
    assert!(due(&world, &alice) < 1_000 * USD);
    refresh(&mut world, "20", "1");
    bob.convert(&mut world, &alice, SOL, u64::MAX).ok();
    assert_eq!(due(&world, &alice), 0);
    assert!(held(&world, &alice, SOL) > 0);
}

#[test]
fn what_is_left_of_too_little_collateral_is_all_sold() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let bob = rich(&mut world, "bob");
    refresh(&mut world, "1", "1");
    let before = cash(&world, &alice);
    let event: CollateralConverted = bob.convert(&mut world, &alice, SOL, u64::MAX).ok().event();
    assert_eq!(event.amount_atoms, 100 * ONE_SOL);
    // 98 dollars.
    assert!((event.paid_usd_atoms - 98 * USD).abs() <= 100);
    assert_eq!(cash(&world, &alice), before + event.paid_usd_atoms);
    assert_eq!(world.account_of(&alice).used_collaterals().count(), 0);
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::InsufficientCollateral);
}

#[test]
fn a_buyer_takes_no_more_than_he_names_and_several_cure_together() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let bob = rich(&mut world, "bob");
    let sent = bob.convert(&mut world, &alice, SOL, 0);
    sent.refused(WhittleError::ZeroAmount);
    let first: CollateralConverted = bob.convert(&mut world, &alice, SOL, ONE_SOL).ok().event();
    assert_eq!(first.amount_atoms, ONE_SOL);
    let carol = rich(&mut world, "carol");
    carol.convert(&mut world, &alice, SOL, u64::MAX).ok();
    assert_eq!(due(&world, &alice), 0);
}

#[test]
fn a_sale_needs_a_price_that_is_young_and_certain() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let bob = rich(&mut world, "bob");
    world.pass(31);
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::PriceTooOld);
    world.publish_bank(SOL, Quote::usd("100").with_confidence_bps(101));
    world.update_banks(&[SOL]).ok();
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::PriceUncertain);
    world.pass(1);
    refresh(&mut world, "100", "1");
    bob.convert(&mut world, &alice, SOL, u64::MAX).ok();
}

/// Alice owes more than what she holds of both tokens counts for.
fn ruined(world: &mut World) -> Actor {
    let alice = indebted(world, 0, "39000");
    alice.deposit(world, PYUSD, 100 * USDC).ok();
    refresh(world, "1", "1");
    assert!(equity(world, &alice) < 0);
    alice
}

#[test]
fn once_equity_is_gone_the_smallest_discount_comes_first() {
    let mut world = world();
    let alice = ruined(&mut world);
    let bob = rich(&mut world, "bob");
    // SOL stands in the first slot and costs two percent, PYUSD half a percent.
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::ConversionOrder);
    bob.convert(&mut world, &alice, PYUSD, 60 * USDC).ok();
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::ConversionOrder);
    bob.convert(&mut world, &alice, PYUSD, u64::MAX).ok();
    bob.convert(&mut world, &alice, SOL, u64::MAX).ok();
    assert_eq!(world.account_of(&alice).used_collaterals().count(), 0);
}

#[test]
fn a_token_without_a_price_to_sell_at_holds_up_no_other() {
    let mut world = world();
    let alice = ruined(&mut world);
    let bob = rich(&mut world, "bob");
    world.pass(31);
    world.publish_bank(SOL, "1");
    world.update_banks(&[SOL]).ok();
    bob.convert(&mut world, &alice, SOL, u64::MAX).ok();
    let sent = bob.convert(&mut world, &alice, PYUSD, u64::MAX);
    sent.refused(WhittleError::PriceTooOld);
}

// Places in `convert_collateral`.
const BUYER: usize = 0;
const ACCOUNT: usize = 3;
const MINT: usize = 5;
const VAULT: usize = 6;
const RECEIVER: usize = 7;
const PROGRAM: usize = 8;
const QUOTE_BANK: usize = 9;
const QUOTE_MINT: usize = 10;
const QUOTE_VAULT: usize = 11;
const QUOTE_PROGRAM: usize = 13;

fn conversion(world: &mut World, buyer: &Actor, trader: &Actor) -> Instruction {
    let account = world.account_of(trader);
    let (bank, quote) = (world.bank(SOL), world.bank(QUOTE).mint);
    let buyer = Buyer {
        key: buyer.address(),
        source: world.wallet(buyer, &quote),
        receiver: world.wallet(buyer, &bank.mint),
    };
    let held = trader.held(&account);
    let mirror = world.mirror();
    let instruction = instruction::convert_collateral(&mirror, held, buyer, &bank, u64::MAX);
    instruction.expect("known banks and markets")
}

#[test]
fn each_wrong_account_of_a_sale_has_its_own_error() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let bob = rich(&mut world, "bob");
    let right = conversion(&mut world, &bob, &alice);
    let [sol, pyusd] = [SOL, PYUSD].map(|bank| world.bank(bank));
    for (place, wrong, error) in [
        (MINT, pyusd.mint, WhittleError::WrongMint),
        (VAULT, pyusd.vault, WhittleError::WrongVault),
        (RECEIVER, sol.vault, WhittleError::WrongReceiver),
        (
            PROGRAM,
            pyusd.token_program,
            WhittleError::WrongTokenProgram,
        ),
        (QUOTE_MINT, pyusd.mint, WhittleError::WrongMint),
        (QUOTE_VAULT, pyusd.vault, WhittleError::WrongVault),
        (
            QUOTE_PROGRAM,
            pyusd.token_program,
            WhittleError::WrongTokenProgram,
        ),
    ] {
        let sent = world.send_as(&bob, with_account(right.clone(), place, wrong));
        sent.refused(error);
    }
    let pyusd_bank = address::bank(&pyusd.mint);
    let sent = world.send_as(&bob, with_account(right.clone(), QUOTE_BANK, pyusd_bank));
    sent.refused(WhittleError::BankMismatch);
    let pool = address::pool();
    let sent = world.send_as(&bob, with_account(right.clone(), ACCOUNT, pool));
    sent.refused(ErrorCode::AccountDiscriminatorMismatch);
    let sent = world.send(&[unsigned(right.clone(), BUYER)], &[]);
    sent.refused(ErrorCode::AccountNotSigner);
    let mut rest = right.clone();
    rest.accounts.pop();
    world.send_as(&bob, rest).refused(WhittleError::BankMissing);
    let mut rest = right.clone();
    rest.accounts.extend(right.accounts.last().cloned());
    world
        .send_as(&bob, rest)
        .refused(WhittleError::ExtraAccount);
    world.send_as(&bob, right).ok();
}

#[test]
fn who_has_not_the_money_buys_nothing() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let bob = world.keeper("bob");
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    // Insufficient funds, says the token program.
    sent.refused_by_runtime(solana_transaction::InstructionError::Custom(1));
    // Nor does anybody buy what is not held, and cash is nobody's to buy.
    let carol = rich(&mut world, "carol");
    let sent = carol.convert(&mut world, &alice, PYUSD, u64::MAX);
    sent.refused(WhittleError::InsufficientCollateral);
    let sent = carol.convert(&mut world, &alice, QUOTE, u64::MAX);
    sent.refused(WhittleError::InsufficientCollateral);
}
