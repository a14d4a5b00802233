//! How a transaction may be refused.

use solana_transaction::{InstructionError, TransactionError};
use whittle::error::WhittleError;

use crate::outcome::Sent;

/// Panics where a transaction was refused by anything but a decision: an error of the program's list
/// that is not one of its invariants, one of Anchor's or of a token program's, or one that the runtime
/// gives to accounts that do not belong together.
#[track_caller]
pub(super) fn judge(sent: &Sent) {
    let Err(error) = &sent.processed.result else {
        return;
    };
    let fine = match error {
        TransactionError::InstructionError(_, error) => is_decision(error),
        // Several instructions with many accounts each.
        TransactionError::TooManyAccountLocks => true,
        _ => false,
    };
    let logs = &sent.processed.logs;
    let tail = logs.len().saturating_sub(12);
    assert!(
        fine,
        "JUDGE: {error}: {error:?}\n{}",
        logs[tail..].join("\n")
    );
}

fn is_decision(error: &InstructionError) -> bool {
    match error {
        InstructionError::Custom(number) => match WhittleError::from_code(*number) {
            // A sum that is off before it is written: refused, and yet a fault.
            Some(error) => !error.name().starts_with("Invariant"),
            None => of_others(*number),
        },
        InstructionError::MissingRequiredSignature
        | InstructionError::PrivilegeEscalation
        | InstructionError::InvalidAccountData
        | InstructionError::InvalidAccountOwner
        | InstructionError::UninitializedAccount
        | InstructionError::IncorrectProgramId
        | InstructionError::InvalidArgument
        | InstructionError::InvalidSeeds
        | InstructionError::AccountAlreadyInitialized
        | InstructionError::AccountBorrowFailed
        | InstructionError::UnsupportedProgramId
        | InstructionError::MissingAccount => true,
        _ => false,
    }
}

/// Anchor's blocks of errors, and those of the token programs and the system program, which begin
/// at zero.
fn of_others(number: u32) -> bool {
    matches!(number, 0..=40 | 100..=103 | 1000..=1002 | 1500 | 2000..=2040 | 2500..=2508 | 3000..=3017 | 4100..=4102)
}
