//! What each change of parameters does. Every bound is checked here once more, against everything
//! else as it stands at this moment.

use super::list_bank::{self, ListBankArgs};
use super::list_market::tier_table;
use super::remaining::{bank_loader, market_loader};
use super::update_markets::regime_changed;
use crate::error::{require_that, Outcome, WhittleError};
use crate::oracle;
use crate::state::bank::QUOTE_BANK;
use crate::state::depeg::{Depeg, DepegParams};
use crate::state::exchange::{ExchangeParams, ISSUER_GROUPS};
use crate::state::governance::MarketGuard;
use crate::state::market::MarketParams;
use crate::state::proposal::{BankTerms, Change};
use crate::state::raw::OracleConfig;
use crate::state::{Bank, Exchange, InsuranceFund, Market, Pool};
use anchor_lang::prelude::*;
use core::cell::RefMut;
use whittle_risk::tier::{ramp_start_floor, TierTable};
use whittle_risk::{Price, Ratio};

type Rest<'info> = &'info [AccountInfo<'info>];

/// Applies `change`, with the accounts in `rest`.
pub(super) fn apply<'info>(
    change: Change,
    exchange: &mut Exchange,
    rest: Rest<'info>,
    queued_at: i64,
    now: i64,
) -> Result<()> {
    match change {
        Change::ExchangeParams { params } => exchange_params(exchange, rest, params, now),
        Change::MarketParams { market, params } => {
            with_market(rest, market, |it| market_params(it, exchange, params, now))
        }
        Change::Tiers { market, tiers } => {
            let table = tier_table(&tiers)?;
            with_market(rest, market, |it| set_tiers(it, exchange, &table, now))
        }
        Change::MarketOracle { market, oracle } => market_oracle(exchange, rest, market, oracle),
        Change::BankTerms { bank, terms } => {
            with_bank(rest, bank, |it| bank_terms(it, exchange, terms, now))
        }
        Change::PoolParams { params } => {
            let pool: AccountLoader<Pool> = only(rest)?;
            pool.load_mut()?.params = params;
            Ok(())
        }
        Change::InsuranceParams { params } => {
            let fund: AccountLoader<InsuranceFund> = only(rest)?;
            fund.load_mut()?.params = params;
            Ok(())
        }
        // A guard that came after the proposal was not what it was about.
        Change::ClearMarketGuard { market } => with_market(rest, market, |it| {
            require_that(queued_at >= it.guarded_at, WhittleError::GuardLoosens)?;
            it.guard = MarketGuard::NONE;
            it.count_crowding()
        }),
        Change::ClearBankFreeze { bank } => with_bank(rest, bank, |it| {
            require_that(queued_at >= it.guarded_at, WhittleError::GuardLoosens)?;
            it.deposits_frozen = 0;
            it.guard_cap_atoms = 0;
            Ok(())
        }),
        Change::WindDownMarket {
            market,
            settles_after_secs,
        } => with_market(rest, market, |it| {
            it.wind_down.begin(settles_after_secs, now)
        }),
        Change::WindDownBank {
            bank,
            settles_after_secs,
        } => with_bank(rest, bank, |it| it.wind_down.begin(settles_after_secs, now)),
        Change::IssuerGroupCap { .. } | Change::Guardian { .. } | Change::OraclePrograms { .. } => {
            require_that(rest.is_empty(), WhittleError::ExtraAccount)?;
            on_exchange(exchange, change)
        }
    }
}

/// Changes that need no other account.
fn on_exchange(exchange: &mut Exchange, change: Change) -> Result<()> {
    match change {
        Change::IssuerGroupCap {
            group,
            cap_usd_atoms,
        } => {
            let group = exchange.groups.get_mut(usize::from(group));
            group.ok_or(WhittleError::BadExchangeParams)?.cap_usd_atoms = cap_usd_atoms;
        }
        Change::Guardian { guardian } => exchange.guardian = guardian,
        Change::OraclePrograms {
            receiver_programs,
            legacy_programs,
        } => {
            exchange.receiver_programs = receiver_programs;
            exchange.legacy_programs = legacy_programs;
        }
        // `apply` sends the other ones elsewhere.
        _ => return Err(WhittleError::ExtraAccount.into()),
    }
    Ok(())
}

