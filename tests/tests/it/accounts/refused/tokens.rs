//! Mints, token accounts and token programs. What the program does not check itself, the token program
//! does.

use anchor_lang::error::ErrorCode;
use anchor_spl::token::spl_token::error::TokenError;
use solana_transaction::InstructionError;
use whittle::error::WhittleError::{self, *};

use super::{anchor, ours, refused, Refused, NOT_OF_OWNER, OWNER};
use crate::accounts::expect::Expected;
use crate::accounts::substitution::Wrong::{self, *};

const NOT_ITS: &[Wrong] = &[Address, OwnerProgram, Type];
const NOT_OF_MINT: &[Expected] = &[Expected::Token(TokenError::MintMismatch)];
const NO_WALLET: &[Expected] = &[
    Expected::ByToken(InstructionError::InvalidAccountData),
    Expected::ByToken(InstructionError::UninitializedAccount),
];

pub const TOKENS: &[Refused] = &[
    // Mints. The token program reads most of them; Anchor those that are typed.
    refused(&["list_bank"], "mint", &[Address], anchor!(ConstraintSeeds)),
    refused(
        &["list_bank"],
        "mint",
        &[OwnerProgram],
        anchor!(AccountOwnedByWrongProgram),
    ),
    refused(
        &["list_bank"],
        "mint",
        &[Closed],
        anchor!(AccountNotInitialized),
    ),
    refused(
        &["list_bank"],
        "mint",
        &[Type, Blank],
        &[Expected::Runtime(InstructionError::UninitializedAccount)],
    ),
    refused(
        &["refund_liquidity_request*"],
        "mint",
        NOT_ITS,
        ours!(WrongReceiver),
    ),
    refused(
        &["fill_liquidity_request*"],
        "share_mint",
        &[OwnerProgram],
        anchor!(AccountOwnedByWrongProgram),
    ),
    refused(
        &["fill_liquidity_request*"],
        "share_mint",
        &[Closed],
        anchor!(AccountNotInitialized),
    ),
    refused(
        &["fill_liquidity_request*"],
        "share_mint",
        &[Blank],
        &[Expected::Runtime(InstructionError::UninitializedAccount)],
    ),
    refused(
        &["fill_liquidity_request*"],
        "share_mint",
        &[Type, Neighbour],
        &[
            Expected::Anchor(ErrorCode::AccountOwnedByWrongProgram),
            Expected::Runtime(InstructionError::InvalidAccountData),
        ],
    ),
    refused(
        &["create_pool"],
        "token_program",
        &[Other("Token-2022")],
        anchor!(InvalidProgramId),
    ),
    // Token accounts that are not the program's. The token program looks at most of them.
    refused(
        &["fill_liquidity_request*"],
        "receiver",
        &[
            Address,
            OwnerProgram,
            Type,
            Duplicate,
            Neighbour,
            Other("mint"),
            Other("owner"),
        ],
        ours!(WrongReceiver),
    ),
    refused(
        &["refund_liquidity_request*", "request_liquidity*"],
        "receiver",
        &[Other("mint"), Other("owner")],
        ours!(WrongReceiver),
    ),
    refused(
        &["refund_liquidity_request*", "request_liquidity*"],
        "receiver",
        &[OwnerProgram],
        anchor!(AccountOwnedByWrongProgram),
    ),
    refused(
        &["refund_liquidity_request*", "request_liquidity*"],
        "receiver",
        &[Closed],
        anchor!(AccountNotInitialized),
    ),
    refused(
        &["refund_liquidity_request*", "request_liquidity*"],
        "receiver",
        &[Blank],
        &[Expected::Runtime(InstructionError::UninitializedAccount)],
    ),
    refused(
        &["refund_liquidity_request*", "request_liquidity*"],
        "receiver",
        &[Type],
        &[Expected::Runtime(InstructionError::InvalidAccountData)],
    ),
    refused(
        &["refund_liquidity_request*"],
        "receiver",
        &[Duplicate, Neighbour],
        &[
            Expected::Anchor(ErrorCode::AccountOwnedByWrongProgram),
            Expected::Ours(WrongReceiver),
        ],
    ),
    refused(&["*"], "receiver", &[Other("mint")], NOT_OF_MINT),
    refused(&["*"], "receiver", &[Type], NO_WALLET),
    // The program holds the margin account; the exchange's own vaults are of another mint or named.
    refused(
        &["convert_collateral", "withdraw*"],
        "receiver",
        &[Duplicate, Neighbour],
        &[
            Expected::Ours(WrongReceiver),
            Expected::Runtime(InstructionError::AccountBorrowFailed),
            Expected::ByToken(InstructionError::InvalidAccountData),
            Expected::Token(TokenError::MintMismatch),
        ],
    ),
    refused(&["*"], "source", &[Other("mint")], NOT_OF_MINT),
    refused(&["*"], "source", OWNER, NOT_OF_OWNER),
    refused(&["*"], "source", &[Type], NO_WALLET),
    // A token program cannot write what it does not own.
    refused(
        &["*"],
        "source",
        &[OwnerProgram],
        &[
            Expected::ByToken(InstructionError::ExternalAccountDataModified),
            Expected::ByToken(InstructionError::IncorrectProgramId),
        ],
    ),
    refused(
        &["*"],
        "receiver",
        &[OwnerProgram],
        &[Expected::ByToken(
            InstructionError::ExternalAccountDataModified,
        )],
    ),
    // Nobody but the exchange moves what a vault holds. An empty one, or one of another mint, is
    // refused for that first.
    refused(
        &["*"],
        "source",
        &[Duplicate, Neighbour],
        &[
            Expected::Token(TokenError::OwnerMismatch),
            Expected::Token(TokenError::InsufficientFunds),
            Expected::Token(TokenError::MintMismatch),
            Expected::Runtime(InstructionError::AccountBorrowFailed),
            Expected::ByToken(InstructionError::InvalidAccountData),
            Expected::ByToken(InstructionError::UninitializedAccount),
        ],
    ),
];
