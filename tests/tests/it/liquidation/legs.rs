//! Several legs and several tiers, longs and shorts.

use super::{exchange, Scene, BTC, CASH, ETH, LOTS, LOW};
use whittle::event::PartiallyLiquidated;
use whittle::state::exchange::ExchangeParams;
use whittle_risk::liquidation::Kind;
use whittle_risk::MAX_LEGS;
use whittle_tests::{assert_only_changed, bps, ExchangeSpec, MarketSpec, USDC};

/// Maintenance of 3 percent to 50,000 dollars and 5 percent beyond in BTC, 4 percent in ETH.
fn tiered() -> [MarketSpec; 2] {
    let btc = MarketSpec {
        tiers: vec![(50_000, 300, 500), (1_000_000, 500, 800)],
        ..MarketSpec::default()
    };
    let eth = MarketSpec {
        tiers: vec![(1_000_000, 400, 700)],
        ..MarketSpec::eth()
    };
    [btc, eth]
}

/// 100,000 dollars of BTC and 50,000 of ETH.
const LEGS: [(u16, i64); 2] = [(BTC, LOTS), (ETH, 25_000)];

#[test]
fn one_leg_inside_its_upper_tier_is_enough_when_little_is_missing() {
    let mut scene = Scene::with(&tiered(), 10_400 * USDC, &LEGS);
    scene.price("38100");
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    assert_eq!(event.receipt.certified_market, BTC);
    assert_eq!(scene.lots(ETH), 25_000);
    // More than 50,000 dollars at 3.81 a lot are left.
    assert!(scene.lots(BTC) > 13_124);
}

#[test]
fn the_dearest_tier_is_closed_first_and_then_the_dearest_of_what_is_left() {
    let mut scene = Scene::with(&tiered(), 10_400 * USDC, &LEGS);
    scene.world.move_price(ETH, "1940");
    scene.price("38000");
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    // BTC to the end of its upper tier: 50,000 dollars at 3.80 a lot, rounded down.
    assert_eq!(scene.lots(BTC), 13_157);
    assert!(0 < scene.lots(ETH) && scene.lots(ETH) < 25_000);
    assert_eq!(event.receipt.certified_market, ETH);
    assert_eq!(
        event.receipt.certified_lots, event.legs[1].closed_lots,
        "the last leg is certified"
    );
}

#[test]
fn when_that_is_not_enough_the_lower_tier_follows() {
    let rules = ExchangeParams {
        emergency_q32: bps(1_000),
        forced_q32: bps(500),
        ..ExchangeSpec::default().params
    };
    let world = exchange(rules, 1_000_000 * USDC, &tiered());
    let mut scene = Scene::within(world, 10_400 * USDC, &LEGS);
    scene.world.move_price(ETH, "1900");
    scene.price("37400");
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    assert_eq!(scene.lots(ETH), 0);
    assert!(0 < scene.lots(BTC) && scene.lots(BTC) < 13_157);
    assert_eq!(event.receipt.certified_market, BTC);
}

/// Alice on one side, liquidated; Bob on the other, with less and with enough cash.
#[track_caller]
fn one_side(lots: i64, low: &str) {
    let mut scene = Scene::with(&[MarketSpec::default()], CASH, &[(BTC, lots)]);
    let bob = scene.world.trader("bob", 10 * CASH);
    scene.world.trade(&bob, BTC, -lots / 2);
    scene.price(low);
    scene.flag();
    scene.again(2);
    let (was, position) = (
        scene.world.market(BTC),
        scene.world.account_of(&scene.alice).positions[0],
    );
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    let is = scene.world.market(BTC);
    let closed = event.legs[0].closed_lots;
    let part = i128::from(position.entry_usd_atoms) * i128::from(closed) / i128::from(lots.abs());
    let part = i64::try_from(part).expect("a part of an entry");
    let after = scene.world.account_of(&scene.alice).positions[0];
    assert_eq!(after.entry_usd_atoms, position.entry_usd_atoms - part);
    assert_eq!(after.funding_index_q32, is.funding_index_q32);
    let long = (is.long_lots, is.long_entry_usd_atoms);
    let short = (is.short_lots, is.short_entry_usd_atoms);
    if lots > 0 {
        assert_eq!(
            long,
            (was.long_lots - closed, was.long_entry_usd_atoms - part)
        );
        assert_eq!(short, (was.short_lots, was.short_entry_usd_atoms));
    } else {
        assert_eq!(
            short,
            (was.short_lots - closed, was.short_entry_usd_atoms + part)
        );
        assert_eq!(long, (was.long_lots, was.long_entry_usd_atoms));
    }
}

