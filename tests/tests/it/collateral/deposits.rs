//! Deposits: of which token, how much and by whom.

use super::{held, rich, world, BTC, ONE_SOL, PYUSD, QUOTE, SOL};
use solana_transaction::InstructionError;
use whittle::error::WhittleError;
use whittle::event::Deposited;
use whittle_client::address;
use whittle_tests::{assert_only_changed, BankSpec, USDC};

#[test]
fn tokens_of_both_programs_come_in_and_go_out_to_the_atom() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    for (bank, amount) in [
        (QUOTE, 7 * USDC + 1),
        (SOL, ONE_SOL + 3),
        (PYUSD, 5 * USDC + 7),
    ] {
        let listed = world.bank(bank);
        let before = world.picture();
        let wallet = world.tokens_of(&alice, &listed.mint);
        let event: Deposited = alice.deposit(&mut world, bank, amount).ok().event();
        assert_eq!((event.bank, event.amount_atoms), (bank, amount));
        assert_eq!(held(&world, &alice, bank), amount.into());
        assert_eq!(
            world.bank(bank).deposits_atoms - listed.deposits_atoms,
            amount
        );
        let changed = [
            alice.account(),
            alice.wallet(&listed.mint),
            address::bank(&listed.mint),
            listed.vault,
        ];
        before.assert_only_changed(&world.picture(), &changed);
        alice.withdraw(&mut world, bank, amount).ok();
        assert_eq!(world.tokens_of(&alice, &listed.mint), wallet);
        assert_eq!(held(&world, &alice, bank), 0);
    }
    assert_eq!(world.account_of(&alice).used_collaterals().count(), 0);
}

#[test]
fn nothing_is_no_deposit() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    for bank in [QUOTE, SOL, PYUSD] {
        let sent = alice.deposit(&mut world, bank, 0);
        sent.refused(WhittleError::ZeroAmount);
    }
}

#[test]
fn an_amount_that_leaves_64_bits_is_refused() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.deposit(&mut world, SOL, 1).ok();
    for bank in [QUOTE, SOL] {
        let sent = alice.deposit(&mut world, bank, u64::MAX);
        sent.refused(WhittleError::MathOverflow);
    }
    // The first deposit into a bank fits, and its cap does not.
    let sent = alice.deposit(&mut world, PYUSD, u64::MAX);
    sent.refused(WhittleError::DepositCap);
}

#[test]
fn a_bank_takes_deposits_up_to_its_cap() {
    for pyusd in [false, true] {
        let mut world = world();
        let alice = rich(&mut world, "alice");
        let spec = BankSpec {
            symbol: "CAPPED",
            token_2022: pyusd,
            deposit_cap_atoms: 100,
            ..BankSpec::sol()
        };
        world.list_bank(&spec).ok();
        let mint = world.bank(3).mint;
        world.give(&alice, &mint, 1_000);
        let sent = alice.deposit(&mut world, 3, 101);
        sent.refused(WhittleError::DepositCap);
        alice.deposit(&mut world, 3, 60).ok();
        let sent = alice.deposit(&mut world, 3, 41);
        sent.refused(WhittleError::DepositCap);
        alice.deposit(&mut world, 3, 40).ok();
        alice.withdraw(&mut world, 3, 1).ok();
        alice.deposit(&mut world, 3, 1).ok();
    }
}

#[test]
fn the_cap_of_the_quote_token_counts_what_the_pool_and_the_insurance_hold() {
    let mut world = whittle_tests::World::new();
    let alice = world.keeper("alice");
    let quote = world.bank(QUOTE);
    let room = quote.deposit_cap_atoms - quote.deposits_atoms;
    world.give(&alice, &quote.mint, room + 1);
    let sent = alice.deposit(&mut world, QUOTE, room + 1);
    sent.refused(WhittleError::DepositCap);
    alice.deposit(&mut world, QUOTE, room).ok();
    // Cover is welcome all the same.
    world.seed_insurance(USDC).ok();
}

#[test]
fn a_full_bank_still_takes_cash_for_an_account_that_may_owe() {
    let mut world = whittle_tests::World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let bob = world.keeper("bob");
    world.trade(&alice, BTC, 500);
    let quote = world.bank(QUOTE);
    let room = quote.deposit_cap_atoms - quote.deposits_atoms;
    world.give(&bob, &quote.mint, room + 2);
    bob.deposit(&mut world, QUOTE, room).ok();
    let sent = bob.deposit(&mut world, QUOTE, 1);
    sent.refused(WhittleError::DepositCap);
    bob.deposit_for(&mut world, &alice, QUOTE, 1).ok();
    world.trade(&alice, BTC, -500);
    let sent = bob.deposit_for(&mut world, &alice, QUOTE, 1);
    sent.refused(WhittleError::DepositCap);
}

