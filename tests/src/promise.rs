//! What every liquidation promises whoever is liquidated, checked on what it did rather than on what
//! the plan says of itself.

use whittle::snapshot::Snapshot;
use whittle::state::MarginAccount;
use whittle_risk::health::{assess, Doubt, Health};
use whittle_risk::liquidation::{Kind, Plan, Policy};
use whittle_risk::price::Mark;
use whittle_risk::Usd;

use crate::world::World;

/// Checks all of them.
#[track_caller]
pub(crate) fn check(
    world: &World,
    before: &MarginAccount,
    after: &MarginAccount,
    plan: &Plan,
    snapshot: &Snapshot,
) {
    let policy = world.mirror().exchange().expect("an exchange").policy();
    if !was_emergency(&policy, snapshot) {
        was_confirmed(world, before, &policy, snapshot);
        rooms_were_kept(plan, snapshot);
    }
    costs_are_bounded(&policy, plan);
    top_ups_are_bounded(&policy, plan, snapshot);
    nothing_is_flipped(world, before, after);
}

/// INV-COLLUSION: with a top-up a keeper gets at most the floor rate of what the closed lots were
/// opened for, on which the opening fee was paid.
#[track_caller]
fn top_ups_are_bounded(policy: &Policy, plan: &Plan, snapshot: &Snapshot) {
    for (leg, close) in snapshot.legs.iter().zip(&plan.closes) {
        let topped_up = close.insurance_top_up.0 + close.pool_top_up.0;
        if topped_up > 0 {
            let bonus = i128::from(topped_up + close.cost.keeper.0);
            let lots = i128::from(leg.lots.0.unsigned_abs());
            let entry = i128::from(leg.entry.0.unsigned_abs()) * i128::from(close.lots) / lots;
            assert!(
                bonus << 32 <= entry * i128::from(policy.bonus.floor.0),
                "INV-COLLUSION: {close:?} of {leg:?}"
            );
        }
    }
}

/// INV-RECOVERY: executed only with a plan, at fresh and certain prices of positions and tokens, at or over maintenance and
/// under the owner's trigger; it costs at most his fee and the pool cost, leaves the ratio no lower
/// and reaches his target.
#[track_caller]
pub(crate) fn check_recovery(
    world: &World,
    before: &MarginAccount,
    after: &MarginAccount,
    plan: &Plan,
    snapshot: &Snapshot,
) {
    let policy = world.mirror().exchange().expect("an exchange").policy();
    let marks = snapshot.legs.iter().map(|leg| leg.mark);
    let mut marks = marks.chain(token_marks(world, before));
    let doubtful = marks.any(|mark| mark.stale || mark.uncertain);
    assert!(!doubtful, "INV-RECOVERY: at doubtful prices");
    let wide = |amount: Usd| i128::from(amount.0);
    let is_under = |health: &Health, ratio_q32: u64| {
        (wide(health.equity) << 32) < wide(health.maintenance) * i128::from(ratio_q32)
    };
    let (terms, health) = (before.recovery, plan.before);
    assert!(
        health.equity >= health.maintenance && is_under(&health, terms.trigger_q32),
        "INV-RECOVERY: {terms:?} and {health:?}"
    );
    assert!(
        !is_under(&plan.after, terms.target_q32),
        "INV-RECOVERY: {terms:?} and then {:?}",
        plan.after
    );
    for close in &plan.closes {
        let fee = wide(close.notional) * i128::from(terms.fee_max_q32);
        assert!(
            wide(close.cost.keeper) << 32 <= fee,
            "INV-RECOVERY: {close:?}"
        );
        let nothing = [
            close.cost.premium,
            close.insurance_top_up,
            close.pool_top_up,
        ];
        assert_eq!(nothing, [Usd::ZERO; 3], "INV-RECOVERY: {close:?}");
    }
    costs_are_bounded(&policy, plan);
    nothing_is_flipped(world, before, after);
}

