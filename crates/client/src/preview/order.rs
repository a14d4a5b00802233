//! An order before it is placed: what placing it would answer, and what its fill would do at a price.

use super::what_if::at_price;
use crate::decimal::{show_price, Decimal};
use crate::Mirror;
use whittle::error::{require_that, Outcome, WhittleError};
use whittle::instructions::fill_order::{check, trade, Trade};
use whittle::instructions::place_order::{free_place, set_aside, validate, PlaceOrderArgs};
use whittle::oracle::Reading;
use whittle::state::{Exchange, InsuranceFund, MarginAccount, Market, Order};
use whittle_risk::Usd;

/// Where an order is placed.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The exchange.
    pub mirror: &'a Mirror,
    /// Its insurance fund, once there is one.
    pub fund: Option<&'a InsuranceFund>,
    /// Number of the market.
    pub market: u16,
    /// Unix seconds.
    pub now: i64,
}

/// A trade, and the account after it.
#[derive(Clone)]
pub struct Filled {
    /// The trade.
    pub trade: Trade,
    /// The account, without the order.
    pub account: MarginAccount,
    /// The exchange with the market as it is then.
    pub mirror: Mirror,
}

impl Desk<'_> {
    fn rules(&self) -> Outcome<&Exchange> {
        self.mirror.exchange().ok_or(WhittleError::WrongAccount)
    }

    fn admit(&self, market: &Market, opens: bool) -> Outcome<()> {
        market.admit(self.rules()?, opens, self.now)?;
        match self.fund {
            Some(fund) if opens => fund.require_undrawn(self.now),
            _ => Ok(()),
        }
    }

    /// The order as `place_order` would record it, and the account with what it sets aside.
    ///
    /// Errors: those of `place_order`.
    pub fn place(
        &self,
        account: &MarginAccount,
        args: &PlaceOrderArgs,
    ) -> Outcome<(MarginAccount, Order)> {
        let (rules, now) = (self.rules()?, self.now);
        let market = self.mirror.market(self.market)?;
        self.admit(market, !args.reduce_only)?;
        validate(account, rules, args, &account.owner, market.index, now)?;
        let mut account = *account;
        account.count_interest(rules, now)?;
        let place = usize::from(free_place(&account, args.reduce_only, now)?);
        let expired = account.take_order(place);
        account.credit(expired.escrow())?;
        let escrow = set_aside(&mut account, self.reward()?, args.reduce_only)?;
        let order = self.order(args, escrow)?;
        Ok((account, order))
    }

    fn reward(&self) -> Outcome<Usd> {
        Ok(Usd(self.rules()?.params.fill_reward_usd_atoms))
    }

    /// An order of which so much is set aside.
    pub fn order(&self, args: &PlaceOrderArgs, escrow: Usd) -> Outcome<Order> {
        let known_at = self.mirror.market(self.market)?.price.publish_time;
        let placed_at = self.now.max(known_at);
        args.order(self.market, self.reward()?, escrow, placed_at)
    }

    /// The exchange as it would be when a price is published now that is `price_q32`.
    pub fn at(&self, price_q32: u64) -> Outcome<Mirror> {
        let mut mirror = at_price(self.mirror, self.market, price_q32, self.now)?;
        let mut market = *mirror.market(self.market)?;
        market.accrue_funding(self.now)?;
        mirror.set_market(market);
        Ok(mirror)
    }

    /// What the fill of `order` does at the price of `there`, which is of [`Self::at`]. `strict` asks
    /// everything that the program asks; without it only what a trade cannot be without.
    ///
    /// Errors: those that end an order instead of filling it, and stale prices.
    pub fn fill(
        &self,
        there: &Mirror,
        account: &MarginAccount,
        order: &Order,
        strict: bool,
    ) -> Outcome<Filled> {
        let mut market = *there.market(self.market)?;
        let mut after = *account;
        let reading = reading(&market, self.now)?;
        let traded = trade(&mut after, &mut market, order, &reading, |market, opens| {
            if !strict {
                return Ok(());
            }
            self.admit(market, opens)?;
            require_that(
                !opens || market.breaker.shock_since == 0,
                WhittleError::PriceShock,
            )
        })?;
        let mut mirror = there.clone();
        mirror.set_market(market);
        if strict {
            let policy = self.rules()?.policy();
            let snapshot = mirror.snapshot(&after, self.now)?;
            // With the market's price in both, this is what the program finds looking back.
            let called = || {
                let health = there.health(account, self.now)?;
                Ok(health.equity < there.call_level(account, self.now)?)
            };
            check(&after, &market, &snapshot, &policy, &traded, called)?;
        }
        Ok(Filled {
            trade: traded,
            account: after,
            mirror,
        })
    }
}

/// A market's price as an oracle would say it.
fn reading(market: &Market, now: i64) -> Outcome<Reading> {
    let lot = market.lot_exponent;
    let told = |raw: u64| {
        let text = Decimal::parse(&show_price(raw, lot)).ok()?;
        text.mantissa()
    };
    let range = WhittleError::PriceOutOfRange;
    let (price, exponent) = told(market.price.price_q32).ok_or(range)?;
    // Both are of one unit: the finer one of the two would lose nothing, but may not fit.
    let (doubt, finer) = told(market.price.confidence_q32).ok_or(range)?;
    let scale = |digits: u64, from: i32, to: i32| {
        let power = u32::try_from(from.saturating_sub(to)).ok()?;
        digits.checked_mul(10u64.checked_pow(power)?)
    };
    let exact = exponent.min(finer);
    let (price, confidence, exponent) =
        match (scale(price, exponent, exact), scale(doubt, finer, exact)) {
            (Some(price), Some(doubt)) if i64::try_from(price).is_ok() => (price, doubt, exact),
            _ => {
                let coarse = exponent.saturating_sub(finer).unsigned_abs();
                let power = 10u64.checked_pow(coarse).unwrap_or(u64::MAX);
                (price, doubt.div_ceil(power), exponent)
            }
        };
    Ok(Reading {
        price: i64::try_from(price).map_err(|_| range)?,
        confidence,
        exponent,
        publish_time: now,
        prev_publish_time: now,
    })
}
