//! Cash between the pool, the insurance fund and the lines of markets, and the claims of traders
//! whom a line could not pay.

use crate::liquidation::{exchange, without_lines, BTC, CASH, ETH, LOTS};
use anchor_lang::prelude::AccountMeta;
use whittle::error::WhittleError;
use whittle::event::{AccountSettled, MarketSettled};
use whittle::state::{Market, Position};
use whittle_client::{address, instruction};
use whittle_tests::{assert_only_changed, spec, Actor, ExchangeSpec, MarketSpec, World, USD, USDC};

/// A pool of 10,000 dollars and a BTC market that keeps no cash.
fn small() -> World {
    let rules = ExchangeSpec::default().params;
    let world = exchange(rules, 10_000 * USDC, &[without_lines()]);
    assert_eq!(world.pool().cash_usd_atoms, 10_000 * USD);
    world
}

fn position(world: &World, actor: &Actor) -> Position {
    world.account_of(actor).positions[0]
}

fn claim(world: &World, actor: &Actor) -> i64 {
    position(world, actor).claim_usd_atoms
}

fn cash(world: &World, actor: &Actor) -> i64 {
    world.account_of(actor).cash_usd_atoms
}

/// What the pool has outside the market's line.
fn outside(world: &World) -> i64 {
    let pool = world.pool();
    pool.cash_usd_atoms + pool.reserve_usd_atoms
}

fn settle(world: &mut World) -> MarketSettled {
    world.settle_markets(&[BTC]).ok().event()
}

/// Alice and Bob win; the line has nothing but fees and a part of their profit becomes claims. Alice
/// wins about 10,000 dollars, Bob half as much.
fn winners(world: &mut World) -> [Actor; 2] {
    let alice = world.trader("alice", CASH);
    let bob = world.trader("bob", CASH);
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, LOTS / 2);
    world.settle_markets(&[BTC]).ok();
    world.move_price(BTC, "44000");
    world.outlast_shock(BTC);
    world.trade(&alice, BTC, -LOTS);
    world.trade(&bob, BTC, -LOTS / 2);
    [alice, bob]
}

/// Carol loses about 25,000 dollars, which the line holds then.
fn loser(world: &mut World) {
    let carol = world.trader("carol", 60_000 * USDC);
    world.trade(&carol, BTC, 5 * LOTS);
    world.move_price(BTC, "42000");
    world.trade(&carol, BTC, -5 * LOTS);
}

#[test]
fn a_settlement_fills_the_lines_from_pool_and_insurance_and_writes_nothing_else() {
    let mut world = exchange(
        ExchangeSpec::default().params,
        1_000_000 * USDC,
        &[MarketSpec::eth()],
    );
    world.list_market(&MarketSpec::default()).ok();
    let (pool, fund) = (world.pool(), world.insurance());
    let before = world.picture();
    let event: MarketSettled = world.settle_markets(&[1]).ok().event();
    let market = world.market(1);
    assert_eq!(market.pool_line_usd_atoms, 100_000 * USD);
    assert_eq!(market.insurance_line_usd_atoms, 1_000 * USD);
    let (is_pool, is_fund) = (world.pool(), world.insurance());
    assert_eq!(is_pool.cash_usd_atoms, pool.cash_usd_atoms - 100_000 * USD);
    assert_eq!(is_fund.cash_usd_atoms, fund.cash_usd_atoms - 1_000 * USD);
    let should = MarketSettled {
        market: 1,
        claims_funded_usd_atoms: 0,
        pool_line_usd_atoms: market.pool_line_usd_atoms,
        insurance_line_usd_atoms: market.insurance_line_usd_atoms,
        pool_cash_usd_atoms: is_pool.cash_usd_atoms,
        insurance_cash_usd_atoms: is_fund.cash_usd_atoms,
    };
    assert_eq!(event, should);
    assert_only_changed!(
        before,
        world.picture(),
        [address::market(1), address::pool(), address::insurance()]
    );
}

