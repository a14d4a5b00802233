//! Bounds of a market's open interest by what the pool has, and of what the pool may owe a side.

use super::loss::Side;
use super::Market;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::crowding;
use whittle_risk::{Ratio, Usd};

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct CrowdingParams {
    /// Most open interest of one side, as a share of what the pool is worth; the largest number for
    /// no such bound.
    pub open_interest_share_q32: u64,
    /// What is added to initial rates when open interest stands at its cap; nothing up to half.
    pub crowded_initial_q32: u64,
    /// Most unrealised profit of one side, as a share of the pool's cash, before positions are
    /// reduced.
    pub payout_bound_q32: u64,
}

/// A running reduction of the profitable positions of one side.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Deleverage {
    /// Share by which each is reduced, once.
    pub share_q32: u64,
    /// After this it is over, Unix seconds.
    pub ends_at: i64,
    /// Number of this reduction; an account remembers the last one that it took part in.
    pub epoch: u16,
    /// 1 for longs, -1 for shorts, 0 when there is none.
    pub side: i8,
    /// Zero.
    pub padding: [u8; 5],
}

impl CrowdingParams {
    /// Bounds in code. A payout bound of one could not be restored by reducing positions: what they
    /// are paid leaves the pool too.
    pub fn validate(&self) -> Outcome<()> {
        let ok = self.open_interest_share_q32 > 0
            && self.crowded_initial_q32 <= Ratio::ONE.0
            && self.payout_bound_q32 > 0
            && self.payout_bound_q32 < Ratio::ONE.0;
        require_that(ok, WhittleError::BadMarketParams)
    }
}

impl Market {
    /// Most open interest of one side: the market's cap or the guardian's, and a share of what the pool
    /// was worth when the market was last settled.
    pub fn open_interest_limit(&self) -> Usd {
        crowding::open_interest_cap(
            self.open_interest_cap(),
            Ratio(self.params.crowding.open_interest_share_q32),
            Usd(self.pool_value_seen_usd_atoms),
        )
    }

    /// Notional of a side at the cached price, rounded up.
    pub fn open_interest(&self, side: Side) -> Outcome<Usd> {
        Ok(self.counted_price().notional_ceil(self.side(side).0)?)
    }

    /// Computes anew what crowding adds to initial rates. Called where open interest grows or the
    /// pool's value is seen; a liquidation only lowers open interest, so what it leaves is too high
    /// until then and errs against new risk.
    pub fn count_crowding(&mut self) -> Outcome<()> {
        let limit = self.open_interest_limit();
        let at_cap = Ratio(self.params.crowding.crowded_initial_q32);
        let long = crowding::crowded_rate(self.open_interest(Side::Long)?, limit, at_cap)?;
        let short = crowding::crowded_rate(self.open_interest(Side::Short)?, limit, at_cap)?;
        self.crowded_long_q32 = long.0;
        self.crowded_short_q32 = short.0;
        Ok(())
    }
}
