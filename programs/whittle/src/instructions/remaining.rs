//! Accounts that follow the named ones: banks of the collateral in use, then markets of the open
//! positions, each in slot order.

use super::mapped::{map, map_mut};
use crate::error::{require_that, Outcome, WhittleError};
use crate::snapshot::Snapshot;
use crate::state::{Bank, Exchange, InsuranceFund, MarginAccount, Market};
use anchor_lang::prelude::*;
use core::cell::{Cell, Ref, RefMut};

/// A market account, checked for owner and type by Anchor's loader. There is one account for each
/// index because `list_market` creates them at addresses made of the index.
pub fn market_loader<'info>(
    info: &'info AccountInfo<'info>,
) -> Outcome<AccountLoader<'info, Market>> {
    AccountLoader::try_from(info).map_err(|_| WhittleError::WrongAccount)
}

/// A bank account, checked for owner and type.
pub fn bank_loader<'info>(info: &'info AccountInfo<'info>) -> Outcome<AccountLoader<'info, Bank>> {
    AccountLoader::try_from(info).map_err(|_| WhittleError::WrongAccount)
}

/// Most markets: more would not fit a transaction that names all of them.
pub const MAX_MARKETS: u16 = 16;

/// Every market of the exchange: with each number once and in order, none is missing and none counts
/// twice.
pub fn all_markets<'info>(
    exchange: &Exchange,
    rest: &'info [AccountInfo<'info>],
) -> Outcome<Vec<AccountLoader<'info, Market>>> {
    let count = usize::from(exchange.market_count);
    require_that(rest.len() >= count, WhittleError::AllMarketsNeeded)?;
    require_that(rest.len() == count, WhittleError::ExtraAccount)?;
    let mut markets = Vec::with_capacity(count);
    for (index, info) in (0u16..).zip(rest) {
        let loader = market_loader(info)?;
        let found = loader.load().map_err(|_| WhittleError::WrongAccount)?.index;
        require_that(found == index, WhittleError::AllMarketsNeeded)?;
        markets.push(loader);
    }
    Ok(markets)
}

/// Maps the contents of a bank.
pub fn read_bank<'a>(info: &'a AccountInfo) -> Outcome<Ref<'a, Bank>> {
    map(info)
}

/// Maps the contents of the insurance fund; none before the pool is created, which makes both. There is
/// one account of this type, so its address needs no check.
///
/// Errors: [`WhittleError::WrongAccount`] when the exchange is open and this is not its fund.
pub fn read_fund<'a>(
    info: &'a AccountInfo,
    exchange: &Exchange,
) -> Outcome<Option<Ref<'a, InsuranceFund>>> {
    if exchange.opened_at == 0 {
        return Ok(None);
    }
    map(info).map(Some)
}

/// Refuses new risk after the insurance fund lost much.
///
/// Errors: [`WhittleError::InsuranceDrawn`], [`WhittleError::WrongAccount`].
pub fn require_undrawn(info: &AccountInfo, exchange: &Exchange, now: i64) -> Outcome<()> {
    match read_fund(info, exchange)? {
        Some(fund) => fund.require_undrawn(now),
        None => Ok(()),
    }
}

/// Maps the contents of a market to write them, checked for owner and type.
pub fn open_market<'a>(info: &'a AccountInfo) -> Outcome<RefMut<'a, Market>> {
    let market = map_mut(info)?;
    require_that(info.is_writable, WhittleError::MarketNotWritable)?;
    Ok(market)
}

/// None of the markets, which stand last in `rest`, is in a price shock.
pub fn require_no_shock(rest: &[AccountInfo], markets: usize) -> Outcome<()> {
    let first = rest.len().saturating_sub(markets);
    for info in rest.iter().skip(first) {
        let market: Ref<Market> = map(info)?;
        require_that(market.breaker.shock_since == 0, WhittleError::PriceShock)?;
    }
    Ok(())
}

/// Maps the contents of a market that [`snapshot`] has read before, to write them.
pub fn write_market<'a>(info: &'a AccountInfo) -> Outcome<RefMut<'a, Market>> {
    require_that(info.is_writable, WhittleError::MarketNotWritable)?;
    let data = info
        .try_borrow_mut_data()
        .map_err(|_| WhittleError::WrongAccount)?;
    // Owner and discriminator: checked by [`map`], and neither changes within an instruction.
    let body = RefMut::filter_map(data, |data| {
        let body = data.get_mut(Market::DISCRIMINATOR.len()..Market::SIZE)?;
        bytemuck::try_from_bytes_mut(body).ok()
    });
    body.map_err(|_| WhittleError::WrongAccount)
}

/// Reads `account` with the banks and markets in `rest`. Returns the snapshot and the market
/// accounts, one a leg.
///
/// Errors: [`WhittleError::BankMissing`], [`WhittleError::BankMismatch`],
/// [`WhittleError::MarketMissing`], [`WhittleError::MarketMismatch`], [`WhittleError::ExtraAccount`],
/// [`WhittleError::WrongAccount`].
pub fn snapshot<'info>(
    account: &MarginAccount,
    rest: &'info [AccountInfo<'info>],
    now: i64,
) -> Outcome<(Snapshot, &'info [AccountInfo<'info>])> {
    snapshot_without(account, rest, now, None)
}

/// As [`snapshot`], for an account that has just emptied the collateral at place `emptied` among
/// those it used: its bank is in `rest`, because callers list what the account holds beforehand, and
/// is passed over, because nothing depends on its price any more.
pub fn snapshot_without<'info>(
    account: &MarginAccount,
    rest: &'info [AccountInfo<'info>],
    now: i64,
    emptied: Option<usize>,
) -> Outcome<(Snapshot, &'info [AccountInfo<'info>])> {
    // Banks stand first, so the emptied one's place among them is its place in `rest`.
    let taken = Cell::new(0usize);
    let next = |missing: WhittleError| {
        let place = taken
            .get()
            .saturating_add(usize::from(Some(taken.get()) == emptied));
        taken.set(place.saturating_add(1));
        rest.get(place).ok_or(missing)
    };
    let snapshot = Snapshot::read(
        account,
        now,
        |index| {
            let bank: Ref<Bank> = map(next(WhittleError::BankMissing)?)?;
            require_that(bank.index == index, WhittleError::BankMismatch)?;
            Ok(bank)
        },
        |index| {
            let market: Ref<Market> = map(next(WhittleError::MarketMissing)?)?;
            require_that(market.index == index, WhittleError::MarketMismatch)?;
            Ok(market)
        },
    )?;
    let all = taken
        .get()
        .saturating_add(usize::from(Some(taken.get()) == emptied));
    require_that(all <= rest.len(), WhittleError::BankMissing)?;
    require_that(all == rest.len(), WhittleError::ExtraAccount)?;
    let market_infos = rest
        .get(taken.get().saturating_sub(snapshot.legs.len())..taken.get())
        .ok_or(WhittleError::MarketMissing)?;
    Ok((snapshot, market_infos))
}