#[test]
fn a_long_leaves_the_long_side_with_its_share_of_the_entry() {
    one_side(LOTS, LOW);
}

#[test]
fn a_short_leaves_the_short_side_with_its_share_of_the_entry() {
    one_side(-LOTS, "40960");
}

#[test]
fn a_long_and_a_short_of_one_account_are_both_closed_in() {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let positions = [(BTC, LOTS), (ETH, -50_000)];
    let mut scene = Scene::with(&markets, 2 * CASH, &positions);
    scene.world.move_price(ETH, "2080");
    scene.price("38400");
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(receipt.kind, Kind::Forced as u8);
    assert_eq!(scene.lots(BTC), 0);
    assert!(-50_000 < scene.lots(ETH) && scene.lots(ETH) < 0);
}

#[test]
fn an_account_whose_legs_cancel_out_is_not_liquidated_when_both_move() {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let positions = [(BTC, LOTS), (ETH, -50_000)];
    let mut scene = Scene::with(&markets, 2 * CASH, &positions);
    scene.world.move_price(ETH, "1900");
    scene.price("38000");
    scene.cannot_liquidate(whittle::error::WhittleError::AccountHealthy);
}

#[test]
fn of_two_equal_legs_the_one_that_lightens_the_skew_is_closed_first() {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let positions = [(BTC, LOTS), (ETH, 50_000)];
    let mut scene = Scene::with(&markets, 2 * CASH, &positions);
    // In BTC others are short by more: closing Alice's long there adds to the skew.
    let bob = scene.world.trader("bob", 10 * CASH);
    scene.world.trade(&bob, BTC, -2 * LOTS);
    scene.world.move_price(ETH, "1949");
    scene.price(LOW);
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    assert_eq!(scene.lots(BTC), LOTS);
    assert!(scene.lots(ETH) < 50_000);
}

#[test]
fn an_account_of_eight_legs_is_closed_in_only_where_the_plan_says() {
    let symbols: [&str; MAX_LEGS] = ["A", "B", "C", "D", "E", "F", "G", "H"];
    let markets = symbols.map(|symbol| MarketSpec {
        symbol,
        ..MarketSpec::default()
    });
    let sides = (0u16..8).map(|market| (market, if market % 2 == 0 { LOTS } else { -LOTS }));
    let positions: Vec<_> = sides.collect();
    let mut scene = Scene::with(&markets, 8 * CASH, &positions);
    scene.world.pass(1);
    for (market, lots) in &positions {
        let price = if *lots > 0 { "38980" } else { "41010" };
        scene.world.publish(*market, price);
    }
    let all = scene.world.all_markets();
    scene.world.update(&all).ok();
    scene.flag();
    scene.again(2);
    let before = scene.world.picture();
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    assert_eq!(event.legs.len(), MAX_LEGS);
    let mut allowed = vec![scene.alice.account(), scene.keeper.account()];
    let closed = event.legs.iter().filter(|leg| leg.closed_lots > 0);
    allowed.extend(closed.map(|leg| whittle_client::address::market(leg.market)));
    assert!(allowed.len() < 2 + MAX_LEGS, "not everything is touched");
    before.assert_only_changed(&scene.world.picture(), &allowed);
}

#[test]
fn a_market_in_which_nothing_is_closed_is_not_written() {
    let mut scene = Scene::with(&tiered(), 10_400 * USDC, &LEGS);
    scene.price("38100");
    scene.flag();
    scene.again(2);
    let before = scene.world.picture();
    scene.liquidate();
    assert_only_changed!(
        before,
        scene.world.picture(),
        [
            scene.alice.account(),
            scene.keeper.account(),
            whittle_client::address::market(BTC),
        ]
    );
}
