//! Caps on all tokens of one issuer, and frozen deposits.

use super::{rich, set_bank, world, ONE_SOL, PYUSD, QUOTE, SOL};
use crate::altered::with_rest;
use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use whittle::error::WhittleError;
use whittle::state::Exchange;
use whittle_client::{address, instruction};
use whittle_tests::{Actor, BankSpec, ExchangeSpec, World, USD, USDC};

const FIRST: u16 = 1;
const SECOND: u16 = 2;
const THIRD: u16 = 3;
const APART: u16 = 4;

/// Three stablecoins of issuer 3, who has a cap of 1,000 dollars, and one of issuer 2 without any.
fn issuers() -> (World, Actor) {
    let mut caps = [0; 8];
    caps[3] = 1_000 * USD;
    let mut world = World::with_exchange(&ExchangeSpec {
        group_caps_usd_atoms: caps,
        ..ExchangeSpec::default()
    });
    world.list_bank(&BankSpec::usdc()).ok();
    for (symbol, issuer_group) in [("A", 3), ("B", 3), ("C", 3), ("D", 2)] {
        let spec = BankSpec {
            symbol,
            issuer_group,
            ..BankSpec::pyusd()
        };
        world.list_bank(&spec).ok();
    }
    let alice = world.keeper("alice");
    for bank in 0..5 {
        let mint = world.bank(bank).mint;
        world.give(&alice, &mint, 10_000 * USDC);
    }
    (world, alice)
}

#[test]
fn all_tokens_of_an_issuer_share_its_cap() {
    let (mut world, alice) = issuers();
    alice.deposit(&mut world, FIRST, 400 * USDC).ok();
    alice.deposit(&mut world, SECOND, 600 * USDC).ok();
    for bank in [FIRST, SECOND, THIRD] {
        let sent = alice.deposit(&mut world, bank, 1);
        sent.refused(WhittleError::IssuerCap);
    }
    // Others, and cash, are not under it.
    alice.deposit(&mut world, APART, 5_000 * USDC).ok();
    alice.deposit(&mut world, QUOTE, 5_000 * USDC).ok();
    // What leaves makes room.
    alice.withdraw(&mut world, FIRST, 10 * USDC).ok();
    alice.deposit(&mut world, THIRD, 10 * USDC).ok();
    let sent = alice.deposit(&mut world, FIRST, 1);
    sent.refused(WhittleError::IssuerCap);
}

#[test]
fn deposits_count_at_the_price_and_at_most_at_the_peg() {
    let (mut world, alice) = issuers();
    alice.deposit(&mut world, FIRST, 900 * USDC).ok();
    // Over the peg it is still 900 dollars.
    world.pass(1);
    world.publish_bank(FIRST, "1.5");
    world.update_banks(&[FIRST]).ok();
    alice.deposit(&mut world, SECOND, 100 * USDC).ok();
    let sent = alice.deposit(&mut world, SECOND, 1);
    sent.refused(WhittleError::IssuerCap);
    // At 99 cents there is room for nine dollars more, whatever the age of that price.
    world.pass(1);
    world.publish_bank(FIRST, "0.99");
    world.update_banks(&[FIRST]).ok();
    world.pass(10_000);
    world.republish_bank(SECOND);
    world.update_banks(&[SECOND]).ok();
    let sent = alice.deposit(&mut world, SECOND, 9 * USDC + 1_000);
    sent.refused(WhittleError::IssuerCap);
    alice.deposit(&mut world, SECOND, 9 * USDC).ok();
}

#[test]
fn a_withdrawal_never_depends_on_the_cap() {
    let (mut world, alice) = issuers();
    alice.deposit(&mut world, FIRST, 900 * USDC).ok();
    // Governance lowers the cap under what is there.
    let mut exchange: Exchange = world.read(&address::exchange());
    exchange.groups[3].cap_usd_atoms = USD;
    let mut account = world.raw(&address::exchange()).expect("it").clone();
    account.data = [Exchange::DISCRIMINATOR, bytemuck::bytes_of(&exchange)].concat();
    world.put(address::exchange(), "the exchange", &account);
    let sent = alice.deposit(&mut world, FIRST, 1);
    sent.refused(WhittleError::IssuerCap);
    alice.withdraw(&mut world, FIRST, 500 * USDC).ok();
    alice.deposit(&mut world, QUOTE, USDC).ok();
    alice.withdraw(&mut world, FIRST, 400 * USDC).ok();
}

