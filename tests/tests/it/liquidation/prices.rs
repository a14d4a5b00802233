//! Prices that are stale or uncertain: they count in the account's favour and are not closed at.

use super::{Scene, BTC, CASH, ETH, LOTS, LOW};
use whittle::error::WhittleError;
use whittle::event::{AccountFlagged, PartiallyLiquidated};
use whittle_risk::health::State;
use whittle_risk::liquidation::Kind;
use whittle_tests::{MarketSpec, Quote, USDC};

/// Alice is long BTC and ETH, 100,000 dollars of each.
fn two_legs() -> Scene {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    Scene::with(&markets, 2 * CASH, &[(BTC, LOTS), (ETH, 50_000)])
}

#[test]
fn a_leg_with_a_stale_price_is_not_closed_while_others_are() {
    for (quiet, spoken) in [(BTC, ETH), (ETH, BTC)] {
        let mut scene = two_legs();
        scene.world.move_price(ETH, "1935");
        scene.price("38700");
        scene.flag();
        scene.world.pass(61);
        scene.world.republish(spoken);
        scene.world.update(&[spoken]).ok();
        let (left_alone, whole) = (scene.lots(quiet), scene.lots(spoken));
        let market = scene.world.market(quiet);
        let event: PartiallyLiquidated = scene.liquidate().event();
        assert_eq!(event.receipt.kind, Kind::Exact as u8);
        assert_eq!(scene.lots(quiet), left_alone);
        assert!(scene.lots(spoken) < whole);
        // It counted at its old price, shifted by its age in the account's favour.
        let leg = event.legs[usize::from(quiet)];
        assert_eq!(leg.closed_lots, 0);
        assert_eq!(leg.publish_time, market.price.publish_time);
        let age = (scene.world.now() - leg.publish_time).unsigned_abs();
        let shift = u128::from(market.oracle.stale_shift_per_sec_q32) * u128::from(age);
        let shift = (u128::from(market.price.price_q32) * shift) >> 32;
        assert_eq!(
            u128::from(leg.price_q32),
            u128::from(market.price.price_q32) + shift
        );
    }
}

#[test]
fn an_account_whose_prices_are_all_stale_can_be_neither_flagged_nor_liquidated() {
    let mut scene = two_legs();
    scene.world.move_price(ETH, "1920");
    scene.price("38400");
    scene.world.pass(61);
    scene.cannot_flag(WhittleError::PriceTooOld);
    scene.cannot_liquidate(WhittleError::PriceTooOld);
}

#[test]
fn not_even_an_insolvent_account_is_liquidated_at_stale_prices_alone() {
    let mut scene = Scene::long();
    scene.price("34000");
    scene.world.pass(61);
    assert_eq!(scene.state(), State::Insolvent);
    scene.cannot_liquidate(WhittleError::PriceTooOld);
    scene.world.pass(100_000);
    assert_eq!(scene.state(), State::Insolvent);
    scene.cannot_liquidate(WhittleError::PriceTooOld);
}

