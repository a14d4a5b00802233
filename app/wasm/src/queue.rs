//! The accounts that need somebody, worst first, and the orders that wait.

use crate::account::{orders, OrderView};
use crate::book::Book;
use crate::health::{self, state_name, PlanView};
use crate::problem::{Answer, Problem};
use crate::text::{self, share, usd};
use anchor_lang::prelude::Pubkey;
use serde::Serialize;
use whittle::error::Outcome;
use whittle::state::MarginAccount;
use whittle_client::preview::what_if::{judge, notional, Verdict};
use whittle_client::Mirror;
use whittle_risk::bonus;
use whittle_risk::health::State;
use whittle_risk::liquidation::{Episode, Kind, Plan};
use whittle_risk::Usd;

/// As `QueueEntry` in types.ts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QueueEntry {
    address: String,
    owner: String,
    state: &'static str,
    equity: String,
    maintenance: String,
    ratio: Option<String>,
    notional: String,
    flagged_at: Option<i64>,
    confirms_at: Option<i64>,
    bonus_rate: Option<String>,
    bonus_now: Option<String>,
    bonus_most: Option<String>,
    plan: Option<PlanView>,
    refusal: Option<Problem>,
    due: &'static str,
}

pub(crate) fn queue(book: &Book, now: i64) -> Answer<Vec<QueueEntry>> {
    book.rules()?;
    let mut found: Vec<(&Pubkey, &MarginAccount, Verdict)> = Vec::new();
    for (address, account) in &book.accounts {
        // An account whose markets are not loaded yet comes with them.
        let Ok(verdict) = judge(&book.mirror, account, now) else {
            continue;
        };
        if verdict.state >= State::MarginCall {
            found.push((address, account.as_ref(), verdict));
        }
    }
    // What is missing is what the pool would lose first of all.
    found.sort_by_key(|(_, _, verdict)| {
        let health = &verdict.health;
        let short = i128::from(health.maintenance.0).saturating_sub(health.equity.0.into());
        core::cmp::Reverse((verdict.state, short))
    });
    found
        .into_iter()
        .map(|(address, account, verdict)| entry(book, address, account, &verdict, now))
        .collect()
}

fn entry(
    book: &Book,
    address: &Pubkey,
    account: &MarginAccount,
    verdict: &Verdict,
    now: i64,
) -> Answer<QueueEntry> {
    let (mirror, policy) = (&book.mirror, book.rules()?.policy());
    let episode = account.episode();
    let live = episode.is_live(&policy, now);
    let seen = live && episode.publish_time != Episode::UNSEEN;
    let elapsed = now.saturating_sub(episode.flagged_at).max(0).unsigned_abs();
    let rate = bonus::rate_floor(&policy.bonus, elapsed)?;
    let under = verdict.state >= State::Liquidatable && verdict.state != State::Bankrupt;
    let decided = mirror.plan(account, now, Usd::ZERO);
    let plan = verdict.plan.as_ref();
    Ok(QueueEntry {
        address: address.to_string(),
        owner: account.owner.to_string(),
        state: state_name(verdict.state),
        equity: usd(verdict.health.equity),
        maintenance: usd(verdict.health.maintenance),
        ratio: health::ratio(&verdict.health),
        notional: text::usd_atoms(notional(mirror, account, now)?),
        flagged_at: live.then_some(episode.flagged_at),
        confirms_at: seen.then(|| {
            episode
                .publish_time
                .saturating_add(policy.confirm_secs.into())
        }),
        bonus_rate: live.then(|| share(rate)),
        bonus_now: plan.filter(|_| live).map(|plan| usd(plan.bonus)),
        bonus_most: match most(mirror, account, now) {
            Ok(Some(plan)) => Some(usd(plan.bonus)),
            _ => None,
        },
        plan: plan
            .map(|plan| health::plan(mirror, account, plan, now))
            .transpose()?,
        refusal: decided.err().filter(|_| under).map(Problem::from),
        due: due(mirror, account, verdict, &decided, now),
    })
}

/// The same plan once the bonus has grown to its most.
fn most(mirror: &Mirror, account: &MarginAccount, now: i64) -> Outcome<Option<Plan>> {
    let mut part = mirror.part(account)?;
    if let Some(mut rules) = mirror.exchange().copied() {
        rules.params.bonus_ramp_secs = 0;
        part.set_exchange(rules);
    }
    Ok(judge(&part, account, now)?.plan)
}

/// The step that somebody could take now.
fn due(
    mirror: &Mirror,
    account: &MarginAccount,
    verdict: &Verdict,
    decided: &Outcome<Plan>,
    now: i64,
) -> &'static str {
    match verdict.state {
        State::Healthy | State::MarginCall if account.margin_called_at == 0 => "marginCall",
        State::Healthy | State::MarginCall => "wait",
        State::Bankrupt => "resolve",
        _ => match decided {
            Ok(plan) if plan.kind != Kind::Recovered => "liquidate",
            _ if mirror.flag(account, now).is_ok() => "flag",
            _ => "wait",
        },
    }
}

/// As `PendingOrder` in types.ts.
#[derive(Serialize)]
pub(crate) struct PendingOrder {
    #[serde(flatten)]
    order: OrderView,
    account: String,
    owner: String,
}

pub(crate) fn pending_orders(book: &Book, now: i64) -> Answer<Vec<PendingOrder>> {
    let mut all = Vec::new();
    for (address, account) in &book.accounts {
        // Orders of markets that are not loaded yet come with them.
        let Ok(of_account) = orders(book, account, now) else {
            continue;
        };
        all.extend(of_account.into_iter().map(|order| PendingOrder {
            order,
            account: address.to_string(),
            owner: account.owner.to_string(),
        }));
    }
    all.sort_by_key(|it| it.order.due_at());
    Ok(all)
}
