//! The virtual machine: one bank of `solana-program-test` with the built program in it.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::bpf_loader_upgradeable;
use anchor_lang::solana_program::instruction::Instruction;
use solana_account::{Account, AccountSharedData};
use solana_clock::Clock;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_genesis_config::GenesisConfig;
use solana_keypair::Keypair;
use solana_program_test::{ProgramTest, ProgramTestContext};
use solana_signer::Signer;
use solana_transaction::{Transaction, TransactionError};
use std::path::Path;

/// Most compute units that a transaction may have.
const COMPUTE_LIMIT: u32 = 1_400_000;
/// Transactions that can be told apart by their compute limit; long before their end the blockhash
/// has changed.
const DISTINCT: u32 = 100_000;

/// What the machine says about a transaction.
#[derive(Clone, Debug)]
pub struct Processed {
    /// Whether it succeeded.
    pub result: Result<(), TransactionError>,
    /// Its logs.
    pub logs: Vec<String>,
    /// What its last instruction returned.
    pub return_data: Vec<u8>,
}

/// A machine. It owns the runtime that it needs, so that tests read as plain functions; nothing
/// happens in it between two calls.
pub struct Vm {
    // Before the runtime: the machine's tasks end first.
    context: ProgramTestContext,
    runtime: tokio::runtime::Runtime,
    sent: u32,
}

impl Vm {
    /// Starts a machine with the program of the last build.
    ///
    /// Panics when there is none. No test runs the program as native code: limits on compute, stack
    /// and heap, and the compiler for sBPF itself, are a part of what is tested.
    pub fn start() -> Self {
        require_program();
        let mut test = ProgramTest::default();
        be_quiet();
        #[cfg(not(feature = "native"))]
        test.add_program("whittle", whittle::ID, None);
        #[cfg(feature = "native")]
        crate::native::add_to(&mut test);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let context = runtime.block_on(test.start_with_context());
        Self {
            context,
            runtime,
            sent: 0,
        }
    }

    /// Pays the fees. No test looks at its balance.
    pub fn payer(&self) -> &Keypair {
        &self.context.payer
    }

    /// An account, if it exists.
    pub fn account(&self, address: &Pubkey) -> Option<Account> {
        let client = &self.context.banks_client;
        self.runtime
            .block_on(client.get_account(*address))
            .expect("the machine answers")
    }

    /// What the machine began with: its features among it.
    pub(crate) fn genesis(&self) -> &GenesisConfig {
        self.context.genesis_config()
    }

    /// The account of a program, and that with its code where they are two.
    pub(crate) fn program(&self, id: &Pubkey) -> Vec<(Pubkey, Account)> {
        let (code, _) = Pubkey::find_program_address(&[id.as_ref()], &bpf_loader_upgradeable::ID);
        let found = [*id, code].map(|address| Some((address, self.account(&address)?)));
        found.into_iter().flatten().collect()
    }

    /// Puts an account where no instruction would.
    pub fn set_account(&mut self, address: &Pubkey, account: &Account) {
        let shared = AccountSharedData::from(account.clone());
        self.context.set_account(address, &shared);
    }

    /// Sets slot and time. Time moves in no other way.
    pub fn set_clock(&mut self, slot: u64, unix_timestamp: i64) {
        let clock = Clock {
            slot,
            unix_timestamp,
            epoch_start_timestamp: unix_timestamp,
            ..Clock::default()
        };
        self.context.set_sysvar(&clock);
        #[cfg(feature = "native")]
        crate::native::set_clock(&clock);
    }

    /// Processes instructions as one transaction. Each gets a compute limit of its own, so that a
    /// repetition is a new transaction rather than a duplicate.
    pub fn process(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Processed {
        let transaction = self.transaction(instructions, signers);
        let client = &self.context.banks_client;
        let answer = self
            .runtime
            .block_on(client.process_transaction_with_metadata(transaction))
            .expect("the machine answers");
        let metadata = answer.metadata;
        Processed {
            result: answer.result,
            logs: metadata
                .as_ref()
                .map(|it| it.log_messages.clone())
                .unwrap_or_default(),
            return_data: metadata
                .and_then(|it| it.return_data)
                .map(|it| it.data)
                .unwrap_or_default(),
        }
    }

    fn transaction(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Transaction {
        let distinct = self.sent % DISTINCT;
        self.sent = self.sent.wrapping_add(1);
        // The machine forgets a blockhash after a second.
        let blockhash = self
            .runtime
            .block_on(self.context.banks_client.get_latest_blockhash())
            .expect("a blockhash");
        let limit = ComputeBudgetInstruction::set_compute_unit_limit(COMPUTE_LIMIT - distinct);
        let mut all = vec![limit];
        all.extend_from_slice(instructions);
        let payer = &self.context.payer;
        let mut transaction = Transaction::new_with_payer(&all, Some(&payer.pubkey()));
        let needed = usize::from(transaction.message.header.num_required_signatures);
        let needed = transaction.message.account_keys[..needed].to_vec();
        // A test may turn a signer into a plain account; then nobody has to sign for it.
        let mut keys = vec![payer];
        keys.extend(
            signers
                .iter()
                .filter(|key| key.pubkey() != payer.pubkey() && needed.contains(&key.pubkey())),
        );
        transaction.partial_sign(&keys, blockhash);
        // The machine itself does not look at signatures.
        assert!(transaction.is_signed(), "a key is missing among {needed:?}");
        transaction
    }
}

fn require_program() {
    let dir = std::env::var("SBF_OUT_DIR").unwrap_or_default();
    assert!(
        Path::new(&dir).join("whittle.so").is_file(),
        "there is no whittle.so in SBF_OUT_DIR ({dir:?}): run `cargo xtask test`, or \
         `cargo xtask build` and set SBF_OUT_DIR to the folder that it prints"
    );
}

/// The machine logs every line of every program. Set `RUST_LOG` to see them all; a test that fails
/// prints those of the transaction that it failed at.
fn be_quiet() {
    if std::env::var_os("RUST_LOG").is_none() {
        log::set_max_level(log::LevelFilter::Off);
    }
}
