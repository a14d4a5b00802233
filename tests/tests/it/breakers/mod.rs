//! Circuit breakers, grace, congestion and volatility regimes on chain. What a room does to a plan
//! is tested in `crates/risk`; here it is about who writes the breakers and what they stop.

mod bounds;
mod bucket;
mod congestion;
mod drawdown;
mod ramps;
mod regimes;
mod shock;
mod slowdown;

use crate::liquidation::{Scene, BTC, CASH, LOTS, LOW};
use whittle::error::WhittleError;
use whittle_tests::{MarketSpec, USD};

/// So far from 40,000 that it is a shock, with Alice's account still healthy at this much cash.
pub(crate) const FAR: &str = "35500";
/// What Alice holds to be between emergency and maintenance there: 100,000 dollars lose 11,250, and
/// 2,662 dollars are required of what is left.
pub(crate) const CASH_FAR: u64 = 13_600_000_000;

/// A market whose bucket holds so many dollars and refills with as many in an hour.
pub(crate) fn narrow(usd: i64) -> MarketSpec {
    let mut spec = MarketSpec::default();
    spec.params.breaker.capacity_usd_atoms = usd * USD;
    spec.params.breaker.refill_per_hour_usd_atoms = usd * USD;
    spec
}
