//! What the event of a liquidation proves: by its own numbers, and recomputed with the terms of the
//! markets as they are.

use crate::Mirror;
use whittle::event::{LiquidatedLeg, PartiallyLiquidated};
use whittle::state::Receipt;
use whittle_risk::health::Health;
use whittle_risk::liquidation::Kind;
use whittle_risk::{Lots, Price, Ratio, RiskError, Usd};

/// Most that the roundings of one lot move equity less target, atoms (docs/liquidation.md, 6).
const ROUNDINGS: i64 = 11;
/// Kinds that have a certificate.
const CERTIFIED: [Kind; 3] = [Kind::Exact, Kind::Dust, Kind::Minimum];

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is so.
    Holds,
    /// It is not so.
    Fails,
    /// It cannot be told: it depends on terms that may have changed since.
    Unknown(&'static str),
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What must be, as "equity changed only by the cost".
    pub name: &'static str,
    /// What is wrong when it is not.
    pub wrong: &'static str,
    /// What was found.
    pub finding: Finding,
}

fn check(name: &'static str, wrong: &'static str, holds: bool) -> Check {
    let finding = if holds {
        Finding::Holds
    } else {
        Finding::Fails
    };
    Check {
        name,
        wrong,
        finding,
    }
}

fn target(maintenance: i64, buffer: Ratio) -> Result<i64, RiskError> {
    let health = Health {
        equity: Usd::ZERO,
        maintenance: Usd(maintenance),
    };
    Ok(health.with_buffer(buffer)?.0)
}

/// Equity less target after it.
fn surplus(receipt: &Receipt, buffer: Ratio) -> Result<i64, RiskError> {
    let target = target(receipt.maintenance_after_usd_atoms, buffer)?;
    Ok(receipt.equity_after_usd_atoms.saturating_sub(target))
}

/// Whether it left the account at its target or over it, which is so much over maintenance.
///
/// Errors: numbers that leave the range of an amount.
pub fn is_at_target(event: &PartiallyLiquidated, buffer: Ratio) -> Result<bool, RiskError> {
    Ok(surplus(&event.receipt, buffer)? >= 0)
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}

fn has_kind(receipt: &Receipt, kinds: &[Kind]) -> bool {
    kinds.iter().any(|kind| *kind as u8 == receipt.kind)
}

/// The checks that need nothing but the event.
pub fn certain(event: &PartiallyLiquidated) -> Vec<Check> {
    let receipt = &event.receipt;
    let legs = || event.legs.iter();
    let charged = sum(legs().map(|leg| {
        let premium = leg.premium_usd_atoms.saturating_add(leg.pool_usd_atoms);
        leg.keeper_usd_atoms.saturating_add(premium)
    }));
    let paid = sum(legs().map(|leg| {
        let top_up = leg.insurance_top_up_usd_atoms;
        let top_up = top_up.saturating_add(leg.pool_top_up_usd_atoms);
        leg.keeper_usd_atoms.saturating_add(top_up)
    }));
    let within = |leg: &LiquidatedLeg| leg.closed_lots <= leg.lots.unsigned_abs();
    let notional = legs().map(closed_notional).sum::<Result<i128, RiskError>>();
    let has_certificate = has_kind(receipt, &CERTIFIED);
    let certificate = if has_certificate {
        check(
            "its certificate is of a leg that was closed, and one lot is what lies between enough and not",
            "it has no certificate that holds",
            certified(event),
        )
    } else {
        check(
            "it claims no certificate, because more or less than just enough was closed",
            "it cannot have a certificate",
            receipt.has_certificate == 0,
        )
    };
    vec![
        check(
            "the account was under maintenance",
            "it was not under maintenance",
            receipt.equity_before_usd_atoms < receipt.maintenance_before_usd_atoms,
        ),
        check(
            "equity changed by the cost and nothing else",
            "equity changed by something else than the cost",
            receipt.equity_after_usd_atoms
                == receipt
                    .equity_before_usd_atoms
                    .saturating_sub(receipt.cost_usd_atoms),
        ),
        check(
            "the cost is what the positions were charged",
            "the cost is not what the legs were charged",
            charged == receipt.cost_usd_atoms,
        ),
        check(
            "the bonus is what the positions and the lines paid",
            "the bonus is not what the legs paid",
            paid == receipt.bonus_usd_atoms,
        ),
        check(
            "it closed something, and no more than there was",
            "it closed nothing, or more than there was",
            legs().any(|leg| leg.closed_lots > 0) && legs().all(within),
        ),
        check(
            "what was closed is worth what the receipt says, at the prices used",
            "the closed lots are worth something else",
            notional == Ok(receipt.closed_usd_atoms.into()),
        ),
        certificate,
    ]
}

