//! The charts of a run: price with liquidations, health of an account, what was closed.

use std::fmt::Write;

use super::format::{escape, money, percent, usd};
use super::plot::{range, ticks, triangle, Frame};
use super::report::{AccountTrack, MarketTrack, Report};

/// Health above this is drawn at the edge: an account that is well is not interesting.
pub const HEALTH_TOP: f64 = 3.0;
/// The same where one hour is seen from nearby.
pub const CLOSEUP_TOP: f64 = 2.0;
/// Half the width of the largest marker.
const LARGEST: f64 = 13.0;

/// A market's price in `frame`, and each liquidation that closed some of it. With `receipts`, each
/// marker says what it stands for.
pub fn price(report: &Report, market: usize, frame: &Frame, receipts: bool) -> String {
    let track = &report.markets[market];
    let mut svg = frame.axes(&price_ticks(frame));
    svg += &frame.line("price", &track.prices);
    let biggest = report
        .liquidations
        .iter()
        .flat_map(|liquidation| &liquidation.legs)
        .map(|leg| leg.closed)
        .max()
        .unwrap_or(1)
        .max(1) as f64;
    for (index, liquidation) in report.liquidations.iter().enumerate() {
        let legs = liquidation.legs.iter();
        for leg in legs.filter(|leg| leg.market == market && leg.closed > 0) {
            let (side, down) = if leg.is_long {
                ("long", true)
            } else {
                ("short", false)
            };
            let (x, y) = (frame.x(liquidation.at), frame.y(leg.price));
            let shape = triangle(x, y, leg.closed as f64 / biggest, LARGEST, down);
            if x < frame.edges[0] || x > frame.edges[2] {
                continue;
            }
            if receipts {
                let _ = write!(
                    svg,
                    "<path class=\"mark {side}\" data-row=\"{index}\" d=\"{shape}\"><title>{}</title></path>",
                    escape(&liquidation.receipt(report))
                );
            } else {
                let _ = write!(svg, "<path class=\"mark {side}\" d=\"{shape}\"/>");
            }
        }
    }
    svg
}

/// The frame of a market's price from `times.0` to `times.1`.
pub fn price_frame(track: &MarketTrack, times: (i64, i64), edges: [f64; 4]) -> Frame {
    let prices = track.prices.iter().copied();
    let inside: Vec<_> = prices
        .filter(|(time, _)| (times.0..=times.1).contains(time))
        .collect();
    Frame {
        edges,
        times,
        values: range(&inside),
    }
}

fn price_ticks(frame: &Frame) -> Vec<(f64, String)> {
    let (low, high) = frame.values;
    let parts = ((frame.edges[3] - frame.edges[1]) / 50.0).max(2.0) as usize;
    let decimals = if high - low < 5.0 { 2 } else { 0 };
    ticks(low, high, parts)
        .into_iter()
        .map(|value| (value, usd((value * 1e6).round() as i64, decimals)))
        .collect()
}

/// E / M of an account in `frame`, with the thresholds.
pub fn health(report: &Report, account: &AccountTrack, frame: &Frame) -> String {
    let top = frame.values.1;
    let values = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0].into_iter();
    let labels: Vec<(f64, String)> = values
        .filter(|value| *value <= top && (top <= 2.0 || value.fract() == 0.0))
        .map(|value| (value, format!("{value}")))
        .collect();
    let mut svg = frame.axes(&labels);
    let [left, _, right, _] = frame.edges;
    for (class, value) in [
        ("call", report.lines.call),
        ("target", report.lines.target),
        ("maintenance", 1.0),
        ("emergency", report.lines.emergency),
    ] {
        let y = frame.y(value);
        let _ = write!(
            svg,
            "<path class=\"level {class}\" d=\"M{left:.0} {y:.1}H{right:.0}\"/>"
        );
    }
    svg + &frame.line("health", &account.health)
}

/// A stretch of the run worth seeing from nearby.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closeup {
    /// Index of the account.
    pub account: usize,
    /// Index of the market that moved it.
    pub market: usize,
    /// Its liquidations in that time.
    pub calls: usize,
    /// From when to when.
    pub times: (i64, i64),
}

/// The hour in which one account was liquidated most often, with some time around it.
pub fn closeup(report: &Report) -> Option<Closeup> {
    const HOUR: i64 = 3_600;
    let mut best: Option<Closeup> = None;
    for first in &report.liquidations {
        let same = report.liquidations.iter().filter(|it| {
            it.account == first.account && (first.at..first.at + HOUR).contains(&it.at)
        });
        let calls = same.clone().count();
        let last = same.map(|it| it.at).max().unwrap_or(first.at);
        if best.is_none_or(|best| calls > best.calls) {
            let leg = first.legs.iter().find(|leg| leg.closed > 0);
            best = Some(Closeup {
                account: first.account,
                market: leg.map_or(0, |leg| leg.market),
                calls,
                times: (
                    (first.at - HOUR / 3).max(report.span.0),
                    (last + HOUR / 3).min(report.span.1),
                ),
            });
        }
    }
    best
}

