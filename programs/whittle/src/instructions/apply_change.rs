//! Applies a change whose time has come. Anyone may: what was announced must not depend on whether
//! the authority still likes it, who can cancel instead.

use super::changes;
use crate::error::WhittleError;
use crate::event::ChangeApplied;
use crate::state::{Exchange, Proposal};
use anchor_lang::prelude::*;

/// What the change needs follows: all markets in the order of their numbers for the exchange's rules;
/// the market, bank, pool or insurance fund, writable, for theirs; behind a market its new oracle
/// account when that changes; nothing for the rest.
#[derive(Accounts)]
pub struct ApplyChange<'info> {
    /// The exchange.
    #[account(mut)]
    pub exchange: AccountLoader<'info, Exchange>,
    /// The proposal.
    #[account(mut, has_one = proposer @ WhittleError::WrongReceiver, close = proposer)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// Gets the rent.
    /// CHECK: the proposal names it.
    #[account(mut)]
    pub proposer: UncheckedAccount<'info>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, ApplyChange<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let (change, nonce, kind, queued_at) = {
        let proposal = ctx.accounts.proposal.load()?;
        proposal.require_due(now)?;
        (
            proposal.change()?,
            proposal.nonce,
            proposal.kind(),
            proposal.queued_at,
        )
    };
    change.validate()?;

    let mut exchange = ctx.accounts.exchange.load_mut()?;
    changes::apply(
        change,
        &mut exchange,
        ctx.remaining_accounts,
        queued_at,
        now,
    )?;

    // `close` clears the proposal when the handler returns.
    emit!(ChangeApplied {
        proposal: ctx.accounts.proposal.key(),
        nonce,
        kind,
    });
    Ok(())
}
