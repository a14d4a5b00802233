//! The pool owes one side too much: its profitable positions are reduced, in proportion to profit,
//! until the bound holds (INV-DELEVERAGE).

use super::{again, equity, Means, DOLLAR};
use crate::liquidation::{BTC, LOTS};
use whittle::error::WhittleError;
use whittle::event::{DeleverageEnded, DeleverageStarted, Deleveraged};
use whittle::state::{InsuranceFund, MarginAccount, Side};
use whittle_client::{address, instruction};
use whittle_tests::{Actor, Sent, World, USDC};

/// A pool of 22,000 dollars that may owe a side half of what it has. Alice and Bob are on the winning
/// side early and Carol late; Dave is on the other. Longs win unless the scene says otherwise.
struct Scene {
    world: World,
    side: Side,
    alice: Actor,
    bob: Actor,
    carol: Actor,
    dave: Actor,
}

fn scene() -> Scene {
    won_by(Side::Long)
}

/// The price moves by 3,800 dollars in the winners' favour, and by 100 back.
fn won_by(side: Side) -> Scene {
    let (sign, late, now) = match side {
        Side::Long => (1, "43800", "43700"),
        Side::Short => (-1, "36200", "36300"),
    };
    let means = Means {
        pool_cash: 22_000 * USDC,
        ..Means::default()
    };
    let mut world = means.world();
    let [alice, bob, carol, dave] =
        ["alice", "bob", "carol", "dave"].map(|name| world.trader(name, 60_000 * USDC));
    world.trade(&alice, BTC, sign * LOTS);
    world.trade(&bob, BTC, sign * LOTS / 2);
    world.trade(&dave, BTC, -sign * LOTS / 4);
    world.settle_markets(&[BTC]).ok();
    world.move_price(BTC, late);
    world.trade(&carol, BTC, sign * LOTS / 8);
    world.move_price(BTC, now);
    world.settle_markets(&[BTC]).ok();
    Scene {
        world,
        side,
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

    /// Unrealised profit of the winners and half of what the pool has for them.
    fn owed_and_bound(&self) -> (i64, i64) {
        let (market, pool) = (self.world.market(BTC), self.world.pool());
        let owed = market.side_profit(self.side).expect("a profit").0;
        let cash = pool.cash_usd_atoms + pool.reserve_usd_atoms + market.pool_line_usd_atoms;
        (owed, (cash - market.claims_unpaid_usd_atoms) / 2)
    }

    /// Whether the pool would owe too much, had this many lots of somebody's not been closed.
    fn is_broken_without(&self, event: &Deleveraged, fewer: u64) -> bool {
        let (owed, bound) = self.owed_and_bound();
        let part = i128::from(event.profit_usd_atoms) * i128::from(fewer);
        let part = part / i128::from(event.closed_lots);
        let part = i64::try_from(part).expect("a profit");
        // What was paid for them is still owed, and half of it still counts for the bound.
        owed + part > bound + part / 2
    }

    fn lots(&self, actor: &Actor) -> i64 {
        let account = self.world.account_of(actor);
        account.position(BTC).map_or(0, |position| position.lots)
    }
}

/// INV-DELEVERAGE. Of each winner the share, rounded up to a lot; of the last one what is still needed;
/// then the bound holds, and with one lot less for each of the two and one to spare it would not.
#[test]
fn winners_are_reduced_by_the_same_share_and_by_no_lot_more_than_the_bound_needs() {
    for side in Side::BOTH {
        let mut scene = won_by(side);
        let (owed, bound) = scene.owed_and_bound();
        assert!(owed > bound, "{owed} {bound}");
        let started: DeleverageStarted = scene.start(side).ok().event();
        assert_eq!(
            (started.profit_usd_atoms, started.side),
            (owed, side.sign())
        );
        // f = (P - b C) / (P (1 - b)), with b a half: 2 (P - C / 2) / P.
        let exact = ((i128::from(owed - bound) << 33) / i128::from(owed)) as i64;
        let off = i64::try_from(started.share_q32).expect("a share") - exact;
        assert!((0..=1 << 8).contains(&off), "{off}");

        let [alice, bob] = [scene.alice.clone(), scene.bob.clone()];
        let equities = [&alice, &bob].map(|it| equity(&scene.world, it));
        let share = |lots: i64| {
            let part = u128::from(lots.unsigned_abs()) * u128::from(started.share_q32);
            u64::try_from(part.div_ceil(1 << 32)).expect("few lots")
        };
        let first: Deleveraged = scene.reduce(&alice).ok().event();
        assert_eq!(first.closed_lots, share(LOTS));
        assert_eq!(first.lots_after, scene.lots(&alice));
        // Carol's loss is the side's too, so a little less than his share is needed of Bob.
        let second: Deleveraged = scene.reduce(&bob).ok().event();
        assert!(second.closed_lots <= share(LOTS / 2));
        assert!(
            second.closed_lots * 20 > share(LOTS / 2) * 19,
            "{}",
            second.closed_lots
        );
        let (owed, bound) = scene.owed_and_bound();
        assert!(owed <= bound, "{owed} {bound}");
        assert!(!scene.is_broken_without(&second, 0));
        assert!(
            scene.is_broken_without(&second, 3),
            "three lots were not needed"
        );

        // Closing at the oracle's price without a fee changes nobody's equity by more than roundings.
        for (actor, before) in [&alice, &bob].into_iter().zip(equities) {
            let change = equity(&scene.world, actor) - before;
            assert!((-2..=0).contains(&change), "{change}");
        }
        // The bound holds: whoever is asked next, nothing is closed and the reduction is over.
        let carol = scene.carol.clone();
        let before = [&alice, &bob, &carol].map(|it| scene.lots(it));
        let _: DeleverageEnded = scene.reduce(&carol).ok().event();
        assert_eq!([&alice, &bob, &carol].map(|it| scene.lots(it)), before);
        scene.reduce(&alice).refused(WhittleError::NoDeleverage);
        scene.start(side).refused(WhittleError::PayoutBoundHolds);
    }
}

/// INV-DELEVERAGE. Who is asked does not change how much is closed together.
#[test]
fn in_whatever_order_winners_are_reduced_as_much_is_closed() {
    let mut closed = Vec::new();
    for order in [[0, 1], [1, 0]] {
        let mut scene = scene();
        scene.start(Side::Long).ok();
        let both = [scene.alice.clone(), scene.bob.clone()];
        let mut lots = 0;
        for place in order {
            let event: Deleveraged = scene.reduce(&both[place]).ok().event();
            lots += event.closed_lots;
        }
        closed.push(lots);
    }
    assert!(closed[0].abs_diff(closed[1]) <= 2, "{closed:?}");
}

/// INV-DELEVERAGE.
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

/// INV-DELEVERAGE.
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

/// The longs are owed more than the pool has, so all that they hold has to go.
fn all_of_it() -> Scene {
    let mut scene = scene();
    scene.world.move_price(BTC, "62000");
    let started: DeleverageStarted = scene.start(Side::Long).ok().event();
    assert_eq!(started.share_q32, 1 << 32);
    scene
}

/// As if the rest of somebody's cash had gone into the insurance fund.
fn left_with(world: &mut World, actor: &Actor, cash: i64) {
    let had = world.account_of(actor).cash_usd_atoms;
    world.forge::<MarginAccount>(actor.account(), |it| it.cash_usd_atoms = cash);
    world.forge::<InsuranceFund>(address::insurance(), |it| it.cash_usd_atoms += had - cash);
}

/// INV-DELEVERAGE.
#[test]
fn a_winner_whose_cash_is_under_zero_is_reduced_like_the_others() {
    let mut scene = all_of_it();
    let [alice, bob] = [scene.alice.clone(), scene.bob.clone()];
    left_with(&mut scene.world, &alice, -1);
    let all: Deleveraged = scene.reduce(&alice).ok().event();
    assert_eq!((all.closed_lots, all.lots_after), (LOTS.unsigned_abs(), 0));
    let account = scene.world.account_of(&alice);
    let claims = account.used_positions().map(|it| it.claim_usd_atoms);
    let worth = account.cash_usd_atoms + claims.sum::<i64>();
    assert!(worth > 10_000 * DOLLAR, "{worth}");
    // Bob's profit would not make good what he owes: one lot stays, and with it his health.
    left_with(&mut scene.world, &bob, -1_000_000 * DOLLAR);
    let rest: Deleveraged = scene.reduce(&bob).ok().event();
    assert_eq!(rest.closed_lots, LOTS.unsigned_abs() / 2 - 1);
    assert_eq!(scene.lots(&bob), 1);
    assert_eq!(scene.world.account_of(&bob).deficit_usd_atoms, 0);
}

/// Erin has won on twelve dollars of BTC, just over the least position. One of her three lots stays.
#[test]
fn what_a_reduction_leaves_may_be_under_the_minimum_position() {
    let mut scene = scene();
    let erin = scene.world.trader("erin", 1_000 * USDC);
    scene.world.move_price(BTC, "43000");
    scene.world.trade(&erin, BTC, 3);
    scene.world.move_price(BTC, "43700");
    scene.start(Side::Long).ok();
    let event: Deleveraged = scene.reduce(&erin).ok().event();
    assert_eq!((event.closed_lots, event.lots_after), (2, 1));
    let least = scene.world.market(BTC).params.min_position_usd_atoms;
    let price = whittle_risk::Price(event.price_q32);
    assert!(price.notional_ceil(1).expect("a notional").0 < least);
}
