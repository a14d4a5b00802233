//! Compute units of every instruction, in situations that are the same in every run. Printed by
//! `lab cu`; the tests assert ceilings on the same figures.

use whittle::event::OrderKilled;
use whittle::instructions::PlaceOrderArgs;
use whittle::state::recovery::RecoveryPlan;
use whittle_client::instruction;
use whittle_risk::MAX_LEGS;

use crate::actor::Actor;
use crate::outcome::Done;
use crate::spec::{bps, BankSpec, ExchangeSpec, MarketSpec, USDC};
use crate::world::World;

/// One figure.
#[derive(Clone, Debug)]
pub struct Cost {
    /// The instruction; after a slash, for how many legs, markets or banks.
    pub name: String,
    /// Compute units of the program, calls to the token program included.
    pub units: u64,
}

const SYMBOLS: [&str; MAX_LEGS] = ["BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ADA", "AVAX"];
/// Lots of 4 dollars: 100,000 dollars.
const LOTS: i64 = 25_000;
/// What an account deposits for each such position: initial margin is 5,000 dollars.
const CASH: u64 = 5_300 * USDC;

/// An exchange with so many markets, all at 40,000 dollars for 10^4 lots.
fn world(markets: usize) -> World {
    let specs = SYMBOLS[..markets].iter().map(|symbol| MarketSpec {
        symbol,
        ..MarketSpec::default()
    });
    World::with_markets(&specs.collect::<Vec<_>>())
}

/// A trader with a position in each market, long and short by turns, the first `largest` times as
/// large as the others, and another trader who is on the other side with half as much.
fn crowd(world: &mut World, largest: i64) -> Actor {
    let markets = world.all_markets();
    let count = u64::try_from(markets.len()).expect("few markets") + largest.unsigned_abs() - 1;
    let trader = world.trader("trader", CASH * count);
    let other = world.trader("other", CASH * count);
    for market in markets {
        let lots = sign(market) * LOTS * if market == 0 { largest } else { 1 };
        world.trade(&other, market, -lots / 2);
        world.trade(&trader, market, lots);
    }
    trader
}

fn sign(market: u16) -> i64 {
    if market.is_multiple_of(2) {
        1
    } else {
        -1
    }
}

/// Every price moves against the trader by so many basis points.
fn crash(world: &mut World, bps: i64) {
    world.pass(1);
    for market in world.all_markets() {
        let price = 40_000 * (10_000 - sign(market) * bps) / 10_000;
        world.publish(market, price.to_string().as_str());
    }
    let all = world.all_markets();
    world.update(&all).ok();
}

fn refresh(world: &mut World) {
    for market in world.all_markets() {
        world.republish(market);
    }
    let all = world.all_markets();
    world.update(&all).ok();
}

/// What a liquidation has to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The first position is four times the others, and closing a part of it suffices.
    One,
    /// All positions are alike and E / M is about 0.9: two of eight are needed.
    Alike,
    /// E / M is under the forced ratio: all are closed.
    All,
}

/// Liquidating an account with `legs` positions.
#[must_use]
pub fn liquidation(legs: usize, depth: Depth) -> Cost {
    let (what, largest, move_bps) = match depth {
        Depth::One if legs == 1 => ("liquidate_partial", 1, 255),
        Depth::One => ("liquidate_partial", 4, 255),
        Depth::Alike => ("liquidate_partial_alike", 1, 255),
        Depth::All => ("liquidate_partial_all", 1, 475),
    };
    let mut world = world(legs);
    let trader = crowd(&mut world, largest);
    let keeper = world.keeper("keeper");
    crash(&mut world, move_bps);
    if depth != Depth::All {
        keeper.flag(&mut world, &trader).ok();
        world.pass(3);
        refresh(&mut world);
    }
    let before = world.account_of(&trader);
    let done = keeper.liquidate(&mut world, &trader).ok();
    let after = world.account_of(&trader);
    let pairs = before.positions.iter().zip(&after.positions);
    let touched = pairs.filter(|(was, is)| was.lots != is.lots).count();
    match depth {
        Depth::One => assert_eq!(touched, 1, "positions closed or reduced"),
        Depth::Alike => assert!(touched >= 1 && after.open_positions().count() > 0),
        Depth::All => assert_eq!(after.open_positions().count(), 0),
    }
    cost(&format!("{what}/{legs}"), &done)
}

