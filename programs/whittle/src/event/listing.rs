//! What the authority creates.

use anchor_lang::prelude::*;

/// The exchange was created.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeInitialized {
    /// The exchange.
    pub exchange: Pubkey,
    /// Its authority.
    pub authority: Pubkey,
}

/// A collateral token was listed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankListed {
    /// The bank.
    pub bank: Pubkey,
    /// Its number.
    pub index: u16,
    /// The token.
    pub mint: Pubkey,
}

/// A market was listed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketListed {
    /// The market.
    pub market: Pubkey,
    /// Its number.
    pub index: u16,
    /// Its name.
    pub symbol: [u8; 16],
}

/// Pool and insurance fund were created.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolCreated {
    /// The pool.
    pub pool: Pubkey,
    /// Mint of its shares.
    pub share_mint: Pubkey,
}

/// Quote tokens were paid into the insurance fund.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsuranceSeeded {
    /// Who paid.
    pub payer: Pubkey,
    /// How much.
    pub amount_atoms: u64,
    /// Cash of the fund afterwards, USD atoms.
    pub cash_usd_atoms: i64,
}
