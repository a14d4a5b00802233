//! Where an account stands, and how far prices may move before that has to be asked again.
//!
//! Health itself comes from the program's adapter and the risk crate. Derived here is only a region
//! of prices and time in which an account is certainly over its call level.
//!
//! Let F = E - C, with C the margin-call level of [`health::call_level`]: the highest level at which
//! anything may be done to an account, because C >= M and a recovery plan's trigger is at most C.
//! Age shifts a price only in the account's favour, so F is taken without it: a lower bound that does
//! not depend on the clock. With prices p, against the prices p0 of now:
//!
//! - A long of q lots loses at most q (p0 - p) when p falls, because its requirement falls too. When
//!   p rises, equity gains q (p - p0) and C rises by at most g q (p - p0), where g = rate of the tier
//!   that holds the position at the market's ceiling * multiplier * (1 + call buffer). Marginal rates
//!   rise with size, so g bounds all of them. With g <= 1 a rise does no harm; other accounts are
//!   looked at on every tick.
//! - A short loses at most q (1 + g) (p - p0) when p rises to its ceiling at most; a fall does no
//!   harm.
//! - Collateral of a atoms counts for at least a y - 2 atoms, where y = haircut weight * counted
//!   price without age shift ([`bank_line`]), and loses at most a (y0 - y).
//! - Funding costs a position of q lots at most q * ceiling * greatest rate per second since the
//!   market was last funded, whichever side pays; interest costs an overdraft its rate.
//!
//! The book keeps the ceilings: it judges every account anew when a price passes its market's
//! ceiling, a funding index moves faster than the rate allows, a side is made to bear a loss, a
//! multiplier rises, or a parameter changes that stands in the bounds above.
//!
//! With S = F less 32 atoms for the roundings of each term (each rounds at most ten times, times a
//! multiplier of at most 4 and a buffer of at most 1), an eighth of S is kept for time, which gives
//! the deadline, and the rest B is shared by notional. Let W = sum of long notionals + sum of short
//! notionals (1 + g) + collateral. Every price may move against the account by the share
//!
//!   d = B / W
//!
//! because the losses then sum to at most d W = B. Result: while no price has moved by more than d
//! and the deadline has not come, F >= 0, whatever the combination of moves.

use crate::edge::{Line, Trigger};
use std::collections::BTreeMap;
use whittle::error::{Outcome, WhittleError};
use whittle::state::{Bank, MarginAccount};
use whittle_client::Mirror;
use whittle_risk::health::{self, Doubt, Health, Leg, State};
use whittle_risk::liquidation::Policy;
use whittle_risk::num::mul_q32;
use whittle_risk::{Price, Ratio, RiskError, Usd};

/// Nearer than this an account is looked at on every tick of its markets: 10 basis points.
const NEAR: u64 = Ratio::from_bps_floor(10).0;
/// Atoms kept for the roundings of each term.
const ROUNDING: i64 = 32;
/// A preview funds a market at the keeper's clock, the chain at its own: seconds between the two.
const CLOCKS: i64 = 120;
const DAY: u128 = 86_400;
/// Longest time until an account is looked at again.
const DEADLINE_MOST: u128 = 30 * DAY;

/// What all accounts are judged by.
pub(crate) struct Bench<'a> {
    pub mirror: &'a Mirror,
    pub policy: &'a Policy,
    /// Most that the price of each market may reach before everything is judged anew.
    pub ceilings: &'a BTreeMap<u16, u64>,
    pub now: i64,
}

/// Where an account stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Healthy to insolvent.
    pub state: State,
    /// E and M.
    pub health: Health,
    /// C.
    pub call: Usd,
    /// Notional of all legs, rounded up.
    pub notional: Usd,
}

/// An account near its call level or under it, or one that cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// Where it stands, or why that is not known.
    pub standing: Outcome<Standing>,
    /// A bit for each market that its health depends on.
    pub markets: u64,
    /// A bit for each bank.
    pub banks: u64,
}

/// What the book remembers of an account's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// No positions: no price can make it liquidatable.
    Idle,
    /// Healthy until a trigger is passed or the deadline comes.
    Far {
        triggers: Box<[Trigger]>,
        deadline: u32,
    },
    /// To be looked at on every tick.
    Near(Near),
}

