//! Oracle accounts: what the next `update_markets` or `update_banks` would cache.
//!
//! The keeper decides at the prices that its own transaction will cache first, not at those that
//! somebody cached before. The program's own reader judges the accounts.

use anchor_lang::prelude::{AccountInfo, Pubkey};
use std::collections::BTreeMap;
use whittle::error::Outcome;
use whittle::oracle::{self, Reading};
use whittle::state::{Bank, Exchange, Market, OracleConfig};

/// What a price is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// A market.
    Market(u16),
    /// A collateral token, by its bank's number.
    Bank(u16),
}

/// Where the price of each market and bank stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oracles {
    accounts: BTreeMap<Feed, Pubkey>,
}

impl Oracles {
    /// Names the oracle account of a feed.
    pub fn set(&mut self, feed: Feed, account: Pubkey) {
        self.accounts.insert(feed, account);
    }

    /// The oracle account of a feed.
    pub fn get(&self, feed: Feed) -> Option<Pubkey> {
        self.accounts.get(&feed).copied()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Feed, Pubkey)> + '_ {
        self.accounts
            .iter()
            .map(|(feed, account)| (*feed, *account))
    }

    pub(crate) fn feeds_of(&self, account: &Pubkey) -> Vec<Feed> {
        let own = self.accounts.iter().filter(|(_, at)| *at == account);
        own.map(|(feed, _)| *feed).collect()
    }
}

/// Reads an oracle account by the program's own code.
pub(crate) fn read(
    address: &Pubkey,
    owner: &Pubkey,
    data: &[u8],
    config: &OracleConfig,
    exchange: &Exchange,
) -> Outcome<Reading> {
    let mut data = data.to_vec();
    let mut lamports = 1;
    let info = AccountInfo::new(
        address,
        false,
        false,
        &mut lamports,
        &mut data,
        owner,
        false,
    );
    oracle::read(&info, config, exchange)
}

/// The market as it will be once `reading` is cached; none when that changes nothing or is refused.
pub(crate) fn market_ahead(
    market: &Market,
    reading: &Reading,
    now: i64,
    slot: u64,
) -> Option<Market> {
    let mut ahead = *market;
    ahead.cache(reading, now, slot).ok()??;
    Some(ahead)
}

/// The bank as it will be once `reading` is cached; none when that changes nothing or is refused.
pub(crate) fn bank_ahead(bank: &Bank, reading: &Reading, now: i64) -> Option<Bank> {
    let mut ahead = *bank;
    ahead.cache(reading, now).ok()??;
    Some(ahead)
}
