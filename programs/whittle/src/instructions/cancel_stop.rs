//! Takes back an order that waits for its trigger. It is no option on a known price, because it
//! cannot be filled before it is triggered, and once it is triggered it cannot be taken back.

use super::expire_order;
use super::trigger_order::waiting_at;
use crate::error::{require_that, WhittleError};
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;

/// Owner or delegate cancels, as they place.
#[derive(Accounts)]
pub struct CancelStop<'info> {
    /// The rate of interest.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// Owner or delegate of the account.
    pub authority: Signer<'info>,
}

pub(crate) fn handle(ctx: Context<CancelStop>, place: u8) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut account = ctx.accounts.account.load_mut()?;
    account.count_interest(&*ctx.accounts.exchange.load()?, now)?;
    let signer = ctx.accounts.authority.key;
    // An unset delegate is the default key, which cannot sign.
    require_that(
        *signer == account.owner || *signer == account.delegate,
        WhittleError::NotOwnerOrDelegate,
    )?;
    waiting_at(&mut account, place)?;
    expire_order::remove(&mut account, ctx.accounts.account.key(), place)?;
    account.invariant()?;
    Ok(())
}
