//! A liquidation's receipt, checked again.

use crate::book::Book;
use crate::problem::{Answer, Problem};
use anchor_lang::Event as _;
use serde::{Deserialize, Serialize};
use whittle_client::receipt::{all, Finding};
use whittle_client::{event, Event};

#[derive(Deserialize)]
pub(crate) struct Shown {
    event: String,
}

#[derive(Serialize)]
struct CheckView {
    name: &'static str,
    holds: Option<bool>,
    detail: String,
}

/// As `ReceiptCheck` in types.ts.
#[derive(Serialize)]
pub(crate) struct ReceiptCheck {
    holds: bool,
    checks: Vec<CheckView>,
}

/// The event of a liquidation for [`check`].
pub(crate) fn encoded(event: &Event) -> Option<String> {
    match event {
        Event::PartiallyLiquidated(it) => Some(event::encode(&it.data())),
        _ => None,
    }
}

pub(crate) fn check(book: &Book, shown: &Shown) -> Answer<ReceiptCheck> {
    let Some(Event::PartiallyLiquidated(liquidation)) = event::decode(&shown.event) else {
        return Err(Problem::input(
            "event",
            "This is not the event of a liquidation",
        ));
    };
    let checks = all(&liquidation, &book.mirror);
    Ok(ReceiptCheck {
        holds: checks.iter().all(|it| it.finding != Finding::Fails),
        checks: checks
            .into_iter()
            .map(|it| CheckView {
                name: it.name,
                holds: match it.finding {
                    Finding::Holds => Some(true),
                    Finding::Fails => Some(false),
                    Finding::Unknown(_) => None,
                },
                detail: match it.finding {
                    Finding::Holds => String::new(),
                    Finding::Fails => it.wrong.to_owned(),
                    Finding::Unknown(why) => format!("cannot be told: {why}"),
                },
            })
            .collect(),
    })
}
