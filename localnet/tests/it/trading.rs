//! Orders and liquidations by transactions.

use std::thread;
use std::time::{Duration, Instant};

use whittle::error::WhittleError;
use whittle_localnet::play::{Mode, Pace};
use whittle_localnet::{Recording, SendError};
use whittle_risk::health::State;

use crate::{dollars, options, start};

const USDC: u64 = 1_000_000;

/// The error of the program that a transaction failed with.
fn refusal(sent: anyhow::Result<()>) -> SendError {
    let error = sent.expect_err("a refusal");
    error.downcast().expect("a refused transaction")
}

#[test]
fn a_flagged_account_is_liquidated_over_rpc_behind_an_update() {
    let local = start(options());
    let keeper = &local.keepers[1];
    local.publish(&dollars([16_000, 700, 150])).unwrap();
    let trader = local.member("trader", 5_000 * USDC).unwrap();
    local.open_account(&trader).unwrap();
    local.deposit(&trader, 0, 5_000 * USDC).unwrap();

    local.place(&trader, 0, 40_000).unwrap();
    local.fill(&[&trader], keeper).unwrap();
    let opened = local.margin_account(&trader.account()).unwrap();
    let position = opened.open_positions().next().expect("a position");
    // A lot is 0.00001 BTC, 0.16 dollars.
    assert_eq!(position.lots, 250_000);
    let reward = local.margin_account(&keeper.account()).unwrap();
    assert_eq!(reward.cash_usd_atoms, 50_000);
    let healthy = refusal(local.flag(&trader, keeper));
    assert!(healthy.is(WhittleError::AccountHealthy), "{healthy}");

    local.publish(&dollars([14_240, 700, 150])).unwrap();
    assert_eq!(local.look().unwrap().under, 1);
    local.flag(&trader, keeper).unwrap();
    assert_eq!(local.look().unwrap().flagged, 1);
    let early = refusal(local.liquidate(&trader, keeper));
    assert!(early.is(WhittleError::NotConfirmed), "{early}");

    // Two seconds later the price is still there.
    thread::sleep(Duration::from_secs(2));
    local.publish(&dollars([14_240, 700, 150])).unwrap();
    local.liquidate(&trader, keeper).unwrap();
    let after = local.margin_account(&trader.account()).unwrap();
    let left = after.open_positions().next().expect("a position").lots;
    assert!((1..250_000).contains(&left), "{left} lots are left");
    let receipt = &after.receipt;
    // The target is a tenth over maintenance, and under the level of a margin call.
    assert!(10 * receipt.equity_after_usd_atoms >= 11 * receipt.maintenance_after_usd_atoms);
    let mirror = local.mirror().unwrap();
    let state = mirror.state(&after, local.node().now().unwrap()).unwrap();
    assert_eq!(state, State::MarginCall);
    let bonus = local.margin_account(&keeper.account()).unwrap();
    assert_eq!(bonus.cash_usd_atoms, 50_000 + receipt.bonus_usd_atoms);
}

#[test]
fn the_recorded_fall_brings_the_traders_of_the_example_under_maintenance() {
    let local = start(whittle_localnet::Options {
        traders: true,
        ..options()
    });
    let before = local.look().unwrap();
    assert_eq!((before.holding, before.under, before.orders), (7, 0, 0));
    assert_eq!(local.you().unwrap().name, "you");

    let pace = Pace {
        secs_per_hour: 0.5,
        secs_between: 1,
        repeat: true,
        begin: Mode::Play,
    };
    let player = local.play(Recording::week().unwrap(), pace);
    let deadline = Instant::now() + Duration::from_secs(120);
    let mut most = 0;
    // Those with the most leverage; at the low itself, which passes in a second, all but the short.
    while most < 4 {
        player.check().unwrap();
        assert!(Instant::now() < deadline, "{most} accounts in two minutes");
        let sight = local.look().unwrap();
        most = most.max(sight.under);
        thread::sleep(Duration::from_millis(200));
    }
    drop(player);
    let (still, now) = (local.oracles().prices(), local.look().unwrap());
    thread::sleep(Duration::from_secs(2));
    assert_eq!(local.oracles().prices(), still);
    assert_ne!(now.prices, before.prices);
}
