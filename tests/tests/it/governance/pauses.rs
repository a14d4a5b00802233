//! Pauses end by themselves, cool down, and never stop what makes accounts safer (INV-PAUSE).
//! Deposits and reductions stay open (INV-EXIT).

use super::{exchange_of, fill, killed, try_trade, BTC, DAY};
use crate::liquidation::{Scene, CASH, LOTS, LOW};
use whittle::error::WhittleError;
use whittle::event::{PartiallyLiquidated, Paused, Unpaused};
use whittle::state::governance::{
    PAUSE_LIQUIDATIONS, PAUSE_LIQUIDITY, PAUSE_NEW_RISK, PAUSE_WITHDRAWALS,
};
use whittle::state::Exchange;
use whittle_risk::health::State;
use whittle_tests::{World, USDC};

const HOUR: u32 = 3_600;

/// Everything that must work whatever is paused: price updates, deposits of the quote token into an
/// account that stands, reductions placed and filled, settlements.
#[track_caller]
fn what_is_never_paused_works(scene: &mut Scene) {
    let (world, alice) = (&mut scene.world, &scene.alice);
    let quote = world.bank(0).mint;
    world.give(alice, &quote, USDC);
    alice.deposit(world, 0, USDC).ok();
    let mut order = alice.order(world, -100);
    order.reduce_only = true;
    alice.place_with(world, BTC, order).ok();
    fill(world, alice, BTC).ok();
    alice.settle(world, &[BTC]).ok();
    world.settle_markets(&[BTC]).ok();
}

#[test]
fn a_pause_of_new_risk_stops_what_opens_and_nothing_else() {
    let mut scene = Scene::long();
    scene.alice.place(&mut scene.world, BTC, 10).ok();
    let guardian = scene.world.guardian();
    let sent = guardian.pause(&mut scene.world, PAUSE_NEW_RISK, HOUR);
    let event: Paused = sent.ok().event();
    assert_eq!(event.until, scene.world.now() + i64::from(HOUR));
    assert_eq!(event.cooldown_until, event.until + DAY);
    // Neither an order from before nor a new one.
    let sent = fill(&mut scene.world, &scene.alice, BTC);
    killed(sent, WhittleError::NewRiskPaused);
    let sent = scene.alice.place(&mut scene.world, BTC, 10);
    sent.refused(WhittleError::NewRiskPaused);

    let alice = scene.alice.clone();
    what_is_never_paused_works(&mut scene);
    alice.withdraw(&mut scene.world, 0, 1).ok();
}

#[test]
fn a_pause_of_withdrawals_stops_those_and_nothing_else() {
    let mut scene = Scene::long();
    let guardian = scene.world.guardian();
    let sent = guardian.pause(&mut scene.world, PAUSE_WITHDRAWALS, HOUR);
    sent.ok();
    let alice = scene.alice.clone();
    let sent = alice.withdraw(&mut scene.world, 0, 1);
    sent.refused(WhittleError::WithdrawalsPaused);
    what_is_never_paused_works(&mut scene);
    try_trade(&mut scene.world, &alice, BTC, 10).ok();
}

#[test]
fn a_pause_of_liquidations_protects_an_account_that_is_not_in_emergency() {
    let mut scene = Scene::long();
    let guardian = scene.world.guardian();
    scene.price(LOW);
    let sent = guardian.pause(&mut scene.world, PAUSE_LIQUIDATIONS, HOUR);
    sent.ok();
    // It is flagged, and after the pause it is liquidated.
    let (keeper, alice) = (scene.keeper.clone(), scene.alice.clone());
    keeper.flag(&mut scene.world, &alice).ok();
    scene.again(2);
    let sent = keeper.liquidate(&mut scene.world, &alice);
    sent.refused(WhittleError::LiquidationsPaused);
    // While losses cannot be realised nobody leaves or adds.
    let sent = alice.withdraw(&mut scene.world, 0, 1);
    sent.refused(WhittleError::WithdrawalsPaused);
    let sent = alice.place(&mut scene.world, BTC, 10);
    sent.refused(WhittleError::NewRiskPaused);

    // Then everybody has five minutes. What may leave may do so at once.
    guardian.unpause(&mut scene.world, PAUSE_LIQUIDATIONS).ok();
    alice
        .withdraw(&mut scene.world, 0, 1)
        .refused(WhittleError::ExceedsExcess);
    scene.again(299);
    let sent = keeper.liquidate(&mut scene.world, &alice);
    sent.refused(WhittleError::LiquidationsPaused);
    scene.again(1);
    keeper.liquidate(&mut scene.world, &alice).ok();
}

