//! Near bankruptcy the account can hardly pay; the market's lines bring the keeper to the floor, as
//! far as they reach, and nothing ever depends on them.

use super::{share, without_lines, Scene, BTC, CASH, LOTS};
use whittle::event::PartiallyLiquidated;
use whittle_risk::liquidation::Kind;
use whittle_tests::{MarketSpec, USD};

/// Alice with one percent of her maintenance left, just after a settlement.
fn nearly_gone(market: MarketSpec) -> Scene {
    let mut scene = Scene::with(&[market], CASH, &[(BTC, LOTS)]);
    scene.world.settle_markets(&[BTC]).ok();
    scene.price("37920");
    let health = scene.health();
    assert!(0 < health.equity.0 && health.equity.0 * 50 < health.maintenance.0);
    scene
}

/// The floor rate on the lots that just suffice at the emergency ratio: what the keeper gets when
/// the lines are full.
fn floor_bonus() -> i64 {
    let mut scene = nearly_gone(MarketSpec::default());
    scene.liquidate();
    scene.receipt().bonus_usd_atoms
}

#[test]
fn the_insurance_line_brings_the_bonus_to_the_floor() {
    let mut scene = nearly_gone(MarketSpec::default());
    let before = scene.world.market(BTC);
    let event: PartiallyLiquidated = scene.liquidate().event();
    let leg = event.legs[0];
    assert!(leg.insurance_top_up_usd_atoms > 0);
    assert_eq!(leg.pool_top_up_usd_atoms, 0);
    let bonus = leg.keeper_usd_atoms + leg.insurance_top_up_usd_atoms;
    assert_eq!(event.receipt.bonus_usd_atoms, bonus);
    assert_eq!(scene.earned(), bonus);
    let line = before.insurance_line_usd_atoms;
    assert_eq!(
        scene.world.market(BTC).insurance_line_usd_atoms,
        line - leg.insurance_top_up_usd_atoms + leg.premium_usd_atoms
    );
    // The account pays what the cap leaves it, and that is less than the floor.
    let floor = scene.rules().bonus_floor_q32;
    assert!(leg.keeper_usd_atoms < share(event.receipt.closed_usd_atoms, floor));
    assert_eq!(scene.lots(BTC), 0);
}

#[test]
fn when_the_insurance_line_is_empty_the_pool_line_does() {
    let mut market = MarketSpec::default();
    market.params.insurance_line_target_usd_atoms = 0;
    let mut scene = nearly_gone(market);
    let before = scene.world.market(BTC);
    assert_eq!(before.insurance_line_usd_atoms, 0);
    let event: PartiallyLiquidated = scene.liquidate().event();
    let leg = event.legs[0];
    assert_eq!(leg.insurance_top_up_usd_atoms, 0);
    assert!(leg.pool_top_up_usd_atoms > 0);
    assert_eq!(scene.earned(), floor_bonus());
    assert_eq!(
        scene.world.market(BTC).insurance_line_usd_atoms,
        leg.premium_usd_atoms
    );
}

#[test]
fn the_pool_line_pays_what_the_insurance_line_lacks() {
    let mut market = MarketSpec::default();
    market.params.insurance_line_target_usd_atoms = 2 * USD;
    let mut scene = nearly_gone(market);
    let event: PartiallyLiquidated = scene.liquidate().event();
    let leg = event.legs[0];
    assert_eq!(leg.insurance_top_up_usd_atoms, 2 * USD);
    assert!(leg.pool_top_up_usd_atoms > 0);
    assert_eq!(scene.earned(), floor_bonus());
}

#[test]
fn with_both_lines_empty_the_account_is_liquidated_all_the_same() {
    let mut scene = nearly_gone(without_lines());
    let before = scene.world.market(BTC);
    assert_eq!(
        (before.insurance_line_usd_atoms, before.pool_line_usd_atoms),
        (0, 0)
    );
    let event: PartiallyLiquidated = scene.liquidate().event();
    let leg = event.legs[0];
    assert_eq!(event.receipt.kind, Kind::Forced as u8);
    assert_eq!(
        (leg.insurance_top_up_usd_atoms, leg.pool_top_up_usd_atoms),
        (0, 0)
    );
    assert_eq!(event.receipt.bonus_usd_atoms, leg.keeper_usd_atoms);
    assert!(0 < scene.earned() && scene.earned() < floor_bonus());
    assert_eq!(scene.lots(BTC), 0);
}

#[test]
fn an_insolvent_account_is_liquidated_with_empty_lines_for_no_bonus_at_all() {
    let mut scene = Scene::with(&[without_lines()], CASH, &[(BTC, LOTS)]);
    scene.world.settle_markets(&[BTC]).ok();
    scene.price("37000");
    scene.liquidate();
    assert_eq!(scene.lots(BTC), 0);
    assert_eq!(scene.earned(), 0);
    assert_eq!(scene.receipt().cost_usd_atoms, 0);
}

#[test]
fn an_account_that_can_pay_the_floor_is_not_topped_up() {
    for price in ["38980", "38370", "38150"] {
        let mut scene = Scene::long();
        scene.price(price);
        if price == "38980" {
            scene.flag();
            scene.again(2);
        }
        let event: PartiallyLiquidated = scene.liquidate().event();
        let leg = event.legs[0];
        let top_up = (leg.insurance_top_up_usd_atoms, leg.pool_top_up_usd_atoms);
        assert_eq!(top_up, (0, 0), "at {price}");
    }
}
