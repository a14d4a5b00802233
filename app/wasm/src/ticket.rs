//! An order before it is placed: its price, its costs, and the account after it.

use crate::book::Book;
use crate::health::{self, health, HealthView, PlanView};
use crate::methods::key;
use crate::problem::{Answer, Problem};
use crate::text::{self, share, usd};
use serde::{Deserialize, Serialize};
use whittle::error::{Outcome, WhittleError};
use whittle::instructions::fill_order::Trade;
use whittle::instructions::PlaceOrderArgs;
use whittle::state::stop::STOP_LIFE_SECS;
use whittle::state::{MarginAccount, Market, Order};
use whittle_client::amount::{self, worst_price, Size, SLIP_BPS, STOP_SLIP_BPS};
use whittle_client::preview::order::{Desk, Filled};
use whittle_client::preview::what_if::{self, boundary};
use whittle_client::Mirror;
use whittle_risk::health::State;
use whittle_risk::price::Rounding;
use whittle_risk::trade::{fill_price, PricingTerms};
use whittle_risk::{Lots, Price, Ratio, Usd};

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Way {
    Buy,
    Sell,
}

/// As `TicketRequest` in types.ts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ticket {
    account: Option<String>,
    market: u16,
    side: Way,
    size: String,
    limit: String,
    reduce_only: bool,
    trigger: String,
    life: String,
    now: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArgsView {
    lots: String,
    limit_q32: String,
    expires_at: String,
    reduce_only: bool,
    trigger_q32: String,
    trigger_above: bool,
}

/// As `TicketView` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketView {
    args: ArgsView,
    size: String,
    limit: String,
    notional: String,
    fill: String,
    spread_cost: String,
    impact_cost: String,
    fee: String,
    reward: String,
    margin: Option<String>,
    before: Option<HealthView>,
    after: Option<HealthView>,
    leverage_after: Option<String>,
    liquidation_price: Option<String>,
    at_liquidation: Option<PlanView>,
    problem: Option<Problem>,
}

/// The field of a ticket that an error is about.
fn field(error: WhittleError) -> Option<&'static str> {
    use WhittleError as E;
    match error {
        E::ZeroLots
        | E::MathOverflow
        | E::BelowMinPosition
        | E::BeyondTierTable
        | E::OpenInterestCap
        | E::BelowInitialMargin => Some("size"),
        E::ZeroLimit | E::BeyondLimit => Some("limit"),
        E::BadExpiry => Some("life"),
        E::NothingToReduce => Some("reduceOnly"),
        _ => None,
    }
}

fn refused(error: WhittleError) -> Problem {
    match field(error) {
        Some(field) => Problem::at(field, error),
        None => error.into(),
    }
}

impl Ticket {
    /// What place_order takes, and the price at which it is judged.
    fn read(&self, book: &Book, market: &Market) -> Answer<(PlaceOrderArgs, u64)> {
        let cached = market.price.price_q32;
        if cached == 0 {
            return Err(Problem::at("market", WhittleError::NoPrice));
        }
        let waits = !self.trigger.trim().is_empty();
        let trigger = if waits {
            // Rounded down: by less than the least step of a price, to nobody's gain.
            amount::unit_price(&self.trigger)
                .and_then(|it| amount::price_q32(it, market.lot_exponent, Rounding::Floor))
                .map_err(|what| Problem::input("trigger", what))?
        } else {
            0
        };
        let judged = if waits { trigger } else { cached };
        let size: Result<Size, String> = self.size.parse();
        let lots = size
            .and_then(|size| size.lots(market.lot_exponent, Price(judged)))
            .map_err(|what| Problem::input("size", what))?;
        let buys = self.side == Way::Buy;
        let sign = if buys { 1i64 } else { -1 };
        let slip = if waits { STOP_SLIP_BPS } else { SLIP_BPS };
        let limit = self.limit.trim();
        let written = (!limit.is_empty()).then(|| amount::unit_price(limit));
        let limit_q32 = written
            .transpose()
            .and_then(|it| worst_price(it, buys, market.lot_exponent, Price(judged), slip))
            .map_err(|what| Problem::input("limit", what))?;
        let longest = if waits {
            STOP_LIFE_SECS
        } else {
            book.rules()?.params.order_life_secs.into()
        };
        let life = if self.life.trim().is_empty() {
            longest
        } else {
            let secs = amount::seconds(&self.life);
            secs.map_err(|what| Problem::input("life", what))?.into()
        };
        let args = PlaceOrderArgs {
            lots: lots.saturating_mul(sign),
            limit_q32,
            expires_at: self.now.saturating_add(life),
            reduce_only: self.reduce_only,
            trigger_q32: trigger,
            trigger_above: waits && trigger > cached,
        };
        Ok((args, judged))
    }
}

/// The order tried in the program's own functions, whatever they answer.
struct Tried {
    before: MarginAccount,
    filled: Filled,
    error: Option<WhittleError>,
}

