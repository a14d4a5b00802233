//! Which accounts a liquidation takes, which it writes, and what may stand beside it in a
//! transaction.

use super::{Scene, BTC, CASH, ETH, LOTS, LOW};
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::WhittleError;
use whittle::event::PartiallyLiquidated;
use whittle_client::instruction::{flag_account, liquidate_partial, update_markets};
use whittle_client::{address, Mirror, Writable};
use whittle_risk::Usd;
use whittle_tests::{assert_only_changed, Actor, MarketSpec, World};

fn call(world: &World, trader: &Actor, keeper: &Actor, writable: Writable) -> Instruction {
    let account = world.account_of(trader);
    let held = trader.held(&account);
    let instruction = liquidate_partial(&world.mirror(), held, keeper.account(), 0, writable);
    instruction.expect("known markets")
}

fn update(world: &World, markets: &[u16]) -> Instruction {
    let pairs = markets
        .iter()
        .map(|market| (*market, world.feed(*market).address));
    update_markets(&pairs.collect::<Vec<_>>())
}

/// Alice is long BTC and ETH; BTC fell, and closing BTC alone is enough.
fn two_legs() -> Scene {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let mut scene = Scene::with(&markets, 2 * CASH, &[(BTC, LOTS), (ETH, 50_000)]);
    scene.price("37800");
    scene.flag();
    scene.again(2);
    scene
}

#[test]
fn a_liquidation_writes_the_account_the_keeper_and_the_market_alone() {
    for price in [LOW, "38370", "38150", "37920", "37000"] {
        let mut scene = Scene::long();
        scene.price(price);
        if price == LOW {
            scene.flag();
            scene.again(2);
        }
        let before = scene.world.picture();
        scene.liquidate();
        // Never the pool, the insurance fund, the exchange or the vault.
        assert_only_changed!(
            before,
            scene.world.picture(),
            [
                scene.alice.account(),
                scene.keeper.account(),
                address::market(BTC),
            ]
        );
    }
}

#[test]
fn nobody_has_to_sign_a_liquidation() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let instruction = call(
        &scene.world,
        &scene.alice,
        &scene.keeper,
        Writable::Only(&[BTC]),
    );
    assert!(instruction.accounts.iter().all(|meta| !meta.is_signer));
    scene.world.send(&[instruction], &[]).ok();
    assert!(scene.earned() > 0);
}

#[test]
fn the_account_that_is_liquidated_cannot_earn_the_bonus() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let Scene { world, alice, .. } = &mut scene;
    alice
        .liquidate(world, alice)
        .refused(WhittleError::SameAccount);
}

#[test]
fn another_account_of_the_same_owner_can() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let other = scene.alice.sub(1);
    let Scene { world, alice, .. } = &mut scene;
    other.open(world).ok();
    other.liquidate(world, alice).ok();
    assert!(world.account_of(&other).cash_usd_atoms > 0);
}

#[test]
fn a_market_that_the_plan_closes_in_must_be_writable() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let instruction = call(world, alice, keeper, Writable::None);
    let sent = world.send(&[instruction], &[]);
    sent.refused(WhittleError::MarketNotWritable);

    let mut scene = two_legs();
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let instruction = call(world, alice, keeper, Writable::Only(&[ETH]));
    let sent = world.send(&[instruction], &[]);
    sent.refused(WhittleError::MarketNotWritable);
}

#[test]
fn markets_that_the_plan_leaves_alone_may_be_read_only() {
    let mut scene = two_legs();
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let account = world.account_of(alice);
    let plan = world.mirror().plan(&account, world.now(), Usd::ZERO);
    let closed = Mirror::closed_markets(&account, &plan.expect("a plan"));
    assert_eq!(closed, [BTC]);
    let instruction = call(world, alice, keeper, Writable::Only(&closed));
    world.send(&[instruction], &[]).ok();
    assert!(scene.lots(BTC) < LOTS);
    assert_eq!(scene.lots(ETH), 50_000);
}

#[test]
fn an_account_that_recovered_needs_no_writable_market() {
    let mut scene = Scene::long();
    scene.confirm_low();
    scene.price("39990");
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let instruction = call(world, alice, keeper, Writable::None);
    world.send(&[instruction], &[]).ok();
    assert!(!scene.is_flagged());
}

#[test]
fn prices_and_a_liquidation_at_them_go_into_one_transaction() {
    let mut scene = Scene::long();
    scene.world.pass(1);
    scene.world.publish(BTC, "38370");
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    // At the cached price there is nothing to do.
    keeper
        .liquidate(world, alice)
        .refused(WhittleError::AccountHealthy);
    let both = [
        update(world, &[BTC]),
        call(world, alice, keeper, Writable::All),
    ];
    let done = world.send(&both, &[]).ok();
    let event: PartiallyLiquidated = done.event();
    assert_eq!(
        event.legs[0].price_q32,
        world.market(BTC).price.price_q32,
        "the price of the same transaction"
    );
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn prices_confirm_a_flag_in_the_transaction_of_the_liquidation() {
    let mut scene = Scene::long();
    scene.world.pass(1);
    scene.world.publish(BTC, LOW);
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let account = world.account_of(alice);
    let flag = flag_account(&world.mirror(), alice.held(&account)).expect("known markets");
    let both = [update(world, &[BTC]), flag];
    world.send(&both, &[]).ok();
    world.pass(2);
    world.publish(BTC, LOW);
    let both = [
        update(world, &[BTC]),
        call(world, alice, keeper, Writable::All),
    ];
    world.send(&both, &[]).ok();
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn a_flag_and_a_liquidation_in_one_transaction_are_one_sighting() {
    let mut scene = Scene::long();
    scene.price(LOW);
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let account = world.account_of(alice);
    let flag = flag_account(&world.mirror(), alice.held(&account)).expect("known markets");
    let both = [flag, call(world, alice, keeper, Writable::All)];
    let sent = world.send(&both, &[]);
    sent.refused(WhittleError::NotConfirmed);
}

#[test]
fn when_the_update_is_refused_so_is_the_liquidation_behind_it() {
    let mut scene = Scene::long();
    scene.price("38370");
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let mut stale = world.feed(BTC).update("38000", world.now() + 100);
    stale.prev_publish_time = world.now();
    world.show_market(BTC, stale);
    let both = [
        update(world, &[BTC]),
        call(world, alice, keeper, Writable::All),
    ];
    let sent = world.send(&both, &[]);
    sent.refused(WhittleError::PriceFromFuture);
}

#[test]
fn two_accounts_are_liquidated_in_one_transaction() {
    let mut scene = Scene::long();
    let bob = scene.world.trader("bob", CASH);
    scene.world.trade(&bob, BTC, LOTS);
    scene.world.pass(1);
    scene.world.publish(BTC, "38370");
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let all = [
        update(world, &[BTC]),
        call(world, alice, keeper, Writable::All),
        call(world, &bob, keeper, Writable::All),
    ];
    let done = world.send(&all, &[]).ok();
    let events: Vec<PartiallyLiquidated> = done.events_of();
    assert_eq!(events.len(), 2);
    let bonus: i64 = events.iter().map(|it| it.receipt.bonus_usd_atoms).sum();
    assert_eq!(scene.earned(), bonus);
}

#[test]
fn the_same_account_is_not_liquidated_twice_in_one_transaction() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let Scene {
        world,
        alice,
        keeper,
    } = &mut scene;
    let once = call(world, alice, keeper, Writable::All);
    let sent = world.send(&[once.clone(), once], &[]);
    sent.refused(WhittleError::AccountHealthy);
    assert_eq!(scene.lots(BTC), LOTS);
}
