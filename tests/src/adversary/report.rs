//! What the searches found, as text and as Markdown.

use super::{Adversary, Found, Unit};

/// A number of a unit as people read it.
pub fn shown(value: i64, unit: Unit) -> String {
    match unit {
        Unit::Dollars => {
            let cents = (value.unsigned_abs() + 5_000) / 10_000;
            let sign = if value < 0 && cents > 0 { "-" } else { "" };
            format!("{sign}{}.{:02} USD", grouped(cents / 100), cents % 100)
        }
        Unit::Seconds => format!("{} s", signed(value)),
        Unit::Count => signed(value),
    }
}

fn signed(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(value.unsigned_abs()))
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One adversary and what its search found.
pub struct Entry {
    /// Who.
    pub adversary: Box<dyn Adversary>,
    /// On the exchange as it is.
    pub found: Found,
    /// On the exchange without what protects it.
    pub control: Option<Found>,
}

/// One adversary for a terminal.
pub fn text(entry: &Entry) -> String {
    let (adversary, found) = (&entry.adversary, &entry.found);
    let unit = adversary.unit();
    let trial = &found.trial;
    let dollars = |value| shown(value, Unit::Dollars);
    let mut lines = vec![
        format!(
            "{}: {} (bound {})",
            adversary.name(),
            shown(found.score, unit),
            shown(found.bound, unit)
        ),
        format!(
            "  taken {}, for services {}",
            dollars(trial.taken),
            dollars(trial.service)
        ),
        format!(
            "  pool {}, insurance {}, honest traders {}",
            dollars(trial.pool),
            dollars(trial.insurance),
            dollars(trial.honest)
        ),
        format!(
            "  least room under a bound: {}",
            shown(found.least_room, unit)
        ),
        format!("  by {}", found.moves),
    ];
    for (name, value) in &trial.figures {
        lines.push(format!("  {name}: {value}"));
    }
    if let (Some(control), Some(found)) = (adversary.control(), &entry.control) {
        lines.push(format!(
            "  with {}: {}",
            control.says,
            shown(found.score, unit)
        ));
    }
    lines.join("\n")
}