/// What an atom of a bank's token counts for without its price's age: weight times price, Q32.
pub(crate) fn bank_line(bank: &Bank, now: i64) -> u64 {
    let mut mark = bank.mark(now);
    mark.age_shift = 0;
    let price = mark.forgiving(bank.peg());
    mul_q32(price.0, bank.weight_at(now).0).map_or(0, |(line, _)| line)
}

/// A bit for a number; numbers beyond share the last one, which only means more looks.
pub(crate) fn bit(index: u16) -> u64 {
    1 << index.min(63)
}

/// Judges an account.
pub(crate) fn place(bench: &Bench, account: &MarginAccount) -> Place {
    if account.open_positions().next().is_none() {
        return Place::Idle;
    }
    // Somebody may have to take back a flag or a call.
    if account.flagged_at != 0 || account.margin_called_at != 0 {
        return Place::Near(near(bench, account));
    }
    match far(bench, account) {
        Ok(Some(place)) => place,
        Ok(None) | Err(_) => Place::Near(near(bench, account)),
    }
}

/// The exact standing of an account, as the program would see it.
pub(crate) fn standing(bench: &Bench, account: &MarginAccount) -> Outcome<Standing> {
    let snapshot = bench.mirror.snapshot(account, bench.now)?;
    let seen = snapshot.account();
    let health = health::assess(&seen, Doubt::Plain)?;
    let call = health::call_level(&seen, &bench.policy.thresholds)?;
    let state =
        health.state_with_call(&bench.policy.thresholds, call, !snapshot.legs.is_empty())?;
    let mut notional = Usd::ZERO;
    for leg in &snapshot.legs {
        let price = leg.price(Doubt::Plain);
        notional = notional.plus(price.notional_ceil(leg.lots.magnitude())?)?;
    }
    Ok(Standing {
        state,
        health,
        call,
        notional,
    })
}

fn near(bench: &Bench, account: &MarginAccount) -> Near {
    let markets = account.open_positions().map(|held| bit(held.market));
    let banks = account.used_collaterals().map(|held| bit(held.bank));
    Near {
        standing: standing(bench, account),
        markets: markets.fold(0, |all, one| all | one),
        banks: banks.fold(0, |all, one| all | one),
    }
}

/// A term of the sum whose price may move.
struct Term {
    line: Line,
    price: u64,
    ceiling: u64,
    /// Loss for a move of the whole price, USD atoms.
    weight: u128,
}

/// The region in which the account is certainly healthy; none when that is too small to be of use.
fn far(bench: &Bench, account: &MarginAccount) -> Outcome<Option<Place>> {
    let mut snapshot = bench.mirror.snapshot(account, bench.now)?;
    let mut terms = Vec::with_capacity(12);
    snapshot.collateral = Usd::ZERO;
    for held in account.used_collaterals() {
        let line = bank_line(bench.mirror.bank(held.bank)?, bench.now);
        let value = Price(line).notional_floor(held.amount_atoms)?;
        let certain = Usd(value.0.saturating_sub(2).max(0));
        snapshot.collateral = snapshot.collateral.plus(certain)?;
        terms.push(Term {
            line: Line::BankFalls(held.bank),
            price: line,
            ceiling: u64::MAX,
            weight: u128::from(value.magnitude()) + 1,
        });
    }
    let mut clock = Clock::starting(bench, account);
    for (position, leg) in account.open_positions().zip(&mut snapshot.legs) {
        leg.mark.age_shift = 0;
        let ceiling = *bench
            .ceilings
            .get(&position.market)
            .ok_or(WhittleError::MarketMissing)?;
        let Some(term) = leg_term(leg, position.market, ceiling, bench.policy)? else {
            return Ok(None);
        };
        clock.count_leg(bench, position.market, leg, ceiling)?;
        terms.push(term);
    }
    let seen = snapshot.account();
    let equity = health::assess(&seen, Doubt::Plain)?.equity;
    let call = health::call_level(&seen, &bench.policy.thresholds)?;
    let rounding = ROUNDING.saturating_mul(i64::try_from(terms.len()).unwrap_or(0) + 1);
    let slack = equity.minus(call)?.minus(Usd(rounding))?;
    if slack.0 <= 0 {
        return Ok(None);
    }
    let (for_time, for_prices) = (
        slack.magnitude() / 8,
        slack.magnitude() - slack.magnitude() / 8,
    );
    let Some(deadline) = clock.deadline(for_time, bench.now) else {
        return Ok(None);
    };
    let weight: u128 = terms.iter().map(|term| term.weight).sum();
    let share = (u128::from(for_prices) << 32) / weight.max(1);
    if share < u128::from(NEAR) {
        return Ok(None);
    }
    let triggers = terms.iter().filter_map(|term| trigger(term, share));
    Ok(Some(Place::Far {
        triggers: triggers.collect(),
        deadline,
    }))
}

