//! Who does better: the one rule by which a report says so.

use super::figures::{Better, Figure};
use crate::compare::{Comparison, PolicyRuns};
use crate::measure::Estimate;

/// A policy's figure against ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is ours.
    Ours,
    /// The other policy does better than ours.
    Better,
    /// It does worse.
    Worse,
    /// It differs, and neither direction is a merit.
    Differs,
    /// The interval of the difference includes zero, or there is but one seed.
    Undecided,
}

impl Verdict {
    /// For programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Differs => "differs",
            Self::Undecided => "undecided",
        }
    }
}

/// A policy's figure with all that is said about it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Mean and interval.
    pub estimate: Estimate,
    /// Its difference from ours, seed by seed.
    pub difference: Estimate,
    /// What that says.
    pub verdict: Verdict,
    /// Whether it is the best of all, and told apart from ours (if it is ours: from every other).
    pub is_best: bool,
}

/// One figure of all policies, in their order.
pub fn row(comparison: &Comparison, figure: &Figure) -> Vec<Entry> {
    let Some(ours) = comparison.policies.first() else {
        return Vec::new();
    };
    let mut row: Vec<Entry> = comparison
        .policies
        .iter()
        .enumerate()
        .map(|(index, policy)| entry(ours, policy, figure, index == 0))
        .collect();
    mark_best(&mut row, figure.better);
    row
}

fn entry(ours: &PolicyRuns, policy: &PolicyRuns, figure: &Figure, is_ours: bool) -> Entry {
    let difference = policy.difference(ours, figure.value);
    let seeds = policy.runs.len().min(ours.runs.len());
    let verdict = if is_ours {
        Verdict::Ours
    } else if seeds < 2 || !excludes_zero(difference) {
        Verdict::Undecided
    } else {
        match (figure.better, difference.mean < 0.0) {
            (Better::Neither, _) => Verdict::Differs,
            (Better::Lower, true) | (Better::Higher, false) => Verdict::Better,
            (Better::Lower, false) | (Better::Higher, true) => Verdict::Worse,
        }
    };
    Entry {
        estimate: policy.estimate(figure.value),
        difference,
        verdict,
        is_best: false,
    }
}

/// Not so if either is not a number.
fn excludes_zero(difference: Estimate) -> bool {
    difference.mean.abs() > difference.half_width
}

fn mark_best(row: &mut [Entry], better: Better) {
    let sign = match better {
        Better::Lower => 1.0,
        Better::Higher => -1.0,
        Better::Neither => return,
    };
    let cost = |entry: &Entry| sign * entry.estimate.mean;
    let known = row.iter().map(cost).filter(|cost| !cost.is_nan());
    let least = known.fold(f64::INFINITY, f64::min);
    let is_ours_alone =
        row.len() > 1 && row[1..].iter().all(|entry| entry.verdict == Verdict::Worse);
    for entry in row {
        let is_told_apart = match entry.verdict {
            Verdict::Ours => is_ours_alone,
            Verdict::Better => true,
            _ => false,
        };
        entry.is_best = is_told_apart && cost(entry) == least;
    }
}
