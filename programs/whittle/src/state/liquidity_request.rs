//! A liquidity provider's pending request.

use super::governance::PAUSE_LIQUIDITY;
use super::{Exchange, Market};
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::price::age_secs;

/// Quote tokens for shares.
pub const REQUEST_DEPOSIT: u8 = 1;
/// Shares for quote tokens.
pub const REQUEST_WITHDRAW: u8 = 2;

/// A request that waits for prices that nobody knew when it was made.
#[account(zero_copy)]
#[derive(Debug)]
pub struct LiquidityRequest {
    /// Who asked.
    pub owner: Pubkey,
    /// Token account that receives shares or quote tokens, or the refund.
    pub receiver: Pubkey,
    /// Quote atoms or share atoms, by kind; held in escrow.
    pub amount_atoms: u64,
    /// Least that the owner accepts in return.
    pub min_out_atoms: u64,
    /// When it was made, Unix seconds.
    pub requested_at: i64,
    /// After this it can only be refunded.
    pub expires_at: i64,
    /// [`REQUEST_DEPOSIT`] or [`REQUEST_WITHDRAW`].
    pub kind: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 6],
}

impl LiquidityRequest {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// Fails once it can only be refunded.
    ///
    /// Errors: [`WhittleError::RequestExpired`].
    pub fn require_open(&self, now: i64) -> Outcome<()> {
        require_that(now <= self.expires_at, WhittleError::RequestExpired)
    }

    /// Whether it may be filled at `now` with these markets, which are all of the exchange: what is
    /// left is what the owner would get.
    ///
    /// Errors: [`WhittleError::RequestExpired`], those of [`Exchange::require_running`] and of
    /// [`Self::require_price`].
    pub fn require_fillable<'a>(
        &self,
        exchange: &Exchange,
        mut markets: impl Iterator<Item = &'a Market>,
        now: i64,
    ) -> Outcome<()> {
        self.require_open(now)?;
        exchange.require_running(PAUSE_LIQUIDITY, now)?;
        let delay = i64::from(exchange.params.order_delay_secs);
        markets.try_for_each(|market| self.require_price(market, delay, now))
    }

    /// The delay (seconds) must have passed by the clock, and a price must be newer than the request by
    /// it, certain, and as young as an update has to be to be accepted at all. Were an older cached price enough, callers could wait
    /// for the market to move away from it. The price of a settled market does not move, and on that
    /// of a market without positions nothing depends; there the clock's delay is enough. A market that
    /// has ended and waits for its price of settlement is valued when that is published.
    ///
    /// Errors: [`WhittleError::RequestTooEarly`], [`WhittleError::MarketSettled`],
    /// [`WhittleError::NoPrice`], [`WhittleError::PriceTooOld`], [`WhittleError::PriceUncertain`].
    pub fn require_price(&self, market: &Market, delay: i64, now: i64) -> Outcome<()> {
        if market.wind_down.is_settled() {
            return Ok(());
        }
        let due = self.requested_at.saturating_add(delay);
        // Also where a price matters: the clock lags behind the oracle, so one that was cached before
        // the request may be dated later than it is due.
        require_that(now >= due, WhittleError::RequestTooEarly)?;
        if market.is_idle() {
            return Ok(());
        }
        market.wind_down.require_decided(now)?;
        let published = market.price.publish_time;
        require_that(market.price.price_q32 != 0, WhittleError::NoPrice)?;
        require_that(published >= due, WhittleError::RequestTooEarly)?;
        require_that(
            age_secs(published, now) <= u64::from(market.oracle.accept_secs),
            WhittleError::PriceTooOld,
        )?;
        require_that(!market.mark(now).uncertain, WhittleError::PriceUncertain)
    }
}
