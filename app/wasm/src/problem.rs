//! Why something cannot be answered, or would be refused.

use serde::Serialize;
use whittle::error::WhittleError;

/// As `Problem` in types.ts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    pub field: Option<String>,
    pub code: Option<u32>,
    pub name: Option<String>,
    pub message: String,
}

/// What a method answers.
pub(crate) type Answer<T> = Result<T, Problem>;

impl Problem {
    /// What is wrong with an input.
    pub fn input(field: &str, what: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::plain(what)
        }
    }

    /// What is wrong with none of the inputs.
    pub fn plain(message: impl Into<String>) -> Self {
        Self {
            field: None,
            code: None,
            name: None,
            message: message.into(),
        }
    }

    /// A request that is not one.
    pub fn of_request(error: &serde_json::Error) -> Self {
        Self::plain(format!("The page asked for something unknown: {error}"))
    }

    /// An error of the program that belongs to an input.
    pub fn at(field: &str, error: WhittleError) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..error.into()
        }
    }
}

impl From<WhittleError> for Problem {
    fn from(error: WhittleError) -> Self {
        Self {
            field: None,
            code: Some(error.into()),
            name: Some(error.name()),
            message: error.to_string(),
        }
    }
}

impl From<whittle_risk::RiskError> for Problem {
    fn from(error: whittle_risk::RiskError) -> Self {
        WhittleError::from(error).into()
    }
}

/// What others answer before the program does. Tokens and accounts are moved by programs whose numbers
/// are small; Anchor's are under 6000.
fn framework(code: u32) -> Option<(&'static str, &'static str)> {
    Some(match code {
        0 => (
            "AccountInUse",
            "An account that the transaction would open exists already. Reload the page",
        ),
        1 => (
            "InsufficientFunds",
            "The wallet does not hold enough of the token, or of SOL, for this",
        ),
        100..=103 => (
            "InstructionUnknown",
            "The program does not know this instruction: the page and the program are of different \
             versions. Reload the page",
        ),
        2000..=2999 => (
            "AccountConstraint",
            "An account of the transaction is not the one that belongs in its place. Reload the page \
             and try again",
        ),
        3012 => (
            "AccountNotInitialized",
            "An account of the transaction does not exist: it was closed, or never opened",
        ),
        3000..=3999 => (
            "AccountUnfit",
            "An account of the transaction is not of the kind that belongs in its place. Reload the \
             page and try again",
        ),
        4100 => (
            "DeclaredProgramIdMismatch",
            "The program is not where it says it is. Check that the page is set up for this network",
        ),
        _ => return None,
    })
}

/// A program error number in words.
pub(crate) fn explain(code: u32) -> Problem {
    if let Some(error) = WhittleError::from_code(code) {
        return error.into();
    }
    let (name, message) = match framework(code) {
        Some((name, message)) => (Some(name.to_owned()), message.to_owned()),
        None => (
            None,
            format!("The program refused with error {code}, which this page does not know"),
        ),
    };
    Problem {
        field: None,
        code: Some(code),
        name,
        message,
    }
}
