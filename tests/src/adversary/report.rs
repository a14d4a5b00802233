//! What the searches found, as text and as Markdown.

use super::{Adversary, Found, Space, Unit};
use crate::text::thousands;

/// One adversary and what its search found.
pub struct Entry {
    /// Who.
    pub adversary: Box<dyn Adversary>,
    /// On the exchange as it is.
    pub found: Found,
    /// On the exchange without what protects it.
    pub control: Option<Found>,
}

/// A number of a unit as people read it.
pub fn shown(value: i64, unit: Unit) -> String {
    match unit {
        Unit::Dollars => format!("{} USD", dollars(value)),
        Unit::Seconds => format!("{} s", signed(value)),
    }
}

/// Dollars with cents; less than a cent with all its digits.
fn dollars(atoms: i64) -> String {
    let sign = if atoms < 0 { "-" } else { "" };
    let magnitude = atoms.unsigned_abs();
    if magnitude < 10_000 {
        return match magnitude {
            0 => "0".to_owned(),
            some => format!("{sign}0.{some:06}"),
        };
    }
    let cents = (magnitude + 5_000) / 10_000;
    format!("{sign}{}.{:02}", thousands(cents / 100), cents % 100)
}

fn signed(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", thousands(value.unsigned_abs()))
}

/// One adversary for a terminal.
pub fn text(entry: &Entry) -> String {
    let (adversary, found) = (&entry.adversary, &entry.found);
    let (unit, trial) = (adversary.unit(), &found.trial);
    let mut lines = vec![
        format!(
            "{}: at most {}, with a bound of {}",
            adversary.name(),
            shown(found.score, unit),
            shown(found.bound, unit)
        ),
        format!(
            "  USD: taken {}, for services {}; pool {}, insurance {}, honest traders {}",
            dollars(trial.taken),
            dollars(trial.service),
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
        lines.push(format!("  {name}: {}", signed(*value)));
    }
    if let (Some(control), Some(found)) = (adversary.control(), &entry.control) {
        let least = shown(control.least, unit);
        let found = shown(found.score, unit);
        lines.push(format!(
            "  with {}: {found} (at least {least} is there)",
            control.says
        ));
    }
    lines.join("\n")
}

/// Where the generated part of the page begins and ends.
pub const MARKERS: [&str; 2] = ["<!-- generated: begin -->", "<!-- generated: end -->"];

/// The page with its generated part replaced; nothing where the markers are missing.
pub fn page(old: &str, generated: &str) -> Option<String> {
    let (before, rest) = old.split_once(MARKERS[0])?;
    let (_, after) = rest.split_once(MARKERS[1])?;
    Some(format!(
        "{before}{}\n\n{generated}\n{}{after}",
        MARKERS[0], MARKERS[1]
    ))
}

/// The generated part.
pub fn markdown(entries: &[Entry], trials: usize, seed: u64) -> String {
    let mut text = format!(
        "Seed {seed}, {trials} trials for each adversary and as many for its control.\n\n\
         | adversary | most found | bound there | least room under a bound | with the protection taken away |\n\
         | --- | --- | --- | --- | --- |\n"
    );
    for entry in entries {
        text.push_str(&row(entry));
    }
    for entry in entries {
        text.push_str(&section(entry));
    }
    text
}

fn row(entry: &Entry) -> String {
    let (adversary, found) = (&entry.adversary, &entry.found);
    let unit = adversary.unit();
    let control = entry.control.as_ref();
    let control = control.map_or_else(|| "none".to_owned(), |it| shown(it.score, unit));
    format!(
        "| [{name}](#{name}) | {} | {} | {} | {control} |\n",
        shown(found.score, unit),
        shown(found.bound, unit),
        shown(found.least_room, unit),
        name = adversary.name(),
    )
}

fn section(entry: &Entry) -> String {
    let (adversary, found) = (&entry.adversary, &entry.found);
    let trial = &found.trial;
    let mut lines = vec![
        format!("\n### {}\n", adversary.name()),
        format!("- **Controls** {}.", adversary.controls()),
        format!("- **Knows** {}.", adversary.knows()),
        format!("- **Chooses** {}.", chooses(&adversary.space())),
        format!("- **Bound** {}.", adversary.formula()),
        format!("- **Why** {}", adversary.why()),
    ];
    if let Some(weakness) = adversary.weakness() {
        lines.push(format!("- **Known** {weakness}."));
    }
    lines.push(format!(
        "- **Found** taken {} USD, earned for services {} USD; the pool has {} USD more, insurance {}, honest traders {}.",
        dollars(trial.taken),
        dollars(trial.service),
        dollars(trial.pool),
        dollars(trial.insurance),
        dollars(trial.honest)
    ));
    for (name, value) in &trial.figures {
        lines.push(format!("- {}: {}.", capital(name), signed(*value)));
    }
    if let (Some(control), Some(found)) = (adversary.control(), &entry.control) {
        let found = shown(found.score, adversary.unit());
        lines.push(format!("- **Control** with {}: {found}.", control.says));
    }
    lines.join("\n") + "\n"
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn chooses(space: &Space) -> String {
    let knobs = space.knobs.iter().map(|knob| {
        let (low, high) = knob.range;
        format!("{} ({} to {})", knob.name, signed(low), signed(high))
    });
    let mut parts: Vec<String> = knobs.collect();
    if space.steps > 0 {
        let mut actions: Vec<&str> = Vec::new();
        for action in space.actions {
            if !actions.contains(action) {
                actions.push(action);
            }
        }
        parts.push(format!(
            "{} steps, each one of: {}",
            space.steps,
            actions.join(", ")
        ));
    }
    parts.join("; ")
}
