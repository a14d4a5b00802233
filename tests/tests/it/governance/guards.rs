//! The guardian tightens at once; only a change that waited loosens (INV-GOV-MONOTONE).

use super::{killed, try_trade, BTC};
use whittle::error::WhittleError;
use whittle::event::{BankGuarded, MarketGuarded};
use whittle::state::governance::MarketGuard;
use whittle::state::proposal::Change;
use whittle_tests::{BankSpec, World, ONE, USD, USDC};

const SOL: u16 = 1;

#[test]
fn a_lower_cap_stops_new_open_interest_and_leaves_what_there_is() {
    let mut world = World::new();
    let alice = world.trader("alice", 10_000 * USDC);
    world.trade(&alice, BTC, 1_000);
    let guardian = world.guardian();
    // 4,000 dollars are open.
    let sent = guardian.guard_market(&mut world, BTC, 3_000 * USD, 0);
    let event: MarketGuarded = sent.ok().event();
    assert_eq!(event.open_interest_cap_usd_atoms, 3_000 * USD);
    assert_eq!(event.initial_q32, 0);
    let sent = try_trade(&mut world, &alice, BTC, 10);
    killed(sent, WhittleError::OpenInterestCap);
    // Under the cap again.
    world.trade(&alice, BTC, -500);
    world.trade(&alice, BTC, 250);
}

#[test]
fn a_multiplier_raises_initial_requirements_and_not_maintenance() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    // 10,000 dollars, for which 500 are required.
    world.trade(&alice, BTC, 2_500);
    let health = |world: &World| {
        let account = world.account_of(&alice);
        world
            .mirror()
            .health(&account, world.now())
            .expect("health")
    };
    let before = health(&world);
    let guardian = world.guardian();
    let sent = guardian.guard_market(&mut world, BTC, -1, 2 * ONE);
    sent.ok();
    assert_eq!(health(&world), before);
    // Twice 500 is more than what is left after the fee.
    let sent = alice.withdraw(&mut world, 0, 1);
    sent.refused(WhittleError::ExceedsExcess);
    let sent = try_trade(&mut world, &alice, BTC, 10);
    killed(sent, WhittleError::BelowInitialMargin);
}

#[test]
fn a_guard_stays_within_its_bounds() {
    let mut world = World::new();
    let guardian = world.guardian();
    for (cap, multiplier) in [
        (-2, 0),
        (i64::MIN, 0),
        (-1, ONE - 1),
        (-1, 4 * ONE + 1),
        (-1, u64::MAX),
    ] {
        let sent = guardian.guard_market(&mut world, BTC, cap, multiplier);
        sent.refused(WhittleError::BadGuard);
    }
    let sent = guardian.guard_market(&mut world, BTC, -1, 0);
    sent.refused(WhittleError::GuardLoosens);
    let sent = guardian.guard_market(&mut world, BTC, 0, 4 * ONE);
    sent.ok();
}

#[test]
fn only_guardian_and_authority_tighten() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let mallory = world.actor("mallory");
    let sent = mallory.guard_market(&mut world, BTC, 0, 0);
    sent.refused(WhittleError::NotGuardian);
    let sent = mallory.guard_bank(&mut world, SOL);
    sent.refused(WhittleError::NotGuardian);
    let authority = world.authority.clone();
    authority.guard_market(&mut world, BTC, USD, 0).ok();
    authority.guard_bank(&mut world, SOL).ok();
}

/// INV-GOV-MONOTONE.
/// Every sequence of calls: what a call asks for does not matter, the guard only tightens. The
/// harness says the same after each transaction.
#[test]
fn no_sequence_of_tightenings_loosens() {
    let mut world = World::new();
    let guardian = world.guardian();
    let authority = world.authority.clone();
    let caps = [-1, 0, 5, 3 * USD, 4 * USD, 1_000 * USD, i64::MAX];
    let multipliers = [0, ONE, ONE + 1, 2 * ONE, 3 * ONE, 4 * ONE];
    let mut state = 7usize;
    let mut accepted = 0;
    let mut tightest = MarketGuard::NONE;
    for step in 0..200 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let cap = caps[(state >> 33) % caps.len()];
        let multiplier = multipliers[(state >> 45) % multipliers.len()];
        let caller = if step % 2 == 0 { &guardian } else { &authority };
        let sent = caller.guard_market(&mut world, BTC, cap, multiplier);
        if sent.succeeded() {
            accepted += 1;
        } else {
            sent.refused(WhittleError::GuardLoosens);
        }
        let guard = world.market(BTC).guard;
        assert!(
            guard.is_within(&tightest),
            "{tightest:?} and then {guard:?}"
        );
        tightest = guard;
    }
    assert!(accepted > 3, "{accepted} calls tightened");
}

