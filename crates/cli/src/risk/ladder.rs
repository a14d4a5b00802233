//! What liquidates at which price, as a table and a chart.

use crate::show::{self, Report};
use anchor_lang::prelude::Pubkey;
use serde_json::json;
use textplots::{Chart, Plot, Shape};
use whittle_client::preview::ladder::{Ladder, Rung};

/// Dots of the chart, across and down: two and four a character.
const CHART_DOTS: (u32, u32) = (140, 48);

/// Table, chart and JSON.
pub fn report(ladder: &Ladder, chart: bool) -> Report {
    let mut text = format!(
        "{} at {}, {} accounts\n\n{}",
        ladder.symbol,
        show::price(ladder.price_q32, ladder.lot_exponent),
        ladder.accounts,
        table(ladder)
    );
    if chart && ladder.rungs.iter().any(|rung| rung.closed > 0) {
        text.push_str("\n\nnotional closed by price, USD\n");
        text.push_str(&draw(ladder));
    }
    let rungs = ladder.rungs.iter().map(|rung| rung_json(ladder, rung));
    let json = json!({
        "market": ladder.symbol,
        "price": show::price_json(ladder.price_q32, ladder.lot_exponent),
        "accounts": ladder.accounts,
        "rungs": rungs.collect::<Vec<_>>(),
    });
    Report::new(text, json)
}

fn table(ladder: &Ladder) -> String {
    let rows = ladder.rungs.iter().map(|rung| {
        vec![
            change(rung.change_bps),
            show::price(rung.price_q32, ladder.lot_exponent),
            rung.under.to_string(),
            rung.new.len().to_string(),
            show::dollars(rung.closed),
            show::dollars(rung.whole),
            rung.held_back.to_string(),
            rung.insolvent.to_string(),
            show::dollars(rung.missing),
        ]
    });
    let headers = [
        "change",
        "price",
        "accounts",
        "new",
        "closed",
        "of",
        "held back",
        "insolvent",
        "missing",
    ];
    show::table(&headers, rows.collect())
}

#[allow(clippy::cast_precision_loss)] // A picture, not a sum.
fn draw(ladder: &Ladder) -> String {
    let dollars = |raw: u64| {
        let power = 10f64.powi(6 + i32::from(ladder.lot_exponent));
        (raw as f64 / 4_294_967_296.0 / power) as f32
    };
    let points: Vec<(f32, f32)> = ladder
        .rungs
        .iter()
        .map(|rung| (dollars(rung.price_q32), rung.closed as f32 / 1e6))
        .collect();
    // From nothing on, or a small difference would look like a large one.
    let most = points
        .iter()
        .fold(0.0, |most, (_, closed)| f32::max(most, *closed));
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return String::new();
    };
    let mut chart = Chart::new_with_y_range(CHART_DOTS.0, CHART_DOTS.1, first.0, last.0, 0.0, most);
    let shape = Shape::Lines(&points);
    let chart = chart.lineplot(&shape);
    chart.axis();
    chart.figures();
    let text = chart.to_string();
    // Braille has its own blank.
    let lines = text
        .lines()
        .map(|line| line.trim_end_matches([' ', '\u{2800}']));
    lines.collect::<Vec<_>>().join("\n")
}

fn rung_json(ladder: &Ladder, rung: &Rung) -> serde_json::Value {
    let sum = |atoms: i128| show::usd_json(i64::try_from(atoms).unwrap_or(i64::MAX));
    json!({
        "change_bps": rung.change_bps,
        "price": show::price_json(rung.price_q32, ladder.lot_exponent),
        "accounts": rung.under,
        "new": rung.new.iter().map(Pubkey::to_string).collect::<Vec<_>>(),
        "closed": sum(rung.closed),
        "whole": sum(rung.whole),
        "held_back": rung.held_back,
        "insolvent": rung.insolvent,
        "missing": sum(rung.missing),
    })
}

fn change(bps: i64) -> String {
    let sign = match bps {
        ..0 => "-",
        0 => "",
        _ => "+",
    };
    let percent = show::scaled(bps.unsigned_abs().into(), 2, 1);
    format!("{sign}{percent} %")
}

#[cfg(test)]
#[path = "ladder_tests.rs"]
mod tests;
