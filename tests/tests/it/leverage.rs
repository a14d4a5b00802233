//! Leverage classes and the cap that an owner sets himself: less at once, more after a delay.

use crate::liquidation::exchange;
use whittle::error::WhittleError;
use whittle::event::{LeverageSet, OrderKilled};
use whittle::state::leverage::{CLASS_PROFESSIONAL, CLASS_RETAIL, CLASS_STANDARD};
use whittle_client::instruction;
use whittle_tests::{bps, Actor, ExchangeSpec, MarketSpec, World, ONE, USDC};

const BTC: u16 = 0;
const DAY: i64 = 86_400;

/// Retail accounts take five times leverage, standard ones ten; the market would allow twenty.
fn world() -> (World, Actor) {
    let mut rules = ExchangeSpec::default().params;
    rules.leverage.retail_initial_q32 = bps(2_000);
    rules.leverage.standard_initial_q32 = bps(1_000);
    let mut world = exchange(rules, 1_000_000 * USDC, &[MarketSpec::default()]);
    let alice = world.trader("alice", 1_000 * USDC);
    world.keeper("filler");
    (world, alice)
}

/// Tries to go from no position to one of so many lots at 4 dollars, and closes it again. Tells why
/// the order was killed if it was.
#[track_caller]
fn opens(world: &mut World, trader: &Actor, lots: i64) -> Result<(), u32> {
    trader.place(world, BTC, lots).ok();
    world.pass(2);
    world.refresh_prices();
    let done = Actor::named("filler").fill(world, trader, 0).ok();
    if let Some(killed) = done.events_of::<OrderKilled>().first() {
        return Err(killed.reason);
    }
    world.trade(trader, BTC, -lots);
    Ok(())
}

/// Times the account's leverage may at least reach and not exceed.
#[track_caller]
fn reaches(world: &mut World, trader: &Actor, times: i64) {
    let lots = 250 * times;
    let refused = Err(WhittleError::BelowInitialMargin.into());
    // A few percent are fees.
    assert_eq!(opens(world, trader, lots * 9 / 10), Ok(()), "{times} times");
    assert_eq!(
        opens(world, trader, lots * 11 / 10),
        refused,
        "{times} times"
    );
}

#[test]
fn a_new_account_is_retail_and_takes_more_leverage_after_the_delay() {
    let (mut world, alice) = world();
    assert_eq!(world.account_of(&alice).leverage.class, CLASS_RETAIL);
    reaches(&mut world, &alice, 5);

    let event: LeverageSet = alice
        .set_leverage(&mut world, CLASS_STANDARD, 0)
        .ok()
        .event();
    assert_eq!(
        (event.class, event.next_class),
        (CLASS_RETAIL, CLASS_STANDARD)
    );
    assert_eq!(event.changes_at, world.now() + DAY);
    reaches(&mut world, &alice, 5);
    world.pass(event.changes_at - world.now());
    reaches(&mut world, &alice, 10);
}

#[test]
fn an_owner_lowers_his_leverage_at_once_and_raises_it_after_the_delay() {
    let (mut world, alice) = world();
    let event: LeverageSet = alice
        .set_leverage(&mut world, CLASS_RETAIL, ONE / 2)
        .ok()
        .event();
    assert_eq!((event.own_initial_q32, event.changes_at), (ONE / 2, 0));
    reaches(&mut world, &alice, 2);
    let event: LeverageSet = alice.set_leverage(&mut world, CLASS_RETAIL, 0).ok().event();
    assert_eq!(
        (event.own_initial_q32, event.next_own_initial_q32),
        (ONE / 2, 0)
    );
    reaches(&mut world, &alice, 2);
    // Who asks again waits again.
    world.pass(DAY / 2);
    let event: LeverageSet = alice.set_leverage(&mut world, CLASS_RETAIL, 0).ok().event();
    assert_eq!(event.changes_at, world.now() + DAY);
    world.pass(DAY);
    reaches(&mut world, &alice, 5);
}

#[test]
fn a_wish_that_is_less_in_one_respect_and_more_in_the_other_is_taken_apart() {
    let (mut world, alice) = world();
    alice.set_leverage(&mut world, CLASS_RETAIL, ONE).ok();
    let sent = alice.set_leverage(&mut world, CLASS_STANDARD, ONE / 4);
    let event: LeverageSet = sent.ok().event();
    assert_eq!((event.class, event.own_initial_q32), (CLASS_RETAIL, ONE));
    assert_eq!(
        (event.next_class, event.next_own_initial_q32),
        (CLASS_STANDARD, ONE / 4)
    );
    world.pass(DAY);
    // Standard since now; back to retail at once, a higher rate at once.
    let sent = alice.set_leverage(&mut world, CLASS_RETAIL, ONE / 2);
    let event: LeverageSet = sent.ok().event();
    assert_eq!(
        (event.class, event.own_initial_q32),
        (CLASS_RETAIL, ONE / 2)
    );
    assert_eq!(event.changes_at, 0);
}

