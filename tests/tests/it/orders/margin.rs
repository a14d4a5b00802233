//! What an order that adds risk must leave.

use super::{come_due, fill_at, filled, keeper, trade_at, two_markets, BTC, ETH};
use whittle::error::WhittleError;
use whittle::event::AccountUnflagged;
use whittle_tests::{Actor, BankSpec, MarketSpec, Quote, World, USDC};

/// Opens 500 lots with this much cash. The price is the same each time, so is everything else.
#[track_caller]
fn opened_with(cash: u64) -> (World, Actor, Result<(), ()>) {
    let mut world = World::new();
    let alice = world.trader("alice", cash);
    let sent = trade_at(&mut world, &alice, BTC, 500, "40000");
    if sent.succeeded() {
        return (world, alice, Ok(()));
    }
    sent.refused(WhittleError::BelowInitialMargin);
    (world, alice, Err(()))
}

#[test]
fn the_initial_requirement_is_met_to_the_atom() {
    let plenty = 1_000 * USDC;
    let (world, alice, _) = opened_with(plenty);
    let account = world.account_of(&alice);
    let excess = world.mirror().excess(&account, world.now());
    let least = plenty - excess.expect("an excess").magnitude();
    // Five per cent of 2,000 dollars, fee, spread and doubt.
    assert!((101 * USDC..103 * USDC).contains(&least), "{least}");
    let (world, alice, outcome) = opened_with(least);
    assert_eq!(outcome, Ok(()));
    let account = world.account_of(&alice);
    let excess = world.mirror().excess(&account, world.now());
    assert_eq!(excess.expect("an excess").magnitude(), 0);
    let (_, _, outcome) = opened_with(least - 1);
    assert_eq!(outcome, Err(()));
}

#[test]
fn an_account_without_money_opens_nothing() {
    let mut world = World::new();
    let alice = world.keeper("alice");
    for lots in [3, -3] {
        let sent = trade_at(&mut world, &alice, BTC, lots, "40000");
        sent.refused(WhittleError::MarginCall);
        world.pass(301);
    }
}

#[test]
fn unrealised_profit_counts_with_its_weight() {
    // Volatility would raise the requirements of the first market meanwhile.
    let steady = [MarketSpec::default(), MarketSpec::eth()].map(MarketSpec::steady);
    let mut world = World::with_markets(&steady);
    let alice = world.trader("alice", 110 * USDC);
    world.trade(&alice, BTC, 500);
    // 200 dollars of profit, of which 180 count: room for about 180 more at five per cent.
    world.move_price(BTC, "44000");
    let sent = trade_at(&mut world, &alice, ETH, 1_850, "2000");
    sent.refused(WhittleError::BelowInitialMargin);
    world.pass(301);
    world.move_price(BTC, "44000");
    filled(trade_at(&mut world, &alice, ETH, 1_700, "2000"));
}

#[test]
fn in_margin_call_no_order_that_adds_risk_is_filled_in_any_market() {
    let mut world = two_markets();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 4_000);
    // 16,000 dollars bought with 1,000: at 38,900 equity is under 1.2 times maintenance.
    world.move_price(BTC, "38900");
    for (market, lots, price) in [(BTC, 10, "38900"), (ETH, 10, "2000"), (ETH, -10, "2000")] {
        alice.place(&mut world, market, lots).ok();
        let sent = fill_at(&mut world, &alice, market, price);
        sent.refused(WhittleError::MarginCall);
        world.pass(301);
        world.move_price(BTC, "38900");
    }
}

#[test]
fn turning_a_position_in_margin_call_is_refused() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 4_000);
    world.move_price(BTC, "38900");
    let sent = trade_at(&mut world, &alice, BTC, -4_010, "38900");
    sent.refused(WhittleError::MarginCall);
}

#[test]
fn other_collateral_counts_less_while_its_price_is_in_doubt() {
    const SOL: u16 = 1;
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.keeper("alice");
    let mint = world.bank(SOL).mint;
    // 130 dollars at a weight of 80 %: 104.
    world.give(&alice, &mint, 1_300_000_000);
    alice.deposit(&mut world, SOL, 1_300_000_000).ok();
    world.pass(1);
    world.publish_bank(SOL, Quote::usd("100").with_confidence_bps(200));
    world.update_banks(&[SOL]).ok();
    let sent = trade_at(&mut world, &alice, BTC, 500, "40000");
    sent.refused(WhittleError::BelowInitialMargin);
    world.publish_bank(SOL, "100");
    world.pass(1);
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    let keeper = keeper(&mut world);
    filled(keeper.fill(&mut world, &alice, 0));
}

#[test]
fn a_stale_price_of_collateral_stops_openings() {
    const SOL: u16 = 1;
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.trader("alice", 1_000 * USDC);
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 1_000_000_000);
    alice.deposit(&mut world, SOL, 1_000_000_000).ok();
    world.pass(61);
    let sent = trade_at(&mut world, &alice, BTC, 500, "40000");
    sent.refused(WhittleError::PriceTooOld);
}

#[test]
fn the_first_price_of_a_market_fills_an_order_and_is_cached_by_it() {
    let mut world = World::new();
    world.list_market(&whittle_tests::MarketSpec::eth()).ok();
    let alice = world.trader("alice", 1_000 * USDC);
    alice.place(&mut world, ETH, 100).ok();
    world.pass(2);
    world.republish(ETH);
    let keeper = keeper(&mut world);
    keeper.fill(&mut world, &alice, 0).ok();
    assert_ne!(world.market(ETH).price.price_q32, 0);
}

#[test]
fn margin_is_judged_at_the_update_that_fills_when_nobody_has_cached_it_yet() {
    let mut world = World::new();
    let alice = world.trader("alice", 100 * USDC);
    let keeper = keeper(&mut world);
    // 18,050 dollars at the price of the fill, bought with 100; at the cached price of 40,000 they
    // would already show a profit of 1,950.
    alice.place(&mut world, BTC, 5_000).ok();
    world.pass(2);
    world.publish(BTC, "36100");
    let sent = keeper.fill(&mut world, &alice, 0);
    sent.refused(WhittleError::BelowInitialMargin);
}

#[test]
fn a_fill_that_brings_an_account_back_to_its_target_clears_its_flag() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 4_000);
    world.move_price(BTC, "38500");
    let keeper = keeper(&mut world);
    keeper.flag(&mut world, &alice).ok();
    assert_ne!(world.account_of(&alice).flagged_at, 0);
    for (lots, cleared) in [(-100, false), (-3_000, true)] {
        let mut args = alice.order(&world, lots);
        args.reduce_only = true;
        alice.place_with(&mut world, BTC, args).ok();
        come_due(&mut world, BTC, "38500");
        let done = keeper.fill(&mut world, &alice, 0).ok();
        let events: Vec<AccountUnflagged> = done.events_of();
        assert_eq!(events.len(), usize::from(cleared));
        assert_eq!(world.account_of(&alice).flagged_at == 0, cleared);
    }
}
