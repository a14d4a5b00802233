//! Executing a plan: when, what it closes and what it costs.

use super::{planned, DUE, PLAN};
use crate::liquidation::{share, Scene, BTC, CASH, ETH, LOTS, LOW};
use crate::wind_down::end_of_btc;
use whittle::error::WhittleError;
use whittle::event::{AccountUnflagged, MarginCallEnded, RecoveryExecuted};
use whittle::state::recovery::RecoveryPlan;
use whittle_client::{address, instruction, Writable};
use whittle_risk::liquidation::Kind;
use whittle_tests::{assert_only_changed, bps, BankSpec, MarketSpec, Quote};

#[test]
fn an_account_at_its_trigger_is_reduced_to_its_target_for_its_owners_fee_and_never_liquidated() {
    let mut scene = planned();
    scene.price("39400");
    assert_eq!(scene.ratio_bps() / 100, 126);
    scene.cannot_recover(WhittleError::NotUnderTrigger);

    scene.price(DUE);
    assert_eq!(scene.ratio_bps() / 100, 109);
    let before = scene.world.picture();
    let event: RecoveryExecuted = scene.recover().ok().event();
    let (alice, keeper) = (scene.alice.account(), scene.keeper.account());
    assert_only_changed!(
        before,
        scene.world.picture(),
        [alice, keeper, address::market(BTC)]
    );
    assert_eq!((event.account, event.keeper), (alice, keeper));
    let receipt = event.receipt;
    assert_eq!(receipt.kind, Kind::Recovery as u8);
    assert_eq!((receipt.flagged_at, receipt.has_certificate), (0, 1));
    assert!(receipt.surplus_usd_atoms >= 0 && receipt.shortfall_one_less_usd_atoms > 0);
    assert_eq!(receipt, scene.receipt());

    // Just the target, a fifth of the position, for a tenth of a per cent of what was closed.
    assert_eq!(scene.ratio_bps(), 14_000);
    let closed = i64::try_from(event.legs[0].closed_lots).expect("few lots");
    assert_eq!(scene.lots(BTC), LOTS - closed);
    assert!((LOTS / 5..LOTS / 4).contains(&closed), "{closed}");
    assert_eq!(scene.earned(), share(receipt.closed_usd_atoms, bps(10)));
    assert_eq!(event.legs[0].premium_usd_atoms, 0);
    scene.cannot_recover(WhittleError::NotUnderTrigger);

    // At a price that would have had it liquidated nothing is to be done.
    scene.price(LOW);
    scene.cannot_flag(WhittleError::AccountHealthy);
}

#[test]
fn without_a_plan_nothing_is_executed() {
    let mut scene = Scene::long();
    scene.price(DUE);
    scene.cannot_recover(WhittleError::NoRecoveryPlan);
    scene.plan(PLAN);
    scene.plan(RecoveryPlan::default());
    scene.cannot_recover(WhittleError::NoRecoveryPlan);
}

#[test]
fn under_maintenance_the_liquidation_is_in_charge() {
    let mut scene = planned();
    scene.price(LOW);
    scene.cannot_recover(WhittleError::UnderMaintenance);
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    // It stops at 1.1 times maintenance, which is under the trigger: the owner's plan goes on.
    let event: RecoveryExecuted = scene.recover().ok().event();
    assert_eq!(event.receipt.kind, Kind::Recovery as u8);
    assert_eq!(scene.ratio_bps(), 14_000);
}

#[test]
fn a_stale_or_uncertain_price_executes_nothing() {
    let mut scene = planned();
    scene.price(Quote::usd(DUE).with_confidence_bps(200));
    scene.cannot_recover(WhittleError::PriceUncertain);
    scene.price(DUE);
    scene.world.pass(31);
    scene.cannot_recover(WhittleError::PriceTooOld);
    scene.again(0);
    scene.recover().ok();
}

#[test]
fn a_stale_price_of_any_leg_executes_nothing() {
    let mut scene = two_legs();
    scene.world.pass(31);
    scene.price("38000");
    scene.cannot_recover(WhittleError::PriceTooOld);
    scene.again(0);
    scene.recover().ok();
}

/// Two positions, of which ETH needs a third more maintenance for each dollar.
fn two_legs() -> Scene {
    let eth = MarketSpec {
        tiers: vec![(1_000_000, 400, 600)],
        ..MarketSpec::eth()
    };
    let positions = [(BTC, LOTS), (ETH, -LOTS)];
    let mut scene = Scene::with(&[MarketSpec::default(), eth], 2 * CASH, &positions);
    scene.plan(PLAN);
    scene
}

#[test]
fn of_several_positions_the_one_whose_dollars_repair_most_is_reduced() {
    let mut scene = two_legs();
    scene.price("38000");
    scene.again(1);
    let event: RecoveryExecuted = scene.recover().ok().event();
    assert_eq!(event.legs.len(), 2);
    assert_eq!(event.legs[0].closed_lots, 0);
    let closed = i64::try_from(event.legs[1].closed_lots).expect("few lots");
    assert!((LOTS / 3..LOTS * 2 / 3).contains(&closed), "{closed}");
    assert_eq!((scene.lots(BTC), scene.lots(ETH)), (LOTS, closed - LOTS));
    assert_eq!(scene.ratio_bps(), 14_000);
}

