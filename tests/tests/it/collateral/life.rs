//! Opening and closing margin accounts.

use super::{rich, world, BTC, ONE_SOL, QUOTE, SOL};
use crate::altered::{unsigned, with_account};
use anchor_lang::error::ErrorCode;
use solana_transaction::InstructionError;
use whittle::error::WhittleError;
use whittle::event::{MarginAccountClosed, MarginAccountOpened};
use whittle_client::{address, instruction};
use whittle_tests::{assert_only_changed, World, USDC};

#[test]
fn an_owner_opens_as_many_accounts_as_there_are_numbers() {
    let mut world = World::new();
    let alice = world.actor("alice");
    for sub_id in [0, 1, u16::MAX] {
        let before = world.picture();
        let sub = alice.sub(sub_id);
        let event: MarginAccountOpened = sub.open(&mut world).ok().event();
        assert_eq!((event.owner, event.sub_id), (alice.address(), sub_id));
        let account = world.account_of(&sub);
        assert_eq!((account.owner, account.sub_id), (alice.address(), sub_id));
        assert_only_changed!(before, world.picture(), [sub.account(), alice.address()]);
    }
}

#[test]
fn an_account_is_opened_once() {
    let mut world = World::new();
    let alice = world.trader("alice", USDC);
    // The system program: the address is in use.
    let sent = alice.open(&mut world);
    sent.refused_by_runtime(InstructionError::Custom(0));
}

#[test]
fn an_account_is_opened_at_its_owners_address_and_with_his_signature() {
    let mut world = World::new();
    let alice = world.actor("alice");
    let bob = world.actor("bob");
    let open = instruction::open_margin_account(alice.address(), 0);
    for wrong in [bob.account(), alice.sub(1).account()] {
        let sent = world.send_as(&alice, with_account(open.clone(), 1, wrong));
        sent.refused(ErrorCode::ConstraintSeeds);
    }
    let sent = world.send(&[unsigned(open, 0)], &[]);
    sent.refused(ErrorCode::AccountNotSigner);
}

#[test]
fn an_empty_account_is_closed_and_its_rent_returned() {
    let mut world = World::new();
    let alice = world.actor("alice");
    let purse = |world: &World| world.raw(&alice.address()).expect("a purse").lamports;
    let before = (world.picture(), purse(&world));
    alice.open(&mut world).ok();
    assert!(purse(&world) < before.1);
    let event: MarginAccountClosed = alice.close(&mut world).ok().event();
    assert_eq!(event.account, alice.account());
    assert_only_changed!(before.0, world.picture(), []);
    assert_eq!(purse(&world), before.1);
    alice.open(&mut world).ok();
}

#[test]
fn an_account_that_holds_anything_is_not_closed() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.deposit(&mut world, QUOTE, 1).ok();
    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);
    alice.withdraw(&mut world, QUOTE, 1).ok();

    alice.deposit(&mut world, SOL, 100 * ONE_SOL).ok();
    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);

    // A position, and an overdraft.
    let reward = USDC / 100;
    alice.deposit(&mut world, QUOTE, reward).ok();
    world.trade(&alice, BTC, 500);
    let owed = world.account_of(&alice).cash_usd_atoms.unsigned_abs();
    alice.deposit(&mut world, QUOTE, owed + reward).ok();
    alice.withdraw(&mut world, SOL, 1).ok();
    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);
    world.trade(&alice, BTC, -500);
    assert!(world.account_of(&alice).cash_usd_atoms < 0);
    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);
}

#[test]
fn an_account_with_an_order_is_not_closed_even_when_the_order_has_expired() {
    let mut world = World::new();
    let reward = USDC / 100;
    let alice = world.trader("alice", reward);
    alice.place(&mut world, BTC, 500).ok();
    assert_eq!(world.account_of(&alice).cash_usd_atoms, 0);
    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);
    world.pass(301);
    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);
    alice.expire(&mut world, &alice, 0).ok();
    alice.withdraw(&mut world, QUOTE, reward).ok();
    alice.close(&mut world).ok();
}

#[test]
fn only_the_owner_closes_and_delegates() {
    let mut world = World::new();
    let alice = world.keeper("alice");
    let bob = world.keeper("bob");
    for instruction in [
        instruction::close_margin_account(bob.address(), alice.account()),
        instruction::set_delegate(bob.address(), alice.account(), bob.address()),
    ] {
        let sent = world.send_as(&bob, instruction);
        sent.refused(WhittleError::NotOwner);
    }
    let close = instruction::close_margin_account(alice.address(), alice.account());
    let sent = world.send(&[unsigned(close.clone(), 0)], &[]);
    sent.refused(ErrorCode::AccountNotSigner);
    let sent = world.send_as(&alice, with_account(close, 1, address::pool()));
    sent.refused(ErrorCode::AccountDiscriminatorMismatch);
}

#[test]
fn a_closed_account_takes_no_deposit() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.close(&mut world).ok();
    let sent = alice.deposit(&mut world, QUOTE, 1);
    sent.refused(ErrorCode::AccountOwnedByWrongProgram);
}
