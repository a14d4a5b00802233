//! The liquidity pool: the other side of every position.

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
pub(super) const SECS_PER_DAY: i64 = 86_400;

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
    /// Day (Unix seconds / 86,400) that `withdrawn_usd_atoms` counts.
    pub withdraw_day: i64,
    /// What left on that day.
    pub withdrawn_usd_atoms: i64,
    /// Bump of this address.
    pub bump: u8,
    /// Bump of the share mint.
    pub share_mint_bump: u8,
    /// Bump of the share escrow.
    pub share_escrow_bump: u8,
    /// Zero.
    pub padding: [u8; 5],
    /// Day (Unix seconds / 86,400) that `loss_taken_usd_atoms` counts.
    pub loss_day: i64,
    /// Losses of others taken on that day.
    pub loss_taken_usd_atoms: i64,
    /// Overdrafts of all accounts, as last counted.
    pub overdrafts_usd_atoms: i64,
    /// Newest publish time when the pool was first seen unable to pay; zero when it is able.
    pub shortfall_seen_at: i64,
    /// The least that was missing since then, USD atoms.
    pub shortfall_usd_atoms: i64,
    /// Room.
    pub reserved: [u8; 64],
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
        let day = now.div_euclid(SECS_PER_DAY);
        if self.withdraw_day != day {
            self.withdraw_day = day;
            self.withdrawn_usd_atoms = 0;
        }
        let withdrawn = Usd(self.withdrawn_usd_atoms).plus(amount)?;
        require_that(withdrawn <= limit, WhittleError::WithdrawLimit)?;
        self.withdrawn_usd_atoms = withdrawn.0;
        self.cash_usd_atoms = Usd(self.cash_usd_atoms).minus(amount)?.0;
        Ok(())
    }

    /// What is left of the day's cap on losses of others.
    pub fn loss_room(&mut self, now: i64) -> Outcome<Usd> {
        let day = now.div_euclid(SECS_PER_DAY);
        if self.loss_day != day {
            self.loss_day = day;
            self.loss_taken_usd_atoms = 0;
        }
        let cap = Usd(self.params.loss_per_day_usd_atoms);
        Ok(cap.minus(Usd(self.loss_taken_usd_atoms))?.most(Usd::ZERO))
    }

    /// Counts a loss that was taken within the cap.
    pub fn count_loss(&mut self, amount: Usd) -> Outcome<()> {
        self.loss_taken_usd_atoms = Usd(self.loss_taken_usd_atoms).plus(amount)?.0;
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
