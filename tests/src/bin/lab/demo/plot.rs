//! The few parts that charts are made of: a frame with axes, lines, markers. All of it is SVG text.

use std::fmt::Write;

use super::format::{day, escape, minute};

const DAY: i64 = 86_400;

/// A rectangle on which time and a value are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Left, top, right and bottom edge, in the picture's units.
    pub edges: [f64; 4],
    /// First and last second.
    pub times: (i64, i64),
    /// Value at the bottom and at the top.
    pub values: (f64, f64),
}

impl Frame {
    /// Where a time is drawn.
    pub fn x(&self, time: i64) -> f64 {
        let [left, _, right, _] = self.edges;
        let (from, to) = self.times;
        let span = (to - from).max(1) as f64;
        left + (right - left) * (time - from) as f64 / span
    }

    /// Where a value is drawn; what is outside is drawn at the edge.
    pub fn y(&self, value: f64) -> f64 {
        let [_, top, _, bottom] = self.edges;
        let (low, high) = self.values;
        let share = (value.clamp(low, high) - low) / (high - low);
        bottom - (bottom - top) * share
    }

    /// Grid lines with labels: values to the left, times below.
    pub fn axes(&self, values: &[(f64, String)]) -> String {
        let [left, top, right, bottom] = self.edges;
        let mut svg = String::new();
        for (value, label) in values {
            let y = self.y(*value);
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{left:.0} {y:.1}H{right:.0}\"/>\
                 <text class=\"tick end\" x=\"{:.0}\" y=\"{:.1}\">{}</text>",
                left - 6.0,
                y + 4.0,
                escape(label)
            );
        }
        for (time, label) in self.times() {
            let x = self.x(time);
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{x:.1} {top:.0}V{bottom:.0}\"/>"
            );
            // The label needs room to the right of its line.
            if x + 40.0 <= right {
                let _ = write!(
                    svg,
                    "<text class=\"tick\" x=\"{:.1}\" y=\"{:.0}\">{label}</text>",
                    x + 3.0,
                    bottom + 15.0,
                );
            }
        }
        svg
    }

    /// Round times, as many as have room, each as a day or, inside a day, as hour and minute.
    fn times(&self) -> Vec<(i64, String)> {
        const STEPS: [i64; 6] = [900, 1_800, 3_600, 10_800, 21_600, 43_200];
        let (from, to) = self.times;
        let room = ((self.edges[2] - self.edges[0]) / 55.0).max(1.0) as i64;
        let fits = |step: &i64| (to - from) / step < room;
        let days = ((to - from) / DAY / room + 1) * DAY;
        let step = STEPS.into_iter().find(fits).unwrap_or(days);
        let first = from + (step - from.rem_euclid(step)) % step;
        (0..)
            .map(|index| first + index * step)
            .take_while(|time| *time <= to)
            .map(|time| {
                let label = if time % DAY == 0 {
                    day(time)
                } else {
                    minute(time)[11..].to_owned()
                };
                (time, label)
            })
            .collect()
    }

    /// The points inside the frame's time, and where the line through them enters and leaves it.
    fn clipped(&self, points: &[(i64, f64)]) -> Vec<(i64, f64)> {
        let (from, to) = self.times;
        let mut kept = Vec::new();
        let mut before: Option<(i64, f64)> = None;
        for &(time, value) in points {
            let crossing = |(t0, v0): (i64, f64), at: i64| {
                (
                    at,
                    v0 + (value - v0) * (at - t0) as f64 / (time - t0) as f64,
                )
            };
            if let Some(last) = before {
                let edges = [from, to].into_iter();
                let crossed = edges.filter(|edge| last.0 < *edge && *edge < time);
                kept.extend(crossed.map(|edge| crossing(last, edge)));
            }
            if (from..=to).contains(&time) {
                kept.push((time, value));
            }
            before = Some((time, value));
        }
        kept
    }

    /// A line through points, with as many as can be seen: of each column that is half a unit wide
    /// the first, least, greatest and last point, so that no dip is lost.
    pub fn line(&self, class: &str, points: &[(i64, f64)]) -> String {
        let mut path = String::new();
        let mut column: Vec<(f64, f64)> = Vec::new();
        for (time, value) in self.clipped(points) {
            let at = (self.x(time), self.y(value));
            if column.first().is_some_and(|(x, _)| at.0 - x > 0.5) {
                draw(&mut path, &mut column);
            }
            column.push(at);
        }
        draw(&mut path, &mut column);
        if path.is_empty() {
            return path;
        }
        format!(
            "<path class=\"{class}\" d=\"M{}\"/>",
            path.trim_start_matches('L')
        )
    }
}

