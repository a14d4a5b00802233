//! What `assess_account` returns is what the same code says off chain, and so is what a flag saw.

use crate::liquidation::{Scene, BTC, CASH, ETH, LOTS};
use whittle::error::WhittleError;
use whittle::event::AccountFlagged;
use whittle::instructions::Assessment;
use whittle_client::instruction::assess_account;
use whittle_client::{decode, Mirror};
use whittle_risk::health::{assess_initial, Health, InitialHealth, State};
use whittle_risk::liquidation::{Kind, Plan};
use whittle_risk::Usd;
use whittle_tests::{BankSpec, MarketSpec, Quote, World, USDC};

/// Simulated for Alice; nothing is written.
#[track_caller]
fn on_chain(scene: &mut Scene) -> Assessment {
    let account = scene.world.account_of(&scene.alice);
    let mirror = scene.world.mirror();
    let call = assess_account(&mirror, scene.alice.held(&account)).expect("known markets");
    let before = scene.world.picture();
    let done = scene.world.send(&[call], &[]).ok();
    before.assert_only_changed(&scene.world.picture(), &[]);
    assert!(done.events.is_empty());
    done.returned()
}

/// From the accounts alone, as a client would.
fn off_chain(scene: &Scene) -> Assessment {
    let world = &scene.world;
    let raw = world.raw(&scene.alice.account()).expect("an account");
    let account = decode::account(&raw.data).expect("a margin account");
    let (mirror, now): (Mirror, i64) = (world.mirror(), world.now());
    let policy = mirror.exchange().expect("an exchange").policy();
    let health: Health = mirror.health(&account, now).expect("a health");
    let with = |buffer| health.with_buffer(buffer).expect("a sum").0;
    let snapshot = mirror.snapshot(&account, now).expect("a snapshot");
    let prudent = snapshot.prudent_account();
    let initial = prudent.and_then(|it| Ok(assess_initial(&it, &policy.thresholds)?));
    let fresh = initial.is_ok();
    let initial: InitialHealth = initial.unwrap_or_default();
    let excess = mirror.excess(&account, now).unwrap_or_default();
    let plan = mirror.plan(&account, now, Usd::ZERO);
    let refusal = plan.as_ref().err().map_or(0, |error| u32::from(*error));
    let plan: Plan = plan.unwrap_or_default();
    let mut closed_lots = [0; 8];
    for (slot, close) in snapshot.slots.iter().zip(&plan.closes) {
        closed_lots[usize::from(*slot)] = close.lots;
    }
    Assessment {
        equity_usd_atoms: health.equity.0,
        maintenance_usd_atoms: health.maintenance.0,
        target_usd_atoms: with(policy.thresholds.target_buffer),
        call_usd_atoms: with(policy.thresholds.call_buffer),
        state: mirror.state(&account, now).expect("a state") as u8,
        fresh,
        initial_equity_usd_atoms: initial.equity.0,
        initial_usd_atoms: initial.requirement.0,
        excess_usd_atoms: excess.0,
        refusal,
        kind: plan.kind as u8,
        closed_lots,
        cost_usd_atoms: plan.cost.0,
        bonus_usd_atoms: plan.bonus.0,
    }
}

/// Both agree, and the account is in this state; what `liquidate_partial` would say.
#[track_caller]
fn agree(scene: &mut Scene, state: State) -> Assessment {
    let found = on_chain(scene);
    assert_eq!(found, off_chain(scene));
    assert_eq!(found.state, state as u8);
    found
}

fn number(error: WhittleError) -> u32 {
    error.into()
}

#[test]
fn an_account_is_assessed_alike_in_every_state() {
    let mut scene = Scene::long();
    let found = agree(&mut scene, State::Healthy);
    assert!(found.fresh && found.excess_usd_atoms > 0);
    assert_eq!(found.refusal, number(WhittleError::AccountHealthy));

    scene.price("39200");
    let found = agree(&mut scene, State::MarginCall);
    assert_eq!(found.excess_usd_atoms, 0);
    assert_eq!(found.refusal, number(WhittleError::AccountHealthy));

    scene.price("38980");
    let found = agree(&mut scene, State::Liquidatable);
    assert_eq!(found.refusal, number(WhittleError::NotFlagged));

    scene.price("38370");
    let found = agree(&mut scene, State::Emergency);
    assert_eq!((found.refusal, found.kind), (0, Kind::Forced as u8));

    scene.price("37000");
    let found = agree(&mut scene, State::Insolvent);
    assert_eq!((found.refusal, found.kind), (0, Kind::Unhealable as u8));
    assert_eq!(found.cost_usd_atoms, 0);

    scene.liquidate();
    let found = agree(&mut scene, State::Bankrupt);
    assert_eq!(found.refusal, number(WhittleError::NoPositions));
}

