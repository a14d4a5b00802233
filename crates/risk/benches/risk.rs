//! What a decision costs natively. `cargo bench -p whittle-risk` prints one line a case.
//!
//! Goals: `assess/8` under 200 ns, `plan/1` and `plan/8` under 1 us. The other names are the worst
//! cases that an account can be in without leaving its market's bounds.

use std::hint::black_box;

use divan::Bencher;
use whittle_risk::bonus::BonusTerms;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::{assess, Account, Doubt, Leg, Leverage, Thresholds, TokenPrices};
use whittle_risk::liquidation::{plan, Episode, Inputs, Kind, Policy};
use whittle_risk::num::ONE_Q32;
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Lots, Price, Ratio, Usd};

const NOW: i64 = 1_700_000_000;

fn main() {
    divan::main();
}

const fn bps(bps: u32) -> Ratio {
    Ratio::from_bps_floor(bps)
}

fn usd(dollars: i64) -> Usd {
    Usd(dollars * 1_000_000)
}

fn policy() -> Policy {
    Policy {
        thresholds: Thresholds {
            call_buffer: bps(2_500),
            target_buffer: bps(1_000),
            emergency: bps(6_667),
            profit_weight: bps(5_000),
            class_initial: [Ratio::ZERO; 2],
        },
        theta: bps(5_000),
        forced: bps(3_333),
        bonus: BonusTerms {
            floor: bps(10),
            max: bps(100),
            ramp_secs: 60,
        },
        confirm_secs: 2,
        flag_lapse_secs: 600,
        emergency_only: false,
    }
}

fn tiers(count: usize) -> TierTable {
    let all = [
        (usd(10_000), 100, 200),
        (usd(50_000), 200, 400),
        (usd(1_000_000), 300, 600),
    ];
    let tiers = all.map(|(upto, maintenance, initial)| Tier {
        upto,
        maintenance: bps(maintenance),
        initial: bps(initial),
    });
    TierTable::new(&tiers[all.len() - count..]).expect("the rates and bounds rise")
}

/// Legs a little over 50,000 dollars, which is just inside the third tier where there are three, so
/// that a liquidation crosses bounds. Long and short in turn, at prices that are no round numbers.
fn legs<const N: usize>(tier_count: usize, change: impl Fn(usize, &mut Leg)) -> [Leg; N] {
    core::array::from_fn(|index| {
        let step = u32::try_from(index).expect("eight legs");
        let lots = 7_500_001 + i64::from(step);
        let lots = if index % 2 == 0 { lots } else { -lots };
        let price = Price((7_001 + u64::from(step)) * ONE_Q32 + 123_456_789);
        let mut leg = Leg {
            lots: Lots(lots),
            entry: price.value_floor(Lots(lots)).expect("in range"),
            funding_owed: Usd(1_234),
            mark: Mark {
                price,
                publish_time: NOW,
                ..Mark::default()
            },
            tiers: tiers(tier_count),
            multiplier: Ratio::ONE,
            initial_multiplier: Ratio::ONE,
            call_multiplier: Ratio::ONE,
            room: UNLIMITED,
            premium: bps(5 + step),
            pool_cost: bps(10),
            min_position: usd(10),
            min_close: usd(10),
            lightens_skew: index % 3 == 0,
            insurance_line: usd(1_000),
            pool_line: usd(1_000),
            ..Leg::default()
        };
        change(index, &mut leg);
        leg
    })
}

/// An account whose equity is so many basis points of its maintenance requirement.
fn account(legs: &[Leg], ratio_bps: i64) -> Account<'_> {
    let mut account = Account {
        cash: Usd::ZERO,
        claims: Usd::ZERO,
        collateral: Usd::ZERO,
        fading: Usd(0),
        tokens: &TokenPrices::NONE,
        interest: Usd::ZERO,
        leverage: Leverage::default(),
        legs,
    };
    let health = assess(&account, Doubt::Plain).expect("in range");
    account.cash = Usd(health.maintenance.0 / 10_000 * ratio_bps - health.equity.0);
    account
}

