//! Every combination of small domains, where proptest and the fuzzer only draw.
//!
//! `cargo xtask fuzz exhaustive` runs them on larger ones.

use whittle_risk::bonus::BonusTerms;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::{Leg, Thresholds};
use whittle_risk::liquidation::{plan, Episode, Kind, Policy};
use whittle_risk::num::{
    div_q32_ceil, div_q32_floor, mul_q32, mul_q32_ceil, share_of_product, wide_div_ceil,
};
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Lots, Price, Ratio, Usd};

use crate::generators::{Case, NOW, ONE_RAW};
use crate::plan_against_slow::judge;
use crate::slow::{self, Doubt, Slow};

fn is_large() -> bool {
    std::env::var_os("WHITTLE_EXHAUSTIVE").is_some()
}

/// Zero, the powers of two and their neighbours.
fn ends() -> Vec<u64> {
    let powers =
        (0..64).flat_map(|bit| [-1, 0, 1].map(|step| (1u64 << bit).wrapping_add_signed(step)));
    let mut ends: Vec<u64> = powers.chain([u64::MAX - 1, u64::MAX]).collect();
    ends.sort_unstable();
    ends.dedup();
    ends
}

/// Numbers of four digits of 16 bits, each at an end or the middle of its range: what the estimates
/// of a long division stumble on.
fn digits() -> Vec<u64> {
    let digit = [0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff];
    let mut numbers = vec![0u64];
    for _ in 0..4 {
        let longer = numbers
            .iter()
            .flat_map(|high| digit.map(|low| high << 16 | low));
        numbers = longer.collect();
    }
    numbers
}

fn narrow(wide: u128) -> Option<u64> {
    u64::try_from(wide).ok()
}

/// Products and quotients of two numbers beside 128 bits, which hold them all.
fn assert_two_are_exact(a: u64, b: u64) {
    let product = u128::from(a) * u128::from(b);
    let (floor, exact) = (narrow(product >> 32), product % (1 << 32) == 0);
    assert_eq!(mul_q32(a, b), floor.map(|whole| (whole, exact)), "{a} {b}");
    let ceil = floor.map(|whole| whole.saturating_add(u64::from(!exact)));
    assert_eq!(mul_q32_ceil(a, b), ceil, "{a} {b}");
    if b > 0 {
        let (n, d) = (u128::from(a) << 32, u128::from(b));
        assert_eq!(div_q32_floor(a, b).ok(), narrow(n / d), "{a} {b}");
        assert_eq!(div_q32_ceil(a, b).ok(), narrow(n.div_ceil(d)), "{a} {b}");
        assert_eq!(wide_div_ceil(n, d).ok(), narrow(n.div_ceil(d)), "{a} {b}");
    }
}

#[test]
fn products_and_quotients_of_all_ends_and_all_digits_are_exact() {
    for numbers in [ends(), digits()] {
        for &a in &numbers {
            for &b in &numbers {
                assert_two_are_exact(a, b);
            }
        }
    }
}

#[test]
fn products_and_quotients_of_eight_bits_at_any_place_are_exact() {
    let most = if is_large() { 1 << 10 } else { 1 << 8 };
    for [left, right] in [
        [0, 0],
        [0, 32],
        [24, 24],
        [32, 0],
        [28, 36],
        [54, 0],
        [54, 54],
    ] {
        for a in 0..most {
            for b in 0..most {
                assert_two_are_exact(a << left, b << right);
            }
        }
    }
}

#[test]
fn shares_of_all_ends_are_exact() {
    let every = if is_large() { 1 } else { 3 };
    let ends: Vec<u64> = ends().into_iter().rev().step_by(every).collect();
    for &a in &ends {
        for &b in &ends {
            let product = u128::from(a) * u128::from(b);
            for &whole in &ends {
                let expected = product.checked_div(u128::from(whole)).and_then(narrow);
                assert_eq!(share_of_product(a, b, whole), expected, "{a} {b} {whole}");
            }
        }
    }
}

/// What the theorem of one leg speaks of, and its domain.
struct Grid {
    lots: Vec<u64>,
    /// Atoms a lot, in Q32.
    prices: Vec<u64>,
    rates: Vec<u64>,
    costs: Vec<u64>,
    thetas: Vec<u64>,
    buffers: Vec<u64>,
    /// How many values of equity, of those over zero and under maintenance.
    equities: i128,
}

const fn part(numerator: u64, denominator: u64) -> u64 {
    ONE_RAW / denominator * numerator
}

impl Grid {
    fn new() -> Self {
        let large = is_large();
        let some = |small: &[u64], more: &[u64]| {
            let more: &[u64] = if large { more } else { &[] };
            [small, more].concat()
        };
        Self {
            lots: (1..=if large { 14 } else { 5 }).collect(),
            prices: some(
                &[13 << 32, (101 << 32) + 1, (4_096 << 32) - 1],
                &[ONE_RAW / 3, 1 << 32, (999 << 32) + (1 << 31), 1 << 48],
            ),
            rates: some(
                &[part(1, 200), part(1, 20), part(1, 2)],
                &[part(1, 97) + 1, part(1, 8), ONE_RAW - 1],
            ),
            costs: some(&[0, part(1, 1_000), part(1, 16)], &[part(1, 3)]),
            thetas: some(&[0, part(1, 2), part(9, 10)], &[part(1, 7)]),
            buffers: some(&[part(1, 100), part(1, 3)], &[0, part(1, 10), ONE_RAW]),
            equities: if large { 48 } else { 16 },
        }
    }

