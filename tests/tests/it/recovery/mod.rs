//! What an owner asked for before a liquidation has to. The harness checks after each execution that
//! the plan made off chain is what happened, and INV-RECOVERY.

mod executing;
mod plans;
mod top_up;

use crate::liquidation::Scene;
use whittle::error::WhittleError;
use whittle::state::recovery::RecoveryPlan;
use whittle_tests::{bps, Sent};

/// At 1.15 times maintenance back to 1.4 times, for a tenth of a per cent.
pub const PLAN: RecoveryPlan = RecoveryPlan {
    trigger_q32: bps(11_500),
    target_q32: bps(14_000),
    fee_max_q32: bps(10),
};
/// Where Alice's equity is about 1.1 times her maintenance.
pub const DUE: &str = "39200";

/// Alice is long and has the plan.
fn planned() -> Scene {
    let mut scene = Scene::long();
    scene.plan(PLAN);
    scene
}

impl Scene {
    /// Alice sets a plan.
    #[track_caller]
    pub fn plan(&mut self, plan: RecoveryPlan) {
        self.alice.plan_recovery(&mut self.world, plan).ok();
    }

    /// The keeper executes it.
    #[track_caller]
    pub fn recover(&mut self) -> Sent {
        self.keeper.recover_for(&mut self.world, &self.alice, 0)
    }

    /// The keeper is refused to execute it.
    #[track_caller]
    pub fn cannot_recover(&mut self, error: WhittleError) {
        self.recover().refused(error);
    }

    /// E / M in ten-thousandths, rounded down.
    pub fn ratio_bps(&self) -> i64 {
        let health = self.health();
        health.equity.0 * 10_000 / health.maintenance.0
    }
}
