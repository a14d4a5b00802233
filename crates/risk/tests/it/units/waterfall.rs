use super::{amount, wide};
use proptest::prelude::*;
use whittle_risk::funding::owed_ceil;
use whittle_risk::waterfall::{allocate, pro_rata, spread_floor, Allocation, Capacity, Origin};
use whittle_risk::RiskError::DivisionByZero;
use whittle_risk::{Lots, Usd};

fn capacity(insurance: i64, pool_of_day: i64, profit: i64, pool_cash: i64) -> Capacity {
    Capacity {
        insurance: Usd(insurance),
        pool_of_day: Usd(pool_of_day),
        profit: Usd(profit),
        pool_cash: Usd(pool_cash),
    }
}

fn parts(insurance: i64, pool: i64, side: i64, pool_beyond: i64, left: i64) -> Allocation {
    Allocation {
        insurance: Usd(insurance),
        pool: Usd(pool),
        side: Usd(side),
        pool_beyond: Usd(pool_beyond),
        left: Usd(left),
    }
}

#[test]
fn insurance_comes_first_then_the_pool_then_the_winners_then_the_pool_again() {
    let cases = [
        (capacity(100, 100, 100, 1_000), 60, parts(60, 0, 0, 0, 0)),
        (capacity(100, 100, 100, 1_000), 150, parts(100, 50, 0, 0, 0)),
        (
            capacity(100, 100, 100, 1_000),
            250,
            parts(100, 100, 50, 0, 0),
        ),
        (
            capacity(100, 100, 100, 1_000),
            350,
            parts(100, 100, 100, 50, 0),
        ),
        // The pool advances what the winners bear, so it has to have it.
        (
            capacity(100, 100, 100, 130),
            350,
            parts(100, 100, 30, 0, 120),
        ),
        (capacity(0, 0, 0, 0), 350, parts(0, 0, 0, 0, 350)),
        (capacity(-5, -5, -5, -5), 1, parts(0, 0, 0, 0, 1)),
    ];
    for (capacity, loss, should) in cases {
        assert_eq!(
            allocate(Usd(loss), &capacity),
            Ok(should),
            "{capacity:?} {loss}"
        );
    }
}

#[test]
fn an_empty_side_bears_nothing() {
    let refused = DivisionByZero("the lots of a side");
    assert_eq!(spread_floor(Usd(1), 0), Err(refused));
}

