//! Circuit breakers of a market: how much may be liquidated in an hour, what counts as a price
//! shock, and the grace after a gap in prices.

use super::raw::CachedPrice;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::breaker::{is_shocked, Bucket, BucketTerms, Grace, Shock, ShockStep};
use whittle_risk::{Price, Ratio, Usd};

/// What the authority chooses.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct BreakerParams {
    /// Notional that may be liquidated at once, USD atoms.
    pub capacity_usd_atoms: i64,
    /// How fast it becomes free again, USD atoms.
    pub refill_per_hour_usd_atoms: i64,
    /// A price farther from its average than this share of it is a shock.
    pub shock_q32: u64,
    /// Seconds between two prices that are a gap.
    pub gap_secs: u32,
    /// Seconds of grace after a gap.
    pub grace_secs: u32,
}

/// Where the breakers of a market stand.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Notional liquidated and not yet forgotten, USD atoms.
    pub used_usd_atoms: i64,
    /// When that was written, Unix seconds.
    pub used_at: i64,
    /// Publish time of the price that began a shock; zero when there is none.
    pub shock_since: i64,
    /// Slot in which the newest price of the shock was cached.
    pub shock_slot: u64,
    /// When the last shock began.
    pub last_shock_at: i64,
    /// Until when the grace after a gap lasts.
    pub grace_until: i64,
    /// When the last grace began.
    pub last_grace_at: i64,
}

/// Shortest gap that may count as one, seconds: prices come at least this often when somebody cares.
pub const GAP_MIN_SECS: u32 = 60;
/// Longest grace, seconds: a market that moves on is dangerous to everybody else.
pub const GRACE_MAX_SECS: u32 = 600;
/// A full bucket is empty again after so many hours at the latest: it slows, it does not block.
pub const REFILL_HOURS_MAX: i64 = 24;

impl BreakerParams {
    /// Bounds in code: a capacity of at least `least_usd_atoms`, a refill of at least all of it in a
    /// day, a shock of 1 % to 50 %, gaps from a minute, a grace of at most ten minutes.
    ///
    /// The least is the minimum close and the minimum position together: a smaller position closes
    /// whole or not at all, so an empty bucket must hold it; of a larger one the minimum close fits.
    pub fn validate(&self, least_usd_atoms: i64) -> Outcome<()> {
        let least_refill = self
            .capacity_usd_atoms
            .unsigned_abs()
            .div_ceil(REFILL_HOURS_MAX.unsigned_abs());
        let ok = self.capacity_usd_atoms > 0
            && self.capacity_usd_atoms >= least_usd_atoms
            && self.refill_per_hour_usd_atoms > 0
            && self.refill_per_hour_usd_atoms.unsigned_abs() >= least_refill
            && self.shock_q32 >= Ratio::from_bps_floor(100).0
            && self.shock_q32 <= Ratio::from_bps_floor(5_000).0
            && self.gap_secs >= GAP_MIN_SECS
            && self.grace_secs <= GRACE_MAX_SECS;
        require_that(ok, WhittleError::BadMarketParams)
    }

    #[inline(always)]
    fn bucket(&self) -> BucketTerms {
        BucketTerms {
            capacity: Usd(self.capacity_usd_atoms),
            refill_per_hour: Usd(self.refill_per_hour_usd_atoms),
        }
    }
}

impl Breaker {
    /// Notional that may be liquidated at `now` outside emergency; nothing while a shock or a grace
    /// lasts.
    #[inline(always)]
    pub fn room(&self, params: &BreakerParams, now: i64) -> Usd {
        if (self.used_usd_atoms | self.shock_since) == 0 && now >= self.grace_until {
            // The common case, without arithmetic; `validate` keeps the capacity over zero.
            return Usd(params.capacity_usd_atoms);
        }
        self.room_left(params, now)
    }

    #[cold]
    #[inline(never)]
    fn room_left(&self, params: &BreakerParams, now: i64) -> Usd {
        if self.shock_since != 0 || now < self.grace_until {
            return Usd::ZERO;
        }
        self.bucket().room(&params.bucket(), now)
    }

    /// Counts a liquidation, an emergency's too.
    #[inline(always)]
    pub fn count(&mut self, params: &BreakerParams, notional: Usd, now: i64) {
        if self.used_usd_atoms == 0 {
            self.used_usd_atoms = notional.0.min(params.capacity_usd_atoms);
            self.used_at = now;
        } else {
            self.count_more(params, notional, now);
        }
    }

    #[cold]
    #[inline(never)]
    fn count_more(&mut self, params: &BreakerParams, notional: Usd, now: i64) {
        let bucket = self.bucket().plus(&params.bucket(), notional, now);
        self.used_usd_atoms = bucket.used.0;
        self.used_at = bucket.at;
    }

    /// Takes a new price into account, which is cached in `slot`, before it is the cached one.
    pub fn watch_price(
        &mut self,
        params: &BreakerParams,
        average: Price,
        price: &CachedPrice,
        slot: u64,
    ) -> ShockStep {
        let beyond = is_shocked(Price(price.price_q32), average, Ratio(params.shock_q32));
        if !beyond && self.shock_since == 0 {
            return ShockStep::None;
        }
        let mut shock = Shock {
            since: self.shock_since,
            slot: self.shock_slot,
            last: self.last_shock_at,
        };
        let step = shock.step(beyond, price.publish_time, slot);
        self.shock_since = shock.since;
        self.shock_slot = shock.slot;
        self.last_shock_at = shock.last;
        step
    }

    /// Takes the time between two prices into account. Tells whether a grace began.
    #[inline]
    pub fn watch_gap(
        &mut self,
        params: &BreakerParams,
        before: i64,
        publish_time: i64,
        now: i64,
    ) -> bool {
        let mut grace = Grace {
            until: self.grace_until,
            last: self.last_grace_at,
        };
        let gap = params.gap_secs;
        let began = grace.step(gap, params.grace_secs, before, publish_time, now);
        if began {
            self.grace_until = grace.until;
            self.last_grace_at = grace.last;
        }
        began
    }

    #[inline(always)]
    fn bucket(&self) -> Bucket {
        Bucket {
            used: Usd(self.used_usd_atoms),
            at: self.used_at,
        }
    }
}
