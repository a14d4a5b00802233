//! The page's sections that are pictures.

use std::fmt::Write;

use super::charts;
use super::format::{count, escape, minute, money, percent};
use super::plot::Frame;
use super::report::{Liquidation, Report};

/// The same chart for a desk and for a phone; the style shows one of them.
fn both(
    label: &str,
    draw: impl Fn(f64, f64) -> String,
    wide: (f64, f64),
    narrow: (f64, f64),
) -> String {
    let mut html = String::new();
    for (class, (width, height)) in [("wide", wide), ("narrow", narrow)] {
        let _ = writeln!(
            html,
            "<svg class=\"{class}\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
             aria-label=\"{}\">{}</svg>",
            escape(label),
            draw(width, height)
        );
    }
    html
}

/// A market's price with its liquidations.
pub fn market(report: &Report, market: usize) -> String {
    let track = &report.markets[market];
    let touches = |it: &&Liquidation| {
        let mut legs = it.legs.iter();
        legs.any(|leg| leg.market == market && leg.closed > 0)
    };
    let calls = report.liquidations.iter().filter(touches).count();
    let (title, caption) = if track.is_made_up {
        (
            format!(
                "{} <span class=\"tag\">made-up prices</span>",
                escape(&track.symbol)
            ),
            "A random walk with jumps between hours, invented so that accounts can hold two \
             markets and a gap can be seen. Nothing real moved like this.",
        )
    } else {
        (
            escape(&track.symbol),
            "Recorded hours; the path inside each hour is drawn in straight lines through its \
             low and high.",
        )
    };
    let label = format!(
        "Price of {} in US dollars over time with {}",
        track.label(),
        count(calls, "liquidation")
    );
    let chart = both(
        &label,
        |width, height| {
            let edges = [58.0, 10.0, width - 8.0, height - 22.0];
            let frame = charts::price_frame(track, report.span, edges);
            charts::price(report, market, &frame, true)
        },
        (960.0, 380.0),
        (380.0, 300.0),
    );
    format!(
        "<section>\n<h2>{title}</h2>\n<p class=\"soft\">{caption}</p>\n<figure>\n\
         <figcaption><b>Price, US dollars</b>, and each of the {} that closed some of this \
         market. Point at a marker for its receipt.</figcaption>\n{chart}{MARKER_KEY}</figure>\n\
         </section>\n",
        count(calls, "liquidation"),
    )
}

const MARKER_KEY: &str = "<ul class=\"key\">\
<li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\"><path class=\"long\" d=\"M5 2h16L13 13Z\"/></svg>a long was reduced</li>\
<li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\"><path class=\"short\" d=\"M5 12h16L13 1Z\"/></svg>a short was reduced</li>\
<li>area in proportion to the notional closed</li></ul>\n";

/// Health of a few accounts over the whole run.
pub fn health(report: &Report) -> String {
    let mut html = format!(
        "<section>\n<h2>Health of some accounts</h2>\n<p class=\"soft\">Equity over maintenance \
         requirement (E / M) over the whole time; above {:.0} the line is drawn at the edge.</p>\n\
         <div class=\"pair\">\n",
        charts::HEALTH_TOP,
    );
    for index in charts::chosen(report, 4) {
        let account = &report.accounts[index];
        let calls = report.liquidations.iter().filter(|it| it.account == index);
        let calls = count(calls.count(), "liquidation");
        let label = format!(
            "E / M of account {} ({}) over time, {calls}",
            account.number, account.opened
        );
        let chart = both(
            &label,
            |width, height| {
                let frame = Frame {
                    edges: [26.0, 8.0, width - 6.0, height - 20.0],
                    times: report.span,
                    values: (0.0, charts::HEALTH_TOP),
                };
                charts::health(report, account, &frame)
            },
            (470.0, 210.0),
            (380.0, 200.0),
        );
        let _ = write!(
            html,
            "<figure>\n<figcaption><b>Account {}: {}</b>, {calls}, {} closed</figcaption>\n\
             {chart}</figure>\n",
            account.number,
            escape(&account.opened),
            percent(account.closed, account.held_at_first),
        );
    }
    html + "</div>\n" + &health_key(report) + "</section>\n"
}