#[test]
fn a_price_of_thirty_seconds_is_not_stale() {
    let mut scene = Scene::long();
    scene.price("38370");
    scene.world.pass(30);
    scene.liquidate();
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn the_older_a_price_the_more_it_counts_for_the_account() {
    let mut scene = Scene::long();
    scene.price("38900");
    scene.flag();
    scene.world.pass(61);
    // 61 basis points of 97,250 dollars: Alice is no longer under maintenance.
    scene.cannot_liquidate(WhittleError::AccountHealthy);
    let shifted = scene.health().equity;
    scene.world.pass(1);
    assert!(scene.health().equity > shifted);
    // And no more than five percent, however old.
    scene.world.pass(439);
    let most = scene.health().equity;
    scene.world.pass(100_000);
    assert_eq!(scene.health().equity, most);
}

#[test]
fn an_account_is_not_liquidatable_when_an_uncertain_price_may_be_better() {
    let mut scene = Scene::long();
    // Two times 1.5 percent in Alice's favour.
    scene.price(Quote::usd(LOW).with_confidence_bps(150));
    assert_eq!(scene.state(), State::Liquidatable);
    scene.cannot_flag(WhittleError::AccountHealthy);
    scene.price(LOW);
    scene.flag();
    scene.world.pass(2);
    scene.price(Quote::usd(LOW).with_confidence_bps(150));
    // With the doubt in her favour she is at her target: she is unflagged.
    scene.liquidate();
    assert!(!scene.is_flagged());
    assert_eq!(scene.lots(BTC), LOTS);
    assert_eq!(scene.earned(), 0);
}

#[test]
fn an_uncertain_price_that_is_low_enough_all_the_same_liquidates_at_the_price_itself() {
    let mut scene = Scene::long();
    scene.price(Quote::usd("37700").with_confidence_bps(101));
    // Insolvent by the price itself, merely liquidatable or worse in the best case.
    assert_eq!(scene.state(), State::Insolvent);
    scene.flag();
    scene.again(2);
    scene.liquidate();
    let price = scene.world.market(BTC).price;
    assert_eq!(price.uncertain, 1);
    assert!(scene.lots(BTC) < LOTS);
    let receipt = scene.receipt();
    let left = scene.lots(BTC);
    let closed = u64::try_from(LOTS - left).expect("few lots");
    let notional = (u128::from(closed) * u128::from(price.price_q32)) >> 32;
    let notional = i64::try_from(notional).expect("few dollars");
    assert!((receipt.closed_usd_atoms - notional).abs() <= 1);
}

#[test]
fn doubt_turns_an_emergency_into_what_has_to_be_flagged_first() {
    let certain = "38050";
    let mut scene = Scene::long();
    scene.price(certain);
    assert_eq!(scene.state(), State::Emergency);
    scene.liquidate();

    let mut scene = Scene::long();
    // Two times 1.01 percent: E / M between one half and one in the best case.
    scene.price(Quote::usd(certain).with_confidence_bps(101));
    assert_eq!(scene.state(), State::Emergency);
    scene.cannot_liquidate(WhittleError::NotFlagged);
    let event: AccountFlagged = scene.flag().event();
    // What caps the costs is the price itself.
    let health = scene.health();
    assert_eq!(
        event.ratio_q32,
        super::q32(health.equity.0, health.maintenance.0)
    );
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    scene.again(2);
    scene.liquidate();
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn a_wild_confidence_shifts_a_price_by_five_percent_at_most() {
    let mut scene = Scene::long();
    scene.price(Quote::usd("36000").with_confidence_bps(9_000));
    // Ten percent down, five percent in its favour: emergency all the same.
    scene.liquidate();
    assert_eq!(scene.lots(BTC), 0);
}

#[test]
fn every_price_that_is_used_must_be_newer_than_the_flag() {
    let mut scene = two_legs();
    scene.world.move_price(ETH, "1945");
    scene.price("38900");
    scene.flag();
    scene.world.pass(5);
    for (market, error) in [(BTC, Some(WhittleError::NotConfirmed)), (ETH, None)] {
        scene.world.republish(market);
        scene.world.update(&[market]).ok();
        if let Some(error) = error {
            scene.cannot_liquidate(error);
        }
    }
    scene.liquidate();
    assert_eq!(scene.receipt().kind, Kind::Exact as u8);
}

#[test]
fn a_market_that_was_quiet_at_the_flag_confirms_with_its_first_price_after_it() {
    let mut scene = Scene::with(
        &[MarketSpec::default(), MarketSpec::eth()],
        CASH + 550 * USDC,
        &[(BTC, LOTS), (ETH, 5_000)],
    );
    scene.world.pass(61);
    scene.price(LOW);
    scene.price("38800");
    let event: AccountFlagged = scene.flag().event();
    let btc = scene.world.market(BTC).price.publish_time;
    assert_eq!(event.publish_time, btc, "the newest of the fresh ones");
    scene.again(2);
    scene.liquidate();
    assert_eq!(scene.receipt().kind, Kind::Exact as u8);
}
