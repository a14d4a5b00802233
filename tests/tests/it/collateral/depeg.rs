//! A stablecoin that loses its peg. INV-PEG: it never counts above the peg.

use super::{rich, world, BTC, PYUSD, QUOTE, REWARD};
use whittle::error::WhittleError;
use whittle::event::{PegBroken, PegRegained};
use whittle::state::depeg::{Depeg, DepegParams};
use whittle::state::proposal::{BankTerms, Change};
use whittle_risk::Ratio;
use whittle_tests::{bps, Actor, BankSpec, Quote, World, USD, USDC};

const HOUR: i64 = 3_600;

fn equity(world: &World, actor: &Actor) -> i64 {
    let account = world.account_of(actor);
    let health = world.mirror().health(&account, world.now());
    health.expect("known banks and markets").equity.0
}

fn weight(world: &World) -> Ratio {
    world.bank(PYUSD).weight_at(world.now())
}

#[track_caller]
fn price(world: &mut World, quote: impl Into<Quote>) -> whittle_tests::Done {
    world.pass(1);
    world.publish_bank(PYUSD, quote);
    world.update_banks(&[PYUSD]).ok()
}

#[test]
fn a_token_that_falls_to_93_cents_counts_for_less_step_by_step_until_it_is_back() {
    let mut world = world();
    // 2,000 PYUSD count for 1,900 dollars. 3,000 lots of BTC are 12,000 dollars; they need 360 to be
    // kept, and 600 to be opened.
    let alice = rich(&mut world, "alice");
    let keeper = world.keeper("keeper");
    alice.deposit(&mut world, PYUSD, 2_000 * USDC).ok();
    alice.deposit(&mut world, QUOTE, 100 * USDC).ok();
    world.trade(&alice, BTC, 3_000);
    let before = equity(&world, &alice);

    // The first price under the bound costs the fall and one step of five points: 93 * 90 % instead
    // of 95 %. Alice is not liquidated by a single update.
    let done = price(&mut world, "0.93");
    let broken: PegBroken = done.event();
    assert_eq!((broken.bank, broken.since), (PYUSD, world.now()));
    assert_eq!(weight(&world).0, bps(9_500) - bps(500));
    let fallen = before - equity(&world, &alice);
    assert!((fallen - 226 * USD).abs() < USD, "{fallen}");
    let sent = keeper.flag(&mut world, &alice);
    sent.refused(WhittleError::AccountHealthy);

    // Nobody brings in more of it; other tokens and cash come in, and it may leave.
    let sent = alice.deposit(&mut world, PYUSD, 1);
    sent.refused(WhittleError::PegLost);
    alice.deposit(&mut world, QUOTE, 1).ok();
    alice.withdraw(&mut world, PYUSD, 1).ok();

    // Each hour takes a step more, whether or not anybody updates the price.
    let first = equity(&world, &alice);
    world.pass(HOUR - 1);
    assert_eq!(weight(&world).0, bps(9_500) - bps(500));
    world.pass(1);
    assert_eq!(weight(&world).0, bps(9_500) - 2 * bps(500));
    price(&mut world, "0.93");
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let step = first - equity(&world, &alice);
    assert!((step - 93 * USD).abs() < 2 * USD, "{step}");

    // The floor is 50 %: after eight hours it has been reached and stays.
    world.pass(20 * HOUR);
    assert_eq!(weight(&world).0, bps(5_000));

    // Back at a dollar, the peg has to hold for an hour.
    price(&mut world, "1");
    assert_eq!(weight(&world).0, bps(5_000));
    world.pass(HOUR / 2);
    price(&mut world, "0.999");
    let sent = alice.deposit(&mut world, PYUSD, 1);
    sent.refused(WhittleError::PegLost);
    world.pass(HOUR / 2);
    let regained: PegRegained = price(&mut world, "1").event();
    assert_eq!((regained.bank, regained.at), (PYUSD, world.now()));
    assert_eq!(weight(&world).0, bps(9_500));
    alice.deposit(&mut world, PYUSD, 1).ok();
}

#[test]
fn the_steps_liquidate_who_relies_on_the_token_most_first_and_never_all_at_once() {
    let mut world = world();
    let keeper = world.keeper("keeper");
    // The same position behind 650, 690 and 730 PYUSD.
    let traders: Vec<Actor> = [650, 690, 730]
        .into_iter()
        .map(|held| {
            let trader = rich(&mut world, &format!("trader {held}"));
            trader.deposit(&mut world, PYUSD, held * USDC).ok();
            trader.deposit(&mut world, QUOTE, REWARD).ok();
            world.trade(&trader, BTC, 3_000);
            trader
        })
        .collect();
    let mut fell_at = [None; 3];
    price(&mut world, "0.93");
    for hour in 0..12 {
        for (trader, fell) in traders.iter().zip(&mut fell_at) {
            if fell.is_none() && keeper.flag(&mut world, trader).succeeded() {
                *fell = Some(hour);
            }
        }
        world.pass(HOUR - 1);
        price(&mut world, "0.93");
        world.republish(BTC);
        world.update(&[BTC]).ok();
    }
    let hours: Vec<i32> = fell_at.into_iter().flatten().collect();
    assert_eq!(hours.len(), 3, "{fell_at:?}");
    assert!(hours[0] > 0, "the first price liquidates nobody: {hours:?}");
    assert!(hours[0] < hours[1] && hours[1] < hours[2], "{hours:?}");
}

