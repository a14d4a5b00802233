//! Which errors fit what is wrong.

use anchor_lang::error::ErrorCode;
use anchor_spl::token::spl_token::error::TokenError;
use solana_transaction::InstructionError;
use whittle::error::WhittleError;
use whittle_tests::attempt::Attempt;
use whittle_tests::outcome::Refusal;
use whittle_tests::token;

use super::case::Case;
use super::slot::Class;
use super::substitution::{Wrong, SYSTEM};

/// An error by its name.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Of Anchor, which blames whatever account.
    Anchor(ErrorCode),
    /// Of Anchor, which blames the account in this place.
    Blamed(ErrorCode),
    /// Of the program.
    Ours(WhittleError),
    /// Of a token program.
    Token(TokenError),
    /// Of a token program, in the runtime's words.
    ByToken(InstructionError),
    /// Of the system program, by number.
    System(u32),
    /// Of the runtime, or of the program in its words.
    Runtime(InstructionError),
}

impl Expected {
    pub fn is(&self, case: &Case, attempt: &Attempt) -> bool {
        let Attempt::Refused {
            program,
            error,
            told,
        } = attempt
        else {
            return false;
        };
        let by = |id| *program == Some(id);
        let by_token = by(token::program(false)) || by(token::program(true));
        let custom = |number: u32| *error == InstructionError::Custom(number);
        match self {
            Self::Anchor(code) => by(whittle::ID) && custom(code.number()),
            Self::Blamed(code) => {
                let blame = format!("{} of {}", code.name(), case.slot.name);
                Self::Anchor(*code).is(case, attempt) && *told == blame
            }
            Self::Ours(code) => by(whittle::ID) && custom(code.number()),
            Self::Token(code) => by_token && custom(code.clone() as u32),
            Self::ByToken(expected) => by_token && error == expected,
            Self::System(number) => by(SYSTEM) && custom(*number),
            Self::Runtime(expected) => !by_token && error == expected,
        }
    }
}

/// `AccountAlreadyInUse` of the system program.
const IN_USE: u32 = 0;

/// What a substitution is refused with for what kind of account stands in its place, whatever the
/// instruction. Nothing where the instruction itself must say: see `refused`.
pub fn fitting(case: &Case) -> Vec<Expected> {
    match &case.slot.class {
        Class::Ours(_) if case.slot.is_named => named(case),
        Class::Ours(kind) => following(case, kind),
        Class::Wallet => wallet(case),
        Class::Mint => mint(case.wrong()),
        Class::Oracle => oracle(case.wrong()),
        Class::Program => program(case),
        Class::Person => person(case),
        Class::Empty => empty(case.wrong()),
    }
}

fn anchor(code: ErrorCode) -> Vec<Expected> {
    vec![Expected::Anchor(code)]
}

fn blamed(code: ErrorCode) -> Vec<Expected> {
    vec![Expected::Blamed(code)]
}

fn ours(error: WhittleError) -> Vec<Expected> {
    vec![Expected::Ours(error)]
}

/// Anchor's loader: first the owner, then the type.
fn named(case: &Case) -> Vec<Expected> {
    use ErrorCode::*;
    match case.wrong() {
        Wrong::Type | Wrong::Blank => blamed(AccountDiscriminatorMismatch),
        Wrong::OwnerProgram | Wrong::Closed => blamed(AccountOwnedByWrongProgram),
        Wrong::ReadOnly => blamed(ConstraintMut),
        Wrong::Neighbour => match twin(case) {
            Some(Class::Ours(_)) => blamed(AccountDiscriminatorMismatch),
            _ => blamed(AccountOwnedByWrongProgram),
        },
        _ => Vec::new(),
    }
}

/// What stands in the other place of a duplicate.
fn twin<'a>(case: &'a Case) -> Option<&'a Class> {
    case.substitution.twin.as_ref().map(|it| &it.class)
}

