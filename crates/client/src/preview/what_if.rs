//! The exchange at another price, and what a liquidation would do there: the program's own decision
//! on accounts whose price was replaced.

use crate::Mirror;
use whittle::error::{require_that, Outcome, WhittleError};
use whittle::state::MarginAccount;
use whittle_risk::health::{Doubt, Health, State};
use whittle_risk::liquidation::{self, Episode, Kind, Plan};
use whittle_risk::num::share_of_product;
use whittle_risk::{Ratio, Usd};

/// A rise is searched up to this multiple of the present price.
const MOST_RISE: u64 = 16;

/// The mirror with a market at another price, USD atoms per lot in Q32, just published and certain.
/// Markets and tokens with the same price feed move by the same factor; all else stays.
pub fn at_price(mirror: &Mirror, index: u16, price_q32: u64, now: i64) -> Outcome<Mirror> {
    let market = *mirror.market(index)?;
    let (before, feed) = (
        market.price.price_q32,
        (market.oracle.kind, market.oracle.key),
    );
    let moved = |price: u64| match before {
        0 => price,
        before => share_of_product(price, price_q32, before).unwrap_or(u64::MAX),
    };
    let mut changed = mirror.clone();
    for other in mirror.markets() {
        if other.index == index || (other.oracle.kind, other.oracle.key) == feed {
            let mut other = *other;
            other.price.price_q32 = if other.index == index {
                price_q32
            } else {
                moved(other.price.price_q32)
            };
            other.price.publish_time = now;
            other.price.uncertain = 0;
            changed.set_market(other);
        }
    }
    for bank in mirror.banks() {
        // The quote token has no oracle.
        if bank.oracle.kind != 0 && (bank.oracle.kind, bank.oracle.key) == feed {
            let mut bank = *bank;
            bank.price.price_q32 = moved(bank.price.price_q32);
            bank.price.publish_time = now;
            bank.price.uncertain = 0;
            changed.set_bank(bank);
        }
    }
    Ok(changed)
}

/// What the program would decide of an account that was flagged and confirmed a moment ago.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Equity and maintenance.
    pub health: Health,
    /// Where it stands.
    pub state: State,
    /// What would be closed; `None` when nothing would.
    pub plan: Option<Plan>,
    /// Why nothing would be closed of an account under maintenance.
    pub held_back: Option<WhittleError>,
}

/// Judges an account.
pub fn judge(mirror: &Mirror, account: &MarginAccount, now: i64) -> Outcome<Verdict> {
    let health = mirror.health(account, now)?;
    let state = mirror.state(account, now)?;
    let mut verdict = Verdict {
        health,
        state,
        plan: None,
        held_back: None,
    };
    if state < State::Liquidatable || state == State::Bankrupt {
        return Ok(verdict);
    }
    match mirror.plan(&confirmed(mirror, account, now)?, now, Usd::ZERO) {
        Ok(plan) if plan.kind == Kind::Recovered => {}
        Ok(plan) => verdict.plan = Some(plan),
        Err(WhittleError::AccountHealthy) => {}
        Err(error) => verdict.held_back = Some(error),
    }
    Ok(verdict)
}

/// The account as if it had been flagged, at prices old enough to confirm.
fn confirmed(mirror: &Mirror, account: &MarginAccount, now: i64) -> Outcome<MarginAccount> {
    let policy = mirror
        .exchange()
        .ok_or(WhittleError::WrongAccount)?
        .policy();
    let mut account = *account;
    let episode = account.episode();
    let episode = if episode.is_live(&policy, now) {
        episode
    } else {
        Episode {
            flagged_at: now,
            lowest_ratio: Ratio::MAX,
            ..Episode::NONE
        }
    };
    account.set_episode(Episode {
        touched_at: now,
        publish_time: i64::MIN,
        ..episode
    });
    Ok(account)
}

/// What closing all positions that have a price to close at would come to, at the rates that a
/// liquidation of the account charges: the program's plan under rules by which every account under
/// maintenance is closed whole.
///
/// Errors: those of a liquidation, [`WhittleError::AccountHealthy`] for an account over maintenance.
pub fn close_all(mirror: &Mirror, account: &MarginAccount, now: i64) -> Outcome<Plan> {
    let account = confirmed(mirror, account, now)?;
    let rules = mirror.exchange().ok_or(WhittleError::WrongAccount)?;
    let mut policy = rules.policy();
    policy.thresholds.emergency = Ratio::ONE;
    policy.forced = Ratio::ONE;
    let snapshot = mirror.snapshot(&account, now)?;
    let inputs = snapshot.inputs(&account, &policy, now, Usd::ZERO);
    let plan = liquidation::plan(&inputs)?;
    // Flagged only for the question: over its target it would be found recovered.
    require_that(plan.kind != Kind::Recovered, WhittleError::AccountHealthy)?;
    Ok(plan)
}

