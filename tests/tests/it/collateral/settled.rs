//! The end of a collateral token: from the day its price of settlement is published it counts for
//! less and less, is sold only to cure an overdraft, and never holds up a bankruptcy.

use super::{held, indebted, refresh, rich, set_bank, world, BTC, ONE_SOL, PYUSD, QUOTE, SOL};
use whittle::error::WhittleError;
use whittle::event::{BankSettlementPublished, BankruptcyResolved, CollateralConverted};
use whittle::state::proposal::Change;
use whittle_client::instruction;
use whittle_risk::{Ratio, Usd};
use whittle_tests::{bps, Actor, Sent, World, ONE, USD, USDC};

const DAY: i64 = 86_400;

/// SOL is wound down, its feed falls silent, and its last price becomes the one of settlement.
fn settle(world: &mut World) -> u64 {
    world.change(Change::WindDownBank {
        bank: SOL,
        settles_after_secs: 86_400,
    });
    world.pass(2 * DAY + 1);
    let publish = instruction::publish_bank_settlement(&world.bank(SOL).mint);
    let event: BankSettlementPublished = world.send(&[publish], &[]).ok().event();
    assert_eq!((event.bank, event.observed_secs), (SOL, 0));
    event.price_q32
}

fn weight(world: &World) -> Ratio {
    world.bank(SOL).weight_at(world.now())
}

fn equity(world: &World, actor: &Actor) -> i64 {
    let account = world.account_of(actor);
    let health = world.mirror().health(&account, world.now());
    health.expect("known banks and markets").equity.0
}

#[track_caller]
fn resolve(world: &mut World, of: &Actor) -> Sent {
    let account = world.account_of(of);
    let resolve = instruction::resolve_bankruptcy(of.account(), &account);
    world.send(&[resolve], &[])
}

#[test]
fn a_settled_token_fades_over_seven_days_for_maintenance_and_at_once_for_new_risk() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.deposit(&mut world, SOL, 10 * ONE_SOL).ok();
    refresh(&mut world, "100", "1");
    let published = settle(&mut world);
    // 80 % of 1,000 dollars, the moment it is published and whatever the oracle says afterwards.
    assert_eq!(weight(&world), Ratio(bps(8_000)));
    let full = equity(&world, &alice);
    assert!((full - 800 * USD).abs() <= 10);
    let since = world.now();
    // Nor does its discount jump: from 2 % of the price it grows to all of it.
    let at_first = world.bank(SOL).sale_terms(since).discount;
    assert_eq!(at_first.0, world.bank(SOL).conversion_discount_q32);
    for (days, percent, discount) in [
        (1, 6_857, 1_600),
        (3, 4_571, 4_400),
        (5, 2_285, 7_200),
        (6, 1_142, 8_600),
        (7, 0, 10_000),
        (70, 0, 10_000),
    ] {
        let at = since + days * DAY;
        world.pass(at - world.now());
        let weight = weight(&world);
        assert!((bps(percent)..=bps(percent + 1)).contains(&weight.0));
        let counts = weight.of_floor(
            whittle_risk::Price(published)
                .notional_floor(10 * ONE_SOL)
                .expect("1,000 dollars")
                .magnitude(),
        );
        assert_eq!(Ok(Usd(equity(&world, &alice))), counts);
        let bank = world.bank(SOL);
        assert_eq!(bank.weight_ahead(world.now()), Ratio::ZERO);
        let found = bank.sale_terms(world.now()).discount;
        assert!(found.0.abs_diff(bps(discount)) <= 10, "{found:?}");
        assert!(found <= Ratio::ONE.less(weight));
    }
}

#[test]
fn nobody_buys_a_settled_token_of_who_owes_nothing_and_its_owner_takes_it_out() {
    let mut world = world();
    let carol = rich(&mut world, "carol");
    carol.deposit(&mut world, SOL, 3 * ONE_SOL).ok();
    let bob = rich(&mut world, "bob");
    refresh(&mut world, "100", "1");
    settle(&mut world);
    for _ in 0..9 {
        let sent = bob.convert(&mut world, &carol, SOL, u64::MAX);
        sent.refused(WhittleError::NothingToConvert);
        carol.withdraw(&mut world, SOL, ONE_SOL / 4).ok();
        world.pass(DAY);
    }
    // A position of hers, which cash stands behind, keeps nothing of it.
    carol.deposit(&mut world, QUOTE, 1_000 * USDC).ok();
    world.pass(1);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    world.trade(&carol, BTC, 100);
    carol.withdraw(&mut world, SOL, ONE_SOL * 3 / 4).ok();
    assert_eq!(held(&world, &carol, SOL), 0);
}

