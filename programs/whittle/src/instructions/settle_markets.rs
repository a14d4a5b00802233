//! Moves cash between the pool, the insurance fund and the lines of markets, and funds the claims
//! of traders. The only instruction that writes both sides, so that trades and liquidations in
//! different markets need not wait for each other.

use super::remaining::market_loader;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::MarketSettled;
use crate::snapshot::{book, require_firm};
use crate::state::{Exchange, InsuranceFund, Market, Pool};
use anchor_lang::prelude::*;
use whittle_risk::{Ratio, Usd};

/// Markets follow, writable, each once. Anyone may settle.
#[derive(Accounts)]
pub struct SettleMarkets<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
    /// The insurance fund.
    #[account(mut)]
    pub insurance_fund: AccountLoader<'info, InsuranceFund>,
}

fn validate(markets: &[AccountInfo]) -> Outcome<()> {
    require_that(!markets.is_empty(), WhittleError::MarketMissing)?;
    for (index, info) in markets.iter().enumerate() {
        require_that(info.is_writable, WhittleError::MarketNotWritable)?;
        let before = markets.iter().take(index);
        require_that(
            before.into_iter().all(|other| other.key != info.key),
            WhittleError::DuplicateMarket,
        )?;
    }
    Ok(())
}

/// Moves up to `wanted` out of `from` and returns what it moved. Nothing leaves an empty purse.
fn take(from: &mut i64, wanted: Usd) -> Outcome<Usd> {
    let taken = wanted.least(Usd(*from)).most(Usd::ZERO);
    *from = Usd(*from).minus(taken)?.0;
    Ok(taken)
}

fn put(into: &mut i64, amount: Usd) -> Outcome<()> {
    *into = Usd(*into).plus(amount)?.0;
    Ok(())
}

/// Pays claims from the line, then the pool's cash, then its reserve, which is there for this. One
/// funding for all three, because each rounds the claim factor once. Returns what was paid.
fn fund_claims(market: &mut Market, pool: &mut Pool) -> Outcome<Usd> {
    let available = Usd(market.pool_line_usd_atoms).plus(pool.own_cash()?)?;
    let mut claims = market.claims();
    let funded = claims.fund(available)?;
    market.set_claims(claims);
    let mut left = funded;
    left = left.minus(take(&mut market.pool_line_usd_atoms, left)?)?;
    left = left.minus(take(&mut pool.cash_usd_atoms, left)?)?;
    left = left.minus(take(&mut pool.reserve_usd_atoms, left)?)?;
    // `fund` takes at most what the three hold together.
    require_that(left == Usd::ZERO, WhittleError::InvariantCash)?;
    Ok(funded)
}

/// Brings the pool line to its target. Profit fills the reserve first and then belongs to the
/// liquidity providers. Uncovered losses stay in the line, beyond the target: the line counts them
/// as cash that nobody has paid, so they must not become cash that somebody could withdraw.
fn balance_pool_line(market: &mut Market, pool: &mut Pool, now: i64) -> Outcome<()> {
    let target = market.line_target(market.params.pool_line_target_usd_atoms, now);
    let kept = target.plus(Usd(market.deficit_usd_atoms))?;
    let over = Usd(market.pool_line_usd_atoms).minus(kept)?;
    let surplus = take(&mut market.pool_line_usd_atoms, over)?;
    let reserve_gap =
        Usd(pool.params.reserve_target_usd_atoms).minus(Usd(pool.reserve_usd_atoms))?;
    let reserved = surplus.least(reserve_gap.most(Usd::ZERO));
    put(&mut pool.reserve_usd_atoms, reserved)?;
    put(&mut pool.cash_usd_atoms, surplus.minus(reserved)?)?;
    let short = target.minus(Usd(market.pool_line_usd_atoms))?;
    let filled = take(&mut pool.cash_usd_atoms, short)?;
    put(&mut market.pool_line_usd_atoms, filled)
}

