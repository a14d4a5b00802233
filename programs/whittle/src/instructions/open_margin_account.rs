//! Opens a margin account.

use crate::event::MarginAccountOpened;
use crate::seeds;
use crate::state::MarginAccount;
use anchor_lang::prelude::*;
use whittle_risk::liquidation::Episode;

/// The owner signs, so nobody can fill an owner's numbers with accounts he did not ask for.
#[derive(Accounts)]
#[instruction(sub_id: u16)]
pub struct OpenMarginAccount<'info> {
    /// Owns the account; pays, and gets the rent back when it is closed.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The account.
    #[account(
        init,
        payer = owner,
        space = MarginAccount::SIZE,
        seeds = [seeds::MARGIN, owner.key().as_ref(), sub_id.to_le_bytes().as_ref()],
        bump
    )]
    pub account: AccountLoader<'info, MarginAccount>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

pub(crate) fn handle(ctx: Context<OpenMarginAccount>, sub_id: u16) -> Result<()> {
    let owner = ctx.accounts.owner.key();
    let mut account = ctx.accounts.account.load_init()?;
    account.owner = owner;
    account.sub_id = sub_id;
    account.bump = ctx.bumps.account;
    account.set_episode(Episode::NONE);

    account.invariant()?;
    emit!(MarginAccountOpened {
        account: ctx.accounts.account.key(),
        owner,
        sub_id,
    });
    Ok(())
}
