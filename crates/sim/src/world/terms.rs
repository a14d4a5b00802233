//! What a run is made of.

use crate::impact::Impact;
use crate::keeper::KeeperTerms;
use crate::path::Paths;
use crate::trader::{Cast, TraderTerms};
use serde::Serialize;
use whittle_migrations::describe::Description;

/// Everything that a run depends on beside paths, traders and policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorldTerms {
    /// Traders.
    pub traders: TraderTerms,
    /// Keepers and chain.
    pub keepers: KeeperTerms,
    /// Confidence that the oracle publishes, as a share of the price.
    pub confidence: f64,
    /// What liquidity providers paid in, USD.
    pub pool: f64,
    /// What the insurance fund begins with, USD.
    pub insurance: f64,
    /// What closing in the outside market moves.
    pub impact: Impact,
    /// Share of that move by which the oracle's price is moved too.
    pub feedback: f64,
    /// Seconds in which half of the move is gone.
    pub feedback_half_life: f64,
    /// The guardian pauses liquidations: days after the start, and for how many hours.
    pub pause: Option<[f64; 2]>,
    /// The shock by which keepers rank accounts, as a share of the price.
    pub rank_shock: f64,
}

impl Default for WorldTerms {
    fn default() -> Self {
        Self {
            traders: TraderTerms::default(),
            keepers: KeeperTerms::default(),
            confidence: 0.00025,
            pool: 50_000_000.0,
            insurance: 1_000_000.0,
            impact: Impact::default(),
            feedback: 0.0,
            feedback_half_life: 1_800.0,
            pause: None,
            rank_shock: 0.05,
        }
    }
}

/// Which path stands for what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Path of each market, by number.
    pub markets: Vec<usize>,
    /// Path of each token, by number; `None` for tokens that nobody holds.
    pub banks: Vec<Option<usize>>,
}

/// What a run is made of.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    /// The described exchange.
    pub described: &'a Description,
    /// Prices.
    pub paths: &'a Paths,
    /// Which of them is whose.
    pub roles: &'a Roles,
    /// Traders.
    pub cast: &'a Cast,
    /// All else.
    pub terms: &'a WorldTerms,
    /// The seed, for what keepers meet by chance and for reports.
    pub seed: u64,
    /// Whether days and fates are kept.
    pub details: bool,
    /// How many liquidations of the program's own policy are kept for replaying; zero for none.
    pub record: usize,
}
