//! What holds of every policy, and what each formula promises, on random accounts.

use super::closing::{open_legs, usd, Open};
use super::fixture::{first_cuts, leg, ratio, tiers, Case};
use super::*;
use proptest::prelude::*;
use whittle_risk::health::Leg;

/// One market's numbers: lots, long, price, maintenance, spread, premium.
fn legs(most: usize) -> impl Strategy<Value = Vec<Leg>> {
    let one = (
        1i64..2_000_000,
        any::<bool>(),
        0.01f64..500.0,
        0.01f64..0.08,
        0.0f64..0.002,
        0.0f64..0.002,
    )
        .prop_map(|(lots, is_long, price, m, spread, premium)| Leg {
            tiers: tiers(m, 2.0 * m),
            pool_cost: ratio(spread),
            premium: ratio(premium),
            ..leg(if is_long { lots } else { -lots }, price)
        });
    prop::collection::vec(one, 1..=most)
}

/// An account whose equity is this part of its requirement.
fn case(legs: Vec<Leg>, part: f64) -> Case {
    let required = usd(Case::new(legs.clone(), 0).health().maintenance);
    let mut case = Case::with(legs, Usd((part * required) as i64));
    for (fee, scale) in case.close_fee.iter_mut().zip(&mut case.skew_scale) {
        *fee = ratio(0.000_5);
        *scale = Usd(100_000_000_000);
    }
    case
}

/// Equity after the cuts, the sum of `kept` over what is left, and the value of a lot of the leg with
/// the dearest one. Amounts in atoms.
fn after(case: &Case, cuts: &[Cut; MAX_LEGS], kept: impl Fn(&Open, u64) -> f64) -> (f64, f64, f64) {
    let situation = case.situation();
    let open = open_legs(&situation).expect("in range");
    let cost: i64 = cuts.iter().map(|cut| cut.cost().expect("in range").0).sum();
    let kept = open.iter().map(|it| kept(it, cuts[it.index].lots)).sum();
    let lot = open.iter().map(|it| it.notional() / it.lots() as f64);
    let lot = lot.fold(0.0, f64::max);
    (usd(situation.health.equity) - cost as f64, kept, lot)
}

fn is_all_closed(case: &Case, cuts: &[Cut; MAX_LEGS]) -> bool {
    let left = case.legs.iter().zip(cuts);
    left.fold(true, |all, (leg, cut)| {
        all && cut.lots == leg.lots.magnitude()
    })
}

