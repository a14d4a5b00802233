//! Moves cash from an owner's reserve to another of his accounts that has fallen under the trigger of
//! its recovery plan: at most what brings it to the plan's target, and at most what the reserve can
//! spare.

use super::{recovered, remaining};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::ToppedUp;
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;
use whittle_risk::health::{
    assess, excess_collateral, Account, Doubt, Health, Leverage, Thresholds, TokenPrices,
};
use whittle_risk::liquidation::Policy;
use whittle_risk::Usd;

/// Anyone may call. Banks and markets of `account` follow (see [`remaining::snapshot`]); the reserve
/// needs none, because it holds no positions and only its cash counts.
#[derive(Accounts)]
pub struct TopUp<'info> {
    /// The rules.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account under its trigger.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The reserve of the same owner.
    #[account(mut)]
    pub reserve: AccountLoader<'info, MarginAccount>,
}

fn validate(account: &MarginAccount, reserve: &MarginAccount, amount: Usd) -> Outcome<()> {
    require_that(amount.0 > 0, WhittleError::ZeroAmount)?;
    require_that(
        reserve.is_reserve != 0 && reserve.owner == account.owner,
        WhittleError::NotAReserve,
    )?;
    // A position may have been opened since the account was marked.
    require_that(
        reserve.open_positions().next().is_none(),
        WhittleError::ReserveHasPositions,
    )?;
    require_that(
        reserve.deficit_usd_atoms == 0,
        WhittleError::AccountInDeficit,
    )
}

/// What brings the account to its plan's target.
fn missing(account: &MarginAccount, health: &Health, policy: &Policy) -> Outcome<Usd> {
    let recovery = account.recovery.recovery(policy)?;
    require_that(
        health.equity < recovery.trigger_equity(health)?,
        WhittleError::NotUnderTrigger,
    )?;
    // Accounts answer for themselves alone; the owner may still deposit.
    require_that(health.equity.0 > 0, WhittleError::BeyondRescue)?;
    Ok(recovery.target_equity(health)?.minus(health.equity)?)
}

/// What the reserve can spare. Its other collateral and its claims are left out: without positions
/// they could only stand for interest, and leaving them out needs no price.
fn spare(reserve: &MarginAccount, thresholds: &Thresholds) -> Outcome<Usd> {
    let cash_only = Account {
        cash: Usd(reserve.cash_usd_atoms),
        claims: Usd::ZERO,
        collateral: Usd::ZERO,
        fading: Usd::ZERO,
        tokens: &TokenPrices::NONE,
        interest: Usd(reserve.interest_usd_atoms),
        leverage: Leverage::default(),
        legs: &[],
    };
    let spare = excess_collateral(&cash_only, thresholds)?;
    require_that(spare.0 > 0, WhittleError::ReserveEmpty)?;
    Ok(spare)
}

pub(crate) fn handle<'info>(ctx: Context<'info, TopUp<'info>>, most_usd_atoms: i64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let policy = exchange.policy();
    let (key, from) = (ctx.accounts.account.key(), ctx.accounts.reserve.key());
    require_that(key != from, WhittleError::SameAccount)?;
    let mut account = ctx.accounts.account.load_mut()?;
    let mut reserve = ctx.accounts.reserve.load_mut()?;
    account.count_interest(&exchange, now)?;
    reserve.count_interest(&exchange, now)?;
    validate(&account, &reserve, Usd(most_usd_atoms))?;

    let (snapshot, _) = remaining::snapshot(&account, ctx.remaining_accounts, now)?;
    let mut health = assess(&snapshot.account(), Doubt::Plain).map_err(WhittleError::from)?;
    let spare = spare(&reserve, &policy.thresholds)?;
    let amount = missing(&account, &health, &policy)?
        .least(spare)
        .least(Usd(most_usd_atoms));
    // A rescue is never blocked, and never a way out for cash that could not leave the reserve.
    account.inherit_allowance(&mut reserve, amount, spare, now)?;
    reserve.debit(amount)?;
    account.credit(amount)?;
    health.equity = health.equity.plus(amount).map_err(WhittleError::from)?;
    recovered::note(&mut account, key, &health, &snapshot.account(), &policy)?;

    account.invariant()?;
    reserve.invariant()?;
    emit!(ToppedUp {
        account: key,
        reserve: from,
        amount_usd_atoms: amount.0,
        equity_usd_atoms: health.equity.0,
        maintenance_usd_atoms: health.maintenance.0,
    });
    Ok(())
}
