//! The program's `Assessment` by the names of its fields.

use crate::problem::Answer;
use serde_json::{json, Value};
use whittle::instructions::Assessment;
use whittle::state::MarginAccount;
use whittle_client::Mirror;

/// What `assess_account` returns, integers as text.
pub(crate) fn assessment(mirror: &Mirror, account: &MarginAccount, now: i64) -> Answer<Value> {
    let Assessment {
        equity_usd_atoms,
        maintenance_usd_atoms,
        target_usd_atoms,
        call_usd_atoms,
        state,
        fresh,
        initial_equity_usd_atoms,
        initial_usd_atoms,
        excess_usd_atoms,
        refusal,
        kind,
        closed_lots,
        cost_usd_atoms,
        bonus_usd_atoms,
    } = mirror.assess(account, now)?;
    Ok(json!({
        "equityUsdAtoms": equity_usd_atoms.to_string(),
        "maintenanceUsdAtoms": maintenance_usd_atoms.to_string(),
        "targetUsdAtoms": target_usd_atoms.to_string(),
        "callUsdAtoms": call_usd_atoms.to_string(),
        "state": state.to_string(),
        "fresh": fresh,
        "initialEquityUsdAtoms": initial_equity_usd_atoms.to_string(),
        "initialUsdAtoms": initial_usd_atoms.to_string(),
        "excessUsdAtoms": excess_usd_atoms.to_string(),
        "refusal": refusal.to_string(),
        "kind": kind.to_string(),
        "closedLots": closed_lots.map(|lots| lots.to_string()),
        "costUsdAtoms": cost_usd_atoms.to_string(),
        "bonusUsdAtoms": bonus_usd_atoms.to_string(),
    }))
}
