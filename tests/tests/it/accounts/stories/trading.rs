//! Collateral and orders.

use whittle::instructions::PlaceOrderArgs;
use whittle_client::instruction;
use whittle_tests::{BankSpec, ExchangeSpec, MarketSpec, World, USD, USDC};

use super::Watched;
use crate::liquidation::{BTC, CASH, ETH, LOTS};

const SOL: u16 = 1;
const ONE_SOL: u64 = 1_000_000_000;

/// Deposits under an issuer's cap, withdrawals, a delegate, an overdraft and its cure.
pub fn collateral(watched: &Watched) {
    issuers(watched);
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let owing = world.keeper("owing");
    let keeper = world.keeper("keeper");
    let (quote, sol) = (world.bank(0).mint, world.bank(SOL).mint);
    world.give(&owing, &sol, 200 * ONE_SOL);
    world.give(&owing, &quote, USDC / 100);
    world.give(&keeper, &quote, 10_000 * USDC);
    watched.watch(&mut world);
    watched.name("deposit", "of another token");
    owing.deposit(&mut world, SOL, 100 * ONE_SOL).ok();
    watched.name("deposit", "");
    owing.delegate_to(&mut world, &keeper).ok();
    owing.withdraw(&mut world, SOL, ONE_SOL).ok();
    // The fees of a trade leave cash under zero.
    owing.deposit(&mut world, 0, USDC / 100).ok();
    world.trade(&owing, BTC, LOTS / 5);
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    watched.name("fill_order", "that reduces");
    world.reduce(&owing, BTC, -LOTS / 5);
    world.pass(3_600);
    keeper.charge_interest(&mut world, &owing).ok();
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    keeper.convert(&mut world, &owing, SOL, u64::MAX).ok();
}

/// Two stablecoins of one issuer, who has a cap.
fn issuers(watched: &Watched) {
    let mut caps = [0; 8];
    caps[3] = 1_000 * USD;
    let mut world = World::with_exchange(&ExchangeSpec {
        group_caps_usd_atoms: caps,
        ..ExchangeSpec::default()
    });
    world.list_bank(&BankSpec::usdc()).ok();
    for symbol in ["A", "B"] {
        let issuer_group = 3;
        let spec = BankSpec {
            symbol,
            issuer_group,
            ..BankSpec::pyusd()
        };
        world.list_bank(&spec).ok();
    }
    let alice = world.keeper("alice");
    let mint = world.bank(1).mint;
    world.give(&alice, &mint, 1_000 * USDC);
    watched.watch(&mut world);
    world.update_banks(&[1, 2]).ok();
    watched.name("deposit", "under an issuer's cap");
    alice.deposit(&mut world, 1, 400 * USDC).ok();
}

/// An account from its opening to its end, with positions in two markets and another token.
pub fn orders(watched: &Watched) {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    world.list_bank(&BankSpec::sol()).ok();
    let keeper = world.keeper("keeper");
    let trader = world.actor("trader");
    let (quote, sol) = (world.bank(0).mint, world.bank(SOL).mint);
    world.give(&trader, &quote, 3 * CASH);
    world.give(&trader, &sol, ONE_SOL);
    watched.watch(&mut world);
    trader.open(&mut world).ok();
    trader.deposit(&mut world, 0, 3 * CASH).ok();
    watched.name("deposit", "of another token");
    trader.deposit(&mut world, SOL, ONE_SOL).ok();
    watched.name("deposit", "");
    for market in [BTC, ETH] {
        trader.place(&mut world, market, LOTS / 2).ok();
        world.pass(2);
        world.republish(market);
        world.update(&[market]).ok();
        keeper.fill(&mut world, &trader, 0).ok();
    }
    world.update(&[BTC, ETH]).ok();
    trader.withdraw(&mut world, 0, USDC).ok();
    let account = world.account_of(&trader);
    let assess = instruction::assess_account(&world.mirror(), trader.held(&account));
    let assess = assess.expect("known banks and markets");
    world.send(&[assess], &[]).ok();
    trader.settle(&mut world, &[BTC, ETH]).ok();
    let read = instruction::pool_exposure(&world.mirror());
    world.send(&[read], &[]).ok();

    let reward = USDC / 100;
    let other = world.trader("other", reward);
    other.place(&mut world, BTC, LOTS).ok();
    world.pass(301);
    keeper.expire(&mut world, &other, 0).ok();
    other.withdraw(&mut world, 0, reward).ok();
    other.close(&mut world).ok();
}

/// An order that waits for its trigger is taken back; another one is triggered.
pub fn stops(watched: &Watched) {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    let keeper = world.keeper("keeper");
    let trader = world.trader("trader", CASH);
    let stop = PlaceOrderArgs {
        trigger_q32: u64::MAX - 1,
        ..trader.order(&world, 1)
    };
    trader.place_with(&mut world, BTC, stop.clone()).ok();
    watched.watch(&mut world);
    trader.cancel(&mut world, 0).ok();
    trader.place_with(&mut world, BTC, stop).ok();
    keeper.trigger(&mut world, &trader, 0).ok();
}
