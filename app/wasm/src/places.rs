//! Addresses, and the accounts that follow the named ones of an instruction.

use crate::book::Book;
use crate::methods::key;
use crate::problem::Answer;
use anchor_lang::prelude::AccountMeta;
use serde::{Deserialize, Serialize};
use whittle_client::instruction::after_fill;
use whittle_client::{address, Writable};

#[derive(Deserialize)]
pub(crate) struct Owner {
    owner: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OwnersNumber {
    owner: String,
    sub_id: u16,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenPlace {
    owner: String,
    mint: String,
    token_program: String,
}

#[derive(Serialize)]
pub(crate) struct Place {
    address: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Numbered {
    address: String,
    sub_id: u16,
}

/// The margin accounts of an owner that are known, by their number.
pub(crate) fn accounts_of(book: &Book, asked: &Owner) -> Answer<Vec<Numbered>> {
    let owner = key("owner", &asked.owner)?;
    let mine = book.accounts.iter().filter(|(_, it)| it.owner == owner);
    let mut mine: Vec<Numbered> = mine
        .map(|(address, account)| Numbered {
            address: address.to_string(),
            sub_id: account.sub_id,
        })
        .collect();
    mine.sort_by_key(|it| it.sub_id);
    Ok(mine)
}

pub(crate) fn margin_account(asked: &OwnersNumber) -> Answer<Place> {
    let owner = key("owner", &asked.owner)?;
    Ok(Place {
        address: address::margin_account(&owner, asked.sub_id).to_string(),
    })
}

pub(crate) fn token_account(asked: &TokenPlace) -> Answer<Place> {
    let place = address::token_account(
        &key("owner", &asked.owner)?,
        &key("mint", &asked.mint)?,
        &key("tokenProgram", &asked.token_program)?,
    );
    Ok(Place {
        address: place.to_string(),
    })
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Written {
    None,
    All,
}

#[derive(Deserialize)]
pub(crate) struct Remaining {
    account: String,
    writable: Written,
    fills: Option<u8>,
}

/// As `Meta` in types.ts.
#[derive(Serialize)]
pub(crate) struct Meta {
    address: String,
    writable: bool,
}

fn metas(list: Vec<AccountMeta>) -> Vec<Meta> {
    list.into_iter()
        .map(|it| Meta {
            address: it.pubkey.to_string(),
            writable: it.is_writable,
        })
        .collect()
}

pub(crate) fn remaining(book: &Book, asked: &Remaining) -> Answer<Vec<Meta>> {
    let account = book.account(&key("account", &asked.account)?)?;
    let account = match asked.fills {
        Some(place) => after_fill(account, place)?,
        None => *account,
    };
    let writable = match asked.writable {
        Written::None => Writable::None,
        Written::All => Writable::All,
    };
    Ok(metas(book.mirror.remaining(&account, writable)?))
}

#[derive(Deserialize)]
pub(crate) struct OfBank {
    bank: u16,
}

pub(crate) fn others_of_issuer(book: &Book, asked: &OfBank) -> Answer<Vec<Meta>> {
    Ok(metas(book.mirror.others_of_issuer(book.bank(asked.bank)?)?))
}
