//! Playing a transaction again on a machine that notes every instruction of the program it runs.

use anchor_lang::prelude::Pubkey;
use litesvm::{InvocationInspectCallback, LiteSVM};
use solana_account::Account;
use solana_clock::Clock;
use solana_keypair::Keypair;
use solana_program_runtime::invoke_context::InvokeContext;
use solana_signer::Signer;
use solana_transaction::sanitized::SanitizedTransaction;
use solana_transaction::{Message, Transaction};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::outcome::Scene;

/// How often each instruction of the program ran, by its place in the text section.
pub type Counts = BTreeMap<usize, u64>;

/// What a transaction did, instruction by instruction.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Of the program itself; what it called is left out.
    pub counts: Counts,
    /// Places in the order in which they ran.
    pub places: Vec<usize>,
    /// Compute units, the program's and those of everything it called.
    pub units: u64,
}

/// Plays `scene` on `program`, an ELF file.
///
/// Panics when the machine refuses what the harness accepted.
pub fn play(scene: &Scene, program: &[u8]) -> Trace {
    let mut svm = LiteSVM::new_debuggable(true)
        .with_sigverify(false)
        .with_blockhash_check(false);
    let noted = Noted::default();
    svm.set_invocation_inspect_callback(noted.clone());
    svm.add_program(whittle::ID, &with_sections(program))
        .expect("a program");
    for (address, account) in &scene.before.accounts {
        svm.set_account(*address, account.clone())
            .expect("an account");
    }
    svm.set_sysvar(&Clock {
        slot: scene.slot,
        unix_timestamp: scene.now,
        epoch_start_timestamp: scene.now,
        ..Clock::default()
    });
    let payer = Keypair::new();
    let lamports = 1_000_000_000_000;
    svm.set_account(
        payer.pubkey(),
        Account::new(lamports, 0, &Pubkey::default()),
    )
    .expect("a payer");
    let message = Message::new(&scene.instructions, Some(&payer.pubkey()));
    let transaction = Transaction::new_unsigned(message);
    let done = svm.send_transaction(transaction);
    let done = done.unwrap_or_else(|failed| panic!("{failed:?}"));
    let places = std::mem::take(&mut *noted.places.lock().expect("nobody panicked"));
    let mut counts = Counts::new();
    for place in &places {
        *counts.entry(*place).or_default() += 1;
    }
    Trace {
        counts,
        places,
        units: done.compute_units_consumed,
    }
}

#[derive(Clone, Default)]
struct Noted {
    places: Arc<Mutex<Vec<usize>>>,
}

impl InvocationInspectCallback for Noted {
    fn before_invocation(
        &self,
        _: &LiteSVM,
        _: &SanitizedTransaction,
        _: &[u16],
        _: &mut InvokeContext,
        _: bool,
    ) {
    }

    fn after_invocation(
        &self,
        _: &LiteSVM,
        _: &SanitizedTransaction,
        _: &[u16],
        context: &InvokeContext,
        _: bool,
    ) {
        let places = &self.places;
        context.iterate_vm_traces(&|instruction, _, registers| {
            let program = instruction.get_program_key().expect("a program");
            if *program == whittle::ID {
                let mut places = places.lock().expect("nobody panicked");
                places.extend(registers.iter().map(|entry| entry[11] as usize));
            }
        });
    }
}

/// The machine that traces wants a table of sections, which the linker leaves out: appends one with
/// nothing in it but its own names.
fn with_sections(program: &[u8]) -> Vec<u8> {
    const NAMES: &[u8] = b"\0.shstrtab\0";
    let mut elf = program.to_vec();
    elf.resize(elf.len().next_multiple_of(8), 0);
    let names_at = elf.len();
    elf.extend_from_slice(NAMES);
    elf.resize(elf.len().next_multiple_of(8), 0);
    let table_at = elf.len();
    // An empty section stands first; of the other: name, type (3: strings), offset and size.
    let mut table = [0u8; 128];
    table[64..68].copy_from_slice(&1u32.to_le_bytes());
    table[68..72].copy_from_slice(&3u32.to_le_bytes());
    table[88..96].copy_from_slice(&(names_at as u64).to_le_bytes());
    table[96..104].copy_from_slice(&(NAMES.len() as u64).to_le_bytes());
    elf.extend_from_slice(&table);
    // In the file's header: the table's offset, the size of its entries, how many, where the names are.
    elf[40..48].copy_from_slice(&(table_at as u64).to_le_bytes());
    for (at, value) in [(58, 64u16), (60, 2), (62, 1)] {
        elf[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    elf
}
