//! The pool owes one side too much: its profitable positions are reduced, in proportion to profit,
//! until the bound holds (INV-DELEVERAGE).

use super::{again, equity, Means, DOLLAR};
use crate::liquidation::{BTC, LOTS};
use whittle::error::WhittleError;
use whittle::event::{DeleverageEnded, DeleverageStarted, Deleveraged};
use whittle::state::Side;
use whittle_client::instruction;
use whittle_tests::{Actor, Sent, World, USD, USDC};

/// A pool of 22,000 dollars that may owe a side half of what it has. Alice and Bob are long early
/// and Carol late; Dave is short.
struct Scene {
    world: World,
    alice: Actor,
    bob: Actor,
    carol: Actor,
    dave: Actor,
}

fn scene() -> Scene {
    let means = Means {
        pool_cash: 22_000 * USDC,
        ..Means::default()
    };
    let mut world = means.world();
    let [alice, bob, carol, dave] =
        ["alice", "bob", "carol", "dave"].map(|name| world.trader(name, 60_000 * USDC));
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, LOTS / 2);
    world.trade(&dave, BTC, -LOTS / 4);
    world.settle_markets(&[BTC]).ok();
    world.move_price(BTC, "43800");
    world.trade(&carol, BTC, LOTS / 8);
    world.move_price(BTC, "43700");
    world.settle_markets(&[BTC]).ok();
    Scene {
        world,
        alice,
        bob,
        carol,
        dave,
    }
}

impl Scene {
    fn start(&mut self, side: Side) -> Sent {
        let caller = self.world.authority.clone();
        self.world
            .send_as(&caller, instruction::start_deleverage(BTC, side))
    }

    fn reduce(&mut self, actor: &Actor) -> Sent {
        let caller = self.world.authority.clone();
        let instruction = instruction::auto_deleverage(actor.account(), BTC);
        self.world.send_as(&caller, instruction)
    }

    /// Unrealised profit of the longs and half of what the pool has for them.
    fn owed_and_bound(&self) -> (i64, i64) {
        let (market, pool) = (self.world.market(BTC), self.world.pool());
        let owed = market.side_profit(Side::Long).expect("a profit").0;
        let cash = pool.cash_usd_atoms + pool.reserve_usd_atoms + market.pool_line_usd_atoms;
        (owed, (cash - market.claims_unpaid_usd_atoms) / 2)
    }

    fn lots(&self, actor: &Actor) -> i64 {
        let account = self.world.account_of(actor);
        account.position(BTC).map_or(0, |position| position.lots)
    }
}

#[test]
fn each_winner_is_reduced_by_the_same_share_until_the_bound_holds() {
    let mut scene = scene();
    let (owed, bound) = scene.owed_and_bound();
    assert!(owed > bound, "{owed} {bound}");
    let started: DeleverageStarted = scene.start(Side::Long).ok().event();
    assert_eq!(started.profit_usd_atoms, owed);
    let [alice, bob] = [scene.alice.clone(), scene.bob.clone()];
    let equities = [&alice, &bob].map(|it| equity(&scene.world, it));
    let first: Deleveraged = scene.reduce(&alice).ok().event();
    let part = (u128::from(LOTS.unsigned_abs()) * u128::from(started.share_q32)).div_ceil(1 << 32);
    assert_eq!(u128::from(first.closed_lots), part);
    let second: Deleveraged = scene.reduce(&bob).ok().event();
    // Half the size, half the lots, or less where less was needed.
    assert!(second.closed_lots <= first.closed_lots.div_ceil(2));
    assert!(second.closed_lots + 2 >= first.closed_lots / 2 - 200);
    // Closing at the oracle's price without a fee changes nobody's equity by more than roundings.
    for (actor, before) in [&alice, &bob].into_iter().zip(equities) {
        let change = equity(&scene.world, actor) - before;
        assert!((-3..=3).contains(&change), "{change}");
    }
    // Carol has lost, so she was not asked, and the late loss of hers is why a little is missing.
    let carol = scene.carol.clone();
    let sent = scene.reduce(&carol);
    if sent.error_number().is_some() {
        sent.refused(WhittleError::NotDeleveraged);
    }
    assert_eq!(scene.lots(&carol), LOTS / 8);
    let (owed, bound) = scene.owed_and_bound();
    assert!(owed - bound < 100 * USD, "{owed} {bound}");
}

#[test]
fn a_reduction_stops_when_the_bound_holds_again() {
    let mut scene = scene();
    scene.start(Side::Long).ok();
    let [alice, bob] = [scene.alice.clone(), scene.bob.clone()];
    scene.reduce(&alice).ok();
    scene.world.move_price(BTC, "41000");
    let _: DeleverageEnded = scene.reduce(&bob).ok().event();
    assert_eq!(scene.lots(&bob), LOTS / 2);
    scene.reduce(&bob).refused(WhittleError::NoDeleverage);
    scene
        .start(Side::Long)
        .refused(WhittleError::PayoutBoundHolds);
}

#[test]
fn nobody_is_reduced_twice_by_one_reduction() {
    let mut scene = scene();
    scene.start(Side::Long).ok();
    let alice = scene.alice.clone();
    scene.reduce(&alice).ok();
    scene.reduce(&alice).refused(WhittleError::NotDeleveraged);
}

#[test]
fn the_other_side_and_those_without_a_position_take_no_part() {
    let mut scene = scene();
    scene.start(Side::Long).ok();
    let dave = scene.dave.clone();
    scene.reduce(&dave).refused(WhittleError::NotDeleveraged);
    let eve = scene.world.trader("eve", 100 * USDC);
    scene.reduce(&eve).refused(WhittleError::NotDeleveraged);
    scene
        .start(Side::Long)
        .refused(WhittleError::DeleverageRunning);
}

#[test]
fn without_a_reduction_nobody_is_reduced() {
    let mut scene = scene();
    let alice = scene.alice.clone();
    scene.reduce(&alice).refused(WhittleError::NoDeleverage);
    scene
        .start(Side::Short)
        .refused(WhittleError::PayoutBoundHolds);
    scene.start(Side::Long).ok();
    again(&mut scene.world, 3_700);
    scene.reduce(&alice).refused(WhittleError::NoDeleverage);
    assert!(equity(&scene.world, &alice) > 60_000 * DOLLAR);
}

#[test]
fn an_old_price_reduces_nobody() {
    let mut scene = scene();
    scene.world.pass(40);
    scene.start(Side::Long).refused(WhittleError::PriceTooOld);
}

#[test]
fn a_reduction_that_began_early_does_not_hold_up_the_one_that_is_needed() {
    let mut scene = scene();
    let first: DeleverageStarted = scene.start(Side::Long).ok().event();
    let alice = scene.alice.clone();
    scene.reduce(&alice).ok();
    // At the same price no larger share is needed.
    scene
        .start(Side::Long)
        .refused(WhittleError::DeleverageRunning);
    // The price goes on rising, and those who were reduced are asked again.
    scene.world.move_price(BTC, "44800");
    let second: DeleverageStarted = scene.start(Side::Long).ok().event();
    assert!(second.share_q32 > first.share_q32);
    scene.reduce(&alice).ok();
}
