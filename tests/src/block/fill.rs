//! Filling a block: each transaction has to fit by Agave's cost tracker, then runs.

use anchor_lang::prelude::Pubkey;
use solana_cost_model::cost_model::CostModel;
use solana_cost_model::cost_tracker::{CostTracker, CostTrackerError, CostTrackerLimits};
use solana_cost_model::cost_tracker_post_analysis::CostTrackerPostAnalysis;
use solana_cost_model::transaction_cost::TransactionCost;
use solana_transaction::versioned::VersionedTransaction;
use whittle::event::PartiallyLiquidated;
use whittle_client::event::{self, Event};
use whittle_keeper::limits::Simulated;

use super::fork::{Checked, Fork, Ran};

/// What a transaction is charged once it has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// What it took: Agave gives back the rest of what it asked for, and a validator that checks the
    /// block counts so.
    Used,
    /// What it asked for: a leader who gave nothing back.
    Asked,
}

/// Why the last transaction that was refused did not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The block.
    Block,
    /// An account that it writes.
    Account,
}

/// What one transaction costs a block, compute units of the cost model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Signatures.
    pub signatures: u64,
    /// Locks of accounts to write.
    pub locks: u64,
    /// Bytes of instructions.
    pub data: u64,
    /// Bytes of accounts and programs.
    pub loaded: u64,
    /// The programs.
    pub programs: u64,
}

impl Parts {
    /// All of it.
    pub fn sum(&self) -> u64 {
        self.signatures + self.locks + self.data + self.loaded + self.programs
    }

    fn of(cost: &TransactionCost<Checked>) -> Self {
        Self {
            signatures: cost.signature_cost(),
            locks: cost.write_lock_cost(),
            data: u64::from(cost.data_bytes_cost()),
            loaded: cost.loaded_accounts_data_size_cost(),
            programs: cost.programs_execution_cost(),
        }
    }
}

/// A full block.
#[derive(Clone, Debug)]
pub struct Filled {
    /// Transactions in it.
    pub transactions: u64,
    /// Liquidations among them, by their events.
    pub liquidations: u64,
    /// What refused the next; `None` when all fitted.
    pub full: Option<Full>,
    /// What the last transaction was charged, and what it asked for.
    pub last: (Parts, Parts),
    /// The least and the most that one was charged.
    pub range: (u64, u64),
    /// What all were charged.
    pub charged: u64,
    /// Compute units of the programs in them.
    pub units: u64,
    /// Bytes of the largest transaction.
    pub bytes: usize,
    /// The account that was charged most, and how much.
    pub hottest: (Pubkey, u64),
}

/// Sets the limits of a block; allocations are not limited.
pub fn limits(account: u64, block: u64) -> CostTrackerLimits {
    CostTrackerLimits::new(account, block, u64::MAX)
}

/// What a transaction asks a block for.
pub fn asked(fork: &Fork, transaction: &Checked) -> Parts {
    Parts::of(&CostModel::calculate_cost(
        transaction,
        &fork.bank().feature_set,
    ))
}

/// What a transaction is charged that takes this.
pub fn charged(fork: &Fork, transaction: &Checked, takes: Simulated) -> Parts {
    Parts::of(&CostModel::calculate_cost_for_executed_transaction(
        transaction,
        takes.units,
        takes.loaded_bytes.unwrap_or(u32::MAX),
        &fork.bank().feature_set,
    ))
}

/// Runs transactions in their order until the block is full. One that is refused for an account that
/// it writes is left out; those behind it may be about other accounts.
///
/// The tracker is the bank's own. Afterwards the block is counted again as a validator does who gets it.
pub fn fill(
    fork: &Fork,
    limits: CostTrackerLimits,
    transactions: Vec<VersionedTransaction>,
    charge: Charge,
) -> Filled {
    let bank = fork.bank();
    let features = &bank.feature_set;
    let mut tracker = bank.write_cost_tracker().expect("not poisoned");
    tracker.set_limits(limits);
    let mut replayed = CostTracker::new_from_parent_limits(&tracker);
    let mut filled = Filled {
        transactions: 0,
        liquidations: 0,
        full: None,
        last: Default::default(),
        range: (u64::MAX, 0),
        charged: 0,
        units: 0,
        bytes: 0,
        hottest: Default::default(),
    };
    for transaction in transactions {
        let checked = fork.check(transaction.clone());
        let cost = CostModel::calculate_cost(&checked, features);
        match tracker.try_add(&cost) {
            Ok(_) => {}
            Err(CostTrackerError::WouldExceedAccountMaxLimit) => {
                filled.full = Some(Full::Account);
                continue;
            }
            Err(CostTrackerError::WouldExceedBlockMaxLimit) => {
                filled.full = Some(Full::Block);
                break;
            }
            Err(other) => panic!("an unexpected limit: {other:?}"),
        }
        let bytes = 1 + 64 * transaction.signatures.len() + transaction.message.serialize().len();
        let ran = fork.run(transaction);
        let used = CostModel::calculate_cost_for_executed_transaction(
            &checked,
            ran.units,
            ran.loaded_bytes,
            features,
        );
        if charge == Charge::Used {
            let loaded = used.loaded_accounts_data_size_cost();
            tracker.update_execution_cost(&cost, ran.units, loaded);
        }
        filled.last = (Parts::of(&used), Parts::of(&cost));
        let (least, most) = filled.range;
        filled.range = (least.min(used.sum()), most.max(used.sum()));
        replayed.try_add(&used).expect("a block that others accept");
        filled.count(&ran, bytes);
    }
    filled.charged = tracker.block_cost();
    if charge == Charge::Used {
        assert_eq!(replayed.block_cost(), filled.charged, "counted twice");
    }
    let costs = tracker.get_cost_by_writable_accounts();
    let hottest = costs.iter().max_by_key(|(_, cost)| **cost);
    filled.hottest = hottest.map_or_else(Default::default, |(key, cost)| (*key, *cost));
    filled
}

impl Filled {
    fn count(&mut self, ran: &Ran, bytes: usize) {
        self.transactions += 1;
        self.units += ran.units;
        self.bytes = self.bytes.max(bytes);
        let events = event::events(&ran.logs);
        let liquidated = |event: &Event| PartiallyLiquidated::try_from(event.clone()).is_ok();
        let count = events.iter().filter(|event| liquidated(event)).count();
        self.liquidations += u64::try_from(count).expect("few events");
    }
}
