//! The program's events in words.

mod account;
mod governance;
mod liquidation;
mod market;
mod order;
mod pool;

use crate::account::ReceiptView;
use crate::book::Book;
use crate::problem::Answer;
use crate::text;
use anchor_lang::prelude::Pubkey;
use serde::{Deserialize, Serialize};
use whittle::state::pool::SHARE_DECIMALS;
use whittle_client::event::events;
use whittle_client::{names, Event};
use whittle_risk::{Price, Ratio, Usd};

#[derive(Deserialize)]
pub(crate) struct Logged {
    logs: Vec<String>,
}

#[derive(Serialize)]
struct Fact {
    label: &'static str,
    kind: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PricePoint {
    market: u16,
    publish_time: i64,
    price: String,
}

/// As `HistoryItem` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HistoryItem {
    name: &'static str,
    title: String,
    account: Option<String>,
    market: Option<u16>,
    symbol: Option<String>,
    facts: Vec<Fact>,
    receipt: Option<String>,
    receipt_view: Option<ReceiptView>,
    price: Option<PricePoint>,
}

/// What an event is about, and what it says.
struct Told<'a> {
    book: &'a Book,
    title: &'static str,
    account: Option<Pubkey>,
    market: Option<u16>,
    facts: Vec<Fact>,
}

impl<'a> Told<'a> {
    fn new(book: &'a Book, title: &'static str) -> Self {
        Self {
            book,
            title,
            account: None,
            market: None,
            facts: Vec::new(),
        }
    }

    fn account(mut self, account: &Pubkey) -> Self {
        self.account = Some(*account);
        self
    }

    fn market(mut self, market: u16) -> Self {
        self.market = Some(market);
        self
    }

    fn fact(mut self, label: &'static str, kind: &'static str, value: String) -> Self {
        self.facts.push(Fact { label, kind, value });
        self
    }

    fn usd(self, label: &'static str, atoms: i64) -> Self {
        self.fact(label, "usd", text::usd(Usd(atoms)))
    }

    /// The same, left out when it is nothing.
    fn some_usd(self, label: &'static str, atoms: i64) -> Self {
        if atoms == 0 {
            return self;
        }
        self.usd(label, atoms)
    }

    /// Lots of the event's market, which says how large they are.
    fn size(self, label: &'static str, lots: i64) -> Self {
        let index = self.market.unwrap_or(u16::MAX);
        match self.book.mirror.market(index) {
            Ok(market) => {
                let value = text::size(lots, market);
                self.fact(label, "size", value)
            }
            Err(_) => self.text(label, format!("{lots} lots")),
        }
    }

    fn closed(self, label: &'static str, lots: u64) -> Self {
        self.size(label, i64::try_from(lots).unwrap_or(i64::MAX))
    }

    /// A price of the event's market.
    fn price(self, label: &'static str, price_q32: u64) -> Self {
        let index = self.market.unwrap_or(u16::MAX);
        match self.book.mirror.market(index) {
            Ok(market) => {
                let value = text::price(Price(price_q32), market);
                self.fact(label, "price", value)
            }
            Err(_) => self,
        }
    }

    fn token_price(self, label: &'static str, bank: u16, price_q32: u64) -> Self {
        match self.book.mirror.bank(bank) {
            Ok(bank) => {
                let value = text::token_price(Price(price_q32), bank.decimals);
                self.fact(label, "price", value)
            }
            Err(_) => self,
        }
    }

    fn share(self, label: &'static str, raw_q32: u64) -> Self {
        self.fact(label, "share", text::share(Ratio(raw_q32)))
    }

    fn text(self, label: &'static str, value: impl Into<String>) -> Self {
        self.fact(label, "text", value.into())
    }

    fn time(self, label: &'static str, at: i64) -> Self {
        self.fact(label, "time", at.to_string())
    }

    fn address(self, label: &'static str, key: &Pubkey) -> Self {
        match text::somebody(key) {
            Some(key) => self.fact(label, "address", key),
            None => self.text(label, "nobody"),
        }
    }

    fn token(self, bank: u16) -> Self {
        let name = match self.book.mirror.bank(bank) {
            Ok(bank) => self.book.token(bank),
            Err(_) => format!("token {bank}"),
        };
        self.text("Token", name)
    }

    fn tokens(self, label: &'static str, bank: u16, atoms: u64) -> Self {
        let amount = match self.book.mirror.bank(bank) {
            Ok(bank) => text::tokens(atoms, bank.decimals),
            Err(_) => return self.text(label, format!("{atoms} atoms")),
        };
        self.fact(label, "amount", amount)
    }

    fn shares(self, label: &'static str, atoms: u64) -> Self {
        self.fact(label, "amount", text::tokens(atoms, SHARE_DECIMALS))
    }

    /// Equity and maintenance requirement.
    fn health(self, equity: i64, maintenance: i64) -> Self {
        self.usd("Equity", equity)
            .usd("Maintenance margin", maintenance)
    }
}

/// Of an event that no module has words for.
const UNKNOWN: &str = "Something that this page has no words for";

pub(crate) fn history(book: &Book, asked: &Logged) -> Answer<Vec<HistoryItem>> {
    Ok(events(&asked.logs)
        .iter()
        .map(|it| item(book, it))
        .collect())
}

/// What a liquidation or a recovery plan did. Nothing where its market is not known.
fn view(book: &Book, event: &Event) -> Option<ReceiptView> {
    let receipt = match event {
        Event::PartiallyLiquidated(it) => &it.receipt,
        Event::RecoveryExecuted(it) => &it.receipt,
        _ => return None,
    };
    crate::account::receipt(book, receipt).ok().flatten()
}

fn item(book: &Book, event: &Event) -> HistoryItem {
    let told = account::tell(book, event)
        .or_else(|| order::tell(book, event))
        .or_else(|| liquidation::tell(book, event))
        .or_else(|| market::tell(book, event))
        .or_else(|| pool::tell(book, event))
        .or_else(|| governance::tell(book, event))
        .unwrap_or_else(|| Told::new(book, UNKNOWN));
    let known = told.market.and_then(|it| book.mirror.market(it).ok());
    HistoryItem {
        name: event.name(),
        title: told.title.to_owned(),
        account: told.account.map(|key| key.to_string()),
        market: told.market,
        symbol: known.map(names::symbol),
        facts: told.facts,
        receipt: crate::receipt::encoded(event),
        receipt_view: view(book, event),
        price: match (event, known) {
            (Event::MarketUpdated(it), Some(market)) => Some(PricePoint {
                market: it.market,
                publish_time: it.publish_time,
                price: text::price(Price(it.price_q32), market),
            }),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests;
