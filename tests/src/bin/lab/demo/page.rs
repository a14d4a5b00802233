//! The run as one HTML page that needs nothing but itself.

use std::fmt::Write;

use super::charts;
use super::format::{count, escape, minute, percent, ratio, second, signed_usd, usd};
use super::path::DEVIATION_BPS;
use super::report::{price, Liquidation, Report};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page.
pub fn page(report: &Report) -> String {
    let mut body = head(report);
    for market in 0..report.markets.len() {
        body += &market_section(report, market);
    }
    body += &health_section(report);
    body += &bars_section(report);
    body += &table_section(report);
    body += &summary_section(report);
    body += &method_section(report);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>Whittle: a replay of {}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
         <div id=\"tip\" role=\"status\" hidden></div>\n<script>\n{SCRIPT}</script>\n\
         </body>\n</html>\n",
        escape(&report.source_short)
    )
}

fn head(report: &Report) -> String {
    let (closed, all) = (report.closed(), report.closed_by_closing_all());
    let tiles = [
        (
            percent(closed, all),
            "of the notional that closing everything would have closed".to_owned(),
        ),
        (
            format!("${}", usd(closed, 0)),
            format!("closed, instead of ${}", usd(all, 0)),
        ),
        (
            report.liquidations.len().to_string(),
            format!(
                "liquidations of {}",
                count(report.liquidated().count(), "account")
            ),
        ),
        (
            format!("${}", usd(report.totals.bad_debt, 0)),
            "bad debt".to_owned(),
        ),
    ];
    let mut html = format!(
        "<h1>Whittle: liquidations that take only what is needed</h1>\n\
         <p class=\"soft\">{}, {} to {} UTC, replayed against the program in Solana's virtual \
         machine. Every figure below comes from its events and accounts.</p>\n<ul class=\"tiles\">\n",
        escape(&report.source_short),
        minute(report.span.0),
        minute(report.span.1),
    );
    for (figure, words) in tiles {
        let _ = writeln!(
            html,
            "<li><b>{figure}</b> <span>{}</span></li>",
            escape(&words)
        );
    }
    html + "</ul>\n"
}

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

