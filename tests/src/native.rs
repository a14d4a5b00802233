//! The program as native code, which counts the lines that it runs. Cases see no difference but in what
//! native code cannot say: compute units, logs and events. One machine at a time.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use anchor_lang::prelude::{AccountInfo, Pubkey};
use anchor_lang::solana_program::entrypoint::ProgramResult;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program_error::ProgramError;
use anchor_lang::solana_program::rent::Rent;
use solana_clock::Clock;
use solana_program_test::{processor, ProgramTest};
use solana_sysvar_3::program_stubs::{set_syscall_stubs, SyscallStubs};
use solana_sysvar_4::program_stubs::{sol_get_stack_height, sol_invoke_signed};

const DONE: u64 = 0;

/// The clock of the machine that runs. Its own stubs for it are those of another version, which nobody
/// else can ask.
static CLOCK: Mutex<Option<Clock>> = Mutex::new(None);

/// Puts the program into a machine.
pub(crate) fn add_to(test: &mut ProgramTest) {
    test.prefer_bpf(false);
    test.add_program("whittle", whittle::ID, processor!(entry));
    test.prefer_bpf(true);
    set_syscall_stubs(Box::new(Stubs));
}

/// What programs are told from now on.
pub(crate) fn set_clock(clock: &Clock) {
    *CLOCK.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock.clone());
}

fn entry<'info>(id: &Pubkey, accounts: &[AccountInfo<'info>], data: &[u8]) -> ProgramResult {
    let (id, data): (&'info _, &'info _) = (longer(id), longer(data));
    whittle::entry(id, longer(accounts), data)
}

/// Anchor's lifetimes are those of the chain, where memory ends with the call.
#[allow(unsafe_code)] // The machine lends what it passes for as long as the call.
fn longer<'longer, T: ?Sized>(it: &T) -> &'longer T {
    // safety: the program keeps nothing beyond the call.
    unsafe { &*core::ptr::from_ref(it) }
}

/// Version 3, which Anchor calls; the machine answers those of version 4.
struct Stubs;

impl SyscallStubs for Stubs {
    fn sol_get_clock_sysvar(&self, place: *mut u8) -> u64 {
        let clock = CLOCK.lock().unwrap_or_else(PoisonError::into_inner).clone();
        write(clock.unwrap_or_default(), place)
    }

    fn sol_get_rent_sysvar(&self, place: *mut u8) -> u64 {
        write(Rent::default(), place)
    }

    fn sol_invoke_signed(
        &self,
        instruction: &Instruction,
        accounts: &[AccountInfo],
        seeds: &[&[&[u8]]],
    ) -> ProgramResult {
        // The machine panics at what the runtime refuses, a read-only account written for instance.
        let call = AssertUnwindSafe(|| sol_invoke_signed(instruction, accounts, seeds));
        catch_unwind(call).unwrap_or(Err(ProgramError::InvalidArgument))
    }

    fn sol_get_stack_height(&self) -> u64 {
        sol_get_stack_height()
    }
}

#[allow(unsafe_code)] // As in the machine's own stubs: the caller's variable is of this type.
fn write<T>(value: T, place: *mut u8) -> u64 {
    // safety: the caller is `T::get`, which passes a variable of its own.
    unsafe { place.cast::<T>().write(value) };
    DONE
}
