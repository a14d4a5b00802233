//! Which method answers which request.

use crate::book::Book;
use crate::problem::{explain, Answer, Problem};
use crate::{
    account, history, ladder, overview, places, pool, queue, receipt, recovery, ticket, what_if,
    withdrawable,
};
use anchor_lang::prelude::Pubkey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A moment.
#[derive(Deserialize)]
pub(crate) struct At {
    pub now: i64,
}

/// An address in base 58.
pub(crate) fn key(field: &str, text: &str) -> Answer<Pubkey> {
    text.parse()
        .map_err(|_| Problem::input(field, format!("{text:?} is not an address")))
}

fn read<T: DeserializeOwned>(request: Value) -> Answer<T> {
    serde_json::from_value(request).map_err(|error| Problem::of_request(&error))
}

fn write<T: Serialize>(answer: T) -> Answer<Value> {
    serde_json::to_value(answer).map_err(|error| Problem::plain(error.to_string()))
}

#[derive(Deserialize)]
struct Explain {
    code: u32,
}

#[derive(Deserialize)]
struct Names {
    tokens: BTreeMap<String, String>,
}

/// Keeps what tokens are called.
fn name(book: &mut Book, names: Names) -> Answer<()> {
    let named = names.tokens.into_iter();
    book.names = named
        .map(|(mint, name)| Ok((key("tokens", &mint)?, name)))
        .collect::<Answer<_>>()?;
    Ok(())
}

pub(crate) fn answer(book: &mut Book, method: &str, request: Value) -> Answer<Value> {
    match method {
        "names" => write(name(book, read(request)?)?),
        "overview" => write(overview::overview(book, read::<At>(request)?.now)),
        "account" => write(account::account(book, &read(request)?)?),
        "accountsOf" => write(places::accounts_of(book, &read(request)?)?),
        "marginAccount" => write(places::margin_account(&read(request)?)?),
        "tokenAccount" => write(places::token_account(&read(request)?)?),
        "remaining" => write(places::remaining(book, &read(request)?)?),
        "othersOfIssuer" => write(places::others_of_issuer(book, &read(request)?)?),
        "ticket" => write(ticket::ticket(book, &read(request)?)?),
        "withdrawable" => write(withdrawable::withdrawable(book, &read(request)?)?),
        "shareWorth" => write(pool::share_worth(book, &read(request)?)?),
        "parseAmount" => write(withdrawable::parse_amount(book, &read(request)?)?),
        "queue" => write(queue::queue(book, read::<At>(request)?.now)?),
        "pendingOrders" => write(queue::pending_orders(book, read::<At>(request)?.now)?),
        "whatIf" => write(what_if::what_if(book, &read(request)?)?),
        "recovery" => write(recovery::recovery(book, &read(request)?)?),
        "ladder" => write(ladder::ladder(book, &read(request)?)?),
        "events" => write(history::history(book, &read(request)?)?),
        "checkReceipt" => write(receipt::check(book, &read(request)?)?),
        "explain" => write(explain(read::<Explain>(request)?.code)),
        _ => Err(Problem::plain(format!(
            "The page asked for {method:?}, which this engine does not know: reload the page"
        ))),
    }
}