/// The only account that follows, of this type. The program has one pool and one insurance fund.
fn only<'info, T: anchor_lang::ZeroCopy + Owner>(
    rest: Rest<'info>,
) -> Outcome<AccountLoader<'info, T>> {
    let info = rest.first().ok_or(WhittleError::WrongAccount)?;
    require_that(rest.len() == 1, WhittleError::ExtraAccount)?;
    AccountLoader::try_from(info).map_err(|_| WhittleError::WrongAccount)
}

fn with_market<'info>(
    rest: Rest<'info>,
    index: u16,
    act: impl FnOnce(&mut Market) -> Outcome<()>,
) -> Result<()> {
    require_that(rest.len() <= 1, WhittleError::ExtraAccount)?;
    let info = rest.first().ok_or(WhittleError::MarketMissing)?;
    let loader = market_loader(info)?;
    let mut market = writable(&loader, info, index)?;
    act(&mut market)?;
    market.invariant()?;
    Ok(())
}

fn writable<'a>(
    loader: &'a AccountLoader<Market>,
    info: &AccountInfo,
    index: u16,
) -> Result<RefMut<'a, Market>> {
    require_that(info.is_writable, WhittleError::MarketNotWritable)?;
    let market = loader.load_mut()?;
    require_that(market.index == index, WhittleError::MarketMismatch)?;
    Ok(market)
}

fn with_bank<'info>(
    rest: Rest<'info>,
    index: u16,
    act: impl FnOnce(&mut Bank) -> Outcome<()>,
) -> Result<()> {
    require_that(rest.len() <= 1, WhittleError::ExtraAccount)?;
    let info = rest.first().ok_or(WhittleError::BankMissing)?;
    require_that(info.is_writable, WhittleError::BankNotWritable)?;
    let loader = bank_loader(info)?;
    let mut bank = loader.load_mut()?;
    require_that(bank.index == index, WhittleError::BankMismatch)?;
    act(&mut bank)?;
    Ok(())
}

/// The rules are bounded by every market's envelope, so every market must be there.
fn exchange_params<'info>(
    exchange: &mut Exchange,
    rest: Rest<'info>,
    params: ExchangeParams,
    now: i64,
) -> Result<()> {
    let count = usize::from(exchange.market_count);
    require_that(rest.len() >= count, WhittleError::AllMarketsNeeded)?;
    require_that(rest.len() == count, WhittleError::ExtraAccount)?;
    for (index, info) in (0u16..).zip(rest) {
        let loader = market_loader(info)?;
        let market = loader.load()?;
        require_that(market.index == index, WhittleError::AllMarketsNeeded)?;
        // A market whose risk is over bounds nothing any more.
        if !market.wind_down.is_settled() {
            Terms::of(&market).check_instead(
                &exchange.params,
                &Terms::of(&market),
                &params,
                &market,
            )?;
        }
    }
    // The old rate holds for the time until now.
    exchange.accrue_interest(now);
    exchange.params = params;
    Ok(())
}

/// What the envelope of a market depends on, the exchange's rules apart.
struct Terms<'a> {
    params: &'a MarketParams,
    tiers: TierTable,
    oracle: &'a OracleConfig,
    /// The largest maintenance multiplier that these tiers meet before the regime chooses again.
    standing: Ratio,
}

impl<'a> Terms<'a> {
    fn of(market: &'a Market) -> Self {
        Self {
            params: &market.params,
            tiers: market.tier_table(),
            oracle: &market.oracle,
            standing: market.call_multiplier(),
        }
    }

    /// Whether these terms may replace `before` in `market`. The size of a lot is judged as at
    /// listing, unless the price has outgrown it already under the terms before: then refusing would
    /// only keep those.
    fn check_instead(
        &self,
        rules_before: &ExchangeParams,
        before: &Terms,
        rules: &ExchangeParams,
        market: &Market,
    ) -> Outcome<()> {
        self.params
            .validate_against(rules, &self.tiers, self.oracle, self.standing)?;
        let price = Price(market.price.price_q32);
        let fits = |terms: &Terms, rules: &ExchangeParams| {
            let (params, tiers, oracle) = (terms.params, &terms.tiers, terms.oracle);
            params.validate_lot(rules, tiers, oracle, price)
        };
        if price.0 != 0 && fits(before, rules_before).is_ok() {
            fits(self, rules)?;
        }
        Ok(())
    }
}