#[test]
fn an_overdraft_is_cured_with_just_enough_of_a_settled_token_for_more_than_it_counts() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let bob = rich(&mut world, "bob");
    let published = settle(&mut world);
    world.pass(7 * DAY / 2);
    let before = equity(&world, &alice);
    let event: CollateralConverted = bob.convert(&mut world, &alice, SOL, u64::MAX).ok().event();
    assert_eq!(event.price_q32, published);
    // 40 % of it still counts, and he pays 49 %.
    assert!(event.discount_q32.abs_diff(bps(5_100)) <= 10);
    assert_eq!(weight(&world).0, bps(8_000).div_ceil(2));
    let gained = equity(&world, &alice) - before;
    let expected = event.paid_usd_atoms * 9 / 49;
    assert!((gained - expected).abs() <= 100, "{gained} {expected}");
    let account = world.account_of(&alice);
    assert_eq!(account.overdraft_due(), Ok(Usd(0)));
    assert!(held(&world, &alice, SOL) > 0);
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::NothingToConvert);
}

#[test]
fn a_token_with_a_smaller_discount_is_sold_before_a_settled_one() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    alice.deposit(&mut world, PYUSD, 10 * USDC).ok();
    let bob = rich(&mut world, "bob");
    settle(&mut world);
    world.pass(DAY);
    // Nobody has heard of PYUSD for days, so it holds up nothing.
    let sent = bob.convert(&mut world, &alice, SOL, 1);
    sent.ok();
    world.pass(1);
    world.publish_bank(PYUSD, "1");
    world.update_banks(&[PYUSD]).ok();
    assert!(equity(&world, &alice) > 0);
    let sent = bob.convert(&mut world, &alice, SOL, 1);
    sent.refused(WhittleError::ConversionOrder);
    bob.convert(&mut world, &alice, PYUSD, u64::MAX).ok();
    bob.convert(&mut world, &alice, SOL, 1).ok();
}

#[test]
fn what_counts_for_nothing_stays_with_who_has_something_else() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    alice.deposit(&mut world, PYUSD, 5_000 * USDC).ok();
    let bob = rich(&mut world, "bob");
    settle(&mut world);
    world.pass(7 * DAY);
    // PYUSD has no price to sell at, but it counts, and Alice is not bankrupt.
    assert!(equity(&world, &alice) > 0);
    let sent = bob.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::WorthlessCollateral);
    world.publish_bank(PYUSD, "1");
    world.update_banks(&[PYUSD]).ok();
    bob.convert(&mut world, &alice, PYUSD, u64::MAX).ok();
    assert_eq!(world.account_of(&alice).overdraft_due(), Ok(Usd(0)));
    alice.withdraw(&mut world, SOL, 100 * ONE_SOL).ok();
}

#[test]
fn a_bankruptcy_that_holds_a_settled_token_is_resolved_in_the_end() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    // SOL falls to a dollar, its feed dies, and everybody knows that it is worth nothing at all.
    refresh(&mut world, "1", "1");
    settle(&mut world);
    let mallory = rich(&mut world, "mallory");
    let sent = resolve(&mut world, &alice);
    sent.refused(WhittleError::CollateralLeft);
    // The discount grows for seven days. Somebody may think that it is worth a sixth of that price.
    world.pass(6 * DAY);
    let event: CollateralConverted = mallory
        .convert(&mut world, &alice, SOL, ONE_SOL)
        .ok()
        .event();
    assert!((13 * USD / 100..15 * USD / 100).contains(&event.paid_usd_atoms));
    // What nobody wanted leaves for nothing, to whoever takes the trouble.
    world.pass(DAY - 1);
    let before = world.bank(SOL).deposits_atoms;
    let sent = resolve(&mut world, &alice);
    sent.refused(WhittleError::CollateralLeft);
    world.pass(1);
    let event: CollateralConverted = mallory
        .convert(&mut world, &alice, SOL, u64::MAX)
        .ok()
        .event();
    assert_eq!((event.paid_usd_atoms, event.discount_q32), (0, ONE));
    assert_eq!(before - world.bank(SOL).deposits_atoms, 99 * ONE_SOL);
    assert_eq!(event.equity_after_usd_atoms, event.equity_before_usd_atoms);
    let owed = -world.account_of(&alice).cash_usd_atoms;
    assert!(owed > 400 * USD, "{owed}");
    let event: BankruptcyResolved = resolve(&mut world, &alice).ok().event();
    assert_eq!((event.loss_usd_atoms, event.left_usd_atoms), (owed, 0));
    assert_eq!(world.account_of(&alice).cash_usd_atoms, 0);
}

#[test]
fn a_token_that_never_had_a_price_is_not_deposited_and_holds_up_no_bankruptcy() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let mallory = rich(&mut world, "mallory");
    // As if SOL had been listed and nobody had ever cached a price.
    set_bank(&mut world, SOL, |it| it.price = Default::default());
    let sent = mallory.deposit(&mut world, SOL, 1);
    sent.refused(WhittleError::NoPrice);
    // Who holds it from a time in which that was possible cannot sell it.
    let sent = mallory.convert(&mut world, &alice, SOL, u64::MAX);
    sent.refused(WhittleError::NoPrice);
    let sent = resolve(&mut world, &alice);
    sent.refused(WhittleError::CollateralLeft);

    assert_eq!(settle(&mut world), 1);
    world.pass(7 * DAY);
    mallory.convert(&mut world, &alice, SOL, u64::MAX).ok();
    let event: BankruptcyResolved = resolve(&mut world, &alice).ok().event();
    assert!(event.loss_usd_atoms > 400 * USD);
}
