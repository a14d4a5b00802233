//! Bounds that follow from what the pool has: open interest, initial rates and what it may owe.

use crate::num::{div_q32_ceil, div_q32_floor};
use crate::{Price, Ratio, RiskError, Usd};

/// Most open interest of one side: `cap`, and at most `share` of what the pool is worth, of which
/// nothing is left when it owes more than it has. [`Ratio::MAX`] stands for no bound by the pool.
/// Rounded down, against whoever takes more risk.
pub fn open_interest_cap(cap: Usd, share: Ratio, pool_value: Usd) -> Usd {
    if share == Ratio::MAX {
        return cap;
    }
    let by_pool = share
        .of_floor(pool_value.most(Usd::ZERO).magnitude())
        .unwrap_or(Usd(i64::MAX));
    cap.least(by_pool)
}

/// What is added to initial rates at open interest `used` of a side under `cap`: nothing up to half
/// of the cap, then linear up to `at_cap`. Rounded up against whoever takes more risk.
///
///   added = at_cap (2 used / cap - 1)
pub fn crowded_rate(used: Usd, cap: Usd, at_cap: Ratio) -> Result<Ratio, RiskError> {
    if at_cap == Ratio::ZERO {
        return Ok(Ratio::ZERO);
    }
    let (used, cap) = (used.most(Usd::ZERO), cap.most(Usd::ZERO));
    if used >= cap {
        return Ok(at_cap);
    }
    let over_half = used.plus(used)?.minus(cap)?;
    if over_half.0 <= 0 {
        return Ok(Ratio::ZERO);
    }
    // used < cap, so the share is under one.
    Ratio(div_q32_ceil(over_half.magnitude(), cap.magnitude())?).times_ceil(at_cap)
}

/// Unrealised profit of one side at `price`: what all of it is worth less what it cost, before
/// funding. Negative when the side as a whole loses. Rounded up: the pool expects to owe more.
pub fn side_profit(
    lots: u64,
    entry: Usd,
    price: Price,
    is_long: bool,
    losses: Usd,
) -> Result<Usd, RiskError> {
    let gained = if is_long {
        price.notional_ceil(lots)?.minus(entry)?
    } else {
        entry.minus(price.notional_floor(lots)?)?
    };
    gained.minus(losses)
}

/// The share by which each profitable position of a side is reduced, so that the pool owes the side
/// at most `bound` of its cash C. With P the side's profit, closing a share f pays f P out of C:
///
///   P (1 - f) <= bound (C - f P)
///
///   Result:  f = (P - bound C) / (P (1 - bound))
///
/// Rounded up, so that the bound holds; at most one; zero when it holds already. `bound` is under
/// one (checked where it is set).
pub fn deleverage_share(profit: Usd, pool_cash: Usd, bound: Ratio) -> Result<Ratio, RiskError> {
    let allowed = bound.of_floor(pool_cash.most(Usd::ZERO).magnitude())?;
    let excess = profit.minus(allowed)?;
    if excess.0 <= 0 {
        return Ok(Ratio::ZERO);
    }
    let kept = Ratio::ONE.less(bound).of_floor(profit.magnitude())?;
    if excess >= kept {
        return Ok(Ratio::ONE);
    }
    Ok(Ratio(div_q32_ceil(excess.magnitude(), kept.magnitude())?))
}

/// Lots of a position that one reduction closes: its share, rounded up to a lot, and no more than
/// what brings the side under its bound now. `share_now` is what [`deleverage_share`] says of the
/// whole side at this moment, `profit` the side's and `own` the position's.
pub fn deleverage_lots(
    lots: u64,
    share: Ratio,
    share_now: Ratio,
    profit: Usd,
    own: Usd,
) -> Result<u64, RiskError> {
    let part = share.of_ceil(lots)?.magnitude().min(lots);
    // What the whole side still has to give, as a share of this position.
    let needed = share_now.of_ceil(profit.magnitude())?.magnitude();
    if own.0 <= 0 {
        return Ok(0);
    }
    if needed >= own.magnitude() {
        return Ok(part);
    }
    let last = Ratio(div_q32_floor(needed, own.magnitude())?);
    Ok(part.min(last.of_ceil(lots)?.magnitude().saturating_add(1)))
}
