//! A bankrupt account's loss goes to insurance, to the pool, to those who gained it and to the pool
//! again, to the atom (INV-WATERFALL).

use super::{
    again, cash, equity, insurance_cash, market_address, pool_cash, pool_has, resolve, Means,
    DOLLAR,
};
use crate::liquidation::{BTC, CASH, LOTS};
use whittle::error::WhittleError;
use whittle::event::{BankruptcyResolved, DeficitBooked, OrderRemoved};
use whittle::state::insurance_fund::InsuranceParams;
use whittle_client::address;
use whittle_tests::{assert_only_changed, spec, Actor, BankSpec, MarketSpec, World, USDC};

/// Alice is long 100,000 dollars with 5,300 and Bob is short as much with 60,000. The price falls to
/// 37,000 in one update; Alice is closed and owes about 2,200 dollars more than she has.
pub(super) struct Story {
    pub world: World,
    pub alice: Actor,
    pub bob: Actor,
    pub loss: i64,
}

pub(super) fn story(means: &Means) -> Story {
    let mut world = means.world();
    let alice = world.trader("alice", CASH);
    let bob = world.trader("bob", 60_000 * USDC);
    let keeper = world.keeper("keeper");
    world.trade(&alice, BTC, LOTS);
    world.trade(&bob, BTC, -LOTS);
    world.settle_markets(&[BTC]).ok();
    world.move_price(BTC, "37000");
    let event: DeficitBooked = keeper.liquidate(&mut world, &alice).ok().event();
    let loss = event.deficit_usd_atoms;
    assert_eq!(cash(&world, &alice), -loss);
    assert!(loss > 2_000 * DOLLAR, "{loss}");
    // Of the loser's cash nothing is left; the market's lines go to pool and fund.
    world.settle_markets(&[BTC]).ok();
    Story {
        world,
        alice,
        bob,
        loss,
    }
}

pub(super) fn insurance(per_event: i64) -> InsuranceParams {
    InsuranceParams {
        per_event_usd_atoms: per_event * DOLLAR,
        per_day_usd_atoms: 2 * per_event * DOLLAR,
        ..spec::insurance_params()
    }
}

/// INV-WATERFALL.
#[test]
fn insurance_pays_all_that_its_caps_allow_and_nobody_else_loses() {
    let mut story = story(&Means::default());
    let (fund, pool) = (insurance_cash(&story.world), pool_cash(&story.world));
    let bob = equity(&story.world, &story.bob);
    let before = story.world.picture();
    let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
    assert_eq!(event.insurance_usd_atoms, story.loss);
    assert_eq!(event.pool_usd_atoms + event.side_usd_atoms, 0);
    assert_eq!(insurance_cash(&story.world), fund - story.loss);
    assert_eq!(pool_cash(&story.world), pool);
    assert_eq!(equity(&story.world, &story.bob), bob);
    let alice = story.world.account_of(&story.alice);
    assert_eq!((alice.cash_usd_atoms, alice.deficit_usd_atoms), (0, 0));
    assert_eq!(story.world.market(BTC).deficit_usd_atoms, 0);
    assert_only_changed!(
        before,
        story.world.picture(),
        [
            story.alice.account(),
            market_address(),
            address::insurance(),
            address::pool()
        ]
    );
}

/// INV-WATERFALL.
#[test]
fn over_the_caps_of_insurance_and_pool_the_winners_bear_it_per_lot_and_flat_users_nothing() {
    let mut means = Means {
        insurance: insurance(500),
        ..Means::default()
    };
    means.pool.loss_per_day_usd_atoms = 300 * DOLLAR;
    let mut story = story(&means);
    let carol = story.world.trader("carol", 1_000 * USDC);
    let (bob, pool) = (equity(&story.world, &story.bob), pool_has(&story.world));
    let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
    assert_eq!(event.loss_usd_atoms, story.loss);
    assert_eq!(event.insurance_usd_atoms, 500 * DOLLAR);
    assert_eq!(event.pool_usd_atoms, 300 * DOLLAR);
    assert_eq!(event.side, -1);
    let borne = story.loss - 800 * DOLLAR;
    assert_eq!(event.side_usd_atoms, borne);
    assert_eq!(event.left_usd_atoms, 0);
    // One short position: it bears all of it, and an atom for the fraction at most.
    let lost = bob - equity(&story.world, &story.bob);
    assert!((lost - borne).abs() <= 1, "{lost} of {borne}");
    // The pool advanced it and gets it back when Bob settles.
    assert_eq!(pool_has(&story.world), pool - 300 * DOLLAR - borne);
    story.bob.settle(&mut story.world, &[BTC]).ok();
    let back = pool_has(&story.world) - (pool - 300 * DOLLAR - borne);
    assert!((back - lost).abs() <= 1, "{back} of {lost}");
    assert_eq!(cash(&story.world, &carol), 1_000 * DOLLAR);
    assert_eq!(cash(&story.world, &story.alice), 0);
}

