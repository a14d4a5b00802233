//! Random accounts at the ends of every range: absurd ones, for which nothing is promised but an
//! answer, and lawful ones of any price and size.

use proptest::prelude::*;
use whittle_risk::bonus::BonusTerms;
use whittle_risk::health::{Leg, Thresholds};
use whittle_risk::liquidation::{Episode, Policy};
use whittle_risk::price::Mark;
use whittle_risk::tier::{Bracket, TierTable};
use whittle_risk::{Lots, Price, Ratio, Usd};

use crate::generators::{
    bps, episode, magnitude, policy, ratio_under_one, seed, Case, NOW, ONE_RAW,
};

/// Numbers that break arithmetic: the ends of the range, powers of two and their neighbours.
pub fn awkward_u64() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => Just(0),
        1 => Just(1),
        1 => Just(u64::MAX),
        2 => (0u32..64, 0u64..3).prop_map(|(bits, step)| (1u64 << bits).wrapping_add(step).wrapping_sub(1)),
        4 => magnitude(0, 64),
    ]
}

pub fn awkward_i64() -> impl Strategy<Value = i64> {
    prop_oneof![
        1 => Just(i64::MIN),
        8 => awkward_u64().prop_map(u64::cast_signed),
        8 => awkward_u64().prop_map(|raw| (raw >> 1).cast_signed()),
    ]
}

/// Mostly sensible ratios, sometimes not.
fn awkward_ratio() -> impl Strategy<Value = Ratio> {
    prop_oneof![2 => bps(0..10_000), 1 => awkward_u64()].prop_map(Ratio)
}

fn absurd_table() -> impl Strategy<Value = TierTable> {
    let bracket = (
        awkward_u64(),
        awkward_ratio(),
        awkward_ratio(),
        awkward_u64(),
        awkward_u64(),
    )
        .prop_map(
            |(upto, maintenance, initial, maintenance_deduct, initial_deduct)| Bracket {
                upto,
                maintenance,
                initial,
                maintenance_deduct,
                initial_deduct,
            },
        );
    proptest::collection::vec(bracket, 0..=5).prop_map(|brackets| {
        // Five is one more than a table holds.
        let mut table = TierTable::default();
        table.restore(brackets.into_iter());
        table
    })
}

fn absurd_leg(table: BoxedStrategy<TierTable>) -> impl Strategy<Value = Leg> {
    (
        (awkward_i64(), awkward_i64(), awkward_i64()),
        (
            awkward_u64(),
            awkward_i64(),
            any::<[bool; 3]>(),
            awkward_u64(),
            awkward_u64(),
        ),
        table,
        (awkward_ratio(), awkward_ratio(), awkward_ratio()),
        [
            awkward_i64(),
            awkward_i64(),
            awkward_i64(),
            awkward_i64(),
            awkward_i64(),
        ],
    )
        .prop_map(
            |(
                (lots, entry, funding),
                (price, publish_time, [stale, uncertain, lightens_skew], age_shift, doubt),
                tiers,
                (multiplier, premium, pool_cost),
                [min_position, min_close, insurance_line, pool_line, room],
            )| Leg {
                lots: Lots(lots),
                entry: Usd(entry),
                funding_owed: Usd(funding),
                mark: Mark {
                    price: Price(price),
                    publish_time,
                    stale,
                    uncertain,
                    age_shift,
                    doubt_shift: doubt,
                    doubt_favour: doubt,
                },
                tiers,
                multiplier,
                initial_multiplier: multiplier,
                call_multiplier: multiplier,
                room: Usd(room),
                premium,
                pool_cost,
                min_position: Usd(min_position),
                min_close: Usd(min_close),
                lightens_skew,
                insurance_line: Usd(insurance_line),
                pool_line: Usd(pool_line),
                ..Leg::default()
            },
        )
}

/// Anything at all, including what no program could store.
pub fn absurd() -> impl Strategy<Value = (Case, i64)> {
    let ratios = [
        awkward_ratio(),
        awkward_ratio(),
        awkward_ratio(),
        awkward_ratio(),
        awkward_ratio(),
    ];
    (
        [awkward_i64(), awkward_i64(), awkward_i64(), awkward_i64()],
        proptest::collection::vec(absurd_leg(absurd_table().boxed()), 0..=9),
        (
            ratios,
            awkward_ratio(),
            awkward_ratio(),
            any::<u32>(),
            any::<u32>(),
            any::<u32>(),
        ),
        (
            awkward_i64(),
            awkward_i64(),
            awkward_i64(),
            awkward_u64(),
            awkward_i64(),
        ),
        awkward_i64(),
    )
        .prop_map(
            |(
                [cash, claims, collateral, interest],
                legs,
                ([call, target, emergency, theta, forced], floor, max, ramp, confirm, lapse),
                (flagged_at, touched_at, publish_time, lowest, now),
                min_bonus,
            )| {
                let case = Case {
                    cash,
                    claims,
                    collateral,
                    interest,
                    legs,
                    policy: Policy {
                        thresholds: Thresholds {
                            call_buffer: call,
                            target_buffer: target,
                            emergency,
                            profit_weight: Ratio(ONE_RAW),
                            class_initial: [Ratio::ZERO; 2],
                        },
                        theta,
                        forced,
                        bonus: BonusTerms {
                            floor,
                            max,
                            ramp_secs: ramp,
                        },
                        confirm_secs: confirm,
                        flag_lapse_secs: lapse,
                        emergency_only: false,
                    },
                    episode: Episode {
                        flagged_at,
                        touched_at,
                        publish_time,
                        lowest_ratio: Ratio(lowest),
                    },
                    now,
                };
                (case, min_bonus)
            },
        )
}

/// Lawful markets and policies at sizes and prices from one raw unit to the last that fits: the
/// promises that need no sensible lot must hold here too.
pub fn lawful_at_any_scale() -> impl Strategy<Value = Case> {
    let sized = (seed(2, true), magnitude(0, 63), awkward_u64(), any::<u64>());
    (
        policy(),
        proptest::collection::vec(sized, 1..=3),
        episode(),
        ratio_under_one(),
    )
        .prop_map(|(policy, seeds, episode, ratio)| {
            let legs = seeds
                .iter()
                .map(|(seed, lots, price, noise)| {
                    let mut leg = seed.leg(&policy);
                    // Kept under 2^58 atoms, so that the sums of three legs fit.
                    let price = (*price).max(1);
                    let most = (1u128 << 90) / u128::from(price);
                    let lots = u128::from(*lots).min(most).max(1);
                    let notional = u64::try_from((lots * u128::from(price)) >> 32).unwrap_or(1);
                    leg.lots = Lots(i64::try_from(lots).unwrap_or(i64::MAX) * leg.lots.0.signum());
                    leg.mark.price = Price(price);
                    leg.mark.age_shift = if leg.mark.stale { price / 16 } else { 0 };
                    leg.entry = Usd(i64::try_from(notional).unwrap_or(0) * leg.lots.0.signum());
                    leg.funding_owed = Usd(0);
                    leg.tiers = seed.table(notional);
                    leg.min_position = Usd((noise & notional).cast_signed());
                    leg.min_close = Usd((noise >> 7 & notional).cast_signed());
                    leg
                })
                .collect();
            let case = Case {
                cash: 0,
                claims: 0,
                collateral: 0,
                interest: 0,
                legs,
                policy,
                episode,
                now: NOW,
            };
            case.with_ratio(ratio)
        })
}