/// INV-PAUSE and INV-EMERGENCY.
#[test]
fn no_pause_protects_an_account_in_emergency() {
    let mut scene = Scene::long();
    let guardian = scene.world.guardian();
    // A pause of liquidations is one of new risk and of withdrawals too.
    for kind in [PAUSE_LIQUIDATIONS, PAUSE_LIQUIDITY] {
        guardian.pause(&mut scene.world, kind, HOUR).ok();
    }
    scene.price("38400");
    assert_eq!(scene.state(), State::Emergency);
    // Nor does the grace after it.
    guardian.unpause(&mut scene.world, PAUSE_LIQUIDATIONS).ok();
    let (keeper, alice) = (scene.keeper.clone(), scene.alice.clone());
    let sent = keeper.liquidate(&mut scene.world, &alice);
    let event: PartiallyLiquidated = sent.ok().event();
    assert!(event.legs[0].closed_lots > 0);
}

/// INV-PAUSE and INV-EXIT.
#[test]
fn whatever_is_paused_deposits_and_reductions_work() {
    for kinds in [
        [PAUSE_NEW_RISK, PAUSE_WITHDRAWALS, PAUSE_LIQUIDITY].as_slice(),
        &[PAUSE_LIQUIDATIONS, PAUSE_LIQUIDITY],
    ] {
        let mut scene = Scene::with(&[Default::default()], CASH * 2, &[(BTC, LOTS)]);
        let guardian = scene.world.guardian();
        for kind in kinds {
            guardian.pause(&mut scene.world, *kind, HOUR).ok();
            what_is_never_paused_works(&mut scene);
        }
    }
}

#[test]
fn a_pause_of_liquidity_stops_requests_and_their_fills_but_not_refunds() {
    let mut world = World::new();
    let provider = whittle_tests::Actor::named("lp");
    provider.request_withdrawal(&mut world, USDC, 0).ok();
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_LIQUIDITY, HOUR).ok();
    world.pass(2);
    world.refresh_prices();
    let sent = provider.fill_request(&mut world, &provider);
    sent.refused(WhittleError::LiquidityPaused);
    world.pass(62);
    provider.refund_request(&mut world, &provider).ok();
    let sent = provider.request_withdrawal(&mut world, USDC, 0);
    sent.refused(WhittleError::LiquidityPaused);
}

/// INV-PAUSE.
#[test]
fn a_pause_ends_by_itself_and_the_next_one_waits_for_its_cooldown() {
    let mut world = World::new();
    let alice = world.trader("alice", 100 * USDC);
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_WITHDRAWALS, HOUR).ok();
    // It is not prolonged while it runs.
    let sent = guardian.pause(&mut world, PAUSE_WITHDRAWALS, HOUR);
    sent.refused(WhittleError::PauseCoolingDown);
    world.pass(i64::from(HOUR) - 1);
    let sent = alice.withdraw(&mut world, 0, 1);
    sent.refused(WhittleError::WithdrawalsPaused);
    world.pass(1);
    alice.withdraw(&mut world, 0, 1).ok();
    world.pass(DAY - 1);
    let sent = guardian.pause(&mut world, PAUSE_WITHDRAWALS, HOUR);
    sent.refused(WhittleError::PauseCoolingDown);
    // Each kind has its own.
    guardian.pause(&mut world, PAUSE_NEW_RISK, HOUR).ok();
    world.pass(1);
    guardian.pause(&mut world, PAUSE_WITHDRAWALS, HOUR).ok();
}

#[test]
fn a_pause_that_was_ended_early_cools_down_as_long() {
    let mut world = World::new();
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_NEW_RISK, HOUR).ok();
    let authority = world.authority.clone();
    let sent = authority.unpause(&mut world, PAUSE_NEW_RISK);
    let event: Unpaused = sent.ok().event();
    assert_eq!(event.by, authority.address());
    let sent = guardian.unpause(&mut world, PAUSE_NEW_RISK);
    sent.refused(WhittleError::NotPaused);
    let pause = exchange_of(&world).pauses[usize::from(PAUSE_NEW_RISK)];
    assert_eq!(pause.until, world.now());
    world.pass(pause.cooldown_until - world.now() - 1);
    let sent = guardian.pause(&mut world, PAUSE_NEW_RISK, HOUR);
    sent.refused(WhittleError::PauseCoolingDown);
}

#[test]
fn a_pause_that_follows_from_another_cannot_be_ended_alone() {
    let mut world = World::new();
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_LIQUIDATIONS, HOUR).ok();
    for kind in [PAUSE_NEW_RISK, PAUSE_WITHDRAWALS] {
        let sent = guardian.unpause(&mut world, kind);
        sent.refused(WhittleError::NotPaused);
    }
}

#[test]
fn a_pause_has_a_kind_and_a_length_within_bounds() {
    let mut world = World::new();
    let guardian = world.guardian();
    for (kind, secs) in [(4, HOUR), (255, HOUR), (0, 0), (0, 86_401), (0, u32::MAX)] {
        let sent = guardian.pause(&mut world, kind, secs);
        sent.refused(WhittleError::BadPause);
    }
    let sent = guardian.unpause(&mut world, 4);
    sent.refused(WhittleError::BadPause);
}

