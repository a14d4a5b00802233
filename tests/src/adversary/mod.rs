//! Adversaries as code: each looks for profit with what it controls and knows, in the exchange that
//! [`arena`] builds, and each has a bound that what it takes must stay under.
//!
//! What it takes is the change of the attackers' worth at fair prices less what the true price did to
//! what they held, as if they had hedged it elsewhere for nothing, and less rewards that anybody could
//! have earned by the same service. After every trial the changes of everybody's worth must sum to zero.

pub mod acts;
pub mod ahead;
pub mod arena;
pub mod bounds;
pub mod bucket;
pub mod convert;
pub mod deeds;
pub mod dust;
pub mod exit_queue;
pub mod funding;
pub mod governor;
pub mod guardian;
pub mod jit;
pub mod keeper;
pub mod lag;
pub mod moves;
pub mod oracle;
pub mod own;
pub mod prices;
pub mod report;
pub mod ring;
pub mod sandwich;
pub mod search;
pub mod worth;

pub use arena::Arena;
pub use moves::{Moves, Space, Step, WHOLE};
pub use search::{play, search, Found, Trial};

use crate::world::World;

/// Somebody who looks for profit.
pub trait Adversary {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// What it controls.
    fn controls(&self) -> &'static str;
    /// What it knows.
    fn knows(&self) -> &'static str;
    /// What it can choose.
    fn space(&self) -> Space;
    /// Does what was chosen. Refusals are a part of life.
    fn play(&self, arena: &mut Arena, moves: &Moves);
    /// What it looks for: by default what it takes, USD atoms.
    fn score(&self, trial: &Trial) -> i64 {
        trial.taken
    }
    /// What a score counts.
    fn unit(&self) -> Unit {
        Unit::Dollars
    }
    /// The most that its score may be, from parameters and from what it did. Asked right after the play.
    fn bound(&self, arena: &Arena, trial: &Trial) -> i64;
    /// The bound as a formula.
    fn formula(&self) -> &'static str;
    /// Why the bound holds, or what would be needed for it to.
    fn why(&self) -> &'static str;
    /// A weakness of docs/limits.md or docs/known-failures.md whose size this measures, if it does.
    fn weakness(&self) -> Option<&'static str> {
        None
    }
    /// An exchange on which the same search finds a profit.
    fn control(&self) -> Option<Control> {
        None
    }
}

/// What a score counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// USD atoms, shown as dollars.
    Dollars,
    /// Seconds.
    Seconds,
}

/// An exchange without what protects it.
#[derive(Clone, Copy)]
pub struct Control {
    /// What is missing.
    pub says: &'static str,
    /// Takes it away, before any attacker trades.
    pub change: fn(&mut World),
    /// What the search must find at least.
    pub least: i64,
}

/// All of them, in the order of the report.
pub fn all() -> Vec<Box<dyn Adversary>> {
    vec![
        Box::new(ring::Ring { gap: false }),
        Box::new(ring::Ring { gap: true }),
        Box::new(keeper::Keeper),
        Box::new(oracle::Oracle),
        Box::new(ahead::Ahead),
        Box::new(convert::Converter),
        Box::new(lag::Lag { beyond: false }),
        Box::new(lag::Lag { beyond: true }),
        Box::new(sandwich::Sandwich),
        Box::new(jit::JustInTime),
        Box::new(funding::Funding),
        Box::new(own::Own),
        Box::new(bucket::Bucket),
        Box::new(exit_queue::Queue),
        Box::new(governor::Governor),
        Box::new(guardian::Guardian),
        Box::new(dust::Dust),
    ]
}
