//! A setting as the described exchange that migrations take.

use super::knob::{real, rounded, with_setting, Setting};
use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item};
use whittle_migrations::describe::Description;

/// The described exchange's text with a setting, comments and all else as they are.
///
/// Errors: a text that is not the described exchange's.
pub fn written(
    text: &str,
    described: &Description,
    market: usize,
    setting: &Setting,
) -> Result<String> {
    let changed = with_setting(described, market, setting);
    let mut document: DocumentMut = text.parse().context("the described exchange")?;
    let percent = |q32: u64| format!("{} %", rounded(real(q32) * 100.0, 1e6));
    let dollars = |atoms: i64| grouped(atoms / 1_000_000);
    let params = &changed.exchange.params;
    let exchange = &mut document["exchange"];
    set(exchange, "call_buffer", percent(params.call_buffer_q32));
    set(exchange, "target_buffer", percent(params.target_buffer_q32));
    set(exchange, "bonus_max", percent(params.bonus_max_q32));
    set(exchange, "bonus_floor", percent(params.bonus_floor_q32));
    let markets = document["markets"]
        .as_array_of_tables_mut()
        .context("no markets")?;
    for (number, (table, described)) in markets.iter_mut().zip(&changed.markets).enumerate() {
        if number == market {
            let breaker = &mut table["breaker"];
            let limits = &described.args.params.breaker;
            set(breaker, "capacity_usd", dollars(limits.capacity_usd_atoms));
            set(
                breaker,
                "refill_per_hour_usd",
                dollars(limits.refill_per_hour_usd_atoms),
            );
        }
        let tiers = table["tiers"]
            .as_array_of_tables_mut()
            .context("no tiers")?;
        for (tier, rates) in tiers.iter_mut().zip(&described.args.tiers) {
            tier["maintenance"] = kept(&tier["maintenance"], percent(rates.maintenance_q32));
            // Rounded up, so that it stays over the bound.
            let initial = (real(rates.initial_q32) * 1e8).ceil() / 1e6;
            tier["initial"] = kept(&tier["initial"], format!("{initial} %"));
        }
    }
    Ok(document.to_string())
}

fn set(table: &mut Item, name: &str, value: String) {
    table[name] = kept(&table[name], value);
}

/// A value with the spaces and comments of the one that it replaces.
fn kept(old: &Item, value: String) -> Item {
    let mut new = toml_edit::Value::from(value);
    if let Some(old) = old.as_value() {
        *new.decor_mut() = old.decor().clone();
    }
    Item::Value(new)
}

/// 2000000 as 2_000_000.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::knob::KNOBS;
    use super::*;

    const EXAMPLE: &str = include_str!("../../../../migrations/examples/exchange.toml");

    fn example() -> Description {
        Description::parse(EXAMPLE).expect("the example is right")
    }

    #[test]
    fn the_described_setting_changes_nothing() {
        let described = example();
        let setting = KNOBS.map(|knob| knob.described(&described));
        let text = written(EXAMPLE, &described, 0, &setting).expect("it is the example");
        let again = Description::parse(&text).expect("what was written is right");
        assert_eq!(again.exchange.params, described.exchange.params);
        for (again, before) in again.markets.iter().zip(&described.markets) {
            assert_eq!(again.args.params, before.args.params);
            assert_eq!(again.args.tiers, before.args.tiers);
        }
    }

    #[test]
    fn what_is_written_is_the_setting_that_was_played_and_keeps_its_comments() {
        let described = example();
        let setting = [1.17, 0.4123, 0.2217, 0.0031, 0.55];
        let text = written(EXAMPLE, &described, 1, &setting).expect("it is the example");
        let again = Description::parse(&text).expect("what was written is right");
        let played = with_setting(&described, 1, &setting);
        let near = |a: u64, b: u64| a.abs_diff(b) <= 50;
        let (a, b) = (&again.exchange.params, &played.exchange.params);
        assert!(near(a.call_buffer_q32, b.call_buffer_q32));
        assert!(near(a.target_buffer_q32, b.target_buffer_q32));
        assert!(near(a.bonus_max_q32, b.bonus_max_q32));
        assert!(near(a.bonus_floor_q32, b.bonus_floor_q32));
        for (a, b) in again.markets.iter().zip(&played.markets) {
            assert_eq!(a.args.params.breaker, b.args.params.breaker);
            for (a, b) in a.args.tiers.iter().zip(&b.args.tiers) {
                assert!(near(a.maintenance_q32, b.maintenance_q32));
                assert!(near(a.initial_q32, b.initial_q32));
            }
        }
        assert!(
            text.contains("# ... a liquidation under M, and it restores M (1 + target_buffer).")
        );
    }
}
