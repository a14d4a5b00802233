//! What is going on, for a person who watches.

use std::fmt;

use anyhow::{anyhow, Context, Error, Result};
use whittle::oracle::Reading;
use whittle::state::{Exchange, MarginAccount, Market, Order};
use whittle_client::local::prices::{DECIMALS, DOLLAR};
use whittle_client::{address, decode, Mirror};
use whittle_risk::health::State;

use crate::local::Local;
use crate::node::Node;

/// The exchange at one moment, at the prices that the oracles show, whether a keeper has cached them
/// or not.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Market and published price in 10^-8 dollars.
    pub prices: Vec<(String, u64)>,
    /// Margin accounts with positions.
    pub holding: usize,
    /// Of these, under their margin call level and not under maintenance.
    pub called: usize,
    /// Of these, under maintenance.
    pub under: usize,
    /// Of the latter, flagged by a keeper.
    pub flagged: usize,
    /// Orders that wait.
    pub orders: usize,
    /// Seconds since the oldest of the cached prices was published; `None` before the first.
    pub cache_age: Option<i64>,
}

/// Whether an order waits that can be filled by this update alone: the first one behind its delay.
/// `times` are the publish times of the update before and of this one.
pub(crate) fn is_awaited(node: &Node, times: (i64, i64)) -> Result<bool> {
    let Some(exchange) = node.data(&[address::exchange()])?.pop().flatten() else {
        return Ok(false); // Nobody trades yet.
    };
    let exchange: Exchange = decode::account(&exchange).map_err(Error::msg)?;
    let delay = i64::from(exchange.params.order_delay_secs);
    let (before, at) = times;
    let is_due = |order: &Order| {
        let due = order.placed_at.saturating_add(delay);
        order.lots != 0 && !order.is_waiting() && before < due && due <= at
    };
    let accounts = node.accounts_of(&whittle::ID)?;
    let mut accounts = accounts
        .iter()
        .filter_map(|(_, data)| decode::account::<MarginAccount>(data).ok());
    Ok(accounts.any(|account| account.orders.iter().any(is_due)))
}

impl Local {
    /// Looks at every margin account.
    pub fn look(&self) -> Result<Sight> {
        let now = self.node().now()?;
        let cached = self.mirror()?;
        let prices = self.oracles().prices();
        let mirror = self.at_published_prices(&cached, &prices, now)?;
        let times = cached.markets().map(|market| market.price.publish_time);
        let mut sight = Sight {
            prices: self.symbols().iter().cloned().zip(prices).collect(),
            holding: 0,
            called: 0,
            under: 0,
            flagged: 0,
            orders: 0,
            cache_age: times.min().map(|at| now.saturating_sub(at).max(0)),
        };
        for (address, data) in self.node().accounts_of(&whittle::ID)? {
            let Ok(account) = decode::account::<MarginAccount>(&data) else {
                continue;
            };
            let orders = account.orders.iter().filter(|order| order.lots != 0);
            sight.orders += orders.count();
            if account.open_positions().next().is_none() {
                continue;
            }
            sight.holding += 1;
            let state = mirror
                .state(&account, now)
                .map_err(|error| anyhow!("{address}: {error}"))?;
            match state {
                State::Healthy => {}
                State::MarginCall => sight.called += 1,
                State::Liquidatable | State::Emergency | State::Insolvent | State::Bankrupt => {
                    sight.under += 1;
                    sight.flagged += usize::from(account.flagged_at != 0);
                }
            }
        }
        Ok(sight)
    }

    /// The mirror with the prices that `update_markets` would cache now. Banks keep theirs.
    pub(crate) fn at_published_prices(
        &self,
        cached: &Mirror,
        prices: &[u64],
        now: i64,
    ) -> Result<Mirror> {
        let mut mirror = cached.clone();
        for (market, price) in cached.markets().zip(prices) {
            let reading = Reading {
                price: price.cast_signed(),
                confidence: 0,
                exponent: -DECIMALS.cast_signed(),
                publish_time: now,
                prev_publish_time: market.price.publish_time,
            };
            let exponent = i32::from(market.lot_exponent);
            let mut seen: Market = *market;
            seen.price = reading
                .to_cached(&market.oracle, exponent)
                .map_err(Error::msg)?;
            let taken = mirror.take(&decode::bytes(&seen));
            taken.then_some(()).context("a market is not a market")?;
        }
        Ok(mirror)
    }
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (symbol, price) in &self.prices {
            let name = symbol.trim_end_matches("-PERP");
            let dollars = *price as f64 / DOLLAR as f64;
            write!(f, "{name} {dollars:>9.2}  ")?;
        }
        write!(
            f,
            "{} accounts with positions: {} in margin call, {} under maintenance ({} flagged)",
            self.holding, self.called, self.under, self.flagged
        )?;
        if self.orders > 0 {
            let order = if self.orders == 1 {
                "order waits"
            } else {
                "orders wait"
            };
            write!(f, ", {} {order}", self.orders)?;
        }
        match self.cache_age {
            Some(age) if age > 30 => write!(f, "; no keeper has cached a price for {age} s"),
            _ => Ok(()),
        }
    }
}
