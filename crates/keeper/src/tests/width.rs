//! The widest actions: a liquidation of eight positions with collateral in four tokens, and a liquidity
//! request of sixteen markets, at prices that all go in front.

use super::put;
use crate::action::{Action, Keys, Kind};
use crate::book::{Book, Stamp};
use crate::config::Config;
use crate::decide;
use crate::limits::{Limits, Room};
use crate::oracle::Feed;
use crate::synthetic::{
    bank, bytes, empty_book, exchange, first_price, key, market, set_bank_price, NOW,
};
use anchor_lang::prelude::Pubkey;
use whittle::state::{Collateral, LiquidityRequest, MarginAccount, Position};
use whittle_client::address;
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

fn draft(book: &Book, kind: Kind) -> (Action, Draft) {
    let config = Config {
        public_duties: true,
        ..Config::default()
    };
    let mut actions = decide(book, NOW + 1, &config);
    actions.retain(|action| action.what.kind() == kind);
    let action = actions.remove(0);
    let keys = Keys {
        keeper_account: key(4, 99),
        ..Keys::default()
    };
    let instructions = action.instructions(book, &keys).unwrap();
    let draft = Limits::MOST.on(Draft::new(instructions));
    (action, draft.with_unit_price(1_000))
}

#[test]
fn the_widest_liquidation_fits_without_a_lookup_table() {
    let book = wide_book();
    let (action, draft) = draft(&book, Kind::Liquidate);
    assert_eq!(action.updates.len(), 12, "{action:?}");
    let room = Room {
        updates: 12,
        legs: 8,
    };
    assert_eq!(action.room(&book), room);
    let bytes = draft.bytes(&PAYER).unwrap();
    assert_eq!(bytes, 1_172);
    assert!(bytes <= MOST_BYTES);
}

#[test]
fn a_liquidity_request_of_sixteen_markets_fits_with_a_lookup_table_of_lasting_accounts() {
    let mut book = wide_book();
    let mut exchange = exchange();
    exchange.market_count = 16;
    let take = |book: &mut Book, at, data: Vec<u8>| {
        let owner = whittle::ID;
        book.take(at, owner, &data, Stamp::end_of(4)).unwrap();
    };
    take(&mut book, address::exchange(), bytes(&exchange));
    for index in 8..16 {
        take(&mut book, address::market(index), bytes(&market(index)));
        let oracle = key(6, 100 + u64::from(index));
        book.name_oracle(Feed::Market(index), oracle);
        let stamp = Stamp::end_of(5);
        book.take(oracle, key(5, 0), &update(1), stamp).unwrap();
    }
    let mut request: LiquidityRequest = bytemuck::Zeroable::zeroed();
    request.owner = key(2, 7);
    request.requested_at = NOW - 10;
    request.expires_at = NOW + 60;
    let at = address::liquidity_request(&request.owner);
    take(&mut book, at, bytes(&request));
    book.refresh(NOW + 1);

    let (action, draft) = draft(&book, Kind::FillLiquidityRequest);
    assert_eq!(action.updates.len(), 16, "{action:?}");
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
