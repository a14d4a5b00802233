//! The end of a market and of a bank: announced, reduced, settled at a published price. Nobody is
//! left stuck, oracle or not.

use crate::governance::killed;
use whittle::error::WhittleError;
use whittle::event::{
    BankSettlementPublished, DeficitBooked, OrderFilled, PositionSettled, SettlementPublished,
};
use whittle::state::proposal::Change;
use whittle_client::instruction;
use whittle_tests::{Actor, BankSpec, MarketSpec, Sent, World, ONE, USD, USDC};

const BTC: u16 = 0;
const ETH: u16 = 1;
const SOL: u16 = 1;
const DAY: i64 = 86_400;

/// BTC ends in a day.
pub(crate) fn end_of_btc() -> Change {
    Change::WindDownMarket {
        market: BTC,
        settles_after_secs: 86_400,
    }
}

/// Somebody publishes the price of settlement.
#[track_caller]
pub(crate) fn publish(world: &mut World, market: u16) -> Sent {
    world.send(&[instruction::publish_settlement(market)], &[])
}

fn cash(world: &World, actor: &Actor) -> i64 {
    world.account_of(actor).cash_usd_atoms
}

/// A BTC market whose average moves half of the way with each sample, and an ETH market.
pub(crate) fn markets() -> [MarketSpec; 2] {
    let mut btc = MarketSpec::default();
    btc.params.sample_weight_q32 = ONE / 2;
    [btc, MarketSpec::eth()]
}

/// Alice and Carol long, Bob short; then the price falls by 7.5 percent, the average with it, and
/// neither oracle nor keepers are heard of again. Carol has less than nothing left.
fn dead_market() -> (World, [Actor; 3]) {
    let mut world = World::with_markets(&markets());
    let alice = world.trader("alice", 5_000 * USDC);
    let bob = world.trader("bob", 5_000 * USDC);
    let carol = world.trader("carol", 220 * USDC);
    world.trade(&alice, BTC, 500);
    world.trade(&bob, BTC, -1_000);
    world.trade(&carol, BTC, 1_000);
    let end = world.propose(end_of_btc());
    for _ in 0..40 {
        world.pass(61);
        world.publish(BTC, "37000");
        world.update(&[BTC]).ok();
    }
    world.await_eta(end);
    world.apply(end).ok();
    (world, [alice, bob, carol])
}