#[test]
fn whoever_executes_can_ask_for_a_fee_but_not_for_more_than_the_owners() {
    let mut scene = planned();
    scene.price(DUE);
    let account = scene.world.account_of(&scene.alice);
    let mirror = scene.world.mirror();
    let plan = mirror.recover(&account, scene.world.now(), whittle_risk::Usd(0));
    let fee = plan.expect("it is due").bonus.0;
    let (world, alice) = (&mut scene.world, &scene.alice);
    let sent = scene.keeper.recover_for(world, alice, fee + 1);
    sent.refused(WhittleError::BonusBelowMinimum);
    scene.keeper.recover_for(world, alice, fee).ok();
    assert_eq!(scene.earned(), fee);
}

#[test]
fn an_owner_may_ask_for_it_free_of_charge() {
    let mut scene = Scene::long();
    scene.plan(RecoveryPlan {
        fee_max_q32: 0,
        ..PLAN
    });
    scene.price(DUE);
    scene.recover().ok();
    assert_eq!(scene.earned(), 0);
}

#[test]
fn the_account_itself_is_not_paid_and_a_closed_market_must_be_writable() {
    let mut scene = planned();
    scene.price(DUE);
    let (world, alice) = (&mut scene.world, &scene.alice);
    let sent = alice.recover_for(world, alice, 0);
    sent.refused(WhittleError::SameAccount);
    let account = world.account_of(alice);
    let keeper = scene.keeper.account();
    let held = alice.held(&account);
    let execute = instruction::execute_recovery(&world.mirror(), held, keeper, 0, Writable::None);
    let sent = world.send(&[execute.expect("known markets")], &[]);
    sent.refused(WhittleError::MarketNotWritable);
}

#[test]
fn an_account_still_flagged_over_maintenance_is_unflagged_and_its_margin_call_ends() {
    let mut scene = planned();
    scene.price(LOW);
    scene.flag();
    scene.price(DUE);
    scene
        .keeper
        .call_margin(&mut scene.world, &scene.alice)
        .ok();
    let price = "39150";
    scene.price(price);
    let done = scene.recover().ok();
    let unflagged: AccountUnflagged = done.event();
    assert_eq!(unflagged.equity_usd_atoms, scene.health().equity.0);
    let _: MarginCallEnded = done.event();
    assert!(!scene.is_flagged());
}

#[test]
fn a_target_under_that_of_a_liquidation_leaves_the_flag() {
    let mut scene = Scene::long();
    scene.plan(RecoveryPlan {
        trigger_q32: bps(10_500),
        target_q32: bps(10_800),
        fee_max_q32: bps(5),
    });
    scene.price(LOW);
    scene.flag();
    scene.price("39120");
    assert_eq!(scene.ratio_bps() / 100, 103);
    let event: RecoveryExecuted = scene.recover().ok().event();
    assert_ne!(event.receipt.flagged_at, 0);
    assert!(scene.is_flagged());
    assert_eq!(scene.ratio_bps(), 10_800);
}

#[test]
fn a_price_that_is_not_confirmed_yet_executes_nothing() {
    let mut scene = planned();
    scene.price(DUE);
    // The market is in a shock: what is due at its price has to wait until it is confirmed.
    let key = whittle_client::address::market(0);
    let mut market = scene.world.market(0);
    market.breaker.shock_since = scene.world.now();
    let mut raw = scene.world.raw(&key).expect("a market").clone();
    let body = bytemuck::bytes_of(&market);
    raw.data[8..8 + body.len()].copy_from_slice(body);
    scene.world.put(key, "market 0", &raw);
    scene.cannot_recover(WhittleError::PriceShock);
    market.breaker.shock_since = 0;
    let body = bytemuck::bytes_of(&market);
    raw.data[8..8 + body.len()].copy_from_slice(body);
    scene.world.put(key, "market 0", &raw);
    scene.recover().ok();
}

/// INV-RECOVERY. What is due at an old or a doubtful price of a token may not be due at all.
#[test]
fn a_plan_waits_for_fresh_and_certain_prices_of_tokens_too() {
    const SOL: u16 = 1;
    let mut scene = planned();
    scene.world.list_bank(&BankSpec::sol()).ok();
    scene.world.publish_bank(SOL, "100");
    scene.world.update_banks(&[SOL]).ok();
    let mint = scene.world.bank(SOL).mint;
    scene.world.give(&scene.alice, &mint, 1_000_000);
    scene.alice.deposit(&mut scene.world, SOL, 1_000_000).ok();
    scene.price(DUE);
    let accepted = scene.world.bank(SOL).oracle.accept_secs;
    scene.world.pass(i64::from(accepted));
    scene.price(DUE);
    scene.cannot_recover(WhittleError::PriceTooOld);
    let doubtful = Quote::from("100").with_confidence_bps(200);
    scene.world.publish_bank(SOL, doubtful);
    scene.world.update_banks(&[SOL]).ok();
    scene.cannot_recover(WhittleError::PriceUncertain);
    scene.world.pass(1);
    scene.price(DUE);
    scene.world.publish_bank(SOL, "100");
    scene.world.update_banks(&[SOL]).ok();
    scene.recover().ok();
}

/// INV-SETTLED. The average is as good as known by then, and the owner stays for it.
#[test]
fn shortly_before_the_end_of_a_market_a_plan_is_not_executed_there() {
    let mut scene = planned();
    scene.world.change(end_of_btc());
    let end = scene.world.market(BTC).wind_down.settles_at;
    while scene.world.now() < end - 2_200 {
        scene.world.pass(300);
        scene.price("40000");
    }
    scene.price(DUE);
    let before = scene.world.save();
    scene.recover().ok();
    scene.world.restore(&before);
    scene.again(500);
    scene.cannot_recover(WhittleError::MarketWindingDown);
}
