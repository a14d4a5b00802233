//! What went wrong, in words, and the exit code that goes with it.

use crate::show;
use core::fmt;
use serde_json::json;
use std::process::ExitCode;
use whittle::error::WhittleError;
use whittle_client::rpc::{Failure, Refusal};

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum CliError {
    /// What was typed cannot be meant so. Nothing was sent.
    Input(String),
    /// The cluster refused, could not be asked, or lacks what is needed.
    Failed {
        /// What happened and what to do.
        what: String,
        /// The program's name of its error.
        name: Option<String>,
        /// What the programs logged.
        logs: Vec<String>,
    },
}

/// Result of a command.
pub type Outcome<T> = Result<T, CliError>;

impl CliError {
    /// Bad input: names the field and says what to write.
    pub fn input(what: impl Into<String>) -> Self {
        Self::Input(what.into())
    }

    /// Anything else.
    pub fn failed(what: impl fmt::Display) -> Self {
        Self::Failed {
            what: what.to_string(),
            name: None,
            logs: Vec::new(),
        }
    }

    /// A refused transaction, sent or simulated.
    pub fn refused(refusal: &Refusal, logs: Vec<String>) -> Self {
        let what = match refusal {
            Refusal::Program { error, .. } => explained(*error),
            Refusal::FundsForFee => {
                format!("{refusal}: send it SOL, or take another --keypair")
            }
            other => other.to_string(),
        };
        Self::Failed {
            what,
            name: refusal.program().map(|error| error.name()),
            logs,
        }
    }

    /// 1, or 2 for bad input.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input(_) => ExitCode::from(2),
            Self::Failed { .. } => ExitCode::from(1),
        }
    }

    /// To standard error, so that standard output stays a report.
    pub fn print(&self, json: bool) {
        if json {
            let (what, name) = match self {
                Self::Input(what) => (what, None),
                Self::Failed { what, name, .. } => (what, name.as_deref()),
            };
            show::err(format_args!("{}\n", json!({ "error": what, "name": name })));
        } else {
            show::err(format_args!("error: {self}\n"));
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(what) => write!(f, "{what}"),
            Self::Failed { what, logs, .. } => {
                write!(f, "{what}")?;
                logs.iter().try_for_each(|line| write!(f, "\n  {line}"))
            }
        }
    }
}

impl From<WhittleError> for CliError {
    fn from(error: WhittleError) -> Self {
        Self::Failed {
            what: explained(error),
            name: Some(error.name()),
            logs: Vec::new(),
        }
    }
}

impl From<whittle_risk::RiskError> for CliError {
    fn from(error: whittle_risk::RiskError) -> Self {
        WhittleError::from(error).into()
    }
}

impl From<Failure> for CliError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused { refusal, logs, .. } => Self::refused(&refusal, logs),
            Failure::Node(_) => {
                Self::failed(format!("{failure}; is --url right, and the node running?"))
            }
            Failure::NotLanded(_) => Self::failed(format!(
                "{failure}: it will not run any more. Send it again, with a --unit-price when the \
                 chain is busy"
            )),
            Failure::Draft(_) => Self::failed(failure),
        }
    }
}

/// The program's message, its name and, where there is one, the command that helps.
pub fn explained(error: WhittleError) -> String {
    let hint = match error {
        WhittleError::PriceTooOld
        | WhittleError::NoPrice
        | WhittleError::NotConfirmed
        | WhittleError::TriggerNotReached => ": `whittle crank update-markets`",
        WhittleError::NotFlagged | WhittleError::UnderMaintenance => ": `whittle crank flag`",
        WhittleError::BelowInitialMargin
        | WhittleError::MarginCall
        | WhittleError::ExceedsExcess => ": `whittle health` shows what is free",
        WhittleError::RewardNotCovered | WhittleError::CashOverdrawn => ": `whittle deposit`",
        WhittleError::TooManyOrders | WhittleError::OrderExpired => ": `whittle order expire`",
        WhittleError::RequestExpired => ": `whittle pool refund`",
        WhittleError::NoRecoveryPlan => ": `whittle recovery set`",
        WhittleError::AccountNotEmpty => ": `whittle account show` lists what it holds",
        WhittleError::SameAccount => ": --to",
        WhittleError::MarketSettled => ": `whittle crank settle-position`",
        WhittleError::AccountInDeficit => ": `whittle deposit`, `whittle crank settle-account`",
        WhittleError::PauseCoolingDown => ": `whittle exchange show` tells when that is",
        WhittleError::NotAuthority | WhittleError::NotGuardian | WhittleError::NotNextAuthority => {
            ": `whittle exchange show` tells whose key is needed"
        }
        _ => "",
    };
    format!("{error} ({}){hint}", error.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_the_program_says_and_which_command_helps() {
        let refusal = Refusal::Program {
            instruction: 0,
            error: WhittleError::NotFlagged,
        };
        let error = CliError::refused(&refusal, Vec::new());
        assert_eq!(
            error.to_string(),
            "The account is not flagged or its flag has lapsed: call flag_account first \
             (NotFlagged): `whittle crank flag`"
        );
    }
}