/// Notional of a leg less that of what remains of it.
fn closed_notional(leg: &LiquidatedLeg) -> Result<i128, RiskError> {
    let (price, lots) = (Price(leg.price_q32), leg.lots.unsigned_abs());
    let whole = price.notional_ceil(lots)?;
    let rest = price.notional_ceil(lots.saturating_sub(leg.closed_lots))?;
    Ok(whole.minus(rest)?.0.into())
}

/// The leg that the certificate is of.
fn certified_leg(event: &PartiallyLiquidated) -> Option<&LiquidatedLeg> {
    let receipt = &event.receipt;
    let named = (receipt.certified_market, receipt.certified_price_q32);
    let mut legs = event.legs.iter();
    legs.find(|leg| (leg.market, leg.price_q32) == named)
}

/// The size suffices, one lot less does not, and the leg is one that was closed. One lot repairs less
/// than its price, so the two cannot be far apart.
fn certified(event: &PartiallyLiquidated) -> bool {
    let receipt = &event.receipt;
    let (surplus, shortfall) = (
        receipt.surplus_usd_atoms,
        receipt.shortfall_one_less_usd_atoms,
    );
    let lot = Price(receipt.certified_price_q32).notional_ceil(1);
    receipt.has_certificate == 1
        && surplus >= 0
        && shortfall > 0
        && certified_leg(event).is_some_and(|leg| {
            receipt.certified_lots > 0 && receipt.certified_lots <= leg.closed_lots
        })
        && lot.is_ok_and(|lot| surplus.saturating_add(shortfall) <= lot.0.saturating_add(ROUNDINGS))
}

/// The checks that need the target buffer which held then.
pub fn with_buffer(event: &PartiallyLiquidated, buffer: Ratio) -> Vec<Check> {
    let receipt = &event.receipt;
    let left = surplus(receipt, buffer);
    let mut checks = vec![check(
        "the target is maintenance and the buffer",
        "the target is not maintenance and the buffer",
        target(receipt.maintenance_before_usd_atoms, buffer) == Ok(receipt.target_usd_atoms),
    )];
    if has_kind(receipt, &CERTIFIED) {
        checks.push(check(
            "the account is at its target",
            "it is not at its target",
            left.is_ok_and(|it| it >= 0),
        ));
    }
    if has_kind(receipt, &[Kind::Exact]) {
        checks.push(check(
            "the certificate is of what was closed",
            "the certificate is of another size",
            left == Ok(receipt.surplus_usd_atoms),
        ));
    }
    checks
}

const BUFFER_MOVED: &str = "the exchange's target buffer is another one now";
const TERMS_MOVED: &str =
    "the markets' requirements are others now: tiers or the volatility multiplier have moved";

fn unknown(checks: &mut [Check], why: &'static str) {
    for check in checks {
        check.finding = Finding::Unknown(why);
    }
}

/// Everything that can be told with the exchange as it is now. What a liquidation required then is
/// recomputed from its lots and prices with the present terms; where these give another requirement
/// before it, they have changed since, and what hangs on them cannot be told.
pub fn all(event: &PartiallyLiquidated, mirror: &Mirror) -> Vec<Check> {
    let mut checks = certain(event);
    let buffer = mirror
        .exchange()
        .map(|it| it.policy().thresholds.target_buffer);
    let mut buffered = with_buffer(event, buffer.unwrap_or(Ratio::ZERO));
    let same_buffer = buffered
        .first()
        .is_some_and(|it| it.finding == Finding::Holds);
    if !same_buffer {
        unknown(&mut buffered, BUFFER_MOVED);
    }
    checks.append(&mut buffered);
    checks.append(&mut recomputed(
        event,
        mirror,
        buffer.filter(|_| same_buffer),
    ));
    checks
}