#[test]
fn a_guard_is_lifted_by_a_change_that_waited() {
    let mut world = World::new();
    let guardian = world.guardian();
    guardian.guard_market(&mut world, BTC, 0, 3 * ONE).ok();
    // Raising the market's own cap does not lift it.
    let mut params = world.market(BTC).params;
    params.open_interest_cap_usd_atoms *= 2;
    let market = BTC;
    world.change(Change::MarketParams { market, params });
    assert_eq!(world.market(BTC).open_interest_cap().0, 0);
    world.change(Change::ClearMarketGuard { market });
    assert_eq!(world.market(BTC).guard, MarketGuard::NONE);
    assert_eq!(world.market(BTC).initial_multiplier().0, ONE);
}

#[test]
fn frozen_deposits_are_refused_until_a_change_that_waited() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.keeper("alice");
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 20);
    alice.deposit(&mut world, SOL, 10).ok();
    let guardian = world.guardian();
    let event: BankGuarded = guardian.guard_bank(&mut world, SOL).ok().event();
    assert_eq!((event.bank, event.deposit_cap_atoms), (SOL, 0));
    let sent = alice.deposit(&mut world, SOL, 5);
    sent.refused(WhittleError::DepositsFrozen);
    let sent = guardian.guard_bank(&mut world, SOL);
    sent.refused(WhittleError::GuardLoosens);
    // What is there may leave.
    alice.withdraw(&mut world, SOL, 5).ok();
    world.change(Change::ClearBankFreeze { bank: SOL });
    world.refresh_prices();
    alice.deposit(&mut world, SOL, 5).ok();
}

#[test]
fn a_lower_deposit_cap_lets_in_what_is_under_it_and_nothing_more() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.keeper("alice");
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 100);
    alice.deposit(&mut world, SOL, 10).ok();
    let (guardian, mallory) = (world.guardian(), world.actor("mallory"));
    let sent = mallory.cap_bank(&mut world, SOL, 15);
    sent.refused(WhittleError::NotGuardian);
    let sent = guardian.cap_bank(&mut world, SOL, 15);
    let event: BankGuarded = sent.ok().event();
    assert_eq!((event.bank, event.deposit_cap_atoms), (SOL, 15));
    alice.deposit(&mut world, SOL, 5).ok();
    let sent = alice.deposit(&mut world, SOL, 1);
    sent.refused(WhittleError::DepositCap);
    // Only lower, also than what is there: that stays, and may leave.
    for cap in [15, 16, world.bank(SOL).deposit_cap_atoms, u64::MAX] {
        let sent = guardian.cap_bank(&mut world, SOL, cap);
        sent.refused(WhittleError::CapNotLower);
    }
    guardian.cap_bank(&mut world, SOL, 12).ok();
    alice.withdraw(&mut world, SOL, 4).ok();
    let sent = alice.deposit(&mut world, SOL, 2);
    sent.refused(WhittleError::DepositCap);
    alice.deposit(&mut world, SOL, 1).ok();
    // A cap of the authority under the guardian's counts too; a guard is none over it.
    let bank = SOL;
    guardian.guard_bank(&mut world, SOL).ok();
    let sent = guardian.cap_bank(&mut world, SOL, 5);
    sent.refused(WhittleError::GuardLoosens);
    // The way back is a change that waited, and was queued after the last tightening.
    world.change(Change::ClearBankFreeze { bank });
    assert_eq!(world.bank(SOL).guard_cap(), u64::MAX);
    world.refresh_prices();
    alice.deposit(&mut world, SOL, 50).ok();
    let early = world.propose(Change::ClearBankFreeze { bank });
    world.await_eta(early);
    guardian.cap_bank(&mut world, SOL, 1).ok();
    world.apply(early).refused(WhittleError::GuardLoosens);
}

#[test]
fn a_deposit_cap_over_the_one_of_the_terms_is_no_guard() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let guardian = world.guardian();
    let cap = world.bank(SOL).deposit_cap_atoms;
    for wish in [cap, cap + 1] {
        let sent = guardian.cap_bank(&mut world, SOL, wish);
        sent.refused(WhittleError::CapNotLower);
    }
    guardian.cap_bank(&mut world, SOL, cap - 1).ok();
}

#[test]
fn deposits_of_the_quote_token_cannot_be_frozen_or_capped() {
    let mut world = World::new();
    let guardian = world.guardian();
    for cap in [0, 1] {
        let sent = guardian.cap_bank(&mut world, 0, cap);
        sent.refused(WhittleError::BadGuard);
    }
}

#[test]
fn a_proposal_that_was_queued_before_the_guardian_tightened_does_not_undo_it() {
    let mut world = World::new();
    let guardian = world.guardian();
    let market = BTC;
    let early = world.propose(Change::ClearMarketGuard { market });
    world.await_eta(early);
    // An hour after it was queued or years: what counts is that the guard came later.
    guardian.guard_market(&mut world, BTC, 0, 3 * ONE).ok();
    world.apply(early).refused(WhittleError::GuardLoosens);
    assert_eq!(world.market(BTC).open_interest_cap().0, 0);
}
