//! Bounds of circuit breakers and volatility regimes.

use super::{Rules, ONE};
use whittle::state::breaker::{BreakerParams, GAP_MIN_SECS, GRACE_MAX_SECS, REFILL_HOURS_MAX};
use whittle::state::regime::RegimeParams;
use whittle_risk::regime::{MULTIPLIER_MAX, RAMP_MAX_SECS, RAMP_MIN_SECS};
use whittle_risk::Ratio;

/// The bounds of `BreakerParams::validate`.
pub(super) fn breaker(rules: &mut Rules, params: &BreakerParams, least: i64) {
    rules.must(
        params.capacity_usd_atoms > 0 && params.capacity_usd_atoms >= least,
        "breaker.capacity_usd",
        "over 0 and at least min_close_usd and min_position_usd together",
    );
    rules.must(
        params.refill_per_hour_usd_atoms > 0
            && params.refill_per_hour_usd_atoms.unsigned_abs()
                >= (params.capacity_usd_atoms.unsigned_abs())
                    .div_ceil(REFILL_HOURS_MAX.unsigned_abs()),
        "breaker.refill_per_hour_usd",
        "at least 1/24 of breaker.capacity_usd",
    );
    rules.must(
        (Ratio::from_bps_floor(100).0..=Ratio::from_bps_floor(5_000).0).contains(&params.shock_q32),
        "breaker.shock",
        "1 % to 50 %",
    );
    rules.must(
        params.gap_secs >= GAP_MIN_SECS,
        "breaker.gap_secs",
        "at least 60",
    );
    rules.must(
        params.grace_secs <= GRACE_MAX_SECS,
        "breaker.grace_secs",
        "at most 600",
    );
}

/// The bounds of `RegimeTerms::validate`.
pub(super) fn regime(rules: &mut Rules, params: &RegimeParams) {
    let (elevated, extreme) = (params.elevated_variance_q32, params.extreme_variance_q32);
    rules.must(elevated >= 2, "regime.elevated_variance", "at least 2^-31");
    rules.must(
        extreme > elevated,
        "regime.extreme_variance",
        "over elevated_variance",
    );
    let most = MULTIPLIER_MAX.0;
    for (field, value, least, below) in [
        (
            "regime.elevated_maintenance",
            params.elevated_maintenance_q32,
            ONE,
            params.elevated_initial_q32,
        ),
        (
            "regime.extreme_maintenance",
            params.extreme_maintenance_q32,
            params.elevated_maintenance_q32,
            params.extreme_initial_q32,
        ),
        (
            "regime.extreme_initial",
            params.extreme_initial_q32,
            params.elevated_initial_q32,
            most,
        ),
    ] {
        rules.must(
            value >= least && value <= below,
            field,
            "from 1 to 4, at least that of the level before, maintenance at most initial",
        );
    }
    rules.must(
        (RAMP_MIN_SECS..=RAMP_MAX_SECS).contains(&params.ramp_secs),
        "regime.ramp_secs",
        "86_400 to 2_592_000",
    );
}
