mod ahead;
mod backing_off;
mod deciding;
mod index;
mod posting;
mod taking;
mod width;

use crate::book::{Book, Id, Stamp};
use crate::synthetic::{bytes, empty_book, key, market, set_price, NOW};
use anchor_lang::prelude::Pubkey;
use whittle::state::{MarginAccount, Order, Position};
use whittle_client::address;
use whittle_risk::Price;

/// Gives the book an account at the address `key(4, number)`.
fn put(book: &mut Book, number: u64, account: &MarginAccount, slot: u64) -> Pubkey {
    let address = key(4, number);
    book.take(address, whittle::ID, &bytes(account), Stamp::end_of(slot))
        .unwrap();
    address
}

/// Gives the book a price of a market that was published at `now`, as the chain would cache it.
fn tick(book: &mut Book, index: u16, price_q32: u64, slot: u64, now: i64) {
    let mut changed = book
        .chain_market(index)
        .copied()
        .unwrap_or_else(|| market(index));
    changed.accrue_funding(now).unwrap();
    set_price(&mut changed, price_q32, now);
    let at = address::market(index);
    book.take(at, whittle::ID, &bytes(&changed), Stamp::end_of(slot))
        .unwrap();
}

/// An account with a long of so many lots at the market's first price, and cash.
fn long(index: u16, lots: i64, cash: i64) -> MarginAccount {
    let mut account: MarginAccount = bytemuck::Zeroable::zeroed();
    account.owner = key(2, 0);
    account.flag_lowest_ratio_q32 = u64::MAX;
    account.cash_usd_atoms = cash;
    let price = Price(crate::synthetic::first_price(index));
    account.positions[0] = Position {
        lots,
        entry_usd_atoms: price.notional_floor(lots.unsigned_abs()).unwrap().0 * lots.signum(),
        market: index,
        ..Position::default()
    };
    account
}

/// The same in market 0 with an order to reduce it, in place 2, that waits for a price unless that is 0.
fn with_order(trigger_q32: u64) -> MarginAccount {
    let mut account = long(0, 1_000, 5_000_000_000);
    account.orders[2] = Order {
        lots: -10,
        limit_q32: 1,
        placed_at: NOW,
        expires_at: NOW + 300,
        reward_usd_atoms: 20_000,
        escrow_usd_atoms: 20_000,
        market: 0,
        flags: 1,
        trigger_q32,
        ..Order::default()
    };
    account
}

/// A book with one account that is under maintenance: 3 % is asked for, 2 % is there.
fn book_with_a_liquidatable_account() -> (Book, Pubkey) {
    let mut book = empty_book();
    let address = put(&mut book, 1, &long(0, 1_000, 220_000_000), 2);
    book.refresh(NOW);
    (book, address)
}

fn only(book: &Book) -> Id {
    let mut near = book.near();
    let (id, _) = near.next().expect("an account near its call level");
    assert!(near.next().is_none(), "one account near its call level");
    id
}
