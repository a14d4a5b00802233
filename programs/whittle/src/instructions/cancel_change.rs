//! Takes back a proposal, at any time before it is applied.

use crate::error::WhittleError;
use crate::event::ChangeCancelled;
use crate::state::{Exchange, Proposal};
use anchor_lang::prelude::*;

/// The proposer may have been another authority; the rent is his.
#[derive(Accounts)]
pub struct CancelChange<'info> {
    /// The exchange's authority.
    pub authority: Signer<'info>,
    /// The exchange.
    #[account(has_one = authority @ WhittleError::NotAuthority)]
    pub exchange: AccountLoader<'info, Exchange>,
    /// The proposal.
    #[account(mut, has_one = proposer @ WhittleError::WrongReceiver, close = proposer)]
    pub proposal: AccountLoader<'info, Proposal>,
    /// Gets the rent.
    /// CHECK: the proposal names it.
    #[account(mut)]
    pub proposer: UncheckedAccount<'info>,
}

pub(crate) fn handle(ctx: Context<CancelChange>) -> Result<()> {
    // `close` clears the account when the handler returns.
    emit!(ChangeCancelled {
        proposal: ctx.accounts.proposal.key(),
        nonce: ctx.accounts.proposal.load()?.nonce,
    });
    Ok(())
}
