//! Records an order. It is filled at the first price published after a delay, which nobody knows
//! yet, so nobody trades at a price that he already knows. For the same reason it cannot be taken
//! back before it expires. What its fill pays is set aside at once, so that there is somebody who
//! shows the update whatever becomes of the account meanwhile.

use super::{expire_order, remaining};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::OrderPlaced;
use crate::state::margin_account::{MAX_OPENING_ORDERS, ORDER_REDUCE_ONLY};
use crate::state::stop::{ORDER_TRIGGER_ABOVE, STOP_LIFE_SECS};
use crate::state::{Exchange, MarginAccount, Market, Order};
use anchor_lang::prelude::*;
use whittle_risk::Usd;

/// Owner or delegate places.
#[derive(Accounts)]
pub struct PlaceOrder<'info> {
    /// Delay and longest life of an order.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The market; any one of this program is a listed one.
    pub market: AccountLoader<'info, Market>,
    /// Owner or delegate of the account.
    pub authority: Signer<'info>,
    /// The insurance fund: tells whether new risk waits.
    /// CHECK: `remaining::read_fund` checks owner and type, where something may open.
    pub insurance_fund: UncheckedAccount<'info>,
}

/// What to trade, how and until when.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct PlaceOrderArgs {
    /// Signed size; positive buys. Not zero.
    pub lots: i64,
    /// Worst price accepted, USD atoms per lot, Q32. Not zero.
    pub limit_q32: u64,
    /// After this the order can only be removed, Unix seconds. One that waits for a trigger may live
    /// for [`STOP_LIFE_SECS`], any other for the exchange's `order_life_secs`.
    pub expires_at: i64,
    /// Only reduce a position; what would go beyond flat is not traded.
    pub reduce_only: bool,
    /// The market's price for which it waits before it can be filled, USD atoms per lot, Q32; zero
    /// when it does not wait.
    pub trigger_q32: u64,
    /// Waits for the price to rise to the trigger rather than to fall to it. Means nothing without a
    /// trigger.
    pub trigger_above: bool,
}

impl PlaceOrderArgs {
    /// As an order keeps them.
    fn flags(&self) -> u8 {
        let reduce_only = if self.reduce_only {
            ORDER_REDUCE_ONLY
        } else {
            0
        };
        let above = if self.trigger_above && self.trigger_q32 != 0 {
            ORDER_TRIGGER_ABOVE
        } else {
            0
        };
        reduce_only | above
    }

    /// The order as the account keeps it, of which so much of the reward is set aside. `placed_at` is
    /// the clock or, where that is newer, the market's cached price: the clock lags behind the oracle,
    /// and a price that is cached is known already.
    ///
    /// Errors: [`WhittleError::MathOverflow`] for a reward of more than 32 bits, which
    /// `ExchangeParams::validate` does not let in.
    pub fn order(&self, market: u16, reward: Usd, escrow: Usd, placed_at: i64) -> Outcome<Order> {
        Ok(Order {
            lots: self.lots,
            limit_q32: self.limit_q32,
            placed_at,
            expires_at: self.expires_at,
            reward_usd_atoms: stored(reward)?,
            escrow_usd_atoms: stored(escrow)?,
            market,
            flags: self.flags(),
            trigger_q32: self.trigger_q32,
            ..Order::default()
        })
    }
}