/// The price, nearest to the present one, at which an account with a position in this market comes
/// to `worst` or worse while all else stays: under the present price for a long, over it for a
/// short. `None` when no price does, up to sixteen times the present one.
pub fn boundary(
    mirror: &Mirror,
    account: &MarginAccount,
    now: i64,
    market: u16,
    worst: State,
) -> Option<u64> {
    first_price(mirror, account, now, market, |there| {
        Ok(there.state(account, now)? >= worst)
    })
}

/// The same for whatever comes to be as the account gets worse.
pub fn first_price(
    mirror: &Mirror,
    account: &MarginAccount,
    now: i64,
    market: u16,
    comes: impl Fn(&Mirror) -> Outcome<bool>,
) -> Option<u64> {
    // Only what the account depends on: it is copied for each price.
    let mirror = &mirror.part(account).ok()?;
    let price = mirror.market(market).ok()?.price.price_q32;
    let is_long = account.position(market)?.lots > 0;
    // Far beyond every tier sums no longer fit; by then nothing is left.
    let is_there = |price: u64| {
        let there = at_price(mirror, market, price, now);
        there.and_then(|there| comes(&there)).unwrap_or(true)
    };
    if price == 0 || is_there(price) {
        return (price != 0).then_some(price);
    }
    let (mut there, mut here) = (1, price);
    if !is_long {
        there = price.saturating_mul(MOST_RISE);
    }
    if !is_there(there) {
        return None;
    }
    while there.abs_diff(here) > 1 {
        let middle = there.midpoint(here);
        if is_there(middle) {
            there = middle;
        } else {
            here = middle;
        }
    }
    Some(there)
}

/// Notional of all positions, USD atoms.
pub fn notional(mirror: &Mirror, account: &MarginAccount, now: i64) -> Outcome<i128> {
    let snapshot = mirror.snapshot(account, now)?;
    let mut sum = 0i128;
    for leg in &snapshot.legs {
        sum = sum.saturating_add(leg.valued(Doubt::Plain)?.notional.into());
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::show_price;
    use crate::preview::fixtures::{book, mirror, zeroed, NOW};

    #[test]
    fn the_price_of_maintenance_is_where_the_state_changes() {
        let mirror = mirror();
        for (_, account) in &book()[..3] {
            let find = |worst| boundary(&mirror, account, NOW, 0, worst).unwrap();
            let price = find(State::Liquidatable);
            let away = if account.positions[0].lots > 0 { 1 } else { -1 };
            let state = |price: u64| {
                let there = at_price(&mirror, 0, price, NOW).unwrap();
                there.state(account, NOW).unwrap()
            };
            assert_eq!(state(price), State::Liquidatable);
            assert_eq!(state(price.saturating_add_signed(away)), State::MarginCall);
        }
        // 140,000 - 20,000 = 0.95 * 10 p.
        let (_, account) = &book()[0];
        let price = boundary(&mirror, account, NOW, 0, State::Liquidatable).unwrap();
        let shown = show_price(price, -5);
        assert!(shown.starts_with("12631.57894"), "{shown}");
    }

    #[test]
    fn a_token_of_the_same_feed_moves_along() {
        let mut mirror = mirror();
        let mut bank = zeroed::<whittle::state::Bank>();
        bank.index = 1;
        bank.oracle.kind = 1;
        bank.price.price_q32 = 1_000;
        mirror.set_bank(bank);
        bank.index = 2;
        bank.oracle.key = [9; 32];
        mirror.set_bank(bank);
        let there = at_price(&mirror, 0, 70_000 << 32, NOW).unwrap();
        let price = |index| there.bank(index).unwrap().price.price_q32;
        assert_eq!((price(1), price(2)), (500, 1_000));
    }

    #[test]
    fn closing_all_costs_at_the_rates_of_the_plan_that_closes_just_enough() {
        let (_, account) = &book()[0];
        let there = at_price(&mirror(), 0, 126_000 << 32, NOW).unwrap();
        let plan = judge(&there, account, NOW).unwrap().plan.unwrap();
        let all = close_all(&there, account, NOW).unwrap();
        assert_eq!((plan.kind, all.kind), (Kind::Exact, Kind::Forced));
        assert_eq!(all.closed, Usd(126_000_000_000));
        assert_eq!(
            (plan.latched_ratio, plan.bonus_rate),
            (all.latched_ratio, all.bonus_rate)
        );
        // One market, one tier: the same rate of each dollar, rounded up once.
        let rate = Ratio::between_floor(plan.cost.magnitude(), plan.closed.magnitude()).unwrap();
        let of_all = Ratio::between_floor(all.cost.magnitude(), all.closed.magnitude()).unwrap();
        assert!(rate.0.abs_diff(of_all.0) < 1 << 10, "{rate:?} {of_all:?}");
        assert!(all.cost > plan.cost);
    }

    #[test]
    fn an_account_over_maintenance_is_not_closed() {
        let (_, account) = &book()[0];
        assert_eq!(
            close_all(&mirror(), account, NOW),
            Err(WhittleError::AccountHealthy)
        );
    }
}
