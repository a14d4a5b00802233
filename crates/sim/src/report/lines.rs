//! What happened over time, by the days of the first seed.

use super::format::{brief, date, dollars, escape};
use super::svg::{
    bottom_axis, cut, left_axis, line, picture, policy, span, spread_out, text, Scale, WIDTH,
};
use crate::compare::{Comparison, Day, PolicyRuns};
use std::fmt::Write;

const LEFT: f64 = 48.0;
const RIGHT: f64 = WIDTH - 6.0;

/// The days of a policy's first seed.
fn days(policy: &PolicyRuns) -> &[Day] {
    policy.runs.first().map_or(&[], |run| run.days.as_slice())
}

/// Time from left to right, with a date at about every fourth of it.
fn times(comparison: &Comparison, places: [f64; 2]) -> (Scale, Vec<(f64, String)>) {
    let all = || comparison.policies.iter().flat_map(days);
    let first = all().map(|day| day.time).min().unwrap_or(0);
    let last = all().map(|day| day.time).max().unwrap_or(0).max(first + 1);
    let scale = Scale {
        values: [first as f64, last as f64],
        places,
    };
    let labels = [1, 3, 5].map(|sixth| {
        let time = first + (last - first) * sixth / 6;
        (time as f64, date(time))
    });
    (scale, labels.to_vec())
}

/// The price, and under it a panel for each policy: notional liquidated on every day.
pub fn notional(comparison: &Comparison) -> String {
    let (time, labels) = times(comparison, [LEFT, RIGHT]);
    let all = comparison.policies.iter().flat_map(days);
    let most = all.map(|day| day.notional).fold(0.0, f64::max);
    let most = if most > 0.0 { most } else { 1.0 };
    let mut html = String::from("<div class=\"panels\">\n");
    for (index, runs) in comparison.policies.iter().enumerate() {
        if index == 0 {
            html += &price(comparison, &time, &labels);
        }
        html += &panel(index, runs, &time, &labels, most);
    }
    html + "</div>\n"
}

fn price(comparison: &Comparison, time: &Scale, labels: &[(f64, String)]) -> String {
    let days = comparison.policies.first().map_or(&[][..], days);
    let asset = comparison.setup.assets.first().map_or("", String::as_str);
    let scale = Scale {
        values: span(days.iter().map(|day| day.price)),
        places: [116.0, 8.0],
    };
    let ticks: Vec<(f64, String)> = scale
        .ticks(4.0)
        .iter()
        .map(|it| (*it, dollars(*it)))
        .collect();
    let mut body = left_axis(&scale, [LEFT, RIGHT], &ticks);
    body += &bottom_axis(time, [8.0, 116.0], labels);
    let points = days
        .iter()
        .map(|day| (time.at(day.time as f64), scale.at(day.price)));
    let _ = write!(body, "<path class=\"price\" d=\"{}\"/>", line(points));
    let ends = days
        .first()
        .zip(days.last())
        .map(|(first, last)| format!("from {} to {}", dollars(first.price), dollars(last.price)));
    let label = format!("Price of {asset}, {}", ends.unwrap_or_default());
    format!(
        "<figure><figcaption><b>Price of {}</b></figcaption>\n{}</figure>\n",
        escape(asset),
        picture(136.0, &label, &body)
    )
}

fn panel(
    index: usize,
    runs: &PolicyRuns,
    time: &Scale,
    labels: &[(f64, String)],
    most: f64,
) -> String {
    let scale = Scale {
        values: [0.0, most],
        places: [116.0, 20.0],
    };
    let ticks: Vec<(f64, String)> = scale
        .ticks(3.0)
        .iter()
        .map(|it| (*it, dollars(*it)))
        .collect();
    let mut body = left_axis(&scale, [LEFT, RIGHT], &ticks);
    body += &bottom_axis(time, [20.0, 116.0], labels);
    let mut bars = String::new();
    for day in days(runs).iter().filter(|day| day.notional > 0.0) {
        let (x, y) = (time.at(day.time as f64), scale.at(day.notional));
        let _ = write!(bars, "M{x:.1} 116V{y:.1}");
    }
    let total: f64 = days(runs).iter().map(|day| day.notional).sum();
    let mut marks = format!("<path class=\"spike\" d=\"{bars}\"/>");
    let worst = days(runs)
        .iter()
        .max_by(|a, b| a.notional.total_cmp(&b.notional));
    let worst = worst.filter(|day| day.notional > 0.0);
    if let Some(day) = worst {
        let x = time.at(day.time as f64);
        let class = if x > (LEFT + RIGHT) / 2.0 {
            "value end"
        } else {
            "value"
        };
        let words = format!("{} on {}", dollars(day.notional), date(day.time));
        marks += &text(class, x, (scale.at(day.notional) - 5.0).max(14.0), &words);
    }
    let title = format!("{}: {} liquidated in all", runs.name, dollars(total));
    body += &policy(index, &title, &marks);
    format!(
        "<figure class=\"pol p{index}\"><figcaption><b>{}</b>, {} in all</figcaption>\n{}</figure>\n",
        escape(&runs.name),
        dollars(total),
        picture(136.0, &title, &body)
    )
}

/// One value of all policies over time, as lines with their names at the end.
pub fn values(comparison: &Comparison, title: &str, value: fn(&Day) -> f64) -> String {
    const TOP: f64 = 8.0;
    const BOTTOM: f64 = 236.0;
    const END: f64 = WIDTH - 112.0;
    let (time, labels) = times(comparison, [LEFT, END]);
    let all = comparison.policies.iter().flat_map(days);
    let scale = Scale {
        values: span(all.map(value)),
        places: [BOTTOM, TOP],
    };
    let ticks: Vec<(f64, String)> = scale
        .ticks(5.0)
        .iter()
        .map(|it| (*it, dollars(*it)))
        .collect();
    let mut body = left_axis(&scale, [LEFT, END], &ticks);
    body += &bottom_axis(&time, [TOP, BOTTOM], &labels);
    let last = |runs: &PolicyRuns| days(runs).last().map_or(0.0, value);
    let ends: Vec<f64> = comparison
        .policies
        .iter()
        .map(|it| scale.at(last(it)))
        .collect();
    let places = spread_out(&ends, 14.0, [TOP + 4.0, BOTTOM]);
    let mut said = Vec::new();
    for (index, runs) in comparison.policies.iter().enumerate().rev() {
        let points = days(runs)
            .iter()
            .map(|day| (time.at(day.time as f64), scale.at(value(day))));
        let (end, place) = (ends[index], places[index]);
        let mut marks = format!("<path class=\"line\" d=\"{}\"/>", line(points));
        let _ = write!(
            marks,
            "<path class=\"lead\" d=\"M{END:.0} {end:.1}L{:.0} {place:.1}\"/>",
            END + 9.0
        );
        marks += &text("name own", END + 11.0, place + 4.0, &cut(&runs.name, 15));
        let words = format!("{}: {} at the end", runs.name, dollars(last(runs)));
        body += &policy(index, &words, &marks);
        said.push(format!("{} {}", runs.name, brief(last(runs))));
    }
    said.reverse();
    let label = format!("{title} over time; at the end, USD: {}", said.join("; "));
    format!(
        "<figure><figcaption><b>{}</b>, USD</figcaption>\n{}</figure>\n",
        escape(title),
        picture(BOTTOM + 20.0, &label, &body)
    )
}
