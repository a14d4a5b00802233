//! The run as plain text for a terminal of 110 columns.

use super::format::{percent, ratio, second, signed_usd, usd};
use super::report::{price, Liquidation, Report};

/// Titles and widths of the table's columns.
const COLUMNS: [(&str, usize); 11] = [
    ("time (UTC)", 14),
    ("account", 7),
    ("market", 10),
    ("price", 9),
    ("E/M", 5),
    ("after", 6),
    ("closed USD", 12),
    ("share", 7),
    ("bonus", 7),
    ("E-T", 9),
    ("one less", 9),
];

/// Every liquidation, one line a leg that was closed.
pub fn table(report: &Report) -> String {
    let mut text = line(&COLUMNS.map(|(title, _)| title.to_owned()), "receipt");
    for liquidation in &report.liquidations {
        text += &rows(report, liquidation);
    }
    if report.liquidations.is_empty() {
        text += "no account fell under its maintenance requirement\n";
    }
    text
}

/// What the columns mean.
pub const LEGEND: &str = "\
E/M: equity over maintenance requirement; an account is liquidated under 1. share: of the leg.
E-T: equity less target requirement with the size that was closed, and with one lot less.";

fn rows(report: &Report, liquidation: &Liquidation) -> String {
    let (with, less) = match liquidation.certificate {
        Some(it) => (
            signed_usd(it.surplus, 4),
            signed_usd(-it.shortfall_one_less, 4),
        ),
        None => ("-".into(), "-".into()),
    };
    let mut text = String::new();
    for leg in liquidation.legs.iter().filter(|leg| leg.closed > 0) {
        let is_first = text.is_empty();
        let once = |value: String| if is_first { value } else { String::new() };
        let side = if leg.is_long { "long" } else { "short" };
        text += &line(
            &[
                once(second(liquidation.at)),
                once(report.accounts[liquidation.account].number.to_string()),
                format!("{} {side}", short(&report.markets[leg.market].symbol)),
                price(leg.price),
                once(ratio(liquidation.ratio_before)),
                once(liquidation.after()),
                usd(leg.closed, 2),
                percent(leg.closed, leg.held),
                once(usd(liquidation.bonus, 2)),
                once(with.clone()),
                once(less.clone()),
            ],
            if is_first { liquidation.kind } else { "" },
        );
    }
    text
}

/// The asset of a market, in at most four letters.
fn short(symbol: &str) -> &str {
    let asset = symbol.split(['-', '/', ' ']).next().unwrap_or(symbol);
    asset.get(..4).unwrap_or(asset)
}

fn line(cells: &[String; 11], last: &str) -> String {
    let mut text = String::new();
    for (index, (cell, (_, width))) in cells.iter().zip(COLUMNS).enumerate() {
        // Words to the left, numbers to the right.
        text += &match index {
            0 | 2 => format!("{cell:<width$} "),
            _ => format!("{cell:>width$} "),
        };
    }
    format!("{}\n", (text + last).trim_end())
}

/// The sums.
pub fn summary(report: &Report) -> String {
    let pairs = report.summary();
    let width = pairs.iter().map(|(what, _)| what.len()).max().unwrap_or(0);
    pairs
        .iter()
        .map(|(what, much)| format!("{what:<width$}  {much}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_table_fits_a_terminal() {
        let report = sample::report();
        let text = table(&report);
        assert!(text.lines().all(|line| line.len() <= 120), "{text}");
        assert!(summary(&report).lines().all(|line| line.len() <= 120));
        assert!(LEGEND.lines().all(|line| line.len() <= 120));
    }

    #[test]
    fn a_liquidation_is_a_line_for_each_leg_that_was_closed() {
        let text = table(&sample::report());
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "12-22 13:41:07       1 BTC long   12,431.50 0.982  1.100     1,234.57  12.3 %    0.62   +0.0012   -0.0179 exact",
                "12-22 14:20:00       2 BTC short  12,590.00 0.321 closed     5,000.00 100.0 %    2.50         -         - forced",
                "                       MADE long    31.2500                  2,000.00 100.0 %",
            ]
        );
    }

    #[test]
    fn the_summary_compares_with_closing_everything() {
        let text = summary(&sample::report());
        assert!(
            text.contains("closed             $8,234.57; a liquidation closes 100.0 % of"),
            "{text}"
        );
        assert!(
            text.contains(
                "$17,000.00 at each account's first liquidation; Whittle $8,234.57, 48.4 %"
            ),
            "{text}"
        );
        assert!(
            text.contains("2 (1 forced, 1 exact) of 2 of 3 accounts"),
            "{text}"
        );
    }

    #[test]
    fn a_calm_run_says_so() {
        let mut report = sample::report();
        report.liquidations.clear();
        assert!(table(&report).ends_with("no account fell under its maintenance requirement\n"));
    }
}
