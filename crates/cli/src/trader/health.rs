//! What an account is worth, what it must keep, and at which prices that changes.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names;
use crate::risk::what_if::{self, Verdict};
use crate::session::{Account, Named, Session, Which, World};
use crate::show::{self, Report};
use clap::Args;
use serde_json::{json, Value};
use whittle::error::WhittleError;
use whittle::state::Market;
use whittle_client::Mirror;
use whittle_risk::health::{Doubt, State};
use whittle_risk::liquidation::{Kind, Plan};
use whittle_risk::price::Rounding;
use whittle_risk::Usd;

/// Health of an account.
#[derive(Args)]
pub struct Health {
    #[command(flatten)]
    which: Named,
    /// Suppose a market's price, as BTC=12000; may be repeated
    #[arg(long, value_name = "MARKET=PRICE")]
    at: Vec<String>,
}

/// A state in words.
pub fn state_name(state: State) -> &'static str {
    match state {
        State::Healthy => "healthy",
        State::MarginCall => "margin call",
        State::Liquidatable => "liquidatable",
        State::Emergency => "emergency",
        State::Insolvent => "insolvent",
        State::Bankrupt => "bankrupt",
    }
}

pub async fn run(session: &Session, args: Health) -> Outcome<Report> {
    of(session, &args.which.which(), &args.at).await
}

/// The same for an account that was named elsewhere.
pub async fn of(session: &Session, which: &Which, at: &[String]) -> Outcome<Report> {
    let mut world = session.world().await?;
    let held = session.account(which).await?;
    let mut supposed = Vec::new();
    for text in at {
        let (market, price_q32) = suppose(&world.mirror, text)?;
        supposed.push(format!(
            "{} at {}",
            names::symbol(&market),
            show::price(price_q32, market.lot_exponent)
        ));
        world.mirror = what_if::at_price(&world.mirror, market.index, price_q32, world.now)?;
    }
    let mut report = report(&world, &held)?;
    if !supposed.is_empty() {
        report.text = format!("supposing {}\n\n{}", supposed.join(", "), report.text);
    }
    Ok(report)
}

/// `BTC=12000`.
fn suppose(mirror: &Mirror, text: &str) -> Outcome<(Market, u64)> {
    let wrong = || CliError::input(format!("at: {text:?}: write MARKET=PRICE, as BTC=12000"));
    let (name, price) = text.split_once('=').ok_or_else(wrong)?;
    let market = *names::market(mirror, name.trim())?;
    let price = amount::unit_price(price)
        .and_then(|price| amount::price_q32(price, market.lot_exponent, Rounding::Floor));
    let price = price.map_err(|what| CliError::input(format!("at: {what}")))?;
    Ok((market, price))
}

fn report(world: &World, held: &Account) -> Outcome<Report> {
    let (mirror, account, now) = (&world.mirror, &held.account, world.now);
    let thresholds = world.exchange()?.policy().thresholds;
    let health = mirror.health(account, now)?;
    let state = mirror.state(account, now)?;
    let call = mirror.call_level(account, now)?;
    let target = health.with_buffer(thresholds.target_buffer)?;
    let initial = mirror.initial(account, now);
    let excess = mirror.excess(account, now);
    let usd = |sum: Usd| format!("{} USD", show::cents(sum.0));
    let or_why = |sum: Result<Usd, WhittleError>| match sum {
        Ok(sum) => usd(sum),
        Err(error) => format!("unknown: {error}"),
    };
    let pairs = [
        ("account", held.address.to_string()),
        ("state", state_name(state).to_owned()),
        ("equity E", usd(health.equity)),
        ("maintenance M", usd(health.maintenance)),
        ("E / M", show::ratio(health.ratio_floor().0)),
        ("liquidation target T", usd(target)),
        ("margin call C", usd(call)),
        (
            "initial requirement I",
            or_why(initial.map(|it| it.requirement)),
        ),
        ("equity for new risk", or_why(initial.map(|it| it.equity))),
        ("may be withdrawn", or_why(excess)),
    ];
    let verdict = what_if::judge(mirror, account, now)?;
    let (legs, legs_json) = legs(world, held)?;
    let (plan, plan_json) = planned(world, held, &verdict);
    let text = format!(
        "{}\n\npositions, and the prices at which the account comes to a margin call and under \
         maintenance\n{legs}\n\n{plan}",
        show::fields(&pairs)
    );
    let json = json!({
        "account": held.address.to_string(),
        "state": state_name(state),
        "equity": show::usd_json(health.equity.0),
        "maintenance": show::usd_json(health.maintenance.0),
        "ratio": show::ratio_json(health.ratio_floor().0),
        "target": show::usd_json(target.0),
        "call": show::usd_json(call.0),
        "initial": initial.ok().map(|it| show::usd_json(it.requirement.0)),
        "initial_equity": initial.ok().map(|it| show::usd_json(it.equity.0)),
        "excess": excess.ok().map(|it| show::usd_json(it.0)),
        "positions": legs_json,
        "liquidation": plan_json,
    });
    Ok(Report::new(text, json))
}

