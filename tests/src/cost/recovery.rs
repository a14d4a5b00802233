//! Margin calls, recovery plans, stop orders.

use whittle::instructions::PlaceOrderArgs;
use whittle::state::recovery::RecoveryPlan;
use whittle_risk::MAX_LEGS;

use super::{cost, crash, crowd, world, Cost};
use crate::outcome::Done;
use crate::spec::{bps, USDC};

/// Before a liquidation has to: a trader with one position, and the same with eight.
pub fn recovery() -> Vec<Cost> {
    let mut costs = Vec::new();
    for legs in [1, MAX_LEGS] {
        let mut world = world(legs);
        let mut note = |name: &str, done: Done| costs.push(cost(&format!("{name}/{legs}"), &done));
        let trader = crowd(&mut world, if legs == 1 { 1 } else { 4 });
        let keeper = world.keeper("keeper");
        let plan = RecoveryPlan {
            trigger_q32: bps(11_500),
            target_q32: bps(12_500),
            fee_max_q32: bps(10),
        };
        note(
            "set_recovery_plan",
            trader.plan_recovery(&mut world, plan).ok(),
        );
        let reserve = trader.sub(1);
        reserve.open(&mut world).ok();
        let quote = world.bank(0).mint;
        world.give(&reserve, &quote, USDC);
        reserve.deposit(&mut world, 0, USDC).ok();
        note("set_reserve", reserve.be_reserve(&mut world, true).ok());
        crash(&mut world, 205);
        note(
            "issue_margin_call",
            keeper.call_margin(&mut world, &trader).ok(),
        );
        let topped = keeper.top_up(&mut world, &trader, &reserve, 1_000);
        note("top_up", topped.ok());
        let executed = keeper.recover_for(&mut world, &trader, 0);
        note("execute_recovery", executed.ok());
        let stop = PlaceOrderArgs {
            trigger_q32: u64::MAX - 1,
            ..trader.order(&world, 1)
        };
        trader.place_with(&mut world, 0, stop.clone()).ok();
        note("cancel_stop", trader.cancel(&mut world, 0).ok());
        trader.place_with(&mut world, 0, stop).ok();
        note("trigger_order", keeper.trigger(&mut world, &trader, 0).ok());
    }
    costs
}
