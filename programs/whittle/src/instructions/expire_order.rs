//! Removes an order that expired, so that its place and its account can be used again.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::OrderRemoved;
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;

/// Anyone may remove.
#[derive(Accounts)]
pub struct ExpireOrder<'info> {
    /// The rate of interest.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
}

fn validate(account: &MarginAccount, place: u8, now: i64) -> Outcome<()> {
    let order = account
        .orders
        .get(usize::from(place))
        .filter(|order| order.lots != 0)
        .ok_or(WhittleError::NoOrder)?;
    require_that(!order.is_live(now), WhittleError::OrderNotExpired)
}

/// Removes the order in a place that was checked, and returns what was set aside to cash.
pub(super) fn remove(account: &mut MarginAccount, key: Pubkey, place: u8) -> Outcome<()> {
    let escrow = account.take_order(usize::from(place)).escrow();
    account.credit(escrow)?;
    emit!(OrderRemoved {
        account: key,
        place,
        returned_usd_atoms: escrow.0,
    });
    Ok(())
}

pub(crate) fn handle(ctx: Context<ExpireOrder>, place: u8) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut account = ctx.accounts.account.load_mut()?;
    account.count_interest(&*ctx.accounts.exchange.load()?, now)?;
    validate(&account, place, now)?;
    remove(&mut account, ctx.accounts.account.key(), place)?;
    account.invariant()?;
    Ok(())
}
