//! What traders pay against what is left unpaid: one point a policy.

use super::figures::{Figure, ALL};
use super::format::{brief, decimals, estimate};
use super::svg::{bottom_axis, cut, left_axis, picture, policy, span, text, Scale, WIDTH};
use crate::compare::Comparison;
use crate::measure::Estimate;
use std::fmt::Write;

const LEFT: f64 = 52.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 286.0;
const LETTER: f64 = 6.6;

/// Cost from left to right, bad debt upwards: towards the lower left corner both are small.
pub fn trade_off(comparison: &Comparison) -> String {
    let find = |id: &str| ALL.iter().find(|figure| figure.id == id);
    let (Some(cost), Some(debt)) = (find("cost"), find("bad_debt")) else {
        return String::new();
    };
    let estimates = |figure: &Figure| -> Vec<Estimate> {
        let policies = comparison.policies.iter();
        policies.map(|runs| runs.estimate(figure.value)).collect()
    };
    let (costs, debts) = (estimates(cost), estimates(debt));
    let scale = |estimates: &[Estimate], places: [f64; 2]| {
        let highs = estimates.iter().map(|it| it.mean + it.half_width);
        let lows = estimates
            .iter()
            .map(|it| (it.mean - it.half_width).max(0.0));
        Scale {
            values: span(highs.chain(lows).chain([0.0])),
            places,
        }
    };
    let x = scale(&costs, [LEFT, RIGHT]);
    let y = scale(&debts, [BOTTOM, TOP]);
    let ticks = |scale: &Scale| -> Vec<(f64, String)> {
        scale
            .ticks(5.0)
            .iter()
            .map(|tick| (*tick, brief(*tick)))
            .collect()
    };
    let mut body = left_axis(&y, [LEFT, RIGHT], &ticks(&y));
    body += &bottom_axis(&x, [TOP, BOTTOM], &ticks(&x));
    body += &text(
        "tick end",
        RIGHT,
        BOTTOM + 31.0,
        "liquidation cost \u{2192}",
    );
    body += &text("tick", LEFT + 4.0, TOP + 4.0, "\u{2191} bad debt");
    let points: Vec<(f64, f64)> = costs
        .iter()
        .zip(&debts)
        .map(|(c, d)| (x.at(c.mean), y.at(d.mean)))
        .collect();
    let names: Vec<String> = comparison
        .policies
        .iter()
        .map(|runs| cut(&runs.name, 18))
        .collect();
    let bars: Vec<[[f64; 2]; 2]> = costs
        .iter()
        .zip(&debts)
        .map(|(c, d)| [ends(&x, *c), ends(&y, *d)])
        .collect();
    let labels = labels(&points, &bars, &names);
    let mut said = Vec::new();
    for (index, runs) in comparison.policies.iter().enumerate() {
        let (c, d) = (costs[index], debts[index]);
        if !c.mean.is_finite() || !d.mean.is_finite() {
            continue;
        }
        let words = format!(
            "{}: cost {}, bad debt {}",
            runs.name,
            estimate(c, decimals(c.mean)),
            estimate(d, decimals(d.mean))
        );
        let marks = mark(points[index], bars[index][0], bars[index][1])
            + &label(points[index], labels[index], &names[index]);
        body += &policy(index, &words, &marks);
        said.push(words);
    }
    format!(
        "<figure class=\"big\"><figcaption><b>Liquidation cost against bad debt</b>, both in {}. Towards \
         the lower left both are small. Bars are 95 % intervals.</figcaption>\n{}</figure>\n",
        cost.unit.words(),
        picture(BOTTOM + 38.0, &said.join("; "), &body)
    )
}

/// Where an interval begins and ends.
fn ends(scale: &Scale, it: Estimate) -> [f64; 2] {
    [it.mean - it.half_width, it.mean + it.half_width].map(|end| scale.at(end))
}

fn mark((at_x, at_y): (f64, f64), [left, right]: [f64; 2], [bottom, top]: [f64; 2]) -> String {
    format!(
        "<path class=\"bar\" d=\"M{left:.1} {at_y:.1}H{right:.1}M{at_x:.1} {bottom:.1}V{top:.1}\"/>\
         <circle class=\"point\" cx=\"{at_x:.1}\" cy=\"{at_y:.1}\" r=\"5\"/>"
    )
}

/// Where each name begins: beside its point, or further off if marks or other names are there.
fn labels(points: &[(f64, f64)], bars: &[[[f64; 2]; 2]], names: &[String]) -> Vec<(f64, f64)> {
    let marks = points.iter().zip(bars);
    let mut taken: Vec<[f64; 4]> = marks
        .flat_map(|(&(x, y), [[left, right], [bottom, top]])| {
            [
                [x - 6.0, y - 6.0, x + 6.0, y + 6.0],
                [*left, y - 1.0, *right, y + 1.0],
                [x - 1.0, *top, x + 1.0, *bottom],
            ]
        })
        .collect();
    let mut placed = Vec::new();
    for (&(x, y), name) in points.iter().zip(names) {
        let wide = LETTER * name.chars().count() as f64;
        let boxed = |(left, base): (f64, f64)| [left, base - 10.0, left + wide, base + 3.0];
        let steps = (0..18).map(|step| 14.0 * f64::from(step));
        let tries = steps.flat_map(|step| {
            [-1.0, 1.0].into_iter().flat_map(move |sign| {
                let base = y + 4.0 + sign * step;
                [
                    (x + 9.0 + step / 4.0, base),
                    (x - 9.0 - step / 4.0 - wide, base),
                ]
            })
        });
        let is_free = |place: &(f64, f64)| {
            let [left, top, right, bottom] = boxed(*place);
            let is_inside = left >= LEFT && right <= RIGHT && top >= TOP + 8.0 && bottom <= BOTTOM;
            let clear = |other: &[f64; 4]| {
                right < other[0] || left > other[2] || bottom < other[1] || top > other[3]
            };
            is_inside && taken.iter().all(clear)
        };
        let place = tries
            .into_iter()
            .find(is_free)
            .unwrap_or((x + 9.0, y + 4.0));
        taken.push(boxed(place));
        placed.push(place);
    }
    placed
}

fn label((x, y): (f64, f64), (left, base): (f64, f64), name: &str) -> String {
    let mut svg = String::new();
    if (base - 4.0 - y).abs() > 1.0 {
        let wide = LETTER * name.chars().count() as f64;
        let end = if left > x {
            left - 2.0
        } else {
            left + wide + 2.0
        };
        let _ = write!(
            svg,
            "<path class=\"lead\" d=\"M{x:.1} {y:.1}L{end:.1} {:.1}\"/>",
            base - 4.0
        );
    }
    svg + &text("name own", left, base, name)
}