fn tried(
    desk: &Desk,
    there: &Mirror,
    account: &MarginAccount,
    args: &PlaceOrderArgs,
) -> Outcome<Tried> {
    let placed = desk.place(account, args);
    let (before, order) = match &placed {
        Ok((before, order)) => (*before, *order),
        // Nothing is set aside for what cannot be placed.
        Err(_) => (*account, desk.order(args, Usd::ZERO)?),
    };
    let waits_no_more = Order {
        trigger_q32: 0,
        ..order
    };
    let strict = desk.fill(there, &before, &waits_no_more, true);
    let (filled, refused) = match strict {
        Ok(filled) => (filled, None),
        Err(error) => {
            let anything = Order {
                limit_q32: if order.lots > 0 { u64::MAX } else { 1 },
                ..waits_no_more
            };
            (
                desk.fill(there, &before, &anything, false)
                    .map_err(|_| error)?,
                Some(error),
            )
        }
    };
    Ok(Tried {
        before,
        filled,
        error: placed.err().or(refused),
    })
}

pub(crate) fn ticket(book: &Book, asked: &Ticket) -> Answer<TicketView> {
    let (market, now) = (*book.market(asked.market)?, asked.now);
    let (args, judged) = asked.read(book, &market)?;
    let known = match &asked.account {
        Some(address) => Some(*book.account(&key("account", address)?)?),
        None => None,
    };
    let account = known.unwrap_or_else(bytemuck::Zeroable::zeroed);
    let desk = Desk {
        mirror: &book.mirror,
        fund: book.insurance.as_ref().map(|(_, fund)| fund.as_ref()),
        market: market.index,
        now,
    };
    let there = desk.at(judged)?;
    let tried = tried(&desk, &there, &account, &args).map_err(refused)?;
    let (filled, trade) = (&tried.filled, &tried.filled.trade);
    let lots = trade.lots.magnitude();
    let (spread, impact) = costs(there.market(market.index)?, trade)?;
    let requirement = |mirror: &Mirror, account: &MarginAccount| -> Outcome<Usd> {
        Ok(mirror.initial(account, now)?.requirement)
    };
    let margin = requirement(&filled.mirror, &filled.account)
        .and_then(|after| Ok(after.minus(requirement(&there, &tried.before)?)?));
    let after = health(&filled.mirror, &filled.account, now).ok();
    let there_price = boundary_of(filled, &market, now);
    Ok(TicketView {
        size: text::size_of(lots, &market),
        limit: text::price(Price(args.limit_q32), &market),
        notional: usd(Price(judged).notional_ceil(lots)?),
        fill: text::price(trade.fill, &market),
        spread_cost: usd(spread),
        impact_cost: usd(impact),
        fee: usd(trade.fee),
        reward: usd(Usd(book.rules()?.params.fill_reward_usd_atoms)),
        margin: margin.ok().map(usd),
        before: match known {
            Some(account) => Some(health(&there, &account, now)?),
            None => None,
        },
        leverage_after: leverage(filled, now),
        liquidation_price: there_price.map(|raw| text::price(Price(raw), &market)),
        at_liquidation: match there_price {
            Some(raw) => at_liquidation(filled, &market, raw, now).unwrap_or(None),
            None => None,
        },
        after,
        problem: tried.error.map(refused),
        args: ArgsView {
            lots: args.lots.to_string(),
            limit_q32: args.limit_q32.to_string(),
            expires_at: args.expires_at.to_string(),
            reduce_only: args.reduce_only,
            trigger_q32: args.trigger_q32.to_string(),
            trigger_above: args.trigger_above,
        },
    })
}

/// How far the fill is from the oracle's price, in USD: what spread alone makes of it, and the rest.
fn costs(market: &Market, trade: &Trade) -> Answer<(Usd, Usd)> {
    let without_impact = PricingTerms {
        impact_max: Ratio::ZERO,
        ..market.pricing()
    };
    let doubt = market.price.confidence_q32;
    let spread_only = fill_price(trade.oracle, doubt, Lots::ZERO, trade.lots, &without_impact)?;
    let lots = trade.lots.magnitude();
    let between = |one: Price, other: Price| Price(one.0.abs_diff(other.0)).notional_ceil(lots);
    let spread = between(spread_only, trade.oracle)?;
    let all = between(trade.fill, trade.oracle)?;
    Ok((spread, all.minus(spread)?.most(Usd::ZERO)))
}

fn boundary_of(filled: &Filled, market: &Market, now: i64) -> Option<u64> {
    let (mirror, account) = (&filled.mirror, &filled.account);
    let held = account.position(market.index)?;
    if held.lots == 0 {
        return None;
    }
    boundary(mirror, account, now, market.index, State::Liquidatable)
}

fn at_liquidation(
    filled: &Filled,
    market: &Market,
    price_q32: u64,
    now: i64,
) -> Answer<Option<PlanView>> {
    let there = what_if::at_price(&filled.mirror, market.index, price_q32, now)?;
    let verdict = what_if::judge(&there, &filled.account, now)?;
    let view = |plan| health::plan(&there, &filled.account, plan, now);
    verdict.plan.as_ref().map(view).transpose()
}

/// Notional over equity; nothing when there is no equity.
fn leverage(filled: &Filled, now: i64) -> Option<String> {
    let all = what_if::notional(&filled.mirror, &filled.account, now).ok()?;
    let equity = filled.mirror.health(&filled.account, now).ok()?.equity;
    let equity = u64::try_from(equity.0).ok().filter(|it| *it > 0)?;
    let times = Ratio::between_floor(u64::try_from(all).ok()?, equity).ok()?;
    Some(share(times))
}
