//! Every kind of receipt that the program can leave, with its certificate or without.

use super::{q32, Scene, BTC, CASH, ETH, LOTS, LOW};
use whittle::state::Receipt;
use whittle_risk::liquidation::Kind;
use whittle_tests::{MarketSpec, USD, USDC};

/// A market whose minima are these, in dollars.
fn market(min_close: i64, min_position: i64) -> MarketSpec {
    let mut spec = MarketSpec::default();
    spec.params.min_close_usd_atoms = min_close * USD;
    spec.params.min_position_usd_atoms = min_position * USD;
    spec
}

fn is_certified(receipt: &Receipt) -> bool {
    receipt.has_certificate == 1
        && receipt.surplus_usd_atoms >= 0
        && receipt.shortfall_one_less_usd_atoms > 0
}

fn is_bare(receipt: &Receipt) -> bool {
    (
        receipt.has_certificate,
        receipt.certified_lots,
        receipt.surplus_usd_atoms,
        receipt.shortfall_one_less_usd_atoms,
        receipt.certified_price_q32,
    ) == (0, 0, 0, 0, 0)
}

/// What the account still needs after a plan, USD atoms; at most zero when it reached its target.
fn missing(receipt: &Receipt) -> i64 {
    let maintenance = receipt.maintenance_after_usd_atoms;
    let buffer = super::share(maintenance, whittle_tests::bps(1_000)) + 1;
    maintenance + buffer - receipt.equity_after_usd_atoms
}

#[test]
fn just_enough_is_exact_and_its_certificate_is_for_what_was_closed() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let health = scene.health();
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.kind, Kind::Exact as u8);
    assert!(is_certified(&receipt));
    let closed = (LOTS - scene.lots(BTC)).unsigned_abs();
    assert_eq!(receipt.certified_lots, closed);
    assert_eq!(receipt.certified_market, BTC);
    let price = scene.world.market(BTC).price;
    assert_eq!(receipt.certified_price_q32, price.price_q32);
    assert_eq!(receipt.certified_publish_time, price.publish_time);
    // E - T afterwards is the surplus, to the atom of the rounded buffer.
    assert!(receipt.surplus_usd_atoms + missing(&receipt) <= 1);
    assert_eq!(receipt.equity_before_usd_atoms, health.equity.0);
    assert_eq!(receipt.maintenance_before_usd_atoms, health.maintenance.0);
    let before = q32(health.equity.0, health.maintenance.0);
    assert!(receipt.latched_ratio_q32 >= before);
}

#[test]
fn a_remainder_under_the_minimum_position_is_closed_too() {
    let mut scene = Scene::with(&[market(5, 90_000)], CASH, &[(BTC, LOTS)]);
    scene.confirm_low();
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.kind, Kind::Dust as u8);
    assert!(is_certified(&receipt));
    assert!(receipt.certified_lots < LOTS.unsigned_abs() / 5);
    assert_eq!(scene.lots(BTC), 0);
    assert_eq!(receipt.maintenance_after_usd_atoms, 0);
    assert!(!scene.is_flagged());
}

#[test]
fn a_close_is_at_least_the_minimum() {
    let mut scene = Scene::with(&[market(40_000, 40_000)], CASH, &[(BTC, LOTS)]);
    scene.confirm_low();
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.kind, Kind::Minimum as u8);
    assert!(is_certified(&receipt));
    // 40,000 dollars at 3.898 a lot, rounded up.
    assert_eq!(LOTS - scene.lots(BTC), 10_262);
    assert!(receipt.certified_lots < 10_262);
    assert!(receipt.closed_usd_atoms >= 40_000 * USD);
    assert!(receipt.closed_usd_atoms < 40_000 * USD + 4 * USD);
}

#[test]
fn between_the_emergency_and_the_forced_ratio_more_than_enough_is_closed() {
    let mut scene = Scene::long();
    scene.price("38370");
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.kind, Kind::Forced as u8);
    assert!(is_bare(&receipt));
    assert!(missing(&receipt) < 0);
    assert!(0 < scene.lots(BTC) && scene.lots(BTC) < LOTS / 2);
    assert!(!scene.is_flagged());
}

#[test]
fn at_the_forced_ratio_everything_is_closed() {
    let mut scene = Scene::long();
    scene.price("38150");
    let health = scene.health();
    assert!(0 < health.equity.0 && health.equity.0 * 4 <= health.maintenance.0);
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.kind, Kind::Forced as u8);
    assert!(is_bare(&receipt));
    assert_eq!(scene.lots(BTC), 0);
    assert!(receipt.equity_after_usd_atoms > 0);
    assert!(!scene.is_flagged());
}

#[test]
fn the_share_that_is_closed_rises_from_just_enough_to_all() {
    let prices = ["38620", "38600", "38500", "38400", "38300", "38190"];
    let mut least = 0;
    for price in prices {
        let mut scene = Scene::long();
        scene.price(price);
        if scene.health().equity.0 * 2 > scene.health().maintenance.0 {
            scene.flag();
            scene.again(2);
        }
        scene.liquidate();
        let closed = LOTS - scene.lots(BTC);
        assert!(closed > least, "{closed} lots at {price}");
        least = closed;
    }
    assert_eq!(least, LOTS);
}

#[test]
fn an_account_that_cannot_be_healed_is_reduced_all_the_same_and_stays_flagged() {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let positions = [(BTC, LOTS), (ETH, 2_500)];
    let mut scene = Scene::with(&markets, CASH + 250 * USDC, &positions);
    scene.world.move_price(ETH, "1990");
    scene.price("38600");
    scene.flag();
    // BTC goes quiet; ETH, a twentieth of the account, is all that can be closed.
    scene.world.pass(61);
    scene.world.republish(ETH);
    scene.world.update(&[ETH]).ok();
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.kind, Kind::Unhealable as u8);
    assert!(is_bare(&receipt));
    assert!(missing(&receipt) > 0);
    assert_eq!((scene.lots(BTC), scene.lots(ETH)), (LOTS, 0));
    assert!(scene.is_flagged());
    assert_eq!(
        scene.world.account_of(&scene.alice).flag_touched_at,
        scene.world.now()
    );
    // BTC speaks again, and the rest is closed in the same episode.
    let flagged_at = receipt.flagged_at;
    scene.again(1);
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.kind, Kind::Exact as u8);
    assert_eq!(receipt.flagged_at, flagged_at);
    assert!(!scene.is_flagged());
}

#[test]
fn an_account_that_recovered_leaves_no_receipt_and_keeps_the_one_before() {
    let mut scene = Scene::long();
    scene.confirm_low();
    scene.liquidate();
    let kept = scene.receipt();
    scene.price("38600");
    scene.flag();
    scene.price(LOW);
    scene.price("39990");
    let events = scene.liquidate().events;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].name(), "AccountUnflagged");
    assert_eq!(scene.receipt(), kept);
}
