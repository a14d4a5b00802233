//! Cash from an owner's reserve.

use super::{planned, DUE, PLAN};
use crate::liquidation::{Scene, BTC, LOW};
use whittle::error::WhittleError;
use whittle::event::{AccountUnflagged, ReserveSet, ToppedUp};
use whittle_tests::{assert_only_changed, Actor, USD, USDC};

impl Scene {
    /// Another account of Alice, marked, with so much cash.
    #[track_caller]
    fn reserve(&mut self, cash: u64) -> Actor {
        let reserve = self.alice.sub(1);
        reserve.open(&mut self.world).ok();
        self.fill_up(&reserve, cash);
        let event: ReserveSet = reserve.be_reserve(&mut self.world, true).ok().event();
        assert_eq!((event.account, event.is_reserve), (reserve.account(), true));
        reserve
    }

    #[track_caller]
    fn fill_up(&mut self, account: &Actor, cash: u64) {
        if cash > 0 {
            let quote = self.world.bank(0).mint;
            self.world.give(account, &quote, cash);
            account.deposit(&mut self.world, 0, cash).ok();
        }
    }

    #[track_caller]
    fn cannot_top_up(&mut self, reserve: &Actor, error: WhittleError) {
        let sent = self
            .keeper
            .top_up(&mut self.world, &self.alice, reserve, i64::MAX);
        sent.refused(error);
    }
}

fn cash_of(scene: &Scene, actor: &Actor) -> i64 {
    scene.world.account_of(actor).cash_usd_atoms
}

/// Alice's plan says: at 1.15 times maintenance, back to 1.4 times. Her other account is a reserve with
/// 5,000 dollars. At 39,200 dollars about 3,240 are left of hers and 2,940 are required, so anybody
/// may move about 880 over, and nothing is closed.
#[test]
fn anyone_may_bring_an_account_from_its_trigger_to_its_target_with_its_owners_reserve() {
    let mut scene = planned();
    let reserve = scene.reserve(5_000 * USDC);
    // At 40,000 dollars she has 1.7 times what is required: the reserve stays where it is.
    scene.cannot_top_up(&reserve, WhittleError::NotUnderTrigger);
    scene.price(DUE);
    let lots = scene.lots(BTC);
    let (before, health) = (scene.world.picture(), scene.health());
    let (world, alice) = (&mut scene.world, &scene.alice);
    let done = scene.keeper.top_up(world, alice, &reserve, i64::MAX).ok();
    let event: ToppedUp = done.event();
    let changed = [alice.account(), reserve.account()];
    before.assert_only_changed(&scene.world.picture(), &changed);
    let after = scene.health();
    assert_eq!(event.amount_usd_atoms, after.equity.0 - health.equity.0);
    assert_eq!(event.equity_usd_atoms, after.equity.0);
    assert_eq!(
        cash_of(&scene, &reserve),
        5_000 * USD - event.amount_usd_atoms
    );
    // To the atom: the target and not one more.
    let target = |equity: i64| (i128::from(equity) << 32) >= target_of(&scene);
    assert!(target(after.equity.0) && !target(after.equity.0 - 1));
    assert_eq!(scene.lots(BTC), lots);
    scene.cannot_top_up(&reserve, WhittleError::NotUnderTrigger);
}

fn target_of(scene: &Scene) -> i128 {
    i128::from(scene.health().maintenance.0) * i128::from(PLAN.target_q32)
}

#[test]
fn a_flagged_account_is_cured_and_unflagged() {
    let mut scene = planned();
    let reserve = scene.reserve(5_000 * USDC);
    scene.price(LOW);
    scene.flag();
    let (world, alice) = (&mut scene.world, &scene.alice);
    let done = scene.keeper.top_up(world, alice, &reserve, i64::MAX).ok();
    let _: AccountUnflagged = done.event();
    assert_eq!(scene.ratio_bps(), 14_000);
    scene.again(3);
    scene.cannot_liquidate(WhittleError::AccountHealthy);
}

