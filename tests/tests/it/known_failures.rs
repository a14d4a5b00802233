//! What has gone wrong in other margin engines, played here. Each case is named after what failed
//! there and would have caught it; `docs/known-failures.md` has the list with its sources.

use crate::liquidation::{exchange, without_lines, Scene, BTC, CASH, ETH, LOTS, LOW};
use whittle::error::WhittleError;
use whittle::event::{AccountUnflagged, PartiallyLiquidated};
use whittle_client::{instruction, Writable};
use whittle_risk::health::State;
use whittle_risk::liquidation::Kind;
use whittle_tests::{bps, Actor, BankSpec, ExchangeSpec, MarketSpec, World, USD, USDC};

fn pay_in(world: &mut World, actor: &Actor, amount: u64) {
    let quote = world.bank(0).mint;
    world.give(actor, &quote, amount);
    actor.deposit(world, 0, amount).ok();
}

fn equity(world: &World, actor: &Actor) -> i64 {
    let account = world.account_of(actor);
    let health = world.mirror().health(&account, world.now());
    health.expect("a health").equity.0
}

/// Percolator, issues 220 and 366: leaving out the mark that rescued an account liquidated a healthy
/// one.
#[test]
fn percolator_leaving_out_the_market_that_rescues_an_account_liquidates_nobody() {
    let markets = [MarketSpec::default(), MarketSpec::eth()];
    let mut scene = Scene::with(&markets, 2 * CASH, &[(BTC, LOTS), (ETH, LOTS)]);
    scene.world.move_price(ETH, "2300");
    scene.price("37000");
    assert_eq!(scene.state(), State::Healthy);
    let account = scene.world.account_of(&scene.alice);
    let mirror = scene.world.mirror();
    let held = scene.alice.held(&account);
    let call = instruction::flag_account(&mirror, held).expect("known markets");
    let mut without = call.clone();
    without.accounts.pop();
    scene
        .world
        .send(&[without], &[])
        .refused(WhittleError::MarketMissing);
    scene
        .world
        .send(&[call], &[])
        .refused(WhittleError::AccountHealthy);
    // Nor does the liquidation itself, which needs no flag in an emergency.
    let keeper = scene.keeper.account();
    let call = instruction::liquidate_partial(&mirror, held, keeper, 0, Writable::All);
    let call = call.expect("known markets");
    let mut without = call.clone();
    without.accounts.pop();
    for (call, error) in [
        (without, WhittleError::MarketMissing),
        (call, WhittleError::AccountHealthy),
    ] {
        scene.world.send(&[call], &[]).refused(error);
    }
}

/// INV-RATIO.
/// Toxic liquidation spirals (arXiv 2212.07306): each liquidation left less behind each dollar of
/// requirement and called for the next.
#[test]
fn spirals_every_liquidation_of_a_falling_account_raises_its_ratio() {
    let mut scene = Scene::long();
    let mut liquidations = 0;
    for step in 1..30 {
        scene.price((39_200 - 60 * step).to_string().as_str());
        if scene.state() < State::Liquidatable || scene.lots(BTC) == 0 {
            continue;
        }
        let before = scene.health();
        let event = scene.flag_and_liquidate();
        let after = scene.health();
        let (was, is) = (before.ratio_floor(), after.ratio_floor());
        assert!(after.maintenance.0 == 0 || is > was, "{was:?} {is:?}");
        assert!(event.receipt.cost_usd_atoms < before.equity.0);
        liquidations += 1;
    }
    assert!(liquidations >= 3, "{liquidations}");
}

/// Percolator: a binary search over sizes that are not monotone closed 10,000 lots instead of 981.
#[test]
fn percolator_the_size_is_least_across_tiers_by_trying_every_smaller_one() {
    let tiered = MarketSpec {
        tiers: vec![
            (20_000, 300, 500),
            (60_000, 450, 700),
            (1_000_000, 700, 1_000),
        ],
        ..MarketSpec::default()
    };
    let mut scene = Scene::with(&[tiered], 8_500 * USDC, &[(BTC, LOTS)]);
    scene.price("38500");
    assert_eq!(scene.state(), State::Liquidatable);
    let (account, before) = (scene.world.account_of(&scene.alice), scene.health());
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    let closed = event.receipt.certified_lots;
    // The requirement after closing fewer lots, computed from the tiers and the greatest cost.
    let market = scene.world.market(BTC);
    let table = market.tier_table();
    let held = account.positions[0].lots.unsigned_abs();
    let cost = event.receipt.cost_usd_atoms;
    for fewer in 0..closed {
        let rest = whittle_risk::Price(market.price.price_q32)
            .notional_ceil(held - fewer)
            .expect("in range");
        let required = table
            .maintenance_ceil(rest.magnitude(), whittle_risk::Ratio::ONE)
            .expect("in range");
        let target = required.0 + required.0 / 10;
        // Even had it cost nothing but the part that fewer lots cost. A lot repairs a fifth of a dollar.
        let part = i128::from(cost) * i128::from(fewer) / i128::from(closed);
        let equity = i128::from(before.equity.0) - part;
        assert!(
            equity < i128::from(target) + i128::from(USD / 5),
            "{fewer} of {closed}"
        );
    }
    assert!(closed < held / 2, "{closed}");
}

