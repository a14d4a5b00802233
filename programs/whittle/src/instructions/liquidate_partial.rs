//! Closes just enough of an account under maintenance. The program chooses what and how much;
//! the caller names the least bonus it accepts.
//!
//! Writes the account, the keeper's margin account and the markets it closes in; never the pool,
//! the insurance fund or the exchange, so liquidations in different markets do not wait for each
//! other.

use super::{issue_margin_call, mapped, remaining};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{AccountUnflagged, Closing, DeficitBooked, PartiallyLiquidated};
use crate::profile::part;
use crate::snapshot::Snapshot;
use crate::state::{Exchange, MarginAccount, Market, Receipt, Side};
use anchor_lang::prelude::*;
use whittle_risk::health::Doubt;
use whittle_risk::liquidation::{self, Close, Kind, Plan};
use whittle_risk::num::share_of_sum;
use whittle_risk::Usd;

/// Banks and markets of the account follow (see [`remaining::snapshot`]); those markets that the
/// plan closes in must be writable.
///
/// No signer is needed: the bonus goes to whatever account the caller names.
#[derive(Accounts)]
pub struct LiquidatePartial<'info> {
    /// The rules.
    /// CHECK: [`mapped::load`] checks owner and type, here and below.
    pub exchange: UncheckedAccount<'info>,
    /// The account under maintenance.
    /// CHECK: as `exchange`.
    #[account(mut)]
    pub account: UncheckedAccount<'info>,
    /// Gets the bonus.
    /// CHECK: as `exchange`.
    #[account(mut)]
    pub keeper_account: UncheckedAccount<'info>,
}

pub(crate) fn handle<'info>(
    ctx: Context<'info, LiquidatePartial<'info>>,
    min_bonus_usd_atoms: i64,
) -> Result<()> {
    part("rules and account");
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    let accounts: &LiquidatePartial = ctx.accounts;
    let exchange = mapped::load::<Exchange>(&accounts.exchange, "exchange")?;
    let policy = exchange.policy_at(now);
    let interest_index = exchange.interest_index(now);
    let mut account = mapped::load_mut::<MarginAccount>(&accounts.account, "account")?;
    account.count_interest_to(interest_index)?;
    part("snapshot");
    let (mut snapshot, markets) = remaining::snapshot(&account, ctx.remaining_accounts, now)?;
    part("plan");
    let inputs = snapshot.inputs(&account, &policy, now, Usd(min_bonus_usd_atoms));
    let plan = liquidation::plan(&inputs).map_err(WhittleError::from)?;

    part("legs of the event");
    let (key, keeper) = (accounts.account.key, accounts.keeper_account.key);
    require_that(!mapped::same_key(key, keeper), WhittleError::SameAccount)?;
    account.set_episode(plan.episode);
    if plan.kind == Kind::Recovered {
        if plan.before.equity.0 >= 0 {
            account.forget_losses();
        }
        emit!(AccountUnflagged {
            account: *key,
            equity_usd_atoms: plan.before.equity.0,
            maintenance_usd_atoms: plan.before.maintenance.0,
        });
        issue_margin_call::end_after(&mut account, *key, &plan, &mut snapshot, &policy)?;
        return Ok(());
    }
    let mut closing = Closing::new(key, keeper);
    legs(&mut closing, &account, &snapshot, &plan);
    part("closing");
    let closes = plan.closes.iter().zip(&snapshot.slots).zip(markets);
    for ((close, slot), info) in closes.filter(|((close, _), _)| close.lots > 0) {
        let mut market = remaining::write_market(info)?;
        count(&mut market, close, now);
        apply(&mut account, &mut market, usize::from(*slot), close)?;
        market.invariant()?;
    }
    if plan.after.equity.0 < 0 {
        under_zero(&mut account, *key, &plan, &snapshot, markets)?;
    } else {
        account.forget_losses();
    }
    part("receipt and bonus");
    account.receipt = receipt(&plan, &closing, &clock);
    let mut keeper_account =
        mapped::load_mut::<MarginAccount>(&accounts.keeper_account, "keeper_account")?;
    keeper_account.count_interest_to(interest_index)?;
    keeper_account.credit(plan.bonus)?;
    issue_margin_call::end_after(&mut account, *key, &plan, &mut snapshot, &policy)?;
    part("event");
    closing.log::<PartiallyLiquidated>(&account.receipt);
    part("the way out");
    Ok(())
}