pub(crate) fn handle(ctx: Context<PlaceOrder>, args: PlaceOrderArgs) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let (market, known_at) = {
        let market = ctx.accounts.market.load()?;
        market.admit(&exchange, !args.reduce_only, now)?;
        if !args.reduce_only {
            remaining::require_undrawn(&ctx.accounts.insurance_fund, &exchange, now)?;
        }
        (market.index, market.price.publish_time)
    };
    let mut account = ctx.accounts.account.load_mut()?;
    validate(
        &account,
        &exchange,
        &args,
        ctx.accounts.authority.key,
        market,
        now,
    )?;

    let key = ctx.accounts.account.key();
    account.count_interest(&exchange, now)?;
    let place = free_place(&account, args.reduce_only, now)?;
    if account
        .orders
        .get(usize::from(place))
        .is_some_and(|order| order.lots != 0)
    {
        expire_order::remove(&mut account, key, place)?;
    }
    let reward = Usd(exchange.params.fill_reward_usd_atoms);
    let escrow = set_aside(&mut account, reward, args.reduce_only)?;
    let order = args.order(market, reward, escrow, now.max(known_at))?;
    if let Some(slot) = account.orders.get_mut(usize::from(place)) {
        *slot = order;
    }
    emit!(OrderPlaced {
        account: key,
        place,
        market,
        lots: order.lots,
        limit_q32: order.limit_q32,
        reduce_only: args.reduce_only,
        placed_at: order.placed_at,
        expires_at: order.expires_at,
        escrow_usd_atoms: escrow.0,
        trigger_q32: order.trigger_q32,
        trigger_above: order.triggers_above(),
    });
    account.invariant()?;
    Ok(())
}

/// What is asked of an order when it is placed, beside what its market admits. Clients ask it before.
pub fn validate(
    account: &MarginAccount,
    exchange: &Exchange,
    args: &PlaceOrderArgs,
    signer: &Pubkey,
    market: u16,
    now: i64,
) -> Outcome<()> {
    // An unset delegate is the default key, which cannot sign.
    require_that(
        *signer == account.owner || *signer == account.delegate,
        WhittleError::NotOwnerOrDelegate,
    )?;
    require_that(args.lots != 0, WhittleError::ZeroLots)?;
    // The magnitude of the least i64 has no positive counterpart.
    require_that(args.lots != i64::MIN, WhittleError::MathOverflow)?;
    require_that(args.limit_q32 != 0, WhittleError::ZeroLimit)?;
    let longest = if args.trigger_q32 == 0 {
        i64::from(exchange.params.order_life_secs)
    } else {
        STOP_LIFE_SECS
    };
    let life = args.expires_at.saturating_sub(now);
    require_that(
        life > i64::from(exchange.params.order_delay_secs) && life <= longest,
        WhittleError::BadExpiry,
    )?;
    if args.reduce_only {
        let held = account.position(market).map_or(0, |position| position.lots);
        require_that(
            held.signum() == args.lots.signum().saturating_neg() && held != 0,
            WhittleError::NothingToReduce,
        )
    } else {
        require_that(
            account.deficit_usd_atoms == 0,
            WhittleError::AccountInDeficit,
        )
    }
}

/// A place that is free or whose order has expired. Orders that may add risk leave one place to
/// reductions, which must never be blocked.
pub fn free_place(account: &MarginAccount, reduce_only: bool, now: i64) -> Outcome<u8> {
    require_that(
        reduce_only || account.opening_orders(now).count() < MAX_OPENING_ORDERS,
        WhittleError::TooManyOrders,
    )?;
    (0u8..)
        .zip(&account.orders)
        .find(|(_, order)| !order.is_live(now))
        .map(|(place, _)| place)
        .ok_or(WhittleError::TooManyOrders)
}

/// Takes the reward out of cash. A reduction sets aside what cash there is, because it must never be
/// blocked; what is missing is paid when it is filled.
pub fn set_aside(account: &mut MarginAccount, reward: Usd, reduce_only: bool) -> Outcome<Usd> {
    let covered = reward.least(Usd(account.cash_usd_atoms).most(Usd::ZERO));
    require_that(
        reduce_only || covered == reward,
        WhittleError::RewardNotCovered,
    )?;
    account.debit(covered)?;
    Ok(covered)
}

/// As an order keeps it; `ExchangeParams::validate` bounds rewards to 32 bits.
fn stored(amount: Usd) -> Outcome<u32> {
    u32::try_from(amount.0).map_err(|_| WhittleError::MathOverflow)
}
