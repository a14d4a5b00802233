//! Maintenance never jumps: higher rates begin with a ramp.

use super::BTC;
use whittle::error::WhittleError;
use whittle::instructions::TierArgs;
use whittle::state::proposal::Change;
use whittle_tests::{bps, World, ONE, USD, USDC};

fn tiers(given: &[(i64, u64, u64)]) -> Change {
    let tiers = given
        .iter()
        .map(|(upto, maintenance, initial)| TierArgs {
            upto_usd_atoms: upto * USD,
            maintenance_q32: bps(*maintenance),
            initial_q32: bps(*initial),
        })
        .collect();
    Change::Tiers { market: BTC, tiers }
}

#[test]
fn an_account_requires_no_more_maintenance_the_moment_higher_rates_are_applied() {
    let mut world = World::new();
    let alice = world.trader("alice", 300_000 * USDC);
    // 2,000,000 dollars: two tiers.
    world.trade(&alice, BTC, 500_000);
    let higher = tiers(&[
        (1_000_000, 400, 600),
        (10_000_000, 600, 900),
        (100_000_000, 1_200, 1_600),
    ]);
    let nonce = world.propose(higher);
    world.await_eta(nonce);
    world.refresh_prices();
    let health = |world: &World| {
        let account = world.account_of(&alice);
        world
            .mirror()
            .health(&account, world.now())
            .expect("health")
    };
    let before = health(&world);
    world.apply(nonce).ok();
    let after = health(&world);
    assert_eq!(after.equity, before.equity);
    assert!(after.maintenance <= before.maintenance);
    // 300 / 400 is the least of 300 / 400, 500 / 600 and 1,000 / 1,200.
    let market = world.market(BTC);
    let start = u128::from(bps(300)) * u128::from(ONE) / u128::from(bps(400));
    assert_eq!(u128::from(market.multiplier_q32), start);
    assert_eq!(market.regime.ramp_from_q32, market.multiplier_q32);
    assert_eq!(market.regime.ramp_to_q32, ONE);
    assert_eq!(market.regime.ramp_started_at, world.now());
    // New risk counts in full at once.
    assert_eq!(market.initial_multiplier().0, ONE);
}

#[test]
fn lower_rates_count_at_once() {
    let mut world = World::new();
    world.change(tiers(&[(100_000_000, 290, 500)]));
    let market = world.market(BTC);
    assert_eq!(market.tiers[0].maintenance_q32, bps(290));
    assert_eq!(market.tier_count, 1);
    assert_eq!(market.multiplier_q32, ONE);
    assert_eq!(market.regime.ramp_started_at, 0);
}

#[test]
fn tiers_under_the_envelope_or_under_the_target_are_refused() {
    let mut world = World::new();
    for (given, error) in [
        ([(100_000_000, 279, 500)], WhittleError::EnvelopeExceeded),
        ([(100_000_000, 300, 359)], WhittleError::BadTiers),
    ] {
        let nonce = world.propose(tiers(&given));
        world.await_eta(nonce);
        world.apply(nonce).refused(error);
    }
}