#[test]
fn a_market_whose_oracle_died_ends_with_everybody_settled() {
    let (mut world, [alice, bob, carol]) = dead_market();
    let stop = world.market(BTC).wind_down;
    assert_eq!(
        (stop.begins_at, stop.settles_at),
        (world.now(), world.now() + DAY)
    );

    // A day in which nothing opens. The oracle is dead, so nothing closes either.
    let sent = alice.place(&mut world, BTC, 10);
    sent.refused(WhittleError::MarketWindingDown);
    let mut reduce = alice.order(&world, -10);
    reduce.reduce_only = true;
    alice.place_with(&mut world, BTC, reduce).ok();
    world.pass(DAY - 1);
    publish(&mut world, BTC).refused(WhittleError::SettlementNotDue);
    let sent = alice.settle_position(&mut world, &alice, BTC);
    sent.refused(WhittleError::NotSettled);
    world.pass(1);
    // Everybody has a day to show that it speaks.
    world.pass(DAY);
    publish(&mut world, BTC).refused(WhittleError::SettlementUnobserved);
    world.pass(1);

    // The price of settlement is the average, and funding ends with it.
    let average = world.market(BTC).estimate.average_q32;
    let event: SettlementPublished = publish(&mut world, BTC).ok().event();
    assert_eq!((event.market, event.price_q32), (BTC, average));
    publish(&mut world, BTC).refused(WhittleError::SettlementNotDue);
    let index = world.market(BTC).funding_index_q32;

    // Anyone settles anyone: a loser, a winner, one who owes.
    world.pass(DAY);
    let keeper = world.keeper("keeper");
    let before = cash(&world, &alice);
    let sent = keeper.settle_position(&mut world, &alice, BTC);
    let event: PositionSettled = sent.ok().event();
    assert_eq!((event.lots, event.price_q32), (500, average));
    let lost = -event.profit_usd_atoms;
    assert!((149 * USD..151 * USD).contains(&lost), "{lost}");
    // No fee: nothing but the loss and funding, which is a few cents here.
    let paid = before - cash(&world, &alice);
    assert!((lost..lost + USD).contains(&paid), "{paid}");

    let before = cash(&world, &bob);
    let sent = keeper.settle_position(&mut world, &bob, BTC);
    let event: PositionSettled = sent.ok().event();
    assert!((299 * USD..301 * USD).contains(&event.profit_usd_atoms));
    assert!(cash(&world, &bob) > before + 298 * USD);

    let sent = keeper.settle_position(&mut world, &carol, BTC).ok();
    let event: DeficitBooked = sent.event();
    assert!((75 * USD..90 * USD).contains(&event.deficit_usd_atoms));
    let deficit = world.account_of(&carol).deficit_usd_atoms;
    assert_eq!(world.market(BTC).deficit_usd_atoms, deficit);

    let market = world.market(BTC);
    assert_eq!((market.long_lots, market.short_lots), (0, 0));
    assert_eq!(market.funding_index_q32, index);

    // They leave with what is theirs, and so do those who provided liquidity.
    for trader in [&alice, &bob] {
        let all = cash(&world, trader).unsigned_abs();
        trader.withdraw(&mut world, 0, all).ok();
    }
    let provider = Actor::named("lp");
    provider
        .request_withdrawal(&mut world, 1_000 * USDC, 0)
        .ok();
    world.pass(2);
    world.republish(ETH);
    world.update(&[ETH]).ok();
    provider.fill_request(&mut world, &provider).ok();
}

#[test]
fn nobody_trades_in_a_settled_market_and_nobody_is_settled_twice() {
    let (mut world, [alice, bob, _]) = dead_market();
    world.pass(DAY - 5);
    // A reduction placed just before, and a price that would fill it.
    let mut reduce = bob.order(&world, 10);
    reduce.reduce_only = true;
    bob.place_with(&mut world, BTC, reduce).ok();
    world.pass(7);
    world.publish(BTC, "36000");
    world.update(&[BTC]).ok();
    let filler = world.keeper("filler two");
    let sent = filler.fill(&mut world, &bob, 0);
    killed(sent, WhittleError::MarketSettled);
    let mut reduce = bob.order(&world, 10);
    reduce.reduce_only = true;
    let sent = bob.place_with(&mut world, BTC, reduce);
    sent.refused(WhittleError::MarketSettled);

    world.pass(DAY + 1);
    publish(&mut world, BTC).ok();

    // A price that arrives later moves nothing.
    let settled = world.market(BTC).wind_down.price_q32;
    world.publish(BTC, "35000");
    world.update(&[BTC]).ok();
    assert_eq!(world.market(BTC).mark(world.now()).price.0, settled);
    let mut settle =
        instruction::settle_position(&world.mirror(), alice.held(&world.account_of(&alice)), BTC)
            .expect("a position");
    world.send(&[settle.clone()], &[]).ok();
    world.pass(1);
    let sent = world.send(&[settle.clone()], &[]);
    sent.refused(WhittleError::NoPositions);
    settle.accounts[2].pubkey = whittle_client::address::market(ETH);
    let sent = world.send(&[settle], &[]);
    sent.refused(WhittleError::NotSettled);
}

#[test]
fn a_position_elsewhere_counts_when_one_is_settled() {
    let mut world = World::with_markets(&markets());
    let alice = world.trader("alice", 5_000 * USDC);
    world.trade(&alice, BTC, 500);
    world.trade(&alice, ETH, 500);
    world.change(end_of_btc());
    world.pass(2 * DAY + 1);
    publish(&mut world, BTC).ok();
    let keeper = world.keeper("keeper");
    let sent = keeper.settle_position(&mut world, &alice, BTC).ok();
    assert_eq!(sent.events_of::<DeficitBooked>(), []);
    let account = world.account_of(&alice);
    let event: PositionSettled = sent.event();
    let health = world.mirror().health(&account, world.now());
    assert_eq!(health.expect("health").equity.0, event.equity_usd_atoms);
    assert_eq!(account.open_positions().count(), 1);
    // The rest is traded as ever.
    world.trade(&alice, ETH, -500);
}

