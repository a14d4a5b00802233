//! Fills an order with the first oracle update at or after its delay, or removes it.
//!
//! With t the time of placing and P the publish times that the oracle reports, the update must
//! satisfy  P(previous) < t + delay <= P : there is exactly one such update, so who fills cannot
//! choose among prices. Nor can the owner: where this update cannot fill the order, it ends it, and who
//! showed it gets what was set aside (see [`super::kill`]).

use super::kill::{verdict, Reason, Saved};
use super::liquidate_partial::book_deficit;
use super::{called, mapped, recovered, remaining, update_markets};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::{OrderFilled, OrderKilled};
use crate::oracle::{self, Reading};
use crate::profile::part;
use crate::snapshot::Snapshot;
use crate::state::{Exchange, MarginAccount, Market, Order, Side};
use anchor_lang::prelude::*;
use whittle_risk::health::{assess, assess_initial, Doubt, Health};
use whittle_risk::liquidation::Policy;
use whittle_risk::{trade, Lots, Price, Ratio, RiskError, Usd};

/// Anyone may fill. Banks of the account's collateral and markets of its open positions *after* the
/// fill follow (see [`remaining::snapshot`]); the traded market is among them unless it ends flat.
/// They are not looked at when the order is killed for what needs no margin to see.
#[derive(Accounts)]
pub struct FillOrder<'info> {
    /// The rules and the oracle programs.
    /// CHECK: [`mapped::load`] checks owner and type, here and below.
    pub exchange: UncheckedAccount<'info>,
    /// The account whose order is filled.
    /// CHECK: as `exchange`.
    #[account(mut)]
    pub account: UncheckedAccount<'info>,
    /// Gets the reward, whether the order is filled or killed; another account than the order's.
    /// CHECK: as `exchange`.
    #[account(mut)]
    pub filler_account: UncheckedAccount<'info>,
    /// The order's market.
    /// CHECK: as `exchange`.
    #[account(mut)]
    pub market: UncheckedAccount<'info>,
    /// The update that fills.
    /// CHECK: `oracle::read` checks owner, feed and verification.
    pub oracle: UncheckedAccount<'info>,
    /// The insurance fund: tells whether new risk waits.
    /// CHECK: `remaining::read_fund` checks owner and type, where something opens.
    pub insurance_fund: UncheckedAccount<'info>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, FillOrder<'info>>, place: u8) -> Result<()> {
    part("rules and account");
    let Clock {
        slot,
        unix_timestamp: now,
        ..
    } = Clock::get()?;
    let accounts: &FillOrder = ctx.accounts;
    let exchange = mapped::load::<Exchange>(&accounts.exchange, "exchange")?;
    let policy = exchange.policy();
    let (key, filler) = (*accounts.account.key, *accounts.filler_account.key);
    require_that(key != filler, WhittleError::SameAccount)?;
    // Before anything is held that another place may name too.
    mapped::load::<MarginAccount>(&accounts.filler_account, "filler_account")?;
    mapped::load::<Market>(&accounts.market, "market")?;
    let mut account = mapped::load_mut::<MarginAccount>(&accounts.account, "account")?;
    account.count_interest(&exchange, now)?;
    let order = order_at(&account, place)?;

    part("update and trade");
    let (saved, traded) = {
        let mut market = mapped::load_mut::<Market>(&accounts.market, "market")?;
        let reading = oracle::read(&accounts.oracle, &market.oracle, &exchange)?;
        validate(&order, &market, &reading, &exchange, now)?;
        // Margin is judged at this price at least, or at a newer one that is cached already.
        update_markets::cache(&mut market, &reading, now, slot)?;
        market.accrue_funding(now)?;
        let saved = Saved::copy(&account, &market);
        let traded = trade(
            &mut account,
            &mut market,
            &order,
            &reading,
            |market, opens| {
                market.admit(&exchange, opens, now)?;
                if opens {
                    market.require_calm()?;
                    let fund = &accounts.insurance_fund;
                    remaining::require_undrawn(fund, &exchange, now)?;
                }
                Ok(())
            },
        );
        (saved, verdict(traded)?)
    };
    part("snapshot and margin");
    let attempt = match traded {
        // These accounts are the caller's choice, so what is wrong with them never kills. An order
        // that is killed already needs none, and there is no fill that would say which.
        Ok(trade) => {
            let (snapshot, _) = remaining::snapshot(&account, ctx.remaining_accounts, now)?;
            let market = mapped::load::<Market>(&accounts.market, "market")?;
            let called =
                || called::was_called(&saved.account(), &account, &market, &snapshot, &policy);
            let checked = check(&account, &market, &snapshot, &policy, &trade, called);
            verdict(checked)?.map(|health| Filled(trade, health, snapshot))
        }
        Err(reason) => Err(reason),
    };

    part("result, reward, event");
    let mut market = mapped::load_mut::<Market>(&accounts.market, "market")?;
    let ending = Ending { key, filler, place };
    let reward = match attempt {
        Ok(filled) => ending.fill(&mut account, &mut market, &policy, filled)?,
        Err(reason) => {
            saved.restore(&mut account, &mut market);
            ending.kill(&mut account, reason)
        }
    };
    let mut filler_account =
        mapped::load_mut::<MarginAccount>(&accounts.filler_account, "filler_account")?;
    filler_account.count_interest(&exchange, now)?;
    filler_account.credit(reward)?;
    account.invariant()?;
    market.invariant()?;
    part("the way out");
    Ok(())
}

