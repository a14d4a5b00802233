//! What collateral counts for never jumps: a lower haircut weight is reached in a day, a higher one
//! at once (INV-WEIGHT-RAMP).

use whittle::error::WhittleError;
use whittle::event::{CollateralConverted, MarginCallIssued};
use whittle::state::proposal::{BankTerms, Change};
use whittle_risk::Ratio;
use whittle_tests::{bps, Actor, BankSpec, World, ONE, USD, USDC};

use super::{killed, terms, try_trade, BTC};

const SOL: u16 = 1;
const ONE_SOL: u64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// Governance gives SOL another weight and discount, in hundredths of a percent.
#[track_caller]
fn give(world: &mut World, weight: u64, discount: u64) {
    let change = Change::BankTerms {
        bank: SOL,
        terms: BankTerms {
            haircut_weight_q32: bps(weight),
            conversion_discount_q32: bps(discount),
            ..terms(&world.bank(SOL))
        },
    };
    world.change(change);
}

fn counts(world: &World) -> Ratio {
    world.bank(SOL).weight_at(world.now())
}

/// The prices of SOL and BTC once more, now.
fn again(world: &mut World, sol: &str) {
    world.pass(1);
    world.publish_bank(SOL, sol);
    world.update_banks(&[SOL]).ok();
    world.republish(BTC);
    world.update(&[BTC]).ok();
}

/// Alice holds a hundred SOL at 100 dollars, 8,000 dollars as they count, and is long 100,000
/// dollars of BTC, which need 3,000 to be kept, 5,000 to be opened and 3,600 not to be called.
fn world() -> (World, Actor) {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.keeper("alice");
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 100 * ONE_SOL);
    alice.deposit(&mut world, SOL, 100 * ONE_SOL).ok();
    let quote = world.bank(0).mint;
    world.give(&alice, &quote, 100 * USDC);
    alice.deposit(&mut world, 0, 100 * USDC).ok();
    again(&mut world, "100");
    world.trade(&alice, BTC, 25_000);
    (world, alice)
}

#[test]
fn a_lower_weight_liquidates_nobody_in_the_moment_it_is_applied() {
    let (mut world, alice) = world();
    let keeper = world.keeper("keeper");
    // 2,500 dollars would be under maintenance.
    give(&mut world, 2_500, 200);
    again(&mut world, "100");
    assert!((bps(7_999)..bps(8_000)).contains(&counts(&world).0));
    let sent = keeper.flag(&mut world, &alice);
    sent.refused(WhittleError::AccountHealthy);
    // But new risk is judged by the end of the ramp, and so is a margin call.
    let sent = try_trade(&mut world, &alice, BTC, 10);
    killed(sent, WhittleError::MarginCall);
    let sent = alice.withdraw(&mut world, SOL, 1);
    sent.refused(WhittleError::ExceedsExcess);
    let called = keeper.call_margin(&mut world, &alice);
    let event: MarginCallIssued = called.ok().event();
    assert!(event.equity_usd_atoms > event.maintenance_usd_atoms * 2);
    // C at the weight of the end: 3,600 and the 5,500 that fade.
    let level = event.call_usd_atoms;
    assert!((9_000 * USD..9_150 * USD).contains(&level), "{level}");

    // After half a day 5,250 dollars count, which is enough; after a day not.
    world.pass(DAY / 2);
    again(&mut world, "100");
    assert!((bps(5_240)..bps(5_251)).contains(&counts(&world).0));
    let sent = keeper.flag(&mut world, &alice);
    sent.refused(WhittleError::AccountHealthy);
    world.pass(DAY / 2);
    again(&mut world, "100");
    assert_eq!(counts(&world), Ratio(bps(2_500)));
    keeper.flag(&mut world, &alice).ok();
}

#[test]
fn a_higher_weight_counts_at_once_and_a_lower_one_begins_where_the_weight_stands() {
    let (mut world, _) = world();
    give(&mut world, 9_000, 200);
    assert_eq!(counts(&world), Ratio(bps(9_000)));
    let waits = world.propose(Change::BankTerms {
        bank: SOL,
        terms: BankTerms {
            haircut_weight_q32: bps(3_000),
            ..terms(&world.bank(SOL))
        },
    });
    give(&mut world, 5_000, 200);
    // Half of the way down to 50 %, another change says 30 %, and a day begins from 70 %.
    world.pass(DAY / 2);
    world.apply(waits).ok();
    assert_eq!(counts(&world), Ratio(bps(7_000)));
    world.pass(DAY / 2);
    assert_eq!(counts(&world), Ratio(bps(5_000)));
    // The same weight again leaves the ramp alone.
    let ramp = world.bank(SOL).weight_ramp;
    world.pass(DAY);
    give(&mut world, 3_000, 300);
    assert_eq!(world.bank(SOL).weight_ramp, ramp);
    assert_eq!(counts(&world), Ratio(bps(3_000)));
    // One over what counts ends it.
    give(&mut world, 4_000, 300);
    assert_eq!(counts(&world), Ratio(bps(4_000)));
    assert_eq!(world.bank(SOL).weight_ramp.began_at, 0);
}

#[test]
fn no_token_is_sold_for_less_than_it_counts_for_while_its_weight_falls() {
    let (mut world, alice) = world();
    let bob = world.trader("bob", 100_000 * USDC);
    let quote = world.bank(0).mint;
    world.give(&bob, &quote, 100_000 * USDC);
    // A loss of 2,000 dollars, and no position.
    world.move_price(BTC, "39200");
    world.reduce(&alice, BTC, -25_000);
    give(&mut world, 4_000, 5_000);
    again(&mut world, "100");
    for (pass, least, most) in [
        (0, 1_990, 2_010),
        (DAY / 2, 3_990, 4_010),
        (DAY, 5_000, 5_000),
    ] {
        world.pass(pass);
        again(&mut world, "100");
        let sold = bob.convert(&mut world, &alice, SOL, ONE_SOL).ok();
        let event: CollateralConverted = sold.event();
        let discount = event.discount_q32;
        assert!(discount <= ONE - counts(&world).0);
        assert!((bps(least)..=bps(most)).contains(&discount), "{discount}");
        assert!(event.equity_after_usd_atoms >= event.equity_before_usd_atoms);
    }
}
