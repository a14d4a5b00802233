//! Tells an account that it is in margin call. Nothing is decided by the stamp: whether an order may
//! add risk depends on equity and call level at its fill. The stamp dates the call, for the owner and
//! for whoever watches.
//!
//! Whoever asks for an account that is better off than its flag or its call says ends those instead
//! (see [`recovered`]).

use super::{recovered, remaining};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{MarginCallEnded, MarginCallIssued};
use crate::snapshot::Snapshot;
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;
use whittle_risk::health::{assess, call_level, Account, Doubt, State};
use whittle_risk::liquidation::{Plan, Policy};
use whittle_risk::Usd;

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

/// Ends the margin call of an account whose equity is at least its call level by the legs of
/// `assessed`: the level by which it is issued, so that it does not come and go on a ramp. Tells
/// whether it did.
#[inline(always)] // Most accounts are in no margin call.
pub(super) fn end(
    account: &mut MarginAccount,
    key: Pubkey,
    equity: Usd,
    assessed: &Account,
    policy: &Policy,
) -> Outcome<bool> {
    if account.margin_called_at == 0 {
        return Ok(false);
    }
    let call = call_level(assessed, &policy.thresholds)?;
    let ends = equity >= call;
    if ends {
        end_issued(account, key);
    }
    Ok(ends)
}

/// The same after `plan` was carried out on the legs of `snapshot`.
#[inline(always)]
pub(super) fn end_after(
    account: &mut MarginAccount,
    key: Pubkey,
    plan: &Plan,
    snapshot: &mut Snapshot,
    policy: &Policy,
) -> Outcome<()> {
    if account.margin_called_at == 0 {
        return Ok(());
    }
    snapshot.reduce(&plan.closes)?;
    end(account, key, plan.after.equity, &snapshot.account(), policy)?;
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
    let noted = recovered::note(&mut account, key, &health, &snapshot.account(), &policy)?;
    let state = health
        .state_with_call(&policy.thresholds, call, !snapshot.legs.is_empty())
        .map_err(WhittleError::from)?;
    match validate(&account, state) {
        Err(_) if noted => return Ok(()),
        other => other?,
    }

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
