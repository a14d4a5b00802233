//! Errors of substitutions that no general rule says: which other account is wrong in which way is
//! each instruction's own affair.

mod tokens;

use anchor_lang::error::ErrorCode;
use anchor_spl::token::spl_token::error::TokenError;
use solana_transaction::InstructionError;
use whittle::error::WhittleError::{self, *};

use super::case::{Case, Rule};
use super::expect::Expected;
use super::substitution::Wrong::{self, *};

/// Refused with one of these errors.
pub struct Refused {
    pub rule: Rule,
    pub with: &'static [Expected],
}

pub(super) const fn refused(
    calls: &'static [&'static str],
    account: &'static str,
    wrong: &'static [Wrong],
    with: &'static [Expected],
) -> Refused {
    Refused {
        rule: Rule {
            calls,
            account,
            wrong,
        },
        with,
    }
}

macro_rules! ours {
    ($error:expr) => {{
        const ERROR: WhittleError = $error;
        &[Expected::Ours(ERROR)]
    }};
}

macro_rules! anchor {
    ($error:ident) => {
        &[Expected::Anchor(ErrorCode::$error)]
    };
}

pub(super) use {anchor, ours};

pub(super) const OWNER: &[Wrong] = &[Other("owner")];
const NUMBER: &[Wrong] = &[Other("number")];
const BOTH: &[Wrong] = &[Other("number and mint")];
const BANK: &[Wrong] = &[Other("number"), Other("number and mint")];
const PERSON: &[Wrong] = &[Other("person")];

pub(super) const NOT_OF_OWNER: &[Expected] = &[Expected::Token(TokenError::OwnerMismatch)];

