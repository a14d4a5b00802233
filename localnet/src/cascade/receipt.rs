//! What the event of a liquidation proves by its own numbers.

use anyhow::{Context, Result};
use whittle::event::PartiallyLiquidated;
use whittle::state::Receipt;
use whittle_risk::health::Health;
use whittle_risk::liquidation::Kind;
use whittle_risk::{Price, Ratio, RiskError, Usd};

const KINDS: [(Kind, &str); 6] = [
    (Kind::Exact, "exact"),
    (Kind::Dust, "dust"),
    (Kind::Minimum, "minimum"),
    (Kind::Forced, "forced"),
    (Kind::Unhealable, "unhealable"),
    (Kind::Throttled, "throttled"),
];
/// Most that the roundings of one lot move equity less target, atoms (docs/liquidation.md, 6).
const ROUNDINGS: i64 = 11;

/// What a receipt claims.
pub(super) fn kind(number: u8) -> Result<&'static str> {
    let found = KINDS.iter().find(|(kind, _)| *kind as u8 == number);
    let (_, name) = found.with_context(|| format!("no liquidation has kind {number}"))?;
    Ok(name)
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

/// Whether it left the account at its target or over it.
pub(super) fn is_at_target(event: &PartiallyLiquidated, buffer: Ratio) -> Result<bool, RiskError> {
    Ok(surplus(&event.receipt, buffer)? >= 0)
}

/// What is wrong with it by itself.
pub(super) fn problems(event: &PartiallyLiquidated, buffer: Ratio) -> Vec<String> {
    let receipt = &event.receipt;
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{}: {what}: {receipt:?}", event.account));
        }
    };
    let (equity, maintenance) = (
        receipt.equity_before_usd_atoms,
        receipt.maintenance_before_usd_atoms,
    );
    must(equity < maintenance, "it was not under maintenance");
    must(
        receipt.equity_after_usd_atoms == equity - receipt.cost_usd_atoms,
        "equity changed by something else than the cost",
    );
    let paid = event.legs.iter().map(|leg| {
        leg.keeper_usd_atoms + leg.insurance_top_up_usd_atoms + leg.pool_top_up_usd_atoms
    });
    must(
        paid.sum::<i64>() == receipt.bonus_usd_atoms,
        "the bonus is not what the legs paid",
    );
    let closed = event.legs.iter();
    must(
        closed.clone().any(|leg| leg.closed_lots > 0)
            && closed
                .clone()
                .all(|leg| leg.closed_lots <= leg.lots.unsigned_abs()),
        "it closed nothing, or more than there was",
    );
    let before = target(maintenance, buffer);
    must(
        before == Ok(receipt.target_usd_atoms),
        "the target is not maintenance and the buffer",
    );
    let left = surplus(receipt, buffer);
    let kind = receipt.kind;
    if [Kind::Exact, Kind::Dust, Kind::Minimum]
        .map(|it| it as u8)
        .contains(&kind)
    {
        must(left.is_ok_and(|it| it >= 0), "it is not at its target");
        must(certified(event), "it has no certificate that holds");
    } else {
        must(receipt.has_certificate == 0, "it cannot have a certificate");
    }
    if kind == Kind::Exact as u8 {
        must(
            left == Ok(receipt.surplus_usd_atoms),
            "the certificate is of another size",
        );
    }
    wrong
}

/// The size suffices, one lot less does not, and the leg is one that was closed. One lot repairs less
/// than its price, so the two cannot be far apart.
fn certified(event: &PartiallyLiquidated) -> bool {
    let receipt = &event.receipt;
    let (surplus, shortfall) = (
        receipt.surplus_usd_atoms,
        receipt.shortfall_one_less_usd_atoms,
    );
    let leg = event.legs.iter().find(|leg| {
        (leg.market, leg.price_q32) == (receipt.certified_market, receipt.certified_price_q32)
    });
    let lot = Price(receipt.certified_price_q32).notional_ceil(1);
    receipt.has_certificate == 1
        && surplus >= 0
        && shortfall > 0
        && leg.is_some_and(|leg| {
            receipt.certified_lots > 0 && receipt.certified_lots <= leg.closed_lots
        })
        && lot.is_ok_and(|lot| surplus.saturating_add(shortfall) <= lot.0.saturating_add(ROUNDINGS))
}

