//! What an adversary can choose: named numbers and a sequence of steps.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::fmt;
use std::ops::Index;

/// A number that an adversary chooses once.
#[derive(Clone, Copy, Debug)]
pub struct Knob {
    /// Its name.
    pub name: &'static str,
    /// Least and most.
    pub range: (i64, i64),
}

/// Everything that an adversary can choose.
#[derive(Clone, Debug)]
pub struct Space {
    /// Numbers.
    pub knobs: Vec<Knob>,
    /// How many steps it takes.
    pub steps: usize,
    /// What a step can be, in order.
    pub actions: &'static [&'static str],
}

impl Space {
    /// Numbers and no steps.
    pub fn of_knobs(knobs: &[(&'static str, i64, i64)]) -> Self {
        let knobs = knobs.iter().map(|(name, low, high)| Knob {
            name,
            range: (*low, *high),
        });
        Self {
            knobs: knobs.collect(),
            steps: 0,
            actions: &[],
        }
    }

    /// The same numbers and so many steps.
    pub fn with_steps(self, steps: usize, actions: &'static [&'static str]) -> Self {
        Self {
            steps,
            actions,
            ..self
        }
    }
}

/// Sizes of a step are thousandths of what the adversary takes for the whole.
pub const WHOLE: i64 = 1_000;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which of the actions.
    pub action: usize,
    /// How much, 0 to [`WHOLE`].
    pub size: i64,
    /// A second choice, 0 to [`WHOLE`].
    pub other: i64,
}

/// One choice of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moves {
    knobs: Vec<(&'static str, i64)>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    actions: &'static [&'static str],
}

impl Index<&str> for Moves {
    type Output = i64;

    fn index(&self, name: &str) -> &i64 {
        let found = self.knobs.iter().find(|(knob, _)| *knob == name);
        &found.expect("a knob of this adversary").1
    }
}

impl Moves {
    /// Any choice.
    pub fn draw(space: &Space, rng: &mut ChaCha8Rng) -> Self {
        let knobs = space.knobs.iter().map(|knob| {
            let (low, high) = knob.range;
            (knob.name, rng.random_range(low..=high))
        });
        let knobs = knobs.collect();
        let steps = (0..space.steps).map(|_| step(space, rng)).collect();
        Self {
            knobs,
            steps,
            actions: space.actions,
        }
    }

    /// A neighbour: one to three choices are made anew or moved by at most an eighth of their range.
    pub fn near(&self, space: &Space, rng: &mut ChaCha8Rng) -> Self {
        let mut next = self.clone();
        let places = space.knobs.len() + space.steps;
        for _ in 0..rng.random_range(1..=3) {
            let place = rng.random_range(0..places);
            if let Some(knob) = space.knobs.get(place) {
                next.knobs[place].1 = nudge(next.knobs[place].1, knob.range, rng);
                continue;
            }
            let place = place - space.knobs.len();
            let taken = &mut next.steps[place];
            match rng.random_range(0..4) {
                0 => *taken = step(space, rng),
                1 => {
                    let other = rng.random_range(0..space.steps);
                    next.steps.swap(place, other);
                }
                2 => taken.size = nudge(taken.size, (0, WHOLE), rng),
                _ => taken.other = nudge(taken.other, (0, WHOLE), rng),
            }
        }
        next
    }

    /// The same with another value of one number.
    #[must_use]
    pub fn with(mut self, name: &str, value: i64) -> Self {
        let found = self.knobs.iter_mut().find(|(knob, _)| *knob == name);
        found.expect("a knob of this adversary").1 = value;
        self
    }
}

fn step(space: &Space, rng: &mut ChaCha8Rng) -> Step {
    Step {
        action: rng.random_range(0..space.actions.len()),
        size: rng.random_range(0..=WHOLE),
        other: rng.random_range(0..=WHOLE),
    }
}

fn nudge(value: i64, (low, high): (i64, i64), rng: &mut ChaCha8Rng) -> i64 {
    if rng.random_range(0..3) == 0 {
        return rng.random_range(low..=high);
    }
    let most = ((high - low) / 8).max(1);
    (value + rng.random_range(-most..=most)).clamp(low, high)
}

impl fmt::Display for Moves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let knobs = self
            .knobs
            .iter()
            .map(|(name, value)| format!("{name} {value}"));
        let steps = self.steps.iter().map(|step| {
            let name = self.actions[step.action];
            format!("{name} ({}, {})", step.size, step.other)
        });
        let all: Vec<String> = knobs.chain(steps).collect();
        write!(f, "{}", all.join("; "))
    }
}
