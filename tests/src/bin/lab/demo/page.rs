//! The run as one HTML page that needs nothing but itself.

use std::fmt::Write;

use super::figures;
use super::format::{count, escape, minute, money, percent, ratio, second, signed_usd, usd};
use super::path::DEVIATION_BPS;
use super::report::{price, Liquidation, Report};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole page.
pub fn page(report: &Report) -> String {
    let mut body = head(report);
    for market in 0..report.markets.len() {
        body += &figures::market(report, market);
    }
    body += &figures::closeup(report);
    body += &figures::health(report);
    body += &figures::bars(report);
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
    let (closed, all) = (report.closed_of_all(), report.closed_by_closing_all());
    let tiles = [
        (
            percent(closed, all),
            "closed of what closing everything would have closed".to_owned(),
        ),
        (
            money(closed, 0),
            format!(
                "closed, of {} that accounts held when first liquidated",
                money(all, 0)
            ),
        ),
        (
            report.liquidations.len().to_string(),
            format!(
                "liquidations of {}",
                count(report.liquidated().count(), "account")
            ),
        ),
        (money(report.totals.bad_debt, 0), "bad debt".to_owned()),
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
            signed_usd(it.surplus, 4),
            signed_usd(-it.shortfall_one_less, 4),
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
            once(account.number.to_string()),
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
         cost rate as the account's first liquidation here, and values what Whittle closed later at \
         those prices too. Keeping a position is not always \
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
        assert!(html.contains("<td>+0.0012</td><td>-0.0179</td><td>exact</td>"));
    }
}
