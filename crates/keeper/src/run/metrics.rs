//! What the keeper tells Prometheus. docs/keeper.md has the list, and a test compares the two.

use core::sync::atomic::AtomicU64;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{exponential_buckets, Histogram};
use prometheus_client::registry::{Registry, Unit};
use whittle_keeper::action::Kind;
use whittle_keeper::Outcome;

/// A gauge that may have a fraction.
pub type Real = Gauge<f64, AtomicU64>;

/// What was tried, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Tried {
    /// Kind of action, as `liquidate_partial`.
    pub action: &'static str,
    /// What became of it, as `done` or `someone_faster`.
    pub outcome: &'static str,
}

/// What became of a posting.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Posted {
    /// As of an action.
    pub outcome: &'static str,
}

/// A market or bank, by kind and number, as `market:0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfFeed {
    /// Which.
    pub feed: String,
}

/// All of them. Cloning shares.
#[derive(Clone)]
pub struct Metrics {
    /// Margin accounts known.
    pub accounts: Gauge,
    /// Accounts under the margin call level.
    pub accounts_called: Gauge,
    /// Accounts under maintenance.
    pub accounts_underwater: Gauge,
    /// What they would lose on top of their equity if prices went on by the configured shock, USD.
    pub expected_loss_usd: Real,
    /// Newest slot told.
    pub slot: Gauge,
    /// Seconds since a slot was told.
    pub slot_age: Real,
    /// Seconds since the cached price of a feed was published, of those that are used.
    pub oracle_age: Family<OfFeed, Real>,
    /// What the account that pays fees holds, SOL.
    pub balance_sol: Real,
    /// 1 while nothing is sent, because that account could not pay.
    pub stopped: Gauge,
    /// Cash and lines of the insurance fund, USD.
    pub insurance_usd: Real,
    /// 1 while new risk waits because the insurance fund has lost too much.
    pub insurance_drawn: Gauge,
    /// Cash of the pool outside lines, USD.
    pub pool_cash_usd: Real,
    /// Actions by kind and outcome.
    pub actions: Family<Tried, Counter>,
    /// Bonuses, fees and rewards that the program credited, USD.
    pub earned_usd: Counter<f64, AtomicU64>,
    /// Transaction fees paid, SOL.
    pub fees_sol: Counter<f64, AtomicU64>,
    /// Transactions on their way.
    pub in_flight: Gauge,
    /// Postings of signed updates by outcome.
    pub postings: Family<Posted, Counter>,
    /// Seconds since the newest signed price was published; zero where none is asked for.
    pub hermes_age: Real,
    /// Accounts of postings that hold rent.
    pub rented_accounts: Gauge,
    /// Connections lost.
    pub connections_lost: Counter,
    /// Complete pictures loaded.
    pub reloads: Counter,
    /// From a notice to the decisions that follow from it.
    pub decide_seconds: Histogram,
    /// From a decision to the end of its transaction.
    pub land_seconds: Histogram,
}

impl Metrics {
    /// Registers all of them.
    pub fn new() -> (Self, Registry) {
        let mut registry = Registry::with_prefix("whittle_keeper");
        let metrics = Self {
            accounts: Gauge::default(),
            accounts_called: Gauge::default(),
            accounts_underwater: Gauge::default(),
            expected_loss_usd: Real::default(),
            slot: Gauge::default(),
            slot_age: Real::default(),
            oracle_age: Family::default(),
            balance_sol: Real::default(),
            stopped: Gauge::default(),
            insurance_usd: Real::default(),
            insurance_drawn: Gauge::default(),
            pool_cash_usd: Real::default(),
            actions: Family::default(),
            earned_usd: Counter::default(),
            fees_sol: Counter::default(),
            in_flight: Gauge::default(),
            postings: Family::default(),
            hermes_age: Real::default(),
            rented_accounts: Gauge::default(),
            connections_lost: Counter::default(),
            reloads: Counter::default(),
            decide_seconds: Histogram::new(exponential_buckets(0.000_1, 4.0, 9)),
            land_seconds: Histogram::new(exponential_buckets(0.1, 2.0, 10)),
        };
        let r = &mut registry;
        let m = &metrics;
        r.register("accounts", "Margin accounts known", m.accounts.clone());
        let help = "Accounts under the margin call level";
        r.register("accounts_called", help, m.accounts_called.clone());
        let help = "Accounts under maintenance";
        r.register("accounts_underwater", help, m.accounts_underwater.clone());
        let help = "Loss to be expected of the accounts under maintenance";
        r.register("expected_loss_usd", help, m.expected_loss_usd.clone());
        r.register("slot", "Newest slot told", m.slot.clone());
        let help = "Time since a slot was told";
        r.register_with_unit("slot_age", help, Unit::Seconds, m.slot_age.clone());
        let help = "Time since a cached price that is used was published";
        r.register_with_unit("oracle_age", help, Unit::Seconds, m.oracle_age.clone());
        let help = "Balance of the account that pays fees";
        r.register("balance_sol", help, m.balance_sol.clone());
        let help = "1 while nothing is sent because that account could not pay";
        r.register("stopped", help, m.stopped.clone());
        let help = "Cash and lines of the insurance fund";
        r.register("insurance_usd", help, m.insurance_usd.clone());
        let help = "1 while new risk waits after a drawdown of the insurance fund";
        r.register("insurance_drawn", help, m.insurance_drawn.clone());
        let help = "Cash of the pool outside the lines of markets";
        r.register("pool_cash_usd", help, m.pool_cash_usd.clone());
        r.register("actions", "Actions by kind and outcome", m.actions.clone());
        let help = "Bonuses, fees and rewards credited";
        r.register("earned_usd", help, m.earned_usd.clone());
        r.register("fees_sol", "Transaction fees paid", m.fees_sol.clone());
        let help = "Transactions on their way";
        r.register("in_flight", help, m.in_flight.clone());
        let help = "Postings of signed updates by outcome";
        r.register("postings", help, m.postings.clone());
        let help = "Time since the newest signed price was published";
        r.register_with_unit("hermes_age", help, Unit::Seconds, m.hermes_age.clone());
        let help = "Accounts of postings that hold rent";
        r.register("rented_accounts", help, m.rented_accounts.clone());
        let help = "Connections to the node that were lost";
        r.register("connections_lost", help, m.connections_lost.clone());
        let help = "Complete pictures loaded from the node";
        r.register("reloads", help, m.reloads.clone());
        let help = "From a notice to the decisions that follow";
        r.register_with_unit("decide", help, Unit::Seconds, m.decide_seconds.clone());
        let help = "From a decision to the end of its transaction";
        r.register_with_unit("land", help, Unit::Seconds, m.land_seconds.clone());
        metrics.begin_at_zero();
        (metrics, registry)
    }

    /// Prometheus sees an increase only between two values: what appears with its first event has
    /// none.
    fn begin_at_zero(&self) {
        for action in Kind::ALL.map(Kind::name) {
            for outcome in Outcome::NAMES {
                drop(self.actions.get_or_create(&Tried { action, outcome }));
            }
        }
    }
}

/// The text that Prometheus reads.
pub fn text(registry: &Registry) -> String {
    let mut text = String::new();
    // Writing into a String does not fail.
    let _ = encode(&mut text, registry);
    text
}

#[cfg(test)]
mod tests;