#[test]
fn winners_are_asked_for_no_more_than_their_unrealised_profit() {
    let mut means = Means {
        insurance: insurance(0),
        ..Means::default()
    };
    means.pool.loss_per_day_usd_atoms = 0;
    let mut story = story(&means);
    // Bob had sold at 40,000; at 39,990 he has hardly any profit left.
    story.world.move_price(BTC, "39990");
    let profit = story.world.market(BTC);
    let profit = profit
        .side_profit(whittle::state::Side::Short)
        .expect("a profit")
        .0;
    assert!(profit > 0 && profit < story.loss);
    let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
    assert_eq!(event.side_usd_atoms, profit);
    assert_eq!(event.pool_usd_atoms, story.loss - profit);
    assert_eq!(cash(&story.world, &story.alice), 0);
}

#[test]
fn what_nobody_has_cash_for_stays_booked_and_is_resolved_later() {
    let means = Means {
        insurance: insurance(100),
        pool_cash: 12_000 * USDC,
        ..Means::default()
    };
    let mut story = story(&means);
    // Bob takes his profit of about 7,500 dollars, and what he gets leaves the pool poor.
    story.world.trade(&story.bob.clone(), BTC, LOTS);
    story.world.settle_markets(&[BTC]).ok();
    let mut rest = story.loss;
    for _ in 0..3 {
        let sent = resolve(&mut story.world, &story.alice);
        let event: BankruptcyResolved = sent.ok().event();
        assert_eq!(event.loss_usd_atoms, rest);
        rest = event.left_usd_atoms;
        let alice = story.world.account_of(&story.alice);
        assert_eq!(alice.cash_usd_atoms, -rest);
        if rest == 0 {
            break;
        }
        story.world.fund_pool(50_000 * USDC);
        again(&mut story.world, 5);
    }
    assert_eq!(rest, 0);
}

#[test]
fn the_caps_of_a_day_are_shared_by_its_bankruptcies_and_new_the_next_day() {
    let mut means = Means {
        insurance: InsuranceParams {
            per_event_usd_atoms: 1_000 * DOLLAR,
            per_day_usd_atoms: 1_500 * DOLLAR,
            ..spec::insurance_params()
        },
        ..Means::default()
    };
    means.pool.loss_per_day_usd_atoms = 100_000 * DOLLAR;
    let mut world = means.world();
    let keeper = world.keeper("keeper");
    let losers = ["ann", "ben", "cid"].map(|name| world.trader(name, CASH));
    for loser in &losers {
        world.trade(loser, BTC, LOTS);
    }
    world.move_price(BTC, "37000");
    for loser in &losers {
        keeper.liquidate(&mut world, loser).ok();
    }
    let mut paid = Vec::new();
    for (loser, wait) in losers.iter().zip([0, 0, 86_400]) {
        if wait > 0 {
            again(&mut world, wait);
        }
        let event: BankruptcyResolved = resolve(&mut world, loser).ok().event();
        paid.push(event.insurance_usd_atoms);
    }
    assert_eq!(paid, [1_000 * DOLLAR, 500 * DOLLAR, 1_000 * DOLLAR]);
}

#[test]
fn an_account_that_is_not_bankrupt_is_refused() {
    let mut story = story(&Means::default());
    resolve(&mut story.world, &story.bob.clone()).refused(WhittleError::NotBankrupt);
    resolve(&mut story.world, &story.alice).ok();
    resolve(&mut story.world, &story.alice).refused(WhittleError::NotBankrupt);
}

#[test]
fn an_account_with_collateral_is_not_bankrupt_yet() {
    let mut world = Means::default().world();
    world.list_bank(&BankSpec::sol()).ok();
    world.publish_bank(1, "100");
    world.update_banks(&[1]).ok();
    let keeper = world.keeper("keeper");
    let alice = world.trader("alice", CASH);
    let mint = world.bank(1).mint;
    world.give(&alice, &mint, 1_000);
    alice.deposit(&mut world, 1, 1_000).ok();
    world.trade(&alice, BTC, LOTS);
    world.move_price(BTC, "37000");
    world.publish_bank(1, "100");
    world.update_banks(&[1]).ok();
    keeper.liquidate(&mut world, &alice).ok();
    resolve(&mut world, &alice).refused(WhittleError::CollateralLeft);
}

#[test]
fn the_winners_are_not_charged_at_an_old_price() {
    let mut means = Means {
        insurance: insurance(0),
        ..Means::default()
    };
    means.pool.loss_per_day_usd_atoms = 0;
    let mut story = story(&means);
    story.world.pass(40);
    resolve(&mut story.world, &story.alice).refused(WhittleError::PriceTooOld);
    again(&mut story.world, 1);
    resolve(&mut story.world, &story.alice).ok();
}

