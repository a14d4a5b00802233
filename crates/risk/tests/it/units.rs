//! The units and the small functions, each against its definition.

mod bonus;
mod breaker;
mod claims;
mod crowding;
mod funding;
mod health;
mod nav;
mod num;
mod overdraft;
mod price;
mod regime;
mod settlement;
mod tier;
mod trade;
mod volatility;
mod waterfall;
mod weight;

use proptest::prelude::*;
use whittle_risk::Ratio;

/// Any 64-bit number, with small ones, powers of two and their neighbours far oftener than chance.
fn wide() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        0..10u64,
        (0..64u32, -1..=1i64).prop_map(|(bit, off)| (1u64 << bit).wrapping_add_signed(off)),
        (0..64u32, any::<u64>()).prop_map(|(bit, low)| low >> bit),
    ]
}

/// Any positive amount that fits a signed one, biased as [`wide`].
fn amount() -> impl Strategy<Value = u64> {
    wide().prop_map(|any| any >> 1)
}

/// A ratio of at most one.
fn share() -> impl Strategy<Value = Ratio> {
    prop_oneof![0..=Ratio::ONE.0, Just(0), Just(1), Just(Ratio::ONE.0)].prop_map(Ratio)
}
