//! The page's words and tables.

use super::figures::{Figure, ALL};
use super::forest;
use super::format::{count, date, decimals, escape, estimate, number};
use super::text::{self, Standing, LIMITS};
use super::verdict::{self, Entry, Verdict};
use crate::compare::{Comparison, Setup};
use std::fmt::Write;

/// Title, and what was compared on what.
pub fn head(comparison: &Comparison) -> String {
    let setup = &comparison.setup;
    let policies = match comparison.policies.len() {
        1 => "One policy".to_owned(),
        many => format!("{many} policies"),
    };
    format!(
        "<h1>Liquidation policies compared</h1>\n<p class=\"soft\">{} on the same prices and the same \
         traders: {}, {} to {}, {} at a time, {}.</p>\n",
        policies,
        escape(&setup.prices),
        date(setup.span[0]),
        date(setup.span[1]),
        count(setup.accounts as usize, "account"),
        count(setup.seeds.len(), "seed"),
    )
}

/// What the figures say, in sentences.
pub fn summary(comparison: &Comparison) -> String {
    let Some(ours) = comparison.policies.first() else {
        return "<p>There is no policy to show.</p>\n".to_owned();
    };
    let name = escape(&ours.name);
    let standings = text::standings(comparison);
    let main: Vec<&Standing> = standings.iter().filter(|it| it.figure.is_main).collect();
    let mut html = tiles(comparison) + "<section>\n<h2>In short</h2>\n";
    if ours.runs.len() < 2 {
        html += "<p><b>One seed only.</b> There is no interval, so nothing is said to be better or worse: \
                 the figures below are what happened once.</p>\n";
        return html + "</section>\n";
    }
    let _ = write!(
        html,
        "<p>The main figures, of {name} against the other policies. Better and worse are said only where the \
         95 % interval of the differences, seed by seed, excludes zero.</p>\n<div class=\"columns\">\n"
    );
    html += &column(
        comparison,
        &format!("Where {name} does worse"),
        &main,
        |it| &it.better,
    );
    html += &column(
        comparison,
        &format!("Where {name} does better"),
        &main,
        |it| &it.worse,
    );
    html += &column(comparison, "Not told apart", &main, |it| &it.undecided);
    html += "</div>\n";
    html += "<p>Of all figures, not the main ones alone:</p>\n<ul class=\"prose\">\n";
    for sentence in text::better_than_ours(comparison).lines() {
        let _ = writeln!(html, "<li>{}</li>", escape(sentence));
    }
    html + "</ul>\n</section>\n"
}

/// Four figures of ours with the range of the others.
fn tiles(comparison: &Comparison) -> String {
    let mut html = String::from("<ul class=\"tiles\">\n");
    for id in ["cost", "survived", "bad_debt", "pool"] {
        let Some(figure) = ALL.iter().find(|figure| figure.id == id) else {
            continue;
        };
        let row = verdict::row(comparison, figure);
        let Some((ours, others)) = row.split_first() else {
            continue;
        };
        let decimals = row_decimals(&row);
        let means = || {
            others
                .iter()
                .map(|entry| entry.estimate.mean)
                .filter(|it| it.is_finite())
        };
        let least = number(means().fold(f64::INFINITY, f64::min), decimals);
        let most = number(means().fold(f64::NEG_INFINITY, f64::max), decimals);
        let range = if others.is_empty() {
            String::new()
        } else {
            format!("; others {least} to {most}")
        };
        let unit = forest::unit(figure);
        let _ = writeln!(
            html,
            "<li><span>{}</span> <b>{}</b> <span>{unit}{range}</span></li>",
            figure.name,
            estimate(ours.estimate, decimals),
        );
    }
    html + "</ul>\n"
}

fn column(
    comparison: &Comparison,
    title: &str,
    standings: &[&Standing],
    policies: fn(&Standing) -> &Vec<usize>,
) -> String {
    let mut html = format!("<div><h3>{title}</h3>\n<ul>\n");
    let mut is_empty = true;
    for standing in standings {
        let found = policies(standing);
        if found.is_empty() {
            continue;
        }
        is_empty = false;
        let row = verdict::row(comparison, standing.figure);
        let decimals = row_decimals(&row);
        let value = |index: usize| number(row[index].estimate.mean, decimals);
        let named =
            |index: &usize| format!("{} {}", comparison.policies[*index].name, value(*index));
        let all = comparison.policies.len() - 1;
        let named: Vec<String> = found.iter().map(named).collect();
        let who = if found.len() == all && all > 1 {
            format!("all others ({})", named.join(", "))
        } else {
            named.join(", ")
        };
        let _ = writeln!(
            html,
            "<li><b>{}</b>, {}: {} against {}.</li>",
            standing.figure.name,
            standing.figure.unit.short(),
            value(0),
            escape(&who),
        );
    }
    if is_empty {
        html += "<li>None of the main figures.</li>\n";
    }
    html + "</ul></div>\n"
}

fn row_decimals(row: &[Entry]) -> usize {
    let means = row.iter().map(|entry| entry.estimate.mean.abs());
    decimals(means.filter(|mean| mean.is_finite()).fold(0.0, f64::max))
}

