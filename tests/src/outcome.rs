//! What became of a transaction.

use anchor_lang::error::ErrorCode;
use anchor_lang::{AnchorDeserialize, Discriminator};
use solana_transaction::{InstructionError, TransactionError};
use whittle::error::WhittleError;
use whittle_client::event::{self, Event};

use crate::vm::Processed;

/// A transaction that was processed, before the test has said what it expects.
#[must_use = "say what should have happened: `.ok()` or `.refused(error)`"]
pub struct Sent {
    pub(crate) processed: Processed,
}

/// A transaction that did what it should.
pub struct Done {
    /// Its logs.
    pub logs: Vec<String>,
    /// Its events, in order.
    pub events: Vec<Event>,
    /// Compute units of each instruction of the program that the transaction carried.
    pub compute_units: Vec<u64>,
    return_data: Vec<u8>,
}

/// An error that has a number and a name.
pub trait Refusal: Copy {
    /// The number in the transaction's result.
    fn number(self) -> u32;
    /// Its name in the source.
    fn name(self) -> String;
}

impl Refusal for WhittleError {
    fn number(self) -> u32 {
        self.into()
    }

    fn name(self) -> String {
        WhittleError::name(&self)
    }
}

impl Refusal for ErrorCode {
    fn number(self) -> u32 {
        self.into()
    }

    fn name(self) -> String {
        ErrorCode::name(&self)
    }
}

impl Sent {
    /// Whether it succeeded.
    pub fn succeeded(&self) -> bool {
        self.processed.result.is_ok()
    }

    /// The number of the program's error that stopped it, if one did.
    pub fn error_number(&self) -> Option<u32> {
        match self.processed.result {
            Err(TransactionError::InstructionError(_, InstructionError::Custom(number))) => {
                Some(number)
            }
            _ => None,
        }
    }

    /// Whether a line of its logs contains this.
    pub fn says(&self, text: &str) -> bool {
        self.processed.logs.iter().any(|line| line.contains(text))
    }

    /// Which of the instructions that were sent failed.
    pub(crate) fn failed_instruction(&self) -> Option<usize> {
        match self.processed.result {
            // The machine puts the compute limit in front.
            Err(TransactionError::InstructionError(place, _)) => usize::from(place).checked_sub(1),
            _ => None,
        }
    }

    /// It succeeded.
    #[track_caller]
    pub fn ok(self) -> Done {
        let Processed {
            result,
            logs,
            return_data,
        } = self.processed;
        if let Err(error) = result {
            panic!("refused: {error}\n{}", logs.join("\n"));
        }
        Done {
            events: event::events(&logs),
            compute_units: compute_units(&logs),
            logs,
            return_data,
        }
    }

    /// It was refused with exactly this error; the harness has checked that nothing changed.
    #[track_caller]
    pub fn refused(self, error: impl Refusal) {
        let logs = self.processed.logs.join("\n");
        match self.processed.result {
            Ok(()) => panic!("succeeded instead of {}\n{logs}", error.name()),
            Err(TransactionError::InstructionError(_, InstructionError::Custom(number))) => {
                assert!(
                    number == error.number(),
                    "error {number} instead of {} ({})\n{logs}",
                    error.name(),
                    error.number(),
                )
            }
            Err(other) => panic!("{other} instead of {}\n{logs}", error.name()),
        }
    }

    /// It was refused by the runtime or another program, with exactly this error of its last
    /// instruction.
    #[track_caller]
    pub fn refused_by_runtime(self, error: InstructionError) {
        let logs = self.processed.logs.join("\n");
        match self.processed.result {
            Err(TransactionError::InstructionError(_, found)) if found == error => {}
            other => panic!("{other:?} instead of {error}\n{logs}"),
        }
    }
}

impl Done {
    /// Its only event of this kind.
    #[track_caller]
    pub fn event<E: TryFrom<Event>>(&self) -> E {
        let mut found: Vec<E> = self.events_of();
        let names: Vec<_> = self.events.iter().map(Event::name).collect();
        assert!(found.len() == 1, "one event was expected among {names:?}");
        found.remove(0)
    }

    /// All its events of this kind.
    pub fn events_of<E: TryFrom<Event>>(&self) -> Vec<E> {
        let matching = |event: &Event| E::try_from(event.clone()).ok();
        self.events.iter().filter_map(matching).collect()
    }

    /// Compute units of its only instruction of the program.
    #[track_caller]
    pub fn cu(&self) -> u64 {
        assert_eq!(self.compute_units.len(), 1, "one instruction was expected");
        self.compute_units[0]
    }

    /// What its last instruction returned.
    #[track_caller]
    pub fn returned<T: AnchorDeserialize>(&self) -> T {
        T::try_from_slice(&self.return_data).expect("return data of this type")
    }
}

/// From the runtime's lines `Program ID consumed N of M compute units`, those of the program when
/// the transaction itself invoked it.
pub(crate) fn compute_units(logs: &[String]) -> Vec<u64> {
    let prefix = format!("Program {} ", whittle::ID);
    let mut depth = 0;
    let mut found = Vec::new();
    for line in logs {
        if line.starts_with("Program ") && line.contains(" invoke [") {
            depth += 1;
        } else if line.ends_with(" success") || line.contains(" failed: ") {
            depth -= 1;
        } else if depth == 1 {
            let used = line
                .strip_prefix(&prefix)
                .and_then(|rest| rest.strip_prefix("consumed "))
                .and_then(|rest| rest.split(' ').next());
            found.extend(used.and_then(|number| number.parse::<u64>().ok()));
        }
    }
    found
}

/// The first eight bytes of an instruction's data.
pub fn is<I: Discriminator>(data: &[u8]) -> bool {
    data.starts_with(I::DISCRIMINATOR)
}