fn health_key(report: &Report) -> String {
    let key = [
        ("health", "E / M".to_owned()),
        (
            "level call",
            format!("margin call, {:.2}", report.lines.call),
        ),
        (
            "level target",
            format!("target, {:.2}", report.lines.target),
        ),
        ("level maintenance", "maintenance, 1.00".to_owned()),
        (
            "level emergency",
            format!("emergency, {:.2}", report.lines.emergency),
        ),
    ];
    let mut html = "<ul class=\"key\">".to_owned();
    for (class, words) in key {
        let _ = write!(
            html,
            "<li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\">\
             <path class=\"{class}\" d=\"M0 7H26\"/></svg>{words}</li>"
        );
    }
    html + "</ul>\n"
}

/// One account through its worst hour: the price above, its health below.
pub fn closeup(report: &Report) -> String {
    let Some(closeup) = charts::closeup(report) else {
        return String::new();
    };
    let account = &report.accounts[closeup.account];
    let track = &report.markets[closeup.market];
    let calls = count(closeup.calls, "liquidation");
    let label = format!(
        "Price of {} and E / M of account {} through {calls} in an hour",
        track.label(),
        account.number
    );
    let chart = both(
        &label,
        |width, height| {
            let split = height * 0.52;
            let price = [58.0, 10.0, width - 8.0, split - 22.0];
            let frame = charts::price_frame(track, closeup.times, price);
            let below = Frame {
                edges: [58.0, split + 12.0, width - 8.0, height - 22.0],
                times: closeup.times,
                values: (0.0, charts::CLOSEUP_TOP),
            };
            charts::price(report, closeup.market, &frame, true)
                + &charts::health(report, account, &below)
        },
        (960.0, 520.0),
        (380.0, 460.0),
    );
    format!(
        "<section>\n<h2>One account through its worst hour</h2>\n<p class=\"soft\">Account {} \
         ({}), {} UTC. When E / M falls under 1 a keeper flags the account; at the next price, \
         {} s later, just enough is closed for it to stand at {:.2}. It keeps the rest, until the \
         price falls further.</p>\n<figure>\n<figcaption><b>Price of {}, US dollars</b>, with all \
         liquidations of that time; below, <b>E / M of account {}</b></figcaption>\n{chart}\
         {MARKER_KEY}{}</figure>\n</section>\n",
        account.number,
        escape(&account.opened),
        minute(closeup.times.0),
        super::stage::BEAT,
        report.lines.target,
        escape(&track.label()),
        account.number,
        health_key(report),
    )
}

/// What was closed, beside what closing everything would have closed.
pub fn bars(report: &Report) -> String {
    let (closed, all) = (report.closed_of_all(), report.closed_by_closing_all());
    let mut html = format!(
        "<section>\n<h2>Closed, and what closing everything would have closed</h2>\n\
         <p class=\"soft\">Each bar is what an account held when it was first liquidated; the \
         filled part is what was closed of it in the whole run, at the prices of that moment. Together {} of {}, {}.</p>\n\
         <figure>\n<figcaption><b>Notional, US dollars</b>, by account number</figcaption>\n",
        money(closed, 0),
        money(all, 0),
        percent(closed, all)
    );
    for (class, width) in [("wide", 960.0), ("narrow", 380.0)] {
        let (svg, height) = charts::bars(report, width);
        let _ = writeln!(
            html,
            "<svg class=\"{class}\" viewBox=\"0 0 {width} {height:.0}\" role=\"img\" \
             aria-label=\"Notional closed by account, against what it held\">{svg}</svg>"
        );
    }
    html + "<ul class=\"key\">\
     <li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\"><rect class=\"closed\" y=\"1\" width=\"26\" height=\"12\"/></svg>closed by Whittle</li>\
     <li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\"><rect class=\"all\" y=\"1\" width=\"26\" height=\"12\"/></svg>would have been closed by closing everything</li>\
     </ul>\n</figure>\n</section>\n"
}