/// How an order ends. Both ways tell what the filler gets.
struct Ending {
    key: Pubkey,
    filler: Pubkey,
    place: u8,
}

impl Ending {
    /// `account` and `market` have traded; what is left is the reward, of which the part that was
    /// not set aside has been taken from cash.
    fn fill(
        &self,
        account: &mut MarginAccount,
        market: &mut Market,
        policy: &Policy,
        filled: Filled,
    ) -> Result<Usd> {
        let Filled(trade, mut health, snapshot) = filled;
        let order = account.take_order(usize::from(self.place));
        let spared = spared_reward(&trade, order.reward(), health.equity)?;
        let reward = order.reward().minus(spared).map_err(WhittleError::from)?;
        account.credit(spared)?;
        health.equity = health.equity.plus(spared).map_err(WhittleError::from)?;
        let side = Side::of(trade.held.0);
        account.note_realised(health.equity, market.index, side, trade.profit)?;
        book_deficit(account, market, self.key, health.equity, side)?;
        recovered::note(account, self.key, &health, &snapshot.account(), policy)?;
        emit!(OrderFilled {
            account: self.key,
            filler: self.filler,
            market: order.market,
            lots: trade.lots.0,
            oracle_price_q32: trade.oracle.0,
            fill_price_q32: trade.fill.0,
            publish_time: trade.publish_time,
            fee_usd_atoms: trade.fee.0,
            reward_usd_atoms: reward.0,
            profit_usd_atoms: trade.profit.0,
            lots_after: trade.after.0,
            equity_usd_atoms: health.equity.0,
            maintenance_usd_atoms: health.maintenance.0,
        });
        Ok(reward)
    }

    /// `account` and `market` are as before; the order goes, and what was set aside is the filler's.
    fn kill(&self, account: &mut MarginAccount, reason: Reason) -> Usd {
        let order = account.take_order(usize::from(self.place));
        emit!(OrderKilled {
            account: self.key,
            filler: self.filler,
            market: order.market,
            place: self.place,
            lots: order.lots,
            reason: reason.into(),
            reward_usd_atoms: order.escrow().0,
        });
        order.escrow()
    }
}

/// A trade that passed, and the account after it.
struct Filled(Trade, Health, Snapshot);

/// A trade that is about to happen, or has.
#[derive(Clone, Copy, Debug)]
pub struct Trade {
    /// Signed lots; those beyond flat are cut from a reduce-only order.
    pub lots: Lots,
    /// What was held before, signed.
    pub held: Lots,
    /// What is held after, signed.
    pub after: Lots,
    /// The oracle's price.
    pub oracle: Price,
    /// The price of the trade.
    pub fill: Price,
    /// When the oracle published it, Unix seconds.
    pub publish_time: i64,
    /// Fees, USD atoms.
    pub fee: Usd,
    /// Profit realised, before fees.
    pub profit: Usd,
}

