//! Who gives the pool cash and takes it back; what markets and the pool owe each other.

use anchor_lang::prelude::*;

/// A liquidity provider asked to deposit or withdraw.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiquidityRequested {
    /// Who.
    pub owner: Pubkey,
    /// 1 deposit, 2 withdraw.
    pub kind: u8,
    /// Quote atoms or share atoms.
    pub amount_atoms: u64,
    /// Least in return.
    pub min_out_atoms: u64,
    /// Unix seconds.
    pub requested_at: i64,
}

/// A liquidity request was filled.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiquidityFilled {
    /// Who asked.
    pub owner: Pubkey,
    /// 1 deposit, 2 withdraw.
    pub kind: u8,
    /// Quote atoms or share atoms given.
    pub amount_atoms: u64,
    /// Share atoms or quote atoms received.
    pub out_atoms: u64,
    /// Net asset value for those who leave, USD atoms.
    pub lower_value_usd_atoms: i64,
    /// Net asset value for those who enter, USD atoms.
    pub higher_value_usd_atoms: i64,
    /// Shares before.
    pub supply_atoms: u64,
}

/// A liquidity request expired and was returned.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiquidityRefunded {
    /// Who asked.
    pub owner: Pubkey,
    /// 1 deposit, 2 withdraw.
    pub kind: u8,
    /// What was returned.
    pub amount_atoms: u64,
}

/// Cash moved between the pool, the insurance fund and a market's lines.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketSettled {
    /// The market's number.
    pub market: u16,
    /// Claims that were funded, USD atoms.
    pub claims_funded_usd_atoms: i64,
    /// The pool line afterwards.
    pub pool_line_usd_atoms: i64,
    /// The insurance line afterwards.
    pub insurance_line_usd_atoms: i64,
    /// Cash of the pool afterwards.
    pub pool_cash_usd_atoms: i64,
    /// Cash of the insurance fund afterwards.
    pub insurance_cash_usd_atoms: i64,
}

/// Funding, claims and deficits of an account were settled.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSettled {
    /// The account.
    pub account: Pubkey,
    /// Its cash afterwards, USD atoms.
    pub cash_usd_atoms: i64,
    /// Its deficit afterwards, USD atoms.
    pub deficit_usd_atoms: i64,
}