const HERE: &[Refused] = &[
    // Who signs, and whose account it is.
    refused(
        &[
            "create_pool",
            "list_*",
            "propose_change",
            "transfer_authority",
            "cancel_change",
        ],
        "authority",
        PERSON,
        ours!(NotAuthority),
    ),
    refused(
        &["cancel_stop", "place_order*"],
        "authority",
        PERSON,
        ours!(NotOwnerOrDelegate),
    ),
    refused(
        &["set_leverage"],
        "authority",
        &[Other("person"), Absent],
        ours!(AuthorityMustSign),
    ),
    refused(
        &["accept_authority"],
        "next_authority",
        PERSON,
        ours!(NotNextAuthority),
    ),
    refused(
        &["guard_*", "pause", "unpause"],
        "guardian",
        PERSON,
        ours!(NotGuardian),
    ),
    refused(
        &["open_margin_account", "request_liquidity*"],
        "owner",
        PERSON,
        anchor!(ConstraintSeeds),
    ),
    refused(
        &["fill_liquidity_request*", "refund_liquidity_request*"],
        "owner",
        PERSON,
        ours!(WrongReceiver),
    ),
    refused(
        &["close_margin_account", "set_*", "withdraw*"],
        "owner",
        PERSON,
        ours!(NotOwner),
    ),
    refused(
        &["apply_change*", "cancel_change"],
        "proposer",
        PERSON,
        ours!(WrongReceiver),
    ),
    refused(&["convert_collateral"], "buyer", PERSON, NOT_OF_OWNER),
    refused(&["seed_insurance"], "payer", PERSON, NOT_OF_OWNER),
    refused(&["deposit"], "depositor", PERSON, NOT_OF_OWNER),
    refused(
        &["deposit of*", "deposit under*"],
        "depositor",
        PERSON,
        ours!(NotOwner),
    ),
    refused(
        &["deposit of*", "deposit under*"],
        "account",
        OWNER,
        ours!(NotOwner),
    ),
    refused(
        &["close_margin_account", "set_*", "withdraw*"],
        "account",
        OWNER,
        ours!(NotOwner),
    ),
    refused(
        &["cancel_stop", "place_order*"],
        "account",
        OWNER,
        ours!(NotOwnerOrDelegate),
    ),
    refused(&["top_up"], "account", OWNER, ours!(NotAReserve)),
    refused(&["top_up"], "reserve", OWNER, ours!(NotAReserve)),
    refused(
        &["fill_liquidity_request*", "refund_liquidity_request*"],
        "request",
        OWNER,
        ours!(WrongReceiver),
    ),
    refused(
        &["apply_change*", "cancel_change"],
        "proposal",
        &[Other("proposer")],
        ours!(WrongReceiver),
    ),
    // One account in two places.
    refused(
        &["execute_recovery", "fill_order*", "top_up"],
        "account",
        &[Duplicate],
        ours!(SameAccount),
    ),
    // The caller's account has no positions, and the markets that follow are one too many.
    refused(
        &["liquidate_partial"],
        "account",
        &[Duplicate],
        ours!(ExtraAccount),
    ),
    refused(
        &["execute_recovery", "liquidate_partial"],
        "keeper_account",
        &[Duplicate],
        ours!(SameAccount),
    ),
    refused(
        &["fill_order*"],
        "filler_account",
        &[Duplicate],
        ours!(SameAccount),
    ),
    refused(&["top_up"], "reserve", &[Duplicate], ours!(SameAccount)),
    refused(
        &["settle_markets"],
        "+Market",
        &[Duplicate],
        ours!(DuplicateMarket),
    ),
    // The oracle account in the next place is of the other one.
    refused(
        &["update_markets"],
        "+Market",
        &[Duplicate],
        ours!(OracleFeed),
    ),
    refused(&["update_banks"], "+Bank", &[Duplicate], ours!(OracleFeed)),
    refused(
        &["allocate_shortfall"],
        "+Market",
        &[Duplicate],
        ours!(AllMarketsNeeded),
    ),
    refused(
        &["execute_recovery", "liquidate_partial"],
        "+Market",
        &[Duplicate],
        ours!(MarketMismatch),
    ),
    refused(
        &["convert_collateral"],
        "quote_bank",
        &[Duplicate],
        ours!(BankMismatch),
    ),
    refused(
        &["convert_collateral"],
        "bank",
        &[Duplicate],
        ours!(WrongMint),
    ),
    // Another market or bank.
    // The position has traded in one copy, and the other one is behind.
    refused(&["fill_order*"], "market", &[Copies], ours!(MathOverflow)),
    refused(&["fill_order*"], "+Market", &[Copies], ours!(MathOverflow)),
    refused(
        &[
            "allocate_shortfall",
            "apply_change of the rules",
            "fill_liquidity_request*",
            "pool_exposure",
        ],
        "+Market",
        NUMBER,
        ours!(AllMarketsNeeded),
    ),
    refused(
        &["fill_order*", "resolve_bankruptcy", "trigger_order"],
        "market",
        NUMBER,
        ours!(MarketMismatch),
    ),
    // One market twice: it is open already.
    refused(
        &["resolve_bankruptcy"],
        "*",
        &[Duplicate],
        ours!(WrongAccount),
    ),
    refused(
        &["auto_deleverage"],
        "market",
        NUMBER,
        ours!(NotDeleveraged),
    ),
    refused(&["settle_position"], "market", NUMBER, ours!(NoPositions)),
    refused(
        &["convert_collateral"],
        "quote_bank",
        BANK,
        ours!(BankMismatch),
    ),
    refused(
        &[
            "fill_liquidity_request*",
            "refund_liquidity_request*",
            "request_liquidity*",
            "seed_insurance",
        ],
        "bank",
        BANK,
        ours!(BankMismatch),
    ),
    refused(
        &["convert_collateral", "deposit*", "withdraw*"],
        "bank",
        BOTH,
        ours!(WrongMint),
    ),
    refused(
        &["convert_collateral", "withdraw*"],
        "bank",
        NUMBER,
        ours!(InsufficientCollateral),
    ),
    refused(&["deposit"], "bank", NUMBER, ours!(NoPrice)),
    refused(&["deposit under*"], "bank", NUMBER, ours!(BankMismatch)),
    // The exchange signs for vaults by its seeds, which give no other address.
    refused(
        &[
            "convert_collateral",
            "fill_liquidity_request*",
            "refund_liquidity_request*",
            "withdraw*",
        ],
        "exchange",
        &[Address],
        &[Expected::Runtime(InstructionError::PrivilegeEscalation)],
    ),
    // Read by `remaining::read_fund`.
    refused(
        &["fill_order", "place_order*", "trigger_order", "withdraw*"],
        "insurance_fund",
        &[Type, OwnerProgram, Closed, Blank],
        ours!(WrongAccount),
    ),
    refused(
        &["update_markets from a legacy feed"],
        "+oracle",
        &[Address],
        ours!(OracleFeed),
    ),
];

/// All entries.
pub fn all() -> impl Iterator<Item = &'static Refused> {
    HERE.iter().chain(tokens::TOKENS)
}

/// The entry about this case, and its number.
pub fn find(case: &Case) -> Option<(usize, &'static Refused)> {
    all().enumerate().find(|(_, it)| it.rule.fits(case))
}
