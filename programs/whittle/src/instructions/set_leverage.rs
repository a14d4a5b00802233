//! Sets how much leverage an account may take. Less counts at once, more after a delay: who is about
//! to lose should not find his own limit in the way of one more try.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::LeverageSet;
use crate::state::leverage::CLASS_PROFESSIONAL;
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;
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

pub(crate) fn handle(ctx: Context<SetLeverage>, class: u8, own_initial_q32: u64) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let mut account = ctx.accounts.account.load_mut()?;
    let own_initial = Ratio(own_initial_q32);
    let held = account.leverage.counted(now).class;
    let signer = ctx.accounts.authority.as_ref().map(|it| it.key);
    validate(class, own_initial, held, &exchange.authority, signer)?;

    let delay = exchange.params.leverage.delay_secs;
    account.leverage.set(class, own_initial, delay, now);
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