#[test]
fn what_it_says_of_a_flagged_account_is_what_the_liquidation_does() {
    let mut scene = Scene::long();
    scene.price("38980");
    scene.flag();
    let found = agree(&mut scene, State::Liquidatable);
    assert_eq!(found.refusal, number(WhittleError::NotConfirmed));
    scene.again(20);
    let found = agree(&mut scene, State::Liquidatable);
    assert_eq!((found.refusal, found.kind), (0, Kind::Exact as u8));
    scene.liquidate();
    let receipt = scene.receipt();
    assert_eq!(found.cost_usd_atoms, receipt.cost_usd_atoms);
    assert_eq!(found.bonus_usd_atoms, receipt.bonus_usd_atoms);
    assert_eq!(found.target_usd_atoms, receipt.target_usd_atoms);
    let closed = found.closed_lots[0];
    assert_eq!(LOTS - scene.lots(BTC), i64::try_from(closed).expect("few"));
}

#[test]
fn a_flagged_account_that_recovered_is_assessed_as_such() {
    let mut scene = Scene::long();
    scene.confirm_low();
    scene.price("39990");
    let found = agree(&mut scene, State::Healthy);
    assert_eq!((found.refusal, found.kind), (0, Kind::Recovered as u8));
    assert_eq!(found.closed_lots, [0; 8]);
}

#[test]
fn stale_prices_are_said_to_be_no_ground_for_new_risk() {
    let mut scene = Scene::long();
    scene.price("38370");
    scene.world.pass(61);
    let found = agree(&mut scene, State::Liquidatable);
    assert!(!found.fresh);
    assert_eq!(found.excess_usd_atoms, 0);
    assert_eq!(found.refusal, number(WhittleError::PriceTooOld));
}

#[test]
fn uncertain_prices_are_assessed_alike() {
    let mut scene = Scene::long();
    scene.price(Quote::usd("38980").with_confidence_bps(150));
    let found = agree(&mut scene, State::Liquidatable);
    assert_eq!(found.refusal, number(WhittleError::AccountHealthy));
    assert!(found.initial_equity_usd_atoms < found.equity_usd_atoms);
}

#[test]
fn several_legs_and_tokens_are_assessed_alike() {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    let mut scene = Scene::within(world, 2 * CASH, &[]);
    for (bank, amount) in [(2, 400 * USDC), (1, 1_000_000_000)] {
        let mint = scene.world.bank(bank).mint;
        scene.world.give(&scene.alice, &mint, amount);
        scene.alice.deposit(&mut scene.world, bank, amount).ok();
    }
    scene.world.trade(&scene.alice, ETH, -50_000);
    scene.world.trade(&scene.alice, BTC, LOTS);
    agree(&mut scene, State::Healthy);
    scene.world.move_price(ETH, "2050");
    scene.price("38700");
    agree(&mut scene, State::Liquidatable);
    scene.flag();
    scene.again(3);
    let found = agree(&mut scene, State::Liquidatable);
    assert_eq!(found.refusal, 0);
    scene.liquidate();
    agree(&mut scene, State::MarginCall);
}

#[test]
fn an_empty_account_is_healthy_and_has_nothing_to_liquidate() {
    let mut scene = Scene::within(World::new(), USDC, &[]);
    let found = agree(&mut scene, State::Healthy);
    assert_eq!(found.excess_usd_atoms, 1_000_000);
    assert_eq!(found.refusal, number(WhittleError::NoPositions));
}

#[test]
fn a_flag_saw_what_the_same_code_sees_off_chain() {
    let certain = |price: &str| Quote::usd(price);
    let doubtful = |price: &str| Quote::usd(price).with_confidence_bps(150);
    for quote in [certain("38980"), certain("37000"), doubtful("37900")] {
        let mut scene = Scene::long();
        scene.price(quote);
        let account = scene.world.account_of(&scene.alice);
        let mirror = scene.world.mirror();
        let episode = mirror.flag(&account, scene.world.now()).expect("a flag");
        let event: AccountFlagged = scene.flag().event();
        let should = AccountFlagged {
            account: scene.alice.account(),
            flagged_at: episode.flagged_at,
            publish_time: episode.publish_time,
            ratio_q32: episode.lowest_ratio.0,
        };
        assert_eq!(event, should);
        let account = scene.world.account_of(&scene.alice);
        assert_eq!(account.episode(), episode);
    }
}

#[test]
fn a_flag_is_refused_for_the_reason_that_the_same_code_gives_off_chain() {
    for (price, quiet) in [("39990", 0), ("38980", 70), ("38400", 70), ("38400", 600)] {
        let mut scene = Scene::long();
        scene.price(price);
        scene.world.pass(quiet);
        let account = scene.world.account_of(&scene.alice);
        let mirror = scene.world.mirror();
        let error = mirror.flag(&account, scene.world.now());
        scene.cannot_flag(error.expect_err("a refusal"));
    }
}