#[test]
fn a_second_settlement_moves_nothing() {
    let mut world = World::new();
    let before = world.picture();
    world.settle_markets(&[BTC]).ok();
    assert_only_changed!(before, world.picture(), []);
}

#[test]
fn profit_of_the_pool_fills_its_reserve_first_and_then_belongs_to_the_providers() {
    let mut world = World::new();
    let target = world.pool().params.reserve_target_usd_atoms;
    // 30 times 2,500 dollars of loss.
    let carol = world.trader("carol", 400_000 * USDC);
    let mut reserves = vec![world.pool().reserve_usd_atoms];
    for _ in 0..2 {
        world.trade(&carol, BTC, 30 * LOTS);
        world.move_price(BTC, "39000");
        world.trade(&carol, BTC, -30 * LOTS);
        world.move_price(BTC, "40000");
        let before = world.pool();
        let line = world.market(BTC).pool_line_usd_atoms - 100_000 * USD;
        world.settle_markets(&[BTC]).ok();
        let after = world.pool();
        assert!(line > 70_000 * USD);
        let reserved = line.min(target - before.reserve_usd_atoms);
        assert_eq!(after.reserve_usd_atoms - before.reserve_usd_atoms, reserved);
        let free = after.cash_usd_atoms - before.cash_usd_atoms;
        assert_eq!(free, line - reserved);
        assert_eq!(world.market(BTC).pool_line_usd_atoms, 100_000 * USD);
        reserves.push(after.reserve_usd_atoms);
    }
    assert_eq!(reserves, [0, target, target]);
}

#[test]
fn what_premiums_add_to_the_insurance_line_goes_back_to_the_fund() {
    let mut world = World::new();
    let alice = world.trader("alice", CASH);
    world.trade(&alice, BTC, LOTS);
    let fund = world.insurance().cash_usd_atoms;
    let over = world.market(BTC).insurance_line_usd_atoms - 1_000 * USD;
    assert!(over > 0, "a share of the opening fee");
    settle(&mut world);
    assert_eq!(world.market(BTC).insurance_line_usd_atoms, 1_000 * USD);
    assert_eq!(world.insurance().cash_usd_atoms, fund + over);
}

#[test]
fn lines_are_filled_as_far_as_the_cash_reaches() {
    let rules = ExchangeSpec::default().params;
    let mut world = exchange(rules, 30_000 * USDC, &[MarketSpec::default()]);
    let market = world.market(BTC);
    assert_eq!(market.pool_line_usd_atoms, 30_000 * USD);
    assert_eq!(world.pool().cash_usd_atoms, 0);
    // More cash, more line.
    world.fund_pool(20_000 * USDC);
    settle(&mut world);
    assert_eq!(world.market(BTC).pool_line_usd_atoms, 50_000 * USD);
}

#[test]
fn a_market_is_settled_once_in_an_instruction() {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let mut world = World::with_markets(&markets);
    world.settle_markets(&[BTC, ETH]).ok();
    let duplicate = WhittleError::DuplicateMarket;
    world.settle_markets(&[BTC, BTC]).refused(duplicate);
    world.settle_markets(&[BTC, ETH, BTC]).refused(duplicate);
}

#[test]
fn a_settlement_takes_writable_markets_and_nothing_else() {
    let mut world = World::new();
    world
        .settle_markets(&[])
        .refused(WhittleError::MarketMissing);
    let mut call = instruction::settle_markets(&[BTC]);
    call.accounts[3].is_writable = false;
    let sent = world.send(&[call], &[]);
    sent.refused(WhittleError::MarketNotWritable);

    let mut copy = world.raw(&address::market(BTC)).expect("a market").clone();
    copy.owner = spec::address("somebody's program");
    let elsewhere = spec::address("a copy of the market");
    world.put(elsewhere, "a copy of the market", &copy);
    let bank = address::bank(&world.bank(0).mint);
    for other in [
        elsewhere,
        bank,
        address::exchange(),
        spec::address("nothing"),
    ] {
        let mut call = instruction::settle_markets(&[BTC]);
        call.accounts.push(AccountMeta::new(other, false));
        let sent = world.send(&[call], &[]);
        sent.refused(WhittleError::WrongAccount);
    }
}

