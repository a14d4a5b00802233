//! Parameters that would make a breaker useless or a block are refused at listing.

use super::{MarketSpec, WhittleError, USD};
use whittle::state::breaker::BreakerParams;
use whittle::state::regime::RegimeParams;
use whittle_tests::{spec, World, ONE};

/// What is wrong, and how it is made so.
type Case<T> = (&'static str, fn(&mut T));

fn listed(change: impl FnOnce(&mut MarketSpec)) -> whittle_tests::Sent {
    let mut world = World::with_markets(&[]);
    let mut spec = MarketSpec::default();
    change(&mut spec);
    world.list_market(&spec)
}

#[test]
fn a_breaker_that_never_opens_again_or_never_closes_is_refused() {
    let cases: [Case<BreakerParams>; 10] = [
        ("no capacity", |it| it.capacity_usd_atoms = 0),
        ("negative", |it| it.capacity_usd_atoms = -1),
        ("under the minimum close and position", |it| {
            it.capacity_usd_atoms = 15 * USD - 1
        }),
        ("no refill", |it| it.refill_per_hour_usd_atoms = 0),
        ("a refill of over a day", |it| {
            it.refill_per_hour_usd_atoms = it.capacity_usd_atoms / 24;
        }),
        ("shock under 1 %", |it| it.shock_q32 = spec::bps(100) - 1),
        ("shock over 50 %", |it| it.shock_q32 = spec::bps(5_000) + 1),
        ("gap under a minute", |it| it.gap_secs = 59),
        ("grace over ten minutes", |it| it.grace_secs = 601),
        ("a negative refill", |it| {
            it.refill_per_hour_usd_atoms = i64::MIN
        }),
    ];
    for (name, change) in cases {
        println!("{name}");
        listed(|spec| change(&mut spec.params.breaker)).refused(WhittleError::BadMarketParams);
    }
    // A lot of four dollars does not fit twice beside fifteen.
    listed(|spec| spec.params.breaker.capacity_usd_atoms = 23 * USD - 1)
        .refused(WhittleError::BadLotSize);
    listed(|spec| {
        let breaker = &mut spec.params.breaker;
        breaker.capacity_usd_atoms = 24 * USD;
        breaker.refill_per_hour_usd_atoms = USD;
        breaker.shock_q32 = spec::bps(100);
        breaker.gap_secs = 60;
        breaker.grace_secs = 600;
    })
    .ok();
}

#[test]
fn multipliers_and_thresholds_out_of_order_are_refused() {
    let cases: [Case<RegimeParams>; 8] = [
        ("no threshold", |it| it.elevated_variance_q32 = 1),
        ("falling thresholds", |it| {
            it.extreme_variance_q32 = it.elevated_variance_q32
        }),
        ("under one", |it| it.elevated_maintenance_q32 = ONE - 1),
        ("maintenance over initial", |it| {
            it.elevated_maintenance_q32 = it.elevated_initial_q32 + 1;
        }),
        ("over four", |it| it.extreme_initial_q32 = 4 * ONE + 1),
        ("falling multipliers", |it| it.extreme_maintenance_q32 = ONE),
        ("a fast ramp", |it| it.ramp_secs = 86_399),
        ("an endless ramp", |it| it.ramp_secs = 2_592_001),
    ];
    for (name, change) in cases {
        println!("{name}");
        listed(|spec| change(&mut spec.params.regime)).refused(WhittleError::BadMarketParams);
    }
}

#[test]
fn a_multiplier_that_could_require_more_than_a_position_is_worth_is_refused() {
    // Ten percent in the last tier, times four, with the buffer of the margin call: 48 percent.
    let quadruple = |spec: &mut MarketSpec| {
        spec.params.regime.extreme_initial_q32 = 4 * ONE;
        spec.params.regime.extreme_maintenance_q32 = 4 * ONE;
    };
    listed(quadruple).ok();
    listed(|spec| {
        quadruple(spec);
        // 21 percent, times 4.8, are over one.
        spec.tiers[2] = (100_000_000, 2_100, 3_000);
    })
    .refused(WhittleError::BadMarketParams);
}
