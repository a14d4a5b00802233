//! The reward of an order: set aside when it is placed, and paid or returned when it ends.

use super::{come_due, filled, keeper, killed, trade_at, BTC};
use whittle::error::WhittleError;
use whittle::event::{OrderFilled, OrderPlaced, OrderRemoved};
use whittle_tests::{Actor, BankSpec, ExchangeSpec, MarketSpec, World, USD, USDC};

const SOL: u16 = 1;
/// What an order pays.
const REWARD: u64 = USDC / 100;

fn cash(world: &World, actor: &Actor) -> i64 {
    world.account_of(actor).cash_usd_atoms
}

#[test]
fn an_order_that_adds_risk_needs_cash_for_its_reward_to_the_atom() {
    let mut world = World::new();
    let alice = world.trader("alice", REWARD - 1);
    let sent = alice.place(&mut world, BTC, 100);
    sent.refused(WhittleError::RewardNotCovered);
    let quote = world.bank(0).mint;
    world.give(&alice, &quote, 1);
    alice.deposit(&mut world, 0, 1).ok();
    alice.place(&mut world, BTC, 100).ok();
    assert_eq!(cash(&world, &alice), 0);
    let sent = alice.place(&mut world, BTC, 100);
    sent.refused(WhittleError::RewardNotCovered);
}

#[test]
fn other_collateral_does_not_pay_a_reward() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.keeper("alice");
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 1_000_000_000);
    alice.deposit(&mut world, SOL, 1_000_000_000).ok();
    let sent = alice.place(&mut world, BTC, 100);
    sent.refused(WhittleError::RewardNotCovered);
}

#[test]
fn what_is_set_aside_cannot_be_withdrawn() {
    let mut world = World::new();
    let alice = world.trader("alice", USDC);
    alice.place(&mut world, BTC, 100).ok();
    let sent = alice.withdraw(&mut world, 0, USDC - REWARD + 1);
    sent.refused(WhittleError::ExceedsExcess);
    alice.withdraw(&mut world, 0, USDC - REWARD).ok();
}

#[test]
fn a_fill_pays_what_was_set_aside_and_takes_no_more_from_cash() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    alice.place(&mut world, BTC, 500).ok();
    let before = cash(&world, &alice);
    come_due(&mut world, BTC, "40000");
    let keeper = keeper(&mut world);
    let event = filled(keeper.fill(&mut world, &alice, 0));
    assert_eq!(event.reward_usd_atoms, USD / 100);
    assert_eq!(cash(&world, &alice), before - event.fee_usd_atoms);
    assert_eq!(cash(&world, &keeper), USD / 100);
}

/// Alice holds SOL, a position of 500 lots and this much cash.
fn with_cash(left: u64) -> (World, Actor) {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.trader("alice", 10 * USDC);
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 10_000_000_000);
    alice.deposit(&mut world, SOL, 10_000_000_000).ok();
    world.trade(&alice, BTC, 500);
    let spare = cash(&world, &alice).unsigned_abs() - left;
    alice.withdraw(&mut world, 0, spare).ok();
    (world, alice)
}

#[track_caller]
fn place_reduction(world: &mut World, alice: &Actor, lots: i64, limit: u64) -> i64 {
    let mut args = alice.order(world, lots);
    args.reduce_only = true;
    args.limit_q32 = limit;
    let event: OrderPlaced = alice.place_with(world, BTC, args).ok().event();
    event.escrow_usd_atoms
}

#[test]
fn a_reduction_sets_aside_what_cash_there_is_and_pays_the_rest_when_it_is_filled() {
    let (mut world, alice) = with_cash(REWARD + 4_000);
    assert_eq!(place_reduction(&mut world, &alice, -100, 1), USD / 100);
    assert_eq!(place_reduction(&mut world, &alice, -100, 1), 4_000);
    assert_eq!(place_reduction(&mut world, &alice, -100, 1), 0);
    assert_eq!(cash(&world, &alice), 0);
    come_due(&mut world, BTC, "40000");
    let keeper = keeper(&mut world);
    for (place, missing) in [(0, 0), (1, 6_000), (2, USD / 100)] {
        let before = (cash(&world, &alice), cash(&world, &keeper));
        let event = filled(keeper.fill(&mut world, &alice, place));
        assert_eq!(event.reward_usd_atoms, USD / 100);
        assert_eq!(cash(&world, &keeper), before.1 + USD / 100);
        let paid = before.0 - cash(&world, &alice);
        // Funding of a few seconds is the only other thing that moved.
        let funding = paid - (event.fee_usd_atoms - event.profit_usd_atoms + missing);
        assert!((0..10).contains(&funding), "{funding} at {place}");
    }
    // Cash is overdrawn now, and a reduction is placed all the same.
    assert!(cash(&world, &alice) < 0);
    assert_eq!(place_reduction(&mut world, &alice, -100, 1), 0);
}

