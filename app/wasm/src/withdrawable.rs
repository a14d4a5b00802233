//! How much may leave, and amounts that people type.

use crate::book::Book;
use crate::methods::key;
use crate::problem::{Answer, Problem};
use crate::text;
use serde::{Deserialize, Serialize};
use whittle::state::pool::SHARE_DECIMALS;
use whittle_client::amount::decimal;
use whittle_client::preview::withdraw;

#[derive(Deserialize)]
pub(crate) struct OfToken {
    account: String,
    bank: u16,
    now: i64,
}

#[derive(Serialize)]
pub(crate) struct Withdrawable {
    amount: String,
    why: Option<Problem>,
}

pub(crate) fn withdrawable(book: &Book, asked: &OfToken) -> Answer<Withdrawable> {
    let account = book.account(&key("account", &asked.account)?)?;
    let bank = book.bank(asked.bank)?;
    let fund = book.insurance.as_ref().map(|(_, fund)| fund.as_ref());
    let most = withdraw::most(&book.mirror, fund, account, bank, asked.now);
    Ok(Withdrawable {
        amount: text::tokens(most.atoms, bank.decimals),
        why: most.why.map(Problem::from),
    })
}

#[derive(Deserialize)]
pub(crate) struct Typed {
    field: String,
    text: String,
    bank: Option<u16>,
    most: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Parsed {
    atoms: String,
    amount: String,
}

pub(crate) fn parse_amount(book: &Book, typed: &Typed) -> Answer<Parsed> {
    let decimals = match typed.bank {
        Some(bank) => book.bank(bank)?.decimals,
        None => SHARE_DECIMALS,
    };
    let atoms = |text: &str| -> Answer<u64> {
        decimal(text)
            .and_then(|number| number.to_atoms(decimals.into()))
            .map_err(|what| Problem::input(&typed.field, what))
    };
    let most = typed.most.as_deref().map(atoms).transpose()?;
    let asked = match most {
        Some(most) if typed.text.trim().eq_ignore_ascii_case("all") => most,
        _ => atoms(&typed.text)?,
    };
    if asked == 0 {
        return Err(Problem::input(&typed.field, "must be more than zero"));
    }
    if let Some(most) = most.filter(|most| asked > *most) {
        let most = text::tokens(most, decimals);
        return Err(Problem::input(
            &typed.field,
            format!("is more than there is: at most {most}"),
        ));
    }
    Ok(Parsed {
        atoms: asked.to_string(),
        amount: text::tokens(asked, decimals),
    })
}
