//! Interest, conversion and the guard of a peg.

use super::{amount, share, wide};
use proptest::prelude::*;
use whittle_risk::overdraft::{due, index_at, owed_ceil};
use whittle_risk::overdraft::{Conversion, PegGuard, PegState, SECS_PER_YEAR};
use whittle_risk::price::{Cached, Mark};
use whittle_risk::{Price, Ratio, RiskError, Usd};

const ONE: u64 = 1 << 32;

fn usd(amount: u64) -> Usd {
    Usd(i64::try_from(amount).expect("under 2^63"))
}

#[test]
fn a_thousand_dollars_at_ten_percent_owe_a_hundred_after_a_year() {
    let rate = Ratio::from_bps_floor(1_000);
    let year = i64::try_from(SECS_PER_YEAR).expect("a small number");
    let index = index_at(7, 50, rate, 50 + year);
    let owed = owed_ceil(Usd(-1_000_000_000), 7, index);
    // The rate is rounded down by under 2^-32, what is owed up.
    assert_eq!(owed, Ok(Usd(100_000_000)));
    let day = index_at(0, 0, rate, 86_400);
    assert_eq!(owed_ceil(Usd(-1_000_000_000), 0, day), Ok(Usd(273_973)));
}

#[test]
fn what_is_not_overdrawn_owes_nothing_and_an_index_that_stands_charges_nothing() {
    assert_eq!(owed_ceil(Usd(0), 0, u64::MAX), Ok(Usd(0)));
    assert_eq!(owed_ceil(Usd(i64::MAX), 0, u64::MAX), Ok(Usd(0)));
    assert_eq!(owed_ceil(Usd(-5), 9, 9), Ok(Usd(0)));
    assert_eq!(owed_ceil(Usd(-5), 9, 8), Ok(Usd(0)));
}

#[test]
fn the_index_never_falls_and_stops_at_its_end() {
    let rate = Ratio::ONE;
    assert_eq!(index_at(5, 100, rate, 99), 5);
    assert_eq!(index_at(5, 100, rate, 101), 5 + ONE);
    assert_eq!(index_at(5, i64::MIN, rate, i64::MAX), u64::MAX);
    assert_eq!(index_at(u64::MAX, 0, rate, 1), u64::MAX);
}

#[test]
fn the_smallest_overdraft_owes_an_atom_for_the_shortest_time() {
    assert_eq!(owed_ceil(Usd(-1), 0, 1), Ok(Usd(1)));
    // And the largest fits.
    let most = owed_ceil(Usd(i64::MIN + 1), 0, u64::MAX);
    let exact = (u128::from(i64::MAX.unsigned_abs()) * u128::from(u64::MAX))
        .div_ceil(u128::from(SECS_PER_YEAR) << 32);
    // A thousand years at 100 % of all money there is does not.
    assert!(exact > u128::from(i64::MAX.unsigned_abs()));
    assert_eq!(most, Err(RiskError::Overflow("a quotient")));
}

#[test]
fn what_is_due_is_the_overdraft_with_its_interest() {
    assert_eq!(due(Usd(-10), Usd(3)), Ok(Usd(13)));
    assert_eq!(due(Usd(2), Usd(3)), Ok(Usd(1)));
    assert_eq!(due(Usd(3), Usd(3)), Ok(Usd(0)));
    assert_eq!(due(Usd(9), Usd(3)), Ok(Usd(0)));
}

#[test]
fn ten_dollars_take_a_little_over_a_tenth_of_a_token_of_a_hundred() {
    // 10^9 atoms of a token at 100 dollars, two percent off.
    let terms = Conversion {
        price: Price(ONE / 10),
        discount: Ratio::from_bps_floor(200),
    };
    let atoms = terms.atoms_for(Usd(10_000_000)).expect("a price");
    // Payments are rounded up twice, so a little under 10 / 98 of it.
    assert_eq!(atoms, 102_040_801);
    assert_eq!(terms.payment_ceil(atoms), Ok(Usd(10_000_000)));
}

#[test]
fn nothing_due_takes_nothing_and_what_nobody_could_cover_takes_all() {
    let terms = Conversion {
        price: Price(1),
        discount: Ratio::ZERO,
    };
    assert_eq!(terms.atoms_for(Usd(0)), Ok(0));
    assert_eq!(terms.atoms_for(Usd(-1)), Ok(0));
    assert_eq!(terms.atoms_for(Usd(i64::MAX)), Ok(u64::MAX));
    let worthless = Conversion {
        price: Price(0),
        ..terms
    };
    let refused = Err(RiskError::DivisionByZero("a quotient"));
    assert_eq!(worthless.atoms_for(Usd(1)), refused);
    let free = Conversion {
        discount: Ratio::ONE,
        ..terms
    };
    assert_eq!(free.atoms_for(Usd(1)), Ok(u64::MAX));
    assert_eq!(free.payment_ceil(u64::MAX >> 1), Ok(Usd(0)));
}

