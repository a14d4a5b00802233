//! One collateral token.

use super::depeg::{Depeg, DepegParams};
use super::raw::{CachedPrice, OracleConfig};
use super::weight::WeightRamp;
use super::wind_down::WindDown;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::price::Mark;
use whittle_risk::Price;

/// Index of the quote token's bank, the first one listed.
pub const QUOTE_BANK: u16 = 0;
/// Decimals of the quote token: its atoms are USD atoms.
pub const QUOTE_DECIMALS: u8 = 6;
/// With more decimals the Q32 price of a token atom has too few digits left.
pub const MAX_DECIMALS: u8 = 12;

/// A collateral token: its vault, its price and what it counts for.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Bank {
    /// The token's mint.
    pub mint: Pubkey,
    /// The token account that holds all of it, at `["vault", mint]`.
    pub vault: Pubkey,
    /// SPL Token or Token-2022.
    pub token_program: Pubkey,
    /// Where the price comes from. Unused for bank 0: its token is the unit of account.
    pub oracle: OracleConfig,
    /// The newest accepted price, USD atoms per token atom.
    pub price: CachedPrice,
    /// Share of its value that counts as equity, once a ramp that leads to it is over.
    pub haircut_weight_q32: u64,
    /// Most that a token atom counts for, Q32; zero for a token without a peg.
    pub peg_q32: u64,
    /// Most that may be deposited, token atoms.
    pub deposit_cap_atoms: u64,
    /// Token atoms that came in less those that left; equals the vault.
    pub deposits_atoms: u64,
    /// Tokens of one issuer share a group.
    pub issuer_group: u16,
    /// Number of this bank; 0 is the quote token.
    pub index: u16,
    /// The token's decimals.
    pub decimals: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the vault.
    pub vault_bump: u8,
    /// 1 while the guardian refuses deposits.
    pub deposits_frozen: u8,
    /// Discount at which it is converted, as a share of its price; at most one less the haircut
    /// weight. Less is given while the weight is over that, see [`Bank::sale_terms`].
    pub conversion_discount_q32: u64,
    /// Terms of the guard of its peg.
    pub depeg_params: DepegParams,
    /// The guard of its peg.
    pub depeg: Depeg,
    /// Its end.
    pub wind_down: WindDown,
    /// From when on deposits are taken, Unix seconds; zero for a bank of the first hour.
    pub opens_at: i64,
    /// When the guardian last tightened, Unix seconds.
    pub guarded_at: i64,
    /// The guardian's cap on deposits, token atoms; zero when he set none.
    pub guard_cap_atoms: u64,
    /// The fall of its weight.
    pub weight_ramp: WeightRamp,
    /// Room.
    pub reserved: [u8; 8],
}

impl Bank {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// The peg, where the token has one.
    pub fn peg(&self) -> Option<Price> {
        (self.peg_q32 != 0).then_some(Price(self.peg_q32))
    }

    /// The cached price as it counts at `now`; after the end of the bank the published one.
    pub fn mark(&self, now: i64) -> Mark {
        if self.wind_down.is_settled() {
            return self.wind_down.mark(now);
        }
        whittle_risk::price::mark(&self.price.cached(), &self.oracle.policy(), now)
    }

    /// Most that the guardian lets in, token atoms; `u64::MAX` when he set no cap, as always for the
    /// quote token.
    pub fn guard_cap(&self) -> u64 {
        if self.index == QUOTE_BANK {
            return u64::MAX;
        }
        match (self.deposits_frozen, self.guard_cap_atoms) {
            (0, 0) => u64::MAX,
            (0, cap) => cap,
            _ => 0,
        }
    }

    /// Lowers the guardian's cap; zero freezes deposits. What is over a cap may stay.
    ///
    /// Errors: [`WhittleError::GuardLoosens`] when they are frozen already,
    /// [`WhittleError::CapNotLower`] when the cap is not under what holds now, by the terms or by
    /// the guardian.
    pub fn tighten(&mut self, deposit_cap_atoms: u64, now: i64) -> Outcome<()> {
        require_that(self.deposits_frozen == 0, WhittleError::GuardLoosens)?;
        let cap = self.deposit_cap_atoms.min(self.guard_cap());
        require_that(deposit_cap_atoms < cap, WhittleError::CapNotLower)?;
        self.deposits_frozen = u8::from(deposit_cap_atoms == 0);
        self.guard_cap_atoms = deposit_cap_atoms;
        self.guarded_at = now;
        Ok(())
    }

    /// Counts tokens that came in, up to the deposit cap and the guardian's.
    pub fn take_in(&mut self, amount_atoms: u64) -> Outcome<()> {
        self.take_in_uncapped(amount_atoms)?;
        require_that(
            self.deposits_atoms <= self.deposit_cap_atoms.min(self.guard_cap()),
            WhittleError::DepositCap,
        )
    }

    /// Counts tokens that came in and that no cap should keep out.
    pub fn take_in_uncapped(&mut self, amount_atoms: u64) -> Outcome<()> {
        self.deposits_atoms = self
            .deposits_atoms
            .checked_add(amount_atoms)
            .ok_or(WhittleError::MathOverflow)?;
        Ok(())
    }

    /// Counts tokens that leave. The ledger can promise more than the vault holds: the cash of
    /// others is lent to overdrafts and deficits.
    pub fn give_out(&mut self, amount_atoms: u64) -> Outcome<()> {
        self.deposits_atoms = self
            .deposits_atoms
            .checked_sub(amount_atoms)
            .ok_or(WhittleError::VaultShort)?;
        Ok(())
    }
}
