//! What every instruction does that finds an account better off: what it lost under zero is forgotten once
//! E >= 0, what its flag saw counts no more once E >= M, the flag goes once E >= T, its margin call once
//! E >= C.

use super::issue_margin_call;
use crate::error::Outcome;
use crate::event::AccountUnflagged;
use crate::state::MarginAccount;
use anchor_lang::prelude::*;
use whittle_risk::health::{Account, Health};
use whittle_risk::liquidation::Policy;

/// Clears what `health`, the account's health by now and by the legs of `assessed`, has cured, and logs
/// it. Tells whether anything was.
pub(super) fn note(
    account: &mut MarginAccount,
    key: Pubkey,
    health: &Health,
    assessed: &Account,
    policy: &Policy,
) -> Outcome<bool> {
    let forgets = health.equity.0 >= 0 && account.forget_losses();
    let cleared = account.clear_flag_if_recovered(health, policy)?;
    if cleared {
        emit!(AccountUnflagged {
            account: key,
            equity_usd_atoms: health.equity.0,
            maintenance_usd_atoms: health.maintenance.0,
        });
    }
    let unseen = account.unsee_if_healthy(health);
    let ended = issue_margin_call::end(account, key, health.equity, assessed, policy)?;
    Ok(forgets || cleared || unseen || ended)
}