/// Updating so many markets in one instruction.
#[must_use]
pub fn update(markets: usize) -> Cost {
    let mut world = world(markets);
    world.pass(61);
    for market in world.all_markets() {
        world.publish(market, "40100");
    }
    let all = world.all_markets();
    let done = world.update(&all).ok();
    cost(&format!("update_markets/{markets}"), &done)
}

fn cost(name: &str, done: &Done) -> Cost {
    Cost {
        name: name.to_owned(),
        units: done.cu(),
    }
}

/// Everything.
#[must_use]
pub fn all() -> Vec<Cost> {
    let mut costs = Vec::new();
    for depth in [Depth::One, Depth::Alike, Depth::All] {
        costs.extend((1..=MAX_LEGS).map(|legs| liquidation(legs, depth)));
    }
    costs.extend((1..=MAX_LEGS).map(update));
    costs.extend(governance());
    costs.extend(liquidity());
    costs.extend(trading());
    costs.extend(recovery());
    costs
}

/// Setting up an exchange.
fn governance() -> Vec<Cost> {
    let mut world = World::bare();
    let initialized = world.initialize(&ExchangeSpec::default()).ok();
    let quote = world.list_bank(&BankSpec::usdc()).ok();
    let market = world.list_market(&MarketSpec::default()).ok();
    let pool = world.create_pool().ok();
    let seeded = world.seed_insurance(10_000 * USDC).ok();
    let settled = world.settle_markets(&[0]).ok();
    vec![
        cost("initialize_exchange", &initialized),
        cost("list_bank", &quote),
        cost("create_pool", &pool),
        cost("list_market", &market),
        cost("seed_insurance", &seeded),
        cost("settle_markets/1", &settled),
    ]
}

/// A liquidity provider's way in and out, with eight markets.
fn liquidity() -> Vec<Cost> {
    let mut world = world(MAX_LEGS);
    let provider = Actor::named("lp");
    let shares = 1_000 * USDC;
    let requested = provider.request_withdrawal(&mut world, shares, 0).ok();
    world.pass(2);
    refresh(&mut world);
    let filled = provider.fill_request(&mut world, &provider).ok();
    provider.request_withdrawal(&mut world, shares, 0).ok();
    world.pass(301);
    let refunded = provider.refund_request(&mut world, &provider).ok();
    vec![
        cost("request_liquidity", &requested),
        cost("fill_liquidity_request/8", &filled),
        cost("refund_liquidity_request", &refunded),
    ]
}

