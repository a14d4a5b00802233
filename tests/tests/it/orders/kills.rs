//! Fill or kill: who and what decides how an order ends (INV-KILL). What each reason takes is told
//! beside the rule that it belongs to, in the other files of this folder.

use super::{
    come_due, fill_with, filled, keeper, killed, killed_by, trade_killed, world_with, BTC,
};
use anchor_lang::prelude::Pubkey;
use whittle::error::WhittleError;
use whittle_client::address;
use whittle_tests::{Actor, BankSpec, Update, World, USDC};

const SOL: u16 = 1;

/// Alice's order is due and her margin does not suffice. She holds a position and another token.
fn without_margin() -> (World, Actor, Pubkey) {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.trader("alice", 110 * USDC);
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 1_000_000);
    alice.deposit(&mut world, SOL, 1_000_000).ok();
    world.trade(&alice, BTC, 500);
    alice.place(&mut world, BTC, 500).ok();
    come_due(&mut world, BTC, "40000");
    (world, alice, address::bank(&mint))
}

/// INV-KILL.
#[test]
fn accounts_that_are_missing_wrong_or_too_many_never_kill() {
    let (mut world, alice, sol) = without_margin();
    let keeper = keeper(&mut world);
    let btc = address::market(BTC);
    let refusals: [(&[Pubkey], WhittleError); 7] = [
        (&[], WhittleError::BankMissing),
        // Without its collateral an account has less margin: leaving it out must not count.
        (&[btc], WhittleError::WrongAccount),
        (&[sol], WhittleError::MarketMissing),
        (&[btc, sol], WhittleError::WrongAccount),
        (&[sol, sol], WhittleError::WrongAccount),
        (&[sol, btc, btc], WhittleError::ExtraAccount),
        (&[alice.account(), btc], WhittleError::WrongAccount),
    ];
    for (rest, error) in refusals {
        let fill = fill_with(&world, &alice, &keeper, rest);
        world.send(&[fill], &[]).refused(error);
        assert_eq!(world.account_of(&alice).orders[0].lots, 500);
    }
    let fill = fill_with(&world, &alice, &keeper, &[sol, btc]);
    let reason = WhittleError::BelowInitialMargin;
    killed_by(&mut world, &alice, &keeper, 0, fill, reason);
}

#[test]
fn an_order_that_its_price_kills_needs_no_accounts_and_looks_at_none() {
    for rest in [vec![], vec![Pubkey::new_unique()], vec![address::pool(); 3]] {
        let (mut world, alice, _) = without_margin();
        let keeper = keeper(&mut world);
        let mut beyond = alice.order(&world, 500);
        beyond.limit_q32 = 1;
        world.pass(301);
        alice.expire(&mut world, &alice, 0).ok();
        beyond.expires_at = world.now() + 100;
        alice.place_with(&mut world, BTC, beyond).ok();
        come_due(&mut world, BTC, "40000");
        let fill = fill_with(&world, &alice, &keeper, &rest);
        killed_by(
            &mut world,
            &alice,
            &keeper,
            0,
            fill,
            WhittleError::BeyondLimit,
        );
    }
}

#[test]
fn an_update_that_is_not_the_due_one_kills_nothing() {
    let mut world = World::new();
    let alice = world.trader("alice", USDC);
    let keeper = keeper(&mut world);
    alice.place(&mut world, BTC, 500).ok();
    let placed_at = world.now();
    world.pass(5);
    for (published, previous, error) in [
        (1, 0, WhittleError::NotFirstUpdate),
        (4, 3, WhittleError::NotFirstUpdate),
        (21, 1, WhittleError::PriceFromFuture),
        (-26, -27, WhittleError::PriceTooOld),
    ] {
        let update = Update {
            publish_time: placed_at + published,
            prev_publish_time: placed_at + previous,
            ..world.feed(BTC).update("40000", world.now())
        };
        world.show_market(BTC, update);
        keeper.fill(&mut world, &alice, 0).refused(error);
    }
    let due = Update {
        publish_time: placed_at + 2,
        prev_publish_time: placed_at + 1,
        ..world.feed(BTC).update("40000", world.now())
    };
    world.show_market(BTC, due);
    killed(&mut world, &alice, 0, WhittleError::BelowInitialMargin);
}