/// Sentiment, issues 294 and 309: an account that no liquidation could heal could not be liquidated.
#[test]
fn sentiment_an_account_that_cannot_be_healed_is_liquidated_all_the_same() {
    let mut scene = Scene::long();
    scene.price("37400");
    assert!(scene.health().equity.0 < 0);
    let event: PartiallyLiquidated = scene.liquidate().event();
    assert_eq!(event.receipt.kind, Kind::Unhealable as u8);
    assert_eq!(scene.lots(BTC), 0);
}

/// Percolator, issue 90, and Aave v4, issue 518: a flat reward was paid for each of many small calls.
#[test]
fn percolator_and_aave_a_second_call_at_the_same_moment_earns_nothing() {
    let mut scene = Scene::long();
    scene.confirm_low();
    scene.liquidate();
    let earned = scene.earned();
    scene.cannot_liquidate(WhittleError::AccountHealthy);
    assert_eq!(scene.earned(), earned);
}

/// INV-COST. Drift, pull request 635: fees alone made an account bankrupt.
#[test]
fn drift_fees_never_take_what_is_left() {
    for price in ["38000", "37950", "37920", "37910"] {
        let mut scene = Scene::long();
        scene.price(price);
        let before = scene.health().equity.0;
        assert!(before > 0, "{price}: {before}");
        let event: PartiallyLiquidated = scene.liquidate().event();
        let cost = event.receipt.cost_usd_atoms;
        // theta is 80 %.
        assert!(cost * 10 <= before * 8, "{price}: {cost} of {before}");
        assert!(scene.health().equity.0 > 0);
    }
}

/// Mango v4: an assertion failed where a requirement was under the fees, so nothing could be done.
#[test]
fn mango_costs_over_the_requirement_do_not_stop_a_liquidation() {
    let mut spec = without_lines();
    // Whatever the market charges, its requirement caps it; the rest of the envelope is kept low.
    spec.params.covered_move_q32 = bps(1);
    spec.params.premium_q32 = bps(150);
    spec.params.concentration_premium_q32 = bps(30);
    let mut rules = ExchangeSpec::default().params;
    rules.theta_q32 = bps(9_000);
    let world = exchange(rules, 1_000_000 * USDC, &[spec]);
    let mut scene = Scene::within(world, CASH, &[(BTC, LOTS)]);
    scene.price(LOW);
    let before = scene.health().ratio_floor();
    let event = scene.flag_and_liquidate();
    assert!(event.receipt.closed_usd_atoms > 0);
    assert!(scene.lots(BTC) == 0 || scene.health().ratio_floor() > before);
}

/// Percolator's matched pair, JELLY, YFI: two accounts and a keeper who act together took money from
/// insurance or the pool (INV-COLLUSION).
#[test]
fn jelly_and_yfi_a_long_a_short_and_their_keeper_get_back_less_than_they_paid_in() {
    let mut topped_up = 0;
    for price in ["38900", "38400", "38050", "37950", "37920"] {
        let mut world = World::new();
        let others = world.insurance().cash_usd_atoms;
        let [long, short] = ["long", "short"].map(|name| world.trader(name, CASH));
        let keeper = world.keeper("keeper");
        let filler = world.keeper("filler");
        world.trade(&long, BTC, LOTS);
        world.trade(&short, BTC, -LOTS);
        world.move_price(BTC, price);
        if keeper.flag(&mut world, &long).succeeded() {
            world.pass(60);
            world.republish(BTC);
            world.update(&[BTC]).ok();
            let event: PartiallyLiquidated = keeper.liquidate(&mut world, &long).ok().event();
            topped_up += event.legs[0].insurance_top_up_usd_atoms;
        }
        world.trade(&short, BTC, LOTS);
        let all = [&long, &short, &keeper, &filler];
        let total: i64 = all.iter().map(|actor| equity(&world, actor)).sum();
        let paid = 2 * i64::try_from(CASH).expect("a small amount");
        assert!(total < paid, "{price}: {total} of {paid}");
        assert!(world.insurance().cash_usd_atoms >= others);
    }
    assert!(topped_up > 0, "insurance was never asked");
}

