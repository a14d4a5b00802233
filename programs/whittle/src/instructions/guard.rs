//! The guardian tightens at once what only a timelocked change loosens: a market's open interest and
//! initial requirements, deposits of a token. Maintenance, haircuts, bonus and oracles are out of
//! reach.

use crate::error::{require_that, WhittleError};
use crate::event::{BankGuarded, MarketGuarded};
use crate::state::bank::QUOTE_BANK;
use crate::state::governance::MarketGuard;
use crate::state::{Bank, Exchange, Market};
use anchor_lang::prelude::*;

/// For a market.
#[derive(Accounts)]
pub struct GuardMarket<'info> {
    /// The guardian or the authority.
    pub guardian: Signer<'info>,
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The market.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
}

/// For a bank.
#[derive(Accounts)]
pub struct GuardBank<'info> {
    /// The guardian or the authority.
    pub guardian: Signer<'info>,
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The bank; not the quote token's, whose deposits cure accounts.
    #[account(mut)]
    pub bank: AccountLoader<'info, Bank>,
}

pub(crate) fn market(
    ctx: Context<GuardMarket>,
    open_interest_cap_usd_atoms: i64,
    initial_q32: u64,
) -> Result<()> {
    let exchange = ctx.accounts.exchange.load()?;
    exchange.require_guardian(ctx.accounts.guardian.key)?;

    let mut market = ctx.accounts.market.load_mut()?;
    market.guard = market.guard.tightened(&MarketGuard {
        open_interest_cap_usd_atoms,
        initial_q32,
    })?;
    market.guarded_at = Clock::get()?.unix_timestamp;
    market.count_crowding()?;
    market.invariant()?;
    emit!(MarketGuarded {
        by: ctx.accounts.guardian.key(),
        market: market.index,
        open_interest_cap_usd_atoms: market.guard.open_interest_cap_usd_atoms,
        initial_q32: market.guard.initial_q32,
    });
    Ok(())
}

pub(crate) fn bank(ctx: Context<GuardBank>, deposit_cap_atoms: u64) -> Result<()> {
    let exchange = ctx.accounts.exchange.load()?;
    exchange.require_guardian(ctx.accounts.guardian.key)?;
    let mut bank = ctx.accounts.bank.load_mut()?;
    require_that(bank.index != QUOTE_BANK, WhittleError::BadGuard)?;

    bank.tighten(deposit_cap_atoms, Clock::get()?.unix_timestamp)?;
    emit!(BankGuarded {
        by: ctx.accounts.guardian.key(),
        bank: bank.index,
        deposit_cap_atoms: bank.guard_cap(),
    });
    Ok(())
}