#[test]
fn an_account_becomes_professional_only_with_the_authority() {
    let (mut world, alice) = world();
    let sent = alice.set_leverage(&mut world, CLASS_PROFESSIONAL, 0);
    sent.refused(WhittleError::AuthorityMustSign);
    let mallory = world.actor("mallory");
    let set = |signer: &Actor| {
        let (owner, account) = (alice.address(), alice.account());
        let signer = Some(signer.address());
        instruction::set_leverage(owner, account, signer, CLASS_PROFESSIONAL, 0)
    };
    let sent = world.send(&[set(&mallory)], &[alice.key(), mallory.key()]);
    sent.refused(WhittleError::AuthorityMustSign);
    let authority = world.authority.clone();
    let sent = world.send(&[set(&authority)], &[alice.key(), authority.key()]);
    sent.ok();
    world.pass(DAY);
    reaches(&mut world, &alice, 20);
    // Once it is, its owner changes his own cap alone.
    alice
        .set_leverage(&mut world, CLASS_PROFESSIONAL, ONE / 2)
        .ok();
    reaches(&mut world, &alice, 2);
}

#[test]
fn a_delegate_does_not_set_leverage() {
    let (mut world, alice) = world();
    let bob = world.actor("bob");
    alice.delegate_to(&mut world, &bob).ok();
    let (delegate, account) = (bob.address(), alice.account());
    let set = instruction::set_leverage(delegate, account, None, CLASS_STANDARD, 0);
    world.send_as(&bob, set).refused(WhittleError::NotOwner);
}

#[test]
fn class_and_rate_have_bounds() {
    let (mut world, alice) = world();
    for (class, rate) in [(3, 0), (255, 0), (0, ONE + 1), (1, u64::MAX)] {
        let sent = alice.set_leverage(&mut world, class, rate);
        sent.refused(WhittleError::BadLeverage);
    }
    alice.set_leverage(&mut world, 0, ONE).ok();
}

#[test]
fn less_leverage_lets_less_be_withdrawn_and_liquidates_nobody() {
    let (mut world, alice) = world();
    world.trade(&alice, BTC, 1_000);
    let account = world.account_of(&alice);
    let (mirror, now) = (world.mirror(), world.now());
    let health = mirror.health(&account, now).expect("health");
    let excess = mirror.excess(&account, now).expect("excess");
    assert!(excess.0 > 0);
    alice.set_leverage(&mut world, CLASS_RETAIL, ONE / 2).ok();
    let account = world.account_of(&alice);
    let (mirror, now) = (world.mirror(), world.now());
    assert_eq!(mirror.health(&account, now), Ok(health));
    assert_eq!(mirror.excess(&account, now).expect("excess").0, 0);
}

#[test]
fn an_owner_does_not_end_his_own_order_by_taking_less_leverage() {
    let (mut world, alice) = world();
    alice.place(&mut world, BTC, 1_000).ok();
    let order = world.account_of(&alice).orders[0];
    world.pass(2);
    // He knows the price that would fill it.
    world.publish(BTC, "39500");
    let sent = alice.set_leverage(&mut world, CLASS_RETAIL, ONE);
    assert!(sent.says(&order.expires_at.to_string()));
    sent.refused(WhittleError::OrderWaits);
    // What his class asks for anyway, and more leverage than now, change nothing for the order.
    alice
        .set_leverage(&mut world, CLASS_RETAIL, bps(2_000))
        .ok();
    alice.set_leverage(&mut world, CLASS_STANDARD, 0).ok();
    let sent = alice.set_leverage(&mut world, CLASS_STANDARD, bps(2_000) + 1);
    sent.refused(WhittleError::OrderWaits);
    let filler = Actor::named("filler");
    let done = filler.fill(&mut world, &alice, 0).ok();
    assert_eq!(done.events_of::<OrderKilled>(), []);
    alice.set_leverage(&mut world, CLASS_RETAIL, ONE).ok();
}

#[test]
fn an_owner_does_not_end_his_order_by_taking_back_a_wish_that_counts_before_it_is_filled() {
    let (mut world, alice) = world();
    let sent = alice.set_leverage(&mut world, CLASS_STANDARD, 0);
    let event: LeverageSet = sent.ok().event();
    world.pass(event.changes_at - world.now() - 1);
    world.refresh_prices();
    alice.place(&mut world, BTC, 2_000).ok();
    // Asking again would begin the delay again.
    for class in [CLASS_RETAIL, CLASS_STANDARD] {
        let sent = alice.set_leverage(&mut world, class, 0);
        sent.refused(WhittleError::OrderWaits);
    }
    world.pass(301);
    alice.set_leverage(&mut world, CLASS_RETAIL, 0).ok();
}

#[test]
fn an_order_that_waits_for_its_trigger_or_only_reduces_does_not_keep_its_owner_from_less_leverage()
{
    let (mut world, alice) = world();
    world.trade(&alice, BTC, 500);
    let mut stop = alice.order(&world, 500);
    (stop.trigger_q32, stop.trigger_above) = (4_100_000 << 32, true);
    alice.place_with(&mut world, BTC, stop).ok();
    let mut reduce = alice.order(&world, -500);
    reduce.reduce_only = true;
    alice.place_with(&mut world, BTC, reduce).ok();
    alice.set_leverage(&mut world, CLASS_RETAIL, ONE / 2).ok();
}
