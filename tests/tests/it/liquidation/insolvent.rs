//! Accounts that owe more than they have: closed whole at no cost to them, and what is missing is
//! booked until somebody pays it (INV-DEFICIT).

use super::{share, Scene, BTC, ETH, LOTS};
use whittle::error::WhittleError;
use whittle::event::{AccountSettled, DeficitBooked, OrderKilled, PartiallyLiquidated};
use whittle_risk::liquidation::Kind;
use whittle_tests::{bps, MarketSpec, USD, USDC};

/// Alice, 2,000 dollars and more under water.
fn under_water() -> Scene {
    let mut scene = Scene::long();
    scene.price("37000");
    assert!(scene.health().equity.0 < -2_000 * USD);
    scene
}

/// Alice after her liquidation, and her deficit.
fn in_deficit() -> (Scene, i64) {
    let mut scene = under_water();
    scene.liquidate();
    let deficit = scene.world.account_of(&scene.alice).deficit_usd_atoms;
    assert!(deficit > 0);
    (scene, deficit)
}

fn pay_in(scene: &mut Scene, amount: i64) {
    let quote = scene.world.bank(0).mint;
    let amount = amount.unsigned_abs();
    scene.world.give(&scene.alice, &quote, amount);
    scene.alice.deposit(&mut scene.world, 0, amount).ok();
}

#[test]
fn an_insolvent_account_is_closed_whole_at_no_cost() {
    let mut scene = under_water();
    let before = scene.health();
    let event: PartiallyLiquidated = scene.liquidate().event();
    let (leg, receipt) = (event.legs[0], event.receipt);
    assert_eq!(receipt.kind, Kind::Unhealable as u8);
    assert_eq!(leg.closed_lots, LOTS.unsigned_abs());
    assert_eq!(receipt.cost_usd_atoms, 0);
    let paid = leg.keeper_usd_atoms + leg.premium_usd_atoms + leg.pool_usd_atoms;
    assert_eq!(paid, 0);
    assert_eq!(receipt.equity_after_usd_atoms, before.equity.0);
    assert_eq!(scene.health().equity, before.equity);
    assert_eq!(scene.cash(), before.equity.0);
}

#[test]
fn insurance_pays_the_keeper_of_an_insolvent_account() {
    let mut scene = under_water();
    let line = scene.world.market(BTC).insurance_line_usd_atoms;
    let event: PartiallyLiquidated = scene.liquidate().event();
    let leg = event.legs[0];
    let bonus = event.receipt.bonus_usd_atoms;
    assert!(bonus > 0);
    assert_eq!(leg.insurance_top_up_usd_atoms, bonus);
    assert_eq!(leg.pool_top_up_usd_atoms, 0);
    assert_eq!(scene.earned(), bonus);
    assert_eq!(
        scene.world.market(BTC).insurance_line_usd_atoms,
        line - bonus
    );
    // At most the floor on everything closed.
    let floor = bps(5);
    assert!(bonus <= share(event.receipt.closed_usd_atoms, floor));
}

#[test]
fn what_is_missing_is_booked_in_the_market_that_was_closed_last() {
    let mut scene = under_water();
    let missing = -scene.health().equity.0;
    let event: DeficitBooked = scene.liquidate().event();
    let account = scene.world.account_of(&scene.alice);
    assert_eq!(
        event,
        DeficitBooked {
            account: scene.alice.account(),
            market: BTC,
            deficit_usd_atoms: missing,
        }
    );
    assert_eq!(account.deficit_usd_atoms, missing);
    assert_eq!(account.deficit_market, BTC);
    assert_eq!(scene.world.market(BTC).deficit_usd_atoms, missing);
}

#[test]
fn nothing_is_booked_while_a_position_that_could_not_be_closed_is_left() {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let positions = [(BTC, LOTS), (ETH, 2_500)];
    let mut scene = Scene::with(&markets, 5_600 * USDC, &positions);
    scene.world.pass(61);
    scene.world.publish(BTC, "36000");
    scene.world.update(&[BTC]).ok();
    let done = scene.liquidate();
    assert_eq!(done.events_of::<DeficitBooked>(), []);
    assert_eq!((scene.lots(BTC), scene.lots(ETH)), (0, 2_500));
    assert_eq!(scene.world.account_of(&scene.alice).deficit_usd_atoms, 0);
    assert!(scene.health().equity.0 < 0);
    // Once ETH speaks again, what is missing is booked there.
    scene.world.republish(ETH);
    scene.world.update(&[ETH]).ok();
    let event: DeficitBooked = scene.liquidate().event();
    assert_eq!(event.market, ETH);
    assert_eq!(event.deficit_usd_atoms, -scene.cash());
    assert_eq!(scene.world.market(BTC).deficit_usd_atoms, 0);
}

