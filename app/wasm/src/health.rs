//! Health and plans for a page.

use crate::problem::{Answer, Problem};
use crate::text::{self, share, usd};
use serde::Serialize;
use whittle::error::WhittleError;
use whittle::state::MarginAccount;
use whittle_client::preview::what_if::notional;
use whittle_client::{names, Mirror};
use whittle_risk::health::{Health, State};
use whittle_risk::liquidation::Plan;
use whittle_risk::{Lots, Ratio, Usd};

/// As `StateName` in types.ts.
pub(crate) fn state_name(state: State) -> &'static str {
    match state {
        State::Healthy => "healthy",
        State::MarginCall => "marginCall",
        State::Liquidatable => "liquidatable",
        State::Emergency => "emergency",
        State::Insolvent => "insolvent",
        State::Bankrupt => "bankrupt",
    }
}

/// The names of `PlanKind` in types.ts, by the numbers of `risk::liquidation::Kind`.
const KINDS: [&str; 8] = [
    "recovered",
    "exact",
    "dust",
    "minimum",
    "forced",
    "unhealable",
    "throttled",
    "recovery",
];

/// As `PlanKind` in types.ts, by its number in receipts.
pub(crate) fn kind_name(kind: u8) -> &'static str {
    KINDS
        .get(usize::from(kind))
        .copied()
        .unwrap_or("unhealable")
}

/// As `HealthView` in types.ts.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HealthView {
    state: &'static str,
    equity: String,
    maintenance: String,
    target: String,
    call: String,
    emergency: String,
    forced: String,
    ratio: Option<String>,
    initial_equity: Option<String>,
    initial: Option<String>,
    excess: Option<String>,
    why: Option<Problem>,
}

/// E / M; nothing without a requirement.
pub(crate) fn ratio(health: &Health) -> Option<String> {
    (health.maintenance > Usd::ZERO).then(|| share(health.ratio_floor()))
}

pub(crate) fn health(mirror: &Mirror, account: &MarginAccount, now: i64) -> Answer<HealthView> {
    let rules = mirror.exchange().ok_or(WhittleError::WrongAccount)?;
    let policy = rules.policy();
    let thresholds = &policy.thresholds;
    let health = mirror.health(account, now)?;
    let required = health.maintenance.magnitude();
    let initial = mirror.initial(account, now);
    let excess = mirror.excess(account, now);
    Ok(HealthView {
        state: state_name(mirror.state(account, now)?),
        equity: usd(health.equity),
        maintenance: usd(health.maintenance),
        target: usd(health.with_buffer(thresholds.target_buffer)?),
        call: usd(mirror.call_level(account, now)?),
        // Rounded as `Health::state` does; the other is shown alone, since `plan` compares ratios.
        emergency: usd(thresholds.emergency.of_ceil(required)?),
        forced: usd(policy.forced.of_floor(required)?),
        ratio: ratio(&health),
        initial_equity: initial.ok().map(|it| usd(it.equity)),
        initial: initial.ok().map(|it| usd(it.requirement)),
        excess: excess.ok().map(usd),
        why: initial.err().or(excess.err()).map(Problem::from),
    })
}

#[derive(Clone, Serialize)]
struct CloseView {
    market: u16,
    symbol: String,
    size: String,
    of: String,
    price: String,
    notional: String,
}

/// As `PlanView` in types.ts.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanView {
    kind: &'static str,
    closes: Vec<CloseView>,
    closed: String,
    notional: String,
    share: String,
    cost: String,
    bonus: String,
    equity_after: String,
    maintenance_after: String,
    writes: Vec<u16>,
}

/// A plan that was made for `account`.
pub(crate) fn plan(
    mirror: &Mirror,
    account: &MarginAccount,
    plan: &Plan,
    now: i64,
) -> Answer<PlanView> {
    let mut closes = Vec::new();
    let planned = account.open_positions().zip(&plan.closes);
    for (position, close) in planned.filter(|(_, close)| close.lots != 0) {
        let market = mirror.market(position.market)?;
        closes.push(CloseView {
            market: market.index,
            symbol: names::symbol(market),
            size: text::size_of(close.lots, market),
            of: text::size_of(Lots(position.lots).magnitude(), market),
            price: text::price(close.price, market),
            notional: usd(close.notional),
        });
    }
    let all = notional(mirror, account, now)?;
    let whole = u64::try_from(all).unwrap_or(u64::MAX);
    let part = Ratio::between_floor(plan.closed.magnitude(), whole).unwrap_or(Ratio::ZERO);
    Ok(PlanView {
        kind: kind_name(plan.kind as u8),
        writes: Mirror::closed_markets(account, plan),
        closes,
        closed: usd(plan.closed),
        notional: text::usd_atoms(all),
        share: share(part.least(Ratio::ONE)),
        cost: usd(plan.cost),
        bonus: usd(plan.bonus),
        equity_after: usd(plan.after.equity),
        maintenance_after: usd(plan.after.maintenance),
    })
}
