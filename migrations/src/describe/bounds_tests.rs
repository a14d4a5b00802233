//! Bounds of a description, and that they are the program's.

use super::report::Report;
use super::tests::{problem, EXAMPLE};
use super::{bounds, Description};
use whittle::state::raw::ORACLE_PYTH_PULL;

#[test]
fn each_bound_names_its_field() {
    for (from, to, field, says) in [
        (
            "target_buffer = \"10 %\"",
            "target_buffer = \"21 %\"",
            "exchange.target_buffer",
            "at most call_buffer",
        ),
        (
            "emergency_ratio = \"50 %\"",
            "emergency_ratio = \"51 %\"",
            "exchange.emergency_ratio",
            "at most 50 %",
        ),
        (
            "forced_ratio = \"25 %\"",
            "forced_ratio = \"50 %\"",
            "exchange.forced_ratio",
            "under emergency_ratio",
        ),
        (
            "profit_weight = \"50 %\"",
            "profit_weight = \"101 %\"",
            "exchange.profit_weight",
            "at most 100 %",
        ),
        (
            "theta = \"60 %\"",
            "theta = \"91 %\"",
            "exchange.theta",
            "at most 90 %",
        ),
        (
            "fill_reward_usd = \"0.05\"",
            "fill_reward_usd = \"5.000001\"",
            "exchange.fill_reward_usd",
            "at most 5",
        ),
        (
            "order_delay_secs = 2",
            "order_delay_secs = 300",
            "exchange.order_life_secs",
            "over order_delay_secs",
        ),
        (
            "order_life_secs = 300",
            "order_life_secs = 3601",
            "exchange.order_life_secs",
            "at most 3600",
        ),
        (
            "confirm_secs = 2",
            "confirm_secs = 0",
            "exchange.confirm_secs",
            "over 0",
        ),
        (
            "flag_lapse_secs = 600",
            "flag_lapse_secs = 2",
            "exchange.flag_lapse_secs",
            "over confirm_secs",
        ),
        (
            "retail_initial = \"10 %\"",
            "retail_initial = \"101 %\"",
            "exchange.leverage.retail_initial",
            "at most 100 %",
        ),
        (
            "standard_initial = \"5 %\"",
            "standard_initial = \"11 %\"",
            "exchange.leverage.standard_initial",
            "at most retail_initial",
        ),
        (
            "\ndelay_secs = 86_400",
            "\ndelay_secs = 3_599",
            "exchange.leverage.delay_secs",
            "at least an hour",
        ),
        (
            "timelock_secs = 172_800",
            "timelock_secs = 86_399",
            "exchange.governance.timelock_secs",
            "from a day to thirty",
        ),
        (
            "pause_max_secs = 21_600",
            "pause_max_secs = 0",
            "exchange.governance.pause_max_secs",
            "from a second to a day",
        ),
        (
            "pause_cooldown_secs = 86_400",
            "pause_cooldown_secs = 21_599",
            "exchange.governance.pause_cooldown_secs",
            "from pause_max_secs",
        ),
        (
            "\nreceiver_programs = [\"rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ\"]",
            "",
            "exchange.receiver_programs",
            "given",
        ),
        (
            "rate_per_year = \"15 %\"",
            "rate_per_year = \"101 %\"",
            "exchange.overdraft.rate_per_year",
            "at most 100 %",
        ),
        (
            "issuer_group = 0 # tokens",
            "issuer_group = 1 # tokens",
            "banks[0].issuer_group",
            "0 for the quote token",
        ),
        (
            "conversion_discount = \"2 %\"",
            "conversion_discount = \"21 %\"",
            "banks[1].conversion_discount",
            "at most 100 % less haircut_weight",
        ),
        (
            "haircut_weight = \"80 %\"\ndeposit_cap = \"50_000\"\nissuer_group = 0",
            "haircut_weight = \"80 %\"\ndeposit_cap = \"50_000\"\nissuer_group = 8",
            "banks[1].issuer_group",
            "0 to 7",
        ),
        (
            "conversion_discount = \"2 %\"",
            "conversion_discount = \"2 %\"\npeg_usd = \"1\"\ndepeg = { below = \"98 %\", step = \"5 %\", floor = \"81 %\", step_secs = 3_600 }",
            "banks[1].depeg.floor",
            "at most haircut_weight",
        ),
        (
            "conversion_discount = \"2 %\"",
            "conversion_discount = \"2 %\"\npeg_usd = \"1\"\ndepeg = { below = \"100 %\", step = \"5 %\", floor = \"50 %\", step_secs = 3_600 }",
            "banks[1].depeg.below",
            "under 100 %",
        ),
        (
            "conversion_discount = \"2 %\"",
            "conversion_discount = \"2 %\"\npeg_usd = \"1\"\ndepeg = { below = \"98 %\", step = \"0\", floor = \"50 %\", step_secs = 3_600 }",
            "banks[1].depeg.step",
            "over 0 %",
        ),
        (
            "conversion_discount = \"2 %\"",
            "conversion_discount = \"2 %\"\npeg_usd = \"1\"\ndepeg = { below = \"98 %\", step = \"5 %\", floor = \"50 %\", step_secs = 59 }",
            "banks[1].depeg.step_secs",
            "at least 60",
        ),
        (
            "conversion_discount = \"2 %\"",
            "conversion_discount = \"2 %\"\ndepeg = { below = \"98 %\", step = \"5 %\", floor = \"50 %\", step_secs = 3_600 }",
            "banks[1].depeg.below",
            "only a token with peg_usd",
        ),
        (
            "decimals = 6",
            "decimals = 8",
            "banks[0].decimals",
            "6: its atoms are USD atoms",
        ),
        (
            "haircut_weight = \"80 %\"",
            "haircut_weight = \"180 %\"",
            "banks[1].haircut_weight",
            "at most 100 %",
        ),
        (
            "deposit_cap = \"50_000\"",
            "deposit_cap = 0",
            "banks[1].deposit_cap",
            "over 0",
        ),
        (
            "accept_secs = 10",
            "accept_secs = 61",
            "banks[1].oracle.stale_after_secs",
            "from accept_secs",
        ),
        (
            "stale_after_secs = 60",
            "stale_after_secs = 601",
            "banks[1].oracle.stale_after_secs",
            "to 600",
        ),
        (
            "confidence_multiple = \"2\"",
            "confidence_multiple = \"0.9\"",
            "banks[1].oracle.confidence_multiple",
            "at least 1",
        ),
        (
            "min_deposit_usd = \"10\"",
            "min_deposit_usd = \"0.001\"",
            "pool.min_deposit_usd",
            "over 0.001 USD",
        ),
        (
            "withdraw_limit_usd = \"250_000\"",
            "withdraw_limit_usd = 0",
            "pool.withdraw_limit_usd",
            "over 0",
        ),
        (
            "symbol = \"ETH-PERP\"",
            "symbol = \"BTC-PERP\"",
            "markets[1].symbol",
            "used only once",
        ),
        (
            "symbol = \"BTC-PERP\"",
            "symbol = \"BTC PERP\"",
            "markets[0].symbol",
            "without spaces",
        ),
        (
            "open_fee = \"0.05 %\"",
            "open_fee = \"0.03 %\"",
            "markets[0].open_fee",
            "at least exchange.bonus_floor, which is 0.04 %",
        ),
        (
            "open_fee = \"0.05 %\"",
            "open_fee = \"11 %\"",
            "markets[0].open_fee",
            "at most 10 %",
        ),
        (
            "impact_max = \"2 %\"",
            "impact_max = \"51 %\"",
            "markets[0].impact_max",
            "at most 50 %",
        ),
        (
            "min_close_usd = \"5\"",
            "min_close_usd = \"11\"",
            "markets[0].min_position_usd",
            "at least min_close_usd",
        ),
        (
            "min_close_usd = \"5\"",
            "min_close_usd = \"0.003\"",
            "markets[0].min_close_usd",
            "at least 0.000064 USD",
        ),
        (
            "open_interest_cap_usd = \"20_000_000\"",
            "open_interest_cap_usd = \"9\"",
            "markets[0].open_interest_cap_usd",
            "at least min_position_usd",
        ),
        (
            "sample_interval_secs = 60",
            "sample_interval_secs = 0",
            "markets[0].sample_interval_secs",
            "over 0",
        ),
        (
            "covered_move = \"1 %\"",
            "covered_move = \"1.2 %\"",
            "markets[0].tiers[0].maintenance",
            "at least covered_move",
        ),
        (
            "initial = \"4 %\"",
            "initial = \"2.3 %\"",
            "markets[0].tiers[0].initial",
            "which is 2.39999998 %",
        ),
        (
            "upto_usd = \"5_000_000\"",
            "upto_usd = \"1_000_000\"",
            "markets[0].tiers[1].upto_usd",
            "over that of the tier before",
        ),
        (
            "capacity_usd = \"2_000_000\"",
            "capacity_usd = \"14.99\"",
            "markets[0].breaker.capacity_usd",
            "at least min_close_usd and min_position_usd together",
        ),
        (
            "refill_per_hour_usd = \"4_000_000\"",
            "refill_per_hour_usd = \"80_000\"",
            "markets[0].breaker.refill_per_hour_usd",
            "at least 1/24",
        ),
        (
            "shock = \"10 %\"",
            "shock = \"51 %\"",
            "markets[0].breaker.shock",
            "1 % to 50 %",
        ),
        (
            "gap_secs = 300",
            "gap_secs = 59",
            "markets[0].breaker.gap_secs",
            "at least 60",
        ),
        (
            "grace_secs = 60",
            "grace_secs = 601",
            "markets[0].breaker.grace_secs",
            "at most 600",
        ),
        (
            "extreme_variance = \"0.00004\"",
            "extreme_variance = \"0.000004\"",
            "markets[0].regime.extreme_variance",
            "over elevated_variance",
        ),
        (
            "elevated_maintenance = \"1.1\"",
            "elevated_maintenance = \"1.3\"",
            "markets[0].regime.elevated_maintenance",
            "from 1 to 4",
        ),
        (
            "ramp_secs = 86_400",
            "ramp_secs = 3_600",
            "markets[0].regime.ramp_secs",
            "86_400 to",
        ),
        (
            "drawdown = \"30 %\"",
            "drawdown = \"0 %\"",
            "insurance.drawdown",
            "over 0 %",
        ),
        (
            "drawdown_withdraw = \"25 %\"",
            "drawdown_withdraw = \"101 %\"",
            "insurance.drawdown_withdraw",
            "at most 100 %",
        ),
    ] {
        let (named, what) = problem(from, to);
        assert_eq!(named, field, "{what}");
        assert!(
            what.contains(says),
            "{field}: {what:?} does not say {says:?}"
        );
    }
}

