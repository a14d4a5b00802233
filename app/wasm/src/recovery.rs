//! What a recovery plan would do before its owner sets it.

use crate::book::Book;
use crate::health::{self, PlanView};
use crate::methods::key;
use crate::problem::{Answer, Problem};
use crate::text;
use serde::{Deserialize, Serialize};
use whittle::error::{Outcome, WhittleError};
use whittle::state::exchange::ExchangeParams;
use whittle::state::recovery::{RecoveryPlan, MAX_TARGET_Q32, MIN_TRIGGER_Q32};
use whittle::state::{MarginAccount, Market};
use whittle_client::amount::decimal;
use whittle_client::decimal::{show_percent, show_q32, Decimal};
use whittle_client::preview::what_if::{at_price, boundary, first_price, judge};
use whittle_client::{names, Mirror};
use whittle_risk::health::State;
use whittle_risk::liquidation::Plan;
use whittle_risk::{Price, Ratio, Usd};

/// As `RecoveryRequest` in types.ts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wish {
    account: String,
    trigger_ratio: String,
    target_ratio: String,
    most_fee: String,
    now: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArgsView {
    trigger_q32: String,
    target_q32: String,
    most_fee_q32: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AtMarket {
    market: u16,
    symbol: String,
    price: Option<String>,
    plan: Option<PlanView>,
    liquidation_price: Option<String>,
    liquidation: Option<PlanView>,
}

/// As `RecoveryView` in types.ts.
#[derive(Serialize)]
pub(crate) struct RecoveryView {
    args: ArgsView,
    at: Vec<AtMarket>,
    now: Option<PlanView>,
}

fn number(field: &str, typed: &str, read: impl Fn(Decimal) -> Option<u64>) -> Answer<u64> {
    let parsed = decimal(typed).map_err(|what| Problem::input(field, what))?;
    read(parsed).ok_or_else(|| Problem::input(field, "is too large"))
}

/// The plan as typed, within the bounds that set_recovery_plan asks.
fn read(wish: &Wish, rules: &ExchangeParams) -> Answer<RecoveryPlan> {
    let plan = RecoveryPlan {
        trigger_q32: number("triggerRatio", &wish.trigger_ratio, Decimal::to_q32_floor)?,
        target_q32: number("targetRatio", &wish.target_ratio, Decimal::to_q32_floor)?,
        fee_max_q32: number("mostFee", &wish.most_fee, |it| {
            it.hundredth().to_q32_floor()
        })?,
    };
    let Err(error) = plan.validate(rules) else {
        if plan == RecoveryPlan::default() {
            return Err(Problem::input("triggerRatio", "must be over 1"));
        }
        return Ok(plan);
    };
    let call = Ratio::ONE.0.saturating_add(rules.call_buffer_q32);
    let (field, bounds) = if !(MIN_TRIGGER_Q32..=call).contains(&plan.trigger_q32) {
        let bounds = format!(
            "must lie from {} to the margin call at {}",
            show_q32(MIN_TRIGGER_Q32),
            show_q32(call)
        );
        ("triggerRatio", bounds)
    } else if plan.target_q32 <= plan.trigger_q32 || plan.target_q32 > MAX_TARGET_Q32 {
        let most = show_q32(MAX_TARGET_Q32);
        (
            "targetRatio",
            format!("must be over the trigger, and at most {most}"),
        )
    } else {
        let most = show_percent(rules.bonus_max_q32);
        ("mostFee", format!("must be at most {most}"))
    };
    Err(Problem {
        message: bounds,
        ..Problem::at(field, error)
    })
}

pub(crate) fn recovery(book: &Book, wish: &Wish) -> Answer<RecoveryView> {
    let rules = book.rules()?;
    let mut account = *book.account(&key("account", &wish.account)?)?;
    account.recovery = read(wish, &rules.params)?;
    let (mirror, now) = (&book.mirror, wish.now);
    let mut at = Vec::new();
    for position in account.open_positions() {
        at.push(at_market(
            mirror,
            &account,
            book.market(position.market)?,
            now,
        )?);
    }
    let plan = account.recovery;
    Ok(RecoveryView {
        args: ArgsView {
            trigger_q32: plan.trigger_q32.to_string(),
            target_q32: plan.target_q32.to_string(),
            most_fee_q32: plan.fee_max_q32.to_string(),
        },
        at,
        now: view(
            mirror,
            &account,
            mirror.recover(&account, now, Usd::ZERO).ok(),
            now,
        )?,
    })
}

fn view(
    mirror: &Mirror,
    account: &MarginAccount,
    plan: Option<Plan>,
    now: i64,
) -> Answer<Option<PlanView>> {
    plan.map(|plan| health::plan(mirror, account, &plan, now))
        .transpose()
}

/// Whether equity is under what the plan's trigger asks for.
fn is_triggered(mirror: &Mirror, account: &MarginAccount, now: i64) -> Outcome<bool> {
    let rules = mirror.exchange().ok_or(WhittleError::WrongAccount)?;
    let recovery = account.recovery.recovery(&rules.policy())?;
    let health = mirror.health(account, now)?;
    Ok(health.equity < recovery.trigger_equity(&health)?)
}

fn at_market(
    mirror: &Mirror,
    account: &MarginAccount,
    market: &Market,
    now: i64,
) -> Answer<AtMarket> {
    let index = market.index;
    let there = |raw: u64| at_price(mirror, index, raw, now);
    let triggered = first_price(mirror, account, now, index, |there| {
        is_triggered(there, account, now)
    });
    let plan = match triggered.map(there).transpose()? {
        Some(there) => {
            let plan = there.recover(account, now, Usd::ZERO).ok();
            view(&there, account, plan, now)?
        }
        None => None,
    };
    let liquidated = boundary(mirror, account, now, index, State::Liquidatable);
    let liquidation = match liquidated.map(there).transpose()? {
        Some(there) => {
            let plan = judge(&there, account, now)?.plan;
            view(&there, account, plan, now)?
        }
        None => None,
    };
    let shown = |raw: Option<u64>| raw.map(|raw| text::price(Price(raw), market));
    Ok(AtMarket {
        market: index,
        symbol: names::symbol(market),
        price: shown(triggered),
        plan,
        liquidation_price: shown(liquidated),
        liquidation,
    })
}
