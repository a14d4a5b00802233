//! Oracle accounts: what the next `update_markets` or `update_banks` would cache.
//!
//! The keeper decides at the prices that its own transaction will cache first, not at those that
//! somebody cached before. The program's own reader judges the accounts.

use anchor_lang::prelude::{AccountInfo, Pubkey};
use std::collections::BTreeMap;
use whittle::error::{Outcome, WhittleError};
use whittle::oracle::{self, Reading};
use whittle::state::{Bank, Exchange, Market, OracleConfig};
use whittle_risk::{trade, Price};

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
    let lot_exponent = i32::from(market.lot_exponent);
    let newer = reading.newer_than(&market.price, &market.oracle, lot_exponent, now);
    let price = newer.ok()??;
    take(market, price, now, slot).ok()
}

/// What `update_markets` does with an accepted price, without its events.
fn take(
    before: &Market,
    price: whittle::state::CachedPrice,
    now: i64,
    slot: u64,
) -> Outcome<Market> {
    let mut market = *before;
    market.accrue_funding(now)?;
    let params = market.params.breaker;
    let last = market.price.publish_time;
    market
        .breaker
        .watch_gap(&params, last, price.publish_time, now);
    let average = Price(market.estimate.average_q32);
    market
        .breaker
        .watch_price(&params, average, &price, || Ok(slot))
        .map_err(|_| WhittleError::MathOverflow)?;
    let sampled = market
        .estimate
        .sample(Price(price.price_q32), price.publish_time)?;
    if sampled {
        market.choose_regime(now)?;
    }
    market.follow_ramp(now)?;
    let (new, doubt) = (Price(price.price_q32), price.confidence_q32);
    market.spread_q32 = trade::spread_share(new, doubt, &market.pricing())?.0;
    market.price = price;
    Ok(market)
}

/// The bank as it will be once `reading` is cached. Whether its peg is lost is left for the chain to
/// say: that starts at the publish time and only lowers what the token counts for later.
pub(crate) fn bank_ahead(bank: &Bank, reading: &Reading, now: i64) -> Option<Bank> {
    let exponent = -i32::from(bank.decimals);
    let newer = reading.newer_than(&bank.price, &bank.oracle, exponent, now);
    let price = newer.ok()??;
    Some(Bank { price, ..*bank })
}
