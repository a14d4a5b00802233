//! Maintenance never jumps: higher rates begin with a ramp.

use super::{rules, BTC};
use whittle::error::WhittleError;
use whittle::event::RegimeChanged;
use whittle::instructions::TierArgs;
use whittle::state::proposal::Change;
use whittle::state::regime::{Regime, RegimeParams};
use whittle::state::Market;
use whittle_client::address;
use whittle_tests::{bps, MarketSpec, World, ONE, USD, USDC};

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

/// BTC in an extreme market whose ramp is over, with multipliers of these.
fn extreme(world: &mut World, initial: u64, maintenance: u64) {
    world.forge::<Market>(address::market(BTC), |market| {
        market.params.regime.extreme_initial_q32 = initial;
        market.params.regime.extreme_maintenance_q32 = maintenance;
        // So much that it stays extreme through a day of calm samples.
        market.estimate.variance_q32 = ONE;
        market.multiplier_q32 = maintenance;
        market.regime = Regime {
            initial_q32: initial,
            ramp_from_q32: ONE,
            ramp_to_q32: maintenance,
            initial_from_q32: initial,
            initial_to_q32: initial,
            ramp_secs: 86_400,
            level: 2,
            ..Regime::default()
        };
    });
}

fn regime(world: &World, change: impl Fn(&mut RegimeParams)) -> Change {
    let mut params = world.market(BTC).params;
    change(&mut params.regime);
    let market = BTC;
    Change::MarketParams { market, params }
}

#[test]
fn a_multiplier_of_the_present_level_that_governance_changes_is_reached_by_a_ramp() {
    let mut world = World::new();
    extreme(&mut world, 2 * ONE, ONE / 2 * 3);
    let nonce = world.propose(regime(&world, |it| {
        it.extreme_initial_q32 = 3 * ONE;
        it.extreme_maintenance_q32 = 2 * ONE;
    }));
    world.await_eta(nonce);
    world.refresh_prices();
    let event: RegimeChanged = world.apply(nonce).ok().event();
    let applied = world.now();
    assert_eq!((event.level, event.initial_q32), (2, 3 * ONE));
    assert_eq!(event.maintenance_q32, ONE / 2 * 3);
    assert_eq!(event.maintenance_to_q32, 2 * ONE);
    assert_eq!(event.ramp_ends_at, applied + 86_400);
    // Initial requirements at once, maintenance over a day.
    assert_eq!(world.market(BTC).initial_multiplier().0, 3 * ONE);
    world.pass(43_200);
    world.refresh_prices();
    assert_eq!(world.market(BTC).multiplier_q32, ONE / 4 * 7);
    world.pass(43_200);
    world.refresh_prices();
    assert_eq!(world.market(BTC).multiplier_q32, 2 * ONE);

    // Down again, both by a ramp.
    let nonce = world.propose(regime(&world, |it| {
        it.extreme_initial_q32 = 2 * ONE;
        it.extreme_maintenance_q32 = ONE / 2 * 3;
    }));
    world.await_eta(nonce);
    world.refresh_prices();
    world.apply(nonce).ok();
    let market = world.market(BTC);
    assert_eq!(
        (market.multiplier_q32, market.regime.initial_q32),
        (2 * ONE, 3 * ONE)
    );
    world.pass(86_400);
    world.refresh_prices();
    let market = world.market(BTC);
    assert_eq!(
        (market.multiplier_q32, market.regime.initial_q32),
        (ONE / 2 * 3, 2 * ONE)
    );
}

#[test]
fn a_change_that_leaves_the_present_level_alone_begins_no_ramp() {
    let mut world = World::new();
    extreme(&mut world, 2 * ONE, ONE / 2 * 3);
    let before = world.market(BTC).regime;
    let nonce = world.propose(regime(&world, |it| it.elevated_initial_q32 = ONE / 2 * 3));
    world.await_eta(nonce);
    world.refresh_prices();
    let done = world.apply(nonce).ok();
    assert_eq!(done.events_of::<RegimeChanged>(), []);
    assert_eq!(world.market(BTC).regime, before);
}

#[test]
fn terms_are_judged_by_the_multiplier_that_stands_and_not_by_the_next_one_alone() {
    let spec = MarketSpec {
        tiers: vec![(1_000_000, 300, 700), (100_000_000, 1_300, 2_700)],
        ..MarketSpec::default()
    };
    let mut world = World::with_markets(&[spec]);
    extreme(&mut world, 4 * ONE, 4 * ONE);
    // With a call buffer of 100 percent the second tier would ask for 13 % * 4 * 2.
    let calm = regime(&world, |it| {
        it.elevated_maintenance_q32 = ONE;
        it.extreme_maintenance_q32 = ONE;
    });
    let calm = world.propose(calm);
    let call = rules(&world, |it| it.call_buffer_q32 = ONE);
    let call = world.propose(call);
    world.await_eta(call);
    world.refresh_prices();
    world.apply(call).refused(WhittleError::BadMarketParams);
    world.apply(calm).ok();
    // Extreme means one by now, but the market is still on its way there.
    world.apply(call).refused(WhittleError::BadMarketParams);
    world.pass(86_400);
    world.refresh_prices();
    assert_eq!(world.market(BTC).multiplier_q32, ONE);
    world.apply(call).ok();
}
