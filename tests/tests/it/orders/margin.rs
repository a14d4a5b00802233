//! What an order that adds risk must leave.

use super::{come_due, filled, keeper, killed, trade_at, trade_killed, two_markets, BTC, ETH};
use whittle::error::WhittleError;
use whittle::event::{AccountUnflagged, OrderKilled};
use whittle_tests::{Actor, BankSpec, MarketSpec, Quote, World, USDC};

/// Opens 500 lots with this much cash. The price is the same each time, so is everything else.
#[track_caller]
fn opened_with(cash: u64) -> (World, Actor, Result<(), ()>) {
    let mut world = World::new();
    let alice = world.trader("alice", cash);
    let done = trade_at(&mut world, &alice, BTC, 500, "40000").ok();
    let kills: Vec<OrderKilled> = done.events_of();
    let Some(kill) = kills.first() else {
        return (world, alice, Ok(()));
    };
    assert_eq!(kill.reason, u32::from(WhittleError::BelowInitialMargin));
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
fn an_account_with_no_more_than_the_reward_opens_nothing() {
    let mut world = World::new();
    for (name, lots) in [("alice", 3), ("bob", -3)] {
        let trader = world.trader(name, USDC / 100);
        // What the order itself costs calls nobody.
        let reason = WhittleError::BelowInitialMargin;
        trade_killed(&mut world, &trader, BTC, lots, "40000", reason);
        assert_eq!(world.account_of(&trader).cash_usd_atoms, 0);
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
    let reason = WhittleError::BelowInitialMargin;
    trade_killed(&mut world, &alice, ETH, 1_850, "2000", reason);
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
        let reason = WhittleError::MarginCall;
        trade_killed(&mut world, &alice, market, lots, price, reason);
    }
}

#[test]
fn turning_a_position_in_margin_call_kills_the_order() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 4_000);
    world.move_price(BTC, "38900");
    let reason = WhittleError::MarginCall;
    trade_killed(&mut world, &alice, BTC, -4_010, "38900", reason);
}

#[test]
fn other_collateral_counts_less_while_its_price_is_in_doubt() {
    const SOL: u16 = 1;
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.trader("alice", 2 * USDC / 100);
    let mint = world.bank(SOL).mint;
    // 130 dollars at a weight of 80 %: 104.
    world.give(&alice, &mint, 1_300_000_000);
    alice.deposit(&mut world, SOL, 1_300_000_000).ok();
    world.pass(1);
    world.publish_bank(SOL, Quote::usd("100").with_confidence_bps(200));
    world.update_banks(&[SOL]).ok();
    let reason = WhittleError::BelowInitialMargin;
    trade_killed(&mut world, &alice, BTC, 500, "40000", reason);
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    filled(trade_at(&mut world, &alice, BTC, 500, "40000"));
}

#[test]
fn a_stale_price_of_collateral_neither_fills_nor_kills_an_opening() {
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
    // Whoever fills brings the price up to date.
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    let keeper = keeper(&mut world);
    filled(keeper.fill(&mut world, &alice, 0));
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
    // 18,050 dollars at the price of the fill, bought with 100; at the cached price of 40,000 they
    // would already show a profit of 1,950.
    alice.place(&mut world, BTC, 5_000).ok();
    world.pass(2);
    world.publish(BTC, "36100");
    killed(&mut world, &alice, 0, WhittleError::BelowInitialMargin);
    // The update was cached although the fill was undone.
    assert_eq!(world.market(BTC).price.publish_time, world.now());
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
