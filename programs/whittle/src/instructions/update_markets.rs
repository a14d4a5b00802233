//! Caches prices: one check for each update, not one for each liquidation that uses it.

use super::remaining;
use crate::error::{require_that, WhittleError};
use crate::event::{GraceBegan, MarketUpdated, RegimeChanged, ShockBegan, ShockEnded};
use crate::oracle::{self, Reading};
use crate::state::raw::CachedPrice;
use crate::state::{Exchange, Market};
use anchor_lang::prelude::*;
use whittle_risk::breaker::ShockStep;
use whittle_risk::{trade, Price};

/// The exchange; then, for each market, the market (writable) and its oracle account.
#[derive(Accounts)]
pub struct UpdateMarkets<'info> {
    /// Names the oracle programs that are accepted.
    pub exchange: AccountLoader<'info, Exchange>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, UpdateMarkets<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let pairs = ctx.remaining_accounts.chunks_exact(2);
    require_that(
        pairs.remainder().is_empty() && pairs.len() > 0,
        WhittleError::MarketMissing,
    )?;
    for pair in pairs {
        let [market, oracle] = pair else {
            continue; // chunks_exact gives pairs only.
        };
        update(
            &mut *remaining::open_market(market)?,
            oracle,
            &exchange,
            now,
        )?;
    }
    Ok(())
}

fn update(market: &mut Market, oracle: &AccountInfo, exchange: &Exchange, now: i64) -> Result<()> {
    let reading = oracle::read(oracle, &market.oracle, exchange)?;
    cache(market, &reading, now)
}

/// Caches a price that is newer than the one the market holds: accrues funding at the old price,
/// takes the new one into the estimates and stores it.
pub(super) fn cache(market: &mut Market, reading: &Reading, now: i64) -> Result<()> {
    let lot_exponent = i32::from(market.lot_exponent);
    let Some(price) = reading.newer_than(&market.price, &market.oracle, lot_exponent, now)? else {
        return Ok(());
    };
    market.accrue_funding(now)?;
    watch(market, &price, now)?;
    let sampled = market
        .estimate
        .sample(Price(price.price_q32), price.publish_time)?;
    if sampled && market.choose_regime(now)? {
        emit!(regime_changed(market));
    }
    market.follow_ramp(now)?;
    market.spread_q32 = trade::spread_share(
        Price(price.price_q32),
        price.confidence_q32,
        &market.pricing(),
    )
    .map_err(WhittleError::from)?
    .0;
    let replaced = &market.price;
    market.wind_down.observe(
        Price(replaced.price_q32),
        replaced.publish_time,
        price.publish_time,
    );
    market.price = price;
    MarketUpdated {
        market: market.index,
        price_q32: price.price_q32,
        confidence_q32: price.confidence_q32,
        publish_time: price.publish_time,
    }
    .log();
    market.invariant()?;
    Ok(())
}

/// Moves the breakers: a shock is measured against the average of before this price, a gap from the
/// price that is cached.
fn watch(market: &mut Market, price: &CachedPrice, now: i64) -> Result<()> {
    let params = market.params.breaker;
    let before = market.price.publish_time;
    if market
        .breaker
        .watch_gap(&params, before, price.publish_time, now)
    {
        emit!(GraceBegan {
            market: market.index,
            last_publish_time: before,
            until: market.breaker.grace_until,
        });
    }
    let average = Price(market.estimate.average_q32);
    let slot = || Ok(Clock::get()?.slot);
    let step = market.breaker.watch_price(&params, average, price, slot)?;
    match step {
        ShockStep::None => {}
        ShockStep::Began => emit!(ShockBegan {
            market: market.index,
            price_q32: price.price_q32,
            average_q32: average.0,
            publish_time: price.publish_time,
        }),
        ShockStep::Reverted | ShockStep::Confirmed => emit!(ShockEnded {
            market: market.index,
            price_q32: price.price_q32,
            confirmed: step == ShockStep::Confirmed,
            publish_time: price.publish_time,
        }),
    }
    Ok(())
}

pub(super) fn regime_changed(market: &Market) -> RegimeChanged {
    let regime = &market.regime;
    RegimeChanged {
        market: market.index,
        level: regime.level,
        variance_q32: market.estimate.variance_q32,
        initial_q32: regime.initial_q32,
        maintenance_q32: market.multiplier_q32,
        maintenance_to_q32: regime.ramp_to_q32,
        ramp_ends_at: regime
            .ramp_started_at
            .saturating_add(i64::from(regime.ramp_secs)),
    }
}