const PEG: Price = Price(ONE);
const GUARD: PegGuard = PegGuard {
    below: Ratio(ONE / 100 * 98),
    step: Ratio(ONE / 20),
    floor: Ratio(ONE / 2),
    step_secs: 3_600,
};

fn cents(cents: u64, doubt: u64, at: i64) -> Cached {
    Cached {
        price: Price(ONE / 100 * cents),
        publish_time: at,
        doubt_shift: ONE / 100 * doubt,
        ..Cached::default()
    }
}

fn lost(since: i64, regained_at: i64) -> PegState {
    PegState { since, regained_at }
}

#[test]
fn a_peg_is_lost_when_even_the_upper_end_is_under_the_bound() {
    let holds = PegState::default();
    for (price, doubt) in [(100, 0), (98, 0), (97, 1), (93, 5)] {
        let seen = GUARD.seen(holds, PEG, &cents(price, doubt, 70));
        assert_eq!(seen, holds, "{price} and {doubt}");
    }
    assert_eq!(GUARD.seen(holds, PEG, &cents(97, 0, 70)), lost(70, 0));
    assert_eq!(GUARD.seen(holds, PEG, &cents(93, 4, 70)), lost(70, 0));
    // A price that nobody trusts says nothing, nor does any without a guard.
    let wild = Cached {
        uncertain: true,
        ..cents(50, 0, 70)
    };
    assert_eq!(GUARD.seen(holds, PEG, &wild), holds);
    let none = PegGuard::default();
    assert_eq!(none.seen(holds, PEG, &cents(1, 0, 70)), holds);
}

#[test]
fn a_peg_is_regained_when_prices_have_been_over_the_bound_for_a_step() {
    let state = lost(70, 0);
    // Still lost, since when it was.
    assert_eq!(GUARD.seen(state, PEG, &cents(93, 0, 90)), state);
    let back = GUARD.seen(state, PEG, &cents(99, 0, 100));
    assert_eq!(back, lost(70, 100));
    assert_eq!(GUARD.seen(back, PEG, &cents(99, 0, 3_699)), back);
    let over = GUARD.seen(back, PEG, &cents(98, 1, 3_700));
    assert_eq!(over, PegState::default());
    // A price that may be under it begins the wait anew, as does one that is.
    assert_eq!(GUARD.seen(back, PEG, &cents(97, 1, 3_700)), state);
    assert_eq!(GUARD.seen(back, PEG, &cents(97, 0, 3_700)), state);
    // One that nobody trusts does neither.
    let wild = Cached {
        uncertain: true,
        ..cents(50, 0, 3_700)
    };
    assert_eq!(GUARD.seen(back, PEG, &wild), back);
}

#[test]
fn the_weight_falls_a_step_at_a_time_to_its_floor() {
    let weight = Ratio(ONE / 100 * 95);
    let at = |now| GUARD.weight_at(weight, lost(1_000, 0), now).0;
    assert_eq!(GUARD.weight_at(weight, PegState::default(), 9), weight);
    let step = GUARD.step.0;
    assert_eq!(at(1_000), weight.0 - step);
    assert_eq!(at(4_599), weight.0 - step);
    assert_eq!(at(4_600), weight.0 - 2 * step);
    assert_eq!(at(1_000 + 8 * 3_600), GUARD.floor.0);
    assert_eq!(at(i64::MAX), GUARD.floor.0);
    // The clock lags behind the oracle.
    assert_eq!(at(990), weight.0 - step);
    // A floor over the weight, which listing refuses, raises nothing.
    let low = Ratio(ONE / 10);
    assert_eq!(GUARD.weight_at(low, lost(1_000, 0), 1_000), low);
}

/// A price and all that makes collateral count for less than it.
fn mark() -> impl Strategy<Value = (Mark, Option<Price>)> {
    (1..=u64::MAX, wide(), any::<bool>(), wide(), any::<bool>()).prop_map(
        |(price, doubt_shift, uncertain, peg, pegged)| {
            let mark = Mark {
                price: Price(price),
                doubt_shift,
                uncertain,
                ..Mark::default()
            };
            (mark, pegged.then_some(Price(peg)))
        },
    )
}

/// What collateral adds to equity.
fn counted(atoms: u64, price: Price, weight: Ratio) -> Option<Usd> {
    let whole = price.notional_floor(atoms).ok()?;
    weight.of_floor(whole.magnitude()).ok()
}

#[test]
fn an_index_stops_at_the_end_of_its_range_however_it_gets_there() {
    // Too high a rate for a short time, and a lawful one for too long.
    assert_eq!(index_at(0, 0, Ratio::MAX, 1 << 31), u64::MAX);
    assert_eq!(index_at(0, 0, Ratio::ONE, 1 << 33), u64::MAX);
    assert_eq!(index_at(7, 0, Ratio::ONE, 1 << 31), 7 + (1 << 63));
}

