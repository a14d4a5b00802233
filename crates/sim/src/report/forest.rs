//! One main figure of all policies: means with their intervals, and ours as the line to compare with.

use super::figures::{Better, Figure, Unit};
use super::format::{brief, decimals, escape, estimate, number};
use super::svg::{bottom_axis, cut, picture, policy, span, text, Scale, WIDTH};
use super::verdict::{self, Entry, Verdict};
use crate::compare::Comparison;
use std::fmt::Write;

const LEFT: f64 = 122.0;
const RIGHT: f64 = WIDTH - 108.0;
const TOP: f64 = 6.0;
const ROW: f64 = 23.0;

/// The figure with its caption.
pub fn forest(comparison: &Comparison, figure: &Figure) -> String {
    let row = verdict::row(comparison, figure);
    let bottom = TOP + ROW * row.len() as f64;
    let ends = row.iter().flat_map(|entry| {
        let Entry { estimate, .. } = entry;
        [
            estimate.mean - estimate.half_width,
            estimate.mean + estimate.half_width,
        ]
    });
    let scale = Scale {
        values: span(ends),
        places: [LEFT, RIGHT],
    };
    let ticks = scale.ticks(4.0);
    let labels: Vec<(f64, String)> = ticks.iter().map(|tick| (*tick, brief(*tick))).collect();
    let mut body = bottom_axis(&scale, [TOP, bottom], &labels);
    if let Some(ours) = row.first().filter(|ours| ours.estimate.mean.is_finite()) {
        let x = scale.at(ours.estimate.mean);
        let _ = write!(
            body,
            "<path class=\"ours\" d=\"M{x:.1} {TOP:.0}V{bottom:.0}\"/>"
        );
    }
    let means = row.iter().map(|entry| entry.estimate.mean.abs());
    let largest = means.filter(|mean| mean.is_finite()).fold(0.0, f64::max);
    for (index, (runs, entry)) in comparison.policies.iter().zip(&row).enumerate() {
        let y = TOP + ROW * (index as f64 + 0.5);
        let title = sentence(&runs.name, figure, entry, decimals(largest));
        let mark = mark(entry, &scale, y, &runs.name, decimals(largest));
        body += &policy(index, &title, &mark);
    }
    format!(
        "<figure><figcaption><b>{}</b><br/>{}<br/>{}</figcaption>\n{}</figure>\n",
        figure.name,
        escape(figure.meaning),
        caption(figure),
        picture(
            bottom + 22.0,
            &label(comparison, figure, &row, decimals(largest)),
            &body
        )
    )
}

/// Its unit in full: `% of liquidated lives`.
pub fn unit(figure: &Figure) -> String {
    match (figure.unit, figure.per) {
        (Unit::Percent, per) => escape(&format!("% of {per}")),
        (unit, _) => unit.words().to_owned(),
    }
}

/// Unit and direction.
fn caption(figure: &Figure) -> String {
    let better = match figure.better {
        Better::Lower => "lower is better",
        Better::Higher => "higher is better",
        Better::Neither => "neither direction is better",
    };
    format!("{}; {better}", unit(figure))
}

fn mark(entry: &Entry, scale: &Scale, y: f64, name: &str, decimals: usize) -> String {
    let class = format!("mark {}", entry.verdict.word());
    let mut svg = format!(
        "<rect class=\"hit\" x=\"0\" y=\"{:.1}\" width=\"{WIDTH:.0}\" height=\"{ROW:.0}\"/>",
        y - ROW / 2.0
    );
    svg += &text("name", 2.0, y + 4.0, &cut(name, 18));
    svg += &text(
        "value end",
        WIDTH - 2.0,
        y + 4.0,
        &estimate(entry.estimate, decimals),
    );
    if !entry.estimate.mean.is_finite() {
        return svg;
    }
    let x = scale.at(entry.estimate.mean);
    let from = scale.at(entry.estimate.mean - entry.estimate.half_width);
    let to = scale.at(entry.estimate.mean + entry.estimate.half_width);
    let shape = match entry.verdict {
        // The reader's usual signs: a triangle up for better, down for worse.
        Verdict::Better => format!("M{:.1} {:.1}h11l-5.5 -10z", x - 5.5, y + 4.5),
        Verdict::Worse => format!("M{:.1} {:.1}h11l-5.5 10z", x - 5.5, y - 4.5),
        Verdict::Ours => format!("M{:.1} {y:.1}l5.5 -5.5l5.5 5.5l-5.5 5.5z", x - 5.5),
        Verdict::Differs | Verdict::Undecided => {
            format!("M{:.1} {y:.1}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", x - 4.0)
        }
    };
    let _ = write!(
        svg,
        "<g class=\"{class}\"><path class=\"bar\" d=\"M{from:.1} {y:.1}H{to:.1}\"/>\
         <path class=\"dot\" d=\"{shape}\"/></g>"
    );
    svg
}

fn sentence(name: &str, figure: &Figure, entry: &Entry, decimals: usize) -> String {
    let value = format!(
        "{name}: {} {}",
        estimate(entry.estimate, decimals),
        figure.unit.words()
    );
    let difference = format!(
        "{} {}",
        number(entry.difference.mean.abs(), decimals),
        if entry.difference.mean < 0.0 {
            "lower"
        } else {
            "higher"
        },
    );
    let against = match entry.verdict {
        Verdict::Ours => return format!("{}, ours", value.trim_end()),
        Verdict::Undecided => "not told apart from ours".to_owned(),
        Verdict::Differs => format!("{difference} than ours"),
        Verdict::Better => format!("better than ours, {difference}"),
        Verdict::Worse => format!("worse than ours, {difference}"),
    };
    format!("{}; {against}", value.trim_end())
}

/// All of the plot in words.
fn label(comparison: &Comparison, figure: &Figure, row: &[Entry], decimals: usize) -> String {
    let policies = comparison.policies.iter().zip(row);
    let said: Vec<String> = policies
        .map(|(runs, entry)| format!("{} {}", runs.name, estimate(entry.estimate, decimals)))
        .collect();
    format!("{}: {}", figure.name, said.join("; "))
}