#[test]
fn a_price_in_doubt_or_just_under_the_peg_loses_nothing() {
    let mut world = world();
    for quote in [
        Quote::usd("0.98"),
        // Its upper end is at 0.9896.
        Quote::usd("0.975").with_confidence_bps(75),
        // Nobody trusts this one.
        Quote::usd("0.5").with_confidence_bps(500),
    ] {
        let done = price(&mut world, quote);
        assert_eq!(done.events_of::<PegBroken>(), []);
        assert_eq!(weight(&world).0, bps(9_500));
    }
}

#[test]
fn a_token_without_a_guard_keeps_its_weight() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let spec = BankSpec {
        depeg: DepegParams::default(),
        ..BankSpec::pyusd()
    };
    world.list_bank(&spec).ok();
    let done = price(&mut world, "0.5");
    assert_eq!(done.events_of::<PegBroken>(), []);
    assert_eq!(weight(&world).0, bps(9_500));
}

#[test]
fn guards_out_of_bounds_are_refused() {
    let good = BankSpec::pyusd().depeg;
    let with = |change: fn(&mut DepegParams)| {
        let mut depeg = good;
        change(&mut depeg);
        BankSpec {
            depeg,
            ..BankSpec::pyusd()
        }
    };
    for wrong in [
        with(|it| it.below_q32 = 0),
        with(|it| it.below_q32 = bps(10_000)),
        with(|it| it.floor_q32 = bps(9_500) + 1),
        with(|it| it.step_q32 = 0),
        with(|it| it.step_q32 = bps(10_000) + 1),
        with(|it| it.step_secs = 59),
        with(|it| it.padding = [1; 4]),
        BankSpec {
            pegged: false,
            ..BankSpec::pyusd()
        },
    ] {
        let mut world = World::new();
        world.list_bank(&wrong).refused(WhittleError::BadBankParams);
    }
    // The quote token is worth a dollar by definition: its guard would watch nothing.
    let quote = BankSpec {
        depeg: good,
        ..BankSpec::usdc()
    };
    let mut world = World::with_exchange(&whittle_tests::ExchangeSpec::default());
    world.list_bank(&quote).refused(WhittleError::BadBankParams);
    for right in [
        with(|it| it.floor_q32 = bps(9_500)),
        with(|it| it.step_secs = 60),
        with(|it| *it = DepegParams::default()),
    ] {
        World::new().list_bank(&right).ok();
    }
}

#[test]
fn governance_takes_the_guard_from_a_token_that_has_lost_its_peg_and_gives_it_another_one() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    price(&mut world, "0.93");
    let bank = world.bank(PYUSD);
    let terms = |depeg| Change::BankTerms {
        bank: PYUSD,
        terms: BankTerms {
            oracle: bank.oracle,
            haircut_weight_q32: bank.haircut_weight_q32,
            deposit_cap_atoms: bank.deposit_cap_atoms,
            conversion_discount_q32: bank.conversion_discount_q32,
            depeg,
            issuer_group: bank.issuer_group,
        },
    };
    let (none, again) = (
        world.propose(terms(DepegParams::default())),
        world.propose(terms(bank.depeg_params)),
    );
    world.await_eta(again);
    assert_eq!(weight(&world).0, bps(5_000));
    assert_ne!(world.bank(PYUSD).depeg.since, 0);

    // Without a guard no peg is lost, at any price.
    world.apply(none).ok();
    assert_eq!(world.bank(PYUSD).depeg, Depeg::default());
    assert_eq!(weight(&world).0, bps(9_500));
    let done = price(&mut world, "0.93");
    assert_eq!(done.events_of::<PegBroken>(), []);
    alice.deposit(&mut world, PYUSD, 1).ok();

    // With one it is lost from the next price on, and the steps begin anew.
    world.apply(again).ok();
    assert_eq!(weight(&world).0, bps(9_500));
    let broken: PegBroken = price(&mut world, "0.93").event();
    assert_eq!(broken.since, world.now());
    assert_eq!(weight(&world).0, bps(9_500) - bps(500));
}
