//! The comparison for a terminal of 120 columns.

use super::figures::{Figure, ALL};
use super::format::{decimals, estimate};
use super::text::better_than_ours;
use super::verdict::{self, Entry};
use crate::compare::Comparison;
use comfy_table::{presets, CellAlignment, ContentArrangement, Table};

const WIDTH: usize = 120;
/// Policies beside ours that fit into [`WIDTH`].
const OTHERS: usize = 5;

const LEGEND: &str = "\
mean ± half of the 95 % interval over seeds. $/1k: USD per 1,000 USD of margin deposited.
*: the best, and its seed-by-seed difference from ours is not zero (if ours: from every other policy).
";

/// One column a policy, one row a figure; in two tables with ours in both if there are many.
pub fn table(comparison: &Comparison) -> String {
    let others: Vec<usize> = (1..comparison.policies.len()).collect();
    let tables = others.len().div_ceil(OTHERS).max(1);
    let size = others.len().div_ceil(tables).max(1);
    let rows: Vec<(&Figure, Vec<Entry>)> = ALL
        .iter()
        .map(|figure| (figure, verdict::row(comparison, figure)))
        .collect();
    let mut text = String::new();
    let mut groups = others.chunks(size);
    let mut next = Some(groups.next().unwrap_or_default());
    while let Some(group) = next {
        let columns: Vec<usize> = std::iter::once(0).chain(group.iter().copied()).collect();
        text += &one(comparison, &rows, &columns);
        text.push('\n');
        next = groups.next();
    }
    text + LEGEND + &wrapped(&better_than_ours(comparison))
}

fn one(comparison: &Comparison, rows: &[(&Figure, Vec<Entry>)], columns: &[usize]) -> String {
    let name = |index: &usize| comparison.policies.get(*index).map(|it| it.name.clone());
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH as u16);
    let titles = columns.iter().filter_map(name);
    table.set_header(std::iter::once(String::new()).chain(titles));
    let mut group = "";
    for (figure, row) in rows {
        if figure.group != group {
            group = figure.group;
            table.add_row([group.to_uppercase()]);
        }
        let means = row.iter().map(|entry| entry.estimate.mean);
        let largest = means.filter(|mean| mean.is_finite()).map(f64::abs);
        let decimals = decimals(largest.fold(0.0, f64::max));
        let cells = columns.iter().filter_map(|index| row.get(*index));
        let cells = cells.map(|entry| cell(entry, decimals));
        let unit = figure.unit.short();
        let title = if unit.is_empty() {
            figure.short.to_owned()
        } else {
            format!("{}, {unit}", figure.short)
        };
        table.add_row(std::iter::once(title).chain(cells));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_padding((0, 1));
    }
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

fn cell(entry: &Entry, decimals: usize) -> String {
    let mark = if entry.is_best { "*" } else { "" };
    mark.to_owned() + &estimate(entry.estimate, decimals)
}

/// Lines broken at spaces.
fn wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        let mut width = 0;
        for word in line.split(' ') {
            let size = word.chars().count();
            if width > 0 && width + 1 + size > WIDTH {
                wrapped += "\n  ";
                width = 2;
            } else if width > 0 {
                wrapped.push(' ');
                width += 1;
            }
            wrapped += word;
            width += size;
        }
        wrapped.push('\n');
    }
    wrapped
}
