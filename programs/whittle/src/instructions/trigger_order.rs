//! Turns an order that waits for a price into one that waits to be filled, once the market's price has
//! reached its trigger. It is then like an order that was placed at this moment: the first update
//! published after the delay fills it, and nobody knows that one yet.

use super::remaining;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::OrderTriggered;
use crate::snapshot::require_firm;
use crate::state::{Exchange, MarginAccount, Market, Order};
use anchor_lang::prelude::*;
use whittle_risk::Price;

/// Anyone may trigger.
#[derive(Accounts)]
pub struct TriggerOrder<'info> {
    /// The life of an order.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The order's market, with a price that is neither stale nor uncertain.
    pub market: AccountLoader<'info, Market>,
    /// The insurance fund: an order that may add risk goes on waiting while new risk waits.
    /// CHECK: `remaining::read_fund` checks owner and type, where something may open.
    pub insurance_fund: UncheckedAccount<'info>,
}

/// The order in a place, which must wait for its trigger.
pub(super) fn waiting_at(account: &mut MarginAccount, place: u8) -> Outcome<&mut Order> {
    let order = account
        .orders
        .get_mut(usize::from(place))
        .filter(|order| order.lots != 0)
        .ok_or(WhittleError::NoOrder)?;
    require_that(order.is_waiting(), WhittleError::NotWaiting)?;
    Ok(order)
}

fn validate(order: &Order, market: &Market, exchange: &Exchange, now: i64) -> Outcome<()> {
    require_that(order.market == market.index, WhittleError::MarketMismatch)?;
    require_that(now <= order.expires_at, WhittleError::OrderExpired)?;
    // As for a reduction: whether it may open anything is asked when it is filled.
    market.admit(exchange, false, now)?;
    require_that(market.price.price_q32 != 0, WhittleError::NoPrice)?;
    let mark = market.mark(now);
    require_firm(&mark)?;
    require_that(
        order.is_reached(Price(market.price.price_q32)),
        WhittleError::TriggerNotReached,
    )
}

pub(crate) fn handle(ctx: Context<TriggerOrder>, place: u8) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let life = i64::from(exchange.params.order_life_secs);
    let market = ctx.accounts.market.load()?;
    let mut account = ctx.accounts.account.load_mut()?;
    let order = waiting_at(&mut account, place)?;
    validate(order, &market, &exchange, now)?;
    if !order.reduces_only() {
        remaining::require_undrawn(&ctx.accounts.insurance_fund, &exchange, now)?;
    }

    let trigger_q32 = order.trigger_q32;
    // The clock lags behind the oracle: a price that is cached is known already.
    order.trigger(now.max(market.price.publish_time), now.saturating_add(life));
    let order = *order;
    account.invariant()?;
    emit!(OrderTriggered {
        account: ctx.accounts.account.key(),
        place,
        market: order.market,
        trigger_q32,
        price_q32: market.price.price_q32,
        publish_time: market.price.publish_time,
        placed_at: order.placed_at,
        expires_at: order.expires_at,
    });
    Ok(())
}