/// The accounts whose health is worth a look: those liquidated most often, each telling another
/// story where there is one (a kind of position appears once as long as others are left).
pub fn chosen(report: &Report, most: usize) -> Vec<usize> {
    let calls = |index: usize| {
        let of = |liquidation: &&super::report::Liquidation| liquidation.account == index;
        report.liquidations.iter().filter(of).count()
    };
    let mut order: Vec<usize> = (0..report.accounts.len())
        .filter(|index| calls(*index) > 0)
        .collect();
    order.sort_by_key(|index| (std::cmp::Reverse(calls(*index)), *index));
    let story = |index: &usize| {
        let opened = &report.accounts[*index].opened;
        opened
            .split_once(' ')
            .map_or("", |(_, what)| what)
            .to_owned()
    };
    let (mut first, mut again, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for index in order {
        if seen.contains(&story(&index)) {
            again.push(index);
        } else {
            seen.push(story(&index));
            first.push(index);
        }
    }
    first.extend(again);
    first.truncate(most);
    first
}

/// One bar a liquidated account: what it held at its first liquidation, and the part of that which
/// was closed over the whole run. `width` units wide; returns the picture and its height.
pub fn bars(report: &Report, width: f64) -> (String, f64) {
    let mut accounts: Vec<&AccountTrack> = report.liquidated().collect();
    accounts.sort_by_key(|account| std::cmp::Reverse(account.held_at_first));
    let most = accounts.first().map_or(1, |it| it.held_at_first).max(1) as f64;
    let (left, right) = (34.0, width - 62.0);
    let mut svg = String::new();
    let mut y = 4.0;
    for account in accounts {
        let scale = (right - left) / most;
        let _ = write!(
            svg,
            "<g><title>Account {} ({}): closed {} of {}</title>\
             <text class=\"tick end\" x=\"{:.0}\" y=\"{:.1}\">{}</text>\
             <rect class=\"all\" x=\"{left}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"12\"/>\
             <rect class=\"closed\" x=\"{left}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"12\"/>\
             <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            account.number,
            escape(&account.opened),
            money(account.closed, 0),
            money(account.held_at_first, 0),
            left - 6.0,
            y + 10.0,
            account.number,
            account.held_at_first as f64 * scale,
            account.closed as f64 * scale,
            left + account.held_at_first as f64 * scale + 6.0,
            y + 10.0,
            percent(account.closed, account.held_at_first),
        );
        y += 17.0;
    }
    (svg, y + 2.0)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn every_closed_leg_has_a_marker_with_its_receipt() {
        let report = sample::report();
        let edges = [60.0, 10.0, 900.0, 300.0];
        let frame = price_frame(&report.markets[0], report.span, edges);
        let svg = price(&report, 0, &frame, true);
        assert_eq!(svg.matches("class=\"mark long\"").count(), 1);
        assert_eq!(svg.matches("class=\"mark short\"").count(), 1);
        assert!(svg.contains("E - T is +0.001234 with this size and -0.017891 with one lot less."));
        assert!(svg.contains("forced, without a certificate."));
        assert!(svg.contains("5x short BTC &amp; long MADEUP"));
    }

    #[test]
    fn accounts_that_tell_different_stories_come_first() {
        let mut report = sample::report();
        let mut third = report.liquidations[0].clone();
        third.account = 2;
        report.liquidations.extend([third.clone(), third]);
        assert_eq!(chosen(&report, 4), [2, 1, 0]);
        assert_eq!(chosen(&report, 1), [2]);
    }

    #[test]
    fn the_closeup_shows_the_busiest_hour_of_an_account() {
        let mut report = sample::report();
        let mut next = report.liquidations[1].clone();
        next.at += 600;
        report.liquidations.push(next);
        let closeup = closeup(&report).unwrap();
        assert_eq!((closeup.account, closeup.market, closeup.calls), (1, 0, 2));
        let at = report.liquidations[1].at;
        assert_eq!(closeup.times, (at - 1_200, at + 600 + 1_200));
    }

    #[test]
    fn bars_compare_each_liquidated_account() {
        let (svg, height) = bars(&sample::report(), 600.0);
        assert_eq!(svg.matches("class=\"all\"").count(), 2);
        assert!(svg.contains("12.3 %") && svg.contains("100.0 %"));
        assert!(height > 30.0);
    }
}
