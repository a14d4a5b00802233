//! A price far from its average has to be confirmed before it closes anything but emergencies.

use super::{Scene, WhittleError, BTC, CASH_FAR, FAR, LOTS};
use whittle::event::{OrderKilled, PartiallyLiquidated, ShockBegan, ShockEnded};
use whittle_risk::health::State;
use whittle_tests::{MarketSpec, USDC};

/// Alice is just under maintenance at [`FAR`].
fn scene() -> Scene {
    Scene::with(&[MarketSpec::default()], CASH_FAR, &[(BTC, LOTS)])
}

#[test]
fn a_flash_crash_that_comes_back_liquidates_nobody() {
    let mut scene = scene();
    scene.world.pass(1);
    scene.world.publish(BTC, FAR);
    let event: ShockBegan = scene.world.update(&[BTC]).ok().event();
    let market = scene.world.market(BTC);
    assert_eq!(event.price_q32, market.price.price_q32);
    assert_eq!(event.publish_time, market.price.publish_time);
    assert_eq!(market.breaker.shock_since, event.publish_time);
    assert_eq!(market.breaker.shock_slot, scene.world.slot());
    assert_eq!(scene.state(), State::Liquidatable);

    // She may be flagged, so the bonus grows, and confirmed prices alone do not close anything.
    scene.flag();
    scene.again(3);
    scene.cannot_liquidate(WhittleError::Protected);
    scene.again(20);
    scene.cannot_liquidate(WhittleError::Protected);
    scene.world.pass(1);
    scene.world.publish(BTC, "39500");
    let event: ShockEnded = scene.world.update(&[BTC]).ok().event();
    assert!(!event.confirmed);
    assert_eq!(scene.world.market(BTC).breaker.shock_since, 0);
    assert_eq!(scene.lots(BTC), LOTS);
}

#[test]
fn a_crash_that_stays_for_thirty_seconds_is_confirmed_and_liquidates() {
    let mut scene = scene();
    scene.price(FAR);
    scene.flag();
    scene.again(29);
    scene.cannot_liquidate(WhittleError::Protected);
    scene.world.pass(1);
    scene.world.republish(BTC);
    let event: ShockEnded = scene.world.update(&[BTC]).ok().event();
    assert!(event.confirmed);
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert!(event.receipt.closed_usd_atoms > 0);
    // What comes later within the hour is no other shock.
    scene.price("34000");
    assert_eq!(scene.world.market(BTC).breaker.shock_since, 0);
}

#[test]
fn an_emergency_is_liquidated_in_the_middle_of_a_shock() {
    let mut scene = scene();
    scene.price("34950");
    assert_ne!(scene.world.market(BTC).breaker.shock_since, 0);
    assert_eq!(scene.state(), State::Emergency);
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert!(event.receipt.closed_usd_atoms > 0);
    assert_ne!(scene.world.market(BTC).breaker.shock_since, 0);
}

#[test]
fn while_a_shock_lasts_deposits_and_reductions_are_open_and_new_risk_waits() {
    let mut scene = scene();
    let bob = scene.world.trader("bob", 50_000 * USDC);
    scene.price(FAR);
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    // New risk: the order is killed.
    bob.place(world, BTC, 100).ok();
    world.pass(2);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let killed: OrderKilled = keeper.fill(world, &bob, 0).ok().event();
    assert_eq!(killed.reason, u32::from(WhittleError::PriceShock));
    // A reduction: filled.
    world.trade(alice, BTC, -LOTS / 2);
    // A deposit: accepted.
    let quote = world.bank(0).mint;
    world.give(alice, &quote, 1_000 * USDC);
    alice.deposit(world, 0, 1_000 * USDC).ok();
    assert_ne!(world.market(BTC).breaker.shock_since, 0);
    assert_eq!(scene.lots(BTC), LOTS / 2);
}

#[test]
fn a_shock_in_one_market_does_not_protect_the_legs_of_another() {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let eth = 1;
    let cash = 13_600 * USDC + 5_300 * USDC;
    // A lot of ETH costs 2 dollars.
    let mut scene = Scene::with(&markets, cash, &[(BTC, LOTS), (eth, 2 * LOTS)]);
    scene.world.pass(1);
    scene.world.publish(BTC, FAR);
    scene.world.publish(eth, "1960");
    scene.world.update(&[BTC, eth]).ok();
    assert_eq!(scene.state(), State::Liquidatable);
    scene.flag();
    scene.again(3);
    scene.liquidate();
    assert_eq!(scene.lots(BTC), LOTS, "BTC is in shock");
    assert!(scene.lots(eth) < 2 * LOTS, "ETH is not");
}

#[test]
fn profit_at_a_price_that_is_not_confirmed_frees_no_cash() {
    let mut scene = scene();
    scene.price("44500");
    assert_ne!(scene.world.market(BTC).breaker.shock_since, 0);
    let alice = scene.alice.clone();
    let sent = alice.withdraw(&mut scene.world, 0, USDC);
    sent.refused(WhittleError::PriceShock);
}