/// Counts what is closed in the market's bucket.
#[inline(always)]
fn count(market: &mut Market, close: &Close, now: i64) {
    let params = &market.params.breaker;
    market.breaker.count(params, close.notional, now);
}

/// Closes one leg as planned. Top-ups come first: what the lines held when the plan was made is
/// theirs; profits are paid from the rest.
#[inline(always)] // Here and below: a call costs more than the copy in the other caller.
pub fn apply(
    account: &mut MarginAccount,
    market: &mut Market,
    slot: usize,
    close: &Close,
) -> Outcome<()> {
    let position = account
        .positions
        .get_mut(slot)
        .ok_or(WhittleError::TooManyPositions)?;
    market.insurance_line_usd_atoms = Usd(market.insurance_line_usd_atoms)
        .minus(close.insurance_top_up)?
        .plus(close.cost.premium)?
        .0;
    market.pool_line_usd_atoms = Usd(market.pool_line_usd_atoms)
        .minus(close.pool_top_up)?
        .plus(close.cost.pool)?
        .0;
    let closed = market.close_at(position, close.lots, close.price)?;
    position.invariant()?;
    account.credit(closed.cash)?;
    account.debit(close.cost.total()?)
}

/// Notes where an account lost that is worth less than nothing now, and once it holds no position books
/// what it owes.
#[cold]
#[inline(never)]
fn under_zero(
    account: &mut MarginAccount,
    key: Pubkey,
    plan: &Plan,
    snapshot: &Snapshot,
    markets: &[AccountInfo],
) -> Result<()> {
    note_losses(account, snapshot, plan)?;
    if account.open_positions().next().is_some() {
        return Ok(());
    }
    let (leg, side) = books_in(account, snapshot)?;
    let info = markets.get(leg).ok_or(WhittleError::MarketMissing)?;
    let mut market = remaining::write_market(info)?;
    book_deficit(account, &mut market, key, plan.after.equity, side)
}

/// Notes what each closed leg has realised.
pub fn note_losses(account: &mut MarginAccount, snapshot: &Snapshot, plan: &Plan) -> Outcome<()> {
    let legs = snapshot.legs.iter().zip(&snapshot.slots);
    for (close, (leg, slot)) in plan.closes.iter().zip(legs) {
        if close.lots == 0 {
            continue;
        }
        let whole = leg.valued(Doubt::Plain)?.profit;
        let profit = Usd(share_of_sum(whole.0, close.lots, leg.lots.magnitude())?);
        let market = market_in(account, *slot)?;
        account.note_realised(plan.after.equity, market, Side::of(leg.lots.0), profit)?;
    }
    Ok(())
}

/// The leg, by its index, in whose market a deficit is booked, and its side: the market of the noted loss
/// where it is among them, else the leg that lost most.
pub fn books_in(account: &MarginAccount, snapshot: &Snapshot) -> Outcome<(usize, Side)> {
    for (index, (leg, slot)) in snapshot.legs.iter().zip(&snapshot.slots).enumerate() {
        if account.loss_usd_atoms > 0 && market_in(account, *slot)? == account.loss_market {
            return Ok((index, Side::of(leg.lots.0)));
        }
    }
    worst(snapshot)
}

/// A liquidation frees no slot, so what was closed still says where.
fn market_in(account: &MarginAccount, slot: u8) -> Outcome<u16> {
    let position = account.positions.get(usize::from(slot));
    Ok(position.ok_or(WhittleError::TooManyPositions)?.market)
}

/// The leg that lost most, by its index, and its side.
#[cold]
pub fn worst(snapshot: &Snapshot) -> Outcome<(usize, Side)> {
    let mut worst: Option<(Usd, usize, Side)> = None;
    for (index, leg) in snapshot.legs.iter().enumerate() {
        let profit = leg.valued(Doubt::Plain)?.profit;
        if worst.is_none_or(|(most, ..)| profit < most) {
            worst = Some((profit, index, Side::of(leg.lots.0)));
        }
    }
    let (_, leg, side) = worst.ok_or(WhittleError::NoPositions)?;
    Ok((leg, side))
}

