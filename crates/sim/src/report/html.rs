//! The comparison as one HTML page that needs nothing but itself. It is well-formed XML too, so that a
//! test can parse it.

use super::figures::ALL;
use super::format::{escape, list};
use super::{forest, lines, page, spread, trade_off};
use crate::compare::Comparison;
use std::fmt::Write;

const STYLE: &str = include_str!("page.css");

/// The whole page. `command` is what makes it again.
pub fn html(comparison: &Comparison, command: &str) -> String {
    let names: Vec<String> = comparison
        .policies
        .iter()
        .map(|it| it.name.clone())
        .collect();
    let body = [
        page::head(comparison),
        page::summary(comparison),
        chooser(&names),
        forests(comparison),
        over_time(comparison),
        lives(comparison),
        trade(comparison),
        page::table(comparison),
        page::setup(comparison),
        page::limits(),
        page::again(command),
    ];
    page_of(
        "Liquidation policies compared",
        &list(&names),
        &highlights(names.len()),
        &body.concat(),
    )
}

/// A page in the report's style.
pub(super) fn page_of(title: &str, description: &str, style: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n\
         <meta name=\"description\" content=\"{}\"/>\n\
         <title>{}</title>\n\
         <style>\n{STYLE}{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        escape(description),
        escape(title),
        style,
        body
    )
}

/// Rules that dim every policy but the chosen one.
fn highlights(policies: usize) -> String {
    let mut css = String::new();
    for index in 0..policies {
        let _ = writeln!(
            css,
            "main:has(#h{index}:checked) .pol:not(.p{index}){{opacity:.16}}\
             main:has(#h{index}:checked) td.c{index}{{background:var(--lit)}}"
        );
    }
    css
}

fn chooser(names: &[String]) -> String {
    let mut html = String::from(
        "<fieldset class=\"choose\"><legend>Highlight</legend>\n\
         <label><input type=\"radio\" name=\"h\" id=\"all\" checked=\"checked\"/>all</label>\n",
    );
    for (index, name) in names.iter().enumerate() {
        let _ = writeln!(
            html,
            "<label class=\"p{index}\"><input type=\"radio\" name=\"h\" id=\"h{index}\"/>{}</label>",
            escape(name)
        );
    }
    html + "</fieldset>\n"
}

fn forests(comparison: &Comparison) -> String {
    let mut html = String::from(
        "<section>\n<h2>Figure by figure</h2>\n<p class=\"soft\">A mark is the mean over seeds, its bar the \
         95 % interval. The dashed line is ours. <span class=\"better\">\u{25b2} does better than ours</span>, \
         <span class=\"worse\">\u{25bc} does worse</span>, \u{25cb} cannot be told apart (or neither \
         direction is better): decided by the differences seed by seed, which are usually narrower than the bars. \
         Point at a row for its difference.</p>\n<div class=\"plots\">\n",
    );
    for figure in ALL.iter().filter(|figure| figure.is_main) {
        html += &forest::forest(comparison, figure);
    }
    html + "</div>\n</section>\n"
}

fn over_time(comparison: &Comparison) -> String {
    let seed = comparison
        .setup
        .seeds
        .first()
        .map_or(String::new(), |seed| format!(" (seed {seed})"));
    format!(
        "<section>\n<h2>Day by day</h2>\n<p class=\"soft\">Notional liquidated on each day of the first \
         seed{seed}, in the same scale for all policies; the largest day is named.</p>\n{}\
         <h2>What pool and insurance went through</h2>\n<p class=\"soft\">Of the first seed{seed}. A scale \
         need not begin at zero.</p>\n<div class=\"plots\">\n{}{}</div>\n</section>\n",
        lines::notional(comparison),
        lines::values(comparison, "Value of the pool", |day| day.pool),
        lines::values(comparison, "Insurance fund", |day| day.insurance),
    )
}

fn lives(comparison: &Comparison) -> String {
    let most = spread::most(comparison, |fate| fate.cost_share);
    format!(
        "<section>\n<h2>Life by life</h2>\n<p class=\"soft\">Of every life of the first seed that was \
         liquidated. Each row is scaled to its own fullest bin. Under it the middle half of the lives, with \
         the median as a dot and as the number at the right. Shares above the scale stand in its last bin.\
         </p>\n<div class=\"plots\">\n{}{}</div>\n</section>\n",
        spread::spread(
            comparison,
            "Cost of being liquidated",
            "What liquidations cost the account, as a share of its margin before the first.",
            most,
            |fate| fate.cost_share,
        ),
        spread::spread(
            comparison,
            "Share of the positions closed",
            "Notional closed, of what the account held before its first liquidation.",
            1.0,
            |fate| fate.closed_share,
        ),
    )
}

fn trade(comparison: &Comparison) -> String {
    format!(
        "<section>\n<h2>Gentle or safe?</h2>\n<p class=\"soft\">A policy that takes little from traders is no \
         gain if others pay for it with bad debt.</p>\n{}</section>\n",
        trade_off::trade_off(comparison)
    )
}