#[test]
fn a_deposit_under_a_cap_takes_the_issuers_other_banks_by_their_numbers() {
    let (mut world, alice) = issuers();
    let [first, second, third, apart] =
        [FIRST, SECOND, THIRD, APART].map(|bank| address::bank(&world.bank(bank).mint));
    let deposit = |world: &mut World, bank: u16| {
        let bank = world.bank(bank);
        let (mirror, source) = (world.mirror(), world.wallet(&alice, &bank.mint));
        let account = alice.account();
        let address = alice.address();
        let made = instruction::deposit(&mirror, address, account, source, &bank, 1);
        made.expect("known banks")
    };
    const NAMED: usize = 8;
    let cases: [(&[Pubkey], WhittleError); 7] = [
        (&[], WhittleError::BankMissing),
        (&[first], WhittleError::BankMissing),
        (&[third, first], WhittleError::BankMismatch),
        (&[first, apart], WhittleError::BankMismatch),
        // Its own is in use.
        (&[first, second], WhittleError::WrongAccount),
        (&[first, third, apart], WhittleError::ExtraAccount),
        (&[first, alice.account()], WhittleError::WrongAccount),
    ];
    for (rest, error) in cases {
        let wrong = with_rest(deposit(&mut world, SECOND), NAMED, rest);
        world.send_as(&alice, wrong).refused(error);
    }
    let right = deposit(&mut world, SECOND);
    let right = with_rest(right, NAMED, &[first, third]);
    world.send_as(&alice, right).ok();
    // Without a cap there is nothing to look at.
    let wrong = with_rest(deposit(&mut world, APART), NAMED, &[first]);
    world
        .send_as(&alice, wrong)
        .refused(WhittleError::ExtraAccount);
}

#[test]
fn an_issuers_tokens_need_a_price_before_they_are_counted() {
    let (mut world, alice) = issuers();
    set_bank(&mut world, FIRST, |bank| bank.price.price_q32 = 0);
    let sent = alice.deposit(&mut world, FIRST, 1);
    sent.refused(WhittleError::NoPrice);
    // While there are none of them, they hold up no other.
    alice.deposit(&mut world, SECOND, 1).ok();
}

#[test]
fn groups_out_of_bounds_are_refused() {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    let quote = BankSpec {
        issuer_group: 1,
        ..BankSpec::usdc()
    };
    world.list_bank(&quote).refused(WhittleError::BadBankParams);
    world.list_bank(&BankSpec::usdc()).ok();
    for (issuer_group, ok) in [(8, false), (u16::MAX, false), (7, true)] {
        let spec = BankSpec {
            issuer_group,
            ..BankSpec::pyusd()
        };
        let sent = world.list_bank(&spec);
        if ok {
            sent.ok();
        } else {
            sent.refused(WhittleError::BadBankParams);
        }
    }
    let exchange: Exchange = world.read(&address::exchange());
    assert_eq!(exchange.groups[7].banks, 0b10);
    assert_eq!(exchange.groups[0].banks, 0b01);
    for (place, cap) in [(0, 1), (1, -1)] {
        let mut caps = [0; 8];
        caps[place] = cap;
        let spec = ExchangeSpec {
            group_caps_usd_atoms: caps,
            ..ExchangeSpec::default()
        };
        let sent = World::bare().initialize(&spec);
        sent.refused(WhittleError::BadExchangeParams);
    }
}

#[test]
fn there_are_at_most_64_banks() {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    world.list_bank(&BankSpec::usdc()).ok();
    let mut exchange: Exchange = world.read(&address::exchange());
    exchange.bank_count = 64;
    let mut account = world.raw(&address::exchange()).expect("it").clone();
    account.data = [Exchange::DISCRIMINATOR, bytemuck::bytes_of(&exchange)].concat();
    world.put(address::exchange(), "the exchange", &account);
    let sent = world.list_bank(&BankSpec::sol());
    sent.refused(WhittleError::BadBankParams);
}

#[test]
fn frozen_deposits_are_refused_and_cash_is_not() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.deposit(&mut world, SOL, ONE_SOL).ok();
    for bank in [QUOTE, SOL] {
        set_bank(&mut world, bank, |bank| bank.deposits_frozen = 1);
    }
    let sent = alice.deposit(&mut world, SOL, 1);
    sent.refused(WhittleError::DepositsFrozen);
    alice.deposit(&mut world, PYUSD, 1).ok();
    alice.deposit(&mut world, QUOTE, 1).ok();
    alice.withdraw(&mut world, SOL, ONE_SOL).ok();
}

#[test]
fn a_discount_over_what_the_haircut_leaves_is_refused() {
    let one = whittle_tests::ONE;
    for (weight, discount, ok) in [
        (one / 100 * 80, one - one / 100 * 80, true),
        (one / 100 * 80, one - one / 100 * 80 + 1, false),
        (one, 1, false),
        (one / 4, one / 2, true),
        (one / 4, one / 2 + 1, false),
    ] {
        let mut world = World::with_exchange(&ExchangeSpec::default());
        world.list_bank(&BankSpec::usdc()).ok();
        let spec = BankSpec {
            haircut_weight_q32: weight,
            conversion_discount_q32: discount,
            ..BankSpec::sol()
        };
        let sent = world.list_bank(&spec);
        if ok {
            sent.ok();
        } else {
            sent.refused(WhittleError::BadBankParams);
        }
    }
}
