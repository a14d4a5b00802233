//! Cuts the winning sides when the whole pool cannot pay them.
//!
//! Profit that is not realised is a promise of the pool. When it has promised more than it has, in
//! all markets together and with every loss of traders counted in full, the promises are cut, per
//! lot, by what is missing. That cannot be undone when the price turns, so it takes two sightings
//! far apart, and the least that was missing between them is cut.

use super::remaining::all_markets;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{ProfitsCut, ShortfallEnded, ShortfallSeen};
use crate::snapshot::{book, require_firm};
use crate::state::{Exchange, Market, Pool, Side};
use anchor_lang::prelude::*;
use whittle_risk::nav::NetAssetValue;
use whittle_risk::{waterfall, Ratio, Usd};

/// Seconds between the prices of the two sightings.
pub const SHORTFALL_CONFIRM_SECS: i64 = 600;
/// A sighting older than this has lapsed.
pub const SHORTFALL_LAPSE_SECS: i64 = 3_600;

/// Anyone may call. Every market follows, writable, in the order of their numbers.
#[derive(Accounts)]
pub struct AllocateShortfall<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
}

/// What all markets together show.
struct Sight {
    missing: Usd,
    oldest: i64,
    newest: i64,
}

fn look(pool: &Pool, markets: &[AccountLoader<Market>], now: i64) -> Result<Sight> {
    let mut value = NetAssetValue::from_cash(pool.own_cash()?);
    let (mut oldest, mut newest) = (i64::MAX, i64::MIN);
    for loader in markets {
        let market = loader.load()?;
        let mark = market.mark(now);
        value = value
            .plus_market(&book(&market, &mark, now)?, Ratio::ONE)
            .map_err(WhittleError::from)?;
        if market.is_idle() {
            continue;
        }
        require_that(market.counted_price().0 != 0, WhittleError::NoPrice)?;
        require_firm(&mark)?;
        oldest = oldest.min(mark.publish_time);
        newest = newest.max(mark.publish_time);
    }
    // The higher value: doubt counts for the winners, and what bankrupt accounts owe is counted,
    // because insurance and pool come before (see `resolve_bankruptcy`).
    let missing = value.higher.negated().map_err(WhittleError::from)?;
    Ok(Sight {
        missing: missing.most(Usd::ZERO),
        oldest,
        newest,
    })
}

/// Cuts `missing` off all sides in proportion to their profit.
fn cut(markets: &[AccountLoader<Market>], missing: Usd) -> Result<()> {
    let mut parts = Vec::with_capacity(markets.len().saturating_mul(Side::BOTH.len()));
    for loader in markets {
        let market = loader.load()?;
        for side in Side::BOTH {
            parts.push(market.side_profit(side)?);
        }
    }
    waterfall::pro_rata(missing, &mut parts).map_err(WhittleError::from)?;
    for (loader, parts) in markets.iter().zip(parts.chunks_exact(Side::BOTH.len())) {
        let mut market = loader.load_mut()?;
        for (side, part) in Side::BOTH.into_iter().zip(parts) {
            let cut = market.bear_loss(side, *part)?;
            if cut.0 > 0 {
                emit!(ProfitsCut {
                    market: market.index,
                    side: side.sign(),
                    cut_usd_atoms: cut.0,
                });
            }
        }
        market.invariant()?;
    }
    Ok(())
}

fn validate(markets: &[AccountInfo]) -> Outcome<()> {
    let writable = markets.iter().all(|info| info.is_writable);
    require_that(writable, WhittleError::MarketNotWritable)
}

pub(crate) fn handle<'info>(ctx: Context<'info, AllocateShortfall<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let mut pool = ctx.accounts.pool.load_mut()?;
    let markets = all_markets(&exchange, ctx.remaining_accounts)?;
    validate(ctx.remaining_accounts)?;
    let sight = look(&pool, &markets, now)?;
    let seen = pool.shortfall_seen_at != 0;
    if sight.missing == Usd::ZERO {
        require_that(seen, WhittleError::PoolCanPay)?;
        pool.shortfall_seen_at = 0;
        pool.shortfall_usd_atoms = 0;
        emit!(ShortfallEnded { at: now });
        return Ok(());
    }
    let age = now.saturating_sub(pool.shortfall_seen_at);
    let live = seen && age <= SHORTFALL_LAPSE_SECS;
    let missing = if live {
        sight.missing.least(Usd(pool.shortfall_usd_atoms))
    } else {
        sight.missing
    };
    let confirmed = live
        && sight.oldest
            >= pool
                .shortfall_seen_at
                .saturating_add(SHORTFALL_CONFIRM_SECS);
    if confirmed {
        pool.shortfall_seen_at = 0;
        pool.shortfall_usd_atoms = 0;
        return cut(&markets, missing);
    }
    if !live {
        // A price may be ahead of the clock; the second sighting counts from the later of the two.
        pool.shortfall_seen_at = sight.newest.max(now);
    }
    pool.shortfall_usd_atoms = missing.0;
    emit!(ShortfallSeen {
        since: pool.shortfall_seen_at,
        missing_usd_atoms: missing.0,
    });
    pool.invariant()?;
    Ok(())
}
