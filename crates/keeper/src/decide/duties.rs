//! What nobody is paid for: prices, lines and claims of markets, liquidity requests, reductions for
//! the pool.

use super::{unpaid, View};
use crate::action::{Action, What};
use crate::book::Id;
use crate::oracle::Feed;
use whittle::instructions::share_now;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::{LiquidityRequest, Market, Pool, Side};
use whittle_risk::price::age_secs;
use whittle_risk::{Ratio, Usd};

/// Most prices in one transaction of their own.
const PRICES_AT_ONCE: usize = 8;
/// Most markets in one settlement.
const MARKETS_AT_ONCE: usize = 8;

pub(super) fn actions(view: &View) -> Vec<Action> {
    let mut actions = prices(view);
    actions.extend(settlements(view));
    actions.extend(requests(view));
    actions.extend(deleverages(view));
    actions
}

/// Prices that open positions or deposits need and that are older than configured, and the first one
/// of each bank, without which nobody can deposit.
fn prices(view: &View) -> Vec<Action> {
    let older = u64::from(view.config.prices.older_than_secs);
    let is_old = |published| age_secs(published, view.now) > older;
    let is_allowed = |feed: Feed| match feed {
        Feed::Market(index) => view.config.allows(index),
        Feed::Bank(_) => true,
    };
    let used = view
        .book
        .feeds()
        .filter(|(feed, at)| at.is_some_and(is_old) && is_allowed(*feed));
    let first = view
        .book
        .chain_banks
        .values()
        .filter(|bank| {
            let is_empty = bank.index != QUOTE_BANK && bank.deposits_atoms == 0;
            is_empty && bank.price.price_q32 == 0 && !bank.wind_down.is_settled()
        })
        .map(|bank| Feed::Bank(bank.index));
    let feeds = used.map(|(feed, _)| feed).chain(first);
    let feeds: Vec<Feed> = feeds.filter(|feed| view.is_ahead(*feed)).collect();
    let chunks = feeds.chunks(PRICES_AT_ONCE);
    chunks
        .map(|feeds| unpaid(What::UpdatePrices, feeds.to_vec()))
        .collect()
}

/// Markets whose claims can be paid, or whose lines are off their targets.
fn settlements(view: &View) -> Vec<Action> {
    let Some(pool) = view.book.pool() else {
        return Vec::new();
    };
    let due = |market: &&Market| {
        let wants = off_target(view, market, pool);
        wants && view.config.allows(market.index)
    };
    let markets: Vec<u16> = view
        .book
        .chain_markets
        .values()
        .filter(due)
        .map(|market| market.index)
        .collect();
    let chunks = markets.chunks(MARKETS_AT_ONCE).map(<[u16]>::to_vec);
    chunks
        .map(|markets| unpaid(What::SettleMarkets { markets }, Vec::new()))
        .collect()
}

fn off_target(view: &View, market: &Market, pool: &Pool) -> bool {
    let cash = pool.own_cash().unwrap_or(Usd::ZERO);
    let has_cash = cash.0 > 0 || market.pool_line_usd_atoms > 0;
    if market.claims_unpaid_usd_atoms > 0 && has_cash {
        return true;
    }
    let is_open = view.now >= market.opens_at && !market.wind_down.is_settled();
    let target = |usd_atoms: i64| if is_open { usd_atoms } else { 0 };
    let fund = view
        .book
        .insurance
        .as_ref()
        .map_or(0, |it| it.cash_usd_atoms);
    let pool_target = target(market.params.pool_line_target_usd_atoms);
    let kept = pool_target.saturating_add(market.deficit_usd_atoms);
    let insurance_target = target(market.params.insurance_line_target_usd_atoms);
    let is_off = |line: i64, low: i64, high: i64, purse: i64| {
        // What is missing comes out of a purse that may be empty.
        let missing = low.saturating_sub(line).min(purse);
        let off = line.saturating_sub(high).max(missing);
        let settle = &view.config.settle;
        let share = Ratio::from_bps_floor(settle.off_target_bps);
        let bound = share.of_floor(low.unsigned_abs()).unwrap_or(Usd::ZERO);
        off > 0 && off >= bound.0.max(settle.off_target_usd_atoms)
    };
    is_off(
        market.pool_line_usd_atoms,
        pool_target,
        kept,
        pool.cash_usd_atoms,
    ) || is_off(
        market.insurance_line_usd_atoms,
        insurance_target,
        insurance_target,
        fund,
    )
}

fn requests(view: &View) -> Vec<Action> {
    let open = view
        .book
        .requests
        .values()
        .filter(|request| is_fillable(view, request));
    open.map(|request| {
        let owner = request.owner;
        // The others count for nothing in what the pool is worth.
        let markets = view.book.mirror.markets();
        let markets = markets.filter(|it| !it.is_idle() && !it.wind_down.is_settled());
        let markets = markets.map(|it| Feed::Market(it.index));
        let updates = markets.filter(|feed| view.is_ahead(*feed)).collect();
        unpaid(What::FillLiquidityRequest { owner }, updates)
    })
    .collect()
}

/// Whether the program would fill it now. What it would get is left for the program to compute.
fn is_fillable(view: &View, request: &LiquidityRequest) -> bool {
    let mirror = &view.book.mirror;
    mirror.exchange().is_some_and(|exchange| {
        let all = usize::from(exchange.market_count) == mirror.markets().count();
        let fillable = request.require_fillable(exchange, mirror.markets(), view.now);
        all && fillable.is_ok()
    })
}

/// Reductions to begin, and positions that a running one reduces.
fn deleverages(view: &View) -> Vec<Action> {
    let Some(pool) = view.book.pool() else {
        return Vec::new();
    };
    let ahead = |market: u16| {
        let feed = Feed::Market(market);
        let is_ahead = view.is_ahead(feed);
        is_ahead.then_some(feed).into_iter().collect::<Vec<_>>()
    };
    let mut actions = Vec::new();
    for market in view.book.mirror.markets() {
        for side in Side::BOTH {
            if view.config.allows(market.index) && begins(market, pool, side, view.now) {
                let what = What::StartDeleverage {
                    market: market.index,
                    is_long: side == Side::Long,
                };
                actions.push(unpaid(what, ahead(market.index)));
            }
        }
    }
    for (market, id) in &view.book.reducible {
        if let Some(account) = view.book.address(Id(*id)) {
            let what = What::AutoDeleverage {
                account,
                market: *market,
            };
            actions.push(unpaid(what, ahead(*market)));
        }
    }
    actions
}

fn begins(market: &Market, pool: &Pool, side: Side, now: i64) -> bool {
    let Ok((needed, _)) = share_now(market, pool, side, now) else {
        return false;
    };
    let running = market.deleverage;
    if needed == Ratio::ZERO || running.side == 0 || now > running.ends_at {
        return needed > Ratio::ZERO;
    }
    if running.side == side.sign() {
        return needed.0 > running.share_q32;
    }
    let other = share_now(market, pool, side.other(), now);
    other.is_ok_and(|(other, _)| other == Ratio::ZERO)
}