#[test]
fn no_more_moves_than_is_asked_for_or_the_reserve_holds() {
    let mut scene = planned();
    let reserve = scene.reserve(100 * USDC);
    scene.price(DUE);
    let mut left = 100 * USD;
    for (most, moved) in [(1, 1), (30 * USD, 30 * USD), (i64::MAX, 70 * USD - 1)] {
        let (world, alice) = (&mut scene.world, &scene.alice);
        let done = scene.keeper.top_up(world, alice, &reserve, most).ok();
        let event: ToppedUp = done.event();
        assert_eq!(event.amount_usd_atoms, moved);
        left -= moved;
        assert_eq!(cash_of(&scene, &reserve), left);
    }
    scene.cannot_top_up(&reserve, WhittleError::ReserveEmpty);
}

#[test]
fn amounts_that_are_no_amounts_are_refused() {
    let mut scene = planned();
    let reserve = scene.reserve(200 * USDC);
    scene.price(DUE);
    for most in [0, -1, i64::MIN] {
        let sent = scene
            .keeper
            .top_up(&mut scene.world, &scene.alice, &reserve, most);
        sent.refused(WhittleError::ZeroAmount);
    }
}

#[test]
fn only_a_marked_account_of_the_same_owner_gives() {
    let mut scene = planned();
    let reserve = scene.reserve(200 * USDC);
    reserve.be_reserve(&mut scene.world, false).ok();
    let bob = scene.world.trader("bob", 200 * USDC);
    bob.be_reserve(&mut scene.world, true).ok();
    scene.price(DUE);
    scene.cannot_top_up(&reserve, WhittleError::NotAReserve);
    scene.cannot_top_up(&bob, WhittleError::NotAReserve);
    let itself = scene.alice.clone();
    scene.cannot_top_up(&itself, WhittleError::SameAccount);
}

#[test]
fn an_account_with_positions_is_no_reserve() {
    let mut scene = planned();
    let reserve = scene.reserve(5_000 * USDC);
    scene.world.trade(&reserve, BTC, 100);
    scene.price(DUE);
    scene.cannot_top_up(&reserve, WhittleError::ReserveHasPositions);
    let sent = reserve.be_reserve(&mut scene.world, true);
    sent.refused(WhittleError::ReserveHasPositions);
    reserve.be_reserve(&mut scene.world, false).ok();
}

#[test]
fn a_reserve_whose_deficit_is_booked_gives_nothing_before_it_is_settled() {
    let mut scene = planned();
    let reserve = scene.reserve(1_100 * USDC);
    scene.world.trade(&reserve, BTC, 5_000);
    scene.price("37000");
    scene.keeper.liquidate(&mut scene.world, &reserve).ok();
    assert!(scene.world.account_of(&reserve).deficit_usd_atoms > 0);
    scene.fill_up(&reserve, 5_000 * USDC);
    scene.price(DUE);
    scene.cannot_top_up(&reserve, WhittleError::AccountInDeficit);
    reserve.settle(&mut scene.world, &[BTC]).ok();
    let (world, alice) = (&mut scene.world, &scene.alice);
    let _: ToppedUp = scene
        .keeper
        .top_up(world, alice, &reserve, i64::MAX)
        .ok()
        .event();
}

#[test]
fn an_account_without_a_plan_is_not_topped_up() {
    let mut scene = Scene::long();
    let reserve = scene.reserve(200 * USDC);
    scene.price(DUE);
    scene.cannot_top_up(&reserve, WhittleError::NoRecoveryPlan);
}

#[test]
fn a_reserve_does_not_pay_the_debt_of_an_account_that_is_worth_nothing() {
    let mut scene = planned();
    let reserve = scene.reserve(50_000 * USDC);
    scene.price("37000");
    assert!(scene.health().equity.0 < 0);
    let before = scene.world.picture();
    scene.cannot_top_up(&reserve, WhittleError::BeyondRescue);
    assert_only_changed!(before, scene.world.picture(), []);
}
