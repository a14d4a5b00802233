//! Reading a description.

use super::*;
use whittle::state::raw::ORACLE_PYTH_PULL;
use whittle_risk::Ratio;

pub(super) const EXAMPLE: &str = include_str!("../../examples/exchange.toml");

/// The example with its first `from` replaced.
fn edited(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from:?} is not in the example");
    EXAMPLE.replacen(from, to, 1)
}

/// What is wrong with the example after an edit, without line numbers.
fn problems(from: &str, to: &str) -> Vec<(String, String)> {
    let found = Description::parse(&edited(from, to)).unwrap_err();
    let found = found.0.into_iter();
    found.map(|problem| (problem.field, problem.what)).collect()
}

/// The only thing wrong with the example after an edit.
pub(super) fn problem(from: &str, to: &str) -> (String, String) {
    let mut found = problems(from, to);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn the_example_is_read_exactly() {
    let description = Description::parse(EXAMPLE).unwrap();
    let rules = &description.exchange.params;
    assert_eq!(rules.call_buffer_q32, Ratio::from_bps_floor(2_000).0);
    assert_eq!(rules.bonus_floor_q32, Ratio::from_bps_floor(4).0);
    assert_eq!(rules.fill_reward_usd_atoms, 50_000);
    assert_eq!(rules.confirm_secs, 2);
    assert_eq!(description.exchange.guardian, Pubkey::default());
    let programs = description.exchange.receiver_programs;
    let receiver = "rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ";
    assert_eq!(programs[0].to_string(), receiver);
    assert_eq!(programs[1], Pubkey::default());
    let caps = description.exchange.group_caps_usd_atoms;
    assert_eq!(caps, [0, 5_000_000_000_000, 0, 0, 0, 0, 0, 0]);
    assert_eq!(description.pool.withdraw_limit_usd_atoms, 250_000_000_000);
    assert_eq!(description.insurance_atoms, 50_000_000_000);

    let [usdc, sol, usdt] = &description.banks[..] else {
        panic!("three banks");
    };
    assert_eq!(usdc.args.oracle, OracleConfig::default());
    assert_eq!(usdc.args.haircut_weight_q32, Ratio::ONE.0);
    assert_eq!(usdc.args.deposit_cap_atoms, 10_000_000_000_000);
    assert_eq!(sol.args.deposit_cap_atoms, 50_000_000_000_000);
    assert_eq!(sol.args.oracle.kind, ORACLE_PYTH_PULL);
    assert_eq!(sol.args.oracle.key[..3], [0xef, 0x0d, 0x8b]);
    assert_eq!(sol.args.oracle.confidence_multiple_q32, 2 << 32);
    // A dollar for 10^6 atoms of 10^-6 dollars.
    assert_eq!(usdt.args.peg_q32, 1 << 32);
    assert_eq!(usdt.args.issuer_group, 1);
    assert_eq!(usdt.args.depeg.step_secs, 3_600);

    let symbols: Vec<String> = description.markets.iter().map(|it| it.symbol()).collect();
    assert_eq!(symbols, ["BTC-PERP", "ETH-PERP", "SOL-PERP"]);
    let btc = &description.markets[0].args;
    assert_eq!(btc.lot_exponent, -5);
    assert_eq!(btc.params.min_position_usd_atoms, 10_000_000);
    assert_eq!(btc.tiers.len(), 3);
    assert_eq!(btc.tiers[1].upto_usd_atoms, 5_000_000_000_000);
    assert_eq!(btc.tiers[1].initial_q32, Ratio::from_bps_floor(800).0);
}

#[test]
fn the_examples_price_accounts_are_those_that_pyth_sponsors() {
    // Shard 0 of the push oracle keeps one account for each feed.
    let push_oracle: Pubkey = "pythWSnswVUd12oZpeFP8e9CVaEqJg25g1Vtc2biRsT"
        .parse()
        .unwrap();
    for market in Description::parse(EXAMPLE).unwrap().markets {
        let seeds: [&[u8]; 2] = [&0u16.to_le_bytes(), &market.args.oracle.key];
        let expected = Pubkey::find_program_address(&seeds, &push_oracle).0;
        assert_eq!(market.oracle_account, expected, "{}", market.symbol());
    }
}

#[test]
fn numbers_may_stand_without_quotes() {
    let text = edited("fill_reward_usd = \"0.05\"", "fill_reward_usd = 0.05");
    let text = text.replacen("bonus_max = \"0.3 %\"", "bonus_max = 0.003", 1);
    let text = text.replacen("min_deposit_usd = \"10\"", "min_deposit_usd = 10", 1);
    let plain = Description::parse(&text).unwrap();
    let quoted = Description::parse(EXAMPLE).unwrap();
    assert_eq!(plain.exchange.params, quoted.exchange.params);
    assert_eq!(plain.pool, quoted.pool);
}

#[test]
fn a_peg_is_dollars_for_each_token() {
    let line = "haircut_weight = \"80 %\"";
    let text = edited(line, &format!("{line}\npeg_usd = \"1\""));
    let description = Description::parse(&text).unwrap();
    // 10^6 USD atoms for 10^9 token atoms.
    assert_eq!(description.banks[1].args.peg_q32, (1u64 << 32) / 1_000);
}

#[test]
fn a_field_that_is_none_is_named_with_its_line_and_the_fields_there_are() {
    let text = edited("[pool]\n", "[pool]\nreserve = 5\n");
    let line = 1 + text.lines().position(|it| it == "reserve = 5").unwrap();
    let error = Description::parse(&text).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "line {line}: pool.reserve: is not a field: these are loss_per_day_usd, loss_weight, min_deposit_usd, \
             reserve_target_usd, withdraw_limit_usd"
        )
    );
}

