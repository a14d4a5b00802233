//! Losses that somebody else bears, and the end of a market and of a token.

use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::pool::PoolParams;
use whittle::state::proposal::Change;
use whittle::state::Side;
use whittle_client::instruction;
use whittle_tests::{spec, BankSpec, ExchangeSpec, MarketSpec, World, USDC};

use super::Watched;
use crate::liquidation::{without_lines, BTC, CASH, LOTS};

const SOL: u16 = 1;
const DAY: u32 = 86_400;

/// An exchange whose two markets keep no cash of their own.
fn lean(pool_atoms: u64) -> World {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    world.list_bank(&BankSpec::usdc()).ok();
    let pool = PoolParams {
        reserve_target_usd_atoms: 0,
        ..spec::pool_params()
    };
    let insurance: InsuranceParams = spec::insurance_params();
    world.create_pool_with(pool, insurance).ok();
    world.seed_insurance(10_000 * USDC).ok();
    world.fund_pool(pool_atoms);
    world.list_market(&without_lines()).ok();
    let eth = MarketSpec {
        params: without_lines().params,
        ..MarketSpec::eth()
    };
    world.list_market(&eth).ok();
    world.refresh_prices();
    world.settle_markets(&[0, 1]).ok();
    world
}

/// A bankruptcy, a shortfall, a deleverage.
pub fn losses(watched: &Watched) {
    let mut world = lean(1_000_000 * USDC);
    let alice = world.trader("alice", CASH);
    let bob = world.trader("bob", 60_000 * USDC);
    let keeper = world.keeper("keeper");
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, -LOTS);
    world.settle_markets(&[BTC]).ok();
    world.move_price(BTC, "37000");
    keeper.liquidate(&mut world, &alice).ok();
    world.settle_markets(&[BTC]).ok();
    watched.watch(&mut world);
    let account = world.account_of(&alice);
    let resolve = instruction::resolve_bankruptcy(alice.account(), &account);
    world.send(&[resolve], &[]).ok();

    booked_elsewhere(watched);

    let mut world = lean(12_000 * USDC);
    let alice = world.trader("alice", 60_000 * USDC);
    world.trade(&alice, BTC, LOTS * 3 / 2);
    world.settle_markets(&[BTC]).ok();
    world.pass(1);
    world.refresh_prices();
    world.move_price(BTC, "45000");
    let allocate = instruction::allocate_shortfall(&world.mirror());
    world.send(std::slice::from_ref(&allocate), &[]).ok();
    world.pass(620);
    world.refresh_prices();
    watched.watch(&mut world);
    world.send(&[allocate], &[]).ok();

    let mut world = lean(22_000 * USDC);
    let alice = world.trader("alice", 60_000 * USDC);
    world.trade(&alice, BTC, LOTS * 3 / 2);
    world.settle_markets(&[BTC]).ok();
    world.move_price(BTC, "43700");
    world.settle_markets(&[BTC]).ok();
    watched.watch(&mut world);
    let start = instruction::start_deleverage(BTC, Side::Long);
    world.send(&[start], &[]).ok();
    let reduce = instruction::auto_deleverage(alice.account(), BTC);
    world.send(&[reduce], &[]).ok();
}

/// A bankruptcy whose loss was made in another market than the one that was closed last, whose feed was
/// silent before.
fn booked_elsewhere(watched: &Watched) {
    let mut world = lean(1_000_000 * USDC);
    let alice = world.trader("alice", CASH);
    let keeper = world.keeper("keeper");
    world.trade(&alice, BTC, LOTS);
    world.trade(&alice, 1, 10);
    world.pass(120);
    for (market, price) in [(BTC, "37000"), (1, "1900")] {
        world.publish(market, price);
        world.update(&[market]).ok();
        keeper.liquidate(&mut world, &alice).ok();
    }
    watched.watch(&mut world);
    let account = world.account_of(&alice);
    let resolve = instruction::resolve_bankruptcy(alice.account(), &account);
    world.send(&[resolve], &[]).ok();
}

/// A market and a token end; a position of two and SOL is settled.
pub fn wind_down(watched: &Watched) {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    world.list_bank(&BankSpec::sol()).ok();
    let trader = world.trader("trader", 3 * CASH);
    let mint = world.bank(SOL).mint;
    world.give(&trader, &mint, 1_000_000);
    trader.deposit(&mut world, SOL, 1_000_000).ok();
    for market in [0, 1] {
        world.trade(&trader, market, LOTS / 2);
        world.publish_bank(SOL, "100");
        world.update_banks(&[SOL]).ok();
    }
    let (market, bank, settles_after_secs) = (BTC, SOL, DAY);
    world.change(Change::WindDownMarket {
        market,
        settles_after_secs,
    });
    world.change(Change::WindDownBank {
        bank,
        settles_after_secs,
    });
    // A day to the end, and the feeds are silent for one more.
    world.pass(2 * i64::from(DAY) + 1);
    watched.watch(&mut world);
    world
        .send(&[instruction::publish_settlement(market)], &[])
        .ok();
    let publish = instruction::publish_bank_settlement(&world.bank(bank).mint);
    world.send(&[publish], &[]).ok();
    trader.settle_position(&mut world, &trader, market).ok();
}
