//! Gives the loss of a bankrupt account to those who bear it: insurance up to its caps, the pool up
//! to its cap of the day, the side that gained, and the pool again.

use super::{expire_order, remaining, settle_markets};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{BankruptcyResolved, InsuranceDrawn};
use crate::snapshot::require_firm;
use crate::state::{Exchange, InsuranceFund, MarginAccount, Market, Pool, Side};
use anchor_lang::prelude::*;
use whittle_risk::waterfall::{allocate, Allocation, Capacity};
use whittle_risk::Usd;

/// Anyone may call. Where the deficit is booked in another market than the one of its loss, that one
/// follows, writable.
#[derive(Accounts)]
pub struct ResolveBankruptcy<'info> {
    /// The exchange.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The bankrupt account: no positions, no collateral, cash under zero.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The market in which what it owes was lost (see [`MarginAccount::market_of_loss`]); any market
    /// when no deficit is booked.
    #[account(mut)]
    pub market: AccountLoader<'info, Market>,
    /// The pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
    /// The insurance fund.
    #[account(mut)]
    pub insurance_fund: AccountLoader<'info, InsuranceFund>,
}

/// What the account owes beyond its claims, and the side that gained it; no side when the loss did
/// not come from a position.
fn loss(account: &MarginAccount, market: &Market) -> Outcome<(Usd, Option<Side>)> {
    require_that(
        account.open_positions().next().is_none(),
        WhittleError::NotBankrupt,
    )?;
    require_that(
        account.used_collaterals().next().is_none(),
        WhittleError::CollateralLeft,
    )?;
    let mut worth = Usd(account.cash_usd_atoms);
    for position in account.used_positions() {
        worth = worth.plus(Usd(position.claim_usd_atoms))?;
    }
    require_that(worth.0 < 0, WhittleError::NotBankrupt)?;
    let side = if account.deficit_usd_atoms > 0 {
        require_that(
            account.deficit_market == market.index && account.booked_elsewhere().is_none(),
            WhittleError::MarketMismatch,
        )?;
        Some(Side::of(i64::from(account.deficit_side)).other())
    } else {
        None
    };
    Ok((worth.negated()?, side))
}

/// Cash that the pool has for this loss. The market's line counts where the loss was made in the
/// market; another one's is not the caller's to choose.
fn pool_cash(market: &Market, pool: &Pool, side: Option<Side>, now: i64) -> Outcome<Usd> {
    let own = pool.own_cash()?;
    match side {
        Some(_) => Ok(own.plus(market.line_for_losses(now)?)?),
        None => Ok(own),
    }
}

/// Unrealised profit that the side has at a price that may be relied on.
///
/// Errors: [`WhittleError::PriceTooOld`] and [`WhittleError::PriceUncertain`], but not when the side
/// is empty and nobody depends on the price.
fn profit(market: &Market, side: Option<Side>, now: i64) -> Outcome<Usd> {
    let Some(side) = side.filter(|side| market.side(*side).0 > 0) else {
        return Ok(Usd::ZERO);
    };
    let mark = market.mark(now);
    require_firm(&mark)?;
    market.side_profit(side)
}

/// Takes what the pool bears or advances: from its cash, then its reserve, then the market's line,
/// which stands in for it where the cash of a loss has not been settled yet. Returns the last.
fn take_from_pool(market: &mut Market, pool: &mut Pool, amount: Usd) -> Outcome<Usd> {
    let from_cash = amount.least(Usd(pool.cash_usd_atoms));
    pool.cash_usd_atoms = Usd(pool.cash_usd_atoms).minus(from_cash)?.0;
    let rest = amount.minus(from_cash)?;
    let from_reserve = rest.least(Usd(pool.reserve_usd_atoms));
    pool.reserve_usd_atoms = Usd(pool.reserve_usd_atoms).minus(from_reserve)?.0;
    let from_line = rest.minus(from_reserve)?;
    market.pool_line_usd_atoms = Usd(market.pool_line_usd_atoms).minus(from_line)?.0;
    Ok(from_line)
}

