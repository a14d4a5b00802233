use proptest::prelude::*;
use whittle_risk::num::ONE_Q32;
use whittle_risk::tier::{ramp_start_floor, Bracket, Tier, TierTable, MAX_TIERS};
use whittle_risk::RiskError::{BadParameter, Overflow};
use whittle_risk::{Ratio, Usd};

const ONE: u128 = 1 << 32;

fn tier(upto: i64, maintenance: u64, initial: u64) -> Tier {
    Tier {
        upto: Usd(upto),
        maintenance: Ratio(maintenance),
        initial: Ratio(initial),
    }
}

/// 1/64 up to 100,000 USD, 1/32 up to 1,000,000, 1/8 up to 5,000,000.
fn three() -> [Tier; 3] {
    [
        tier(100_000_000_000, ONE_Q32 / 64, ONE_Q32 / 32),
        tier(1_000_000_000_000, ONE_Q32 / 32, ONE_Q32 / 16),
        tier(5_000_000_000_000, ONE_Q32 / 8, ONE_Q32 / 4),
    ]
}

fn table(tiers: &[Tier]) -> TierTable {
    TierTable::new(tiers).expect("the tiers rise")
}

#[test]
fn a_table_has_one_to_four_tiers() {
    let message = BadParameter("tiers: give one to four");
    assert_eq!(TierTable::new(&[]), Err(message));
    let five: Vec<Tier> = (1..=5u64)
        .map(|i| tier(i64::try_from(i).expect("small"), i, 10 * i))
        .collect();
    assert_eq!(TierTable::new(&five), Err(message));
    assert_eq!(table(&five[..MAX_TIERS]).brackets().len(), MAX_TIERS);
}

#[test]
fn bounds_and_rates_must_rise_and_initial_must_be_over_maintenance() {
    let bounds = BadParameter("tiers.upto: must rise from tier to tier");
    let rates = BadParameter("tiers: both rates must rise from tier to tier");
    let initial = BadParameter("tiers.initial: must be over maintenance and at most one");
    let first = tier(100, 10, 20);
    let cases: [(&str, Vec<Tier>, _); 11] = [
        ("bound zero", vec![tier(0, 10, 20)], bounds),
        ("bound negative", vec![tier(-100, 10, 20)], bounds),
        ("bound equal", vec![first, tier(100, 11, 21)], bounds),
        ("bound falls", vec![first, tier(99, 11, 21)], bounds),
        ("maintenance zero", vec![tier(100, 0, 20)], rates),
        ("maintenance equal", vec![first, tier(101, 10, 21)], rates),
        ("maintenance falls", vec![first, tier(101, 9, 21)], rates),
        ("initial equal", vec![first, tier(101, 11, 20)], rates),
        ("initial at maintenance", vec![tier(100, 20, 20)], initial),
        (
            "initial under maintenance",
            vec![tier(100, 21, 20)],
            initial,
        ),
        (
            "initial over one",
            vec![tier(100, 10, ONE_Q32 + 1)],
            initial,
        ),
    ];
    for (name, tiers, error) in cases {
        assert_eq!(TierTable::new(&tiers), Err(error), "{name}");
    }
    assert_eq!(table(&[tier(100, 10, ONE_Q32)]).limit(), Usd(100));
}

#[test]
fn a_tier_holds_its_upper_bound_and_the_last_rate_goes_on() {
    let table = table(&three());
    let cases = [
        (0, 0),
        (1, 0),
        (100_000_000_000, 0),
        (100_000_000_001, 1),
        (1_000_000_000_000, 1),
        (1_000_000_000_001, 2),
        (5_000_000_000_001, 2),
        (u64::MAX, 2),
    ];
    for (notional, index) in cases {
        assert_eq!(table.index_of(notional), index, "{notional}");
    }
    assert_eq!(
        [0, 1, 2].map(|index| table.floor_of(index)),
        [0, 100_000_000_000, 1_000_000_000_000]
    );
    assert_eq!(table.limit(), Usd(5_000_000_000_000));
    assert_eq!(table.bracket(MAX_TIERS), Bracket::default());
    let mut stored = TierTable::default();
    stored.restore(table.brackets().iter().copied());
    assert_eq!(stored, table);
}

