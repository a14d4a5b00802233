//! Between the end of a market or bank and its price of settlement: nobody chooses that price, and
//! nobody chooses between it and the oracle's.

use crate::liquidation::{Scene, BTC, CASH, LOTS, LOW};
use crate::recovery::{DUE, PLAN};
use crate::wind_down::{end_of_btc, markets, publish};
use whittle::error::WhittleError;
use whittle::event::{BankSettlementPublished, SettlementPublished};
use whittle::state::proposal::Change;
use whittle::state::Side;
use whittle_client::instruction;
use whittle_tests::{Actor, BankSpec, Sent, World, USDC};

const SOL: u16 = 1;
const DAY: i64 = 86_400;

/// INV-SETTLED. A market in which nobody cached a price for days, and whose feed has a new one.
#[test]
fn who_publishes_first_cannot_choose_the_old_average_of_a_market_whose_feed_speaks() {
    for updates_first in [false, true] {
        let mut world = World::with_markets(&markets());
        let alice = world.trader("alice", 5_000 * USDC);
        world.trade(&alice, BTC, 500);
        world.change(end_of_btc());
        world.pass(DAY + 60);
        let end = world.market(BTC).wind_down.settles_at;
        world.publish(BTC, "39000");
        if updates_first {
            world.update(&[BTC]).ok();
        }
        publish(&mut world, BTC).refused(WhittleError::SettlementUnobserved);
        if !updates_first {
            // All day long anybody can still begin to observe it.
            world.pass(end + DAY - world.now());
            publish(&mut world, BTC).refused(WhittleError::SettlementUnobserved);
            world.publish(BTC, "39000");
            world.update(&[BTC]).ok();
        }
        for _ in 0..6 {
            publish(&mut world, BTC).refused(WhittleError::SettlementUnobserved);
            world.pass(300);
            world.publish(BTC, "39000");
            world.update(&[BTC]).ok();
        }
        let event: SettlementPublished = publish(&mut world, BTC).ok().event();
        assert_eq!(event.observed_secs, 1_800);
        let now = world.market(BTC).price.price_q32;
        assert!(event.price_q32.abs_diff(now) <= 1);
    }
}

/// INV-SETTLED.
#[test]
fn who_publishes_first_cannot_choose_the_last_price_of_a_bank_whose_feed_speaks() {
    for updates_first in [false, true] {
        let mut world = World::new();
        world.list_bank(&BankSpec::sol()).ok();
        world.change(Change::WindDownBank {
            bank: SOL,
            settles_after_secs: 86_400,
        });
        let settle = |world: &mut World| -> Sent {
            let settle = instruction::publish_bank_settlement(&world.bank(SOL).mint);
            world.send(&[settle], &[])
        };
        world.pass(DAY + 60);
        world.publish_bank(SOL, "50");
        if updates_first {
            world.update_banks(&[SOL]).ok();
        }
        settle(&mut world).refused(WhittleError::SettlementUnobserved);
        // A feed of which nobody shows anything for a day is gone.
        let bank = world.bank(SOL);
        let since = bank.wind_down.settles_at.max(bank.price.publish_time);
        world.pass(since + DAY - world.now());
        settle(&mut world).refused(WhittleError::SettlementUnobserved);
        world.pass(1);
        let event: BankSettlementPublished = settle(&mut world).ok().event();
        let last = world.bank(SOL).price.price_q32;
        assert_eq!((event.price_q32, event.observed_secs), (last, 0));
    }
}

/// Alice is long and has a recovery plan and a stop; then the market ends, and its feed speaks.
fn ended() -> Scene {
    let mut scene = Scene::with(&[Default::default()], CASH, &[(BTC, LOTS)]);
    scene.plan(PLAN);
    let (world, alice) = (&mut scene.world, &scene.alice);
    let end = world.propose(end_of_btc());
    world.await_eta(end);
    world.apply(end).ok();
    let mut stop = alice.order(world, -100);
    (stop.reduce_only, stop.trigger_q32) = (true, 3_950_000 << 32);
    stop.expires_at = world.now() + 10 * DAY;
    alice.place_with(world, BTC, stop).ok();
    world.pass(DAY - 1);
    scene.price(DUE);
    scene
}

/// INV-SETTLED.
#[test]
fn after_its_end_a_market_waits_for_its_price_and_nothing_closes_at_the_oracles() {
    let mut scene = ended();
    let waits = WhittleError::MarketSettled;
    assert_eq!(scene.ratio_bps() / 100, 108);
    scene.cannot_recover(waits);
    let (alice, keeper) = (scene.alice.clone(), scene.keeper.clone());
    keeper.trigger(&mut scene.world, &alice, 0).refused(waits);
    let mut reduce = alice.order(&scene.world, -10);
    reduce.reduce_only = true;
    let sent = alice.place_with(&mut scene.world, BTC, reduce);
    sent.refused(waits);
    for side in Side::BOTH {
        let start = instruction::start_deleverage(BTC, side);
        scene.world.send(&[start], &[]).refused(waits);
    }
    let provider = Actor::named("lp");
    let sent = provider.request_withdrawal(&mut scene.world, USDC, 0);
    sent.ok();
    scene.again(2);
    let sent = provider.fill_request(&mut scene.world, &provider);
    sent.refused(waits);
}

/// INV-SETTLED and INV-EMERGENCY.
#[test]
fn after_its_end_and_before_its_price_a_market_liquidates_in_emergency_alone() {
    let mut scene = ended();
    scene.price(LOW);
    let (alice, keeper) = (scene.alice.clone(), scene.keeper.clone());
    // Any grace after the gap in prices is over by then.
    scene.again(660);
    keeper.flag(&mut scene.world, &alice).ok();
    scene.again(2);
    let sent = keeper.liquidate(&mut scene.world, &alice);
    sent.refused(WhittleError::Protected);
    scene.price("38400");
    let before = scene.lots(BTC);
    keeper.liquidate(&mut scene.world, &alice).ok();
    assert!(scene.lots(BTC) < before);
    // Half an hour after the first price the rest has its own.
    scene.again(1_200);
    let event: SettlementPublished = publish(&mut scene.world, BTC).ok().event();
    assert_eq!(event.observed_secs, 1_800);
}