/// Mango and JELLY: profit that was not realised was withdrawn.
#[test]
fn mango_profit_that_is_not_realised_cannot_be_withdrawn() {
    let mut scene = Scene::long();
    scene.price("60000");
    let cash = scene.cash().unsigned_abs();
    assert!(scene.health().equity.0 > 50_000 * USD);
    let alice = scene.alice.clone();
    let sent = alice.withdraw(&mut scene.world, 0, cash + 1);
    sent.refused(WhittleError::ExceedsExcess);
}

/// Euler: who opened a position and liquidated himself in one block gained.
#[test]
fn euler_opening_and_liquidating_oneself_costs_more_than_it_brings() {
    let mut world = World::new();
    let keeper = world.keeper("keeper");
    let attacker = world.trader("attacker", CASH);
    let filler = world.keeper("filler");
    world.trade(&attacker, BTC, LOTS);
    // The price that just makes it an emergency.
    world.move_price(BTC, "38400");
    let done = keeper.liquidate(&mut world, &attacker).ok();
    let event: PartiallyLiquidated = done.event();
    let open_fee = 100_000 * USD * 6 / 10_000;
    assert!(event.receipt.bonus_usd_atoms <= open_fee);
    let total: i64 = [&attacker, &keeper, &filler]
        .iter()
        .map(|actor| equity(&world, actor))
        .sum();
    // What the price took is gone, and the fees on top.
    let market = 25_000 * (4 * USD - 384 * USD / 100);
    assert!(total < i64::try_from(CASH).expect("small") - market);
}

/// Percolator, issues 33, 59 and 83: time went on while a loss was not recognised, and insurance was
/// drained.
#[test]
fn percolator_funding_that_nobody_settled_counts_at_once() {
    let mut spec = MarketSpec::default();
    spec.params.funding_max_per_day_q32 = bps(2_400);
    spec.params.covered_move_q32 = bps(50);
    spec.params.funding_skew_scale_usd_atoms = 10_000 * USD;
    let mut scene = Scene::with(&[spec], CASH, &[(BTC, LOTS)]);
    assert_eq!(scene.state(), State::Healthy);
    // Three hours at a hundredth an hour; nothing but prices is touched.
    scene.again(10_800);
    assert_eq!(scene.state(), State::Liquidatable);
    let insured =
        scene.world.insurance().cash_usd_atoms + scene.world.market(BTC).insurance_line_usd_atoms;
    scene.flag_and_liquidate();
    let now =
        scene.world.insurance().cash_usd_atoms + scene.world.market(BTC).insurance_line_usd_atoms;
    assert!(now >= insured);
}

/// Drift, pull request 2122: an account stayed flagged after it had recovered.
#[test]
fn drift_a_flag_goes_when_the_account_has_recovered_even_without_positions() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    assert!(scene.is_flagged());
    let alice = scene.alice.clone();
    scene.world.trade(&alice, BTC, -LOTS);
    assert!(!scene.is_flagged());
    assert_eq!(scene.lots(BTC), 0);
}

/// Mango, issue 346: dust deposits stalled a liquidation, and one that cures must win.
#[test]
fn mango_a_deposit_of_dust_delays_nothing_and_one_that_cures_ends_it() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let alice = scene.alice.clone();
    pay_in(&mut scene.world, &alice, 1);
    assert!(scene.is_flagged());
    scene.liquidate();
    assert!(scene.lots(BTC) < LOTS);

    let mut scene = Scene::long();
    scene.confirm_low();
    let alice = scene.alice.clone();
    pay_in(&mut scene.world, &alice, 2_000 * USDC);
    // A deposit looks at no price, so the flag stays until the keeper comes; he finds it cured.
    assert!(scene.is_flagged());
    let event: AccountUnflagged = scene.liquidate().event();
    assert!(event.equity_usd_atoms > event.maintenance_usd_atoms);
    assert_eq!(scene.lots(BTC), LOTS);
    assert!(!scene.is_flagged());
    assert_eq!(scene.earned(), 0);
}