#[test]
fn an_order_that_has_expired_is_not_killed_and_its_reward_goes_back() {
    let mut world = World::new();
    let alice = world.trader("alice", USDC);
    let keeper = keeper(&mut world);
    let mut args = alice.order(&world, 500);
    args.expires_at = world.now() + 3;
    alice.place_with(&mut world, BTC, args).ok();
    come_due(&mut world, BTC, "40000");
    world.pass(2);
    let sent = keeper.fill(&mut world, &alice, 0);
    sent.refused(WhittleError::OrderExpired);
    keeper.expire(&mut world, &alice, 0).ok();
    assert_eq!(world.account_of(&alice).cash_usd_atoms, 1_000_000);
    assert_eq!(world.account_of(&keeper).cash_usd_atoms, 0);
}

#[test]
fn an_account_that_lacks_the_margin_for_both_orders_loses_the_one_that_comes_second() {
    let mut world = World::new();
    let alice = world.trader("alice", 150 * USDC);
    alice.place(&mut world, BTC, 500).ok();
    alice.place(&mut world, BTC, 500).ok();
    alice.place(&mut world, BTC, -200).ok();
    come_due(&mut world, BTC, "40000");
    let keeper = keeper(&mut world);
    filled(keeper.fill(&mut world, &alice, 0));
    killed(&mut world, &alice, 1, WhittleError::BelowInitialMargin);
    // The one beside it is as it was.
    let event = filled(keeper.fill(&mut world, &alice, 2));
    assert_eq!(event.lots_after, 300);
}

#[test]
fn the_owner_may_kill_his_own_order_with_another_account_and_gets_his_own_reward() {
    let (mut world, alice, sol) = without_margin();
    let other = alice.sub(1);
    other.open(&mut world).ok();
    let fill = fill_with(&world, &alice, &other, &[sol, address::market(BTC)]);
    let reason = WhittleError::BelowInitialMargin;
    killed_by(&mut world, &alice, &other, 0, fill, reason);
}

#[test]
fn an_account_does_not_kill_its_own_order() {
    let (mut world, alice, sol) = without_margin();
    let fill = fill_with(&world, &alice, &alice, &[sol, address::market(BTC)]);
    world.send(&[fill], &[]).refused(WhittleError::SameAccount);
}

#[test]
fn a_kill_caches_its_update_and_accrues_funding() {
    let mut world = World::new();
    let bob = world.trader("bob", 10_000 * USDC);
    world.trade(&bob, BTC, 20_000);
    let alice = world.trader("alice", USDC);
    alice.place(&mut world, BTC, 500).ok();
    world.pass(20);
    let funding = world.market(BTC).funding_index_q32;
    let update = Update {
        prev_publish_time: world.now() - 20,
        ..world.feed(BTC).update("40100", world.now())
    };
    world.show_market(BTC, update);
    killed(&mut world, &alice, 0, WhittleError::BelowInitialMargin);
    let market = world.market(BTC);
    assert_eq!(market.price.price_q32, 4_010_000 << 32);
    assert_eq!(market.funded_at, world.now());
    assert_ne!(market.funding_index_q32, funding);
}

/// INV-KILL.
#[test]
fn a_trade_that_margin_kills_leaves_no_trace_in_claims_lines_and_open_interest() {
    // Turning the position would close it at a profit that the line cannot pay.
    let mut world = world_with(|it| it.params.pool_line_target_usd_atoms = 0);
    let alice = world.trader("alice", 110 * USDC);
    world.trade(&alice, BTC, 500);
    let reason = WhittleError::BelowInitialMargin;
    trade_killed(&mut world, &alice, BTC, -10_000, "43900", reason);
    assert_eq!(world.market(BTC).claims_unpaid_usd_atoms, 0);
    assert_eq!(world.account_of(&alice).positions[0].lots, 500);
}
