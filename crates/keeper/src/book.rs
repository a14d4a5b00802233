//! Everything that the keeper knows: the exchange, its banks and markets, pool and insurance fund,
//! requests of liquidity providers, oracle accounts, and all margin accounts with their health.

use crate::accounts::{Accounts, Taken};
use crate::edge::{Edge, Line};
use crate::judge::Near;
use crate::oracle::{self, Feed, Oracles};
use crate::source::Sources;
use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use bytemuck::Pod;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use whittle::oracle::Reading;
use whittle::state::{
    Bank, Exchange, InsuranceFund, LiquidityRequest, MarginAccount, Market, Pool,
};
use whittle_client::decode::{self, DecodeError};
use whittle_client::{address, Mirror};

/// Number of a margin account in the book. It may be given to another one after the account closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(crate) u32);

/// When an account was written: the slot, and the order of writes within it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// The slot.
    pub slot: u64,
    /// The write version, where the source knows it.
    pub write: u64,
}

impl Stamp {
    /// An account as it is at the end of a slot: what RPC answers and subscriptions say.
    pub const fn end_of(slot: u64) -> Self {
        Self {
            slot,
            write: u64::MAX,
        }
    }

    /// One write within a slot: what a stream with write versions says.
    pub const fn within(slot: u64, write: u64) -> Self {
        Self { slot, write }
    }
}

/// What an account's data changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: what is known is as new or newer, or a margin account says the same as before.
    Old,
    /// Nothing: the keeper does not need accounts of this kind, or does not know them.
    Ignored,
    /// The exchange.
    Exchange,
    /// A market.
    Market(u16),
    /// A bank.
    Bank(u16),
    /// The pool.
    Pool,
    /// The insurance fund.
    Insurance,
    /// A request of a liquidity provider, by its owner.
    Request(Pubkey),
    /// A margin account.
    Account(Id),
    /// A margin account or request was closed.
    Closed,
    /// An oracle account.
    Oracle(Feed),
}

/// Why an account's data was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TakeError {
    /// The program owns it and its type is known, but it is too short.
    #[error("account {address}: {error}: is the program newer than this keeper?")]
    Unreadable {
        /// Which account.
        address: Pubkey,
        /// What is wrong with its data.
        error: DecodeError,
    },
    /// An oracle account that was named for a feed cannot be read as one.
    #[error("oracle account {address} of {feed:?}: {error}")]
    Oracle {
        /// Which account.
        address: Pubkey,
        /// What it should be the price of.
        feed: Feed,
        /// What the program would say.
        error: whittle::error::WhittleError,
    },
}

/// Everything the keeper knows.
#[derive(Clone, Default)]
pub struct Book {
    pub(crate) mirror: Mirror,
    pub(crate) chain_markets: BTreeMap<u16, Market>,
    pub(crate) chain_banks: BTreeMap<u16, Bank>,
    pub(crate) pool: Option<Box<Pool>>,
    pub(crate) insurance: Option<Box<InsuranceFund>>,
    pub(crate) requests: BTreeMap<Pubkey, LiquidityRequest>,
    pub(crate) accounts: Accounts,
    pub(crate) oracles: Oracles,
    /// What oracle accounts say.
    pub(crate) readings: BTreeMap<Feed, Reading>,
    pub(crate) sources: Sources,
    /// The rest by address: when it was last written.
    stamps: HashMap<Pubkey, Stamp>,
    /// Newest slot seen.
    pub(crate) slot: u64,

    pub(crate) edge: Edge,
    pub(crate) near: BTreeMap<u32, Near>,
    pub(crate) ceilings: BTreeMap<u16, u64>,
    pub(crate) lines: BTreeMap<Line, u64>,
    pub(crate) touched: Vec<u32>,
    pub(crate) dirty_markets: BTreeSet<u16>,
    pub(crate) dirty_banks: BTreeSet<u16>,
    /// Everything has to be judged anew.
    pub(crate) stale: bool,
    /// When every near account was last looked at.
    pub(crate) near_seen_at: i64,
    /// Profitable positions that a running reduction may reduce, with when they were looked for.
    pub(crate) reducible: Vec<(u16, u32)>,
    pub(crate) reducible_at: i64,
}

fn is<T: Discriminator>(data: &[u8]) -> bool {
    data.starts_with(T::DISCRIMINATOR)
}

