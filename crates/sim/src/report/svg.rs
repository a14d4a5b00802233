//! The parts that plots are made of. All of it is SVG text, coloured by the page's style sheet, so that
//! it follows the reader's light or dark setting (which an image made by a library does not).

use super::format::escape;
use std::fmt::Write;

/// Width of every plot: small enough to be read on a phone, shown larger on a screen.
pub const WIDTH: f64 = 460.0;

/// A scale from values to the picture's units.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Values at the two ends.
    pub values: [f64; 2],
    /// Where they are drawn.
    pub places: [f64; 2],
}

impl Scale {
    /// Where a value is drawn; what is outside is drawn at the end.
    pub fn at(&self, value: f64) -> f64 {
        let [low, high] = self.values;
        let share = (value.clamp(low, high) - low) / (high - low);
        self.places[0] + (self.places[1] - self.places[0]) * share
    }

    /// Round values on it, about as many as asked for.
    pub fn ticks(&self, about: f64) -> Vec<f64> {
        let [low, high] = self.values;
        let rough = (high - low) / about;
        let power = 10f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = steps
            .into_iter()
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        (first..=last).map(|index| index as f64 * step).collect()
    }
}

/// The ends of a scale that shows these values: with zero unless they lie far from it, and never empty.
pub fn span(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let finite = values.filter(|value| value.is_finite());
    let ends = |[low, high]: [f64; 2], value: f64| [low.min(value), high.max(value)];
    let [mut low, mut high] = finite.fold([f64::INFINITY, f64::NEG_INFINITY], ends);
    if low > high {
        return [0.0, 1.0];
    }
    if low > 0.0 && high - low > 0.2 * high {
        low = 0.0;
    }
    if high < 0.0 && high - low > 0.2 * -low {
        high = 0.0;
    }
    let margin = 0.04 * (high - low);
    if margin == 0.0 {
        let room = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
        return [if low == 0.0 { 0.0 } else { low - room }, high + room];
    }
    [
        if low == 0.0 { low } else { low - margin },
        if high == 0.0 { high } else { high + margin },
    ]
}

/// A picture with a name for those who do not see it.
pub fn picture(height: f64, label: &str, body: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-label=\"{}\">{body}</svg>\n",
        escape(label)
    )
}

/// Text at a place.
pub fn text(class: &str, x: f64, y: f64, words: &str) -> String {
    format!(
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
        escape(words)
    )
}

/// A group that belongs to a policy: coloured, and dimmed while another is highlighted.
pub fn policy(index: usize, title: &str, body: &str) -> String {
    let title = match title {
        "" => String::new(),
        title => format!("<title>{}</title>", escape(title)),
    };
    format!("<g class=\"pol p{index}\">{title}{body}</g>")
}

/// Vertical grid lines with labels under them.
pub fn bottom_axis(scale: &Scale, [top, bottom]: [f64; 2], labels: &[(f64, String)]) -> String {
    let mut svg = String::new();
    for (value, label) in labels {
        let x = scale.at(*value);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} {top:.0}V{bottom:.0}\"/>"
        );
        svg += &text("tick mid", x, bottom + 15.0, label);
    }
    svg
}

/// Horizontal grid lines with labels to their left.
pub fn left_axis(scale: &Scale, [left, right]: [f64; 2], labels: &[(f64, String)]) -> String {
    let mut svg = String::new();
    for (value, label) in labels {
        let y = scale.at(*value);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{left:.0} {y:.1}H{right:.0}\"/>"
        );
        svg += &text("tick end", left - 5.0, y + 4.0, label);
    }
    svg
}

/// A line through points that are in order from left to right. Of each unit of width the first, least,
/// greatest and last are drawn, so that no dip is lost.
pub fn line(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    let mut column: Vec<(f64, f64)> = Vec::new();
    for point in points {
        if column.first().is_some_and(|first| point.0 - first.0 > 1.0) {
            draw(&mut path, &column);
            column.clear();
        }
        column.push(point);
    }
    draw(&mut path, &column);
    path.replacen('L', "M", 1)
}

fn draw(path: &mut String, column: &[(f64, f64)]) {
    let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
    let corners = [
        column.first(),
        column.iter().min_by(by_height),
        column.iter().max_by(by_height),
        column.last(),
    ];
    let mut drawn: Vec<(f64, f64)> = corners.into_iter().flatten().copied().collect();
    drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
    drawn.dedup();
    for (x, y) in drawn {
        let _ = write!(path, "L{x:.1} {y:.1}");
    }
}

/// Moves places apart until each has its room, and keeps their order.
pub fn spread_out(places: &[f64], room: f64, [low, high]: [f64; 2]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
    let mut moved = places.to_vec();
    let mut least = low;
    for index in &order {
        moved[*index] = moved[*index].max(least);
        least = moved[*index] + room;
    }
    let mut most = high;
    for index in order.iter().rev() {
        moved[*index] = moved[*index].min(most);
        most = moved[*index] - room;
    }
    moved
}

/// A name that fits into a column of so many letters.
pub fn cut(name: &str, letters: usize) -> String {
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    let kept: String = name.chars().take(letters.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "\u{2026}"
}