#[test]
fn requirements_of_known_notionals() {
    let table = table(&three());
    // Dollars of notional, maintenance, initial.
    let cases = [
        (100_000, 1_562_500_000, 3_125_000_000),
        (160_000, 3_437_500_000, 6_875_000_000),
        (1_000_000, 29_687_500_000, 59_375_000_000),
        (2_000_000, 154_687_500_000, 309_375_000_000),
        (6_000_000, 654_687_500_000, 1_309_375_000_000),
    ];
    for (dollars, maintenance, initial) in cases {
        let notional = dollars * 1_000_000;
        let got = table.maintenance_ceil(notional, Ratio::ONE);
        assert_eq!(got, Ok(Usd(maintenance)), "{dollars}");
        let got = table.initial_ceil(notional, Ratio::ONE);
        assert_eq!(got, Ok(Usd(initial)), "{dollars}");
        let half_more = Ratio(ONE_Q32 * 3 / 2);
        let got = table.maintenance_ceil(notional, half_more);
        assert_eq!(got, Ok(Usd(maintenance / 2 * 3)), "{dollars}");
    }
    assert_eq!(table.maintenance_ceil(0, Ratio::ONE), Ok(Usd::ZERO));
    assert_eq!(table.maintenance_ceil(1, Ratio::ONE), Ok(Usd(1)));
}

#[test]
fn a_requirement_over_the_range_is_refused_by_name() {
    let table = table(&three());
    let refused = table.maintenance_ceil(u64::MAX >> 1, Ratio(64 * ONE_Q32));
    assert_eq!(refused, Err(Overflow("a share of a USD amount")));
}

fn tables() -> impl Strategy<Value = TierTable> {
    let steps = (1..1u64 << 44, 1..ONE_Q32 / 8, 1..ONE_Q32 / 8);
    prop::collection::vec(steps, 1..=MAX_TIERS).prop_map(|steps| {
        let (mut upto, mut maintenance, mut extra) = (0, 0, 0);
        let tiers: Vec<Tier> = steps
            .into_iter()
            .map(|(more, rate, over)| {
                upto += more;
                maintenance += rate;
                extra += over;
                let upto = i64::try_from(upto).expect("four times 2^44");
                tier(upto, maintenance, maintenance + extra)
            })
            .collect();
        table(&tiers)
    })
}

/// Each tier's part at its rate, in 2^-32 atoms, tier by tier as the definition says.
fn slow(table: &TierTable, notional: u64, rate: impl Fn(&Bracket) -> Ratio) -> u128 {
    let mut below = 0;
    let mut sum = 0;
    let brackets = table.brackets();
    for (index, bracket) in brackets.iter().enumerate() {
        let last = index + 1 == brackets.len();
        let top = if last {
            notional
        } else {
            notional.min(bracket.upto)
        };
        sum += u128::from(top.saturating_sub(below)) * u128::from(rate(bracket).0);
        below = bracket.upto;
    }
    sum
}