#[test]
fn a_token_cannot_be_described_twice() {
    let (field, what) = problem(
        "So11111111111111111111111111111111111111112",
        "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
    );
    assert_eq!(field, "banks[1].mint");
    assert_eq!(what, "must be listed only once");
}

/// Copies of a struct of the program with each number in turn at the ends of what may be written.
fn shaken<T: bytemuck::Pod>(value: T) -> Vec<T> {
    const NUMBERS: [u64; 6] = [0, 1, (1 << 31) + 1, 1 << 32, (1 << 32) + 1, 1 << 62];
    let mut shaken = Vec::new();
    for start in (0..size_of::<T>()).step_by(4) {
        let width = if start % 8 == 0 { 8 } else { 4 };
        for number in NUMBERS {
            // In the upper half of an amount more would make it negative, which cannot be written.
            let number = if width == 4 {
                number.min(1 << 30)
            } else {
                number
            };
            let mut copy = value;
            let place = &mut bytemuck::bytes_of_mut(&mut copy)[start..start + width];
            place.copy_from_slice(&number.to_le_bytes()[..width]);
            shaken.push(copy);
        }
    }
    shaken
}

/// A bound is broken exactly when the program refuses, and then a field is named. Padding cannot be
/// written, so it is not asked about.
fn same_bounds<T: bytemuck::Pod>(
    value: T,
    without_padding: impl Fn(&mut T),
    program: impl Fn(&T) -> bool,
    place: impl Fn(&mut Description, T),
) {
    let mut refused = 0;
    for mut value in shaken(value) {
        without_padding(&mut value);
        let mut description = Description::parse(EXAMPLE).unwrap();
        place(&mut description, value);
        let report = Report::new("");
        bounds::check(&description, &report);
        let problems = report.finish(()).err().map_or(Vec::new(), |it| it.0);
        if program(&value) {
            continue;
        }
        refused += 1;
        assert!(!problems.is_empty());
        for problem in problems {
            assert!(problem.what.starts_with("must be "), "{problem}");
        }
    }
    assert!(refused > 5, "{refused} of the values were out of bounds");
}

