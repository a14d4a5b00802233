//! One margin account.

use crate::assessment::assessment;
use crate::book::Book;
use crate::health::{self, health, HealthView, PlanView};
use crate::methods::key;
use crate::problem::{Answer, Problem};
use crate::text::{self, moment, share, usd};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use whittle::state::{Collateral, MarginAccount, Market, Order, Position, Receipt};
use whittle_client::preview::what_if::{self, boundary};
use whittle_client::{names, Mirror};
use whittle_risk::bonus;
use whittle_risk::health::{Doubt, Leg, State};
use whittle_risk::liquidation::Episode;
use whittle_risk::num::div_q32_floor;
use whittle_risk::{Price, Ratio, Usd};

#[derive(Deserialize)]
pub(crate) struct OfAccount {
    account: String,
    now: i64,
}

#[derive(Serialize)]
struct CollateralView {
    bank: u16,
    symbol: String,
    amount: String,
    value: String,
    counted: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PositionView {
    market: u16,
    symbol: String,
    size: String,
    lots: String,
    entry: String,
    mark: String,
    notional: String,
    profit: String,
    funding: String,
    claim: String,
    maintenance: String,
    call_price: Option<String>,
    liquidation_price: Option<String>,
    emergency_price: Option<String>,
    zero_price: Option<String>,
    stale: bool,
}

/// As `OrderView` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderView {
    place: u8,
    market: u16,
    symbol: String,
    size: String,
    limit: String,
    reduce_only: bool,
    trigger: Option<String>,
    trigger_above: bool,
    placed_at: i64,
    due_at: i64,
    expires_at: i64,
    life: &'static str,
    reward: String,
}

