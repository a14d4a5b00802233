//! What an owner can ask for.

use super::PLAN;
use whittle::error::WhittleError;
use whittle::event::RecoveryPlanSet;
use whittle::state::recovery::RecoveryPlan;
use whittle_client::instruction;
use whittle_tests::{assert_only_changed, bps, World, ONE, USDC};

#[test]
fn a_plan_is_recorded_and_cleared_by_its_owner() {
    let mut world = World::new();
    let alice = world.trader("alice", USDC);
    for plan in [PLAN, RecoveryPlan::default()] {
        let before = world.picture();
        let event: RecoveryPlanSet = alice.plan_recovery(&mut world, plan).ok().event();
        assert_only_changed!(before, world.picture(), [alice.account()]);
        assert_eq!((event.account, event.plan), (alice.account(), plan));
        assert_eq!(world.account_of(&alice).recovery, plan);
    }
}

#[test]
fn a_plan_is_within_its_bounds_to_the_last_unit() {
    let mut world = World::new();
    let alice = world.trader("alice", USDC);
    let of = |trigger_q32, target_q32, fee_max_q32| RecoveryPlan {
        trigger_q32,
        target_q32,
        fee_max_q32,
    };
    let least = ONE + bps(1);
    // The call level is at 1.2 times maintenance.
    let (fee, call, four) = (bps(50), ONE + bps(2_000), 4 * ONE);
    for plan in [
        of(least, least + 1, 0),
        of(call, call + 1, fee),
        of(call, four, fee),
    ] {
        alice.plan_recovery(&mut world, plan).ok();
    }
    for plan in [
        of(least - 1, call, 0),
        of(call + 1, four, 0),
        of(call, call, 0),
        of(call, call - 1, 0),
        of(call, four + 1, 0),
        of(call, four, fee + 1),
        of(0, call, 0),
        of(0, 0, fee),
        of(u64::MAX, u64::MAX, u64::MAX),
    ] {
        let sent = alice.plan_recovery(&mut world, plan);
        sent.refused(WhittleError::BadRecoveryPlan);
    }
    assert_eq!(world.account_of(&alice).recovery, of(call, four, fee));
}

#[test]
fn neither_a_delegate_nor_a_stranger_sets_a_plan_or_marks_a_reserve() {
    let mut world = World::new();
    let alice = world.trader("alice", USDC);
    let bob = world.keeper("bob");
    let carol = world.keeper("carol");
    alice.delegate_to(&mut world, &bob).ok();
    for other in [&bob, &carol] {
        let set = instruction::set_recovery_plan(other.address(), alice.account(), PLAN);
        world.send_as(other, set).refused(WhittleError::NotOwner);
        let mark = instruction::set_reserve(other.address(), alice.account(), true);
        world.send_as(other, mark).refused(WhittleError::NotOwner);
    }
}
