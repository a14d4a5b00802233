//! What the event of a liquidation proves by its own numbers.

use anyhow::{Context, Result};
use whittle::event::PartiallyLiquidated;
use whittle_client::receipt::{self, is_at_target, Finding};
use whittle_risk::liquidation::Kind;
use whittle_risk::Ratio;

const KINDS: [(Kind, &str); 6] = [
    (Kind::Exact, "exact"),
    (Kind::Dust, "dust"),
    (Kind::Minimum, "minimum"),
    (Kind::Forced, "forced"),
    (Kind::Unhealable, "unhealable"),
    (Kind::Throttled, "throttled"),
];
/// What a receipt claims.
pub(super) fn kind(number: u8) -> Result<&'static str> {
    let found = KINDS.iter().find(|(kind, _)| *kind as u8 == number);
    let (_, name) = found.with_context(|| format!("no liquidation has kind {number}"))?;
    Ok(name)
}

/// What is wrong with it by itself.
pub(super) fn problems(event: &PartiallyLiquidated, buffer: Ratio) -> Vec<String> {
    let mut checks = receipt::certain(event);
    checks.append(&mut receipt::with_buffer(event, buffer));
    let wrong = checks.iter().filter(|it| it.finding != Finding::Holds);
    wrong
        .map(|it| format!("{}: {}: {:?}", event.account, it.wrong, event.receipt))
        .collect()
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
    use whittle::state::Receipt;

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
            closed_usd_atoms: 100_000_000,
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
        let changes: [Change; 10] = [
            ("it was not under maintenance", |it| {
                it.receipt.equity_before_usd_atoms = 80;
                it.receipt.equity_after_usd_atoms = 77;
                it.receipt.surplus_usd_atoms = 5;
            }),
            ("equity changed by something else than the cost", |it| {
                it.receipt.equity_after_usd_atoms = 77;
                it.receipt.surplus_usd_atoms = 5;
            }),
            ("the cost is not what the legs were charged", |it| {
                it.legs[0].premium_usd_atoms = 1;
            }),
            ("the bonus is not what the legs paid", |it| {
                it.legs[0].insurance_top_up_usd_atoms = 1;
            }),
            ("it closed nothing, or more than there was", |it| {
                let closed_lots = 1;
                it.legs.push(LiquidatedLeg {
                    closed_lots,
                    ..LiquidatedLeg::default()
                });
            }),
            ("the closed lots are worth something else", |it| {
                it.receipt.closed_usd_atoms += 1;
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
