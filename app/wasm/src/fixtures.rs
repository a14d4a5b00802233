//! The made-up exchange of the client's tests, with a pool, as a page would have loaded it.

use crate::book::Book;
use whittle::state::{Bank, InsuranceFund, Pool};
use whittle_client::preview::fixtures::{self, mirror, zeroed};
use whittle_client::{address, decode};

pub(crate) use whittle_client::preview::fixtures::NOW;

/// Every account of it.
pub(crate) fn book() -> Book {
    let mut book = Book::default();
    let mirror = mirror();
    let mut rules = *mirror.exchange().unwrap();
    rules.params.order_delay_secs = 2;
    rules.params.order_life_secs = 60;
    rules.params.fill_reward_usd_atoms = 10_000;
    rules.market_count = 1;
    rules.bank_count = 1;
    book.take(address::exchange(), &decode::bytes(&rules));
    let mut market = *mirror.market(0).unwrap();
    market.long_entry_usd_atoms = 140_000_000_000;
    market.short_entry_usd_atoms = 56_000_000_000;
    market.params.open_interest_cap_usd_atoms = 1_000_000_000_000;
    market.params.crowding.open_interest_share_q32 = 1 << 32;
    market.pool_value_seen_usd_atoms = 1_000_000_000_000;
    market.params.skew_scale_usd_atoms = 10_000_000_000_000;
    market.params.open_fee_q32 = whittle_risk::Ratio::from_bps_floor(5).0;
    market.params.close_fee_q32 = market.params.open_fee_q32;
    book.take(address::market(0), &decode::bytes(&market));
    let mut bank = zeroed::<Bank>();
    bank.decimals = 6;
    bank.deposits_atoms = 1_000_000_000_000;
    bank.deposit_cap_atoms = u64::MAX;
    book.take(address::bank(&bank.mint), &decode::bytes(&bank));
    let mut pool = zeroed::<Pool>();
    pool.share_mint = address::share_mint();
    pool.cash_usd_atoms = 500_000_000_000;
    pool.params.withdraw_limit_usd_atoms = 50_000_000_000;
    book.take(address::pool(), &decode::bytes(&pool));
    let mut mint = vec![0; 82];
    mint[36..44].copy_from_slice(&400_000_000_000u64.to_le_bytes());
    book.take(address::share_mint(), &mint);
    book.take(address::insurance(), &decode::bytes(&zeroed::<InsuranceFund>()));
    for (key, account) in fixtures::book() {
        book.take(key, &decode::bytes(&account));
    }
    book
}
