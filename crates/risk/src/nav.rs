//! What the pool's shares are worth: two net asset values, one for those who enter and one for
//! those who leave.
//!
//! Nobody should profit from knowing a price before the pool does, or from a loss that is not yet
//! booked. So who enters pays the higher value and who leaves gets the lower one; the difference
//! stays with those who remain.

use crate::num::wide_div_ceil;
use crate::{Lots, Price, Ratio, RiskError, Usd};

/// One side of a market: all longs or all shorts together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Number of lots, not signed.
    pub lots: u64,
    /// Sum of what the positions cost, not signed.
    pub entry: Usd,
}

/// What one market means for the pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketBook {
    /// All longs.
    pub long: Side,
    /// All shorts.
    pub short: Side,
    /// Cached price.
    pub price: Price,
    /// Multiple of the confidence by which the two values differ, in the price's unit.
    pub doubt_shift: u64,
    /// Funding and losses of others that traders owe and have not settled; negative when they are to
    /// receive.
    pub unsettled: Usd,
    /// The pool's line in this market.
    pub pool_line: Usd,
    /// Profit recorded for traders and not yet paid out of the pool.
    pub claims_unfunded: Usd,
    /// Losses of insolvent accounts that nobody has covered.
    pub deficit: Usd,
}

/// Lower and higher net asset value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetAssetValue {
    /// For those who leave: traders' losses weighted, doubt against the pool, deficits deducted.
    pub lower: Usd,
    /// For those who enter: losses in full, doubt for the pool, deficits not deducted.
    pub higher: Usd,
}

impl NetAssetValue {
    /// The pool's own cash counts the same for both.
    pub fn from_cash(cash: Usd) -> Self {
        Self {
            lower: cash,
            higher: cash,
        }
    }

    /// Adds a market. `loss_weight` is the share of traders' unrealised losses that the lower value
    /// counts.
    pub fn plus_market(self, book: &MarketBook, loss_weight: Ratio) -> Result<Self, RiskError> {
        let market = book.worth(loss_weight)?;
        Ok(Self {
            lower: self.lower.plus(market.lower)?,
            higher: self.higher.plus(market.higher)?,
        })
    }
}

impl MarketBook {
    /// What this market alone is worth to the pool, by both values; negative where the pool owes more
    /// than it has there. `loss_weight` as in [`NetAssetValue::plus_market`]. Rounded against the pool
    /// in the lower value and for it in the higher one.
    pub fn worth(&self, loss_weight: Ratio) -> Result<NetAssetValue, RiskError> {
        let book = self;
        let settled = book
            .pool_line
            .minus(book.claims_unfunded)?
            .plus(book.unsettled)?;
        let up = book.price.raised(book.doubt_shift);
        let down = book.price.lowered(book.doubt_shift);
        // The pool loses what traders gain: a high price for longs and a low one for shorts are the
        // cautious ones.
        let longs_worth = up.notional_ceil(book.long.lots)?;
        let shorts_owe = down.notional_floor(book.short.lots)?;
        let lower = weighted(book.long.entry.minus(longs_worth)?, loss_weight)?
            .plus(weighted(shorts_owe.minus(book.short.entry)?, loss_weight)?)?
            .plus(settled)?
            .minus(book.deficit)?;
        let longs_worth = down.notional_floor(book.long.lots)?;
        let shorts_owe = up.notional_ceil(book.short.lots)?;
        let higher = book
            .long
            .entry
            .minus(longs_worth)?
            .plus(shorts_owe.minus(book.short.entry)?)?
            .plus(settled)?;
        Ok(NetAssetValue { lower, higher })
    }
}

/// What the pool gains from one side: a loss in full, a gain at `loss_weight`, rounded down.
fn weighted(gain: Usd, loss_weight: Ratio) -> Result<Usd, RiskError> {
    if gain.0 > 0 {
        loss_weight.of_floor(gain.magnitude())
    } else {
        Ok(gain)
    }
}

/// Shares for `amount` paid in, at the higher value, rounded down: the pool keeps the fraction.
/// The first deposit sets one share equal to one atom.
///
/// Errors: [`RiskError::DivisionByZero`] when shares exist but the pool is worth nothing.
pub fn shares_for_deposit(amount: u64, supply: u64, value: Usd) -> Result<u64, RiskError> {
    if supply == 0 {
        return Ok(amount);
    }
    if value.0 <= 0 {
        return Err(RiskError::DivisionByZero("the pool's net asset value"));
    }
    part_floor(amount, supply, value.magnitude())
}

/// Amount for `shares` given back, at the lower value, rounded down: the pool keeps the fraction.
/// Zero when the pool is worth nothing.
pub fn amount_for_shares(shares: u64, supply: u64, value: Usd) -> Result<u64, RiskError> {
    if value.0 <= 0 {
        return Ok(0);
    }
    part_floor(shares, value.magnitude(), supply)
}

/// floor(a * b / c).
pub fn part_floor(a: u64, b: u64, c: u64) -> Result<u64, RiskError> {
    let product = u128::from(a).saturating_mul(u128::from(b));
    let quotient = product
        .checked_div(u128::from(c))
        .ok_or(RiskError::DivisionByZero("a share"))?;
    u64::try_from(quotient).map_err(|_| RiskError::Overflow("a share"))
}

/// ceil(a * b / c).
pub fn part_ceil(a: u64, b: u64, c: u64) -> Result<u64, RiskError> {
    wide_div_ceil(u128::from(a).saturating_mul(u128::from(b)), u128::from(c))
}

/// Net position of a market's traders.
pub fn skew(long_lots: u64, short_lots: u64) -> Result<Lots, RiskError> {
    Lots::from_magnitude(long_lots)?.minus(Lots::from_magnitude(short_lots)?)
}