#[test]
fn an_account_under_maintenance_is_liquidated_at_the_settlement_price() {
    let (mut world, [_, _, carol]) = dead_market();
    world.pass(2 * DAY + 1);
    publish(&mut world, BTC).ok();
    let keeper = world.keeper("keeper");
    keeper.liquidate(&mut world, &carol).ok();
    assert_eq!(world.account_of(&carol).open_positions().count(), 0);
}

#[test]
fn a_wind_down_begins_once_and_only_by_a_change_that_waited() {
    let mut world = World::new();
    world.pass(3 * DAY);
    publish(&mut world, BTC).refused(WhittleError::SettlementNotDue);
    let again = world.propose(end_of_btc());
    world.change(end_of_btc());
    world.apply(again).refused(WhittleError::BadWindDown);
}

#[test]
fn a_market_that_never_had_a_price_ends_too() {
    let mut world = World::with_exchange(&Default::default());
    world.list_bank(&BankSpec::usdc()).ok();
    world.list_market(&MarketSpec::default()).ok();
    world.change(end_of_btc());
    world.pass(DAY);
    let event: SettlementPublished = publish(&mut world, BTC).ok().event();
    assert_eq!(event.price_q32, 1);
}

#[test]
fn a_bank_that_ends_takes_no_deposits_and_counts_at_its_last_price_at_most_at_peg() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    let alice = world.keeper("alice");
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 2_000_000_000);
    alice.deposit(&mut world, SOL, 1_000_000_000).ok();
    let usd = 2;
    world.pass(1);
    world.publish_bank(usd, "1.02");
    world.update_banks(&[usd]).ok();

    let settles_after_secs = 86_400;
    for bank in [SOL, usd] {
        world.change(Change::WindDownBank {
            bank,
            settles_after_secs,
        });
    }
    let sent = alice.deposit(&mut world, SOL, 1);
    sent.refused(WhittleError::BankWindingDown);
    let settle = |world: &mut World, bank: u16| {
        let mint = world.bank(bank).mint;
        world.send(&[instruction::publish_bank_settlement(&mint)], &[])
    };
    settle(&mut world, usd).refused(WhittleError::SettlementNotDue);
    world.pass(DAY);
    settle(&mut world, SOL).ok(); // It ended two days before the other one.
    settle(&mut world, usd).refused(WhittleError::SettlementUnobserved);
    world.pass(DAY + 1);
    let event: BankSettlementPublished = settle(&mut world, usd).ok().event();
    let (sol, pegged) = (world.bank(SOL), world.bank(usd));
    assert_eq!(sol.wind_down.price_q32, sol.price.price_q32);
    assert!(pegged.price.price_q32 > pegged.peg_q32);
    assert_eq!((event.bank, event.price_q32), (usd, pegged.peg_q32));
    settle(&mut world, usd).refused(WhittleError::SettlementNotDue);

    // It counts as if fresh, so that nobody waits for a dead oracle.
    world.pass(100 * DAY);
    assert!(!world.bank(SOL).mark(world.now()).stale);
    alice.withdraw(&mut world, SOL, 1_000_000_000).ok();
}

/// A price each five minutes until `until`, by the seconds that are left.
fn prices(world: &mut World, until: i64, price: impl Fn(i64) -> &'static str) {
    while world.now() < until {
        world.publish(BTC, price(until - world.now()));
        world.update(&[BTC]).ok();
        world.pass(300.min(until - world.now()));
    }
}

