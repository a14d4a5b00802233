//! Before a liquidation has to: margin calls, recovery plans, top-ups and orders that wait for a
//! price.

use super::{build, with, Held};
use crate::{address, Mirror, Writable};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::Outcome;
use whittle::state::recovery::RecoveryPlan;
use whittle::{accounts, instruction};

/// Tells an account that it is in margin call, or ends a call whose cause is gone.
pub fn issue_margin_call(mirror: &Mirror, held: Held) -> Outcome<Instruction> {
    let accounts = accounts::IssueMarginCall {
        exchange: address::exchange(),
        account: held.address,
    };
    let rest = mirror.remaining(held.account, Writable::None)?;
    Ok(with(build(accounts, instruction::IssueMarginCall {}), rest))
}

/// Sets what the owner wants done before a liquidation has to; all zero clears it.
pub fn set_recovery_plan(owner: Pubkey, account: Pubkey, plan: RecoveryPlan) -> Instruction {
    let accounts = accounts::SetRecoveryPlan {
        owner,
        exchange: address::exchange(),
        account,
    };
    build(accounts, instruction::SetRecoveryPlan { plan })
}

/// Carries out the plan; the fee goes to the margin account `keeper_account` and is at least
/// `min_fee_usd_atoms`.
///
/// [`Writable::Only`] with [`Mirror::closed_markets`] of [`Mirror::recover`] leaves the other markets
/// free for transactions beside this one.
pub fn execute_recovery(
    mirror: &Mirror,
    held: Held,
    keeper_account: Pubkey,
    min_fee_usd_atoms: i64,
    writable: Writable,
) -> Outcome<Instruction> {
    let accounts = accounts::ExecuteRecovery {
        exchange: address::exchange(),
        account: held.address,
        keeper_account,
    };
    let rest = mirror.remaining(held.account, writable)?;
    let data = instruction::ExecuteRecovery { min_fee_usd_atoms };
    Ok(with(build(accounts, data), rest))
}

/// Marks an account as the reserve of its owner's other accounts, or takes the mark away.
pub fn set_reserve(owner: Pubkey, account: Pubkey, is_reserve: bool) -> Instruction {
    let accounts = accounts::SetReserve { owner, account };
    build(accounts, instruction::SetReserve { is_reserve })
}

/// Moves at most `most_usd_atoms` from the reserve to an account under its trigger; `i64::MAX` moves
/// what it lacks.
pub fn top_up(
    mirror: &Mirror,
    held: Held,
    reserve: Pubkey,
    most_usd_atoms: i64,
) -> Outcome<Instruction> {
    let accounts = accounts::TopUp {
        exchange: address::exchange(),
        account: held.address,
        reserve,
    };
    let rest = mirror.remaining(held.account, Writable::None)?;
    let data = instruction::TopUp { most_usd_atoms };
    Ok(with(build(accounts, data), rest))
}

/// Lets an order in `market` be filled whose trigger price was reached.
pub fn trigger_order(account: Pubkey, market: u16, place: u8) -> Instruction {
    let accounts = accounts::TriggerOrder {
        exchange: address::exchange(),
        account,
        market: address::market(market),
        insurance_fund: address::insurance(),
    };
    build(accounts, instruction::TriggerOrder { place })
}

/// Removes an order that waits for its trigger price. Owner or delegate signs.
pub fn cancel_stop(authority: Pubkey, account: Pubkey, place: u8) -> Instruction {
    let accounts = accounts::CancelStop {
        exchange: address::exchange(),
        account,
        authority,
    };
    build(accounts, instruction::CancelStop { place })
}
