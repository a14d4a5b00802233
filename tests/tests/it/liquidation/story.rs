//! From the first deposit to the last withdrawal, on both kinds of oracle.

use super::{Scene, BTC, CASH, LOTS, LOW};
use whittle::error::WhittleError;
use whittle::event::{AccountFlagged, PartiallyLiquidated};
use whittle_risk::liquidation::Kind;
use whittle_tests::{MarketSpec, OracleStub};

#[track_caller]
fn story(feed: OracleStub) {
    let market = MarketSpec {
        oracle: Some(feed),
        ..MarketSpec::default()
    };
    let mut scene = Scene::with(&[market], CASH, &[(BTC, LOTS)]);
    let healthy = scene.health();
    assert!(healthy.equity.0 > healthy.maintenance.0 * 12 / 10);

    // The price falls; the account is seen twice and just enough of it is closed.
    scene.price(LOW);
    let flagged: AccountFlagged = scene.flag().event();
    scene.again(2);
    let event: PartiallyLiquidated = scene.liquidate().event();
    let receipt = event.receipt;
    assert_eq!(receipt.kind, Kind::Exact as u8);
    assert_eq!(receipt.flagged_at, flagged.flagged_at);
    let closed = i64::try_from(event.legs[0].closed_lots).expect("few lots");
    assert_eq!(scene.lots(BTC), LOTS - closed);
    assert!(closed < LOTS / 5, "{closed} lots were closed");
    assert!(receipt.equity_after_usd_atoms > receipt.maintenance_after_usd_atoms);
    assert!(!scene.is_flagged());
    assert_eq!(scene.receipt(), receipt);

    // The keeper takes out what it earned.
    let bonus = receipt.bonus_usd_atoms;
    assert_eq!(scene.earned(), bonus);
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let quote = world.bank(0).mint;
    let atoms = bonus.unsigned_abs();
    keeper.withdraw(world, 0, atoms).ok();
    assert_eq!(world.tokens_of(keeper, &quote), atoms);

    // The owner goes on with what is left, closes it and takes everything out.
    world.trade(alice, BTC, closed - LOTS);
    let left = world.account_of(alice);
    assert_eq!(left.open_positions().count(), 0);
    assert!(left.cash_usd_atoms > 0);
    let atoms = left.cash_usd_atoms.unsigned_abs();
    alice.withdraw(world, 0, atoms).ok();
    assert_eq!(world.tokens_of(alice, &quote), atoms);
    alice.close(world).ok();
    let market = world.market(BTC);
    assert_eq!((market.long_lots, market.long_entry_usd_atoms), (0, 0));
}

#[test]
fn an_account_on_a_pull_oracle_is_liquidated_just_enough_and_lives_on() {
    story(OracleStub::pull("BTC"));
}

#[test]
fn an_account_on_a_legacy_oracle_is_liquidated_just_enough_and_lives_on() {
    story(OracleStub::legacy("BTC"));
}

#[test]
fn a_second_call_right_after_pays_nothing() {
    let mut scene = Scene::long();
    scene.confirm_low();
    scene.liquidate();
    let earned = scene.earned();
    scene.cannot_liquidate(WhittleError::AccountHealthy);
    scene.cannot_flag(WhittleError::AccountHealthy);
    assert_eq!(scene.earned(), earned);
}

#[test]
fn an_account_that_falls_again_is_a_new_episode() {
    let mut scene = Scene::long();
    scene.confirm_low();
    scene.liquidate();
    let first = scene.receipt();
    scene.price("38650");
    scene.cannot_liquidate(WhittleError::NotFlagged);
    let second = scene.flag_and_liquidate().receipt;
    assert!(second.flagged_at > first.at);
    assert_eq!(second.kind, Kind::Exact as u8);
    assert_eq!(
        scene.earned(),
        first.bonus_usd_atoms + second.bonus_usd_atoms
    );
}