fn following(case: &Case, kind: &str) -> Vec<Expected> {
    let key = case.slot.meta.pubkey;
    let is_named_too = case
        .all
        .iter()
        .any(|it| it.is_named && it.meta.pubkey == key);
    match case.wrong() {
        // The same account is named as well, and looked at there first.
        Wrong::Closed if is_named_too => anchor(ErrorCode::AccountOwnedByWrongProgram),
        Wrong::Blank if is_named_too => anchor(ErrorCode::AccountDiscriminatorMismatch),
        Wrong::Type | Wrong::OwnerProgram | Wrong::Closed | Wrong::Blank | Wrong::Neighbour => {
            ours(WhittleError::WrongAccount)
        }
        Wrong::ReadOnly => match kind {
            "Market" => ours(WhittleError::MarketNotWritable),
            "Bank" => ours(WhittleError::BankNotWritable),
            _ => anchor(ErrorCode::AccountNotMutable),
        },
        Wrong::Other(_) if kind == "Market" => ours(WhittleError::MarketMismatch),
        Wrong::Other(_) if kind == "Bank" => ours(WhittleError::BankMismatch),
        _ => Vec::new(),
    }
}

/// A vault is known by its address, before the token program looks at it.
fn wallet(case: &Case) -> Vec<Expected> {
    let name = &case.slot.name;
    let is_vault = name.ends_with("vault") || name.ends_with("escrow");
    match case.wrong() {
        Wrong::ReadOnly => blamed(ErrorCode::ConstraintMut),
        Wrong::Blank => vec![Expected::ByToken(InstructionError::UninitializedAccount)],
        Wrong::Closed => vec![
            Expected::ByToken(InstructionError::InvalidAccountData),
            Expected::ByToken(InstructionError::IncorrectProgramId),
        ],
        _ if is_vault => ours(WhittleError::WrongVault),
        _ => Vec::new(),
    }
}

fn mint(wrong: Wrong) -> Vec<Expected> {
    match wrong {
        Wrong::ReadOnly => blamed(ErrorCode::ConstraintMut),
        Wrong::Blank => vec![Expected::ByToken(InstructionError::UninitializedAccount)],
        Wrong::Closed => vec![Expected::ByToken(InstructionError::InvalidAccountData)],
        _ => ours(WhittleError::WrongMint),
    }
}

fn oracle(wrong: Wrong) -> Vec<Expected> {
    match wrong {
        Wrong::Type | Wrong::OwnerProgram | Wrong::Closed => ours(WhittleError::OracleOwner),
        Wrong::Blank => ours(WhittleError::OracleUnreadable),
        Wrong::Other("feed") => ours(WhittleError::OracleFeed),
        _ => Vec::new(),
    }
}

fn program(case: &Case) -> Vec<Expected> {
    match case.wrong() {
        // Either token program would do, were it not the one of the mint.
        Wrong::Other("SPL Token" | "Token-2022")
            if ["token_program", "quote_token_program"].contains(&case.slot.name.as_str()) =>
        {
            ours(WhittleError::WrongTokenProgram)
        }
        _ => blamed(ErrorCode::InvalidProgramId),
    }
}

fn person(case: &Case) -> Vec<Expected> {
    let creates = case.all.iter().any(|it| it.class == Class::Empty);
    match case.wrong() {
        Wrong::NotSigning => blamed(ErrorCode::AccountNotSigner),
        // Anchor creates accounts, and lets this one pay, before it looks at constraints.
        Wrong::ReadOnly if creates => {
            vec![Expected::Runtime(InstructionError::PrivilegeEscalation)]
        }
        Wrong::ReadOnly => blamed(ErrorCode::ConstraintMut),
        Wrong::Type | Wrong::Neighbour => ours(WhittleError::WrongReceiver),
        _ => Vec::new(),
    }
}

fn empty(wrong: Wrong) -> Vec<Expected> {
    match wrong {
        Wrong::Blank => vec![Expected::System(IN_USE)],
        Wrong::ReadOnly => vec![Expected::Runtime(InstructionError::PrivilegeEscalation)],
        Wrong::Funded => Vec::new(),
        _ => blamed(ErrorCode::ConstraintSeeds),
    }
}
