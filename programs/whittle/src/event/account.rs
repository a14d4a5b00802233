//! A margin account, its cash and its rules.

use super::LiquidatedLeg;
use crate::state::recovery::RecoveryPlan;
use crate::state::Receipt;
use anchor_lang::prelude::*;

/// A margin account was opened.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarginAccountOpened {
    /// The account.
    pub account: Pubkey,
    /// Its owner.
    pub owner: Pubkey,
    /// Its number among the owner's.
    pub sub_id: u16,
}

/// A margin account was closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarginAccountClosed {
    /// The account.
    pub account: Pubkey,
}

/// The delegate of a margin account changed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegateSet {
    /// The account.
    pub account: Pubkey,
    /// Who may place orders now.
    pub delegate: Pubkey,
}

/// Collateral came in.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposited {
    /// The account.
    pub account: Pubkey,
    /// The bank's number.
    pub bank: u16,
    /// Token atoms.
    pub amount_atoms: u64,
}

/// Collateral left.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// The account.
    pub account: Pubkey,
    /// The bank's number.
    pub bank: u16,
    /// Token atoms.
    pub amount_atoms: u64,
}

/// An owner chose how much leverage an account may take.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeverageSet {
    /// The account.
    pub account: Pubkey,
    /// 0 retail, 1 standard, 2 professional, from now on.
    pub class: u8,
    /// Least initial rate that the owner set, from now on.
    pub own_initial_q32: u64,
    /// The class after the delay.
    pub next_class: u8,
    /// The rate after the delay.
    pub next_own_initial_q32: u64,
    /// When the delay is over, Unix seconds; zero when nothing waits.
    pub changes_at: i64,
}

/// An account was told that it is in margin call.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarginCallIssued {
    /// The account.
    pub account: Pubkey,
    /// Equity, USD atoms.
    pub equity_usd_atoms: i64,
    /// Maintenance requirement, USD atoms.
    pub maintenance_usd_atoms: i64,
    /// The call level that equity must reach, USD atoms.
    pub call_usd_atoms: i64,
    /// Unix seconds.
    pub at: i64,
}

/// An account in margin call was seen at or over the call level.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarginCallEnded {
    /// The account.
    pub account: Pubkey,
    /// When the call had been issued, Unix seconds.
    pub issued_at: i64,
}

/// The recovery plan of an account changed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryPlanSet {
    /// The account.
    pub account: Pubkey,
    /// The plan; all zero when there is none.
    pub plan: RecoveryPlan,
}

/// An owner's recovery plan was executed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryExecuted {
    /// The account.
    pub account: Pubkey,
    /// The margin account that got the fee.
    pub keeper: Pubkey,
    /// What was done and the proof.
    pub receipt: Receipt,
    /// All legs, closed or not, in slot order.
    pub legs: Vec<LiquidatedLeg>,
}

/// An account was marked as its owner's reserve, or no longer is one.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveSet {
    /// The account.
    pub account: Pubkey,
    /// Whether the owner's other accounts may be topped up from it.
    pub is_reserve: bool,
}

/// Cash moved from a reserve to another account of its owner.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToppedUp {
    /// Who got it.
    pub account: Pubkey,
    /// Who gave it.
    pub reserve: Pubkey,
    /// How much, USD atoms.
    pub amount_usd_atoms: i64,
    /// Equity of the account that got it afterwards, USD atoms.
    pub equity_usd_atoms: i64,
    /// Its maintenance requirement, USD atoms.
    pub maintenance_usd_atoms: i64,
}