/// marginfi, issues 119 and 152: a cap that was exceeded blocked liquidations.
#[test]
fn marginfi_caps_that_are_full_do_not_block_a_liquidation() {
    let mut spec = MarketSpec::default();
    spec.params.open_interest_cap_usd_atoms = 100_500 * USD;
    spec.params.crowding.crowded_initial_q32 = 0;
    let mut world = World::with_markets(&[spec]);
    let sol = BankSpec {
        deposit_cap_atoms: 1_000_000_000,
        ..BankSpec::sol()
    };
    world.list_bank(&sol).ok();
    world.update_banks(&[1]).ok();
    let mut scene = Scene::within(world, CASH, &[]);
    let (alice, mint) = (scene.alice.clone(), scene.world.bank(1).mint);
    scene.world.give(&alice, &mint, 1_000_000_000);
    alice.deposit(&mut scene.world, 1, 1_000_000_000).ok();
    scene.world.trade(&alice, BTC, LOTS);
    scene.world.publish_bank(1, "100");
    scene.world.update_banks(&[1]).ok();
    // The bank is full to the atom, and far more is open than the guardian allows by now.
    let guardian = scene.world.guardian();
    guardian.guard_market(&mut scene.world, BTC, 0, 0).ok();
    assert_eq!(scene.world.market(BTC).open_interest_limit().0, 0);
    scene.price("38900");
    scene.flag();
    scene.world.publish_bank(1, "100");
    scene.world.update_banks(&[1]).ok();
    scene.again(2);
    scene.liquidate();
    assert!(scene.lots(BTC) < LOTS);
}

/// Perpetual Protocol's Curie: liquidation reverted when the insurance fund was short.
#[test]
fn curie_an_empty_insurance_fund_does_not_block_a_liquidation() {
    let mut world = exchange(
        ExchangeSpec::default().params,
        1_000_000 * USDC,
        &[without_lines()],
    );
    world.settle_markets(&[BTC]).ok();
    let mut scene = Scene::within(world, CASH, &[(BTC, LOTS)]);
    scene.world.settle_markets(&[BTC]).ok();
    assert_eq!(scene.world.market(BTC).insurance_line_usd_atoms, 0);
    assert_eq!(scene.world.market(BTC).pool_line_usd_atoms, 0);
    scene.price("37000");
    scene.liquidate();
    assert_eq!(scene.lots(BTC), 0);
    assert_eq!(scene.earned(), 0);
}

/// Aave 3.7: roundings favoured the liquidator.
#[test]
fn aave_the_fraction_of_an_atom_is_the_accounts_and_not_the_keepers() {
    let mut scene = Scene::long();
    scene.confirm_low();
    let account = scene.world.account_of(&scene.alice);
    let snapshot = scene.world.mirror().snapshot(&account, scene.world.now());
    let snapshot = snapshot.expect("a snapshot");
    let event: PartiallyLiquidated = scene.liquidate().event();
    let leg = event.legs[0];
    let rate = u128::from(event.receipt.bonus_rate_q32);
    let notional = u128::from(event.receipt.closed_usd_atoms.unsigned_abs());
    // Not a whole number, so rounding it up would show.
    assert_ne!((notional * rate) % (1 << 32), 0);
    let exact = (notional * rate) >> 32;
    assert_eq!(u128::from(leg.keeper_usd_atoms.unsigned_abs()), exact);
    // All that the account pays is rounded up: over the exact sum of the rates by less than an atom.
    let snapshot = snapshot.legs[0];
    let rates = rate + u128::from(snapshot.premium.0) + u128::from(snapshot.pool_cost.0);
    let cost = u128::from(event.receipt.cost_usd_atoms.unsigned_abs()) << 32;
    let exact = notional * rates;
    assert!(cost >= exact && cost - exact < 1 << 32, "{cost} of {exact}");
}

/// Synthetix v3: a flagged account was seized whole although it had recovered.
#[test]
fn synthetix_a_flagged_account_that_recovered_keeps_its_position() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    scene.world.pass(10);
    scene.price("40500");
    let event: AccountUnflagged = scene.liquidate().event();
    assert_eq!(event.account, scene.alice.account());
    assert_eq!(scene.lots(BTC), LOTS);
    assert_eq!(scene.earned(), 0);
}

/// Drift, September 2025 (USDY): one venue's wick liquidated accounts, and nobody could check why.
#[test]
fn drift_a_wick_liquidates_nobody_and_a_liquidation_leaves_its_prices() {
    let mut scene = Scene::long();
    scene.price(LOW);
    scene.flag();
    scene.world.pass(2);
    scene.price("40000");
    scene.liquidate();
    assert_eq!(scene.lots(BTC), LOTS);
    scene.confirm_low();
    scene.liquidate();
    let (receipt, price) = (scene.receipt(), scene.world.market(BTC).price);
    assert_eq!(receipt.certified_price_q32, price.price_q32);
    assert_eq!(receipt.certified_publish_time, price.publish_time);
    assert!(receipt.shortfall_one_less_usd_atoms > 0);
}
