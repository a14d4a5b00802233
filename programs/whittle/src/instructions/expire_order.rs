//! Removes an order that expired, so that its place and its account can be used again.

use crate::error::{require_that, WhittleError};
use crate::event::OrderRemoved;
use crate::state::{Exchange, MarginAccount, Order};
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

pub(crate) fn handle(ctx: Context<ExpireOrder>, place: u8) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut account = ctx.accounts.account.load_mut()?;
    account.count_interest(&*ctx.accounts.exchange.load()?, now)?;
    let order = account
        .orders
        .get_mut(usize::from(place))
        .filter(|order| order.lots != 0)
        .ok_or(WhittleError::NoOrder)?;
    require_that(now > order.expires_at, WhittleError::OrderNotExpired)?;
    *order = Order::default();
    emit!(OrderRemoved {
        account: ctx.accounts.account.key(),
        place,
    });
    Ok(())
}