#[test]
fn a_market_whose_oracle_lives_ends_at_the_average_of_its_last_hour_by_time() {
    let mut world = World::with_markets(&markets());
    let alice = world.trader("alice", 5_000 * USDC);
    world.trade(&alice, BTC, 500);
    world.change(end_of_btc());
    let end = world.market(BTC).wind_down.settles_at;
    world.pass(DAY - 2 * 3_600);
    // What was before the last hour does not count. Then three quarters at 40,000 and one at 40,400.
    prices(&mut world, end - 3_600, |_| "39000");
    prices(
        &mut world,
        end,
        |left| if left > 900 { "40000" } else { "40400" },
    );
    // Many updates of the last seconds weigh as much as they lasted, and none afterwards.
    for _ in 0..5 {
        world.publish(BTC, "41000");
        world.update(&[BTC]).ok();
        world.pass(1);
    }
    let event: SettlementPublished = publish(&mut world, BTC).ok().event();
    assert_eq!(event.observed_secs, 3_600);
    let market = world.market(BTC);
    let lot = |usd: u64| u128::from(market.price.price_q32) * u128::from(usd) / 41_000;
    let price = u128::from(event.price_q32);
    assert!(price.abs_diff(lot(40_100)) <= 1_000, "{price}");
    assert_ne!(event.price_q32, market.estimate.average_q32);
    assert_eq!(market.wind_down.price_q32, event.price_q32);
}

/// INV-SETTLED. In the last half hour the average is as good as known. Whoever is better off with it can
/// wait for it, so an order gets no better price.
#[test]
fn shortly_before_the_end_an_order_fills_at_no_better_price_than_the_average() {
    let mut world = World::with_markets(&markets());
    let [alice, bob] = ["alice", "bob"].map(|name| world.trader(name, 8_000 * USDC));
    world.trade(&alice, BTC, 1_500);
    world.trade(&bob, BTC, -1_500);
    world.change(end_of_btc());
    let end = world.market(BTC).wind_down.settles_at;
    world.pass(DAY - 2 * 3_600);
    let fills_at = |world: &mut World, actor: &Actor, lots, price| {
        world.move_price(BTC, price);
        let fill: OrderFilled = world.reduce(actor, BTC, lots).event();
        (fill.fill_price_q32, fill.oracle_price_q32)
    };
    // While little of it is known the price is the oracle's, a little worse.
    prices(&mut world, end - 1_900, |_| "40000");
    assert_eq!(world.market(BTC).wind_down.mean_so_far(), None);
    let (sold, oracle) = fills_at(&mut world, &alice, -500, "40400");
    assert!(sold > oracle / 1_000 * 998);

    prices(&mut world, end - 600, |_| "40000");
    let mean = world.market(BTC).wind_down.mean_so_far();
    let mean = mean.expect("enough was observed").0;
    let (sold, oracle) = fills_at(&mut world, &alice, -500, "40800");
    // It moves a little with each of these seconds.
    let is_mean = |price: u64| price.abs_diff(mean) < mean / 5_000;
    assert!(sold < oracle / 100 * 99 && is_mean(sold), "{sold} {mean}");
    let (bought, oracle) = fills_at(&mut world, &bob, 500, "40800");
    assert!(bought >= oracle);
    let (bought, oracle) = fills_at(&mut world, &bob, 500, "39200");
    assert!(
        bought > oracle / 100 * 101 && is_mean(bought),
        "{bought} {mean}"
    );
    let (sold, oracle) = fills_at(&mut world, &alice, -500, "39200");
    assert!(sold <= oracle);
}

#[test]
fn a_market_whose_last_hour_nobody_observed_is_observed_for_half_an_hour_afterwards() {
    let mut world = World::with_markets(&markets());
    let alice = world.trader("alice", 5_000 * USDC);
    world.trade(&alice, BTC, 500);
    world.change(end_of_btc());
    world.pass(DAY);
    // The feed speaks, so nobody chooses the average of days ago.
    world.publish(BTC, "40000");
    world.update(&[BTC]).ok();
    publish(&mut world, BTC).refused(WhittleError::SettlementUnobserved);
    let since = world.now();
    prices(&mut world, since + 1_799, |_| "40000");
    publish(&mut world, BTC).refused(WhittleError::SettlementUnobserved);
    world.pass(1);
    // From now on the price is what it is, however long one waits.
    prices(&mut world, since + 9_000, |_| "41000");
    let event: SettlementPublished = publish(&mut world, BTC).ok().event();
    assert_eq!(event.observed_secs, 1_800);
    let now = world.market(BTC).price.price_q32;
    let price = u128::from(event.price_q32) * 41_000;
    assert!(price.abs_diff(u128::from(now) * 40_000) <= 41_000 * 1_000);
}