impl OrderView {
    /// From when on a price fills it.
    pub fn due_at(&self) -> i64 {
        self.due_at
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificateView {
    market: u16,
    symbol: String,
    size: String,
    price: String,
    publish_time: i64,
    surplus: String,
    shortfall_one_less: String,
}

/// As `ReceiptView` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReceiptView {
    at: i64,
    slot: String,
    kind: &'static str,
    equity_before: String,
    maintenance_before: String,
    target: String,
    equity_after: String,
    maintenance_after: String,
    closed: String,
    cost: String,
    bonus: String,
    certificate: Option<CertificateView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlagView {
    since: i64,
    confirms_at: Option<i64>,
    bonus_rate: String,
    bonus_max_at: i64,
    lapses_at: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NextLeverage {
    class: u8,
    own_cap: Option<String>,
    at: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LeverageView {
    class: u8,
    own_cap: Option<String>,
    next: Option<NextLeverage>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecoveryTerms {
    trigger_ratio: String,
    target_ratio: String,
    most_fee: String,
}

/// As `AccountView` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountView {
    address: String,
    owner: String,
    delegate: Option<String>,
    sub_id: u16,
    cash: String,
    claims: String,
    interest: String,
    deficit: String,
    collaterals: Vec<CollateralView>,
    positions: Vec<PositionView>,
    notional: String,
    orders: Vec<OrderView>,
    health: HealthView,
    plan: Option<PlanView>,
    refusal: Option<Problem>,
    confirmed_plan: Option<PlanView>,
    flag: Option<FlagView>,
    margin_called_at: Option<i64>,
    leverage: LeverageView,
    recovery: Option<RecoveryTerms>,
    is_reserve: bool,
    receipt: Option<ReceiptView>,
    assessment: Value,
}

pub(crate) fn account(book: &Book, asked: &OfAccount) -> Answer<AccountView> {
    let address = key("account", &asked.account)?;
    let (account, mirror, now) = (book.account(&address)?, &book.mirror, asked.now);
    book.rules()?;
    let snapshot = mirror.snapshot(account, now)?;
    let verdict = what_if::judge(mirror, account, now)?;
    let decided = mirror.plan(account, now, Usd::ZERO);
    let view = |plan| health::plan(mirror, account, plan, now);
    let mut positions = Vec::new();
    for (position, leg) in account.open_positions().zip(&snapshot.legs) {
        let market = mirror.market(position.market)?;
        positions.push(at_market(mirror, account, position, market, leg, now)?);
    }
    Ok(AccountView {
        address: address.to_string(),
        owner: account.owner.to_string(),
        delegate: text::somebody(&account.delegate),
        sub_id: account.sub_id,
        cash: usd(snapshot.cash),
        claims: usd(snapshot.claims),
        interest: usd(snapshot.interest),
        deficit: usd(Usd(account.deficit_usd_atoms)),
        collaterals: collaterals(book, account, now)?,
        positions,
        notional: text::usd_atoms(what_if::notional(mirror, account, now)?),
        orders: orders(book, account, now)?,
        health: health(mirror, account, now)?,
        plan: decided.as_ref().ok().map(view).transpose()?,
        refusal: decided.err().map(Problem::from),
        confirmed_plan: verdict.plan.as_ref().map(view).transpose()?,
        flag: flag(book, account, now)?,
        margin_called_at: moment(account.margin_called_at),
        leverage: leverage(account, now),
        recovery: (account.recovery.trigger_q32 != 0).then(|| RecoveryTerms {
            trigger_ratio: share(Ratio(account.recovery.trigger_q32)),
            target_ratio: share(Ratio(account.recovery.target_q32)),
            most_fee: share(Ratio(account.recovery.fee_max_q32)),
        }),
        is_reserve: account.is_reserve != 0,
        receipt: receipt(book, &account.receipt)?,
        assessment: assessment(mirror, account, now)?,
    })
}

fn collaterals(book: &Book, account: &MarginAccount, now: i64) -> Answer<Vec<CollateralView>> {
    let mut views = Vec::new();
    for held in account.used_collaterals() {
        let bank = book.bank(held.bank)?;
        let mark = bank.mark(now);
        views.push(CollateralView {
            bank: held.bank,
            symbol: book.token(bank),
            amount: text::tokens(held.amount_atoms, bank.decimals),
            value: usd(mark.price.notional_floor(held.amount_atoms)?),
            counted: usd(counted(&book.mirror, held, now)?),
        });
    }
    Ok(views)
}

/// What a token counts for in health: all of an account that holds nothing else.
fn counted(mirror: &Mirror, held: &Collateral, now: i64) -> Answer<Usd> {
    let mut alone: MarginAccount = bytemuck::Zeroable::zeroed();
    if let Some(slot) = alone.collaterals.first_mut() {
        *slot = *held;
    }
    Ok(mirror.snapshot(&alone, now)?.collateral)
}

fn at_market(
    mirror: &Mirror,
    account: &MarginAccount,
    position: &Position,
    market: &Market,
    leg: &Leg,
    now: i64,
) -> Answer<PositionView> {
    let value = leg.valued(Doubt::Plain)?;
    // Shown and not reckoned with: the rest of the division is nobody's.
    let entry = div_q32_floor(leg.entry.magnitude(), leg.lots.magnitude())?;
    let price_at = |worst| {
        let price = boundary(mirror, account, now, market.index, worst);
        price.map(|raw| text::price(Price(raw), market))
    };
    Ok(PositionView {
        market: market.index,
        symbol: names::symbol(market),
        size: text::size(leg.lots.0, market),
        lots: leg.lots.0.to_string(),
        entry: text::price(Price(entry), market),
        mark: text::price(leg.mark.price, market),
        notional: usd(Usd::from_magnitude(value.notional)?),
        profit: usd(value.profit.plus(leg.funding_owed)?),
        funding: usd(leg.funding_owed.negated()?),
        claim: usd(Usd(position.claim_usd_atoms)),
        maintenance: usd(value.required),
        call_price: price_at(State::MarginCall),
        liquidation_price: price_at(State::Liquidatable),
        emergency_price: price_at(State::Emergency),
        zero_price: price_at(State::Insolvent),
        stale: leg.mark.stale,
    })
}

/// The orders of an account.
pub(crate) fn orders(book: &Book, account: &MarginAccount, now: i64) -> Answer<Vec<OrderView>> {
    let placed = (0u8..).zip(&account.orders);
    let placed = placed.filter(|(_, order)| order.lots != 0);
    placed
        .map(|(place, it)| order(book, place, it, now))
        .collect()
}

fn order(book: &Book, place: u8, order: &Order, now: i64) -> Answer<OrderView> {
    let market = book.market(order.market)?;
    let delay = book.rules()?.params.order_delay_secs;
    let life = if !order.is_live(now) {
        "expired"
    } else if order.is_waiting() {
        "waitsForTrigger"
    } else {
        "waitsForPrice"
    };
    Ok(OrderView {
        place,
        market: order.market,
        symbol: names::symbol(market),
        size: text::size(order.lots, market),
        limit: text::price(Price(order.limit_q32), market),
        reduce_only: order.reduces_only(),
        trigger: text::known_price(Price(order.trigger_q32), market),
        trigger_above: order.triggers_above(),
        placed_at: order.placed_at,
        due_at: order.placed_at.saturating_add(delay.into()),
        expires_at: order.expires_at,
        life,
        reward: usd(order.reward()),
    })
}

fn flag(book: &Book, account: &MarginAccount, now: i64) -> Answer<Option<FlagView>> {
    let policy = book.rules()?.policy();
    let episode = account.episode();
    if !episode.is_live(&policy, now) {
        return Ok(None);
    }
    let since = episode.flagged_at;
    let elapsed = now.saturating_sub(since).max(0).unsigned_abs();
    let seen = (episode.publish_time != Episode::UNSEEN).then_some(episode.publish_time);
    Ok(Some(FlagView {
        since,
        confirms_at: seen.map(|at| at.saturating_add(policy.confirm_secs.into())),
        bonus_rate: share(bonus::rate_floor(&policy.bonus, elapsed)?),
        bonus_max_at: since.saturating_add(policy.bonus.ramp_secs.into()),
        lapses_at: episode
            .touched_at
            .saturating_add(policy.flag_lapse_secs.into()),
    }))
}

fn leverage(account: &MarginAccount, now: i64) -> LeverageView {
    let held = account.leverage.counted(now);
    let cap = |rate: Ratio| (rate != Ratio::ZERO).then(|| share(rate));
    let stored = &account.leverage;
    let waits = stored.changes_at != 0 && now < stored.changes_at;
    LeverageView {
        class: held.class,
        own_cap: cap(held.own_initial),
        next: waits.then(|| NextLeverage {
            class: stored.next_class,
            own_cap: cap(Ratio(stored.next_own_initial_q32)),
            at: stored.changes_at,
        }),
    }
}

/// A receipt for the page; nothing where there is none.
pub(crate) fn receipt(book: &Book, receipt: &Receipt) -> Answer<Option<ReceiptView>> {
    if receipt.at == 0 {
        return Ok(None);
    }
    let certificate = if receipt.has_certificate == 0 {
        None
    } else {
        let market = book.market(receipt.certified_market)?;
        Some(CertificateView {
            market: market.index,
            symbol: names::symbol(market),
            size: text::size_of(receipt.certified_lots, market),
            price: text::price(Price(receipt.certified_price_q32), market),
            publish_time: receipt.certified_publish_time,
            surplus: usd(Usd(receipt.surplus_usd_atoms)),
            shortfall_one_less: usd(Usd(receipt.shortfall_one_less_usd_atoms)),
        })
    };
    Ok(Some(ReceiptView {
        at: receipt.at,
        slot: receipt.slot.to_string(),
        kind: health::kind_name(receipt.kind),
        equity_before: usd(Usd(receipt.equity_before_usd_atoms)),
        maintenance_before: usd(Usd(receipt.maintenance_before_usd_atoms)),
        target: usd(Usd(receipt.target_usd_atoms)),
        equity_after: usd(Usd(receipt.equity_after_usd_atoms)),
        maintenance_after: usd(Usd(receipt.maintenance_after_usd_atoms)),
        closed: usd(Usd(receipt.closed_usd_atoms)),
        cost: usd(Usd(receipt.cost_usd_atoms)),
        bonus: usd(Usd(receipt.bonus_usd_atoms)),
        certificate,
    }))
}
