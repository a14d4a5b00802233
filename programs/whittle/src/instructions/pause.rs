//! Stops one kind of activity for a while, and starts it again. A pause ends by itself.
//!
//! Never paused: deposits of the quote token, reductions, price updates, flags, settlements, and the
//! liquidation of accounts under the emergency ratio.

use crate::event::{Paused, Unpaused};
use crate::state::Exchange;
use anchor_lang::prelude::*;

/// The guardian or the authority, for both.
#[derive(Accounts)]
pub struct SetPause<'info> {
    /// The guardian or the authority.
    pub guardian: Signer<'info>,
    /// The exchange.
    #[account(mut)]
    pub exchange: AccountLoader<'info, Exchange>,
}

pub(crate) fn begin(ctx: Context<SetPause>, kind: u8, secs: u32) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut exchange = ctx.accounts.exchange.load_mut()?;
    exchange.require_guardian(ctx.accounts.guardian.key)?;

    let pause = exchange.pause(kind, secs, now)?;
    emit!(Paused {
        by: ctx.accounts.guardian.key(),
        kind,
        until: pause.until,
        cooldown_until: pause.cooldown_until,
    });
    Ok(())
}

pub(crate) fn end(ctx: Context<SetPause>, kind: u8) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut exchange = ctx.accounts.exchange.load_mut()?;
    exchange.require_guardian(ctx.accounts.guardian.key)?;

    exchange.unpause(kind, now)?;
    emit!(Unpaused {
        by: ctx.accounts.guardian.key(),
        kind,
    });
    Ok(())
}
