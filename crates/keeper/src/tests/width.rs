//! The widest action: eight positions, and collateral in four tokens, at prices that all go in front.

use super::put;
use crate::action::{Action, Keys, Kind};
use crate::book::{Book, Stamp};
use crate::config::Config;
use crate::decide;
use crate::oracle::Feed;
use crate::synthetic::{bank, bytes, empty_book, first_price, key, set_bank_price, NOW};
use anchor_lang::prelude::Pubkey;
use whittle::state::{Collateral, MarginAccount, Position};
use whittle_client::rpc::{Draft, DraftError, Table, MOST_BYTES};
use whittle_risk::Price;

const PAYER: Pubkey = Pubkey::new_from_array([3; 32]);

/// A fully verified `PriceUpdateV2` of the synthetic feed, 3 % under `dollars`.
fn update(dollars: u64) -> Vec<u8> {
    let cents = dollars * 97;
    let mut data = vec![34, 241, 35, 99, 157, 126, 244, 205];
    data.extend([0; 32]);
    data.push(1);
    data.extend([1; 32]);
    data.extend(cents.to_le_bytes());
    data.extend(0_u64.to_le_bytes());
    data.extend((-2_i32).to_le_bytes());
    data.extend((NOW + 1).to_le_bytes());
    data.extend(NOW.to_le_bytes());
    data.extend([0; 24]);
    data
}

fn wide_account() -> MarginAccount {
    let mut account: MarginAccount = bytemuck::Zeroable::zeroed();
    account.owner = key(2, 0);
    account.flag_lowest_ratio_q32 = u64::MAX;
    for (index, held) in (0..8).zip(&mut account.positions) {
        let price = Price(first_price(index));
        *held = Position {
            lots: 1_000,
            entry_usd_atoms: price.notional_floor(1_000).unwrap().0,
            market: index,
            claim_factor: 1 << 63,
            ..Position::default()
        };
    }
    for (bank, held) in (1..5).zip(&mut account.collaterals) {
        *held = Collateral {
            amount_atoms: 1_000_000_000,
            bank,
            padding: [0; 6],
        };
    }
    account.cash_usd_atoms = 2_500_000_000;
    account
}

/// Every price has moved and stands in an account of its own.
fn wide_book() -> Book {
    let mut book = empty_book();
    for index in 2..5 {
        let mut bank = bank(1);
        (bank.index, bank.mint) = (index, key(1, index.into()));
        set_bank_price(&mut bank, 100, NOW);
        let at = key(3, index.into());
        book.take(at, whittle::ID, &bytes(&bank), Stamp::end_of(1))
            .unwrap();
    }
    put(&mut book, 1, &wide_account(), 2);
    let markets = (0..8).map(|index| (Feed::Market(index), (first_price(index) >> 32) / 1_000_000));
    let banks = (1..5).map(|index| (Feed::Bank(index), 100));
    for (number, (feed, dollars)) in (0..).zip(markets.chain(banks)) {
        let oracle = key(6, number);
        book.name_oracle(feed, oracle);
        book.take(oracle, key(5, 0), &update(dollars), Stamp::end_of(3))
            .unwrap();
    }
    book.refresh(NOW + 1);
    book
}

fn draft(book: &Book) -> (Action, Draft) {
    let action = decide(book, NOW + 1, &Config::default()).remove(0);
    let keys = Keys {
        keeper_account: key(4, 99),
        ..Keys::default()
    };
    let instructions = action.instructions(book, &keys).unwrap();
    let draft = Draft::new(instructions).with_units(1_400_000);
    (action, draft.with_unit_price(1_000))
}

#[test]
fn the_widest_liquidation_fits_with_a_lookup_table_of_lasting_accounts() {
    let book = wide_book();
    let (action, draft) = draft(&book);
    assert_eq!(action.what.kind(), Kind::Liquidate);
    assert_eq!(action.updates.len(), 12, "{action:?}");
    let without = draft.bytes(&PAYER);
    let Err(DraftError::TooLarge { bytes }) = without else {
        panic!("it fits without: {without:?}");
    };
    assert!(bytes > MOST_BYTES);
    let table = Table {
        key: key(8, 0),
        addresses: book.lasting_accounts(),
    };
    let with = draft.with_tables(vec![table]).bytes(&PAYER).unwrap();
    assert!(with < 700, "{with}");
}