fn bench_plan(bencher: Bencher, legs: &[Leg], ratio_bps: i64, kind: Kind) {
    let policy = policy();
    let inputs = Inputs {
        account: account(legs, ratio_bps),
        policy: &policy,
        episode: Episode {
            flagged_at: NOW - 20,
            touched_at: NOW - 20,
            publish_time: NOW - 20,
            lowest_ratio: Ratio::MAX,
        },
        now: NOW,
        min_bonus: Usd::ZERO,
    };
    assert_eq!(plan(&inputs).map(|plan| plan.kind), Ok(kind));
    bencher.bench_local(|| plan(black_box(&inputs)));
}

fn bench_assess(bencher: Bencher, legs: &[Leg], doubt: Doubt) {
    let account = account(legs, 8_000);
    bencher.bench_local(|| assess(black_box(&account), doubt));
}

#[divan::bench(name = "assess/8")]
fn assess_8(bencher: Bencher) {
    bench_assess(bencher, &legs::<8>(1, |_, _| ()), Doubt::Plain);
}

#[divan::bench(name = "assess/8 three tiers, volatile, uncertain")]
fn assess_8_worst(bencher: Bencher) {
    let legs = legs::<8>(3, |_, leg| {
        leg.multiplier = bps(15_000);
        leg.mark.uncertain = true;
        leg.mark.doubt_favour = ONE_Q32;
    });
    bench_assess(bencher, &legs, Doubt::Favourable);
}

#[divan::bench(name = "plan/1")]
fn plan_1(bencher: Bencher) {
    bench_plan(bencher, &legs::<1>(1, |_, _| ()), 8_000, Kind::Exact);
}

#[divan::bench(name = "plan/8")]
fn plan_8(bencher: Bencher) {
    bench_plan(bencher, &legs::<8>(1, |_, _| ()), 8_000, Kind::Exact);
}

#[divan::bench(name = "plan/1 three tiers")]
fn plan_1_tiers(bencher: Bencher) {
    bench_plan(bencher, &legs::<1>(3, |_, _| ()), 7_000, Kind::Exact);
}

#[divan::bench(name = "plan/8 three tiers")]
fn plan_8_tiers(bencher: Bencher) {
    bench_plan(bencher, &legs::<8>(3, |_, _| ()), 7_000, Kind::Exact);
}

#[divan::bench(name = "plan/8 three tiers, volatile, uncertain")]
fn plan_8_volatile(bencher: Bencher) {
    let legs = legs::<8>(3, |_, leg| {
        leg.multiplier = bps(15_000);
        leg.mark.uncertain = true;
        leg.mark.doubt_favour = 1;
    });
    bench_plan(bencher, &legs, 7_000, Kind::Exact);
}

#[divan::bench(name = "plan/8 three tiers, part forced")]
fn plan_8_part_forced(bencher: Bencher) {
    bench_plan(bencher, &legs::<8>(3, |_, _| ()), 5_000, Kind::Forced);
}

#[divan::bench(name = "plan/8 three tiers, all forced")]
fn plan_8_all_forced(bencher: Bencher) {
    bench_plan(bencher, &legs::<8>(3, |_, _| ()), 1_000, Kind::Forced);
}

/// Only the last leg can be closed, and not even all of it is enough.
#[divan::bench(name = "plan/8 three tiers, seven stale")]
fn plan_8_stale(bencher: Bencher) {
    let legs = legs::<8>(3, |index, leg| leg.mark.stale = index != 7);
    bench_plan(bencher, &legs, 8_000, Kind::Unhealable);
}

/// A lot is worth far less than an atom, so the search has to look around.
#[divan::bench(name = "plan/1 tiny lots")]
fn plan_1_tiny_lots(bencher: Bencher) {
    let legs = legs::<1>(3, |_, leg| {
        leg.lots = Lots(leg.lots.0 << 33);
        leg.mark.price = Price(leg.mark.price.0 >> 33);
    });
    bench_plan(bencher, &legs, 8_000, Kind::Exact);
}
