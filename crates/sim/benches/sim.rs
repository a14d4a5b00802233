//! How many account-steps a second one core plays: `cargo xtask bench sim`.
//!
//! An account-step is one account with positions in two markets for one step of a minute. Most steps of
//! most accounts need no work, because triggers tell when an account has to be judged, so the figure
//! depends on how rough prices are. The second figure judges every account on every step: what it would
//! be without triggers.

use std::hint::black_box;
use std::time::Instant;
use whittle_migrations::describe::Description;
use whittle_risk::health::{assess, Doubt};
use whittle_sim::path::Grid;
use whittle_sim::policy::JustEnough;
use whittle_sim::source::Sources;
use whittle_sim::trader::{Cast, TraderTerms};
use whittle_sim::world::{play, Roles, Stage, WorldTerms};

/// As in the binary that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DAYS: u32 = 60;
const JUDGED: u32 = 200;

fn main() {
    let described = include_str!("../../../migrations/examples/exchange.toml");
    let described = Description::parse(described).expect("the example is right");
    let mut sources = Sources::default();
    for asset in [
        "BTC=gbm:price=20000,common=0.8",
        "ETH=gbm:price=1000,common=0.8",
    ] {
        let text = format!("{asset},days={DAYS},sigma=80%");
        sources.add(&text).expect("a generator");
    }
    let paths = sources.paths(&Grid::of(1)).expect("prices");
    let terms = WorldTerms {
        traders: TraderTerms {
            second: 1.0,
            ..TraderTerms::default()
        },
        ..WorldTerms::default()
    };
    let cast = Cast::draw(&terms.traders, &paths, 2, &[], 1);
    let roles = Roles {
        markets: vec![0, 1],
        banks: vec![None; described.banks.len()],
    };
    let stage = Stage {
        described: &described,
        paths: &paths,
        roles: &roles,
        cast: &cast,
        terms: &terms,
        seed: 1,
        details: false,
        // One is enough to have accounts and markets as they stand in the middle of a run.
        record: 64,
    };
    println!(
        "{} accounts, two positions each, {DAYS} days of 80 % volatility in steps of {} s, one core",
        terms.traders.accounts, paths.step_secs
    );
    let mut recorded = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        let (run, kept) = play(stage, &JustEnough, false, &|_| ()).expect("a run");
        let secs = began.elapsed().as_secs_f64();
        let steps = run.measures.account_steps as f64;
        println!(
            "with triggers      {:>8.1} million account-steps a second ({:.0} million in {secs:.2} s; {} judgements, {} liquidations)",
            steps / secs / 1e6,
            steps / 1e6,
            run.measures.judged,
            run.measures.liquidations
        );
        recorded = kept;
    }
    let two: Vec<_> = recorded
        .iter()
        .filter(|it| it.account.open_positions().count() == 2)
        .collect();
    assert!(!two.is_empty(), "no liquidated account had two positions");
    for _ in 0..3 {
        let began = Instant::now();
        let mut judged = 0u64;
        for _ in 0..JUDGED * 1_000 / two.len() as u32 {
            for it in &two {
                let snapshot = whittle::snapshot::Snapshot::read(
                    black_box(&it.account),
                    it.now,
                    |bank| Ok(&it.banks[usize::from(bank)]),
                    |market| Ok(&it.markets[usize::from(market)]),
                );
                let snapshot = snapshot.expect("it was read before");
                black_box(assess(&snapshot.account(), Doubt::Plain).expect("as before"));
                judged += 1;
            }
        }
        let secs = began.elapsed().as_secs_f64();
        println!(
            "judging every step {:>8.1} million account-steps a second",
            judged as f64 / secs / 1e6
        );
    }
}
