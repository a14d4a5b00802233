//! A chain of Agave's own banks. Each is one slot with one block; several may follow on the same one,
//! so that different blocks are filled from the same accounts.

use anchor_lang::prelude::Pubkey;
use solana_account::{Account, AccountSharedData};
use solana_accounts_db::accounts_db::ACCOUNTS_DB_CONFIG_FOR_TESTING;
use solana_clock::Clock;
use solana_runtime::bank::Bank;
use solana_runtime::bank_forks::BankForks;
use solana_runtime::runtime_config::RuntimeConfig;
use solana_runtime_transaction::runtime_transaction::RuntimeTransaction;
use solana_transaction::sanitized::{MessageHash, SanitizedTransaction};
use solana_transaction::versioned::VersionedTransaction;
use std::sync::{Arc, RwLock};
use whittle_keeper::limits::Simulated;

use crate::token;
use crate::world::World;

/// A transaction as the runtime and the cost model read it.
pub type Checked = RuntimeTransaction<SanitizedTransaction>;

/// What a transaction did.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Compute units.
    pub units: u64,
    /// Bytes of accounts and programs that it loaded.
    pub loaded_bytes: u32,
    /// Its logs.
    pub logs: Vec<String>,
}

/// A bank that transactions run in.
pub struct Fork {
    bank: Arc<Bank>,
    forks: Arc<RwLock<BankForks>>,
    now: i64,
}

impl Fork {
    /// The first block after a world's accounts as they stand, with the world's features and programs.
    pub fn of(world: &World) -> Self {
        let root = Bank::new_from_genesis(
            world.vm.genesis(),
            Arc::new(RuntimeConfig::default()),
            Vec::new(),
            None,
            ACCOUNTS_DB_CONFIG_FOR_TESTING,
            None,
            None,
            Arc::default(),
            None,
            None,
        );
        for program in [whittle::ID, token::program(false)] {
            for (address, account) in world.vm.program(&program) {
                root.store_account(&address, &AccountSharedData::from(account));
            }
        }
        for (address, account) in &world.picture().accounts {
            root.store_account(address, &AccountSharedData::from(account.clone()));
        }
        root.fill_bank_with_ticks_for_tests();
        let forks = BankForks::new_rw_arc(root);
        let bank = forks.read().expect("not poisoned").root_bank();
        let root = Self {
            bank,
            forks,
            now: world.now(),
        };
        root.next(0)
    }

    /// A block that follows on this one, so many seconds later. Nothing runs in this one any more.
    pub fn next(&self, secs: i64) -> Self {
        let slot = self.forks.read().expect("not poisoned").highest_slot() + 1;
        // The next block has a blockhash of its own, so that the same may be sent again.
        if !self.bank.is_frozen() {
            self.bank.fill_bank_with_ticks_for_tests();
        }
        // A new bank reads the forks.
        let bank = Bank::new_from_parent(self.bank.clone(), *self.bank.leader(), slot);
        let bank = self.forks.write().expect("not poisoned").insert(bank);
        let bank = bank.clone_without_scheduler();
        let now = self.now + secs;
        bank.set_sysvar_for_tests(&Clock {
            slot,
            unix_timestamp: now,
            epoch_start_timestamp: now,
            ..Clock::default()
        });
        Self {
            bank,
            forks: self.forks.clone(),
            now,
        }
    }

    /// Agave's bank.
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// The time on chain.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Puts an account where no instruction would.
    pub fn put(&self, address: &Pubkey, account: Account) {
        let account = AccountSharedData::from(account);
        self.bank.store_account(address, &account);
    }

    /// An account, if it exists.
    pub fn account(&self, address: &Pubkey) -> Option<Account> {
        self.bank.get_account(address).map(Account::from)
    }

    /// A transaction as the runtime reads it.
    pub fn check(&self, transaction: VersionedTransaction) -> Checked {
        let limits = self.bank.feature_set.snapshot();
        RuntimeTransaction::try_create(
            transaction,
            MessageHash::Compute,
            Some(false),
            &*self.bank,
            self.bank.get_reserved_account_keys(),
            limits.limit_instruction_accounts,
        )
        .expect("a well-formed transaction")
    }

    /// What a transaction would take. It has to succeed.
    pub fn simulate(&self, transaction: VersionedTransaction) -> Simulated {
        let transaction = self.check(transaction);
        let done = self
            .bank
            .simulate_transaction_unchecked(&transaction, false);
        if let Err(error) = done.result {
            panic!("refused: {error}\n{}", done.logs.join("\n"));
        }
        Simulated {
            units: done.units_consumed,
            loaded_bytes: Some(done.loaded_accounts_data_size),
        }
    }

    /// Runs a transaction and keeps what it does. It has to succeed.
    pub fn run(&self, transaction: VersionedTransaction) -> Ran {
        let done = self.bank.process_transaction_with_metadata(transaction);
        let done = done.expect("a transaction that runs");
        let logs = done.log_messages.unwrap_or_default();
        if let Err(error) = done.status {
            panic!("refused: {error}\n{}", logs.join("\n"));
        }
        Ran {
            units: done.executed_units,
            loaded_bytes: done.loaded_account_stats.loaded_accounts_data_size,
            logs,
        }
    }
}