#[test]
fn a_feed_that_dies_within_the_last_hour_leaves_its_average_after_a_day() {
    let mut world = World::with_markets(&markets());
    let alice = world.trader("alice", 5_000 * USDC);
    world.trade(&alice, BTC, 500);
    world.change(end_of_btc());
    world.pass(DAY - 3_600);
    let since = world.now();
    prices(&mut world, since + 900, |_| "40000");
    let end = world.market(BTC).wind_down.settles_at;
    world.pass(end + DAY - world.now());
    publish(&mut world, BTC).refused(WhittleError::SettlementUnobserved);
    world.pass(1);
    let event: SettlementPublished = publish(&mut world, BTC).ok().event();
    let average = world.market(BTC).estimate.average_q32;
    assert_eq!((event.price_q32, event.observed_secs), (average, 0));
}

#[test]
fn a_bank_whose_oracle_lives_is_settled_at_the_average_of_its_last_hour_at_most_at_peg() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    let usd = 2;
    let settles_after_secs = 86_400;
    let ends = [SOL, usd].map(|bank| {
        world.propose(Change::WindDownBank {
            bank,
            settles_after_secs,
        })
    });
    world.await_eta(ends[1]);
    for end in ends {
        world.apply(end).ok();
    }
    let settle =
        [SOL, usd].map(|bank| instruction::publish_bank_settlement(&world.bank(bank).mint));
    world.pass(DAY);
    let prices = |world: &mut World, times: i64, sol: &str, pegged: &str| {
        for _ in 0..times {
            world.publish_bank(SOL, sol);
            world.publish_bank(usd, pegged);
            world.update_banks(&[SOL, usd]).ok();
            world.pass(300);
        }
    };
    prices(&mut world, 3, "100", "1.02");
    let sent = world.send(&settle[..1], &[]);
    sent.refused(WhittleError::SettlementUnobserved);
    prices(&mut world, 3, "110", "0.98");
    prices(&mut world, 9, "200", "1.02");
    let at = |world: &World| u128::from(world.bank(SOL).price.price_q32) / 200;
    let events = settle.map(|settle| {
        let event: BankSettlementPublished = world.send(&[settle], &[]).ok().event();
        assert_eq!(event.observed_secs, 1_800);
        u128::from(event.price_q32)
    });
    assert!(events[0].abs_diff(at(&world) * 105) < 1_000, "{events:?}");
    // What was over the peg makes up for nothing.
    let peg = u128::from(world.bank(usd).peg_q32);
    assert!(events[1].abs_diff(peg * 99 / 100) < 1_000, "{events:?}");
}

#[test]
fn a_stop_in_a_settled_market_is_not_triggered_and_its_owner_takes_it_back() {
    let (mut world, [alice, ..]) = dead_market();
    let mut stop = alice.order(&world, -500);
    (stop.reduce_only, stop.trigger_q32) = (true, 3_900_000 << 32);
    stop.expires_at = world.now() + 10 * DAY;
    alice.place_with(&mut world, BTC, stop).ok();
    world.pass(2 * DAY + 1);
    // The average of the end is under the trigger, and the oracle speaks once more.
    publish(&mut world, BTC).ok();
    world.move_price(BTC, "37000");
    let keeper = world.keeper("keeper");
    let sent = keeper.trigger(&mut world, &alice, 0);
    sent.refused(WhittleError::MarketSettled);
    let before = cash(&world, &alice);
    alice.cancel(&mut world, 0).ok();
    assert_eq!(cash(&world, &alice), before + USD / 100);
    keeper.settle_position(&mut world, &alice, BTC).ok();
}