/// Why `event` was not needed after `before`, the last liquidation of the same account. It was where that
/// one could not reach the target, and where the account came under maintenance again at newer prices
/// that are worse for it.
pub(super) fn needless(
    before: &PartiallyLiquidated,
    event: &PartiallyLiquidated,
    buffer: Ratio,
) -> Option<String> {
    if is_at_target(before, buffer) == Ok(false) {
        return None;
    }
    let moved = event.legs.iter().any(|leg| {
        let mut was = before.legs.iter();
        was.any(|was| {
            let newer = leg.publish_time > was.publish_time;
            let worse = match leg.lots.signum() {
                1 => leg.price_q32 < was.price_q32,
                _ => leg.price_q32 > was.price_q32,
            };
            was.market == leg.market && newer && worse
        })
    });
    // That it was under maintenance is asked of every liquidation.
    (!moved).then(|| {
        format!(
            "{} was liquidated again at {} without need",
            event.account, event.receipt.at
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use anchor_lang::prelude::Pubkey;
    use whittle::event::LiquidatedLeg;

    const BUFFER: Ratio = Ratio(Ratio::ONE.0 / 8);

    /// Of a long of 1,000 lots at a dollar each, 100 were closed: maintenance 80 atoms, target 90, equity
    /// 85 before, and exactly at its target after.
    fn event() -> PartiallyLiquidated {
        let price_q32 = 1_000_000 << 32;
        let leg = LiquidatedLeg {
            lots: 1_000,
            closed_lots: 100,
            price_q32,
            publish_time: 50,
            keeper_usd_atoms: 3,
            pool_top_up_usd_atoms: 1,
            ..LiquidatedLeg::default()
        };
        let receipt = Receipt {
            at: 51,
            equity_before_usd_atoms: 79,
            maintenance_before_usd_atoms: 80,
            target_usd_atoms: 90,
            equity_after_usd_atoms: 76,
            maintenance_after_usd_atoms: 64,
            cost_usd_atoms: 3,
            bonus_usd_atoms: 4,
            certified_lots: 100,
            surplus_usd_atoms: 4,
            shortfall_one_less_usd_atoms: 2,
            certified_price_q32: price_q32,
            kind: Kind::Exact as u8,
            has_certificate: 1,
            ..Receipt::default()
        };
        PartiallyLiquidated {
            account: Pubkey::new_from_array([1; 32]),
            keeper: Pubkey::new_from_array([2; 32]),
            receipt,
            legs: vec![leg],
        }
    }

    #[test]
    fn a_receipt_that_agrees_with_its_event_has_no_problem() {
        assert_eq!(problems(&event(), BUFFER), [""; 0]);
        assert_eq!(is_at_target(&event(), BUFFER), Ok(true));
        assert_eq!(kind(event().receipt.kind).unwrap(), "exact");
    }

    #[test]
    fn each_false_number_of_a_receipt_is_told() {
        type Change = (&'static str, fn(&mut PartiallyLiquidated));
        let changes: [Change; 8] = [
            ("it was not under maintenance", |it| {
                it.receipt.equity_before_usd_atoms = 80;
                it.receipt.equity_after_usd_atoms = 77;
                it.receipt.surplus_usd_atoms = 5;
            }),
            ("equity changed by something else than the cost", |it| {
                it.receipt.cost_usd_atoms = 2;
            }),
            ("the bonus is not what the legs paid", |it| {
                it.legs[0].insurance_top_up_usd_atoms = 1;
            }),
            ("it closed nothing, or more than there was", |it| {
                it.legs[0].lots = 99;
            }),
            ("the target is not maintenance and the buffer", |it| {
                it.receipt.target_usd_atoms = 91;
            }),
            ("it has no certificate that holds", |it| {
                it.receipt.shortfall_one_less_usd_atoms = 0;
            }),
            ("the certificate is of another size", |it| {
                it.receipt.surplus_usd_atoms = 3;
            }),
            ("it cannot have a certificate", |it| {
                it.receipt.kind = Kind::Forced as u8;
            }),
        ];
        for (what, change) in changes {
            let mut changed = event();
            change(&mut changed);
            let told = problems(&changed, BUFFER);
            assert_eq!(told.len(), 1, "{what}: {told:?}");
            assert!(told[0].contains(what), "{what}: {told:?}");
        }
    }

    #[test]
    fn a_second_liquidation_needs_a_newer_and_worse_price_or_a_target_that_was_not_reached() {
        let first = event();
        let again = |publish_time, dollars: u64| {
            let mut again = event();
            again.legs[0].publish_time = publish_time;
            again.legs[0].price_q32 = dollars << 32;
            again
        };
        assert_eq!(needless(&first, &again(52, 999_999), BUFFER), None);
        let without = format!("{} was liquidated again at 51 without need", first.account);
        for other in [again(50, 999_999), again(52, 1_000_000)] {
            assert_eq!(needless(&first, &other, BUFFER), Some(without.clone()));
        }
        let mut short_of_it = event();
        short_of_it.receipt.equity_after_usd_atoms = 71;
        assert_eq!(needless(&short_of_it, &again(50, 1_000_000), BUFFER), None);
    }
}