#[test]
fn another_market_than_the_one_of_the_deficit_is_refused() {
    let mut story = story(&Means::default());
    story.world.list_market(&MarketSpec::eth()).ok();
    let mut account = story.world.account_of(&story.alice);
    account.deficit_market = 1;
    let caller = story.world.authority.clone();
    let wrong = whittle_client::instruction::resolve_bankruptcy(story.alice.account(), &account);
    story
        .world
        .send_as(&caller, wrong)
        .refused(WhittleError::MarketMismatch);
}

#[test]
fn interest_of_a_bankrupt_account_is_waived_and_the_pool_counts_its_overdraft_no_more() {
    let mut world = Means::default().world();
    world.list_bank(&BankSpec::sol()).ok();
    world.publish_bank(1, "100");
    world.update_banks(&[1]).ok();
    let keeper = world.keeper("keeper");
    let alice = world.trader("alice", 200 * USDC);
    let mint = world.bank(1).mint;
    world.give(&alice, &mint, 100 * 1_000_000_000);
    alice.deposit(&mut world, 1, 100 * 1_000_000_000).ok();
    world.trade(&alice, BTC, 5_000);
    world.move_price(BTC, "38500");
    world.publish_bank(1, "100");
    world.update_banks(&[1]).ok();
    world.reduce(&alice, BTC, -5_000);
    // 550 dollars overdrawn against 10,000 dollars of SOL, for half a year.
    world.pass(15_768_000);
    keeper.charge_interest(&mut world, &alice).ok();
    assert!(world.pool().overdrafts_usd_atoms > 500 * DOLLAR);
    world.pass(15_768_000);
    // SOL is worth next to nothing by now and is sold for what it brings.
    world.publish_bank(1, "0.01");
    world.update_banks(&[1]).ok();
    let quote = world.bank(0).mint;
    world.give(&keeper, &quote, 1_000 * USDC);
    keeper.convert(&mut world, &alice, 1, u64::MAX).ok();
    let counted = world.account_of(&alice).interest_usd_atoms;
    assert!(counted > 20 * DOLLAR, "{counted}");
    let event: BankruptcyResolved = resolve(&mut world, &alice).ok().event();
    assert_eq!(event.side, 0);
    assert!(event.interest_waived_usd_atoms >= counted);
    let account = world.account_of(&alice);
    assert_eq!((account.cash_usd_atoms, account.interest_usd_atoms), (0, 0));
    assert_eq!(world.pool().overdrafts_usd_atoms, 0);
}

#[test]
fn a_loss_is_booked_where_it_was_made_and_not_where_its_owner_holds_a_trifle() {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    let alice = world.trader("alice", CASH);
    let keeper = world.keeper("keeper");
    world.trade(&alice, BTC, LOTS);
    // Ten lots of 2 dollars in the market that comes last.
    world.trade(&alice, 1, 10);
    world.move_price(BTC, "37000");
    world.republish(1);
    world.update(&[1]).ok();
    let event: DeficitBooked = keeper.liquidate(&mut world, &alice).ok().event();
    assert_eq!(event.market, BTC);
    assert_eq!(world.account_of(&alice).deficit_side, 1);
}

#[test]
fn who_owes_more_than_he_has_cannot_hold_up_the_resolution_with_a_token() {
    let mut story = story(&Means::default());
    story.world.list_bank(&BankSpec::sol()).ok();
    let mint = story.world.bank(1).mint;
    story.world.give(&story.alice, &mint, 1);
    let sent = story.alice.deposit(&mut story.world, 1, 1);
    sent.refused(WhittleError::AccountInDeficit);
    resolve(&mut story.world, &story.alice).ok();
}

#[test]
fn what_the_orders_of_a_bankrupt_set_aside_comes_before_what_others_bear() {
    let mut world = Means::default().world();
    let alice = world.trader("alice", CASH);
    let keeper = world.keeper("keeper");
    world.trade(&alice, BTC, LOTS);
    world.settle_markets(&[BTC]).ok();
    // One that nobody shows an update for, and one that waits for a price.
    alice.place(&mut world, BTC, 10).ok();
    let mut stop = alice.order(&world, 10);
    (stop.trigger_q32, stop.trigger_above) = (4_100_000 << 32, true);
    alice.place_with(&mut world, BTC, stop).ok();
    world.move_price(BTC, "37000");
    let event: DeficitBooked = keeper.liquidate(&mut world, &alice).ok().event();
    let booked = event.deficit_usd_atoms;
    world.settle_markets(&[BTC]).ok();

    let done = resolve(&mut world, &alice).ok();
    let returned: Vec<OrderRemoved> = done.events_of();
    let returned: i64 = returned.iter().map(|it| it.returned_usd_atoms).sum();
    assert_eq!(returned, 2 * DOLLAR / 100);
    let event: BankruptcyResolved = done.event();
    assert_eq!(event.loss_usd_atoms, booked - returned);
    assert_eq!(event.insurance_usd_atoms, booked - returned);
    let account = world.account_of(&alice);
    assert_eq!((account.cash_usd_atoms, account.deficit_usd_atoms), (0, 0));
    assert!(account.orders.iter().all(|order| order.lots == 0));
}
