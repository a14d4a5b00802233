//! How a share is spread over liquidated lives: a ridge for each policy, of bins, not of lives, so that
//! the page stays small.

use super::format::{escape, number};
use super::svg::{bottom_axis, cut, picture, policy, text, Scale, WIDTH};
use crate::compare::{Comparison, Fate, PolicyRuns};
use std::fmt::Write;

const LEFT: f64 = 122.0;
const RIGHT: f64 = WIDTH - 70.0;
const TOP: f64 = 4.0;
const ROW: f64 = 40.0;
const BINS: usize = 50;

/// One share by policy, from zero to `most` (a share); what is above stands in the last bin.
pub fn spread(
    comparison: &Comparison,
    title: &str,
    meaning: &str,
    most: f64,
    value: fn(&Fate) -> f64,
) -> String {
    let bottom = TOP + ROW * comparison.policies.len() as f64;
    let scale = Scale {
        values: [0.0, most],
        places: [LEFT, RIGHT],
    };
    let ticks = scale.ticks(4.0).into_iter();
    let labels: Vec<(f64, String)> = ticks
        .map(|tick| {
            (
                tick,
                format!("{} %", number(100.0 * tick, usize::from(most < 0.05))),
            )
        })
        .collect();
    let mut body = bottom_axis(&scale, [TOP, bottom], &labels);
    let mut said = Vec::new();
    for (index, runs) in comparison.policies.iter().enumerate() {
        let base = TOP + ROW * (index as f64 + 1.0) - 8.0;
        let sorted = sorted(runs, value);
        let mut marks = text("name", 2.0, base, &cut(&runs.name, 18));
        let words = match quartiles(&sorted) {
            None => format!("{}: nobody was liquidated", runs.name),
            Some([low, middle, high]) => {
                marks += &ridge(&sorted, &scale, base);
                let _ = write!(
                    marks,
                    "<path class=\"box\" d=\"M{:.1} {:.1}H{:.1}\"/><circle class=\"median\" cx=\"{:.1}\" \
                     cy=\"{:.1}\" r=\"3.2\"/>",
                    scale.at(low), base + 4.0, scale.at(high), scale.at(middle), base + 4.0
                );
                let show = |share: f64| format!("{} %", number(100.0 * share, 1));
                marks += &text("value end", WIDTH - 2.0, base, &show(middle));
                format!(
                    "{}: median {}, half of them between {} and {}, {} lives",
                    runs.name,
                    show(middle),
                    show(low),
                    show(high),
                    number(sorted.len() as f64, 0)
                )
            }
        };
        body += &policy(index, &words, &marks);
        said.push(words);
    }
    format!(
        "<figure><figcaption><b>{}</b><br/>{}</figcaption>\n{}</figure>\n",
        escape(title),
        escape(meaning),
        picture(
            bottom + 20.0,
            &format!("{title}. {}", said.join(". ")),
            &body
        )
    )
}

/// A round end for a scale that shows all but the largest hundredth, at least a hundredth.
pub fn most(comparison: &Comparison, value: fn(&Fate) -> f64) -> f64 {
    let ends = comparison.policies.iter().map(|runs| {
        let sorted = sorted(runs, value);
        sorted.get(sorted.len() * 99 / 100).copied().unwrap_or(0.0)
    });
    let end = ends.fold(0.01, f64::max).min(1.0);
    let unit = if end > 0.2 { 0.1 } else { 0.01 };
    (end / unit).ceil() * unit
}

fn sorted(runs: &PolicyRuns, value: fn(&Fate) -> f64) -> Vec<f64> {
    let fates = runs
        .runs
        .first()
        .map_or(&[][..], |run| run.fates.as_slice());
    let mut values: Vec<f64> = fates
        .iter()
        .map(value)
        .filter(|it| it.is_finite())
        .collect();
    values.sort_by(f64::total_cmp);
    values
}

fn quartiles(sorted: &[f64]) -> Option<[f64; 3]> {
    let at = |quarter: usize| {
        sorted
            .get((sorted.len().checked_sub(1)? * quarter + 2) / 4)
            .copied()
    };
    Some([at(1)?, at(2)?, at(3)?])
}

/// The outline of the bins, as high as the row allows at the fullest of them.
fn ridge(sorted: &[f64], scale: &Scale, base: f64) -> String {
    let [low, high] = scale.values;
    let mut bins = [0u32; BINS];
    for value in sorted {
        let share = (value - low) / (high - low);
        bins[((share * BINS as f64).max(0.0) as usize).min(BINS - 1)] += 1;
    }
    let fullest = f64::from(bins.iter().copied().max().unwrap_or(1).max(1));
    let wide = (RIGHT - LEFT) / BINS as f64;
    let mut path = format!("M{LEFT:.1} {base:.1}");
    for (index, count) in bins.iter().enumerate() {
        let height = (ROW - 11.0) * f64::from(*count) / fullest;
        let x = LEFT + wide * (index as f64 + 1.0);
        let _ = write!(path, "V{:.1}H{x:.1}", base - height);
    }
    format!("<path class=\"ridge\" d=\"{path}V{base:.1}Z\"/>")
}