    /// Calls `visit` with every account of one leg; tells how many there were.
    fn each(&self, mut visit: impl FnMut(&Case)) -> usize {
        let mut count = 0;
        let Self {
            lots,
            prices,
            rates,
            costs,
            thetas,
            buffers,
            ..
        } = self;
        for &lots in lots {
            for &price in prices {
                for &rate in rates {
                    for &cost in costs {
                        for &theta in thetas {
                            for &buffer in buffers {
                                for side in [1, -1] {
                                    let policy = policy(cost, theta, buffer);
                                    let case = case(lots.cast_signed() * side, price, rate, policy);
                                    count += self.at_each_equity(&case, &mut visit);
                                }
                            }
                        }
                    }
                }
            }
        }
        count
    }

    /// All values from one atom to one under maintenance, or so many spread over them with the ends.
    fn at_each_equity(&self, case: &Case, visit: &mut impl FnMut(&Case)) -> usize {
        let most = slow::health(&case.inputs(), Doubt::Ignored).maintenance - 1;
        let steps = self.equities.min(most);
        for step in 0..steps {
            let equity = 1 + (most - 1) * step / (steps - 1).max(1);
            visit(&case.clone().with_equity(equity, Doubt::Ignored));
        }
        usize::try_from(steps.max(0)).expect("few")
    }
}

/// Without emergency and minima, which add to what just suffices.
fn policy(cost: u64, theta: u64, buffer: u64) -> Policy {
    Policy {
        thresholds: Thresholds {
            call_buffer: Ratio(buffer),
            target_buffer: Ratio(buffer),
            ..Thresholds::default()
        },
        theta: Ratio(theta),
        bonus: BonusTerms {
            floor: Ratio(0),
            max: Ratio(cost),
            ramp_secs: 0,
        },
        confirm_secs: 2,
        flag_lapse_secs: 600,
        ..Policy::default()
    }
}

fn case(lots: i64, price: u64, rate: u64, policy: Policy) -> Case {
    let tier = Tier {
        upto: Usd(1 << 60),
        maintenance: Ratio(rate),
        initial: Ratio(ONE_RAW),
    };
    let leg = Leg {
        lots: Lots(lots),
        mark: Mark {
            price: Price(price),
            publish_time: NOW,
            ..Mark::default()
        },
        tiers: TierTable::new(&[tier]).expect("one tier"),
        multiplier: Ratio::ONE,
        initial_multiplier: Ratio::ONE,
        call_multiplier: Ratio::ONE,
        room: UNLIMITED,
        ..Leg::default()
    };
    Case {
        cash: 0,
        claims: 0,
        collateral: 0,
        interest: 0,
        legs: vec![leg],
        policy,
        episode: Episode {
            flagged_at: NOW - 100,
            touched_at: NOW - 100,
            publish_time: NOW - 100,
            lowest_ratio: Ratio::MAX,
        },
        now: NOW,
    }
}

/// The theorem of one leg in one tier: a cure always exists, the least size is what is closed, costs
/// stay under theta E and E / M never falls.
///
/// INV-MINIMAL, INV-COST, INV-RATIO.
#[test]
fn one_leg_in_one_tier_is_cured_by_the_least_lots_in_every_account_of_the_grid() {
    let mut sensible = 0;
    let all = Grid::new().each(|case| {
        let slow = Slow::new(&case.inputs());
        let plan = plan(&case.inputs()).expect("under maintenance, flagged and fresh");
        judge(case, &plan, &slow).unwrap_or_else(|error| panic!("{error}\n{case:?}"));
        assert_eq!(plan.kind, Kind::Exact, "{case:?}");
        let closed = plan.closes[0].lots;
        let least = slow.least_lots_by_trying();
        // Where a lot repairs less than the rounding of two sums, a smaller size may suffice as well.
        if (slow.legs[0].price * slow.smallest_repair()) >> 64 >= 11 {
            sensible += 1;
            assert_eq!(Some(closed), least, "{case:?}");
            closed_form_is_at_most_a_lot_off(case, &slow, closed);
        } else {
            assert!(least.is_some_and(|least| least <= closed), "{case:?}");
        }
    });
    println!("{all} accounts, {sensible} of them with lots that listing allows");
    assert!(sensible > 1_000);
}

/// q* = ceil(D / (p (tau - c))) of the derivation, by which rounding may miss by a lot or so.
fn closed_form_is_at_most_a_lot_off(case: &Case, slow: &Slow, closed: u64) {
    let missing = slow.target(slow.before.maintenance) - slow.before.equity;
    let repair = slow.legs[0].price * slow.smallest_repair();
    let exact = (missing.unsigned_abs() << 64).div_ceil(repair);
    let exact = u64::try_from(exact)
        .expect("a number of lots")
        .min(slow.legs[0].lots);
    assert!(
        exact.abs_diff(closed) <= 1,
        "{exact} against {closed} {case:?}"
    );
}