/// What became of an allocation.
#[derive(Clone, Copy, Debug)]
pub struct Applied {
    /// What the side really bears.
    pub borne: Usd,
    /// What came out of the market's line.
    pub from_line: Usd,
}

/// Moves the cash of an allocation to the account.
fn apply(
    account: &mut MarginAccount,
    market: &mut Market,
    pool: &mut Pool,
    fund: &mut InsuranceFund,
    parts: &Allocation,
    side: Option<Side>,
) -> Outcome<Applied> {
    fund.cash_usd_atoms = Usd(fund.cash_usd_atoms).minus(parts.insurance)?.0;
    // The pool advances what the side bears: its debt to the side falls by as much.
    let from_pool = parts.pool.plus(parts.side)?.plus(parts.pool_beyond)?;
    let from_line = take_from_pool(market, pool, from_pool)?;
    account.credit(parts.insurance.plus(from_pool)?)?;
    // Interest on what nobody will pay is not owed, and the pool counts no overdraft any more.
    account.interest_usd_atoms = 0;
    pool.overdrafts_usd_atoms = Usd(pool.overdrafts_usd_atoms)
        .minus(Usd(account.overdraft_counted_usd_atoms))?
        .0;
    account.overdraft_counted_usd_atoms = 0;
    // What is left is the same bankruptcy, with what insurance has paid for it so far.
    account.insurance_paid_usd_atoms = if parts.left.0 > 0 {
        Usd(account.insurance_paid_usd_atoms)
            .plus(parts.insurance)?
            .0
    } else {
        0
    };
    // Collateral may have sold for more than it counted for, so less is missing than was booked.
    let still = parts.left.least(Usd(account.deficit_usd_atoms));
    let released = Usd(account.deficit_usd_atoms).minus(still)?;
    account.deficit_usd_atoms = still.0;
    market.deficit_usd_atoms = Usd(market.deficit_usd_atoms).minus(released)?.0;
    let borne = match side {
        Some(side) => market.bear_loss(side, parts.side)?,
        None => Usd::ZERO,
    };
    Ok(Applied { borne, from_line })
}

/// What its orders set aside is its own, and comes before what others bear.
fn return_escrows(account: &mut MarginAccount, key: Pubkey) -> Outcome<()> {
    for place in 0u8.. {
        match account.orders.get(usize::from(place)) {
            None => return Ok(()),
            Some(order) if order.lots == 0 => {}
            Some(_) => expire_order::remove(account, key, place)?,
        }
    }
    Ok(())
}

/// Moves a deficit from the market in which it was booked to that of its loss, and with it what the pool's
/// value deducts for it.
///
/// Errors: [`WhittleError::MarketMismatch`] when the deficit is not booked in `from`, or was not made in
/// `to`.
pub fn move_deficit(
    account: &mut MarginAccount,
    from: &mut Market,
    to: &mut Market,
    pool: &mut Pool,
) -> Outcome<()> {
    require_that(
        account.booked_elsewhere() == Some(from.index) && account.market_of_loss() == to.index,
        WhittleError::MarketMismatch,
    )?;
    let deficit = Usd(account.deficit_usd_atoms);
    let seen = Usd(from.deficit_seen_usd_atoms).least(deficit);
    from.deficit_usd_atoms = Usd(from.deficit_usd_atoms).minus(deficit)?.0;
    from.deficit_seen_usd_atoms = Usd(from.deficit_seen_usd_atoms).minus(seen)?.0;
    pool.set_worth(from, Usd(from.pool_worth_usd_atoms).plus(seen)?)?;
    to.deficit_usd_atoms = Usd(to.deficit_usd_atoms).plus(deficit)?.0;
    to.deficit_seen_usd_atoms = Usd(to.deficit_seen_usd_atoms).plus(seen)?.0;
    pool.set_worth(to, Usd(to.pool_worth_usd_atoms).minus(seen)?)?;
    account.deficit_market = to.index;
    account.loss_usd_atoms = 0;
    Ok(())
}