#[test]
fn every_refusal_of_the_program_names_a_field_here() {
    let example = Description::parse(EXAMPLE).unwrap();
    same_bounds(
        example.exchange.params,
        |value| {
            value.padding = Default::default();
            value.leverage.padding = Default::default();
            value.governance.padding = Default::default();
        },
        |value| value.validate().is_ok(),
        |description, value| description.exchange.params = value,
    );
    same_bounds(
        example.pool,
        |_| (),
        |value| value.validate().is_ok(),
        |description, value| description.pool = value,
    );
    same_bounds(
        example.insurance,
        |_| (),
        |value| value.validate().is_ok(),
        |description, value| description.insurance = value,
    );
    same_bounds(
        example.markets[0].args.params,
        |value| {
            value.padding = Default::default();
            value.regime.padding = Default::default();
        },
        |value| value.validate().is_ok(),
        |description, value| description.markets[0].args.params = value,
    );
    same_bounds(
        example.markets[0].args.oracle,
        |value| {
            value.padding = Default::default();
            value.kind = ORACLE_PYTH_PULL;
        },
        |value| value.validate().is_ok(),
        |description, value| description.markets[0].args.oracle = value,
    );
}

#[test]
fn a_description_made_by_code_is_checked_alike() {
    let mut description = Description::parse(EXAMPLE).unwrap();
    assert_eq!(description.check(), Ok(()));
    description.pool.loss_weight_q32 = 2 << 32;
    let problems = description.check().unwrap_err();
    assert_eq!(
        problems.to_string(),
        "pool.loss_weight: must be at most 100 %"
    );
}
