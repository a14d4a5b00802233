//! Hands the exchange to another authority in two steps, so that it cannot go to a key that nobody
//! holds.

use crate::error::{require_that, WhittleError};
use crate::event::{AuthorityOffered, AuthorityTransferred};
use crate::state::Exchange;
use anchor_lang::prelude::*;

/// The first step.
#[derive(Accounts)]
pub struct TransferAuthority<'info> {
    /// The exchange's authority.
    pub authority: Signer<'info>,
    /// The exchange.
    #[account(mut, has_one = authority @ WhittleError::NotAuthority)]
    pub exchange: AccountLoader<'info, Exchange>,
}

/// The second step.
#[derive(Accounts)]
pub struct AcceptAuthority<'info> {
    /// To whom the authority was offered.
    pub next_authority: Signer<'info>,
    /// The exchange.
    #[account(mut)]
    pub exchange: AccountLoader<'info, Exchange>,
}

pub(crate) fn offer(ctx: Context<TransferAuthority>, next_authority: Pubkey) -> Result<()> {
    // Any key will do: nothing changes until it signs, and the default key takes an offer back.
    ctx.accounts.exchange.load_mut()?.next_authority = next_authority;

    emit!(AuthorityOffered {
        authority: ctx.accounts.authority.key(),
        next_authority,
    });
    Ok(())
}

pub(crate) fn accept(ctx: Context<AcceptAuthority>) -> Result<()> {
    let mut exchange = ctx.accounts.exchange.load_mut()?;
    let authority = ctx.accounts.next_authority.key();
    // Without an offer the field holds the default key, which cannot sign.
    require_that(
        exchange.next_authority == authority,
        WhittleError::NotNextAuthority,
    )?;

    let before = exchange.authority;
    exchange.authority = authority;
    exchange.next_authority = Pubkey::default();
    emit!(AuthorityTransferred { before, authority });
    Ok(())
}
