//! Sets how much leverage an account may take. Less counts at once, more after a delay: who is about
//! to lose should not find his own limit in the way of one more try.
//!
//! While an order that may add risk waits to be filled, less leverage waits too: it would kill the
//! order at a price that its owner may know by then (ADR 7).

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::LeverageSet;
use crate::state::leverage::{Leverage, CLASS_PROFESSIONAL};
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;
use whittle_risk::health::Thresholds;
use whittle_risk::Ratio;

/// The owner, never a delegate.
#[derive(Accounts)]
pub struct SetLeverage<'info> {
    /// Owns the account.
    pub owner: Signer<'info>,
    /// Names the delay and the authority.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut, has_one = owner @ WhittleError::NotOwner)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The exchange's authority, where a professional class is asked for.
    pub authority: Option<Signer<'info>>,
}

/// An account that is professional already stays so without asking again.
fn validate(
    class: u8,
    own_initial: Ratio,
    held: u8,
    authority: &Pubkey,
    signer: Option<&Pubkey>,
) -> Outcome<()> {
    require_that(
        class <= CLASS_PROFESSIONAL && own_initial <= Ratio::ONE,
        WhittleError::BadLeverage,
    )?;
    require_that(
        class < CLASS_PROFESSIONAL || held == CLASS_PROFESSIONAL || signer == Some(authority),
        WhittleError::AuthorityMustSign,
    )
}

/// Refuses to raise the rate that a live order meets. An order that waits for its trigger meets the
/// next update, which nobody knows, and may be taken back anyway.
fn validate_orders(
    account: &MarginAccount,
    before: &Leverage,
    rules: &Thresholds,
    now: i64,
) -> Outcome<()> {
    let leverage = &account.leverage;
    let met = account.opening_orders(now).find(|order| {
        !order.is_waiting() && leverage.raises_over(before, rules, now, order.expires_at)
    });
    let Some(order) = met else {
        return Ok(());
    };
    msg!("An order waits until {} at the latest", order.expires_at);
    Err(WhittleError::OrderWaits)
}

pub(crate) fn handle(ctx: Context<SetLeverage>, class: u8, own_initial_q32: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let mut account = ctx.accounts.account.load_mut()?;
    let own_initial = Ratio(own_initial_q32);
    let before = account.leverage;
    let held = before.counted(now).class;
    let signer = ctx.accounts.authority.as_ref().map(|it| it.key);
    validate(class, own_initial, held, &exchange.authority, signer)?;

    let delay = exchange.params.leverage.delay_secs;
    account.leverage.set(class, own_initial, delay, now);
    validate_orders(&account, &before, &exchange.policy().thresholds, now)?;
    account.invariant()?;
    emit!(LeverageSet {
        account: ctx.accounts.account.key(),
        class: account.leverage.class,
        own_initial_q32: account.leverage.own_initial_q32,
        next_class: account.leverage.next_class,
        next_own_initial_q32: account.leverage.next_own_initial_q32,
        changes_at: account.leverage.changes_at,
    });
    Ok(())
}