impl Trade {
    /// Lots that reduce what was held.
    fn closing(&self) -> u64 {
        if self.held.sign() == self.lots.sign() {
            return 0;
        }
        self.held.magnitude().min(self.lots.magnitude())
    }

    /// Lots beyond those.
    fn opening(&self) -> u64 {
        self.lots.magnitude().saturating_sub(self.closing())
    }
}

/// What of the reward goes back to the account: one that is worth less than nothing would pay it with
/// the pool's money, and its owner could fill his own reductions for it. Only a reduction gets so far.
fn spared_reward(trade: &Trade, reward: Usd, equity: Usd) -> Outcome<Usd> {
    if trade.opening() > 0 || equity.0 >= 0 {
        return Ok(Usd::ZERO);
    }
    Ok(reward.least(equity.negated()?))
}

fn order_at(account: &MarginAccount, place: u8) -> Outcome<Order> {
    account
        .orders
        .get(usize::from(place))
        .filter(|order| order.lots != 0)
        .copied()
        .ok_or(WhittleError::NoOrder)
}

fn validate(
    order: &Order,
    market: &Market,
    reading: &Reading,
    exchange: &Exchange,
    now: i64,
) -> Outcome<()> {
    require_that(order.market == market.index, WhittleError::MarketMismatch)?;
    require_that(now <= order.expires_at, WhittleError::OrderExpired)?;
    require_that(!order.is_waiting(), WhittleError::NotTriggered)?;
    // Until somebody shows the update, its owner knows what he would get and can still act on it. So
    // it ends the order within seconds or never.
    reading.check_time(market.oracle.accept_secs, now)?;
    let due = order
        .placed_at
        .saturating_add(i64::from(exchange.params.order_delay_secs));
    require_that(
        reading.prev_publish_time < due && due <= reading.publish_time,
        WhittleError::NotFirstUpdate,
    )
}

/// Trades, and takes from cash what of the reward was not set aside. `admit` is asked, once size and
/// price are known, whether the market takes it; it is told whether anything is opened. When it fails,
/// nothing has changed.
///
/// Errors: those of `admit`, [`WhittleError::NothingToReduce`], [`WhittleError::BeyondLimit`],
/// [`WhittleError::PriceUncertain`], [`WhittleError::TooManyPositions`], and of the reading's range.
pub fn trade(
    account: &mut MarginAccount,
    market: &mut Market,
    order: &Order,
    reading: &Reading,
    admit: impl FnOnce(&Market, bool) -> Outcome<()>,
) -> Outcome<Trade> {
    let mut trade = price(account, order, market, reading)?;
    admit(market, trade.opening() > 0)?;
    apply(account, market, &mut trade)?;
    market.count_crowding()?;
    account.debit(order.reward().minus(order.escrow())?)?;
    Ok(trade)
}

/// Size and price: the oracle's, worsened by spread and impact, shortly before the end of the market no
/// better than the average at which it ends, and not beyond the limit.
fn price(
    account: &MarginAccount,
    order: &Order,
    market: &Market,
    reading: &Reading,
) -> Outcome<Trade> {
    let held = Lots(
        account
            .position(market.index)
            .map_or(0, |position| position.lots),
    );
    let mut lots = Lots(order.lots);
    if order.reduces_only() {
        require_that(
            held.sign().saturating_add(lots.sign()) == 0,
            WhittleError::NothingToReduce,
        )?;
        if lots.magnitude() > held.magnitude() {
            lots = held.negated()?;
        }
    }
    let oracle = reading.to_cached(&market.oracle, i32::from(market.lot_exponent))?;
    let after = held.plus(lots)?;
    let fill = trade::fill_price(
        Price(oracle.price_q32),
        oracle.confidence_q32,
        market.skew()?,
        lots,
        &market.pricing(),
    );
    let fill = fill.map_err(|error| match error {
        // Nothing left for a seller, or more than 64 bits for a buyer: beyond what any limit says.
        RiskError::PriceOutOfRange => WhittleError::BeyondLimit,
        other => other.into(),
    })?;
    // Whoever stays until the end of the market gets the average. Who knows half of it is not to choose.
    let fill = match market.wind_down.mean_so_far() {
        None => fill,
        Some(mean) if lots.0 > 0 => fill.max(mean),
        Some(mean) => fill.min(mean),
    };
    let within = if lots.0 > 0 {
        fill.0 <= order.limit_q32
    } else {
        fill.0 >= order.limit_q32
    };
    require_that(within, WhittleError::BeyondLimit)?;
    let trade = Trade {
        lots,
        held,
        after,
        oracle: Price(oracle.price_q32),
        fill,
        publish_time: oracle.publish_time,
        fee: Usd::ZERO,
        profit: Usd::ZERO,
    };
    require_that(
        trade.opening() == 0 || oracle.uncertain == 0,
        WhittleError::PriceUncertain,
    )?;
    Ok(trade)
}