#[test]
fn profit_beyond_the_line_becomes_a_claim() {
    let mut world = small();
    let alice = world.trader("alice", CASH);
    world.trade(&alice, BTC, LOTS);
    settle(&mut world);
    world.move_price(BTC, "42000");
    let before = cash(&world, &alice);
    world.trade(&alice, BTC, -LOTS);
    let held = position(&world, &alice);
    assert_eq!(held.lots, 0);
    assert!(held.claim_usd_atoms > 4_900 * USD);
    let market = world.market(BTC);
    assert_eq!(market.claims_unpaid_usd_atoms, held.claim_usd_atoms);
    assert_eq!(market.claims_pot_usd_atoms, 0);
    // Her cash paid the fee and the reward; the line keeps its share of the fee.
    assert!(cash(&world, &alice) < before);
}

#[test]
fn a_claim_counts_as_equity_and_cannot_be_withdrawn() {
    let mut world = small();
    let [alice, _] = winners(&mut world);
    let account = world.account_of(&alice);
    let (cash, claim) = (account.cash_usd_atoms, claim(&world, &alice));
    let mirror = world.mirror();
    let health = mirror.health(&account, world.now()).expect("a health");
    assert_eq!(health.equity.0, cash + claim);
    let excess = mirror.excess(&account, world.now()).expect("an excess");
    assert_eq!(excess.0, cash);
    let more = excess.magnitude() + 1;
    alice
        .withdraw(&mut world, 0, more)
        .refused(WhittleError::ExceedsExcess);
    alice.withdraw(&mut world, 0, more - 1).ok();
    // With a claim left, the account is not empty.
    alice
        .close(&mut world)
        .refused(WhittleError::AccountNotEmpty);
}

#[test]
fn a_claim_is_paid_by_the_next_settlement_and_collected_when_the_account_is_settled() {
    let mut world = small();
    let alice = world.trader("alice", CASH);
    world.trade(&alice, BTC, LOTS);
    settle(&mut world);
    world.move_price(BTC, "42000");
    world.trade(&alice, BTC, -LOTS);
    let (owed, had) = (claim(&world, &alice), cash(&world, &alice));

    let event = settle(&mut world);
    assert_eq!(event.claims_funded_usd_atoms, owed);
    let market = world.market(BTC);
    assert_eq!(market.claims_unpaid_usd_atoms, 0);
    assert_eq!(market.claims_pot_usd_atoms, owed);
    assert_eq!(cash(&world, &alice), had, "not collected yet");

    let event: AccountSettled = alice.settle(&mut world, &[BTC]).ok().event();
    assert_eq!(event.cash_usd_atoms, had + owed);
    assert_eq!(claim(&world, &alice), 0);
    assert_eq!(world.market(BTC).claims_pot_usd_atoms, 0);
    alice
        .withdraw(&mut world, 0, (had + owed).unsigned_abs())
        .ok();
    alice.close(&mut world).ok();
}

#[test]
fn when_the_pool_cannot_pay_all_claims_each_gets_the_same_share() {
    let mut world = small();
    let [alice, bob] = winners(&mut world);
    let claims = [claim(&world, &alice), claim(&world, &bob)];
    let owed: i64 = claims.iter().sum();
    let there = outside(&world) + world.market(BTC).pool_line_usd_atoms;
    assert!(there < owed);

    let event = settle(&mut world);
    assert_eq!(event.claims_funded_usd_atoms, there);
    let market: Market = world.market(BTC);
    assert_eq!(market.claims_unpaid_usd_atoms, owed - there);
    assert_eq!((outside(&world), market.pool_line_usd_atoms), (0, 0));

    for (actor, claimed) in [&alice, &bob].into_iter().zip(claims) {
        let had = cash(&world, actor);
        actor.settle(&mut world, &[BTC]).ok();
        let paid = cash(&world, actor) - had;
        let fair = i128::from(claimed) * i128::from(there) / i128::from(owed);
        // What is unpaid rounds up twice: once in the factor, once in the claim.
        let fair = i64::try_from(fair).expect("a share");
        assert!((fair - 1..=fair).contains(&paid), "{paid} of {fair}");
        assert_eq!(claim(&world, actor), claimed - paid);
    }
}

