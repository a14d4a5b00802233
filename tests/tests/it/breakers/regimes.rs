//! Requirements that follow a market's variance by themselves.

use super::{Scene, BTC, LOTS};
use whittle::error::WhittleError;
use whittle::event::{OrderKilled, PartiallyLiquidated, RegimeChanged};
use whittle_risk::health::State;
use whittle_tests::{MarketSpec, World, ONE, USDC};

/// Every minute the price jumps by half a percent and back, until the level is `level`.
fn shake(world: &mut World, level: u8) -> RegimeChanged {
    for minute in 0..200 {
        world.pass(61);
        let quote = if minute % 2 == 0 { "40300" } else { "40000" };
        world.publish(BTC, quote);
        let done = world.update(&[BTC]).ok();
        let changed: Vec<RegimeChanged> = done.events_of();
        if let Some(event) = changed.into_iter().find(|event| event.level == level) {
            return event;
        }
    }
    panic!("level {level} was not reached")
}

/// A quiet price, every few minutes, for so many seconds.
fn rest(world: &mut World, secs: i64) {
    let until = world.now() + secs;
    while world.now() < until {
        world.pass((until - world.now()).min(240));
        world.publish(BTC, "40000");
        world.update(&[BTC]).ok();
    }
}

#[test]
fn as_volatility_rises_new_risk_costs_more_at_once_and_alice_is_called_hours_before() {
    // About 5,140 dollars of equity: over the margin call at 3,600, under that of an extreme market
    // at 3,000 * 1.5 * 1.2.
    let mut scene = Scene::with(&[MarketSpec::default()], 5_300 * USDC, &[(BTC, LOTS)]);
    scene.alice.withdraw(&mut scene.world, 0, 100 * USDC).ok();
    let event = shake(&mut scene.world, 2);
    let market = scene.world.market(BTC);
    assert_eq!(event.initial_q32, market.regime.initial_q32);
    assert_eq!(event.initial_q32, 2 * ONE);
    assert_eq!(
        event.maintenance_to_q32,
        market.params.regime.extreme_maintenance_q32
    );
    assert!(
        event.maintenance_q32 < ONE + ONE / 100,
        "it has not moved yet"
    );

    // At once Alice is in margin call, because the call looks to the end of the ramp: she takes no
    // more risk, and is neither liquidatable nor flagged.
    scene.world.pass(1);
    scene.world.publish(BTC, "40000");
    scene.world.update(&[BTC]).ok();
    assert_eq!(scene.state(), State::MarginCall);
    scene.cannot_flag(WhittleError::AccountHealthy);
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    alice.place(world, BTC, 10).ok();
    world.pass(2);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let killed: OrderKilled = keeper.fill(world, alice, 0).ok().event();
    assert_eq!(killed.reason, u32::from(WhittleError::MarginCall));

    // Extreme days go on: hour by hour maintenance rises by a 24th of the way.
    let (before, began) = (scene.world.market(BTC).multiplier_q32, scene.world.now());
    rest_at_level(&mut scene.world, 3_600);
    let after = scene.world.market(BTC).multiplier_q32;
    let secs = (scene.world.now() - began).unsigned_abs();
    let way = scene.world.market(BTC).regime.ramp_to_q32 - ONE;
    let most = way * secs / 86_400 + 1;
    assert!(after > before && after - before <= most, "{before} {after}");
    scene.price("40000");
    // The account can see it coming: at the ramp's end it would be under its margin call.
    let account = scene.world.account_of(&scene.alice);
    let snapshot = scene.world.mirror().snapshot(&account, scene.world.now());
    let leg = snapshot.expect("a snapshot").legs[0];
    assert_eq!(
        leg.call_multiplier.0,
        scene.world.market(BTC).regime.ramp_to_q32
    );
    assert!(leg.call_multiplier > leg.multiplier);
    let notional = leg.mark.price.notional_ceil(LOTS.unsigned_abs());
    let notional = notional.expect("a notional").magnitude();
    let at_end = leg.tiers.maintenance_ceil(notional, leg.call_multiplier);
    let called_under = at_end.expect("a requirement").0 / 10 * 12;
    let equity = scene.health().equity.0;
    assert!(equity < called_under, "{equity} {called_under}");
    assert_eq!(
        scene.state(),
        State::MarginCall,
        "and no more, an hour later"
    );
}

/// Time passes while the price goes on shaking.
fn rest_at_level(world: &mut World, secs: i64) {
    let until = world.now() + secs;
    let mut minute = 0;
    while world.now() < until {
        world.pass(61);
        minute += 1;
        let quote = if minute % 2 == 0 { "40300" } else { "40000" };
        world.publish(BTC, quote);
        world.update(&[BTC]).ok();
    }
}

#[test]
fn when_a_market_calms_down_both_multipliers_come_back_within_a_day() {
    let mut world = World::new();
    shake(&mut world, 2);
    for _ in 0..200 {
        rest(&mut world, 61);
        if world.market(BTC).regime.level == 0 {
            break;
        }
    }
    assert_eq!(world.market(BTC).regime.level, 0);
    let initial = world.market(BTC).regime.initial_q32;
    assert!(initial > ONE, "not at once");
    rest(&mut world, 43_200);
    let halfway = world.market(BTC);
    assert!(halfway.regime.initial_q32 < initial && halfway.regime.initial_q32 > ONE);
    assert!(halfway.multiplier_q32 <= halfway.regime.initial_q32);
    rest(&mut world, 43_200);
    let market = world.market(BTC);
    assert_eq!(
        (market.multiplier_q32, market.regime.initial_q32),
        (ONE, ONE)
    );
    assert_eq!(market.regime.ramp_started_at, 0);
}

/// INV-SAMPLES.
#[test]
fn many_updates_do_not_make_a_calm_market_look_wild() {
    let mut world = World::new();
    world.pass(61);
    world.publish(BTC, "40000");
    world.update(&[BTC]).ok();
    let sampled = world.market(BTC).estimate;
    // An attacker posts every signed update that he can find within the minute.
    for second in 1..60 {
        world.pass(1);
        world.publish(BTC, if second % 2 == 0 { "38500" } else { "41500" });
        world.update(&[BTC]).ok();
    }
    let market = world.market(BTC);
    assert_eq!(market.estimate, sampled);
    assert_eq!((market.regime.level, market.multiplier_q32), (0, ONE));
}

#[test]
fn the_premium_rises_with_the_multiplier_and_the_receipt_still_proves_its_size() {
    let mut scene = Scene::with(&[MarketSpec::default()], 6_000 * USDC, &[(BTC, LOTS)]);
    shake(&mut scene.world, 2);
    rest_at_level(&mut scene.world, 7_200);
    assert!(scene.world.market(BTC).multiplier_q32 > ONE);
    scene.world.outlast_shock(BTC);
    scene.price("38750");
    assert_eq!(scene.state(), State::Liquidatable);
    let event: PartiallyLiquidated = scene.flag_and_liquidate();
    assert_eq!(event.receipt.has_certificate, 1);
}
