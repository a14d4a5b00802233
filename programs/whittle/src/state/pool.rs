//! The liquidity pool: the other side of every position.

use super::day_counter::DayCounter;
use super::Market;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::{Ratio, Usd};

/// Decimals of the shares: the first ones cost one USD atom each.
pub const SHARE_DECIMALS: u8 = 6;
/// Shares of the first deposit that stay in escrow for ever. They keep the supply from ever being
/// so small that somebody could make one share dear and gain from the rounding of the next deposit:
/// whoever raises the price of a share pays for the locked ones too, a thousand times what rounding
/// can take from another.
pub const LOCKED_SHARES: u64 = 1_000;

/// What the authority chooses for the pool.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct PoolParams {
    /// Cash that settlements set aside and that liquidity providers cannot withdraw, USD atoms.
    pub reserve_target_usd_atoms: i64,
    /// Most that may leave in one day, USD atoms.
    pub withdraw_limit_usd_atoms: i64,
    /// Share of traders' unrealised losses that the lower net asset value counts.
    pub loss_weight_q32: u64,
    /// Least deposit, USD atoms.
    pub min_deposit_usd_atoms: u64,
    /// Most of others' losses that the pool takes in one day, USD atoms.
    pub loss_per_day_usd_atoms: i64,
}

/// The pool.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Pool {
    /// Mint of the shares, at `["share-mint"]`.
    pub share_mint: Pubkey,
    /// Holds the shares of pending withdrawals, at `["share-escrow"]`.
    pub share_escrow: Pubkey,
    /// Parameters.
    pub params: PoolParams,
    /// Cash outside the markets' lines.
    pub cash_usd_atoms: i64,
    /// Cash that liquidity providers cannot withdraw.
    pub reserve_usd_atoms: i64,
    /// Deposits that wait to be filled.
    pub pending_deposits_usd_atoms: i64,
    /// What left in a day.
    pub withdrawn: DayCounter,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the share mint.
    pub share_mint_bump: u8,
    /// Bump of the share escrow.
    pub share_escrow_bump: u8,
    /// Zero.
    pub padding: [u8; 5],
    /// Losses of others taken in a day.
    pub losses_taken: DayCounter,
    /// Overdrafts of all accounts, as last counted.
    pub overdrafts_usd_atoms: i64,
    /// Newest publish time when the pool was first seen unable to pay; zero when it is able.
    pub shortfall_seen_at: i64,
    /// The least that was missing since then, USD atoms.
    pub shortfall_usd_atoms: i64,
    /// What all markets together were worth to it when each was last settled, USD atoms: the sum of
    /// their [`Market::pool_worth_usd_atoms`].
    pub markets_worth_usd_atoms: i64,
    /// Room.
    pub reserved: [u8; 56],
}

impl Pool {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// Cash for net asset value: with the reserve, without deposits that are not filled.
    pub fn own_cash(&self) -> Outcome<Usd> {
        Ok(Usd(self.cash_usd_atoms).plus(Usd(self.reserve_usd_atoms))?)
    }

    /// Holds a deposit until it is filled or refunded.
    pub fn hold_deposit(&mut self, amount: Usd) -> Outcome<()> {
        let held = Usd(self.pending_deposits_usd_atoms).plus(amount)?;
        self.pending_deposits_usd_atoms = held.0;
        Ok(())
    }

    /// Stops holding a deposit.
    pub fn release_deposit(&mut self, amount: Usd) -> Outcome<()> {
        let held = Usd(self.pending_deposits_usd_atoms).minus(amount)?;
        self.pending_deposits_usd_atoms = held.0;
        Ok(())
    }

    /// Pays `amount` to somebody who leaves: from free cash, within the `limit` of the day.
    pub fn pay_out(&mut self, amount: Usd, limit: Usd, now: i64) -> Outcome<()> {
        require_that(amount.0 <= self.cash_usd_atoms, WhittleError::PoolCash)?;
        let room = self.withdrawn.room(limit, now)?;
        require_that(amount <= room, WhittleError::WithdrawLimit)?;
        self.withdrawn.count(amount, now)?;
        self.cash_usd_atoms = Usd(self.cash_usd_atoms).minus(amount)?.0;
        Ok(())
    }

    /// What is left of the day's cap on losses of others.
    pub fn loss_room(&self, now: i64) -> Outcome<Usd> {
        let cap = Usd(self.params.loss_per_day_usd_atoms);
        self.losses_taken.room(cap, now)
    }

    /// What it is worth: its cash, and what its markets were worth to it when each was last settled.
    pub fn value(&self) -> Outcome<Usd> {
        Ok(self.own_cash()?.plus(Usd(self.markets_worth_usd_atoms))?)
    }

    /// Stores what a market is worth to the pool, in both places.
    pub fn set_worth(&mut self, market: &mut Market, worth: Usd) -> Outcome<()> {
        let change = worth.minus(Usd(market.pool_worth_usd_atoms))?;
        self.markets_worth_usd_atoms = Usd(self.markets_worth_usd_atoms).plus(change)?.0;
        market.pool_worth_usd_atoms = worth.0;
        Ok(())
    }

    /// What must hold after every instruction that writes the pool.
    pub fn invariant(&self) -> Outcome<()> {
        require_that(
            self.cash_usd_atoms >= 0
                && self.reserve_usd_atoms >= 0
                && self.pending_deposits_usd_atoms >= 0,
            WhittleError::InvariantCash,
        )
    }
}

impl PoolParams {
    /// Bounds in code. A deposit must be more than the locked shares, which the first one pays.
    pub fn validate(&self) -> Outcome<()> {
        let ok = self.reserve_target_usd_atoms >= 0
            && self.withdraw_limit_usd_atoms > 0
            && self.loss_weight_q32 <= Ratio::ONE.0
            && self.min_deposit_usd_atoms > LOCKED_SHARES
            && self.loss_per_day_usd_atoms >= 0;
        require_that(ok, WhittleError::BadPoolParams)
    }
}
