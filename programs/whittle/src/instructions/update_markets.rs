//! Caches prices: one check for each update, not one for each liquidation that uses it.

use super::{mapped, remaining};
use crate::error::{require_that, WhittleError};
use crate::event::{GraceBegan, MarketUpdated, RegimeChanged, ShockBegan, ShockEnded};
use crate::oracle::{self, Reading};
use crate::profile::part;
use crate::state::cache::Cached;
use crate::state::raw::CachedPrice;
use crate::state::{Exchange, Market};
use anchor_lang::prelude::*;
use whittle_risk::breaker::ShockStep;

/// The exchange; then, for each market, the market (writable) and its oracle account.
#[derive(Accounts)]
pub struct UpdateMarkets<'info> {
    /// Names the oracle programs that are accepted.
    /// CHECK: [`mapped::load`] checks owner and type.
    pub exchange: UncheckedAccount<'info>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, UpdateMarkets<'info>>) -> Result<()> {
    part("rules");
    let clock = Clock::get()?;
    let accounts: &UpdateMarkets = ctx.accounts;
    let exchange = mapped::load::<Exchange>(&accounts.exchange, "exchange")?;
    let pairs = ctx.remaining_accounts.chunks_exact(2);
    require_that(
        pairs.remainder().is_empty() && pairs.len() > 0,
        WhittleError::MarketMissing,
    )?;
    for pair in pairs {
        let [market, oracle] = pair else {
            continue; // chunks_exact gives pairs only.
        };
        part("market");
        let mut market = remaining::open_market(market)?;
        part("oracle");
        let reading = oracle::read(oracle, &market.oracle, &exchange)?;
        part("estimates, funding, breakers, event");
        cache(&mut market, &reading, clock.unix_timestamp, clock.slot)?;
    }
    part("the way out");
    Ok(())
}

/// Caches a price that is newer than the one the market holds, and says what followed from it.
pub(super) fn cache(market: &mut Market, reading: &Reading, now: i64, slot: u64) -> Result<()> {
    let Some(cached) = market.cache(reading, now, slot)? else {
        return Ok(());
    };
    tell(market, &cached);
    MarketUpdated {
        market: market.index,
        price_q32: market.price.price_q32,
        confidence_q32: market.price.confidence_q32,
        publish_time: market.price.publish_time,
    }
    .log();
    market.invariant()?;
    Ok(())
}

fn tell(market: &Market, cached: &Cached) {
    let CachedPrice {
        price_q32,
        publish_time,
        ..
    } = market.price;
    if cached.grace_began {
        emit!(GraceBegan {
            market: market.index,
            last_publish_time: cached.last_publish_time,
            until: market.breaker.grace_until,
        });
    }
    match cached.shock {
        ShockStep::None => {}
        ShockStep::Began => emit!(ShockBegan {
            market: market.index,
            price_q32,
            average_q32: cached.average.0,
            publish_time,
        }),
        ShockStep::Reverted | ShockStep::Confirmed => emit!(ShockEnded {
            market: market.index,
            price_q32,
            confirmed: cached.shock == ShockStep::Confirmed,
            publish_time,
        }),
    }
    if cached.regime_changed {
        emit!(regime_changed(market));
    }
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
