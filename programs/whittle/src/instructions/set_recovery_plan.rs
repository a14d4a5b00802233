//! Sets or clears what the owner wants done before a liquidation has to.

use crate::error::WhittleError;
use crate::event::RecoveryPlanSet;
use crate::state::recovery::RecoveryPlan;
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;

/// Only the owner: a plan pays whoever executes it out of the account, so a delegate who could set
/// one could pay himself.
#[derive(Accounts)]
pub struct SetRecoveryPlan<'info> {
    /// Owns the account.
    pub owner: Signer<'info>,
    /// Bounds the fee.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut, has_one = owner @ WhittleError::NotOwner)]
    pub account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handle(ctx: Context<SetRecoveryPlan>, plan: RecoveryPlan) -> Result<()> {
    plan.validate(&ctx.accounts.exchange.load()?.params)?;
    ctx.accounts.account.load_mut()?.recovery = plan;

    emit!(RecoveryPlanSet {
        account: ctx.accounts.account.key(),
        plan,
    });
    Ok(())
}
