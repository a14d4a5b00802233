//! Changes, pauses and ends.

use anchor_lang::prelude::*;

/// A change of parameters was queued.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeProposed {
    /// The proposal.
    pub proposal: Pubkey,
    /// Its number.
    pub nonce: u64,
    /// Who queued it.
    pub proposer: Pubkey,
    /// From when on it may be applied, Unix seconds.
    pub eta: i64,
    /// After this it may not.
    pub expires: i64,
    /// `state::proposal::Change` in Borsh.
    pub change: Vec<u8>,
}

/// A queued change was taken back.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeCancelled {
    /// The proposal, which no longer exists.
    pub proposal: Pubkey,
    /// Its number.
    pub nonce: u64,
}

/// A queued change was applied.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeApplied {
    /// The proposal, which no longer exists.
    pub proposal: Pubkey,
    /// Its number.
    pub nonce: u64,
    /// Which change: the number in `state::proposal::Change`.
    pub kind: u8,
}

/// The authority was offered to another key.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityOffered {
    /// Who offered.
    pub authority: Pubkey,
    /// To whom; the default key takes an offer back.
    pub next_authority: Pubkey,
}

/// The authority went to another key.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityTransferred {
    /// Who was it.
    pub before: Pubkey,
    /// Who is it.
    pub authority: Pubkey,
}

/// Something was paused.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// The guardian or the authority.
    pub by: Pubkey,
    /// 0 new risk, 1 withdrawals, 2 liquidations, 3 liquidity.
    pub kind: u8,
    /// When it ends, Unix seconds.
    pub until: i64,
    /// Before this there is no next one.
    pub cooldown_until: i64,
}

/// A pause was ended before its time.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaused {
    /// The guardian or the authority.
    pub by: Pubkey,
    /// 0 new risk, 1 withdrawals, 2 liquidations, 3 liquidity.
    pub kind: u8,
}

/// A market's guard was tightened.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketGuarded {
    /// The guardian or the authority.
    pub by: Pubkey,
    /// The market's number.
    pub market: u16,
    /// The guard's cap afterwards, USD atoms; -1 for none.
    pub open_interest_cap_usd_atoms: i64,
    /// The guard's multiplier on initial requirements afterwards; zero for none.
    pub initial_q32: u64,
}

/// The guardian lowered the cap on deposits of a token.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankGuarded {
    /// The guardian or the authority.
    pub by: Pubkey,
    /// The bank's number.
    pub bank: u16,
    /// The guardian's cap afterwards, token atoms; zero when deposits are frozen.
    pub deposit_cap_atoms: u64,
}

/// The price of settlement of a market was fixed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementPublished {
    /// The market's number.
    pub market: u16,
    /// Its average over the last hour, or the moving average of a feed that is silent; USD atoms per
    /// lot, Q32.
    pub price_q32: u64,
    /// Seconds that the average covers; zero when the feed is silent.
    pub observed_secs: u32,
    /// Until when funding was accrued, Unix seconds.
    pub at: i64,
}

/// The price of settlement of a bank was fixed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankSettlementPublished {
    /// The bank's number.
    pub bank: u16,
    /// Its average over the last hour, or the last price of a feed that is silent, at most the peg;
    /// USD atoms per token atom, Q32.
    pub price_q32: u64,
    /// Seconds that the average covers; zero when the feed is silent.
    pub observed_secs: u32,
    /// Unix seconds.
    pub at: i64,
}

/// A position in a settled market was closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionSettled {
    /// The account.
    pub account: Pubkey,
    /// The market's number.
    pub market: u16,
    /// Signed size before; there is none afterwards.
    pub lots: i64,
    /// The published price, Q32.
    pub price_q32: u64,
    /// Profit realised, USD atoms.
    pub profit_usd_atoms: i64,
    /// Equity afterwards, USD atoms.
    pub equity_usd_atoms: i64,
}