/// A trader's way, with one position and one other collateral.
fn trading() -> Vec<Cost> {
    let mut world = world(1);
    world.list_bank(&BankSpec::sol()).ok();
    let mut costs = Vec::new();
    let mut note = |name: &str, done: Done| costs.push(cost(name, &done));

    let trader = world.actor("trader");
    let keeper = world.keeper("keeper");
    note("open_margin_account", trader.open(&mut world).ok());
    for (bank, amount) in [(0, CASH + 400 * USDC), (1, 1_000_000)] {
        let mint = world.bank(bank).mint;
        world.give(&trader, &mint, amount);
        note(
            &format!("deposit/bank_{bank}"),
            trader.deposit(&mut world, bank, amount).ok(),
        );
    }
    note("set_delegate", trader.delegate_to(&mut world, &keeper).ok());
    note("place_order", trader.place(&mut world, 0, LOTS).ok());
    world.pass(2);
    refresh(&mut world);
    world.publish_bank(1, "100");
    note("update_banks/1", world.update_banks(&[1]).ok());
    note("fill_order", keeper.fill(&mut world, &trader, 0).ok());
    // Killed for want of margin, after everything that a fill does, and by its limit.
    let beyond = PlaceOrderArgs {
        limit_q32: 1,
        ..trader.order(&world, 1)
    };
    trader.place(&mut world, 0, LOTS).ok();
    trader.place_with(&mut world, 0, beyond).ok();
    world.pass(2);
    refresh(&mut world);
    for (place, what) in [(0, "margin"), (1, "limit")] {
        let done = keeper.fill(&mut world, &trader, place).ok();
        let _: OrderKilled = done.event();
        note(&format!("fill_order_killed/{what}"), done);
    }
    note("withdraw", trader.withdraw(&mut world, 0, USDC).ok());
    let account = world.account_of(&trader);
    let assess = instruction::assess_account(&world.mirror(), trader.held(&account));
    let assess = assess.expect("known banks and markets");
    note("assess_account", world.send(&[assess], &[]).ok());
    note("settle_account", trader.settle(&mut world, &[0]).ok());
    let charged = keeper.charge_interest(&mut world, &trader).ok();
    note("charge_interest", charged);
    crash(&mut world, 290);
    note("flag_account", keeper.flag(&mut world, &trader).ok());

    let reward = USDC / 100;
    let other = world.trader("other", reward);
    other.place(&mut world, 0, LOTS).ok();
    world.pass(301);
    note("expire_order", keeper.expire(&mut world, &other, 0).ok());
    other.withdraw(&mut world, 0, reward).ok();
    let owing = owing(&mut world);
    let mint = world.bank(0).mint;
    world.give(&keeper, &mint, 10_000 * USDC);
    note(
        "convert_collateral",
        keeper.convert(&mut world, &owing, 1, u64::MAX).ok(),
    );
    note("close_margin_account", other.close(&mut world).ok());
    costs
}

/// An account that owes the fees of a trade, with SOL and no position.
fn owing(world: &mut World) -> Actor {
    let owing = world.keeper("owing");
    let mint = world.bank(1).mint;
    world.give(&owing, &mint, 100_000_000_000);
    owing.deposit(world, 1, 100_000_000_000).ok();
    // The reward of the first order; the second only reduces and needs none.
    let quote = world.bank(0).mint;
    world.give(&owing, &quote, USDC / 100);
    owing.deposit(world, 0, USDC / 100).ok();
    for reduces in [false, true] {
        world.publish_bank(1, "100");
        world.update_banks(&[1]).ok();
        if reduces {
            world.reduce(&owing, 0, -LOTS / 5);
        } else {
            world.trade(&owing, 0, LOTS / 5);
        }
    }
    owing
}

/// Before a liquidation has to: a trader with one position, and the same with eight.
fn recovery() -> Vec<Cost> {
    let mut costs = Vec::new();
    for legs in [1, MAX_LEGS] {
        let mut world = world(legs);
        let mut note = |name: &str, done: Done| costs.push(cost(&format!("{name}/{legs}"), &done));
        let trader = crowd(&mut world, if legs == 1 { 1 } else { 4 });
        let keeper = world.keeper("keeper");
        let plan = RecoveryPlan {
            trigger_q32: bps(11_500),
            target_q32: bps(12_500),
            fee_max_q32: bps(10),
        };
        note(
            "set_recovery_plan",
            trader.plan_recovery(&mut world, plan).ok(),
        );
        let reserve = trader.sub(1);
        reserve.open(&mut world).ok();
        let quote = world.bank(0).mint;
        world.give(&reserve, &quote, USDC);
        reserve.deposit(&mut world, 0, USDC).ok();
        note("set_reserve", reserve.be_reserve(&mut world, true).ok());
        crash(&mut world, 205);
        note(
            "issue_margin_call",
            keeper.call_margin(&mut world, &trader).ok(),
        );
        let topped = keeper.top_up(&mut world, &trader, &reserve, 1_000);
        note("top_up", topped.ok());
        let executed = keeper.recover_for(&mut world, &trader, 0);
        note("execute_recovery", executed.ok());
        let stop = PlaceOrderArgs {
            trigger_q32: u64::MAX - 1,
            ..trader.order(&world, 1)
        };
        trader.place_with(&mut world, 0, stop.clone()).ok();
        note("cancel_stop", trader.cancel(&mut world, 0).ok());
        trader.place_with(&mut world, 0, stop).ok();
        note("trigger_order", keeper.trigger(&mut world, &trader, 0).ok());
    }
    costs
}