/// Every figure of every policy.
pub fn table(comparison: &Comparison) -> String {
    let mut html = String::from(
        "<section>\n<h2>Every figure</h2>\n<p class=\"soft\">Mean \u{b1} half of the 95 % interval over \
         seeds. $/1k: USD per 1,000 USD of margin deposited. <span class=\"better\">\u{25b2}</span> does \
         better than ours, <span class=\"worse\">\u{25bc}</span> does worse, \u{25cb} differs where neither \
         direction is better; no sign: not told apart. Bold: the best, told apart from ours (if ours: from \
         every other).</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Every figure\"><table>\n<thead><tr><th scope=\"col\">Figure</th>",
    );
    for policy in &comparison.policies {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escape(&policy.name));
    }
    html += "</tr></thead>\n";
    let mut group = "";
    for figure in ALL {
        if figure.group != group {
            if !group.is_empty() {
                html += "</tbody>\n";
            }
            group = figure.group;
            let _ = writeln!(
                html,
                "<tbody><tr class=\"group\"><th colspan=\"{}\" scope=\"rowgroup\"><span>{group}</span></th></tr>",
                comparison.policies.len() + 1
            );
        }
        html += &figure_row(comparison, figure);
    }
    html + "</tbody></table></div>\n<details><summary>What each figure means</summary>\n<dl>\n"
        + &meanings()
        + "</dl></details>\n</section>\n"
}

fn figure_row(comparison: &Comparison, figure: &Figure) -> String {
    let row = verdict::row(comparison, figure);
    let decimals = row_decimals(&row);
    let unit = match figure.unit.short() {
        "" => String::new(),
        unit => format!(" <span class=\"soft\">{unit}</span>"),
    };
    let mut html = format!(
        "<tr><th scope=\"row\" title=\"{}\">{}{unit}</th>",
        escape(figure.meaning),
        figure.name
    );
    for (index, entry) in row.iter().enumerate() {
        let mark = match entry.verdict {
            Verdict::Better => "<span class=\"better\" title=\"better than ours\">\u{25b2}</span>",
            Verdict::Worse => "<span class=\"worse\" title=\"worse than ours\">\u{25bc}</span>",
            Verdict::Differs => "<span title=\"differs from ours\">\u{25cb}</span>",
            Verdict::Ours | Verdict::Undecided => "",
        };
        let value = escape(&estimate(entry.estimate, decimals));
        let value = if entry.is_best {
            format!("<b>{value}</b>")
        } else {
            value
        };
        let _ = write!(html, "<td class=\"c{index}\">{value} <i>{mark}</i></td>");
    }
    html + "</tr>\n"
}

fn meanings() -> String {
    let mut html = String::new();
    for figure in ALL {
        let per = match figure.per {
            "" => String::new(),
            per => format!(" Per: {per}."),
        };
        let _ = writeln!(
            html,
            "<dt>{}</dt><dd>{}{} Better: {}.</dd>",
            figure.name,
            escape(figure.meaning),
            escape(&per),
            figure.better.word()
        );
    }
    html
}

/// Everything that was assumed, and the policies' sources.
pub fn setup(comparison: &Comparison) -> String {
    let setup = &comparison.setup;
    let mut html = String::from("<section>\n<h2>The policies</h2>\n<dl>\n");
    for policy in &comparison.policies {
        let _ = writeln!(
            html,
            "<dt>{}</dt><dd>{}</dd>",
            escape(&policy.name),
            escape(&policy.source)
        );
    }
    html += "</dl>\n</section>\n<section>\n<h2>The setup, with every assumption</h2>\n<dl>\n";
    for (what, value) in facts(setup).iter().chain(&setup.assumptions) {
        let _ = writeln!(html, "<dt>{}</dt><dd>{}</dd>", escape(what), escape(value));
    }
    html + "</dl>\n</section>\n"
}

fn facts(setup: &Setup) -> Vec<(String, String)> {
    let seeds: Vec<String> = setup.seeds.iter().map(u64::to_string).collect();
    let [from, to] = setup.span;
    [
        ("Prices", setup.prices.clone()),
        ("Exchange", setup.exchange.clone()),
        ("Time", format!("{} to {}, UTC", date(from), date(to))),
        (
            "Between steps",
            format!("{} s", number(f64::from(setup.step_secs), 0)),
        ),
        ("Assets", setup.assets.join(", ")),
        ("Accounts at a time", number(f64::from(setup.accounts), 0)),
        ("Seeds", seeds.join(", ")),
    ]
    .map(|(what, value)| (what.to_owned(), value))
    .to_vec()
}

/// What the model leaves out.
pub fn limits() -> String {
    let mut html =
        String::from("<section>\n<h2>What this does not show</h2>\n<ul class=\"prose\">\n");
    for limit in LIMITS {
        let _ = writeln!(html, "<li>{}</li>", escape(limit));
    }
    html + "</ul>\n</section>\n"
}

/// How to make the page again.
pub fn again(command: &str) -> String {
    format!(
        "<section>\n<h2>How to make it again</h2>\n<pre tabindex=\"0\"><code>{}</code></pre>\n<p \
         class=\"soft\">The same input gives the same page, byte for byte.</p>\n</section>\n",
        escape(command)
    )
}