impl Book {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the oracle account whose data is the price of a feed; feed its data to
    /// [`Book::take`] like any other.
    pub fn name_oracle(&mut self, feed: Feed, account: Pubkey) {
        if self.oracles.get(feed) != Some(account) {
            self.oracles.set(feed, account);
            self.readings.remove(&feed);
        }
    }

    /// Takes over an account's data. Data that is older than what is known, or as old, changes
    /// nothing, so notifications may come twice and in any order. Empty data closes an account.
    ///
    /// Health is brought up to date by [`Book::refresh`], for all that was taken at once.
    pub fn take(
        &mut self,
        address: Pubkey,
        owner: Pubkey,
        data: &[u8],
        stamp: Stamp,
    ) -> Result<Change, TakeError> {
        self.slot = self.slot.max(stamp.slot);
        let feeds = self.oracles.feeds_of(&address);
        if !feeds.is_empty() {
            return self.take_oracle(address, owner, data, stamp, &feeds);
        }
        if data.is_empty() {
            return Ok(self.close(&address, stamp));
        }
        if owner != whittle::ID {
            return Ok(Change::Ignored);
        }
        let known = |error| TakeError::Unreadable { address, error };
        if is::<MarginAccount>(data) {
            let account: MarginAccount = decode::account(data).map_err(known)?;
            return Ok(match self.accounts.put(address, &account, stamp) {
                Taken::Old => Change::Old,
                Taken::Kept(id) => {
                    self.touched.push(id);
                    Change::Account(Id(id))
                }
            });
        }
        self.take_other(address, data, stamp).map_err(known)
    }

    fn take_other(
        &mut self,
        address: Pubkey,
        data: &[u8],
        stamp: Stamp,
    ) -> Result<Change, DecodeError> {
        let mut read = Reader {
            stamps: &mut self.stamps,
            address,
            data,
            stamp,
        };
        let change = if is::<Market>(data) {
            let Some(market) = read.newer::<Market>()? else {
                return Ok(Change::Old);
            };
            self.dirty_markets.insert(market.index);
            self.chain_markets.insert(market.index, market);
            Change::Market(market.index)
        } else if is::<Bank>(data) {
            let Some(bank) = read.newer::<Bank>()? else {
                return Ok(Change::Old);
            };
            self.dirty_banks.insert(bank.index);
            self.chain_banks.insert(bank.index, bank);
            Change::Bank(bank.index)
        } else if is::<Exchange>(data) {
            let Some(exchange) = read.newer::<Exchange>()? else {
                return Ok(Change::Old);
            };
            let before = self.mirror.exchange().map(|it| it.params);
            self.stale |= before != Some(exchange.params);
            self.mirror.take(data);
            Change::Exchange
        } else if is::<Pool>(data) {
            let Some(pool) = read.newer::<Pool>()? else {
                return Ok(Change::Old);
            };
            self.pool = Some(Box::new(pool));
            Change::Pool
        } else if is::<InsuranceFund>(data) {
            let Some(fund) = read.newer::<InsuranceFund>()? else {
                return Ok(Change::Old);
            };
            self.insurance = Some(Box::new(fund));
            Change::Insurance
        } else if is::<LiquidityRequest>(data) {
            let Some(request) = read.newer::<LiquidityRequest>()? else {
                return Ok(Change::Old);
            };
            self.requests.insert(address, request);
            Change::Request(request.owner)
        } else {
            Change::Ignored
        };
        Ok(change)
    }

    fn take_oracle(
        &mut self,
        address: Pubkey,
        owner: Pubkey,
        data: &[u8],
        stamp: Stamp,
        feeds: &[Feed],
    ) -> Result<Change, TakeError> {
        if self
            .stamps
            .get(&address)
            .is_some_and(|known| stamp <= *known)
        {
            return Ok(Change::Old);
        }
        let mut change = Change::Ignored;
        for feed in feeds.iter().copied() {
            let config = match feed {
                Feed::Market(index) => self.chain_markets.get(&index).map(|it| &it.oracle),
                Feed::Bank(index) => self.chain_banks.get(&index).map(|it| &it.oracle),
            };
            let (Some(config), Some(exchange)) = (config, self.mirror.exchange()) else {
                continue; // Not known yet: the runner feeds exchange, banks and markets first.
            };
            let read = oracle::read(&address, &owner, data, config, exchange);
            let error = |error| TakeError::Oracle {
                address,
                feed,
                error,
            };
            self.readings.insert(feed, read.map_err(error)?);
            self.changed(feed);
            change = Change::Oracle(feed);
        }
        if change != Change::Ignored {
            self.stamps.insert(address, stamp);
        }
        Ok(change)
    }