/// Moves lots, entry, profit and fees between the account and the market.
fn apply(account: &mut MarginAccount, market: &mut Market, trade: &mut Trade) -> Outcome<()> {
    let (closing, opening) = (trade.closing(), trade.opening());
    let position = account.position_slot(market.index)?;
    let mut cash = market.touch(position)?;
    if closing > 0 {
        let proceeds = trade
            .fill
            .value_floor(signed(closing, trade.held.sign())?)?;
        trade.profit = market.close(position, closing, proceeds)?;
        cash = cash.plus(market.pay(position, trade.profit)?)?;
        let fee = Ratio(market.params.close_fee_q32).of_ceil(proceeds.magnitude())?;
        trade.fee = trade.fee.plus(fee)?;
    }
    if opening > 0 {
        // A buyer pays the fraction of an atom, a seller forgoes it.
        let lots = signed(opening, trade.lots.sign())?;
        let cost = trade.fill.value_floor(lots.negated()?)?.negated()?;
        market.open(position, lots, cost)?;
        let fee = Ratio(market.params.open_fee_q32).of_ceil(cost.magnitude())?;
        trade.fee = trade.fee.plus(fee)?;
    }
    position.free_if_unused();
    market.take_fee(trade.fee)?;
    account.credit(cash)?;
    account.debit(trade.fee)
}

fn signed(lots: u64, sign: i64) -> Outcome<Lots> {
    let lots = Lots::from_magnitude(lots)?;
    Ok(if sign < 0 { lots.negated()? } else { lots })
}

/// What must hold after the fill. A reduction is refused only when it leaves dust. `called` says whether
/// the account was in margin call before; it is asked only when something was opened.
///
/// Errors: [`WhittleError::BelowMinPosition`], [`WhittleError::AccountInDeficit`],
/// [`WhittleError::BeyondTierTable`], [`WhittleError::OpenInterestCap`], [`WhittleError::MarginCall`],
/// [`WhittleError::BelowInitialMargin`].
pub fn check(
    account: &MarginAccount,
    market: &Market,
    snapshot: &Snapshot,
    policy: &Policy,
    trade: &Trade,
    called: impl FnOnce() -> Outcome<bool>,
) -> Outcome<Health> {
    let health = assess(&snapshot.account(), Doubt::Plain)?;
    let price = Price(market.price.price_q32);
    let notional = price.notional_ceil(trade.after.magnitude())?;
    require_that(
        trade.after.0 == 0 || notional.0 >= market.params.min_position_usd_atoms,
        WhittleError::BelowMinPosition,
    )?;
    if trade.opening() == 0 {
        return Ok(health);
    }
    require_that(
        account.deficit_usd_atoms == 0,
        WhittleError::AccountInDeficit,
    )?;
    let tiers = market.tier_table();
    require_that(notional <= tiers.limit(), WhittleError::BeyondTierTable)?;
    require_that(
        market.open_interest(Side::of(trade.after.0))? <= market.open_interest_limit(),
        WhittleError::OpenInterestCap,
    )?;
    require_that(!called()?, WhittleError::MarginCall)?;
    let initial = assess_initial(&snapshot.prudent_account()?, &policy.thresholds)?;
    require_that(
        initial.equity >= initial.requirement,
        WhittleError::BelowInitialMargin,
    )?;
    Ok(health)
}
