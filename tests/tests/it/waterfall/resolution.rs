//! A bankruptcy that is resolved in several calls, and one that the market's line pays for: neither
//! needs a settlement, and no cap is drawn twice (INV-WATERFALL).

use super::bankruptcy::{insurance, story, Story};
use super::{again, cash, equity, market_address, pool_cash, resolve, Means, DOLLAR};
use crate::liquidation::{BTC, CASH, LOTS};
use whittle::error::WhittleError;
use whittle::event::{BankruptcyResolved, DeficitBooked};
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::Market;
use whittle_tests::{spec, World, USDC};

/// A pool whose cash stands in the lines of its market: as [`story`], without the last settlement.
fn unsettled(deposit: u64) -> Story {
    let mut means = Means {
        insurance: insurance(0),
        pool_cash: deposit,
        ..Means::default()
    };
    means.market.params.pool_line_target_usd_atoms = 1_000_000 * DOLLAR;
    let mut world = means.world();
    let alice = world.trader("alice", CASH);
    let bob = world.trader("bob", 60_000 * USDC);
    let keeper = world.keeper("keeper");
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, -LOTS);
    world.settle_markets(&[BTC]).ok();
    assert_eq!(pool_cash(&world), 0);
    world.move_price(BTC, "37000");
    let event: DeficitBooked = keeper.liquidate(&mut world, &alice).ok().event();
    Story {
        world,
        alice,
        bob,
        loss: event.deficit_usd_atoms,
    }
}

#[test]
fn where_all_of_the_pools_cash_stands_in_lines_the_one_of_the_deficit_pays_what_is_over_its_target()
{
    let mut story = unsettled(50_000 * USDC);
    // Under its target the line pays nothing.
    resolve(&mut story.world, &story.alice).refused(WhittleError::PoolCash);
    let line = story.world.market(BTC).pool_line_usd_atoms;
    let target = line - story.loss / 2;
    story.world.forge::<Market>(market_address(), |market| {
        market.params.pool_line_target_usd_atoms = target;
    });
    let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
    assert_eq!(event.from_line_usd_atoms, story.loss / 2);
    assert_eq!(event.left_usd_atoms, story.loss - story.loss / 2);
    let market = story.world.market(BTC);
    assert_eq!(market.pool_line_usd_atoms, target);
    assert_eq!(market.deficit_usd_atoms, event.left_usd_atoms);
    assert_eq!(cash(&story.world, &story.alice), -event.left_usd_atoms);

    // Nobody has settled the market, and the rest is resolved as well.
    story.world.forge::<Market>(market_address(), |market| {
        market.params.pool_line_target_usd_atoms = 0;
    });
    let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
    assert_eq!((event.left_usd_atoms, event.insurance_usd_atoms), (0, 0));
    assert_eq!(cash(&story.world, &story.alice), 0);
    assert_eq!(story.world.market(BTC).deficit_usd_atoms, 0);
    assert_eq!(pool_cash(&story.world), 0);
    let bob = equity(&story.world, &story.bob);
    assert!(bob > 66_000 * DOLLAR, "{bob}");
}

#[test]
fn claims_come_before_losses_in_a_line() {
    let mut story = unsettled(50_000 * USDC);
    let line = story.world.market(BTC).pool_line_usd_atoms;
    story.world.forge::<Market>(market_address(), |market| {
        market.params.pool_line_target_usd_atoms = 0;
    });
    let market = story.world.market(BTC);
    assert_eq!(
        market.line_for_losses(story.world.now()).expect("a line").0,
        line
    );
    let claimed = Market {
        claims_unpaid_usd_atoms: line - 7,
        ..market
    };
    assert_eq!(
        claimed
            .line_for_losses(story.world.now())
            .expect("a line")
            .0,
        7
    );
}

#[test]
fn the_cap_for_an_event_is_one_however_often_it_is_resolved() {
    let mut means = Means {
        insurance: InsuranceParams {
            per_event_usd_atoms: 500 * DOLLAR,
            per_day_usd_atoms: 5_000 * DOLLAR,
            ..spec::insurance_params()
        },
        ..Means::default()
    };
    means.pool_cash = 12_000 * USDC;
    let mut story = story(&means);
    // The pool can pay nothing: all of it has gone into a market's line that others use.
    story.world.trade(&story.bob.clone(), BTC, LOTS);
    story.world.settle_markets(&[BTC]).ok();
    let hide = |world: &mut World, by: i64| {
        let mut market = world.market(BTC);
        market.params.pool_line_target_usd_atoms = by;
        world.forge::<Market>(market_address(), |it| *it = market);
        world.settle_markets(&[BTC]).ok();
    };
    hide(&mut story.world, 1_000_000 * DOLLAR);
    assert_eq!(pool_cash(&story.world), 0);
    let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
    assert_eq!(event.insurance_usd_atoms, 500 * DOLLAR);
    assert_eq!(event.left_usd_atoms, story.loss - 500 * DOLLAR);
    let paid = story
        .world
        .account_of(&story.alice)
        .insurance_paid_usd_atoms;
    assert_eq!(paid, 500 * DOLLAR);
    again(&mut story.world, 5);
    resolve(&mut story.world, &story.alice).refused(WhittleError::PoolCash);
    // Nor does the next day bring another cap.
    again(&mut story.world, 86_400);
    resolve(&mut story.world, &story.alice).refused(WhittleError::PoolCash);
    hide(&mut story.world, 0);
    let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
    assert_eq!((event.insurance_usd_atoms, event.left_usd_atoms), (0, 0));
    let account = story.world.account_of(&story.alice);
    assert_eq!(
        (account.cash_usd_atoms, account.insurance_paid_usd_atoms),
        (0, 0)
    );
}

/// INV-VALUE. The pool's value deducts a loss from when it is settled; who pays for it then adds what he
/// pays and takes nothing from it twice.
#[test]
fn a_loss_that_is_resolved_at_an_old_price_is_not_deducted_twice() {
    for (per_event, insured) in [(0, false), (50_000, true)] {
        let mut story = story(&Means {
            insurance: insurance(per_event),
            ..Means::default()
        });
        let before = story.world.pool().value().expect("a value").0;
        story.world.pass(40);
        let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
        assert_eq!(
            event.insurance_usd_atoms,
            if insured { story.loss } else { 0 }
        );
        assert_eq!(event.left_usd_atoms, 0);
        let value = story.world.pool().value().expect("a value").0;
        assert_eq!(value - before, event.insurance_usd_atoms);
        // A settlement at the old price finds nothing more to give back.
        story.world.settle_markets(&[BTC]).ok();
        assert_eq!(story.world.pool().value().expect("a value").0, value);
        // At a new one it counts everything anew, funding of a minute included.
        again(&mut story.world, 1);
        story.world.settle_markets(&[BTC]).ok();
        let anew = story.world.pool().value().expect("a value").0;
        assert!((anew - value).abs() < 10 * DOLLAR, "{anew} and {value}");
    }
}