/// None for a leg that a rise of the price may harm on either side.
fn leg_term(
    leg: &Leg,
    market: u16,
    ceiling: u64,
    policy: &Policy,
) -> Result<Option<Term>, RiskError> {
    let price = leg.mark.price;
    if price.0 > ceiling {
        return Ok(None);
    }
    let lots = leg.lots.magnitude();
    let most = Price(ceiling).notional_ceil(lots)?.magnitude();
    let rate = leg.tiers.maintenance_rate(leg.tiers.index_of(most));
    let multiplier = Ratio(leg.call_multiplier.0.max(leg.multiplier.0));
    let buffer = Ratio::ONE.plus(policy.thresholds.call_buffer)?;
    let growth = rate.times_ceil(multiplier)?.times_ceil(buffer)?;
    if growth > Ratio::ONE {
        return Ok(None);
    }
    let notional = u128::from(price.notional_ceil(lots)?.magnitude());
    let is_long = leg.lots.0 > 0;
    Ok(Some(Term {
        line: if is_long {
            Line::MarketFalls(market)
        } else {
            Line::MarketRises(market)
        },
        price: price.0,
        ceiling,
        weight: if is_long {
            notional
        } else {
            notional + ((notional * u128::from(growth.0)) >> 32) + 1
        },
    }))
}

/// The last harmless value of a term's price; none when the price cannot get that far.
fn trigger(term: &Term, share: u128) -> Option<Trigger> {
    let part = (u128::from(term.price) * share) >> 32;
    let part = u64::try_from(part).ok()?;
    let at = match term.line {
        Line::MarketRises(_) => term
            .price
            .checked_add(part)
            .filter(|at| *at < term.ceiling)?,
        Line::MarketFalls(_) | Line::BankFalls(_) => {
            term.price.checked_sub(part).filter(|at| *at > 0)?
        }
    };
    Some(Trigger {
        line: term.line,
        at,
    })
}

/// What time costs.
struct Clock {
    /// USD atoms a day, at most.
    per_day: u128,
    /// Since when.
    since: i64,
}

impl Clock {
    fn starting(bench: &Bench, account: &MarginAccount) -> Self {
        let rate = bench
            .mirror
            .exchange()
            .map_or(0, |it| it.params.overdraft.rate_per_year_q32);
        let overdraft = u128::from(account.cash_usd_atoms.min(0).unsigned_abs());
        Self {
            per_day: ((overdraft * u128::from(rate)) >> 32) / 365 + u128::from(overdraft > 0),
            since: bench.now,
        }
    }

    fn count_leg(&mut self, bench: &Bench, market: u16, leg: &Leg, ceiling: u64) -> Outcome<()> {
        let market = bench.mirror.market(market)?;
        if market.wind_down.is_settled() {
            return Ok(());
        }
        let most = Price(ceiling).notional_ceil(leg.lots.magnitude())?;
        let rate = u128::from(market.params.funding_max_per_day_q32);
        self.per_day += ((u128::from(most.magnitude()) * rate) >> 32) + 1;
        let funded = market.funded_at.saturating_sub(CLOCKS);
        self.since = self.since.min(funded);
        Ok(())
    }

    /// When `budget` may be used up; none when that may be already.
    fn deadline(&self, budget: u64, now: i64) -> Option<u32> {
        let secs = u128::from(budget) * DAY / self.per_day.max(1);
        let secs = i64::try_from(secs.min(DEADLINE_MOST)).unwrap_or(0);
        let at = self.since.saturating_add(secs);
        (at > now).then(|| u32::try_from(at).unwrap_or(u32::MAX))
    }
}
