//! The ladder of the made-up book.

use super::*;
use crate::risk::distribution::Distribution;
use crate::risk::fixtures::{book, mirror, NOW};
use whittle_client::preview::ladder::Range;

fn ladder() -> Ladder {
    let mirror = mirror();
    let market = mirror.market(0).unwrap();
    let range = Range {
        from_bps: -3_000,
        to_bps: 3_000,
        step_bps: 1_000,
    };
    Ladder::new(&mirror, &book(), market, range, NOW).unwrap()
}

#[test]
fn a_ladder_shows_what_liquidates_at_which_price() {
    let text = report(&ladder(), false).text;
    let expected = "\
BTC-PERP at 14_000.00, 4 accounts

 change      price  accounts  new   closed       of  held back  insolvent  missing
-30.0 %   9_800.00         2    1  196_000  196_000          0          2   24_000
-20.0 %  11_200.00         1    0  112_000  112_000          0          1    8_000
-10.0 %  12_600.00         1    1   17_033  126_000          0          0        0
  0.0 %  14_000.00         0    0        0        0          0          0        0
+10.0 %  15_400.00         0    0        0        0          0          0        0
+20.0 %  16_800.00         1    1   67_200   67_200          0          1    1_200
+30.0 %  18_200.00         1    0   72_800   72_800          0          1    6_800";
    assert_eq!(text, expected);
}

#[test]
fn the_chart_of_a_ladder_is_drawn_from_its_rungs() {
    let text = report(&ladder(), true).text;
    let (_, chart) = text.split_once("notional closed by price, USD\n").unwrap();
    let lines: Vec<&str> = chart.lines().collect();
    assert_eq!(lines.len(), 14);
    assert!(lines[0].ends_with(" 196000.0"), "{}", lines[0]);
    assert!(lines[13].starts_with("9800.0 "), "{}", lines[13]);
    assert!(lines[13].ends_with(" 18200.0"), "{}", lines[13]);
}

#[test]
fn a_rung_names_the_accounts_that_it_adds() {
    let ladder = ladder();
    let named: Vec<(i64, Vec<u8>)> = ladder
        .rungs
        .iter()
        .map(|rung| {
            let keys = rung.new.iter().map(|key| key.to_bytes()[0]);
            (rung.change_bps, keys.collect())
        })
        .collect();
    assert_eq!(
        named,
        [
            (-3_000, vec![2]),
            (-2_000, vec![]),
            (-1_000, vec![1]),
            (0, vec![]),
            (1_000, vec![]),
            (2_000, vec![3]),
            (3_000, vec![]),
        ]
    );
}

#[test]
fn a_distribution_counts_accounts_by_equity_over_maintenance() {
    let found = Distribution::new(&mirror(), &book(), NOW).unwrap();
    let bar = "█".repeat(40);
    let expected = format!(
        "    E / M  state         accounts  notional  equity
        0  insolvent            0         0       0
  < 0.500  emergency            0         0       0
  < 1.000  liquidatable         0         0       0
  < 1.200  margin call          0         0       0
  < 1.500  healthy              0         0       0
  < 2.000  healthy              0         0       0
  < 3.000  healthy              1   140_000  20_000  {bar}
  < 5.000  healthy              1    56_000  10_000  {bar}
 < 10.000  healthy              1   140_000  40_000  {bar}
>= 10.000  healthy              0         0       0

1 accounts without positions"
    );
    assert_eq!(found.report().text, expected);
}