#[test]
fn a_kill_pays_what_was_set_aside_and_nothing_else() {
    let (mut world, alice) = with_cash(REWARD + 4_000);
    for escrow in [10_000, 4_000, 0] {
        let set_aside = place_reduction(&mut world, &alice, -100, u64::MAX);
        assert_eq!(set_aside, escrow);
    }
    come_due(&mut world, BTC, "40000");
    for place in 0..3 {
        killed(&mut world, &alice, place, WhittleError::BeyondLimit);
    }
    let keeper = keeper(&mut world);
    assert_eq!(cash(&world, &keeper), 14_000);
}

#[test]
fn the_place_of_an_expired_order_returns_its_reward_before_the_next_one_is_set_aside() {
    let mut world = World::new();
    let alice = world.trader("alice", REWARD);
    alice.place(&mut world, BTC, 100).ok();
    world.pass(301);
    let done = alice.place(&mut world, BTC, 200).ok();
    let removed: OrderRemoved = done.event();
    assert_eq!((removed.place, removed.returned_usd_atoms), (0, USD / 100));
    let placed: OrderPlaced = done.event();
    assert_eq!((placed.place, placed.escrow_usd_atoms), (0, USD / 100));
    assert_eq!(cash(&world, &alice), 0);
}

#[test]
fn an_account_worth_less_than_nothing_gets_back_what_it_set_aside_for_a_reduction() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    filled(trade_at(&mut world, &alice, BTC, 4_000, "40000"));
    let keeper = keeper(&mut world);
    let paid = cash(&world, &keeper);
    assert_eq!(place_reduction(&mut world, &alice, -2_000, 1), USD / 100);
    let before = cash(&world, &alice);
    come_due(&mut world, BTC, "36000");
    let event: OrderFilled = filled(keeper.fill(&mut world, &alice, 0));
    assert!(event.equity_usd_atoms < -USD);
    assert_eq!(event.reward_usd_atoms, 0);
    assert_eq!(cash(&world, &keeper), paid);
    let moved = cash(&world, &alice) - before;
    let funding = event.profit_usd_atoms - event.fee_usd_atoms + USD / 100 - moved;
    assert!((0..10).contains(&funding), "{funding}");
}

#[test]
fn an_account_a_fraction_of_the_reward_under_nothing_pays_the_rest_of_it() {
    // The same close at equities that differ by an atom each: what is spared is what is missing.
    let reward_with = |cash: u64| {
        let mut world = World::new();
        let alice = world.trader("alice", cash);
        filled(trade_at(&mut world, &alice, BTC, 500, "40000"));
        place_reduction(&mut world, &alice, -500, 1);
        come_due(&mut world, BTC, "36000");
        let keeper = keeper(&mut world);
        let event = filled(keeper.fill(&mut world, &alice, 0));
        (event.reward_usd_atoms, event.equity_usd_atoms)
    };
    let (reward, equity) = reward_with(1_000 * USDC);
    assert_eq!(reward, USD / 100);
    let just = 1_000 * USDC - equity.unsigned_abs();
    assert_eq!(reward_with(just), (USD / 100, 0));
    assert_eq!(reward_with(just - 1), (USD / 100 - 1, 0));
    assert_eq!(reward_with(just - REWARD), (0, 0));
    assert_eq!(reward_with(just - REWARD - 1), (0, -1));
}

/// An exchange that pays this much for a fill.
fn world_that_pays(reward_usd_atoms: i64) -> World {
    let mut spec = ExchangeSpec::default();
    spec.params.fill_reward_usd_atoms = reward_usd_atoms;
    let mut world = World::with_exchange(&spec);
    world.list_bank(&BankSpec::usdc()).ok();
    world.create_pool().ok();
    world.seed_insurance(10_000 * USDC).ok();
    world.fund_pool(1_000_000 * USDC);
    world.list_market(&MarketSpec::default()).ok();
    world.update(&[BTC]).ok();
    world.settle_markets(&[BTC]).ok();
    world
}

#[test]
fn an_exchange_without_a_reward_asks_for_no_cash() {
    let mut world = world_that_pays(0);
    let alice = world.keeper("alice");
    alice.place(&mut world, BTC, 100).ok();
    come_due(&mut world, BTC, "40000");
    killed(&mut world, &alice, 0, WhittleError::BelowInitialMargin);
}

#[test]
fn the_largest_reward_is_set_aside_and_paid() {
    let mut world = world_that_pays(5 * USD);
    let alice = world.trader("alice", 1_005 * USDC);
    alice.place(&mut world, BTC, 100).ok();
    assert_eq!(cash(&world, &alice), 1_000 * USD);
    come_due(&mut world, BTC, "40000");
    let keeper = keeper(&mut world);
    let event = filled(keeper.fill(&mut world, &alice, 0));
    assert_eq!(event.reward_usd_atoms, 5 * USD);
    assert_eq!(cash(&world, &keeper), 5 * USD);
}
