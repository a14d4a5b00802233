//! What is laid over prices: silence, crashes, a stablecoin that loses its peg.
//!
//! A scenario multiplies an asset's prices by a factor that is 1 before it, goes in straight lines
//! between its corners and stays at its last corner for the rest. Scenarios on the same asset multiply.

use super::time::DAY;
use super::AssetPath;
use core::ops::Range;
use std::fmt;

/// Something that happens to one asset, some time after the first step. Durations are rounded to whole
/// steps, at least one. Shares are of one: 0.25 is 25 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scenario {
    /// No price is published for a while; the first one after it has moved.
    Gap {
        /// When it begins.
        day: f64,
        /// How long nothing is published.
        minutes: f64,
        /// By what share the price has moved afterwards, for good: -0.15 is a fall of 15 %. The market's
        /// price goes there in a straight line while nothing is published.
        jump: f64,
    },
    /// The price falls and comes back in part.
    Crash {
        /// When it begins.
        day: f64,
        /// How long it falls.
        minutes: f64,
        /// By what share.
        fall: f64,
        /// What share of the fall is made good after it.
        back: f64,
        /// In what time.
        hours: f64,
    },
    /// A stablecoin loses its peg.
    Depeg {
        /// When it begins.
        day: f64,
        /// What its price falls to, for each dollar that it would be worth with its peg.
        to: f64,
        /// How long it falls.
        hours: f64,
        /// How long it stays there, and how long it takes to return; none if it does not.
        recovery: Option<Recovery>,
    },
}

/// How a peg is found again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recovery {
    /// Hours at the lowest price.
    pub stay: f64,
    /// Hours back to the peg.
    pub back: f64,
}

/// A scenario that does not fit on its prices.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioError {
    /// Which: `gap`, `crash` or `depeg`.
    pub scenario: &'static str,
    /// The asset.
    pub name: String,
    /// When its move would be complete, days after the first step.
    pub done: f64,
    /// When prices end.
    pub end: f64,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            scenario,
            name,
            done,
            end,
        } = self;
        write!(
            f,
            "{scenario} on {name}: the move ends on day {done:.3} and prices end on day {end:.3}; let it begin earlier or take more days"
        )
    }
}

impl std::error::Error for ScenarioError {}

/// The factor of prices from `step` on the way to the next corner.
#[derive(Clone, Copy)]
struct Corner {
    step: usize,
    factor: f64,
}

impl Scenario {
    /// What text and errors call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::Crash { .. } => "crash",
            Self::Depeg { .. } => "depeg",
        }
    }

    /// Lays it over an asset's prices. They must last until its move is complete; a recovery may be cut
    /// off by their end.
    pub fn lay_over(&self, asset: &mut AssetPath, step_secs: u32) -> Result<(), ScenarioError> {
        let secs_of_step = f64::from(step_secs.max(1));
        let steps = |secs: f64| (secs / secs_of_step + 0.5) as usize;
        let after = |step: usize, secs: f64| step.saturating_add(steps(secs).max(1));
        let start = match *self {
            Self::Gap { day, .. } | Self::Crash { day, .. } | Self::Depeg { day, .. } => {
                steps(day * DAY as f64)
            }
        };
        let corner = |step, factor| Corner { step, factor };
        let begin = corner(start, 1.0);
        let (corners, silent) = match *self {
            Self::Gap { minutes, jump, .. } => {
                let end = after(start, minutes * 60.0);
                // The last published price stands a step before the silence.
                let begin = corner(start.saturating_sub(1), 1.0);
                (vec![begin, corner(end, 1.0 + jump)], Some(start..end))
            }
            Self::Crash {
                minutes,
                fall,
                back,
                hours,
                ..
            } => {
                let low = after(start, minutes * 60.0);
                let end = corner(after(low, hours * 3_600.0), 1.0 - fall * (1.0 - back));
                (vec![begin, corner(low, 1.0 - fall), end], None)
            }
            Self::Depeg {
                to,
                hours,
                recovery,
                ..
            } => {
                let low = after(start, hours * 3_600.0);
                let mut corners = vec![begin, corner(low, to)];
                corners.extend(recovery.into_iter().flat_map(|Recovery { stay, back }| {
                    let rise = low.saturating_add(steps(stay * 3_600.0));
                    [corner(rise, to), corner(after(rise, back * 3_600.0), 1.0)]
                }));
                (corners, None)
            }
        };
        let last = asset.prices.len().saturating_sub(1);
        if corners[1].step > last {
            let day = |step: usize| step as f64 * secs_of_step / DAY as f64;
            return Err(ScenarioError {
                scenario: self.name(),
                name: asset.name.clone(),
                done: day(corners[1].step),
                end: day(last),
            });
        }
        multiply(&mut asset.prices, &corners);
        if let Some(silent) = silent {
            add_silence(&mut asset.silent, silent);
        }
        Ok(())
    }
}

/// Multiplies prices by the factor at their step, which goes straight from corner to corner.
fn multiply(prices: &mut [f64], corners: &[Corner]) {
    for pair in corners.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let steps = to.step.saturating_sub(from.step) as f64;
        let between = prices.iter_mut().take(to.step).skip(from.step);
        for (step, price) in between.enumerate() {
            *price *= from.factor + (to.factor - from.factor) * (step as f64 / steps);
        }
    }
    if let Some(last) = corners.last() {
        prices
            .iter_mut()
            .skip(last.step)
            .for_each(|price| *price *= last.factor);
    }
}

/// Adds a range and keeps them sorted and apart.
fn add_silence(silent: &mut Vec<Range<usize>>, range: Range<usize>) {
    silent.push(range);
    silent.sort_by_key(|range| range.start);
    silent.dedup_by(|next, kept| {
        let touches = next.start <= kept.end;
        if touches {
            kept.end = kept.end.max(next.end);
        }
        touches
    });
}