#[test]
fn parts_are_in_proportion_and_the_last_takes_the_rest() {
    let mut weights = [Usd(10), Usd(-7), Usd(20), Usd(0)];
    assert_eq!(pro_rata(Usd(10), &mut weights), Ok(()));
    assert_eq!(weights, [Usd(3), Usd(0), Usd(7), Usd(0)]);
    let mut weights = [Usd(10), Usd(20)];
    assert_eq!(pro_rata(Usd(1_000), &mut weights), Ok(()));
    assert_eq!(weights, [Usd(10), Usd(20)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// INV-WATERFALL.
    #[test]
    fn a_loss_is_divided_to_the_atom(
        loss in amount(), insurance in amount(), day in amount(), profit in amount(),
        cash in amount(),
    ) {
        let [loss, insurance, day, profit, cash] =
            [loss, insurance, day, profit, cash].map(|it| Usd((it >> 2) as i64));
        let capacity = Capacity { insurance, pool_of_day: day, profit, pool_cash: cash };
        let got = allocate(loss, &capacity).expect("in range");
        let sum = got.insurance.0 + got.pool.0 + got.side.0 + got.pool_beyond.0 + got.left.0;
        prop_assert_eq!(sum, loss.0);
        prop_assert!(got.insurance <= insurance && got.pool <= day && got.side <= profit);
        prop_assert!(got.pool.0 + got.side.0 + got.pool_beyond.0 <= cash.0);
        // Nothing is left while the pool has cash.
        prop_assert!(got.left == Usd::ZERO
            || got.pool.0 + got.side.0 + got.pool_beyond.0 == cash.0);
    }

    #[test]
    fn a_side_pays_what_it_was_asked_for_and_never_more(
        loss in amount(), lots in prop::collection::vec(1..1_000_000_000u64, 1..20),
    ) {
        let all: u64 = lots.iter().sum();
        let loss = Usd((loss >> 2) as i64);
        let (step, borne) = spread_floor(loss, all).expect("in range");
        prop_assert!(borne <= loss);
        // Under one atom, and the fraction of each lot.
        prop_assert!(loss.0 - borne.0 <= 1 + (all >> 32) as i64);
        let paid: i64 = lots
            .iter()
            .map(|lots| owed_ceil(Lots(*lots as i64), 0, step).expect("in range").0)
            .sum();
        let extra = paid - borne.0;
        prop_assert!(extra >= 0 && extra <= lots.len() as i64, "{}", extra);
    }

    /// INV-LOSS. After several losses too, settled by each position once: what the side is expected to
    /// pay is never more than what its positions owe together, however many lots there are, and each
    /// pays less than an atom more than its part of it.
    #[test]
    fn after_several_losses_a_side_still_owes_what_is_expected_of_it(
        losses in prop::collection::vec(0..1_000_000_000i64, 1..8),
        lots in prop::collection::vec(prop_oneof![1..1_000i64, 1..1i64 << 40], 1..8),
    ) {
        let all: i64 = lots.iter().sum();
        let (mut index, mut expected, mut asked) = (0i128, 0i64, 0i64);
        for loss in losses {
            let (step, borne) = spread_floor(Usd(loss), all as u64).expect("in range");
            index += step;
            expected += borne.0;
            asked += loss;
        }
        let mut owed = 0;
        for lots in &lots {
            let pays = owed_ceil(Lots(*lots), 0, index).expect("in range").0;
            let over = (i128::from(pays) << 32) - i128::from(*lots) * index;
            prop_assert!((0..1i128 << 32).contains(&over), "{} / 2^32 atoms too many", over);
            owed += pays;
        }
        prop_assert!(expected <= owed, "{} expected of {}", expected, owed);
        prop_assert!(owed <= asked + lots.len() as i64, "{} of {}", owed, asked);
    }

    #[test]
    fn parts_sum_to_the_amount_and_none_exceeds_its_weight(
        amount in amount(), weights in prop::collection::vec(wide(), 1..16),
    ) {
        let weights: Vec<Usd> = weights.iter().map(|it| Usd((it >> 5) as i64)).collect();
        let amount = Usd((amount >> 1) as i64);
        let mut parts = weights.clone();
        pro_rata(amount, &mut parts).expect("in range");
        let whole: i64 = weights.iter().map(|it| it.0).sum();
        prop_assert_eq!(parts.iter().map(|it| it.0).sum::<i64>(), amount.0.min(whole));
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(part.0 >= 0 && part <= weight);
        }
    }

    /// INV-ORIGIN. The place that is remembered lost at least as much as any single loss in another
    /// place, and what it lost is the sum of what it lost since it came to be the largest.
    #[test]
    fn the_place_that_is_remembered_lost_at_least_as_much_as_any_single_loss(
        realised in prop::collection::vec((0..3u16, any::<bool>(), -1_000..1_000i64), 0..20),
    ) {
        let mut noted = Origin::default();
        let mut largest = 0;
        for (market, is_long, loss) in realised {
            let before = noted;
            noted = noted.or(Origin { market, is_long, loss: Usd(loss) }).expect("in range");
            largest = largest.max(loss);
            prop_assert!(noted.loss.0 >= largest, "{noted:?} {largest}");
            let same = (before.market, before.is_long) == (market, is_long);
            let grows = loss > 0 && same && before.loss.0 > 0;
            let sum = if grows { before.loss.0 + loss } else { before.loss.0.max(loss) };
            prop_assert_eq!(noted.loss.0, sum);
            let moved = (noted.market, noted.is_long) != (before.market, before.is_long);
            prop_assert!(!moved || loss > before.loss.0);
        }
    }
}

#[test]
fn a_loss_in_parts_counts_whole_against_one_in_another_market() {
    let lost = |market, loss| Origin {
        market,
        is_long: true,
        loss: Usd(loss),
    };
    let mut noted = Origin::default();
    for part in [lost(1, 40), lost(1, 40), lost(2, 70), lost(2, -1_000)] {
        noted = noted.or(part).expect("in range");
    }
    assert_eq!(noted, lost(1, 80));
    assert_eq!(noted.or(lost(2, 81)), Ok(lost(2, 81)));
}
