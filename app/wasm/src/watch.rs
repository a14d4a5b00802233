//! Changes that are queued, in words.

use crate::book::Book;
use crate::text::{self, usd};
use serde::Serialize;
use whittle::state::proposal::Change;
use whittle_client::names;
use whittle_risk::Usd;

/// As `ProposalView` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProposalView {
    address: String,
    number: String,
    text: String,
    proposed_at: i64,
    due_at: i64,
    expires_at: i64,
}

pub(crate) fn proposals(book: &Book) -> Vec<ProposalView> {
    let mut all: Vec<ProposalView> = book
        .proposals
        .iter()
        .map(|(address, it)| ProposalView {
            address: address.to_string(),
            number: it.nonce.to_string(),
            text: it.change().map_or_else(
                |_| "A change that this page cannot read".to_owned(),
                |change| words(book, &change),
            ),
            proposed_at: it.queued_at,
            due_at: it.eta,
            expires_at: it.expires,
        })
        .collect();
    all.sort_by_key(|it| it.due_at);
    all
}

fn market(book: &Book, index: u16) -> String {
    let known = book.mirror.market(index);
    known.map_or_else(|_| format!("market {index}"), names::symbol)
}

fn bank(book: &Book, index: u16) -> String {
    let known = book.mirror.bank(index);
    known.map_or_else(|_| format!("token {index}"), |bank| book.token(bank))
}

fn days(secs: u32) -> String {
    match secs.div_ceil(86_400) {
        1 => "a day".to_owned(),
        days => format!("{days} days"),
    }
}

/// A change in a line.
pub(crate) fn words(book: &Book, change: &Change) -> String {
    match change {
        Change::ExchangeParams { .. } => "Change the rules that hold for every account".to_owned(),
        Change::MarketParams { market: it, .. } => {
            format!("Change the terms of {}", market(book, *it))
        }
        Change::Tiers { market: it, .. } => format!(
            "Change the margin that {} requires by size of a position",
            market(book, *it)
        ),
        Change::MarketOracle { market: it, .. } => {
            format!("Change where the price of {} comes from", market(book, *it))
        }
        Change::BankTerms { bank: it, .. } => {
            format!("Change what {} counts for as collateral", bank(book, *it))
        }
        Change::PoolParams { .. } => "Change the terms of the liquidity pool".to_owned(),
        Change::InsuranceParams { .. } => "Change the terms of the insurance fund".to_owned(),
        Change::IssuerGroupCap {
            group,
            cap_usd_atoms: 0,
        } => format!("Lift the cap on collateral of issuer group {group}"),
        Change::IssuerGroupCap {
            group,
            cap_usd_atoms,
        } => format!(
            "Cap the collateral of issuer group {group} at {} USD",
            usd(Usd(*cap_usd_atoms))
        ),
        Change::Guardian { guardian } => match text::somebody(guardian) {
            Some(key) => format!("Make {key} the guardian"),
            None => "Leave the exchange without a guardian".to_owned(),
        },
        Change::OraclePrograms { .. } => {
            "Change which oracle programs prices are taken from".to_owned()
        }
        Change::ClearMarketGuard { market: it } => {
            format!("Lift what the guardian tightened in {}", market(book, *it))
        }
        Change::ClearBankFreeze { bank: it } => {
            format!("Take deposits of {} again", bank(book, *it))
        }
        Change::WindDownMarket {
            market: it,
            settles_after_secs,
        } => format!(
            "End {}: only reductions from then on, settled {} later",
            market(book, *it),
            days(*settles_after_secs)
        ),
        Change::WindDownBank {
            bank: it,
            settles_after_secs,
        } => format!(
            "End {} as collateral: no deposits from then on, settled {} later",
            bank(book, *it),
            days(*settles_after_secs)
        ),
    }
}
