//! The accounts of a fill: the named ones, then banks and markets as they are after it.

use super::{come_due, fill_with, keeper, two_markets, BTC, ETH, FILL_NAMED};
use crate::altered::{foreign_copy, with_account, with_rest};
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Pubkey;
use whittle::error::WhittleError;
use whittle_client::address;
use whittle_tests::{Actor, BankSpec, World, USDC};

/// Alice holds two tokens and positions in both markets, and an order in BTC for `lots` is due.
fn due(lots: i64) -> (World, Actor, Actor, [Pubkey; 4]) {
    let mut world = two_markets();
    let alice = world.trader("alice", 1_000 * USDC);
    let keeper = keeper(&mut world);
    for spec in [BankSpec::sol(), BankSpec::pyusd()] {
        world.list_bank(&spec).ok();
    }
    let [sol, pyusd] = [1, 2].map(|bank| world.bank(bank).mint);
    for (bank, mint) in [(1, sol), (2, pyusd)] {
        world.give(&alice, &mint, 1_000_000);
        alice.deposit(&mut world, bank, 1_000_000).ok();
    }
    world.trade(&alice, BTC, 500);
    world.trade(&alice, ETH, -500);
    alice.place(&mut world, BTC, lots).ok();
    come_due(&mut world, BTC, "40000");
    let banks = [address::bank(&sol), address::bank(&pyusd)];
    let markets = [address::market(BTC), address::market(ETH)];
    let rest = [banks[0], banks[1], markets[0], markets[1]];
    (world, alice, keeper, rest)
}

#[test]
fn banks_come_first_and_then_markets_in_slot_order() {
    let (mut world, alice, keeper, [sol, pyusd, btc, eth]) = due(100);
    let refusals: [(&[Pubkey], WhittleError); 11] = [
        (&[], WhittleError::BankMissing),
        (&[sol], WhittleError::BankMissing),
        (&[pyusd, sol, btc, eth], WhittleError::BankMismatch),
        (&[sol, sol, btc, eth], WhittleError::BankMismatch),
        (&[btc, eth], WhittleError::WrongAccount),
        (&[btc, eth, sol, pyusd], WhittleError::WrongAccount),
        (&[sol, pyusd], WhittleError::MarketMissing),
        (&[sol, pyusd, btc], WhittleError::MarketMissing),
        (&[sol, pyusd, eth, btc], WhittleError::MarketMismatch),
        (&[sol, pyusd, btc, btc], WhittleError::MarketMismatch),
        (&[sol, pyusd, btc, eth, btc], WhittleError::ExtraAccount),
    ];
    for (rest, error) in refusals {
        let fill = fill_with(&world, &alice, &keeper, rest);
        world.send(&[fill], &[]).refused(error);
    }
    let fill = fill_with(&world, &alice, &keeper, &[sol, pyusd, btc, eth]);
    world.send(&[fill], &[]).ok();
}

#[test]
fn a_position_that_ends_flat_takes_no_market_along() {
    let (mut world, alice, keeper, [sol, pyusd, btc, eth]) = due(-500);
    let fill = fill_with(&world, &alice, &keeper, &[sol, pyusd, btc, eth]);
    let sent = world.send(&[fill], &[]);
    sent.refused(WhittleError::MarketMismatch);
    let fill = fill_with(&world, &alice, &keeper, &[sol, pyusd, eth, btc]);
    let sent = world.send(&[fill], &[]);
    sent.refused(WhittleError::ExtraAccount);
    let fill = fill_with(&world, &alice, &keeper, &[sol, pyusd, eth]);
    world.send(&[fill], &[]).ok();
}

#[test]
fn banks_and_markets_of_another_program_are_refused() {
    let (mut world, alice, keeper, rest) = due(100);
    for place in 0..rest.len() {
        let mut spoiled = rest;
        spoiled[place] = foreign_copy(&mut world, rest[place]);
        let fill = fill_with(&world, &alice, &keeper, &spoiled);
        world.send(&[fill], &[]).refused(WhittleError::WrongAccount);
    }
}

#[test]
fn what_is_neither_a_bank_nor_a_market_is_refused() {
    let (mut world, alice, keeper, rest) = due(100);
    for place in 0..rest.len() {
        for other in [address::pool(), alice.account(), Pubkey::new_unique()] {
            let mut spoiled = rest;
            spoiled[place] = other;
            let fill = fill_with(&world, &alice, &keeper, &spoiled);
            world.send(&[fill], &[]).refused(WhittleError::WrongAccount);
        }
    }
}

#[test]
fn an_order_is_filled_in_its_own_market() {
    let (mut world, alice, keeper, rest) = due(100);
    let fill = fill_with(&world, &alice, &keeper, &rest);
    let other = with_account(fill.clone(), 3, address::market(ETH));
    let sent = world.send(&[other], &[]);
    sent.refused(WhittleError::OracleFeed);
    // With the other market's oracle as well.
    let oracle = world.feed(ETH).address;
    let other = with_account(fill, 3, address::market(ETH));
    let other = with_account(other, 4, oracle);
    let sent = world.send(&[other], &[]);
    sent.refused(WhittleError::MarketMismatch);
}

#[test]
fn the_named_accounts_are_of_their_types() {
    let (mut world, alice, keeper, rest) = due(100);
    let fill = fill_with(&world, &alice, &keeper, &rest);
    for place in [0, 1, 2, 3] {
        let wrong = with_account(fill.clone(), place, address::pool());
        let sent = world.send(&[wrong], &[]);
        sent.refused(ErrorCode::AccountDiscriminatorMismatch);
    }
}

#[test]
fn who_fills_names_another_account_than_the_traders() {
    let (mut world, alice, _, rest) = due(100);
    let fill = fill_with(&world, &alice, &alice, &rest);
    let sent = world.send(&[fill], &[]);
    sent.refused(WhittleError::SameAccount);
    // Another account of the same owner will do: the reward is his own.
    let other = alice.sub(1);
    other.open(&mut world).ok();
    let fill = fill_with(&world, &alice, &other, &rest);
    world.send(&[fill], &[]).ok();
}

#[test]
fn accounts_and_market_are_passed_writable() {
    let (mut world, alice, keeper, rest) = due(100);
    for place in [1, 2, 3] {
        let fill = fill_with(&world, &alice, &keeper, &rest);
        // Behind the named ones the same market is read-only, which must not matter.
        let mut fill = with_rest(fill, FILL_NAMED, &rest);
        fill.accounts[place].is_writable = false;
        world.send(&[fill], &[]).refused(ErrorCode::ConstraintMut);
    }
}
