//! What liquidates at which price, of all accounts that are known.

use crate::book::Book;
use crate::problem::{Answer, Problem};
use crate::text;
use anchor_lang::prelude::Pubkey;
use serde::{Deserialize, Serialize};
use whittle::error::WhittleError;
use whittle::state::MarginAccount;
use whittle_client::preview::ladder::{Ladder, Range, MOST_RUNGS};
use whittle_risk::Price;

/// Lowest and highest change that is asked about, basis points: to a hundredth, and tenfold.
const CHANGES: core::ops::RangeInclusive<i64> = -9_900..=100_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    market: u16,
    from_bps: i64,
    to_bps: i64,
    step_bps: i64,
    now: i64,
}

/// As `Rung` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RungView {
    change: String,
    price: String,
    under: usize,
    insolvent: usize,
    held_back: usize,
    closed: String,
    whole: String,
    missing: String,
}

pub(crate) fn ladder(book: &Book, asked: &Asked) -> Answer<Vec<RungView>> {
    let market = book.market(asked.market)?;
    let span = asked.to_bps.saturating_sub(asked.from_bps);
    let fits = CHANGES.contains(&asked.from_bps) && CHANGES.contains(&asked.to_bps) && span > 0;
    let rungs = span.checked_div(asked.step_bps);
    if !fits || asked.step_bps <= 0 || rungs.is_none_or(|rungs| rungs > MOST_RUNGS) {
        let bounds = format!(
            "A ladder goes from -99 % up to ten times the price in at most {MOST_RUNGS} steps"
        );
        return Err(Problem::plain(bounds));
    }
    if market.price.price_q32 == 0 {
        return Err(WhittleError::NoPrice.into());
    }
    let range = Range {
        from_bps: asked.from_bps,
        to_bps: asked.to_bps,
        step_bps: asked.step_bps,
    };
    // An account whose markets are not loaded yet comes with them.
    let accounts = book.accounts.iter();
    let loaded = accounts.filter(|(_, it)| book.mirror.health(it, asked.now).is_ok());
    let accounts: Vec<(Pubkey, MarginAccount)> =
        loaded.map(|(address, it)| (*address, **it)).collect();
    let ladder = Ladder::new(&book.mirror, &accounts, market, range, asked.now)?;
    let rung = |rung: &whittle_client::preview::ladder::Rung| RungView {
        change: text::basis_points(rung.change_bps),
        price: text::price(Price(rung.price_q32), market),
        under: rung.under,
        insolvent: rung.insolvent,
        held_back: rung.held_back,
        closed: text::usd_atoms(rung.closed),
        whole: text::usd_atoms(rung.whole),
        missing: text::usd_atoms(rung.missing),
    };
    Ok(ladder.rungs.iter().map(rung).collect())
}
