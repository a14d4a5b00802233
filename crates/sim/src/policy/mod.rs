//! Ways to liquidate: the program's own, and those of other venues by their published formulas.
//!
//! All act on the same accounts, prices and requirements: E and M are the program's. What differs is
//! how much is closed, when, and what that costs. Each file names its source and has a case worked by
//! hand from it.

mod chunks;
mod close_factor;
mod closing;
mod drift;
#[cfg(test)]
mod fixture;
mod full_close;
mod health_linear;
mod just_enough;
mod loan;
mod mango;
#[cfg(test)]
mod properties;
mod window;

pub use chunks::Chunks;
pub use close_factor::CloseFactor;
pub use drift::Drift;
pub use full_close::FullClose;
pub use health_linear::HealthLinear;
pub use just_enough::JustEnough;
pub use loan::Bonus;
pub use mango::Mango;
pub use window::Window;

use whittle_risk::health::{Account, Health, Leg};
use whittle_risk::liquidation::{Episode, Plan, Policy as Rules};
use whittle_risk::{Price, Ratio, RiskError, Usd, MAX_LEGS};

/// An account under maintenance, at the moment at which a keeper acts on it.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Unix seconds.
    pub now: i64,
    /// The account with its legs, as the program sees them. A leg's `room` is the breaker's, which only
    /// the program's own policy obeys.
    pub account: Account<'a>,
    /// Its equity and maintenance requirement, at prices without doubt.
    pub health: Health,
    /// Since when it has been under maintenance without a break, Unix seconds.
    pub since: i64,
    /// The exchange's rules: buffers, bonus.
    pub rules: &'a Rules,
    /// Fees that this market takes for a trade, one for each leg: `close_fee` of the notional.
    pub close_fee: &'a [Ratio],
    /// Skew scale of the market of each leg, USD.
    pub skew_scale: &'a [Usd],
    /// The least that a keeper wants for a liquidation: its profit and the cost of a transaction.
    pub min_pay: Usd,
}

/// What a policy remembers of one account. Each policy uses what it needs; all of it is forgotten when
/// [`Policy::is_over`] says so (the program's episode excepted, which ends by its own rules).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// When the policy began, Unix seconds; zero before. A flag of the program's is no beginning.
    pub first_at: i64,
    /// When it closed something last, Unix seconds; zero before.
    pub last_at: i64,
    /// Not before this time again, Unix seconds.
    pub not_before: i64,
    /// Margin that was freed in this episode.
    pub freed: Usd,
    /// Whether all of it is liquidated from now on, as some venues decide once.
    pub is_condemned: bool,
    /// The program's own episode.
    pub episode: Episode,
}

impl Memory {
    /// Nothing happened yet.
    pub const NONE: Self = Self {
        first_at: 0,
        last_at: 0,
        not_before: 0,
        freed: Usd::ZERO,
        is_condemned: false,
        episode: Episode::NONE,
    };
}

/// What is closed of one leg, and what the account pays for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Lots closed, at most the leg's.
    pub lots: u64,
    /// At this price: the oracle's.
    pub price: Price,
    /// To the keeper.
    pub keeper: Usd,
    /// To insurance.
    pub insurance: Usd,
    /// To the pool: spread and impact of the close, and fees that go to it.
    pub pool: Usd,
}

impl Cut {
    /// What the account pays for it.
    pub fn cost(&self) -> Result<Usd, RiskError> {
        self.keeper.plus(self.insurance)?.plus(self.pool)
    }
}

/// What a policy wants done now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // Made and taken apart at once; a box would cost more.
pub enum Verdict {
    /// Nothing yet.
    Wait,
    /// The program's own decision, to be applied as the program does.
    Plan(Box<Plan>),
    /// These cuts, one entry for each leg. After them `seized` of what is left goes to the pool
    /// (venues whose backstop keeps the margin), at most the account's equity.
    Cuts {
        /// One entry for each leg, in the account's order.
        cuts: [Cut; MAX_LEGS],
        /// Taken from the account beyond the costs.
        seized: Usd,
    },
}

/// A way to liquidate.
pub trait Policy: Send + Sync {
    /// A short name for tables: `just enough`, `Drift`.
    fn name(&self) -> &'static str;

    /// The formula in a line, and where it is published.
    fn source(&self) -> &'static str;

    /// Decides for an account under maintenance. Called at every price while the account stays there
    /// and a keeper's transaction can land; `memory` is the policy's own.
    ///
    /// Errors: only overflow, which no account within its market's tier table reaches.
    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError>;

    /// Whether a liquidation that the policy has begun (`memory.first_at` is not zero) ends, asked when
    /// the account is found at or over maintenance. While it does not, the memory is kept and `decide`
    /// is called as if the account were under maintenance: some venues go on until a higher level.
    fn is_over(&self, _situation: &Situation, _memory: &Memory) -> Result<bool, RiskError> {
        Ok(true)
    }
}

/// All of them with their defaults, ours first.
pub fn all() -> Vec<Box<dyn Policy>> {
    vec![
        Box::new(JustEnough),
        Box::<FullClose>::default(),
        Box::<Chunks>::default(),
        Box::<CloseFactor>::default(),
        Box::<HealthLinear>::default(),
        Box::<Drift>::default(),
        Box::<Mango>::default(),
        Box::<Window>::default(),
    ]
}

/// Costs shared by all policies that close against the pool at the oracle's price: spread and impact
/// of the close, as the market defines them for liquidations ([`Leg::pool_cost`]). Rounded up against
/// the account.
pub fn pool_cost(leg: &Leg, notional: u64) -> Result<Usd, RiskError> {
    leg.pool_cost.of_ceil(notional)
}