/// Brings the insurance line to its target. What the line has lost or gained since it was last
/// settled is what the fund has.
fn balance_insurance_line(market: &mut Market, fund: &mut InsuranceFund, now: i64) -> Outcome<()> {
    let target = market.line_target(market.params.insurance_line_target_usd_atoms, now);
    let over = Usd(market.insurance_line_usd_atoms).minus(target)?;
    let surplus = take(&mut market.insurance_line_usd_atoms, over)?;
    put(&mut fund.cash_usd_atoms, surplus)?;
    let short = target.minus(Usd(market.insurance_line_usd_atoms))?;
    let filled = take(&mut fund.cash_usd_atoms, short)?;
    put(&mut market.insurance_line_usd_atoms, filled)?;
    let seen = Usd(market.insurance_line_seen_usd_atoms);
    market.insurance_line_seen_usd_atoms = market.insurance_line_usd_atoms;
    let changed = Usd(market.insurance_line_usd_atoms).minus(seen)?;
    put(&mut fund.lines_usd_atoms, changed)
}

/// Counts what the market is worth to the pool by now, at the lower of the two values that liquidity
/// providers are served at. Without a price that may be relied on, positions keep the worth that they
/// had: only the cash that was `moved` in or out of the market is counted, and what was deducted for a
/// deficit that has been paid since comes back.
pub(super) fn revalue(market: &mut Market, pool: &mut Pool, moved: Usd, now: i64) -> Outcome<()> {
    let mark = market.mark(now);
    let usable = market.is_idle() || (mark.price.0 != 0 && require_firm(&mark).is_ok());
    let deficit = Usd(market.deficit_usd_atoms);
    let worth = if usable {
        market.deficit_seen_usd_atoms = deficit.0;
        let weight = Ratio(pool.params.loss_weight_q32);
        book(market, &mark, now)?.worth(weight)?.lower
    } else {
        let seen = Usd(market.deficit_seen_usd_atoms);
        let left = seen.least(deficit);
        market.deficit_seen_usd_atoms = left.0;
        Usd(market.pool_worth_usd_atoms)
            .plus(moved)?
            .plus(seen.minus(left)?)?
    };
    pool.set_worth(market, worth)
}

/// Settles one market. Returns what was paid for its claims.
pub fn settle(
    market: &mut Market,
    pool: &mut Pool,
    fund: &mut InsuranceFund,
    now: i64,
) -> Outcome<Usd> {
    let before = market.settled_worth()?;
    let funded = fund_claims(market, pool)?;
    balance_pool_line(market, pool, now)?;
    balance_insurance_line(market, fund, now)?;
    let moved = market.settled_worth()?.minus(before)?;
    revalue(market, pool, moved, now)?;
    Ok(funded)
}

pub(crate) fn handle<'info>(ctx: Context<'info, SettleMarkets<'info>>) -> Result<()> {
    validate(ctx.remaining_accounts)?;

    let now = Clock::get()?.unix_timestamp;
    let mut pool = ctx.accounts.pool.load_mut()?;
    let mut fund = ctx.accounts.insurance_fund.load_mut()?;
    let fund_before = fund.worth()?;
    let loaders = ctx.remaining_accounts.iter().map(market_loader);
    let loaders = loaders.collect::<Outcome<Vec<_>>>()?;
    for loader in &loaders {
        let mut market = loader.load_mut()?;
        let funded = settle(&mut market, &mut pool, &mut fund, now)?;
        market.invariant()?;
        emit!(MarketSettled {
            market: market.index,
            claims_funded_usd_atoms: funded.0,
            pool_line_usd_atoms: market.pool_line_usd_atoms,
            insurance_line_usd_atoms: market.insurance_line_usd_atoms,
            pool_cash_usd_atoms: pool.cash_usd_atoms,
            insurance_cash_usd_atoms: fund.cash_usd_atoms,
        });
    }
    // Only now is the pool's value that of all of them.
    let value = pool.value()?;
    for loader in &loaders {
        let mut market = loader.load_mut()?;
        market.pool_value_seen_usd_atoms = value.0;
        market.count_crowding()?;
    }
    if let Some(drawn) = fund.watch(fund_before, now)? {
        emit!(drawn);
    }
    pool.invariant()?;
    fund.invariant()?;
    Ok(())
}
