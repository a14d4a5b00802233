//! Orders: fill what is due, trigger what waits for a price, remove what has expired.

use super::{paid, unpaid, View};
use crate::action::{Action, Due, What};
use crate::book::Id;
use crate::oracle::Feed;
use anchor_lang::prelude::Pubkey;
use whittle::snapshot::require_firm;
use whittle::state::{MarginAccount, Order};
use whittle_risk::price::age_secs;
use whittle_risk::Usd;

pub(super) fn actions(view: &View) -> Vec<Action> {
    let accounts = &view.book.accounts;
    let mut actions: Vec<Action> = accounts
        .orders_by(view.now)
        .filter_map(|(id, place)| due(view, Id(id), place))
        .collect();
    for market in view.book.mirror.markets() {
        let firm = require_firm(&market.mark(view.now)).is_ok()
            && !market.wind_down.awaits_price(view.now);
        let price = market.price.price_q32;
        if !firm || price == 0 || market.wind_down.is_settled() || !view.config.allows(market.index)
        {
            continue;
        }
        let reached = accounts.reached(market.index, price);
        actions.extend(reached.filter_map(|(id, place)| triggered(view, Id(id), place)));
    }
    actions
}

fn order_at(view: &View, id: Id, place: u8) -> Option<(Pubkey, MarginAccount, Order)> {
    let account = view.book.account(id)?;
    let order = *account.orders.get(usize::from(place))?;
    (order.lots != 0).then_some((view.book.address(id)?, account, order))
}

fn due(view: &View, id: Id, place: u8) -> Option<Action> {
    let (address, account, order) = order_at(view, id, place)?;
    if !order.is_live(view.now) {
        let what = What::ExpireOrder {
            account: address,
            place,
        };
        return view.config.public_duties.then(|| unpaid(what, Vec::new()));
    }
    if order.is_waiting() || !view.config.allows(order.market) {
        return None;
    }
    let delay = view.book.mirror.exchange()?.params.order_delay_secs;
    let due_at = order.placed_at.saturating_add(i64::from(delay));
    // What was set aside is paid whether the order is filled or killed.
    let pay = order.escrow();
    if view.now < due_at || !view.wants(pay) {
        return None;
    }
    let what = What::FillOrder {
        account: address,
        place,
        market: order.market,
        due_at,
        update: update(view, order.market, due_at)?,
    };
    // Prices of the other legs must not be stale; the order's own comes with the fill.
    let mut updates = view.updates(&account);
    updates.retain(|feed| *feed != Feed::Market(order.market));
    Some(paid(what, pay, updates))
}

/// Where the first update at or after `due_at` is; none when it has to be waited for.
fn update(view: &View, market: u16, due_at: i64) -> Option<Due> {
    let (book, feed) = (view.book, Feed::Market(market));
    if is_published(view, market, due_at) {
        return Some(Due::Published);
    }
    if let Some(account) = book.sources.due.get(&(market, due_at)) {
        return Some(Due::Posted(*account));
    }
    if book.sources.terms.is_none() || book.pull_feed(feed).is_none() {
        return Some(Due::Unknown);
    }
    // Which one it is, the source of updates will say; that there is one, its newest shows.
    let accept_secs = book.mirror.market(market).ok()?.oracle.accept_secs;
    let is_young = age_secs(due_at, view.now) <= u64::from(accept_secs);
    let is_signed = book
        .signed(feed)
        .is_some_and(|it| it.publish_time >= due_at);
    (is_young && is_signed).then_some(Due::Wanted)
}

/// Whether the market's oracle account holds the first update at or after `due_at`, young enough.
fn is_published(view: &View, market: u16, due_at: i64) -> bool {
    let reading = view.book.readings.get(&Feed::Market(market));
    let Ok(market) = view.book.mirror.market(market) else {
        return false;
    };
    reading.is_some_and(|reading| {
        reading.prev_publish_time < due_at
            && due_at <= reading.publish_time
            && reading
                .check_time(market.oracle.accept_secs, view.now)
                .is_ok()
    })
}

/// A trigger pays nothing itself; the fill after it pays what the order set aside.
fn triggered(view: &View, id: Id, place: u8) -> Option<Action> {
    let (address, _, order) = order_at(view, id, place)?;
    if !order.is_live(view.now) || !order.is_waiting() {
        return None;
    }
    let feed = Feed::Market(order.market);
    let updates = if view.is_ahead(feed) {
        vec![feed]
    } else {
        Vec::new()
    };
    let pay = Usd(order.escrow().0);
    view.wants(pay).then(|| {
        paid(
            What::TriggerOrder {
                account: address,
                place,
                market: order.market,
            },
            pay,
            updates,
        )
    })
}
