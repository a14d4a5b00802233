//! One account at other prices.

use crate::book::Book;
use crate::health::{self, health, HealthView, PlanView};
use crate::methods::key;
use crate::problem::{Answer, Problem};
use crate::text::{self, usd};
use serde::{Deserialize, Serialize};
use whittle_client::amount::{price_q32, unit_price};
use whittle_client::preview::what_if::{at_price, close_all, judge};
use whittle_risk::price::Rounding;
use whittle_risk::{Price, Ratio};

/// Most prices of one request: each is a decision.
const MOST_PRICES: usize = 500;

/// As `WhatIfRequest` in types.ts.
#[derive(Deserialize)]
pub(crate) struct WhatIf {
    account: String,
    market: u16,
    prices: Vec<String>,
    now: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CloseAll {
    closed: String,
    cost: String,
    equity_after: String,
}

/// As `WhatIfPoint` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WhatIfPoint {
    price: String,
    change: String,
    health: HealthView,
    plan: Option<PlanView>,
    held_back: Option<Problem>,
    close_all: Option<CloseAll>,
}

/// From one price to another, as a share of the first, in Q32.
pub(crate) fn change(from: Price, to: Price) -> i128 {
    let moved = i128::from(to.0).saturating_sub(from.0.into());
    let wide = moved.saturating_mul(Ratio::ONE.0.into());
    wide.checked_div(from.0.into()).unwrap_or(0)
}

pub(crate) fn what_if(book: &Book, asked: &WhatIf) -> Answer<Vec<WhatIfPoint>> {
    if asked.prices.len() > MOST_PRICES {
        let most = format!("names more than {MOST_PRICES} prices");
        return Err(Problem::input("prices", most));
    }
    let account = book.account(&key("account", &asked.account)?)?;
    let market = *book.market(asked.market)?;
    let now = asked.now;
    // The market itself may be none that the account is in.
    let mut part = book.mirror.part(account)?;
    part.set_market(market);
    let mut points = Vec::new();
    for typed in &asked.prices {
        let raw = unit_price(typed)
            .and_then(|price| price_q32(price, market.lot_exponent, Rounding::Floor))
            .map_err(|what| Problem::input("prices", what))?;
        let there = at_price(&part, market.index, raw, now)?;
        let verdict = judge(&there, account, now)?;
        let plan = verdict.plan.as_ref();
        let all = close_all(&there, account, now).ok();
        points.push(WhatIfPoint {
            price: text::price(Price(raw), &market),
            change: text::signed_share(change(Price(market.price.price_q32), Price(raw))),
            health: health(&there, account, now)?,
            plan: plan
                .map(|plan| health::plan(&there, account, plan, now))
                .transpose()?,
            held_back: verdict.held_back.map(Problem::from),
            close_all: all.map(|all| CloseAll {
                closed: usd(all.closed),
                cost: usd(all.cost),
                equity_after: usd(all.after.equity),
            }),
        });
    }
    Ok(points)
}
