//! Receipts of real plans hold; each false number is found.

use super::*;
use crate::preview::fixtures::{book, mirror, NOW};
use crate::preview::what_if::{at_price, judge};
use anchor_lang::prelude::Pubkey;
use whittle_risk::health::Doubt;
use whittle_risk::num::ONE_Q32;

/// The event of the liquidation of the fixture's first account at 12,600, and the exchange there.
fn event() -> (PartiallyLiquidated, Mirror) {
    let (key, account) = book()[0];
    let there = at_price(&mirror(), 0, 126_000 << 32, NOW).unwrap();
    let plan = judge(&there, &account, NOW).unwrap().plan.unwrap();
    let snapshot = there.snapshot(&account, NOW).unwrap();
    let (close, leg) = (plan.closes[0], snapshot.legs[0]);
    let certificate = plan.certificate.unwrap();
    let leg = LiquidatedLeg {
        lots: leg.lots.0,
        closed_lots: close.lots,
        price_q32: leg.price(Doubt::Plain).0,
        publish_time: NOW,
        keeper_usd_atoms: close.cost.keeper.0,
        premium_usd_atoms: close.cost.premium.0,
        pool_usd_atoms: close.cost.pool.0,
        insurance_top_up_usd_atoms: close.insurance_top_up.0,
        pool_top_up_usd_atoms: close.pool_top_up.0,
        ..LiquidatedLeg::default()
    };
    let receipt = Receipt {
        at: NOW,
        equity_before_usd_atoms: plan.before.equity.0,
        maintenance_before_usd_atoms: plan.before.maintenance.0,
        target_usd_atoms: plan.target.0,
        equity_after_usd_atoms: plan.after.equity.0,
        maintenance_after_usd_atoms: plan.after.maintenance.0,
        closed_usd_atoms: plan.closed.0,
        cost_usd_atoms: plan.cost.0,
        bonus_usd_atoms: plan.bonus.0,
        certified_lots: certificate.lots,
        surplus_usd_atoms: certificate.surplus.0,
        shortfall_one_less_usd_atoms: certificate.shortfall_one_less.0,
        certified_price_q32: leg.price_q32,
        kind: plan.kind as u8,
        has_certificate: 1,
        ..Receipt::default()
    };
    let event = PartiallyLiquidated {
        account: key,
        keeper: Pubkey::new_from_array([2; 32]),
        receipt,
        legs: vec![leg],
    };
    (event, there)
}

fn not_holding(event: &PartiallyLiquidated, mirror: &Mirror) -> Vec<Check> {
    let all = all(event, mirror);
    let not = all.into_iter().filter(|it| it.finding != Finding::Holds);
    not.collect()
}

#[test]
fn the_receipt_of_a_plan_holds_in_every_check() {
    let (event, mirror) = event();
    assert_eq!(not_holding(&event, &mirror), []);
    assert_eq!(all(&event, &mirror).len(), 14);
}

#[test]
fn each_false_number_of_a_receipt_is_found() {
    type Change = (&'static str, fn(&mut PartiallyLiquidated));
    let changes: [Change; 9] = [
        ("it was not under maintenance", |it| {
            let up = it.receipt.maintenance_before_usd_atoms - it.receipt.equity_before_usd_atoms;
            it.receipt.equity_before_usd_atoms += up;
            it.receipt.equity_after_usd_atoms += up;
        }),
        ("equity changed by something else than the cost", |it| {
            it.receipt.equity_before_usd_atoms -= 1;
        }),
        ("the cost is not what the legs were charged", |it| {
            it.legs[0].pool_usd_atoms += 1;
        }),
        ("the bonus is not what the legs paid", |it| {
            it.legs[0].insurance_top_up_usd_atoms += 1;
        }),
        ("it closed nothing, or more than there was", |it| {
            it.legs[0].lots = 10;
        }),
        ("the closed lots are worth something else", |it| {
            it.receipt.closed_usd_atoms += 1;
        }),
        ("it has no certificate that holds", |it| {
            it.receipt.shortfall_one_less_usd_atoms = 0;
        }),
        ("the certificate is of another size", |it| {
            it.receipt.surplus_usd_atoms += 1;
        }),
        ("maintenance after is another", |it| {
            it.receipt.maintenance_after_usd_atoms -= 1;
        }),
    ];
    for (wrong, change) in changes {
        let (mut event, mirror) = event();
        change(&mut event);
        let found = not_holding(&event, &mirror);
        let fails = |it: &Check| it.wrong == wrong && it.finding == Finding::Fails;
        assert!(found.iter().any(fails), "{wrong}: {found:?}");
    }
}

#[test]
fn a_size_that_was_not_needed_is_found_by_its_certificate() {
    let (mut event, mirror) = event();
    // A hundred lots more than enough, with the old proof.
    event.legs[0].closed_lots += 100;
    event.receipt.certified_lots += 100;
    let found = not_holding(&event, &mirror);
    let wrong = "one lot less would have reached the target";
    let fails = |it: &Check| it.wrong == wrong && it.finding == Finding::Fails;
    assert!(found.iter().any(fails), "{found:?}");
}

#[test]
fn what_hangs_on_terms_that_have_changed_is_said_to_be_unknown() {
    let (event, mut mirror) = event();
    let mut market = *mirror.market(0).unwrap();
    market.multiplier_q32 = 2 * ONE_Q32;
    mirror.set_market(market);
    let mut rules = *mirror.exchange().unwrap();
    rules.params.target_buffer_q32 /= 2;
    mirror.set_exchange(rules);
    let found = not_holding(&event, &mirror);
    assert_eq!(found.len(), 7);
    for check in found {
        assert!(matches!(check.finding, Finding::Unknown(_)), "{check:?}");
    }
}
