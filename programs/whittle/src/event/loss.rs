//! Losses that somebody else bears.

use anchor_lang::prelude::*;

/// The whole pool was seen unable to pay what it owes.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortfallSeen {
    /// When it was first seen, Unix seconds.
    pub since: i64,
    /// The least that has been missing since, USD atoms.
    pub missing_usd_atoms: i64,
}

/// The pool was seen able to pay again.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortfallEnded {
    /// Unix seconds.
    pub at: i64,
}

/// The unrealised profit of a side was cut, because the pool cannot pay it.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfitsCut {
    /// Number of the market.
    pub market: u16,
    /// 1 longs, -1 shorts.
    pub side: i8,
    /// What all positions of the side together lost, USD atoms.
    pub cut_usd_atoms: i64,
}

/// The loss of a bankrupt account was borne by others.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankruptcyResolved {
    /// The account.
    pub account: Pubkey,
    /// Number of the market of the loss, which need not be the one in which a deficit was booked.
    pub market: u16,
    /// Who gained: 1 longs, -1 shorts, 0 when the loss came from no position.
    pub side: i8,
    /// The loss, USD atoms.
    pub loss_usd_atoms: i64,
    /// From the insurance fund.
    pub insurance_usd_atoms: i64,
    /// From the pool for good.
    pub pool_usd_atoms: i64,
    /// From the side, advanced by the pool.
    pub side_usd_atoms: i64,
    /// What the side's index will bring in; the pool bears the fraction between the two.
    pub side_bears_usd_atoms: i64,
    /// What of the pool's part and advance came from the market's line.
    pub from_line_usd_atoms: i64,
    /// Not borne yet.
    pub left_usd_atoms: i64,
    /// Interest that was counted and is not owed any more, beside the loss.
    pub interest_waived_usd_atoms: i64,
}

/// The profitable positions of a side began to be reduced.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleverageStarted {
    /// Number of the market.
    pub market: u16,
    /// 1 longs, -1 shorts.
    pub side: i8,
    /// Share by which each is reduced.
    pub share_q32: u64,
    /// Unrealised profit of the side, USD atoms.
    pub profit_usd_atoms: i64,
    /// When it ends at the latest, Unix seconds.
    pub ends_at: i64,
}

/// A profitable position was reduced.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleveraged {
    /// The account.
    pub account: Pubkey,
    /// Number of the market.
    pub market: u16,
    /// Lots closed.
    pub closed_lots: u64,
    /// Lots left, signed.
    pub lots_after: i64,
    /// The price, Q32.
    pub price_q32: u64,
    /// Profit realised, USD atoms.
    pub profit_usd_atoms: i64,
}

/// The bound on what the pool owes a side holds again.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleverageEnded {
    /// Number of the market.
    pub market: u16,
}

/// Interest on an overdraft was charged.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterestCharged {
    /// The account.
    pub account: Pubkey,
    /// What it paid, USD atoms.
    pub interest_usd_atoms: i64,
    /// Its cash afterwards, USD atoms.
    pub cash_usd_atoms: i64,
    /// Overdrafts that the pool has counted, afterwards, USD atoms.
    pub pool_overdrafts_usd_atoms: i64,
}

/// Collateral was bought from an account with an overdraft.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollateralConverted {
    /// The account.
    pub account: Pubkey,
    /// Who bought.
    pub buyer: Pubkey,
    /// The bank's number.
    pub bank: u16,
    /// Token atoms.
    pub amount_atoms: u64,
    /// Paid into the account's cash, USD atoms; zero for what counts for nothing.
    pub paid_usd_atoms: i64,
    /// The price before the discount, Q32: the cached one, or the one of settlement.
    pub price_q32: u64,
    /// The discount, Q32.
    pub discount_q32: u64,
    /// Cash afterwards, USD atoms.
    pub cash_usd_atoms: i64,
    /// Equity before, USD atoms.
    pub equity_before_usd_atoms: i64,
    /// Equity afterwards, USD atoms.
    pub equity_after_usd_atoms: i64,
    /// Maintenance requirement, USD atoms.
    pub maintenance_usd_atoms: i64,
}
