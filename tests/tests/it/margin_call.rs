//! Margin calls: a date for whoever watches. What an account may do is decided by its equity and its
//! call level at that moment, never by the date.

use crate::liquidation::{Scene, BTC, LOW};
use whittle::error::WhittleError;
use whittle::event::{MarginCallEnded, MarginCallIssued, OrderFilled, OrderKilled};
use whittle::state::Market;
use whittle_client::address;
use whittle_risk::health::State;
use whittle_tests::{assert_only_changed, Done, ONE, USDC};

/// Where Alice's equity is about 1.1 times her maintenance.
const CALLED: &str = "39200";

impl Scene {
    #[track_caller]
    fn called(&mut self) -> Done {
        self.keeper.call_margin(&mut self.world, &self.alice).ok()
    }

    #[track_caller]
    fn not_called(&mut self, error: WhittleError) {
        let sent = self.keeper.call_margin(&mut self.world, &self.alice);
        sent.refused(error);
    }

    fn called_at(&self) -> i64 {
        self.world.account_of(&self.alice).margin_called_at
    }

    /// Alice's order for ten lots more meets this price.
    #[track_caller]
    fn open_at(&mut self, usd: &str) -> Done {
        self.alice.place(&mut self.world, BTC, 10).ok();
        self.world.pass(2);
        self.world.publish(BTC, usd);
        self.keeper.fill(&mut self.world, &self.alice, 0).ok()
    }
}

/// Alice bought 100,000 dollars of BTC at 40,000 with 5,300 dollars. At 39,200 about 3,240 are left:
/// over the 2,940 that are required, under a fifth more than that, 3,528.
#[test]
fn an_account_is_called_once_and_the_call_ends_when_it_opens_again_over_the_call_level() {
    let mut scene = Scene::long();
    // At 40,000 dollars there is nothing to call her for.
    scene.not_called(WhittleError::NotInMarginCall);
    scene.price(CALLED);
    assert_eq!(scene.state(), State::MarginCall);
    let before = scene.world.picture();
    let event: MarginCallIssued = scene.called().event();
    assert_only_changed!(before, scene.world.picture(), [scene.alice.account()]);
    let (health, now) = (scene.health(), scene.world.now());
    let fifth = (health.maintenance.0 + 4) / 5;
    let should = MarginCallIssued {
        account: scene.alice.account(),
        equity_usd_atoms: health.equity.0,
        maintenance_usd_atoms: health.maintenance.0,
        call_usd_atoms: event.call_usd_atoms,
        at: now,
    };
    assert_eq!(event, should);
    assert!((event.call_usd_atoms - health.maintenance.0 - fifth).abs() <= 1);
    assert_eq!(scene.called_at(), now);
    // The date is that of the first call, however often she is called.
    scene.again(1);
    scene.not_called(WhittleError::MarginCalledAlready);
    assert_eq!(scene.called_at(), now);

    // Back over the call level the old stamp is in nobody's way.
    let done = scene.open_at("40100");
    let filled: OrderFilled = done.event();
    assert_eq!(filled.lots, 10);
    let ended: MarginCallEnded = done.event();
    assert_eq!(ended.issued_at, now);
    assert_eq!(scene.called_at(), 0);
}

#[test]
fn an_account_under_the_call_level_opens_nothing_though_nobody_has_called_it() {
    let mut scene = Scene::long();
    let killed: OrderKilled = scene.open_at(CALLED).event();
    assert_eq!(killed.reason, u32::from(WhittleError::MarginCall));
    assert_eq!(scene.called_at(), 0);
}

#[test]
fn calling_an_account_whose_call_has_lost_its_cause_ends_the_call() {
    let mut scene = Scene::long();
    scene.price(CALLED);
    scene.called();
    scene.price("39900");
    let done = scene.called();
    let _: MarginCallEnded = done.event();
    assert_eq!(done.events_of::<MarginCallIssued>(), []);
    assert_eq!(scene.called_at(), 0);
    scene.not_called(WhittleError::NotInMarginCall);
    scene.price(CALLED);
    scene.called();
    assert_eq!(scene.called_at(), scene.world.now());
}

#[test]
fn a_withdrawal_that_finds_the_account_over_the_call_level_ends_the_call() {
    let mut scene = Scene::long();
    scene.price(CALLED);
    scene.called();
    scene.price("41000");
    let alice = scene.alice.clone();
    let _: MarginCallEnded = alice.withdraw(&mut scene.world, 0, USDC).ok().event();
    assert_eq!(scene.called_at(), 0);
}

#[test]
fn an_account_under_maintenance_is_to_be_flagged_instead() {
    let mut scene = Scene::long();
    for price in [LOW, "38300", "37000"] {
        scene.price(price);
        scene.not_called(WhittleError::UnderMaintenance);
    }
}

#[test]
fn a_liquidation_stops_under_the_call_level_so_the_call_goes_on() {
    let mut scene = Scene::long();
    scene.price(CALLED);
    scene.called();
    let since = scene.called_at();
    scene.confirm_low();
    scene.liquidate();
    assert_eq!(scene.state(), State::MarginCall);
    assert_eq!(scene.called_at(), since);
}

#[test]
fn an_account_without_positions_is_not_called() {
    let mut scene = Scene::with(&[whittle_tests::MarketSpec::default()], USDC, &[]);
    scene.not_called(WhittleError::NotInMarginCall);
}

#[test]
fn nobody_is_called_at_a_price_that_may_have_passed() {
    let mut scene = Scene::long();
    scene.price(CALLED);
    scene.world.pass(31);
    scene.not_called(WhittleError::PriceTooOld);
    scene.again(0);
    scene.called();
}

#[test]
fn a_call_that_was_issued_for_the_end_of_a_ramp_is_not_ended_for_its_beginning() {
    let mut scene = Scene::long();
    // Maintenance goes from 3,000 dollars to 4,500 within a day: called under 5,400.
    let now = scene.world.now();
    scene.world.forge::<Market>(address::market(BTC), |market| {
        market.regime.ramp_started_at = now;
        market.regime.ramp_secs = 86_400;
        market.regime.ramp_to_q32 = ONE / 2 * 3;
        market.regime.initial_from_q32 = ONE / 2 * 3;
        market.regime.initial_to_q32 = ONE / 2 * 3;
        market.regime.initial_q32 = ONE / 2 * 3;
    });
    scene.again(1);
    assert_eq!(scene.state(), State::MarginCall);
    scene.called();
    let since = scene.called_at();
    // Over the call level of today's requirement, and under that of tomorrow's.
    let health = scene.health();
    assert!(health.equity.0 > health.maintenance.0 / 10 * 12);
    let alice = scene.alice.clone();
    scene.world.reduce(&alice, BTC, -100);
    assert_eq!(scene.called_at(), since);
    scene.again(1);
    scene.not_called(WhittleError::MarginCalledAlready);
    // With a fifth less it is over both.
    scene.world.reduce(&alice, BTC, -5_000);
    assert_eq!(scene.called_at(), 0);
}