/// Books what an account without positions owes in a market, and says so. See [`owe`].
pub(super) fn book_deficit(
    account: &mut MarginAccount,
    market: &mut Market,
    key: Pubkey,
    equity: Usd,
    side: Side,
) -> Result<()> {
    if let Some(deficit) = owe(account, market, equity, side)? {
        emit!(DeficitBooked {
            account: key,
            market: market.index,
            deficit_usd_atoms: deficit.0,
        });
    }
    Ok(())
}

/// Books what an account without positions owes in a market, and returns it. The pool
/// holds the loss as a receivable; net asset values for those who leave deduct it. `side` is that of the
/// position in this market; who bears the loss is what the account has noted, if it has.
pub fn owe(
    account: &mut MarginAccount,
    market: &mut Market,
    equity: Usd,
    side: Side,
) -> Outcome<Option<Usd>> {
    // An account in deficit cannot open positions, so there is at most one booking.
    if equity.0 >= 0 || account.open_positions().next().is_some() {
        return Ok(None);
    }
    let deficit = equity.negated()?;
    account.deficit_usd_atoms = deficit.0;
    account.deficit_market = market.index;
    if account.loss_usd_atoms == 0 {
        account.deficit_side = side.sign();
    } else if account.loss_market == market.index {
        account.loss_usd_atoms = 0;
    }
    // A new bankruptcy: what insurance paid for one that its owner cured is not counted any more.
    account.insurance_paid_usd_atoms = 0;
    market.deficit_usd_atoms = Usd(market.deficit_usd_atoms).plus(deficit)?.0;
    Ok(Some(deficit))
}

/// The legs as they were when the plan was made.
#[inline(always)]
pub(super) fn legs(
    closing: &mut Closing,
    account: &MarginAccount,
    snapshot: &Snapshot,
    plan: &Plan,
) {
    let seen = account.open_positions().zip(&snapshot.legs);
    for ((position, leg), close) in seen.zip(&plan.closes) {
        closing.push(|it| {
            it.lots = position.lots;
            it.closed_lots = close.lots;
            it.price_q32 = leg.price(Doubt::Plain).0;
            it.publish_time = leg.mark.publish_time;
            it.keeper_usd_atoms = close.cost.keeper.0;
            it.premium_usd_atoms = close.cost.premium.0;
            it.pool_usd_atoms = close.cost.pool.0;
            it.insurance_top_up_usd_atoms = close.insurance_top_up.0;
            it.pool_top_up_usd_atoms = close.pool_top_up.0;
            it.market = position.market;
        });
    }
}

#[inline(always)]
pub(super) fn receipt(plan: &Plan, closing: &Closing, clock: &Clock) -> Receipt {
    let certificate = plan.certificate.unwrap_or_default();
    let certified = plan
        .certificate
        .and_then(|it| closing.leg(usize::from(it.leg)));
    Receipt {
        at: clock.unix_timestamp,
        slot: clock.slot,
        flagged_at: plan.flagged_at,
        latched_ratio_q32: plan.latched_ratio.0,
        bonus_rate_q32: plan.bonus_rate.0,
        equity_before_usd_atoms: plan.before.equity.0,
        maintenance_before_usd_atoms: plan.before.maintenance.0,
        target_usd_atoms: plan.target.0,
        equity_after_usd_atoms: plan.after.equity.0,
        maintenance_after_usd_atoms: plan.after.maintenance.0,
        closed_usd_atoms: plan.closed.0,
        cost_usd_atoms: plan.cost.0,
        bonus_usd_atoms: plan.bonus.0,
        certified_lots: certificate.lots,
        surplus_usd_atoms: certificate.surplus.0,
        shortfall_one_less_usd_atoms: certificate.shortfall_one_less.0,
        certified_price_q32: certified.map_or(0, |leg| leg.price_q32),
        certified_publish_time: certified.map_or(0, |leg| leg.publish_time),
        certified_market: certified.map_or(0, |leg| leg.market),
        kind: plan.kind as u8,
        has_certificate: u8::from(certified.is_some()),
        padding: [0; 4],
    }
}
