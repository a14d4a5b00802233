//! Queues a change of parameters. Everybody can read it until its time comes.

use crate::error::WhittleError;
use crate::event::ChangeProposed;
use crate::seeds;
use crate::state::proposal::{Change, APPLY_WINDOW_SECS};
use crate::state::{Exchange, Proposal};
use anchor_lang::prelude::*;

/// The proposal's address is made of its number.
#[derive(Accounts)]
pub struct ProposeChange<'info> {
    /// The exchange's authority; pays, and gets the rent back.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The exchange, which counts proposals.
    #[account(mut, has_one = authority @ WhittleError::NotAuthority)]
    pub exchange: AccountLoader<'info, Exchange>,
    /// The proposal.
    #[account(
        init,
        payer = authority,
        space = Proposal::SIZE,
        seeds = [seeds::PROPOSAL, exchange.load()?.next_proposal.to_le_bytes().as_ref()],
        bump
    )]
    pub proposal: AccountLoader<'info, Proposal>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handle(ctx: Context<ProposeChange>, change: Change) -> Result<()> {
    change.validate()?;

    let now = Clock::get()?.unix_timestamp;
    let mut exchange = ctx.accounts.exchange.load_mut()?;
    let mut proposal = ctx.accounts.proposal.load_init()?;
    let timelock = i64::from(exchange.params.governance.timelock_secs);
    proposal.proposer = ctx.accounts.authority.key();
    proposal.nonce = exchange.next_proposal;
    proposal.queued_at = now;
    proposal.eta = now.saturating_add(timelock);
    proposal.expires = proposal.eta.saturating_add(APPLY_WINDOW_SECS);
    proposal.set_change(&change)?;
    proposal.bump = ctx.bumps.proposal;
    exchange.next_proposal = proposal
        .nonce
        .checked_add(1)
        .ok_or(WhittleError::MathOverflow)?;

    emit!(ChangeProposed {
        proposal: ctx.accounts.proposal.key(),
        nonce: proposal.nonce,
        proposer: proposal.proposer,
        eta: proposal.eta,
        expires: proposal.expires,
        change: proposal.encoded().to_vec(),
    });
    Ok(())
}