/// Found by the fuzzer: the payment for all atoms that can be counted is under what is due.
#[test]
fn of_a_token_too_cheap_to_count_no_number_of_atoms_is_enough() {
    let terms = Conversion {
        price: Price(5_923_919),
        discount: Ratio(2_570_148_522),
    };
    let due = usd(6_679_676_560_856_063_165);
    assert_eq!(terms.atoms_for(due), Ok(u64::MAX));
    assert!(terms.payment_ceil(u64::MAX).expect("in range") < due);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Against the definition, in wide numbers.
    #[test]
    fn interest_is_the_exact_quotient_rounded_up(owes in amount(), from in wide(), grown in wide()) {
        let to = from.saturating_add(grown);
        let exact = (u128::from(owes) * u128::from(to - from))
            .div_ceil(u128::from(SECS_PER_YEAR) * u128::from(ONE));
        let cash = usd(owes).negated().expect("over the least");
        match owed_ceil(cash, from, to) {
            Ok(owed) => prop_assert_eq!(u128::from(owed.magnitude()), exact),
            Err(_) => prop_assert!(exact > u128::from(i64::MAX.unsigned_abs())),
        }
    }

    #[test]
    fn counting_often_costs_at_most_an_atom_each_time_and_saves_nothing(
        owes in 1..1u64 << 50,
        steps in proptest::collection::vec(0..1u64 << 40, 1..20),
    ) {
        let cash = usd(owes).negated().expect("over the least");
        let (mut index, mut sum) = (0, 0);
        for step in &steps {
            sum += owed_ceil(cash, index, index + step).expect("small").0;
            index += step;
        }
        let once = owed_ceil(cash, 0, index).expect("small").0;
        prop_assert!(sum >= once);
        prop_assert!(sum < once + i64::try_from(steps.len()).expect("few"));
    }

    /// INV-CONVERT: whatever the price, its doubt, the peg and the guard, selling collateral takes
    /// no more from equity than the payment adds, in either way of counting it.
    #[test]
    fn a_conversion_never_lowers_equity(
        (mark, peg) in mark(),
        held in amount(),
        part in wide(),
        weight in share(),
        spared in share(),
        lowered in share(),
    ) {
        let terms = Conversion {
            price: mark.price,
            discount: spared.least(Ratio::ONE.less(weight)),
        };
        let atoms = part.min(held);
        let Ok(payment) = terms.payment_ceil(atoms) else {
            return Ok(());
        };
        // The guard of the peg only lowers the weight.
        let weight = weight.least(lowered);
        for price in [mark.forgiving(peg), mark.prudent(peg)] {
            let Some(before) = counted(held, price, weight) else {
                continue;
            };
            let after = counted(held - atoms, price, weight).expect("less than before");
            let wide = |amount: Usd| i128::from(amount.0);
            let has = wide(after) + wide(payment);
            prop_assert!(has >= wide(before), "{before:?} {after:?} {payment:?}");
        }
    }

    #[test]
    fn just_enough_is_enough_and_one_atom_less_is_not(
        price in 1..=u64::MAX,
        discount in 0..ONE,
        owed in amount(),
    ) {
        let terms = Conversion { price: Price(price), discount: Ratio(discount) };
        let atoms = terms.atoms_for(usd(owed)).expect("a price and a share");
        if owed == 0 {
            prop_assert_eq!(atoms, 0);
            return Ok(());
        }
        if let Ok(payment) = terms.payment_ceil(atoms) {
            // The largest number stands for more than there can be of a token so cheap.
            prop_assert!(payment.magnitude() >= owed || atoms == u64::MAX);
        }
        if let Ok(less) = terms.payment_ceil(atoms - 1) {
            prop_assert!(less.magnitude() < owed);
        }
    }

    /// INV-PEG: a pegged token never counts for more than its peg, and the guard never makes it
    /// count for more than without.
    #[test]
    fn a_stablecoin_never_counts_above_its_peg(
        (mark, _) in mark(),
        age in wide(),
        peg in wide(),
        weight in share(),
        (below, step, floor) in (share(), share(), share()),
        (since, now, step_secs) in (any::<i64>(), any::<i64>(), any::<u32>()),
    ) {
        let mark = Mark { age_shift: age, ..mark };
        prop_assert!(mark.prudent(Some(Price(peg))).0 <= peg);
        prop_assert!(mark.forgiving(Some(Price(peg))).0 <= peg);
        let guard = PegGuard { below, step, floor, step_secs };
        let state = PegState { since, regained_at: 0 };
        let counts = guard.weight_at(weight, state, now);
        prop_assert!(counts <= weight);
        prop_assert!(since == 0 || counts >= floor.least(weight));
    }
}
