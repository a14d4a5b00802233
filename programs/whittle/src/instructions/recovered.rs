//! What every instruction does that finds an account better off: its flag goes once E >= T, its
//! margin call once E >= C.

use super::issue_margin_call;
use crate::error::Outcome;
use crate::event::AccountUnflagged;
use crate::state::MarginAccount;
use anchor_lang::prelude::*;
use whittle_risk::health::Health;
use whittle_risk::liquidation::Policy;

/// Clears what `health`, the account's health by now, has cured, and logs it.
pub(super) fn note(
    account: &mut MarginAccount,
    key: Pubkey,
    health: &Health,
    policy: &Policy,
) -> Outcome<()> {
    if account.clear_flag_if_recovered(health, policy)? {
        emit!(AccountUnflagged {
            account: key,
            equity_usd_atoms: health.equity.0,
            maintenance_usd_atoms: health.maintenance.0,
        });
    }
    issue_margin_call::end(account, key, health, policy)
}
