//! Who liquidates: keepers with a latency, a chain that can be full, and a price of their own.

use serde::Serialize;

/// How keepers and the chain behave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeeperTerms {
    /// Seconds from a price to a transaction that acts on it.
    pub latency_secs: u32,
    /// Seconds between two prices while an account is under maintenance; a keeper acts on each.
    pub look_secs: u32,
    /// Transactions a second that the chain takes from keepers when it is quiet.
    pub capacity: f64,
    /// What a move of 1 % within five minutes divides the capacity by, less one: at 1.0 a move of 1 %
    /// halves it, one of 3 % quarters it.
    pub congestion: f64,
    /// A transaction's cost when the chain is quiet, USD. It grows as the capacity shrinks.
    pub fee: f64,
    /// The least that a keeper wants for a liquidation beyond its cost, USD.
    pub min_profit: f64,
    /// Seconds under maintenance after which the exchange's own keeper acts whatever that pays.
    pub patience_secs: u32,
}

impl Default for KeeperTerms {
    fn default() -> Self {
        Self {
            latency_secs: 2,
            look_secs: 2,
            capacity: 50.0,
            congestion: 1.0,
            fee: 0.002,
            min_profit: 0.01,
            patience_secs: 60,
        }
    }
}

/// Room on the chain for keepers' transactions, as a bucket that fills with time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chain {
    room: f64,
    /// By how much the chain is slower than a quiet one, at least one.
    slower: f64,
}

impl Chain {
    /// Lets `secs` pass in a market that moved by the share `moved` within five minutes.
    pub fn pass(&mut self, terms: &KeeperTerms, secs: u32, moved: f64) {
        self.slower = 1.0 + terms.congestion * moved * 100.0;
        let rate = terms.capacity / self.slower;
        // What is not used is gone, but for one look.
        let most = rate * f64::from(terms.look_secs.max(1));
        self.room = (self.room + rate * f64::from(secs)).min(most.max(1.0));
    }

    /// Takes room for one transaction. False when the chain is full.
    pub fn take(&mut self) -> bool {
        let there = self.room >= 1.0;
        if there {
            self.room -= 1.0;
        }
        there
    }

    /// What a transaction costs now, USD.
    pub fn fee(&self, terms: &KeeperTerms) -> f64 {
        terms.fee * self.slower.max(1.0)
    }
}