fn legs(world: &World, held: &Account) -> Outcome<(String, Value)> {
    let (mirror, account, now) = (&world.mirror, &held.account, world.now);
    let snapshot = mirror.snapshot(account, now)?;
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for (position, leg) in account.open_positions().zip(&snapshot.legs) {
        let market = mirror.market(position.market)?;
        let lot = market.lot_exponent;
        let value = leg.valued(Doubt::Plain)?;
        let at = |worst| what_if::boundary(mirror, account, now, market.index, worst);
        let (call, maintenance) = (at(State::MarginCall), at(State::Liquidatable));
        rows.push(vec![
            names::symbol(market),
            show::units(position.lots, lot),
            show::market_price(market),
            show::cents(value.profit.0),
            show::cents(value.required.0),
            distance(call, market),
            distance(maintenance, market),
            if leg.mark.stale { "stale" } else { "fresh" }.to_owned(),
        ]);
        all.push(json!({
            "market": market.index,
            "symbol": names::symbol(market),
            "size": show::size_json(position.lots, lot),
            "price": show::price_json(market.price.price_q32, lot),
            "stale": leg.mark.stale,
            "profit": show::usd_json(value.profit.0),
            "maintenance": show::usd_json(value.required.0),
            "call_price": call.map(|raw| show::price_json(raw, lot)),
            "maintenance_price": maintenance.map(|raw| show::price_json(raw, lot)),
        }));
    }
    let headers = [
        "market", "size", "price", "profit", "M", "call at", "M at", "price is",
    ];
    Ok((show::table(&headers, rows), all.into()))
}

/// A price, and how far it is from the cached one.
fn distance(raw: Option<u64>, market: &Market) -> String {
    let present = market.price.price_q32;
    match raw {
        None => "never".to_owned(),
        Some(raw) if raw == present => "now".to_owned(),
        Some(raw) => {
            let part = u128::from(raw.abs_diff(present)) * 1_000 / u128::from(present.max(1));
            let sign = if raw < present { "-" } else { "+" };
            format!(
                "{} ({sign}{}.{} %)",
                show::price(raw, market.lot_exponent),
                part / 10,
                part % 10
            )
        }
    }
}

/// What a liquidation would close, and what the program would answer to one now.
pub fn planned(world: &World, held: &Account, verdict: &Verdict) -> (String, Value) {
    let now = world.mirror.plan(&held.account, world.now, Usd::ZERO);
    let refusal = now.as_ref().err();
    let mut text = match refusal {
        Some(WhittleError::AccountHealthy | WhittleError::NoPositions) => {
            "nothing to liquidate".to_owned()
        }
        Some(error) => format!("a liquidation now would be refused: {error}"),
        None => "a liquidation now would succeed".to_owned(),
    };
    let plan = match (&now, &verdict.plan) {
        (Ok(plan), _) | (_, Some(plan)) => Some(plan),
        _ => None,
    };
    if let Some(plan) = plan {
        if refusal.is_some() {
            text.push_str("\nonce flagged and confirmed it would");
        } else {
            text.push_str("; it would");
        }
        text.push_str(&in_words(world, held, plan));
    }
    let json = json!({
        "refusal": refusal.map(|error| error.name()),
        "plan": plan.map(|plan| plan_json(held, plan)),
    });
    (text, json)
}

fn in_words(world: &World, held: &Account, plan: &Plan) -> String {
    if plan.kind == Kind::Recovered {
        return " close nothing and clear the flag".to_owned();
    }
    let mut text = String::new();
    let closes = held.account.open_positions().zip(&plan.closes);
    for (position, close) in closes.filter(|(_, close)| close.lots != 0) {
        let Ok(market) = world.mirror.market(position.market) else {
            continue;
        };
        let lots = i64::try_from(close.lots).unwrap_or(i64::MAX);
        text.push_str(&format!(
            "\n  close {} of {} {} at {}",
            show::units(lots, market.lot_exponent),
            show::units(position.lots.saturating_abs(), market.lot_exponent),
            names::asset_of(market),
            show::price(close.price.0, market.lot_exponent),
        ));
    }
    text.push_str(&format!(
        "\n  cost the account {} USD and pay the keeper {} USD ({:?})\n  leave E {} and M {} USD",
        show::cents(plan.cost.0),
        show::cents(plan.bonus.0),
        plan.kind,
        show::cents(plan.after.equity.0),
        show::cents(plan.after.maintenance.0),
    ));
    text
}

fn plan_json(held: &Account, plan: &Plan) -> Value {
    let closes = held.account.open_positions().zip(&plan.closes);
    let closes = closes.filter(|(_, close)| close.lots != 0);
    let closes = closes.map(|(position, close)| {
        json!({
            "market": position.market,
            "lots": close.lots,
            "price_q32": close.price.0.to_string(),
            "notional": show::usd_json(close.notional.0),
        })
    });
    json!({
        "kind": format!("{:?}", plan.kind),
        "closes": closes.collect::<Vec<_>>(),
        "closed": show::usd_json(plan.closed.0),
        "cost": show::usd_json(plan.cost.0),
        "bonus": show::usd_json(plan.bonus.0),
        "equity_after": show::usd_json(plan.after.equity.0),
        "maintenance_after": show::usd_json(plan.after.maintenance.0),
    })
}

/// What a liquidation would do, to be shown before one is sent.
pub fn preview(world: &World, held: &Account) -> Outcome<Report> {
    let verdict = what_if::judge(&world.mirror, &held.account, world.now)?;
    let (text, json) = planned(world, held, &verdict);
    Ok(Report::new(text, json))
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