proptest! {
    #[test]
    fn no_policy_closes_more_than_there_is_or_takes_more_than_it_may(
        legs in legs(4), part in -0.5f64..1.0, waits in prop::collection::vec(0i64..90, 3),
    ) {
        let mut case = case(legs, part);
        for policy in all() {
            let (mut first, mut second) = (Memory::NONE, Memory::NONE);
            for wait in &waits {
                let verdict = policy.decide(&case.situation(), &mut first).expect("in range");
                let again = policy.decide(&case.situation(), &mut second).expect("in range");
                prop_assert_eq!(&verdict, &again, "{}", policy.name());
                prop_assert_eq!(first, second, "{}", policy.name());
                let lots: Vec<u64> = match &verdict {
                    Verdict::Wait => continue,
                    Verdict::Plan(plan) => plan.closes.iter().map(|close| close.lots).collect(),
                    Verdict::Cuts { cuts, seized } => {
                        let cost: i64 = cuts.iter().map(|cut| cut.cost().expect("in range").0).sum();
                        let least = cuts.iter().flat_map(|cut| [cut.keeper, cut.insurance, cut.pool]);
                        prop_assert!(least.min().expect("eight").0 >= 0, "{}", policy.name());
                        let left = case.health().equity.0 - cost;
                        prop_assert!((0..=left.max(0)).contains(&seized.0), "{}", policy.name());
                        cuts.iter().map(|cut| cut.lots).collect()
                    }
                };
                prop_assert!(lots.iter().any(|lots| *lots > 0), "{}", policy.name());
                for (index, lots) in lots.into_iter().enumerate() {
                    let most = case.legs.get(index).map_or(0, |leg| leg.lots.magnitude());
                    prop_assert!(lots <= most, "{} {}", policy.name(), index);
                }
                case.pass(*wait);
            }
        }
    }

    #[test]
    fn every_policy_ends_an_insolvent_account_or_leaves_it_to_be_ended(legs in legs(2)) {
        for policy in all() {
            let mut case = case(legs.clone(), -2.0);
            let mut memory = Memory::NONE;
            let before: u64 = case.legs.iter().map(|leg| leg.lots.magnitude()).sum();
            for _ in 0..40 {
                let verdict = policy.decide(&case.situation(), &mut memory).expect("in range");
                let closed: Vec<u64> = match verdict {
                    Verdict::Wait => vec![0; case.legs.len()],
                    Verdict::Plan(plan) => plan.closes.iter().map(|close| close.lots).collect(),
                    Verdict::Cuts { cuts, .. } => cuts.iter().map(|cut| cut.lots).collect(),
                };
                for (leg, lots) in case.legs.iter_mut().zip(closed) {
                    let left = leg.lots.magnitude() - lots;
                    leg.entry.0 = (i128::from(leg.entry.0) * i128::from(left)
                        / i128::from(leg.lots.magnitude())) as i64;
                    leg.lots = leg.lots.alike(left).expect("less than before");
                }
                case.legs.retain(|leg| leg.lots.0 != 0);
                case.pass(30);
                if case.legs.is_empty() {
                    break;
                }
            }
            let left: u64 = case.legs.iter().map(|leg| leg.lots.magnitude()).sum();
            prop_assert!(left < before, "{}", policy.name());
            // A window of 5 bp takes as long as it takes, and half of a debt never ends.
            if !["window", "50 % close factor"].contains(&policy.name()) {
                prop_assert_eq!(left, 0, "{}", policy.name());
            }
        }
    }

    /// Initial health is there, and with one lot less it would not be.
    #[test]
    fn mango_reaches_initial_health_within_a_lot(legs in legs(1), part in 0.5f64..1.0) {
        let case = case(legs, part);
        let policy = Mango { liquidator_fee: 0.005, platform_fee: 0.002 };
        let cuts = first_cuts(&policy, &case);
        let initial = |open: &Open, lots| usd(open.initial(open.rest(lots).unwrap()).unwrap());
        let (equity, required, lot) = after(&case, &cuts, initial);
        if !is_all_closed(&case, &cuts) {
            let noise = 10.0 + 1e-9 * required;
            prop_assert!(equity >= required - noise, "{equity} {required}");
            prop_assert!(equity <= required + lot + noise, "{equity} {required} {lot}");
        }
    }

    /// The target is the exchange's, E = 1.1 M, for every number of legs.
    #[test]
    fn aave_v4_reaches_the_target_within_a_lot_of_each_leg(
        legs in legs(4), part in 0.6f64..1.0,
    ) {
        let case = case(legs, part);
        let policy = HealthLinear { dust_usd: 0.0, ..HealthLinear::default() };
        let cuts = first_cuts(&policy, &case);
        let maintenance = |open: &Open, lots| usd(open.required_after(lots).unwrap());
        let (equity, required, lot) = after(&case, &cuts, maintenance);
        let count = case.legs.len() as f64;
        if case.legs.iter().zip(&cuts).all(|(leg, cut)| cut.lots < leg.lots.magnitude()) {
            let noise = 100.0 + 1e-9 * required;
            prop_assert!(equity >= 1.1 * required - noise, "{equity} {required}");
            prop_assert!(equity <= 1.1 * required + count * lot + noise, "{equity} {required}");
        }
    }

    /// When the ramp is over nothing is missing; before, no more than is due was freed, to a lot.
    #[test]
    fn drift_frees_what_is_due(legs in legs(3), part in 0.3f64..1.0, secs in 1i64..120) {
        let mut case = case(legs, part);
        let policy = Drift { liquidator_fee: 0.005, insurance_fee: 0.005, ..Drift::default() };
        let mut memory = Memory::NONE;
        let _ = policy.decide(&case.situation(), &mut memory);
        prop_assume!(memory.freed.0 == 0);
        case.pass(secs);
        let verdict = policy.decide(&case.situation(), &mut memory);
        let Ok(Verdict::Cuts { cuts, .. }) = verdict else {
            panic!("{verdict:?}");
        };
        let with_buffer = |open: &Open, lots| {
            let rest = open.rest(lots).unwrap() as f64;
            usd(open.required_after(lots).unwrap()) + policy.buffer * rest
        };
        let (before, asked, _) = after(&case, &[Cut::default(); MAX_LEGS], with_buffer);
        let (equity, required, lot) = after(&case, &cuts, with_buffer);
        let (gap, left) = (asked - before, required - equity);
        let noise = 100.0 + 1e-9 * asked;
        if secs >= 60 && !is_all_closed(&case, &cuts) {
            prop_assert!(left <= noise, "{left} of {gap}");
        }
        let due = gap * (secs as f64 / 60.0).min(1.0);
        let small = case.legs.iter().any(|leg| {
            leg.mark.price.notional_ceil(leg.lots.magnitude()).unwrap().0 <= 50_000_000
        });
        if gap > 100e6 && !small {
            prop_assert!(gap - left <= due.max(gap - 50e6) + 3.0 * lot + noise);
        }
    }

    /// Half of the debt and the bonus on it.
    #[test]
    fn aave_v3_repays_half_of_each_debt(legs in legs(1), part in 0.1f64..1.0) {
        let case = case(legs, part);
        let cut = first_cuts(&CloseFactor::default(), &case)[0];
        let situation = case.situation();
        let open = open_legs(&situation).expect("in range")[0];
        let loan = super::loan::Loan::of(&situation, &open);
        prop_assume!(open.notional() > 4_100e6 && loan.health_factor() > 0.951);
        let equity = usd(situation.health.equity);
        let bonus = 0.003 + open.leg.premium.0 as f64 / (1u64 << 32) as f64;
        let expected = if open.leg.lots.0 > 0 {
            (open.notional() - equity) / 2.0 * (1.0 + bonus)
        } else {
            open.notional() / 2.0
        };
        let lot = open.notional() / open.lots() as f64;
        let closed = open.closed(cut.lots).unwrap() as f64;
        let noise = 10.0 + 1e-9 * expected;
        prop_assert!(closed >= expected - noise, "{closed} {expected}");
        prop_assert!(closed <= expected + lot + noise, "{closed} {expected} {lot}");
    }
}