fn market_section(report: &Report, market: usize) -> String {
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
            let frame = charts::price_frame(report, track, edges);
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

fn health_section(report: &Report) -> String {
    let mut html = format!(
        "<section>\n<h2>Health of some accounts</h2>\n<p class=\"soft\">Equity over maintenance \
         requirement (E / M); above {:.0} the line is drawn at the edge. An account under 1 is \
         liquidated until it stands at {:.2}, not further. The fall to below 1 and the return are \
         one update apart, so they appear as teeth.</p>\n<div class=\"pair\">\n",
        charts::HEALTH_TOP,
        report.lines.target,
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
                let edges = [26.0, 8.0, width - 6.0, height - 20.0];
                charts::health(report, account, edges, true)
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
    html += "</div>\n<ul class=\"key\">";
    for (class, words) in key {
        let _ = write!(
            html,
            "<li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\">\
             <path class=\"{class}\" d=\"M0 7H26\"/></svg>{words}</li>"
        );
    }
    html + "</ul>\n</section>\n"
}

fn bars_section(report: &Report) -> String {
    let (closed, all) = (report.closed(), report.closed_by_closing_all());
    let mut html = format!(
        "<section>\n<h2>Closed, and what closing everything would have closed</h2>\n\
         <p class=\"soft\">Each bar is what an account held when it was first liquidated; the \
         filled part is what was closed of it in the whole run. Together ${} of ${}, {}.</p>\n\
         <figure>\n<figcaption><b>Notional, US dollars</b>, by account number</figcaption>\n",
        usd(closed, 0),
        usd(all, 0),
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

fn table_section(report: &Report) -> String {
    let mut html = "<section>\n<h2>Every liquidation</h2>\n<p class=\"soft\">E - T is equity less \
        target requirement afterwards: with the size that was closed, and with one lot less. The \
        first is at least zero and the second below zero: no smaller close would have \
        sufficed.</p>\n\
        <div class=\"scroll tall\" tabindex=\"0\" role=\"region\" aria-label=\"Every liquidation\">\
        <table>\n<thead><tr>"
        .to_owned();
    for title in [
        "Time, UTC",
        "Account",
        "Closed in",
        "Price, $",
        "E / M before",
        "after",
        "Closed, $",
        "Share",
        "Bonus, $",
        "E - T, $",
        "one lot less",
        "Receipt",
    ] {
        let _ = write!(html, "<th scope=\"col\">{title}</th>");
    }
    html += "</tr></thead>\n<tbody>\n";
    for (index, liquidation) in report.liquidations.iter().enumerate() {
        html += &rows(report, index, liquidation);
    }
    html + "</tbody></table></div>\n</section>\n"
}

fn rows(report: &Report, index: usize, liquidation: &Liquidation) -> String {
    let (with, less) = match liquidation.certificate {
        Some(it) => (
            signed_usd(it.surplus, 6),
            signed_usd(-it.shortfall_one_less, 6),
        ),
        None => ("-".into(), "-".into()),
    };
    let account = &report.accounts[liquidation.account];
    let mut html = String::new();
    let closed = liquidation.legs.iter().filter(|leg| leg.closed > 0);
    for (position, leg) in closed.enumerate() {
        let once = |text: String| if position == 0 { text } else { String::new() };
        let market = &report.markets[leg.market];
        let cells = [
            once(second(liquidation.at)),
            once(format!("{} ({})", account.number, escape(&account.opened))),
            format!(
                "{} {}",
                escape(&market.label()),
                if leg.is_long { "long" } else { "short" }
            ),
            price(leg.price),
            once(ratio(liquidation.ratio_before)),
            once(liquidation.after()),
            usd(leg.closed, 2),
            percent(leg.closed, leg.held),
            once(usd(liquidation.bonus, 2)),
            once(with.clone()),
            once(less.clone()),
            once(liquidation.kind.to_owned()),
        ];
        let id = if position == 0 {
            format!(" id=\"row{index}\"")
        } else {
            String::new()
        };
        let _ = writeln!(html, "<tr{id}><td>{}</td></tr>", cells.join("</td><td>"));
    }
    html
}

fn summary_section(report: &Report) -> String {
    let mut html = "<section>\n<h2>Sums</h2>\n<dl>\n".to_owned();
    for (what, much) in report.summary() {
        let _ = writeln!(html, "<dt>{what}</dt><dd>{}</dd>", escape(&much));
    }
    html + "</dl>\n</section>\n"
}

fn method_section(report: &Report) -> String {
    let invented: Vec<String> = report
        .markets
        .iter()
        .filter(|market| market.is_made_up)
        .map(|market| escape(&market.symbol))
        .collect();
    format!(
        "<section>\n<h2>What is real here, and what is not</h2>\n\
         <p><b>Real:</b> {}. The program is the one that would be deployed, compiled to sBPF and \
         run in Solana's virtual machine; deposits, orders, fills, price updates, flags and \
         liquidations are its own instructions. Each event, the change of each account and the \
         off-chain <code>plan</code> agreed to the last atom, or this page would not exist.</p>\n\
         <p><b>Made up:</b> the path inside each hour (from the open to the nearer extreme, to \
         the other one, to the close, in straight lines, an oracle update whenever the price has \
         moved by {:.1} %); the prices of {}; the oracle's confidence; the accounts, their \
         deposits and leverage; the pool and the rules of the exchange. Real prices jump, and a \
         path of straight lines is kinder to an exchange than the trades of that hour were.</p>\n\
         <p>The comparison assumes that closing everything happens at the same moment, price and \
         cost rate as the account's first liquidation here. Keeping a position is not always \
         better for its owner: the line &ldquo;their equity&rdquo; above compares.</p>\n</section>\n\
         <footer>Made by <code>cargo xtask demo</code>. The same input gives the same page.\
         </footer>\n",
        escape(&report.source),
        DEVIATION_BPS as f64 / 100.0,
        invented.join(" and "),
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_page_needs_nothing_but_itself() {
        let html = page(&sample::report());
        for outside in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
    }

    #[test]
    fn what_is_made_up_says_so_in_title_and_table() {
        let html = page(&sample::report());
        assert!(html.contains("<h2>MADEUP-USD <span class=\"tag\">made-up prices</span></h2>"));
        assert!(html.contains("<td>MADEUP-USD (made up) long</td>"));
    }

    #[test]
    fn tags_are_balanced() {
        let html = page(&sample::report());
        for tag in [
            "section", "figure", "svg", "table", "tr", "td", "ul", "li", "dl", "p", "g",
        ] {
            let opened = html.matches(&format!("<{tag}>")).count()
                + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }

    #[test]
    fn every_liquidation_has_a_row() {
        let html = page(&sample::report());
        assert!(html.contains("id=\"row0\"") && html.contains("id=\"row1\""));
        assert!(html.contains("<td>+0.001234</td><td>-0.017891</td><td>exact</td>"));
    }
}
