//! What happens while a ramp of maintenance is running: margin is called, and governance raises the
//! rates themselves.

use super::{Scene, BTC, LOTS};
use whittle::error::WhittleError;
use whittle::event::{MarginCallEnded, MarginCallIssued};
use whittle::instructions::TierArgs;
use whittle::state::proposal::Change;
use whittle_risk::health::State;
use whittle_tests::{bps, MarketSpec, World, USD, USDC};

const HOUR: i64 = 3_600;

/// A market that looks at its price once an hour.
fn hourly() -> MarketSpec {
    let mut spec = MarketSpec::default();
    spec.params.sample_interval_secs = 3_600;
    spec
}

/// An hour later the price is the one or the other of these.
fn hour(world: &mut World, count: u32, prices: [&str; 2]) {
    world.pass(HOUR);
    world.publish(BTC, prices[usize::from(count.is_multiple_of(2))]);
    world.update(&[BTC]).ok();
}

const CALM: [&str; 2] = ["40000", "40000"];
/// Three quarters of a percent apart: extreme, when it happens every hour.
const WILD: [&str; 2] = ["40000", "40300"];
/// The same after a fall by one percent.
const LOWER: [&str; 2] = ["39600", "39900"];

/// Alice has about 5,230 dollars for a position that needs 3,000. The market has grown wild and
/// maintenance will be half as much again in a day. She is called at once, has most of that day to
/// act, and what she pays in ends the call.
#[test]
fn a_margin_call_during_a_ramp_comes_most_of_a_day_before_maintenance_does() {
    let mut scene = Scene::with(&[hourly()], 5_300 * USDC, &[(BTC, LOTS)]);
    let mut hours = 0;
    while scene.world.market(BTC).regime.level < 2 {
        hour(&mut scene.world, hours, WILD);
        hours += 1;
        assert!(hours < 40, "the market does not look wild");
    }
    scene.price("40000");
    assert_eq!(scene.state(), State::MarginCall);
    let called = scene.keeper.call_margin(&mut scene.world, &scene.alice);
    let call: MarginCallIssued = called.ok().event();
    // 3,000 dollars, times 1.5 at the ramp's end, and a fifth more.
    assert!((call.call_usd_atoms - 5_400 * USD).abs() < 100);
    let now = scene.health();
    assert_eq!(call.maintenance_usd_atoms, now.maintenance.0);
    assert!(now.maintenance.0 < 3_200 * USD, "it has hardly moved yet");

    // The price falls by a percent and goes on jumping. Hour by hour Alice could be flagged if she
    // were under maintenance, and is not.
    let stamp = scene.world.account_of(&scene.alice).margin_called_at;
    let mut waited = 0;
    loop {
        hour(&mut scene.world, 1, LOWER);
        hour(&mut scene.world, 0, LOWER);
        scene.price("39600");
        waited += 2;
        let account = scene.world.account_of(&scene.alice);
        assert_eq!(account.margin_called_at, stamp, "the call stands");
        if scene.state() != State::MarginCall {
            break;
        }
        scene.cannot_flag(WhittleError::AccountHealthy);
        let again = scene.keeper.call_margin(&mut scene.world, &scene.alice);
        again.refused(WhittleError::MarginCalledAlready);
        assert!(waited < 24, "the ramp is over");
    }
    assert_eq!(scene.state(), State::Liquidatable);
    assert!(waited >= 12, "only {waited} hours to act");

    let alice = scene.alice.clone();
    let quote = scene.world.bank(0).mint;
    scene.world.give(&alice, &quote, 2_000 * USDC);
    alice.deposit(&mut scene.world, 0, 2_000 * USDC).ok();
    let ended = scene.keeper.call_margin(&mut scene.world, &scene.alice);
    let ended: MarginCallEnded = ended.ok().event();
    assert_eq!(ended.issued_at, stamp);
    assert_eq!(scene.state(), State::Healthy);
    assert_eq!(scene.lots(BTC), LOTS);
}

/// Two days ago the authority announced rates of 4 % in place of 3 %. Meanwhile the market grows wild
/// and its maintenance is on the way to half as much again. The day comes: Alice's requirement does
/// not jump, and a day later it has reached both, by a straight line.
#[test]
fn tiers_that_rise_during_a_regimes_ramp_join_it_without_a_jump() {
    let mut world = World::with_markets(&[hourly()]);
    let alice = world.trader("alice", 20_000 * USDC);
    world.trade(&alice, BTC, LOTS);
    let tiers = [
        (1_000_000, 400, 600),
        (10_000_000, 600, 900),
        (100_000_000, 1_200, 1_600),
    ];
    let tiers = tiers.map(|(upto, maintenance, initial)| TierArgs {
        upto_usd_atoms: upto * USD,
        maintenance_q32: bps(maintenance),
        initial_q32: bps(initial),
    });
    let nonce = world.propose(Change::Tiers {
        market: BTC,
        tiers: tiers.to_vec(),
    });
    let eta = world.proposal(nonce).eta;
    while world.now() < eta - 18 * HOUR {
        hour(&mut world, 0, CALM);
    }
    let mut count = 0;
    while world.now() < eta {
        hour(&mut world, count, WILD);
        count += 1;
    }
    world.move_price(BTC, "40000");
    let before = world.market(BTC);
    assert_eq!(before.regime.level, 2);
    let began = before.regime.ramp_started_at;
    assert!(began > 0 && began < world.now() - HOUR, "hours ago");
    let health = |world: &World| {
        let account = world.account_of(&alice);
        let health = world.mirror().health(&account, world.now());
        health.expect("a health")
    };

    let was = health(&world);
    world.apply(nonce).ok();
    let (is, market) = (health(&world), world.market(BTC));
    assert_eq!(is.equity, was.equity);
    // Never more, and less only by what Q32 rounds: three quarters of the multiplier on 4 %.
    let dip = was.maintenance.0 - is.maintenance.0;
    assert!((0..100).contains(&dip), "{dip}");
    assert!(market.multiplier_q32 < before.multiplier_q32);
    let extreme = market.params.regime.extreme_maintenance_q32;
    assert_eq!(market.regime.ramp_to_q32, extreme);
    assert_eq!(market.regime.ramp_started_at, world.now());
    assert_eq!(market.regime.level, 2, "the regime is what it was");
    // What the call looks to is the end of both.
    assert_eq!(market.call_multiplier().0, extreme);

    let (start, from) = (world.now(), market.multiplier_q32);
    let way = u128::from(extreme - from);
    for _ in 0..24 {
        let last = world.market(BTC).multiplier_q32;
        hour(&mut world, count, WILD);
        count += 1;
        let gone = u128::from((world.now() - start).unsigned_abs());
        let line = from + u64::try_from(way * gone.min(86_400) / 86_400).expect("a multiplier");
        let now = world.market(BTC).multiplier_q32;
        assert!(now > last && now == line, "{last} {now} {line}");
    }
    world.move_price(BTC, "40000");
    assert_eq!(world.market(BTC).regime.ramp_started_at, 0);
    // 100,000 dollars at 4 %, times 1.5.
    let reached = health(&world).maintenance.0;
    assert!((reached - 6_000 * USD).abs() < 100, "{reached}");
}
