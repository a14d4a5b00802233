//! Why a transaction did nothing, in words that a bot can act on.

use super::DraftError;
use core::fmt;
use solana_instruction_error::InstructionError;
use solana_rpc_client_api::client_error::{Error, ErrorKind};
use solana_rpc_client_api::request::{RpcError, RpcResponseErrorData};
use solana_signature::Signature;
use solana_transaction_error::TransactionError;
use whittle::error::WhittleError;

/// Why the chain refused a transaction. It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Whittle refused an instruction.
    Program {
        /// Which instruction of the transaction.
        instruction: u8,
        /// What it said.
        error: WhittleError,
    },
    /// Another program, Anchor or the runtime refused an instruction.
    Instruction {
        /// Which instruction of the transaction.
        instruction: u8,
        /// What it said.
        error: String,
    },
    /// The account that pays has too little for the fee, or does not exist.
    FundsForFee,
    /// The blockhash is too old or unknown to the node: sign anew.
    Expired,
    /// The same transaction has already run.
    AlreadyProcessed,
    /// Anything else.
    Other(String),
}

impl Refusal {
    /// From what the runtime reports. `ours` tells whether an instruction is one of Whittle's: other
    /// programs number their errors as they like.
    pub fn of(error: &TransactionError, ours: impl Fn(u8) -> bool) -> Self {
        match error {
            TransactionError::InstructionError(instruction, InstructionError::Custom(code))
                if ours(*instruction) =>
            {
                match WhittleError::from_code(*code) {
                    Some(error) => Self::Program {
                        instruction: *instruction,
                        error,
                    },
                    None => Self::Instruction {
                        instruction: *instruction,
                        error: format!("custom program error {code}"),
                    },
                }
            }
            TransactionError::InstructionError(instruction, error) => Self::Instruction {
                instruction: *instruction,
                error: error.to_string(),
            },
            TransactionError::AccountNotFound
            | TransactionError::InsufficientFundsForFee
            | TransactionError::InsufficientFundsForRent { account_index: 0 } => Self::FundsForFee,
            TransactionError::BlockhashNotFound => Self::Expired,
            TransactionError::AlreadyProcessed => Self::AlreadyProcessed,
            other => Self::Other(other.to_string()),
        }
    }

    /// What Whittle said, if it was Whittle.
    pub fn program(&self) -> Option<WhittleError> {
        match self {
            Self::Program { error, .. } => Some(*error),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program { instruction, error } => {
                let name = error.name();
                write!(f, "instruction {instruction}: {error} ({name})")
            }
            Self::Instruction { instruction, error } => {
                write!(f, "instruction {instruction}: {error}")
            }
            Self::FundsForFee => write!(f, "the account that pays has too little for the fee"),
            Self::Expired => write!(f, "the blockhash is too old or unknown to the node"),
            Self::AlreadyProcessed => write!(f, "the same transaction has already run"),
            Self::Other(what) => write!(f, "{what}"),
        }
    }
}

/// Why nobody knows more, or what is known.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The transaction cannot be made.
    Draft(DraftError),
    /// The chain refused it, with the logs as far as it ran.
    Refused {
        /// Why.
        refusal: Refusal,
        /// What the programs logged; empty when the node told none.
        logs: Vec<String>,
        /// The transaction, if it is on the chain: it then cost its fee.
        signature: Option<Signature>,
    },
    /// It was sent, and its blockhash expired before it was seen. It cannot run any more.
    NotLanded(Signature),
    /// The node did not answer in time, cannot be reached, or answered nonsense. Whether a
    /// transaction that was being sent runs is unknown.
    Node(String),
}

impl Failure {
    /// From the client library's error.
    pub(super) fn of(error: &Error, ours: impl Fn(u8) -> bool) -> Self {
        let Some(transaction) = error.get_transaction_error() else {
            return Self::Node(error.to_string());
        };
        let logs = match error.kind() {
            ErrorKind::RpcError(RpcError::RpcResponseError {
                data: RpcResponseErrorData::SendTransactionPreflightFailure(result),
                ..
            }) => result.logs.clone().unwrap_or_default(),
            _ => Vec::new(),
        };
        Self::Refused {
            refusal: Refusal::of(&transaction, ours),
            logs,
            signature: None,
        }
    }

    /// What Whittle said, if it was Whittle who refused.
    pub fn program(&self) -> Option<WhittleError> {
        match self {
            Self::Refused { refusal, .. } => refusal.program(),
            _ => None,
        }
    }
}

impl From<DraftError> for Failure {
    fn from(error: DraftError) -> Self {
        Self::Draft(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft(error) => write!(f, "{error}"),
            Self::Refused { refusal, .. } => write!(f, "{refusal}"),
            Self::NotLanded(signature) => {
                write!(f, "{signature} was sent and expired before it ran")
            }
            Self::Node(what) => write!(f, "the RPC node: {what}"),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: fn(u8) -> bool = |instruction| instruction == 1;

    fn custom(instruction: u8, code: u32) -> TransactionError {
        TransactionError::InstructionError(instruction, InstructionError::Custom(code))
    }

    #[test]
    fn an_error_of_the_program_is_told_by_its_number() {
        let healthy = u32::from(WhittleError::AccountHealthy);
        let refusal = Refusal::of(&custom(1, healthy), OURS);
        assert_eq!(refusal.program(), Some(WhittleError::AccountHealthy));
    }

    #[test]
    fn the_same_number_from_another_program_is_not_ours() {
        let healthy = u32::from(WhittleError::AccountHealthy);
        let refusal = Refusal::of(&custom(0, healthy), OURS);
        assert_eq!(refusal.program(), None);
        let error = format!("custom program error: {healthy:#x}");
        assert_eq!(
            refusal,
            Refusal::Instruction {
                instruction: 0,
                error
            }
        );
    }

    #[test]
    fn every_error_of_the_program_is_found_by_its_code() {
        for error in WhittleError::ALL {
            let found = WhittleError::from_code(u32::from(*error));
            assert_eq!(found, Some(*error));
        }
        assert_eq!(WhittleError::from_code(5_999), None);
        assert_eq!(WhittleError::from_code(6_013), None);
    }

    #[test]
    fn an_empty_purse_is_told_from_an_old_blockhash() {
        for error in [
            TransactionError::AccountNotFound,
            TransactionError::InsufficientFundsForFee,
        ] {
            assert_eq!(Refusal::of(&error, OURS), Refusal::FundsForFee);
        }
        let old = Refusal::of(&TransactionError::BlockhashNotFound, OURS);
        assert_eq!(old, Refusal::Expired);
    }
}