/// Notionals anywhere and within two atoms of a bound.
fn notionals() -> impl Strategy<Value = (TierTable, u64)> {
    (
        tables(),
        0..1u64 << 47,
        0..MAX_TIERS,
        -2..=2i64,
        any::<bool>(),
    )
        .prop_map(|(table, anywhere, index, off, at_bound)| {
            let bound = table.bracket(index).upto.saturating_add_signed(off);
            (table, if at_bound { bound } else { anywhere })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// INV-TIERS. Never under the sum over the tiers, and over it by less than an atom for the
    /// final rounding and one for each bound below.
    #[test]
    fn a_requirement_is_the_sum_over_the_tiers_rounded_up((table, notional) in notionals()) {
        let bounds = i128::try_from(table.index_of(notional)).expect("at most three");
        let check = |got: Usd, exact: u128| {
            let over = (i128::from(got.0) << 32) - i128::try_from(exact).expect("under 2^112");
            let one = i128::try_from(ONE).expect("2^32");
            (0..one * (1 + bounds)).contains(&over)
        };
        let maintenance = table.maintenance_ceil(notional, Ratio::ONE).expect("in range");
        prop_assert!(check(maintenance, slow(&table, notional, |b| b.maintenance)));
        let initial = table.initial_ceil(notional, Ratio::ONE).expect("in range");
        prop_assert!(check(initial, slow(&table, notional, |b| b.initial)));
    }

    /// INV-TIERS. One more atom of notional never lowers a requirement, and raises it by at most
    /// its rate of at most one and the roundings, also across a bound.
    #[test]
    fn a_requirement_rises_without_a_jump((table, notional) in notionals(), tenths in 10..30u64) {
        let multiplier = Ratio(ONE_Q32 * tenths / 10);
        let at = |notional| {
            let maintenance = table.maintenance_ceil(notional, multiplier).expect("in range").0;
            let initial = table.initial_ceil(notional, multiplier).expect("in range").0;
            (maintenance, initial)
        };
        let (before, after) = (at(notional), at(notional + 1));
        for step in [after.0 - before.0, after.1 - before.1] {
            prop_assert!((0..=8).contains(&step), "a step of {step} atoms");
        }
    }

    #[test]
    fn a_larger_multiplier_never_lowers_a_requirement((table, notional) in notionals(), tenths in 10..30u64) {
        let small = table.maintenance_ceil(notional, Ratio(ONE_Q32 * tenths / 10));
        let large = table.maintenance_ceil(notional, Ratio(ONE_Q32 * (tenths + 1) / 10));
        prop_assert!(small.expect("in range") <= large.expect("in range"));
    }
}

#[test]
fn a_ramp_begins_at_the_least_ratio_of_the_rates() {
    let ramp = |old: &[Tier], new: &[Tier]| ramp_start_floor(&table(old), &table(new));
    assert_eq!(ramp(&three(), &three()), Ok(Ratio::ONE));
    // Lower rates need no ramp.
    let low = [tier(5_000_000_000_000, ONE_Q32 / 128, ONE_Q32 / 4)];
    assert_eq!(ramp(&three(), &low), Ok(Ratio::ONE));
    // 1/64 becomes 1/8 in the first tier.
    let high = [tier(5_000_000_000_000, ONE_Q32 / 8, ONE_Q32 / 4)];
    assert_eq!(ramp(&three(), &high), Ok(Ratio(ONE_Q32 / 8)));
    // Bounds alone: between 10,000 and 100,000 dollars 1/64 becomes 1/32.
    let mut moved = three();
    moved[0].upto = Usd(10_000_000_000);
    assert_eq!(ramp(&three(), &moved), Ok(Ratio(ONE_Q32 / 2)));
    // Over the last bound the last rate goes on.
    let mut longer = three().to_vec();
    longer.push(tier(6_000_000_000_000, ONE_Q32 / 2, ONE_Q32));
    assert_eq!(ramp(&three(), &longer), Ok(Ratio(ONE_Q32 / 4)));
}

prop_compose! {
    fn rising()(
        steps in prop::collection::vec((1i64..1 << 40, 1u64..1 << 28), 1..=MAX_TIERS)
    ) -> Vec<Tier> {
        let (mut upto, mut rate) = (0, 0);
        steps
            .into_iter()
            .map(|(bound, step)| {
                upto += bound;
                rate += step;
                tier(upto, rate, rate * 2)
            })
            .collect()
    }
}

proptest! {
    /// New tiers at the start of their ramp ask of nobody for more than the old ones did, but for
    /// an atom a bound and two of rounding.
    #[test]
    fn maintenance_does_not_jump_when_tiers_change(
        old in rising(),
        new in rising(),
        notional in 0u64..1 << 42,
        multiplier in ONE_Q32 / 2..2 * ONE_Q32,
    ) {
        let (old, new) = (table(&old), table(&new));
        let ratio = ramp_start_floor(&old, &new).expect("a ratio");
        let begun = Ratio(multiplier).times_floor(ratio).expect("a multiplier");
        let before = old.maintenance_ceil(notional, Ratio(multiplier)).expect("in range").0;
        let after = new.maintenance_ceil(notional, begun).expect("in range").0;
        let slack = i64::try_from(MAX_TIERS).expect("few") * 2 + 2;
        prop_assert!(after <= before + slack, "{before} and then {after}");
    }
}