/// INV-HEALTHY: under maintenance with every doubt in the account's favour. Tells whether it was in
/// emergency.
#[track_caller]
fn was_emergency(policy: &Policy, snapshot: &Snapshot) -> bool {
    let fair = assess(&snapshot.account(), Doubt::Favourable).expect("a health");
    assert!(fair.equity < fair.maintenance, "INV-HEALTHY: {fair:?}");
    let emergency = policy.thresholds.emergency;
    let emergency = emergency.of_ceil(fair.maintenance.magnitude());
    fair.equity < emergency.expect("a share of it")
}

/// The prices of the tokens that an account holds besides cash.
fn token_marks(world: &World, account: &MarginAccount) -> Vec<Mark> {
    let held = account.used_collaterals();
    held.map(|it| world.bank(it.bank).mark(world.now()))
        .collect()
}

/// INV-HEALTHY: outside emergency, under maintenance at two publish times far enough apart, of every
/// price that counts as it is.
#[track_caller]
fn was_confirmed(world: &World, before: &MarginAccount, policy: &Policy, snapshot: &Snapshot) {
    let fresh = snapshot.legs.iter().filter(|leg| !leg.mark.stale);
    let tokens = token_marks(world, before);
    let tokens = tokens.iter().filter(|mark| mark.age_shift == 0);
    let times = fresh.map(|leg| leg.mark.publish_time);
    let oldest = times.chain(tokens.map(|mark| mark.publish_time)).min();
    let needed = before
        .flag_publish_time
        .saturating_add(i64::from(policy.confirm_secs));
    assert!(
        before.flagged_at != 0 && oldest.is_some_and(|oldest| oldest >= needed),
        "INV-HEALTHY: seen at {} and {oldest:?}",
        before.flag_publish_time
    );
}

/// INV-BREAKER: outside emergency no leg is closed beyond its room, and who is kept from his target
/// by one is told so.
#[track_caller]
fn rooms_were_kept(plan: &Plan, snapshot: &Snapshot) {
    for (leg, close) in snapshot.legs.iter().zip(&plan.closes) {
        assert!(
            close.notional <= leg.room,
            "INV-BREAKER: {close:?} of {leg:?}"
        );
    }
    if plan.kind == Kind::Throttled {
        assert_eq!(plan.certificate, None, "INV-BREAKER: no certificate");
        assert_ne!(
            plan.episode.flagged_at, 0,
            "INV-BREAKER: the episode goes on"
        );
    }
}

/// INV-RATIO and INV-COST: E / M does not fall, and what is taken stays under theta E.
#[track_caller]
fn costs_are_bounded(policy: &Policy, plan: &Plan) {
    let (before, after) = (plan.before, plan.after);
    if before.equity.0 <= 0 {
        assert_eq!(plan.cost, Usd::ZERO, "INV-COST: nothing can be taken");
        return;
    }
    let times =
        |one: Health, other: Health| i128::from(one.equity.0) * i128::from(other.maintenance.0);
    assert!(
        times(after, before) >= times(before, after),
        "INV-RATIO: {before:?} and then {after:?}"
    );
    let cost = i128::from(plan.cost.0) << 32;
    let most = i128::from(before.equity.0) * i128::from(policy.theta.0);
    assert!(cost <= most, "INV-COST: {:?} of {before:?}", plan.cost);
}

/// INV-NO-FLIP: each position is closed by no more than it was, and what is left of one that was
/// reduced is nothing or at least the market's minimum.
#[track_caller]
fn nothing_is_flipped(world: &World, before: &MarginAccount, after: &MarginAccount) {
    for (was, is) in before.positions.iter().zip(&after.positions) {
        if was.lots == is.lots {
            continue;
        }
        let same_side = is.lots == 0 || is.lots.signum() == was.lots.signum();
        let smaller = is.lots.unsigned_abs() < was.lots.unsigned_abs();
        assert!(same_side && smaller, "INV-NO-FLIP: {was:?} and then {is:?}");
        let market = world.market(was.market);
        let price = market.price.cached().price;
        let left = price.notional_ceil(is.lots.unsigned_abs());
        let left = left.expect("a notional").0;
        assert!(
            left == 0 || left >= market.params.min_position_usd_atoms,
            "INV-NO-FLIP: {left} atoms of {was:?} are left"
        );
    }
}
