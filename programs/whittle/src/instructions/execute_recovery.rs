//! Carries out an owner's recovery plan: reduces the account at his trigger, to his target, for his
//! fee, before a liquidation has to.
//!
//! Writes the account, the keeper's margin account and the markets it closes in, as a liquidation
//! does.

use super::liquidate_partial::{apply, legs, receipt};
use super::{mapped, recovered, remaining};
use crate::error::{require_that, WhittleError};
use crate::event::{Closing, RecoveryExecuted};
use crate::profile::part;
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;
use whittle_risk::liquidation;
use whittle_risk::Usd;

/// Banks and markets of the account follow (see [`remaining::snapshot`]); those markets that the
/// plan closes in must be writable.
///
/// No signer is needed: the owner has agreed to the price, and the fee goes to whatever account the
/// caller names.
#[derive(Accounts)]
pub struct ExecuteRecovery<'info> {
    /// The rules.
    /// CHECK: [`mapped::load`] checks owner and type, here and below.
    pub exchange: UncheckedAccount<'info>,
    /// The account with the plan.
    /// CHECK: as `exchange`.
    #[account(mut)]
    pub account: UncheckedAccount<'info>,
    /// Gets the fee.
    /// CHECK: as `exchange`.
    #[account(mut)]
    pub keeper_account: UncheckedAccount<'info>,
}

pub(crate) fn handle<'info>(
    ctx: Context<'info, ExecuteRecovery<'info>>,
    min_fee_usd_atoms: i64,
) -> Result<()> {
    part("rules and account");
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let accounts: &ExecuteRecovery = ctx.accounts;
    let (key, keeper) = (accounts.account.key, accounts.keeper_account.key);
    require_that(!mapped::same_key(key, keeper), WhittleError::SameAccount)?;
    let exchange = mapped::load::<Exchange>(&accounts.exchange, "exchange")?;
    let policy = exchange.policy();
    let interest_index = exchange.interest_index(now);
    let mut account = mapped::load_mut::<MarginAccount>(&accounts.account, "account")?;
    account.count_interest_to(interest_index)?;
    let recovery = account.recovery.recovery(&policy)?;
    part("snapshot");
    let (mut snapshot, markets) = remaining::snapshot(&account, ctx.remaining_accounts, now)?;
    part("plan");
    let inputs = snapshot.inputs(&account, &policy, now, Usd(min_fee_usd_atoms));
    let plan = liquidation::recover(&inputs, &recovery).map_err(WhittleError::from)?;

    part("legs of the event");
    let mut closing = Closing::new(key, keeper);
    legs(&mut closing, &account, &snapshot, &plan);
    part("closing");
    let closes = plan.closes.iter().zip(&snapshot.slots).zip(markets);
    for ((close, slot), info) in closes.filter(|((close, _), _)| close.lots > 0) {
        let mut market = remaining::write_market(info)?;
        market.require_open_to_plans(now)?;
        apply(&mut account, &mut market, usize::from(*slot), close)?;
        market.invariant()?;
    }
    part("receipt, fee, margin call");
    account.receipt = receipt(&plan, &closing, &clock);
    let mut keeper_account =
        mapped::load_mut::<MarginAccount>(&accounts.keeper_account, "keeper_account")?;
    keeper_account.count_interest_to(interest_index)?;
    keeper_account.credit(plan.bonus)?;
    account.invariant()?;
    snapshot.reduce(&plan.closes)?;
    recovered::note(
        &mut account,
        *key,
        &plan.after,
        &snapshot.account(),
        &policy,
    )?;
    part("event");
    closing.log::<RecoveryExecuted>(&account.receipt);
    part("the way out");
    Ok(())
}
