//! The ladder of the made-up book.

use super::*;
use crate::risk::distribution::Distribution;
use crate::risk::fixtures::{book, mirror, NOW};
use crate::session::zeroed;

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
    let text = ladder().report(false).text;
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
    let text = ladder().report(true).text;
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
fn the_price_of_maintenance_is_where_the_state_changes() {
    let mirror = mirror();
    for (_, account) in &book()[..3] {
        let find = |worst| what_if::boundary(&mirror, account, NOW, 0, worst).unwrap();
        let price = find(State::Liquidatable);
        let away = if account.positions[0].lots > 0 { 1 } else { -1 };
        let state = |price: u64| {
            let there = what_if::at_price(&mirror, 0, price, NOW).unwrap();
            there.state(account, NOW).unwrap()
        };
        assert_eq!(state(price), State::Liquidatable);
        assert_eq!(state(price.saturating_add_signed(away)), State::MarginCall);
    }
    // 140,000 - 20,000 = 0.95 * 10 p.
    let (_, account) = &book()[0];
    let price = what_if::boundary(&mirror, account, NOW, 0, State::Liquidatable).unwrap();
    assert_eq!(show::price(price, -5), "12_631.58");
}

#[test]
fn a_token_of_the_same_feed_moves_along() {
    let mut mirror = mirror();
    let mut bank = zeroed::<whittle::state::Bank>();
    bank.index = 1;
    bank.oracle.kind = 1;
    bank.price.price_q32 = 1_000;
    mirror.set_bank(bank);
    bank.index = 2;
    bank.oracle.key = [9; 32];
    mirror.set_bank(bank);
    let there = what_if::at_price(&mirror, 0, 70_000 << 32, NOW).unwrap();
    let price = |index| there.bank(index).unwrap().price.price_q32;
    assert_eq!((price(1), price(2)), (500, 1_000));
}

#[test]
fn ends_of_a_range_are_always_among_its_prices() {
    let changes = |from_bps, to_bps, step_bps| {
        let range = Range {
            from_bps,
            to_bps,
            step_bps,
        };
        range.changes()
    };
    assert_eq!(changes(-500, 500, 250), [-500, -250, 0, 250, 500]);
    assert_eq!(changes(-300, 700, 250), [-300, -250, 0, 250, 500, 700]);
    assert_eq!(changes(100, 200, 1_000), [100, 200]);
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
