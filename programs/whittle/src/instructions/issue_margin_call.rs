//! Tells an account that it is in margin call. Nothing is decided by the stamp: whether an order may
//! add risk depends on equity and call level at its fill. The stamp dates the call, for the owner and
//! for whoever watches.

use super::remaining;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{MarginCallEnded, MarginCallIssued};
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;
use whittle_risk::health::{assess, call_level, Doubt, Health, State};
use whittle_risk::liquidation::Policy;

/// Anyone may call. Banks and markets of the account follow (see [`remaining::snapshot`]).
#[derive(Accounts)]
pub struct IssueMarginCall<'info> {
    /// The rules.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
}

/// M <= E < C, and not called before.
fn validate(account: &MarginAccount, state: State) -> Outcome<()> {
    match state {
        State::MarginCall => require_that(
            account.margin_called_at == 0,
            WhittleError::MarginCalledAlready,
        ),
        State::Healthy | State::Bankrupt => Err(WhittleError::NotInMarginCall),
        State::Liquidatable | State::Emergency | State::Insolvent => {
            Err(WhittleError::UnderMaintenance)
        }
    }
}

/// Ends the margin call of an account whose equity covers the call level of its present requirement.
#[inline(always)] // Most accounts are in no margin call.
pub(super) fn end(
    account: &mut MarginAccount,
    key: Pubkey,
    health: &Health,
    policy: &Policy,
) -> Outcome<()> {
    if account.margin_called_at == 0 {
        return Ok(());
    }
    if health.equity >= health.with_buffer(policy.thresholds.call_buffer)? {
        end_issued(account, key);
    }
    Ok(())
}

#[inline(never)]
fn end_issued(account: &mut MarginAccount, key: Pubkey) {
    let issued_at = account.margin_called_at;
    account.margin_called_at = 0;
    emit!(MarginCallEnded {
        account: key,
        issued_at,
    });
}

pub(crate) fn handle<'info>(ctx: Context<'info, IssueMarginCall<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let policy = exchange.policy();
    let mut account = ctx.accounts.account.load_mut()?;
    account.count_interest(&exchange, now)?;
    let key = ctx.accounts.account.key();
    let (snapshot, _) = remaining::snapshot(&account, ctx.remaining_accounts, now)?;
    require_that(
        !snapshot.legs.iter().any(|leg| leg.mark.stale),
        WhittleError::PriceTooOld,
    )?;
    let health = assess(&snapshot.account(), Doubt::Plain).map_err(WhittleError::from)?;
    let call = call_level(&snapshot.account(), &policy.thresholds).map_err(WhittleError::from)?;
    if account.margin_called_at != 0 && health.equity >= call {
        end_issued(&mut account, key);
        return Ok(());
    }
    let state = health
        .state_with_call(&policy.thresholds, call, !snapshot.legs.is_empty())
        .map_err(WhittleError::from)?;
    validate(&account, state)?;

    account.margin_called_at = now;
    account.invariant()?;
    emit!(MarginCallIssued {
        account: key,
        equity_usd_atoms: health.equity.0,
        maintenance_usd_atoms: health.maintenance.0,
        call_usd_atoms: call.0,
        at: now,
    });
    Ok(())
}