fn market_params(
    market: &mut Market,
    exchange: &Exchange,
    params: MarketParams,
    now: i64,
) -> Outcome<()> {
    let rules = &exchange.params;
    let after = Terms {
        params: &params,
        ..Terms::of(market)
    };
    after.check_instead(rules, &Terms::of(market), rules, market)?;
    // Until now at the rate that held until now.
    market.accrue_funding(now)?;
    if market.retarget_regime(&params.regime, now)? {
        emit!(regime_changed(market));
    }
    market.params = params;
    market.estimate.weight_q32 = params.sample_weight_q32;
    market.estimate.interval_secs = params.sample_interval_secs;
    market.count_crowding()
}

/// Maintenance must not jump: the multiplier falls by as much as the new rates are over the old ones,
/// and from there a ramp, which `update_markets` follows, leads back.
fn set_tiers(market: &mut Market, exchange: &Exchange, table: &TierTable, now: i64) -> Outcome<()> {
    let rules = &exchange.params;
    let before = Terms::of(market);
    let ratio = ramp_start_floor(&before.tiers, table)?;
    let lowered = Ratio(market.multiplier_q32).times_ceil(ratio)?;
    let after = Terms {
        tiers: *table,
        standing: Ratio(lowered.0.max(market.regime.ramp_to_q32)),
        ..Terms::of(market)
    };
    after.check_instead(rules, &before, rules, market)?;
    market.set_tier_table(table)?;
    if ratio < Ratio::ONE {
        market.lower_and_ramp(ratio, now)?;
    }
    Ok(())
}

/// The new oracle account must be there and readable; the next update of the market needs it anyway.
fn market_oracle<'info>(
    exchange: &Exchange,
    rest: Rest<'info>,
    index: u16,
    oracle: OracleConfig,
) -> Result<()> {
    let [market, source] = rest else {
        return Err(WhittleError::MarketMissing.into());
    };
    let loader = market_loader(market)?;
    let mut market = writable(&loader, market, index)?;
    let rules = &exchange.params;
    let after = Terms {
        oracle: &oracle,
        ..Terms::of(&market)
    };
    after.check_instead(rules, &Terms::of(&market), rules, &market)?;
    oracle::read(source, &oracle, exchange)?.to_cached(&oracle, i32::from(market.lot_exponent))?;
    market.oracle = oracle;
    Ok(())
}

/// A bank's terms are bounded as at listing. A lower weight is reached by a ramp.
fn bank_terms(bank: &mut Bank, exchange: &mut Exchange, terms: BankTerms, now: i64) -> Outcome<()> {
    let args = ListBankArgs {
        oracle: terms.oracle,
        haircut_weight_q32: terms.haircut_weight_q32,
        peg_q32: bank.peg_q32,
        deposit_cap_atoms: terms.deposit_cap_atoms,
        issuer_group: terms.issuer_group,
        conversion_discount_q32: terms.conversion_discount_q32,
        depeg: terms.depeg,
    };
    list_bank::validate(&args, bank.index == QUOTE_BANK, bank.decimals)?;
    require_that(
        usize::from(terms.issuer_group) < ISSUER_GROUPS,
        WhittleError::BadBankParams,
    )?;
    regroup(exchange, bank, terms.issuer_group)?;
    bank.oracle = terms.oracle;
    bank.set_haircut_weight(Ratio(terms.haircut_weight_q32), now);
    bank.deposit_cap_atoms = terms.deposit_cap_atoms;
    bank.issuer_group = terms.issuer_group;
    bank.conversion_discount_q32 = terms.conversion_discount_q32;
    bank.depeg_params = terms.depeg;
    if terms.depeg == DepegParams::default() {
        bank.depeg = Depeg::default(); // Without a guard no peg is lost.
    }
    Ok(())
}

/// Moves a bank's bit from its group to another.
fn regroup(exchange: &mut Exchange, bank: &Bank, to: u16) -> Outcome<()> {
    if bank.issuer_group == to {
        return Ok(());
    }
    let bit = 1u64
        .checked_shl(u32::from(bank.index))
        .ok_or(WhittleError::BadBankParams)?;
    if let Some(group) = exchange.groups.get_mut(usize::from(bank.issuer_group)) {
        group.banks &= !bit;
    }
    if let Some(group) = exchange.groups.get_mut(usize::from(to)) {
        group.banks |= bit;
    }
    Ok(())
}