/// Adds what matters of a column to a path and empties it.
fn draw(path: &mut String, column: &mut Vec<(f64, f64)>) {
    let Some(last) = column.len().checked_sub(1) else {
        return;
    };
    let by_height = |a: &usize, b: &usize| column[*a].1.total_cmp(&column[*b].1);
    let mut kept = vec![0, last];
    kept.extend((0..=last).min_by(by_height));
    kept.extend((0..=last).max_by(by_height));
    kept.sort_unstable();
    kept.dedup();
    let mut before = String::new();
    for index in kept {
        let (x, y) = column[index];
        let point = format!("L{x:.1} {y:.1}");
        if point != before {
            *path += &point;
        }
        before = point;
    }
    column.clear();
}

/// A triangle with area proportional to `weight` (0 to 1), pointing down for a long that was
/// reduced and up for a short.
pub fn triangle(x: f64, y: f64, weight: f64, largest: f64, down: bool) -> String {
    let half = (largest * weight.clamp(0.0, 1.0).sqrt()).max(2.5);
    let tip = if down { half } else { -half };
    format!(
        "M{:.1} {:.1}h{:.1}L{x:.1} {:.1}Z",
        x - half,
        y - tip * 0.8,
        half * 2.0,
        y + tip * 0.8
    )
}

/// Round values that divide a range into about `parts`.
pub fn ticks(low: f64, high: f64, parts: usize) -> Vec<f64> {
    let rough = ((high - low) / parts as f64).max(f64::MIN_POSITIVE);
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|index| index as f64 * step).collect()
}

/// The least and the greatest value with some air; never an empty range.
pub fn range(points: &[(i64, f64)]) -> (f64, f64) {
    let values = || points.iter().map(|(_, value)| *value);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return (0.0, 1.0);
    }
    let air = ((high - low) * 0.06).max(high * 0.001);
    (low - air, high + air)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        edges: [0.0, 0.0, 100.0, 50.0],
        times: (0, 1_000),
        values: (0.0, 10.0),
    };

    #[test]
    fn a_line_keeps_every_dip() {
        let mut points: Vec<(i64, f64)> = (0..=1_000).map(|time| (time, 5.0)).collect();
        points[501].1 = 0.0;
        let line = FRAME.line("c", &points);
        assert!(line.contains("50.1 50.0"), "{line}");
        assert!(line.len() < 5_000);
        assert_eq!(FRAME.line("c", &[]), "");
    }

    #[test]
    fn a_line_is_cut_where_the_frame_ends() {
        let points = [(-500, 0.0), (500, 10.0), (1_500, 0.0), (2_500, 1.0)];
        assert_eq!(
            FRAME.clipped(&points),
            [(0, 5.0), (500, 10.0), (1_000, 5.0)]
        );
        assert_eq!(FRAME.clipped(&points[2..]), []);
    }

    #[test]
    fn values_outside_are_drawn_at_the_edge() {
        assert_eq!((FRAME.y(20.0), FRAME.y(-3.0)), (0.0, 50.0));
    }

    #[test]
    fn times_are_labelled_by_hour_or_by_day() {
        let labels = |times| {
            let edges = [0.0, 0.0, 300.0, 50.0];
            let frame = Frame {
                edges,
                times,
                ..FRAME
            };
            let times = frame.times().into_iter();
            times.map(|(_, label)| label).collect::<Vec<_>>()
        };
        let evening = (DAY - 7_200, DAY + 3_000);
        assert_eq!(labels(evening), ["22:00", "23:00", "2 Jan"]);
        assert_eq!(labels((0, 7 * DAY)), ["1 Jan", "3 Jan", "5 Jan", "7 Jan"]);
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(0.0, 4.0, 4), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(
            ticks(10_170.0, 19_300.0, 5),
            [12_000.0, 14_000.0, 16_000.0, 18_000.0]
        );
    }

    #[test]
    fn a_flat_path_has_a_range() {
        assert_eq!(range(&[]), (0.0, 1.0));
        let (low, high) = range(&[(0, 10.0), (1, 10.0)]);
        assert!(low < 10.0 && high > 10.0);
    }

    #[test]
    fn a_triangle_has_an_area_in_proportion() {
        assert_eq!(
            triangle(10.0, 10.0, 1.0, 10.0, true),
            "M0.0 2.0h20.0L10.0 18.0Z"
        );
        assert_eq!(
            triangle(10.0, 10.0, 0.25, 10.0, false),
            "M5.0 14.0h10.0L10.0 6.0Z"
        );
    }
}
