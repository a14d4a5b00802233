//! The whole pool cannot pay: the winning sides are cut per lot, after two sightings
//! (INV-SHORTFALL). What each position then owes is checked after every instruction (INV-LOSS).

use super::{again, equity, pool_cash, Means, DOLLAR};
use crate::liquidation::{BTC, ETH, LOTS};
use whittle::error::WhittleError;
use whittle::event::{ProfitsCut, ShortfallEnded, ShortfallSeen};
use whittle::state::Side;
use whittle_client::instruction;
use whittle_tests::{Actor, MarketSpec, Sent, World, USDC};

/// A pool of 12,000 dollars, on the other side of Alice with 100,000 and Bob with 50,000 dollars.
fn small() -> (World, Actor, Actor) {
    let means = Means {
        pool_cash: 12_000 * USDC,
        ..Means::default()
    };
    let mut world = means.world();
    let alice = world.trader("alice", 60_000 * USDC);
    let bob = world.trader("bob", 60_000 * USDC);
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, LOTS / 2);
    world.settle_markets(&[BTC]).ok();
    (world, alice, bob)
}

fn allocate(world: &mut World) -> Sent {
    let caller = world.authority.clone();
    let instruction = instruction::allocate_shortfall(&world.mirror());
    world.send_as(&caller, instruction)
}

/// INV-SHORTFALL.
#[test]
fn profits_that_the_pool_cannot_pay_are_cut_in_proportion_to_lots() {
    let (mut world, alice, bob) = small();
    // 45,000 dollars a coin: the two have won about 18,750 and the pool has about 12,100.
    world.move_price(BTC, "45000");
    let seen: ShortfallSeen = allocate(&mut world).ok().event();
    assert!(seen.missing_usd_atoms > 6_000 * DOLLAR);
    again(&mut world, 620);
    let before = [&alice, &bob].map(|actor| equity(&world, actor));
    let cut: ProfitsCut = allocate(&mut world).ok().event();
    assert_eq!((cut.market, cut.side), (BTC, 1));
    assert!(cut.cut_usd_atoms <= seen.missing_usd_atoms);
    let after = [&alice, &bob].map(|actor| equity(&world, actor));
    let [from_alice, from_bob] = [before[0] - after[0], before[1] - after[1]];
    // Twice the lots, twice the cut; each pays at most an atom for the fraction.
    assert!(
        (from_alice - 2 * from_bob).abs() <= 2,
        "{from_alice} {from_bob}"
    );
    assert!((from_alice + from_bob - cut.cut_usd_atoms).abs() <= 2);

    // What is left is what the pool has: both close and are paid in full.
    world.pass(1);
    world.trade(&alice, BTC, -LOTS);
    world.trade(&bob, BTC, -LOTS / 2);
    world.settle_markets(&[BTC]).ok();
    for actor in [&alice, &bob] {
        let held = world.account_of(actor);
        if held.used_positions().next().is_some() {
            actor.settle(&mut world, &[BTC]).ok();
        }
        // The spread and fees of the last trades stay in the pool, so nothing is owed any more.
        assert_eq!(world.account_of(actor).used_positions().count(), 0);
    }
    assert!(pool_cash(&world) >= 0);
    assert_eq!(world.market(BTC).claims_unpaid_usd_atoms, 0);
}

/// INV-SHORTFALL.
#[test]
fn a_wick_cuts_nobody() {
    let (mut world, alice, _) = small();
    world.move_price(BTC, "45000");
    allocate(&mut world).ok();
    world.move_price(BTC, "40500");
    let before = equity(&world, &alice);
    let _: ShortfallEnded = allocate(&mut world).ok().event();
    assert_eq!(equity(&world, &alice), before);
    allocate(&mut world).refused(WhittleError::PoolCanPay);
}

/// INV-SHORTFALL.
#[test]
fn the_least_that_was_missing_between_the_sightings_is_cut() {
    let (mut world, ..) = small();
    world.move_price(BTC, "45000");
    let first: ShortfallSeen = allocate(&mut world).ok().event();
    world.pass(100);
    world.move_price(BTC, "44000");
    let second: ShortfallSeen = allocate(&mut world).ok().event();
    assert!(second.missing_usd_atoms < first.missing_usd_atoms);
    assert_eq!(second.since, first.since);
    world.pass(520);
    world.move_price(BTC, "45000");
    let cut: ProfitsCut = allocate(&mut world).ok().event();
    let off = second.missing_usd_atoms - cut.cut_usd_atoms;
    assert!((0..=1).contains(&off), "{off}");
}