#[test]
fn a_missing_field_is_named_with_the_line_of_its_table() {
    let text = edited("theta = \"60 %\"\n", "");
    let line = 1 + text.lines().position(|it| it == "[exchange]").unwrap();
    let error = Description::parse(&text).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("line {line}: exchange.theta: is missing: add theta = \"5 %\" or \"0.05\"")
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once_in_the_order_of_the_text() {
    let text = edited("confirm_secs = 2", "confirm_secs = \"two\"");
    let text = text.replacen("decimals = 9", "decimals = 900", 1);
    let text = text.replacen("maintenance = \"2 %\"", "maintenance = \"2 percent\"", 1);
    let found = Description::parse(&text).unwrap_err();
    let fields: Vec<&str> = found.0.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "exchange.confirm_secs",
            "banks[1].decimals",
            "markets[0].tiers[0].maintenance"
        ]
    );
}

#[test]
fn what_is_not_toml_is_said_with_its_line() {
    let found = Description::parse("[exchange]\ntheta = \n").unwrap_err();
    assert_eq!(found.0[0].line, Some(2));
    assert!(found.0[0].what.starts_with("this is not TOML: "));
}

#[test]
fn an_empty_text_asks_for_every_table() {
    let found = Description::parse("").unwrap_err();
    let found: Vec<String> = found.0.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "exchange: is missing: add a table [exchange]",
            "banks: is missing: add at least one [[banks]]",
            "pool: is missing: add a table [pool]",
            "insurance: is missing: add a table [insurance]",
            "markets: is missing: add at least one [[markets]]",
        ]
    );
}

#[test]
fn each_value_that_cannot_be_read_names_its_field() {
    for (from, to, field, says) in [
        (
            "theta = \"60 %\"",
            "theta = \"60%%\"",
            "exchange.theta",
            "is not a decimal number",
        ),
        (
            "theta = \"60 %\"",
            "theta = true",
            "exchange.theta",
            "is not a number",
        ),
        (
            "theta = \"60 %\"",
            "theta = 6e-1",
            "exchange.theta",
            "is not a decimal number",
        ),
        (
            "theta = \"60 %\"",
            "theta = -0.6",
            "exchange.theta",
            "is negative",
        ),
        (
            "fill_reward_usd = \"0.05\"",
            "fill_reward_usd = \"0.0000005\"",
            "exchange.fill_reward_usd",
            "has 7 digits after the point: at most 6 are exact",
        ),
        (
            "min_deposit_usd = \"10\"",
            "min_deposit_usd = \"99_999_999_999_999\"",
            "pool.min_deposit_usd",
            "is too large",
        ),
        (
            "confirm_secs = 2",
            "confirm_secs = 2.5",
            "exchange.confirm_secs",
            "whole number",
        ),
        (
            "guardian = \"nobody\"",
            "guardian = \"me\"",
            "exchange.guardian",
            "is not an address",
        ),
        (
            "legacy_programs = []",
            "legacy_programs = [\"x\"]",
            "exchange.legacy_programs",
            "is not an address",
        ),
        (
            "issuer_caps_usd = [\"5_000_000\"]",
            "issuer_caps_usd = [1, 2, 3, 4, 5, 6, 7, 8]",
            "exchange.issuer_caps_usd",
            "is not a list of at most 7 sums",
        ),
        (
            "issuer_caps_usd = [\"5_000_000\"]",
            "issuer_caps_usd = [\"10_000_000_000_000\"]",
            "exchange.issuer_caps_usd",
            "is too large",
        ),
        (
            "mint = \"So11111111111111111111111111111111111111112\"",
            "mint = \"11111111111111111111111111111111\"",
            "banks[1].mint",
            "is the system program's address",
        ),
        (
            "deposit_cap = \"50_000\"",
            "deposit_cap = \"0.0000000001\"",
            "banks[1].deposit_cap",
            "at most 9",
        ),
        (
            "kind = \"pyth-pull\"",
            "kind = \"pyth\"",
            "banks[1].oracle.kind",
            "is not an oracle kind",
        ),
        (
            "feed = \"ef0d8b6fda2ceba4",
            "feed = \"ef0d8b6fda2ceba",
            "banks[1].oracle.feed",
            "is not a feed id",
        ),
        (
            "symbol = \"BTC-PERP\"",
            "symbol = \"BITCOIN-PERPETUAL\"",
            "markets[0].symbol",
            "too long",
        ),
        (
            "lot = \"0.00001\"",
            "lot = \"0.00002\"",
            "markets[0].lot",
            "is not a power of ten",
        ),
    ] {
        let (named, what) = problem(from, to);
        assert_eq!(named, field);
        assert!(
            what.contains(says),
            "{field}: {what:?} does not say {says:?}"
        );
    }
}
