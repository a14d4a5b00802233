//! The comparison for programs: same input, same bytes.

use super::figures;
use super::text::LIMITS;
use super::verdict::{self, Verdict};
use crate::compare::{Comparison, Setup};
use crate::measure::{Estimate, Measures};
use serde::Serialize;

/// Raised when a field changes its name or meaning.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    setup: &'a Setup,
    figures: Vec<FigureOut<'a>>,
    policies: Vec<PolicyOut<'a>>,
    limits: &'a [&'a str],
}

#[derive(Serialize)]
struct FigureOut<'a> {
    id: &'a str,
    group: &'a str,
    name: &'a str,
    meaning: &'a str,
    unit: &'a str,
    better: &'a str,
    per: &'a str,
    policies: Vec<EntryOut<'a>>,
}

/// A number that does not exist (a share of nothing) is `null`.
#[derive(Serialize)]
struct EntryOut<'a> {
    policy: &'a str,
    #[serde(flatten)]
    estimate: Estimate,
    /// From ours, seed by seed; `null` for ours.
    difference: Option<Estimate>,
    verdict: &'a str,
    is_best: bool,
}

#[derive(Serialize)]
struct PolicyOut<'a> {
    name: &'a str,
    source: &'a str,
    runs: Vec<RunOut<'a>>,
}

#[derive(Serialize)]
struct RunOut<'a> {
    seed: u64,
    measures: &'a Measures,
}

/// Setup, figures with intervals and differences, and the measures of every seed.
pub fn json(comparison: &Comparison) -> String {
    let document = Document {
        format: FORMAT,
        setup: &comparison.setup,
        figures: figures::ALL
            .iter()
            .map(|figure| figure_out(comparison, figure))
            .collect(),
        policies: comparison.policies.iter().map(policy_out).collect(),
        limits: LIMITS,
    };
    // safety: structs with string keys and no maps; writing to memory does not fail.
    let mut text = serde_json::to_string_pretty(&document).expect("plain structs");
    text.push('\n');
    text
}

fn figure_out<'a>(comparison: &'a Comparison, figure: &'a figures::Figure) -> FigureOut<'a> {
    let row = verdict::row(comparison, figure);
    let policies = comparison.policies.iter().zip(row);
    FigureOut {
        id: figure.id,
        group: figure.group,
        name: figure.name,
        meaning: figure.meaning,
        unit: figure.unit.words(),
        better: figure.better.word(),
        per: figure.per,
        policies: policies
            .map(|(policy, entry)| EntryOut {
                policy: &policy.name,
                estimate: entry.estimate,
                difference: (entry.verdict != Verdict::Ours).then_some(entry.difference),
                verdict: entry.verdict.word(),
                is_best: entry.is_best,
            })
            .collect(),
    }
}

fn policy_out(policy: &crate::compare::PolicyRuns) -> PolicyOut<'_> {
    PolicyOut {
        name: &policy.name,
        source: &policy.source,
        runs: policy
            .runs
            .iter()
            .map(|run| RunOut {
                seed: run.seed,
                measures: &run.measures,
            })
            .collect(),
    }
}