    fn close(&mut self, address: &Pubkey, stamp: Stamp) -> Change {
        if let Some((id, entry)) = self.accounts.close(address, stamp) {
            if let Some((triggers, deadline)) = &entry.far {
                self.edge.remove(id, triggers, *deadline);
            }
            self.near.remove(&id);
            return Change::Closed;
        }
        if !self.requests.contains_key(address) {
            return Change::Ignored;
        }
        if self
            .stamps
            .get(address)
            .is_some_and(|known| stamp <= *known)
        {
            return Change::Old;
        }
        self.stamps.insert(*address, stamp);
        self.requests.remove(address);
        Change::Closed
    }

    /// Takes over every account there is at `slot`, as address, owner and data, and closes those that
    /// are not among them and not newer. Returns what was not understood.
    pub fn take_all(&mut self, slot: u64, all: &[(Pubkey, Pubkey, Vec<u8>)]) -> Vec<TakeError> {
        let mut errors = Vec::new();
        // What was written within the slot and told as it happened is newer.
        let stamp = Stamp::within(slot, 0);
        // Oracle accounts are read by what the exchange and the markets say of them.
        for oracles in [false, true] {
            for (address, owner, data) in all {
                if self.oracles.feeds_of(address).is_empty() != oracles {
                    errors.extend(self.take(*address, *owner, data, stamp).err());
                }
            }
        }
        let there: HashSet<&Pubkey> = all.iter().map(|(address, ..)| address).collect();
        let known = self.accounts.addresses().chain(self.requests.keys());
        let gone: Vec<Pubkey> = known.filter(|it| !there.contains(it)).copied().collect();
        for address in gone {
            self.close(&address, stamp);
        }
        errors
    }

    /// Every feed but that of the quote token, and when its cached price was published if positions or
    /// deposits rest on it.
    pub fn feeds(&self) -> impl Iterator<Item = (Feed, Option<i64>)> + '_ {
        let markets = self.chain_markets.values().map(|market| {
            let used = market.long_lots | market.short_lots != 0 && !market.wind_down.is_settled();
            let published = market.price.publish_time;
            (Feed::Market(market.index), used.then_some(published))
        });
        let other = |bank: &&Bank| bank.index != whittle::state::bank::QUOTE_BANK;
        let banks = self.chain_banks.values().filter(other).map(|bank| {
            let used = bank.deposits_atoms != 0 && !bank.wind_down.is_settled();
            (
                Feed::Bank(bank.index),
                used.then_some(bank.price.publish_time),
            )
        });
        markets.chain(banks)
    }

    /// Accounts that many transactions name and that do not change: the exchange, its pool and
    /// insurance fund, banks, markets and named oracle accounts.
    pub fn lasting_accounts(&self) -> Vec<Pubkey> {
        let banks = self.chain_banks.values();
        let banks = banks.map(|bank| address::bank(&bank.mint));
        let markets = self.chain_markets.keys();
        let markets = markets.map(|index| address::market(*index));
        let oracles = self.oracles.iter().map(|(_, account)| account);
        let one = [address::exchange(), address::pool(), address::insurance()];
        one.into_iter()
            .chain(banks)
            .chain(markets)
            .chain(oracles)
            .collect()
    }

    /// The insurance fund.
    pub fn insurance(&self) -> Option<&InsuranceFund> {
        self.insurance.as_deref()
    }

    /// How many accounts' times of writing are remembered beside those of the margin accounts.
    pub fn remembered(&self) -> usize {
        self.stamps.len()
    }

    /// Forgets which accounts were closed in this slot or before, and when others were written, once
    /// nothing older can arrive.
    pub fn forget_closed(&mut self, slot: u64) {
        self.accounts.forget_closed(slot);
        self.stamps.retain(|_, stamp| stamp.slot > slot);
    }
}

struct Reader<'a> {
    stamps: &'a mut HashMap<Pubkey, Stamp>,
    address: Pubkey,
    data: &'a [u8],
    stamp: Stamp,
}

impl Reader<'_> {
    /// The account, if what is known of it is older.
    fn newer<T: Pod + Discriminator>(&mut self) -> Result<Option<T>, DecodeError> {
        let known = self.stamps.get(&self.address);
        if known.is_some_and(|known| self.stamp <= *known) {
            return Ok(None);
        }
        let account = decode::account(self.data)?;
        self.stamps.insert(self.address, self.stamp);
        Ok(Some(account))
    }
}
