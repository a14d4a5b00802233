//! Ceilings on compute units and on the size of transactions. Neither varies between runs.

use serde_json::Value;
use std::collections::BTreeSet;
use whittle_tests::cost::{self, Depth};

#[test]
fn liquidating_one_leg_takes_at_most_6_200_units() {
    let units = cost::liquidation(1, Depth::One).units;
    assert!(units <= 6_200, "{units} units");
}

#[test]
fn liquidating_an_account_of_eight_legs_takes_at_most_14_100_units() {
    let units = cost::liquidation(8, Depth::One).units;
    assert!(units <= 14_100, "{units} units");
}

#[test]
fn liquidating_two_of_eight_legs_that_are_alike_takes_at_most_15_800_units() {
    let units = cost::liquidation(8, Depth::Alike).units;
    assert!(units <= 15_800, "{units} units");
}

#[test]
fn liquidating_all_of_eight_legs_takes_at_most_28_300_units() {
    let units = cost::liquidation(8, Depth::All).units;
    assert!(units <= 28_300, "{units} units");
}

#[test]
fn updating_markets_takes_at_most_2_400_units_and_1_900_for_each_further_one() {
    for markets in [1, 8] {
        let cost = cost::update(markets);
        let most = 500 + 1_900 * u64::try_from(markets).expect("few markets");
        assert!(cost.units <= most, "{} {}", cost.name, cost.units);
    }
}

#[test]
fn a_recovery_plan_of_one_leg_takes_at_most_6_800_units_and_of_eight_15_800() {
    let costs = cost::recovery();
    let of = |name: &str| costs.iter().find(|it| it.name == name).map(|it| it.units);
    assert!(of("execute_recovery/1").is_some_and(|units| units <= 6_800));
    assert!(of("execute_recovery/8").is_some_and(|units| units <= 15_800));
}

#[test]
fn a_flag_takes_at_most_2_700_units_and_a_fill_6_750() {
    let costs = cost::all();
    let of = |name: &str| costs.iter().find(|it| it.name == name).map(|it| it.units);
    assert!(of("flag_account").is_some_and(|units| units <= 2_700));
    assert!(of("fill_order").is_some_and(|units| units <= 6_750));
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
