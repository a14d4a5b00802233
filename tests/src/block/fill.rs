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
    /// What it took: so count Agave's leaders, who give back the rest of what it asked for, and all
    /// validators who check the block.
    Used,
    /// What it asked for: as for a leader who gave nothing back, or gave it back too late.
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
    /// Transactions that were counted.
    pub transactions: u64,
    /// Liquidations among them, by their events.
    pub liquidations: u64,
    /// What refused the next; `None` when all fitted.
    pub full: Option<Full>,
    /// What the last transaction was charged, and what it asked for.
    pub last: (Parts, Parts),
    /// The least and the most that one was charged.
    pub range: (u64, u64),
    /// What all of the block was charged.
    pub charged: u64,
    /// Bytes of the largest transaction.
    pub bytes: usize,
    /// The accounts that were charged most.
    pub hottest: Vec<Pubkey>,
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

/// What a block is filled with.
pub struct Load {
    /// Runs first and has to fit; not counted.
    pub ahead: Vec<VersionedTransaction>,
    /// As many of these as fit.
    pub transactions: Vec<VersionedTransaction>,
}

/// Runs transactions in their order until the block is full. One that is refused for an account that
/// it writes is left out; those behind it may be about other accounts.
///
/// The tracker is the bank's own. Afterwards the block is counted again as a validator does who gets it.
pub fn fill(fork: &Fork, limits: CostTrackerLimits, load: Load, charge: Charge) -> Filled {
    let mut tracker = fork.bank().write_cost_tracker().expect("not poisoned");
    tracker.set_limits(limits);
    let mut block = Block {
        fork,
        charge,
        replayed: CostTracker::new_from_parent_limits(&tracker),
        tracker: &mut tracker,
    };
    let mut filled = Filled {
        transactions: 0,
        liquidations: 0,
        full: None,
        last: Default::default(),
        range: (u64::MAX, 0),
        charged: 0,
        bytes: 0,
        hottest: Vec::new(),
    };
    for transaction in load.ahead {
        block.add(transaction).expect("room for what comes first");
    }
    for transaction in load.transactions {
        let bytes = 1 + 64 * transaction.signatures.len() + transaction.message.serialize().len();
        match block.add(transaction) {
            Ok(added) => filled.count(&added, bytes),
            Err(CostTrackerError::WouldExceedAccountMaxLimit) => {
                filled.full = Some(Full::Account);
            }
            Err(CostTrackerError::WouldExceedBlockMaxLimit) => {
                filled.full = Some(Full::Block);
                break;
            }
            Err(other) => panic!("an unexpected limit: {other:?}"),
        }
    }
    block.end(filled)
}

struct Block<'a> {
    fork: &'a Fork,
    charge: Charge,
    tracker: &'a mut CostTracker,
    replayed: CostTracker,
}

/// A transaction that fitted and ran.
struct Added {
    used: Parts,
    asked: Parts,
    ran: Ran,
}

impl Block<'_> {
    /// As a leader does: what it asks for has to fit, then it runs, then it is charged.
    fn add(&mut self, transaction: VersionedTransaction) -> Result<Added, CostTrackerError> {
        let features = &self.fork.bank().feature_set;
        let checked = self.fork.check(transaction.clone());
        let asked = CostModel::calculate_cost(&checked, features);
        self.tracker.try_add(&asked)?;
        let ran = self.fork.run(transaction);
        let used = CostModel::calculate_cost_for_executed_transaction(
            &checked,
            ran.units,
            ran.loaded_bytes,
            features,
        );
        if self.charge == Charge::Used {
            let loaded = used.loaded_accounts_data_size_cost();
            self.tracker
                .update_execution_cost(&asked, ran.units, loaded);
        }
        let accepted = self.replayed.try_add(&used);
        accepted.expect("a block that others accept");
        Ok(Added {
            used: Parts::of(&used),
            asked: Parts::of(&asked),
            ran,
        })
    }

    fn end(self, mut filled: Filled) -> Filled {
        filled.charged = self.tracker.block_cost();
        if self.charge == Charge::Used {
            assert_eq!(self.replayed.block_cost(), filled.charged, "counted twice");
        }
        let costs = self.tracker.get_cost_by_writable_accounts();
        let most = costs.values().max();
        let hottest = costs.iter().filter(|(_, cost)| Some(*cost) == most);
        filled.hottest = hottest.map(|(key, _)| *key).collect();
        filled
    }
}

impl Filled {
    fn count(&mut self, added: &Added, bytes: usize) {
        self.transactions += 1;
        self.bytes = self.bytes.max(bytes);
        self.last = (added.used, added.asked);
        let (least, most) = self.range;
        let used = added.used.sum();
        self.range = (least.min(used), most.max(used));
        let events = event::events(&added.ran.logs);
        let liquidated = |event: &Event| PartiallyLiquidated::try_from(event.clone()).is_ok();
        let count = events.iter().filter(|event| liquidated(event)).count();
        self.liquidations += u64::try_from(count).expect("few events");
    }
}
