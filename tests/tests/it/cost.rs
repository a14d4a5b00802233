//! Ceilings on compute units and on the size of transactions. Neither varies between runs.

use serde_json::Value;
use std::collections::BTreeSet;
use whittle_tests::cost::{self, Depth};

#[test]
fn liquidating_one_leg_takes_at_most_8_000_units() {
    let units = cost::liquidation(1, Depth::One).units;
    assert!(units <= 8_000, "{units} units");
}

#[test]
fn liquidating_an_account_of_eight_legs_takes_at_most_18_000_units() {
    let units = cost::liquidation(8, Depth::One).units;
    assert!(units <= 18_000, "{units} units");
}

#[test]
fn liquidating_two_of_eight_legs_that_are_alike_takes_at_most_18_000_units() {
    let units = cost::liquidation(8, Depth::Alike).units;
    assert!(units <= 18_000, "{units} units");
}

#[test]
fn liquidating_all_of_eight_legs_takes_at_most_32_000_units() {
    let units = cost::liquidation(8, Depth::All).units;
    assert!(units <= 32_000, "{units} units");
}

#[test]
fn updating_markets_takes_at_most_3_000_units_a_market() {
    for markets in [1, 8] {
        let cost = cost::update(markets);
        let most = 3_000 * u64::try_from(markets).expect("few markets");
        assert!(cost.units <= most, "{} {}", cost.name, cost.units);
    }
}

#[test]
fn the_bench_lists_every_instruction() {
    let idl = include_str!("../../../idl/whittle.json");
    let idl: Value = serde_json::from_str(idl).expect("an IDL");
    let instructions = idl["instructions"].as_array().expect("instructions");
    assert!(!instructions.is_empty());
    let costs = cost::all();
    let listed: BTreeSet<_> = costs
        .iter()
        .filter_map(|cost| cost.name.split('/').next())
        .collect();
    let missing: Vec<_> = instructions
        .iter()
        .map(|instruction| instruction["name"].as_str().expect("a name"))
        .filter(|name| !listed.contains(name))
        .collect();
    assert!(missing.is_empty(), "no figure of {missing:?}");
}