#[test]
fn only_guardian_and_authority_pause_and_unpause() {
    let mut world = World::new();
    let mallory = world.actor("mallory");
    let sent = mallory.pause(&mut world, PAUSE_NEW_RISK, HOUR);
    sent.refused(WhittleError::NotGuardian);
    let authority = world.authority.clone();
    authority.pause(&mut world, PAUSE_NEW_RISK, HOUR).ok();
    let sent = mallory.unpause(&mut world, PAUSE_NEW_RISK);
    sent.refused(WhittleError::NotGuardian);
}

#[test]
fn a_pause_of_liquidations_is_not_followed_at_once_by_one_of_what_it_paused_too() {
    let mut world = World::new();
    let guardian = world.guardian();
    guardian.pause(&mut world, PAUSE_LIQUIDATIONS, 3_600).ok();
    world.pass(3_601);
    for kind in [PAUSE_NEW_RISK, PAUSE_WITHDRAWALS] {
        let sent = guardian.pause(&mut world, kind, 3_600);
        sent.refused(WhittleError::PauseCoolingDown);
    }
}

#[test]
fn a_pause_of_what_liquidations_would_pause_too_is_not_followed_at_once_by_one_of_those() {
    for kind in [PAUSE_NEW_RISK, PAUSE_WITHDRAWALS] {
        let mut world = World::new();
        let guardian = world.guardian();
        guardian.pause(&mut world, kind, HOUR).ok();
        let cools_until = exchange_of(&world).pauses[usize::from(kind)].cooldown_until;
        for secs in [0, 1, cools_until - world.now() - 2] {
            world.pass(secs);
            let sent = guardian.pause(&mut world, PAUSE_LIQUIDATIONS, HOUR);
            sent.refused(WhittleError::PauseCoolingDown);
        }
        world.pass(1);
        guardian.pause(&mut world, PAUSE_LIQUIDATIONS, HOUR).ok();
    }
}

/// Everything that a guardian can do with three kinds of pauses, as fast as he may or a little later.
struct Search {
    /// From when on withdrawals and new risk were paused, and for how long, by kind 0 and 1.
    paused: [i64; 2],
    sequences: u32,
    longest: i64,
}

impl Search {
    /// Of any span, neither is paused for more than half and half a pause.
    fn judge(&mut self, until: i64) {
        self.sequences += 1;
        for paused in self.paused {
            assert!(2 * paused <= until + self.longest, "{paused} of {until}");
        }
    }

    /// `until` is when the last pause that counts ended.
    fn go_on(&mut self, exchange: Exchange, now: i64, until: i64, depth: u32) {
        self.judge(until);
        if depth == 0 {
            return;
        }
        for kind in [PAUSE_NEW_RISK, PAUSE_WITHDRAWALS, PAUSE_LIQUIDATIONS] {
            for (secs, wait) in [(DAY, 0), (DAY, 1), (DAY / 3, 0), (1, DAY / 2)] {
                // The first moment at which it is allowed: now, or when some cooldown is over.
                let ends = exchange.pauses.map(|pause| pause.cooldown_until);
                let mut moments: Vec<i64> = ends.into_iter().filter(|end| *end > now).collect();
                moments.push(now);
                moments.sort_unstable();
                let secs32 = u32::try_from(secs).expect("a day at most");
                let begun = moments.into_iter().find_map(|at| {
                    let mut after = exchange;
                    let paused = after.pause(kind, secs32, at + wait);
                    paused.ok().map(|_| (after, at + wait))
                });
                let (after, at) = begun.expect("no cooldown is endless");
                let before = self.paused;
                for (implied, paused) in [PAUSE_NEW_RISK, PAUSE_WITHDRAWALS]
                    .into_iter()
                    .zip(&mut self.paused)
                {
                    if kind == implied || kind == PAUSE_LIQUIDATIONS {
                        assert!(!exchange.is_paused(implied, at), "two at a time");
                        *paused += secs;
                    }
                }
                self.go_on(after, at, until.max(at + secs), depth - 1);
                self.paused = before;
            }
        }
    }
}

/// INV-PAUSE, the end of it.
#[test]
fn no_sequence_of_pauses_stops_withdrawals_or_new_risk_for_more_than_half_of_the_time() {
    let mut exchange = exchange_of(&World::new());
    exchange.params.governance.pause_cooldown_secs = exchange.params.governance.pause_max_secs;
    let mut search = Search {
        paused: [0; 2],
        sequences: 0,
        longest: DAY,
    };
    search.go_on(exchange, 0, 0, 5);
    assert!(search.sequences > 200_000, "{}", search.sequences);
}