/// What an account with the event's legs must keep, once so much of each is closed.
fn maintenance(
    event: &PartiallyLiquidated,
    mirror: &Mirror,
    closed: impl Fn(&LiquidatedLeg) -> u64,
) -> Option<i64> {
    let mut required = Usd::ZERO;
    for leg in &event.legs {
        let market = mirror.market(leg.market).ok()?;
        let left = Lots(leg.lots).magnitude().saturating_sub(closed(leg));
        let rest = Price(leg.price_q32).notional_ceil(left).ok()?;
        let tiers = market.tier_table();
        let of_leg = tiers.maintenance_ceil(rest.magnitude(), Ratio(market.multiplier_q32));
        required = required.plus(of_leg.ok()?).ok()?;
    }
    Some(required.0)
}

fn recomputed(event: &PartiallyLiquidated, mirror: &Mirror, buffer: Option<Ratio>) -> Vec<Check> {
    let receipt = &event.receipt;
    let before = maintenance(event, mirror, |_| 0);
    let same_terms = before == Some(receipt.maintenance_before_usd_atoms);
    let after = maintenance(event, mirror, |leg| leg.closed_lots);
    let mut checks = vec![
        check(
            "maintenance before, recomputed from positions, prices and tiers",
            "maintenance before is another",
            same_terms,
        ),
        check(
            "maintenance after, recomputed",
            "maintenance after is another",
            after == Some(receipt.maintenance_after_usd_atoms),
        ),
    ];
    if has_kind(receipt, &CERTIFIED) {
        let mut sized = vec![
            check(
                "the certified size reaches the target, recomputed",
                "the certified size does not reach the target",
                is_of(event, mirror, buffer, 0, receipt.surplus_usd_atoms),
            ),
            check(
                "one lot less does not reach it, recomputed",
                "one lot less would have reached the target",
                is_of(
                    event,
                    mirror,
                    buffer,
                    1,
                    receipt.shortfall_one_less_usd_atoms.saturating_neg(),
                ) && receipt.shortfall_one_less_usd_atoms > 0,
            ),
        ];
        if buffer.is_none() {
            unknown(&mut sized, BUFFER_MOVED);
        }
        checks.append(&mut sized);
    }
    if !same_terms {
        unknown(&mut checks, TERMS_MOVED);
    }
    checks
}

/// Whether equity less target is `over` when the certified size is closed, `less` lots of it left out.
///
///   E(q) = E' + cost(q') - cost(q)        for q lots instead of the q' that were closed
///
/// What lots cost depends on rates of that moment, which no event carries; but it is never less than
/// nothing and never more than the maintenance that closing them frees (INV-RATIO: theta < 1 and
/// E / M < 1 in every tier). So with T(q) recomputed, `over` fixes what those lots would have cost,
/// and that must lie in between, up to roundings.
fn is_of(
    event: &PartiallyLiquidated,
    mirror: &Mirror,
    buffer: Option<Ratio>,
    less: u64,
    over: i64,
) -> bool {
    let receipt = &event.receipt;
    let Some(named) = certified_leg(event) else {
        return false;
    };
    let size = receipt.certified_lots.saturating_sub(less);
    let closed = |leg: &LiquidatedLeg| {
        if core::ptr::eq(leg, named) {
            size
        } else {
            leg.closed_lots
        }
    };
    let (Some(required), Some(buffer)) = (maintenance(event, mirror, closed), buffer) else {
        return false;
    };
    let Ok(target) = target(required, buffer) else {
        return false;
    };
    let equity = target.saturating_add(over);
    let cost = equity.saturating_sub(receipt.equity_after_usd_atoms);
    let freed = required.saturating_sub(receipt.maintenance_after_usd_atoms);
    (-ROUNDINGS..=freed.saturating_add(ROUNDINGS)).contains(&cost)
}

#[cfg(test)]
#[path = "receipt_tests.rs"]
mod tests;