pub(crate) fn handle<'info>(ctx: Context<'info, ResolveBankruptcy<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let mut account = ctx.accounts.account.load_mut()?;
    let mut market = ctx.accounts.market.load_mut()?;
    let mut pool = ctx.accounts.pool.load_mut()?;
    let mut fund = ctx.accounts.insurance_fund.load_mut()?;
    account.count_interest(&*ctx.accounts.exchange.load()?, now)?;
    return_escrows(&mut account, ctx.accounts.account.key())?;
    if account.booked_elsewhere().is_some() {
        let info = ctx.remaining_accounts.first();
        let mut from = remaining::open_market(info.ok_or(WhittleError::MarketMissing)?)?;
        move_deficit(&mut account, &mut from, &mut market, &mut pool)?;
        from.invariant()?;
    }
    let Resolved {
        owed,
        side,
        parts,
        applied,
        waived,
        drawn,
    } = resolve(&mut account, &mut market, &mut pool, &mut fund, now)?;
    if let Some(drawn) = drawn {
        emit!(drawn);
    }

    account.invariant()?;
    market.invariant()?;
    pool.invariant()?;
    fund.invariant()?;
    emit!(BankruptcyResolved {
        account: ctx.accounts.account.key(),
        market: market.index,
        side: side.map_or(0, Side::sign),
        loss_usd_atoms: owed.0,
        insurance_usd_atoms: parts.insurance.0,
        pool_usd_atoms: parts
            .pool
            .plus(parts.pool_beyond)
            .map_err(WhittleError::from)?
            .0,
        side_usd_atoms: parts.side.0,
        side_bears_usd_atoms: applied.borne.0,
        from_line_usd_atoms: applied.from_line.0,
        left_usd_atoms: parts.left.0,
        interest_waived_usd_atoms: waived.0,
    });
    Ok(())
}

/// A bankruptcy that was resolved, in whole or in part.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What the account owed.
    pub owed: Usd,
    /// The side that gained what it lost.
    pub side: Option<Side>,
    /// Who bears it.
    pub parts: Allocation,
    /// What that moved.
    pub applied: Applied,
    /// Interest that is not owed any more.
    pub waived: Usd,
    /// The insurance fund has lost so much that new risk waits.
    pub drawn: Option<InsuranceDrawn>,
}

/// Gives the loss of an account without positions and collateral to those who bear it. Interest is
/// counted, escrows have been returned.
///
/// Errors: [`WhittleError::NotBankrupt`], [`WhittleError::CollateralLeft`],
/// [`WhittleError::MarketMismatch`], [`WhittleError::PoolCash`] when nobody can pay any of it, and
/// those of a price that cannot be relied on where the side that gained has to pay.
pub fn resolve(
    account: &mut MarginAccount,
    market: &mut Market,
    pool: &mut Pool,
    fund: &mut InsuranceFund,
    now: i64,
) -> Outcome<Resolved> {
    let (owed, side) = loss(account, market)?;
    let before_side = Capacity {
        insurance: fund.available(Usd(account.insurance_paid_usd_atoms), now)?,
        pool_of_day: pool.loss_room(now)?,
        profit: Usd::ZERO,
        pool_cash: pool_cash(market, pool, side, now)?,
    };
    let fund_before = fund.worth()?;
    let mut parts = allocate(owed, &before_side)?;
    if parts.pool_beyond.0 > 0 || parts.left.0 > 0 {
        // Only now does anybody depend on the price.
        let capacity = Capacity {
            profit: profit(market, side, now)?,
            ..before_side
        };
        parts = allocate(owed, &capacity)?;
    }
    require_that(parts.left < owed, WhittleError::PoolCash)?;

    let waived = Usd(account.interest_usd_atoms);
    let applied = apply(account, market, pool, fund, &parts, side)?;
    settle_markets::revalue(market, pool, applied.from_line.negated()?, now)?;
    fund.paid.count(parts.insurance, now)?;
    let drawn = fund.watch(fund_before, now)?;
    pool.losses_taken.count(parts.pool, now)?;
    Ok(Resolved {
        owed,
        side,
        parts,
        applied,
        waived,
        drawn,
    })
}
