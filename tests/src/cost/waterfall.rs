//! Who bears losses.

use whittle::event::{BankruptcyResolved, Deleveraged, ProfitsCut, ShortfallSeen};
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::pool::PoolParams;
use whittle::state::Side;
use whittle_client::instruction;
use whittle_risk::MAX_LEGS;

use super::{cost, refresh, Cost, CASH, LOTS, SYMBOLS};
use crate::outcome::Done;
use crate::spec::{self, BankSpec, ExchangeSpec, MarketSpec, USD, USDC};
use crate::world::World;

/// All of it.
pub(super) fn waterfall() -> Vec<Cost> {
    let mut costs = bankruptcy().to_vec();
    costs.extend(shortfall());
    costs.extend(deleverage());
    costs
}

/// An exchange whose markets keep no cash of their own.
fn lean(markets: usize, pool_atoms: u64, pool: PoolParams, insurance: InsuranceParams) -> World {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    world.list_bank(&BankSpec::usdc()).ok();
    let pool = PoolParams {
        reserve_target_usd_atoms: 0,
        ..pool
    };
    world.create_pool_with(pool, insurance).ok();
    world.seed_insurance(10_000 * USDC).ok();
    world.fund_pool(pool_atoms);
    for symbol in &SYMBOLS[..markets] {
        let mut spec = MarketSpec {
            symbol,
            ..MarketSpec::default()
        };
        spec.params.pool_line_target_usd_atoms = 0;
        spec.params.insurance_line_target_usd_atoms = 0;
        world.list_market(&spec).ok();
    }
    let all = world.all_markets();
    world.update(&all).ok();
    world.settle_markets(&all).ok();
    world
}

/// The loss of one position that fell too far, once borne by insurance alone, once also by pool and
/// winners.
fn bankruptcy() -> [Cost; 2] {
    let all_of_it = (spec::pool_params(), spec::insurance_params());
    let some_of_it = (
        PoolParams {
            loss_per_day_usd_atoms: 300 * USD,
            ..spec::pool_params()
        },
        InsuranceParams {
            per_event_usd_atoms: 500 * USD,
            ..spec::insurance_params()
        },
    );
    let layers = [("insurance", all_of_it), ("all_layers", some_of_it)];
    layers.map(|(what, (pool, insurance))| {
        let mut world = lean(1, 1_000_000 * USDC, pool, insurance);
        let alice = world.trader("alice", CASH);
        let bob = world.trader("bob", 60_000 * USDC);
        let keeper = world.keeper("keeper");
        world.trade(&alice, 0, LOTS);
        world.trade(&bob, 0, -LOTS);
        world.settle_markets(&[0]).ok();
        world.move_price(0, "37000");
        keeper.liquidate(&mut world, &alice).ok();
        world.settle_markets(&[0]).ok();
        let account = world.account_of(&alice);
        let resolve = instruction::resolve_bankruptcy(alice.account(), &account);
        let done = world.send(&[resolve], &[]).ok();
        let event: BankruptcyResolved = done.event();
        let all_bear = event.pool_usd_atoms > 0 && event.side_usd_atoms > 0;
        assert_eq!(all_bear, what == "all_layers");
        assert_eq!(event.left_usd_atoms, 0);
        cost(&format!("resolve_bankruptcy/{what}"), &done)
    })
}

/// A pool over so many markets that cannot pay the winners of one; before, what it is exposed to.
fn shortfall() -> Vec<Cost> {
    let mut costs = Vec::new();
    for markets in [1, MAX_LEGS] {
        let mut note =
            |name: &str, done: &Done| costs.push(cost(&format!("{name}/{markets}"), done));
        let (pool, insurance) = (spec::pool_params(), spec::insurance_params());
        let mut world = lean(markets, 12_000 * USDC, pool, insurance);
        let alice = world.trader("alice", 60_000 * USDC);
        world.trade(&alice, 0, LOTS * 3 / 2);
        world.settle_markets(&[0]).ok();
        world.pass(1);
        refresh(&mut world);
        world.move_price(0, "45000");
        let read = instruction::pool_exposure(&world.mirror());
        note("pool_exposure", &world.send(&[read], &[]).ok());
        let allocate = instruction::allocate_shortfall(&world.mirror());
        let seen = world.send(std::slice::from_ref(&allocate), &[]).ok();
        let _: ShortfallSeen = seen.event();
        note("allocate_shortfall_seen", &seen);
        world.pass(620);
        refresh(&mut world);
        let cut = world.send(&[allocate], &[]).ok();
        let _: ProfitsCut = cut.event();
        note("allocate_shortfall", &cut);
    }
    costs
}

/// A pool that owes the longs more than half of what it has.
fn deleverage() -> [Cost; 2] {
    let (pool, insurance) = (spec::pool_params(), spec::insurance_params());
    let mut world = lean(1, 22_000 * USDC, pool, insurance);
    let alice = world.trader("alice", 60_000 * USDC);
    world.trade(&alice, 0, LOTS * 3 / 2);
    world.settle_markets(&[0]).ok();
    world.move_price(0, "43700");
    world.settle_markets(&[0]).ok();
    let start = instruction::start_deleverage(0, Side::Long);
    let started = world.send(&[start], &[]).ok();
    let reduce = instruction::auto_deleverage(alice.account(), 0);
    let reduced = world.send(&[reduce], &[]).ok();
    let _: Deleveraged = reduced.event();
    [
        cost("start_deleverage", &started),
        cost("auto_deleverage", &reduced),
    ]
}