#[test]
fn later_settlements_pay_the_rest_in_full() {
    let mut world = small();
    let [alice, bob] = winners(&mut world);
    let claims = [claim(&world, &alice), claim(&world, &bob)];
    let had = [cash(&world, &alice), cash(&world, &bob)];
    settle(&mut world);
    // Alice collects her part in between, Bob does not.
    alice.settle(&mut world, &[BTC]).ok();
    assert!(0 < claim(&world, &alice) && claim(&world, &alice) < claims[0]);
    assert_eq!(claim(&world, &bob), claims[1]);

    loser(&mut world);
    let event = settle(&mut world);
    assert!(event.claims_funded_usd_atoms > 0);
    let market = world.market(BTC);
    assert_eq!(market.claims_unpaid_usd_atoms, 0);
    let places = [&alice, &bob].into_iter().zip(claims).zip(had);
    for ((actor, claimed), had) in places {
        actor.settle(&mut world, &[BTC]).ok();
        assert_eq!(cash(&world, actor), had + claimed);
        assert_eq!(claim(&world, actor), 0);
    }
    assert_eq!(world.market(BTC).claims_pot_usd_atoms, 0);
}

#[test]
fn profit_recorded_after_a_settlement_shares_in_the_next_one_only() {
    let mut world = small();
    let [alice, _] = winners(&mut world);
    settle(&mut world);
    let late = world.trader("late", CASH);
    world.trade(&late, BTC, LOTS / 2);
    world.move_price(BTC, "45000");
    world.trade(&late, BTC, -LOTS / 2);
    let owed = claim(&world, &late);
    assert!(owed > 1_000 * USD);
    late.settle(&mut world, &[BTC]).ok();
    assert_eq!(claim(&world, &late), owed, "nothing of it was funded");
    loser(&mut world);
    settle(&mut world);
    for actor in [&alice, &late] {
        actor.settle(&mut world, &[BTC]).ok();
        assert_eq!(claim(&world, actor), 0);
    }
}

#[test]
fn a_claim_stands_behind_a_new_position_and_is_collected_with_it() {
    let mut world = small();
    let [alice, _] = winners(&mut world);
    world.trade(&alice, BTC, LOTS);
    let owed = claim(&world, &alice);
    let event = settle(&mut world);
    assert!(0 < event.claims_funded_usd_atoms);
    // The next trade collects what was funded.
    let had = cash(&world, &alice);
    world.trade(&alice, BTC, 100);
    assert!(claim(&world, &alice) < owed);
    assert!(cash(&world, &alice) > had);
}

#[test]
fn a_market_that_has_not_opened_takes_no_cash_from_pool_or_insurance() {
    let mut world = World::new();
    let hungry = {
        let mut spec = MarketSpec::eth();
        spec.params.pool_line_target_usd_atoms = i64::MAX / 4;
        spec.params.insurance_line_target_usd_atoms = i64::MAX / 4;
        spec
    };
    world.list_market(&hungry).ok();
    let opens_at = world.now() + 172_800;
    world.forge(address::market(1), |market: &mut Market| {
        market.opens_at = opens_at
    });
    let before = (world.pool(), world.insurance());
    world.settle_markets(&[1]).ok();
    assert_eq!(world.market(1).pool_line_usd_atoms, 0);
    assert_eq!(world.market(1).insurance_line_usd_atoms, 0);
    assert_eq!(world.pool().cash_usd_atoms, before.0.cash_usd_atoms);
    assert_eq!(world.insurance().cash_usd_atoms, before.1.cash_usd_atoms);
}
