//! What is accepted in the place of an account, and why. Everything else must be refused.

use super::case::{Case, Rule};
use super::substitution::Wrong::{self, *};

/// A substitution that the program takes.
pub struct Accepted {
    pub rule: Rule,
    pub because: &'static str,
}

const OWNER: &[Wrong] = &[Other("owner")];
const NUMBER: &[Wrong] = &[Other("number")];
const BANK: &[Wrong] = &[Other("number"), Other("number and mint")];

const fn accepted(
    calls: &'static [&'static str],
    account: &'static str,
    wrong: &'static [Wrong],
    because: &'static str,
) -> Accepted {
    Accepted {
        rule: Rule {
            calls,
            account,
            wrong,
        },
        because,
    }
}

pub const ACCEPTED: &[Accepted] = &[
    accepted(
        &["*"],
        "*",
        &[Address, Copies],
        "Type and number are checked, not the address: the program writes a type only where it \
         creates the account, which is at the address made of its seeds, so there are no two",
    ),
    accepted(
        &["*"],
        "*",
        &[Funded],
        "Lamports that somebody sends ahead must not keep an account from being created",
    ),
    accepted(
        &["convert_collateral", "deposit*", "request_liquidity*", "seed_insurance"],
        "source",
        &[Address],
        "Any token account of the mint that the signer may move",
    ),
    accepted(
        &["convert_collateral", "refund_liquidity_request*", "request_liquidity*", "withdraw*"],
        "receiver",
        &[Address],
        "Any token account of the mint that belongs to whom it should",
    ),
    accepted(
        &["convert_collateral", "withdraw*"],
        "receiver",
        OWNER,
        "Where the tokens go is the choice of who signs",
    ),
    accepted(
        &["fill_order*", "list_market"],
        "oracle",
        &[Address],
        "An update may be posted in any account of the oracle's program: the feed tells it apart",
    ),
    accepted(
        &["apply_change*", "update_banks", "update_markets"],
        "+oracle",
        &[Address],
        "An update may be posted in any account of the oracle's program: the feed tells it apart",
    ),
    accepted(
        &[
            "assess_account",
            "auto_deleverage",
            "charge_interest",
            "convert_collateral",
            "execute_recovery",
            "expire_order",
            "fill_order*",
            "flag_account",
            "issue_margin_call",
            "liquidate_partial",
            "resolve_bankruptcy",
            "settle_account",
            "settle_position",
            "trigger_order",
        ],
        "account",
        OWNER,
        "Anyone may do this to any account that is in the state for it",
    ),
    accepted(
        &["deposit"],
        "account",
        OWNER,
        "Anyone may deposit the quote token into any account: a rescue does not need its owner",
    ),
    accepted(
        &["execute_recovery", "liquidate_partial"],
        "keeper_account",
        OWNER,
        "The caller says where his bonus or fee goes",
    ),
    accepted(
        &["fill_order*"],
        "filler_account",
        OWNER,
        "The caller says where the reward goes",
    ),
    accepted(
        &["place_order*"],
        "market",
        NUMBER,
        "The trader chooses the market",
    ),
    accepted(
        &["guard_market", "publish_settlement", "start_deleverage"],
        "market",
        NUMBER,
        "Any market that is in the state for it: the caller chooses",
    ),
    accepted(
        &["settle_markets", "update_markets*"],
        "+Market",
        NUMBER,
        "Any markets: the caller chooses, and an update must be of the market's own feed",
    ),
    accepted(
        &["guard_bank", "publish_bank_settlement"],
        "bank",
        BANK,
        "Any bank that is in the state for it: the caller chooses",
    ),
    accepted(
        &["update_banks"],
        "+Bank",
        BANK,
        "Any banks: the caller chooses, and an update must be of the bank's own feed",
    ),
    accepted(
        &["deposit of another token"],
        "bank",
        NUMBER,
        "A bank's number and mint are given together at listing, so the mint tells which bank it is",
    ),
    accepted(
        &["liquidate_partial", "execute_recovery"],
        "+Market 2",
        &[ReadOnly],
        "Only a market that the plan closes in must be writable, so that liquidations elsewhere \
         need not wait",
    ),
    accepted(
        &["settle_account"],
        "+Market",
        &[Duplicate],
        "To settle twice is to settle once",
    ),
    accepted(
        &["fill_order that reduces"],
        "insurance_fund",
        &[Type, OwnerProgram, Closed, Blank],
        "The fund says whether new risk waits; an order that opens nothing does not ask",
    ),
    accepted(
        &["fill_liquidity_request of a deposit"],
        "mint",
        &[Closed, Blank],
        "Shares are minted and no other token moves: the right address is all that is asked for",
    ),
    accepted(
        &["fill_liquidity_request of a deposit"],
        "vault",
        &[Closed, Blank],
        "The same: the tokens are in the vault since the request",
    ),
    accepted(
        &["fill_liquidity_request of a deposit"],
        "share_escrow",
        &[Closed, Blank],
        "The same: the shares go to the receiver",
    ),
    accepted(
        &["initialize_exchange"],
        "authority",
        &[Other("person")],
        "The first caller becomes the authority: who deploys the program initializes it in the \
         same breath",
    ),
];

/// The entry that lets this pass.
pub fn find(case: &Case) -> Option<usize> {
    ACCEPTED.iter().position(|it| it.rule.fits(case))
}