#[test]
fn a_sighting_lapses() {
    let (mut world, ..) = small();
    world.move_price(BTC, "45000");
    let first: ShortfallSeen = allocate(&mut world).ok().event();
    again(&mut world, 3_700);
    let second: ShortfallSeen = allocate(&mut world).ok().event();
    assert!(second.since > first.since + 3_600);
}

#[test]
fn a_pool_that_can_pay_is_left_alone() {
    let (mut world, ..) = small();
    allocate(&mut world).refused(WhittleError::PoolCanPay);
}

#[test]
fn every_market_is_needed_writable_and_with_a_new_price() {
    let (mut world, ..) = small();
    world.move_price(BTC, "45000");
    let caller = world.authority.clone();
    let mut missing = instruction::allocate_shortfall(&world.mirror());
    missing.accounts.pop();
    world
        .send_as(&caller, missing)
        .refused(WhittleError::AllMarketsNeeded);
    let mut read_only = instruction::allocate_shortfall(&world.mirror());
    read_only.accounts.last_mut().expect("a market").is_writable = false;
    world
        .send_as(&caller, read_only)
        .refused(WhittleError::MarketNotWritable);
    world.pass(40);
    allocate(&mut world).refused(WhittleError::PriceTooOld);
}

#[test]
fn winners_of_two_markets_are_cut_in_proportion_to_what_each_has_won() {
    let means = Means {
        pool_cash: 12_000 * USDC,
        ..Means::default()
    };
    let mut world = means.world();
    world.list_market(&MarketSpec::eth()).ok();
    world.update(&[ETH]).ok();
    let alice = world.trader("alice", 60_000 * USDC);
    let bob = world.trader("bob", 60_000 * USDC);
    world.trade(&alice, BTC, LOTS);
    // 50,000 dollars at 2,000 dollars a coin, short.
    let lots = world.market(ETH).price.price_q32;
    let lots = 50_000 * DOLLAR / i64::try_from(lots >> 32).expect("a price");
    world.trade(&bob, ETH, -lots);
    world.settle_markets(&[BTC, ETH]).ok();
    // Alice has won about 10,000 dollars and Bob about 5,000.
    world.move_price(BTC, "44000");
    world.move_price(ETH, "1800");
    let seen: ShortfallSeen = allocate(&mut world).ok().event();
    assert!(seen.missing_usd_atoms > 2_000 * DOLLAR);
    world.pass(620);
    for market in [BTC, ETH] {
        world.republish(market);
    }
    world.update(&[BTC, ETH]).ok();
    let before = [&alice, &bob].map(|actor| equity(&world, actor));
    let won = [(BTC, Side::Long), (ETH, Side::Short)];
    let won = won.map(|(market, side)| world.market(market).side_profit(side).expect("a profit").0);
    let cuts: Vec<ProfitsCut> = allocate(&mut world).ok().events_of();
    let sides: Vec<_> = cuts.iter().map(|cut| (cut.market, cut.side)).collect();
    assert_eq!(sides, [(BTC, 1), (ETH, -1)]);
    let cut: i64 = cuts.iter().map(|cut| cut.cut_usd_atoms).sum();
    let off = seen.missing_usd_atoms - cut;
    // Ten minutes of funding have come in meanwhile.
    assert!((0..DOLLAR).contains(&off), "{off} of {cut}");
    let after = [&alice, &bob].map(|actor| equity(&world, actor));
    for ((was, is), cut) in before.iter().zip(after).zip(&cuts) {
        assert!((was - is - cut.cut_usd_atoms).abs() <= 1, "{was} {is}");
    }
    // The same share of each.
    let parts = [0, 1].map(|it| i128::from(cuts[it].cut_usd_atoms) * i128::from(won[1 - it]));
    let off = (parts[0] - parts[1]).abs() / i128::from(won[0] + won[1]);
    assert!(off <= 2, "{cuts:?} {won:?}");
    // What is owed is now what there is, but for the fractions of lots.
    let sent = allocate(&mut world);
    if sent.succeeded() {
        let left: ShortfallSeen = sent.ok().event();
        assert!(left.missing_usd_atoms <= 2, "{left:?}");
    } else {
        sent.refused(WhittleError::PoolCanPay);
    }
}
