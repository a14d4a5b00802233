//! What a report says in sentences.

use super::figures::{Figure, ALL};
use super::format::{count, list};
use super::verdict::{self, Verdict};
use crate::compare::Comparison;

/// What a comparison does not show, whatever its setup.
pub const LIMITS: &[&str] = &[
    "The other policies are their published formulas on this exchange's accounts. Their venues' order \
     books, auctions, insurance rules and liquidity are not here, and their venues may do better or \
     worse than they do here.",
    "Every policy sees the same oracle prices. Each venue has its own oracle, with its own delays and \
     errors.",
    "Parameters of the other policies are their documented defaults. They were not tuned to these \
     prices or traders, and ours were chosen by us.",
    "Traders do not know the policy. In life, one that is gentler may attract more leverage.",
    "Liquidations do not move the price unless the setup says that feedback is on: \"price impact \
     caused\" is reckoned afterwards.",
    "One asset's prices over one period are one sample. The intervals are over seeds, which change the \
     traders (and generated prices): they do not say how another period would have gone.",
    "Prices inside a candle are interpolated. Real ones jump, which is harder on every policy, and \
     likely most on one that closes little or waits.",
    "Guards, changes of parameters, the end of a market and liquidity providers who come and go are not \
     simulated.",
    "About one in twenty differences looks decided by chance at 95 %, and a report makes many \
     comparisons: look at several figures before you believe one.",
];

/// For one figure, which policies do better and which do worse than ours.
pub struct Standing {
    /// The figure.
    pub figure: &'static Figure,
    /// Indices of policies that do better than ours.
    pub better: Vec<usize>,
    /// Of those that do worse.
    pub worse: Vec<usize>,
    /// Of those that cannot be told apart from ours.
    pub undecided: Vec<usize>,
}

/// Of all figures in which a direction is better.
pub fn standings(comparison: &Comparison) -> Vec<Standing> {
    ALL.iter()
        .filter(|figure| figure.better != super::figures::Better::Neither)
        .map(|figure| {
            let row = verdict::row(comparison, figure);
            let with = |verdict: Verdict| {
                let found = row.iter().enumerate();
                let found = found.filter(|(_, entry)| entry.verdict == verdict);
                found.map(|(index, _)| index).collect()
            };
            Standing {
                figure,
                better: with(Verdict::Better),
                worse: with(Verdict::Worse),
                undecided: with(Verdict::Undecided),
            }
        })
        .collect()
}

/// Which policies do better than ours, and on what: one line each.
pub fn better_than_ours(comparison: &Comparison) -> String {
    let Some(ours) = comparison.policies.first() else {
        return String::new();
    };
    if comparison.policies.len() > 1 && ours.runs.len() < 2 {
        return "One seed: no interval, so nothing is said to be better or worse.\n".to_owned();
    }
    let standings = standings(comparison);
    let mut text = String::new();
    for (index, policy) in comparison.policies.iter().enumerate().skip(1) {
        let on: Vec<String> = standings
            .iter()
            .filter(|standing| standing.better.contains(&index))
            .map(|standing| standing.figure.name.to_lowercase())
            .collect();
        if !on.is_empty() {
            text += &format!(
                "{} does better than {} on: {}.\n",
                policy.name,
                ours.name,
                list(&on)
            );
        }
    }
    if text.is_empty() {
        let figures = count(standings.len(), "figure");
        text = format!(
            "No policy does better than {} on any of {figures}.\n",
            ours.name
        );
    }
    text
}