#[test]
fn more_than_the_depositor_has_is_refused_by_the_token_program() {
    let mut world = world();
    let alice = world.keeper("alice");
    for bank in [QUOTE, SOL, PYUSD] {
        let mint = world.bank(bank).mint;
        world.give(&alice, &mint, 10);
        let sent = alice.deposit(&mut world, bank, 11);
        // Insufficient funds.
        sent.refused_by_runtime(InstructionError::Custom(1));
    }
}

#[test]
fn anybody_adds_to_what_an_account_holds_and_nobody_else_gives_it_a_new_token() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    let bob = rich(&mut world, "bob");
    bob.deposit_for(&mut world, &alice, QUOTE, 5).ok();
    let sent = bob.deposit_for(&mut world, &alice, SOL, 5);
    sent.refused(WhittleError::NotOwner);
    alice.deposit(&mut world, SOL, 1).ok();
    let before = world.picture();
    bob.deposit_for(&mut world, &alice, SOL, 5).ok();
    let sol = world.bank(SOL);
    assert_only_changed!(
        before,
        world.picture(),
        [
            alice.account(),
            bob.wallet(&sol.mint),
            address::bank(&sol.mint),
            sol.vault
        ]
    );
    assert_eq!(held(&world, &alice, SOL), 6);
    let sent = bob.deposit_for(&mut world, &alice, PYUSD, 5);
    sent.refused(WhittleError::NotOwner);
    // Nor does a delegate.
    alice.delegate_to(&mut world, &bob).ok();
    let sent = bob.deposit_for(&mut world, &alice, PYUSD, 5);
    sent.refused(WhittleError::NotOwner);
}

#[test]
fn an_account_holds_four_tokens_beside_cash_and_no_fifth() {
    let mut world = whittle_tests::World::new();
    let alice = world.keeper("alice");
    for symbol in ["A", "B", "C", "D", "E"] {
        let spec = BankSpec {
            symbol,
            ..BankSpec::sol()
        };
        world.list_bank(&spec).ok();
    }
    for bank in 1..=5 {
        let mint = world.bank(bank).mint;
        world.give(&alice, &mint, 100);
        if bank < 5 {
            alice.deposit(&mut world, bank, 10).ok();
        }
    }
    let sent = alice.deposit(&mut world, 5, 10);
    sent.refused(WhittleError::TooManyCollaterals);
    // More of what it holds, and cash, need no place.
    alice.deposit(&mut world, 4, 1).ok();
    let quote = world.bank(QUOTE).mint;
    world.give(&alice, &quote, 1);
    alice.deposit(&mut world, QUOTE, 1).ok();
    // A token that has left frees its place, whichever it was.
    alice.withdraw(&mut world, 2, 10).ok();
    alice.deposit(&mut world, 5, 10).ok();
    let banks: Vec<u16> = world
        .account_of(&alice)
        .used_collaterals()
        .map(|held| held.bank)
        .collect();
    assert_eq!(banks, [1, 5, 3, 4]);
}

#[test]
fn cash_needs_no_price() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.deposit(&mut world, QUOTE, 1_000 * USDC).ok();
    world.trade(&alice, BTC, 500);
    world.pass(100_000);
    alice.deposit(&mut world, QUOTE, 1).ok();
}

/// A token that collapses while its feed is silent would count at its last price, in an account that
/// could not be liquidated however far its position falls.
#[test]
fn a_token_with_an_old_price_is_not_taken_until_it_has_a_newer_one() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    for bank in [SOL, PYUSD] {
        world.republish_bank(bank);
        world.update_banks(&[bank]).ok();
        let age = i64::from(world.bank(bank).oracle.stale_after_secs);
        world.pass(age);
        alice.deposit(&mut world, bank, 1).ok();
        world.pass(1);
        alice
            .deposit(&mut world, bank, 1)
            .refused(WhittleError::PriceTooOld);
        world.republish_bank(bank);
        world.update_banks(&[bank]).ok();
        alice.deposit(&mut world, bank, 1).ok();
    }
}