#[test]
fn an_account_without_positions_cannot_be_liquidated_again_for_its_deficit() {
    let (mut scene, _) = in_deficit();
    scene.again(2);
    scene.cannot_liquidate(WhittleError::NoPositions);
    scene.cannot_flag(WhittleError::NoPositions);
}

#[test]
fn an_account_in_deficit_takes_no_new_orders() {
    let (mut scene, deficit) = in_deficit();
    let Scene { world, alice, .. } = &mut scene;
    alice
        .place(world, BTC, 100)
        .refused(WhittleError::AccountInDeficit);
    // A deposit alone does not lift that; settling does.
    pay_in(&mut scene, deficit + 1_000 * USD);
    let Scene { world, alice, .. } = &mut scene;
    alice
        .place(world, BTC, 100)
        .refused(WhittleError::AccountInDeficit);
    alice.settle(world, &[BTC]).ok();
    alice.place(world, BTC, 100).ok();
}

#[test]
fn an_order_from_before_the_deficit_adds_no_risk_after_it() {
    let mut scene = Scene::long();
    let filler = scene.world.keeper("other filler");
    scene.alice.place(&mut scene.world, BTC, 100).ok();
    scene.price("37000");
    scene.liquidate();
    let deficit = scene.world.account_of(&scene.alice).deficit_usd_atoms;
    pay_in(&mut scene, deficit + 1_000 * USD);
    scene.again(1);
    let oracle = scene.world.feed(BTC);
    let placed = scene.world.account_of(&scene.alice).orders[0].placed_at;
    let mut update = oracle.update("37000", scene.world.now());
    update.prev_publish_time = placed + 1;
    scene.world.show_market(BTC, update);
    let done = filler.fill(&mut scene.world, &scene.alice, 0).ok();
    let event: OrderKilled = done.event();
    assert_eq!(event.reason, u32::from(WhittleError::AccountInDeficit));
    let account = scene.world.account_of(&scene.alice);
    assert_eq!(account.open_positions().count(), 0);
    assert_eq!(account.orders[0].lots, 0);
}

#[test]
fn a_deposit_and_a_settlement_release_the_deficit() {
    let (mut scene, deficit) = in_deficit();
    pay_in(&mut scene, deficit);
    // The deposit is the account's cash; the market does not know of it yet.
    assert_eq!(scene.cash(), 0);
    assert_eq!(scene.world.market(BTC).deficit_usd_atoms, deficit);
    let Scene { world, alice, .. } = &mut scene;
    let event: AccountSettled = alice.settle(world, &[BTC]).ok().event();
    assert_eq!((event.cash_usd_atoms, event.deficit_usd_atoms), (0, 0));
    assert_eq!(world.account_of(alice).deficit_usd_atoms, 0);
    assert_eq!(world.market(BTC).deficit_usd_atoms, 0);
}

#[test]
fn a_deposit_of_a_part_releases_that_part() {
    let (mut scene, deficit) = in_deficit();
    let part = deficit / 3;
    pay_in(&mut scene, part);
    let Scene { world, alice, .. } = &mut scene;
    alice.settle(world, &[BTC]).ok();
    assert_eq!(world.account_of(alice).deficit_usd_atoms, deficit - part);
    assert_eq!(world.market(BTC).deficit_usd_atoms, deficit - part);
    pay_in(&mut scene, deficit - part + 5);
    let Scene { world, alice, .. } = &mut scene;
    let event: AccountSettled = alice.settle(world, &[BTC]).ok().event();
    assert_eq!((event.cash_usd_atoms, event.deficit_usd_atoms), (5, 0));
}

#[test]
fn settling_an_account_that_paid_nothing_releases_nothing() {
    let (mut scene, deficit) = in_deficit();
    let Scene { world, alice, .. } = &mut scene;
    let event: AccountSettled = alice.settle(world, &[BTC]).ok().event();
    assert_eq!(event.deficit_usd_atoms, deficit);
    assert_eq!(world.market(BTC).deficit_usd_atoms, deficit);
}

#[test]
fn cash_that_nobody_has_paid_stays_in_the_line() {
    let (mut scene, deficit) = in_deficit();
    let world = &mut scene.world;
    world.settle_markets(&[BTC]).ok();
    let market = world.market(BTC);
    let target = market.params.pool_line_target_usd_atoms;
    assert_eq!(market.pool_line_usd_atoms, target + deficit);
    // Once it is paid, the line gives it to the pool.
    pay_in(&mut scene, deficit);
    let Scene { world, alice, .. } = &mut scene;
    alice.settle(world, &[BTC]).ok();
    let before = world.pool();
    world.settle_markets(&[BTC]).ok();
    let after = world.pool();
    assert_eq!(world.market(BTC).pool_line_usd_atoms, target);
    assert_eq!(
        after.cash_usd_atoms + after.reserve_usd_atoms,
        before.cash_usd_atoms + before.reserve_usd_atoms + deficit
    );
}
