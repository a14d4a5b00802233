//! The web page shows the health that the program sees: what its engine answers of random accounts is
//! what `assess_account` returns when it is simulated on chain.

use crate::liquidation::{BTC, ETH};
use proptest::prelude::any;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{json, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use whittle::error::WhittleError;
use whittle::instructions::Assessment;
use whittle::state::{Bank, Exchange, MarginAccount, Market};
use whittle_client::address;
use whittle_client::instruction::assess_account;
use whittle_risk::health::State;
use whittle_tests::{bps, Actor, BankSpec, MarketSpec, World, USD};
use whittle_wasm::Engine;

const ACCOUNTS: u32 = 200;
/// Numbers that a case draws at most.
const DRAWS: usize = 96;

/// Numbers of a case, one after the other.
struct Drawn<'a>(core::slice::Iter<'a, u64>);

impl Drawn<'_> {
    fn next(&mut self) -> u64 {
        *self.0.next().expect("a case draws no more")
    }

    fn within(&mut self, least: i64, most: i64) -> i64 {
        let span = most.abs_diff(least) + 1;
        least.saturating_add_unsigned(self.next() % span)
    }

    fn share(&mut self, least_bps: i64, most_bps: i64) -> u64 {
        bps(self.within(least_bps, most_bps).unsigned_abs())
    }

    /// True once in so many.
    fn rarely(&mut self, once_in: u64) -> bool {
        self.next().is_multiple_of(once_in)
    }
}

fn stage() -> (World, Actor) {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    let alice = world.trader("alice", 1_000_000);
    (world, alice)
}

fn exchange(draw: &mut Drawn, rules: &mut Exchange, now: i64) {
    for pause in &mut rules.pauses {
        pause.until = if draw.rarely(5) { now + 10 } else { 0 };
    }
    rules.params.theta_q32 = draw.share(3_000, 9_000);
    rules.interest.index = draw.next() >> 20;
    rules.interest.at = now - draw.within(0, 100_000);
}

fn market(draw: &mut Drawn, market: &mut Market, price: i64, now: i64) {
    let cached = &mut market.price;
    cached.price_q32 =
        (draw.within(price * 8 / 10, price * 12 / 10).unsigned_abs() << 32) + (draw.next() >> 33);
    cached.confidence_q32 = cached.price_q32 / draw.within(40, 2_000).unsigned_abs();
    cached.doubt_shift_q32 = 2 * cached.confidence_q32;
    cached.doubt_favour_q32 = cached.doubt_shift_q32.min(cached.price_q32 / 20);
    cached.uncertain = u8::from(draw.rarely(4));
    // Fresh, too old to trade at, and so old that age counts.
    cached.publish_time = now - draw.within(0, 200) * i64::from(draw.rarely(3));
    market.multiplier_q32 = draw.share(8_000, 15_000);
    market.regime.initial_q32 = draw.share(10_000, 20_000);
    market.regime.ramp_to_q32 = draw.share(10_000, 15_000);
    market.spread_q32 = draw.share(0, 30);
    market.crowded_long_q32 = draw.share(0, 500);
    market.crowded_short_q32 = draw.share(0, 500);
    market.long_lots = draw.within(60_000, 200_000).unsigned_abs();
    market.short_lots = draw.within(60_000, 200_000).unsigned_abs();
    market.funding_index_q32 = i128::from(draw.within(-1 << 40, 1 << 40)).into();
    market.breaker.used_usd_atoms = draw.within(0, 10_000_000) * USD * i64::from(draw.rarely(3));
    market.breaker.used_at = now - 60;
    market.breaker.shock_since = if draw.rarely(8) { now - 5 } else { 0 };
    market.pool_line_usd_atoms = draw.within(0, 10) * USD;
    market.insurance_line_usd_atoms = draw.within(0, 10) * USD;
    let ended = draw.rarely(20);
    market.wind_down.begins_at = if ended { now - 90_000 } else { 0 };
    market.wind_down.settles_at = market.wind_down.begins_at + 86_400 * i64::from(ended);
    let published = ended && draw.rarely(2);
    market.wind_down.price_q32 = if published { market.price.price_q32 } else { 0 };
}

fn bank(draw: &mut Drawn, bank: &mut Bank, now: i64) {
    let price = &mut bank.price;
    // 150 dollars for a token of nine decimals, one for one of six.
    let whole: u64 = if bank.decimals == 9 {
        15 << 32
    } else {
        100 << 32
    };
    price.price_q32 = whole / 10_000 * draw.within(80, 110).unsigned_abs();
    price.uncertain = u8::from(draw.rarely(5));
    price.publish_time = now - draw.within(0, 200) * i64::from(draw.rarely(5));
    bank.haircut_weight_q32 = draw.share(5_000, 9_500);
    bank.depeg.since = if draw.rarely(6) { now - 1_000 } else { 0 };
}

fn position(draw: &mut Drawn, account: &mut MarginAccount, market: &Market) {
    if draw.rarely(4) {
        return;
    }
    let slot = account.position_slot(market.index).expect("a free slot");
    slot.lots = draw.within(-50_000, 50_000);
    let value = (i128::from(slot.lots) * i128::from(market.price.price_q32)) >> 32;
    let value = i64::try_from(value).expect("a value");
    slot.entry_usd_atoms = value / 100 * draw.within(85, 115);
    slot.funding_index_q32 = i128::from(draw.within(-1 << 40, 1 << 40)).into();
    slot.claim_usd_atoms = draw.within(0, 500) * USD * i64::from(draw.rarely(3));
    slot.free_if_unused();
}

fn account(draw: &mut Drawn, account: &mut MarginAccount, markets: &[Market], now: i64) {
    *account = MarginAccount {
        owner: account.owner,
        sub_id: account.sub_id,
        bump: account.bump,
        ..bytemuck::Zeroable::zeroed()
    };
    for market in markets {
        position(draw, account, market);
    }
    for (place, bank) in (0..).zip([1, 2]) {
        if draw.rarely(2) {
            account.collaterals[place].bank = bank;
            account.collaterals[place].amount_atoms = draw.next() >> 32;
        }
    }
    account.interest_usd_atoms = draw.within(0, 50) * USD * i64::from(draw.rarely(4));
    account.leverage.class = u8::try_from(draw.within(0, 2)).expect("a class");
    account.leverage.own_initial_q32 = draw.share(0, 2_000);
    if draw.rarely(2) {
        account.flagged_at = now - draw.within(0, 700);
        account.flag_touched_at = account.flagged_at;
        account.flag_publish_time = match draw.within(0, 3) {
            0 => i64::MAX,
            _ => account.flagged_at,
        };
        account.flag_lowest_ratio_q32 = draw.share(1_000, 10_000);
    }
}

/// Puts everything on the stage, and cash such that equity is somewhere around maintenance.
fn set(world: &mut World, alice: &Actor, draw: &mut Drawn) {
    let now = world.now();
    world.forge(address::exchange(), |it: &mut Exchange| {
        exchange(draw, it, now)
    });
    world.forge(address::market(BTC), |it: &mut Market| {
        market(draw, it, 4_000_000, now)
    });
    world.forge(address::market(ETH), |it: &mut Market| {
        market(draw, it, 2_000_000, now)
    });
    for index in [1, 2] {
        let mint = world.bank(index).mint;
        world.forge(address::bank(&mint), |it: &mut Bank| bank(draw, it, now));
    }
    let markets = [world.market(BTC), world.market(ETH)];
    let key = alice.account();
    world.forge(key, |it: &mut MarginAccount| {
        account(draw, it, &markets, now)
    });
    let health = world
        .mirror()
        .health(&world.account_of(alice), now)
        .expect("a health");
    let wanted = i128::from(health.maintenance.0) * i128::from(draw.within(-30, 250)) / 100;
    let missing = wanted - i128::from(health.equity.0) - i128::from(draw.within(0, 3_000_000));
    let missing = i64::try_from(missing).expect("an amount");
    world.forge(key, |it: &mut MarginAccount| it.cash_usd_atoms += missing);
}

/// What the page's engine answers of the same bytes at the same second.
fn shown(world: &World, alice: &Actor) -> Value {
    let mut engine = Engine::default();
    let markets = [address::market(BTC), address::market(ETH)];
    let banks = [0, 1, 2].map(|index| address::bank(&world.bank(index).mint));
    let keys = [
        [address::exchange(), alice.account()].as_slice(),
        &markets,
        &banks,
    ]
    .concat();
    for key in keys {
        let raw = world.raw(&key).expect("an account");
        assert_ne!(engine.take(&[key.as_ref(), &raw.data].concat()), 0);
    }
    let request = json!({"method": "account", "request": {
        "account": alice.account().to_string(),
        "now": world.now(),
    }});
    serde_json::from_slice(&engine.call(request.to_string().as_bytes())).expect("JSON")
}

/// The program's answer by the names of its fields.
fn fields(found: &Assessment) -> Value {
    json!({
        "equityUsdAtoms": found.equity_usd_atoms.to_string(),
        "maintenanceUsdAtoms": found.maintenance_usd_atoms.to_string(),
        "targetUsdAtoms": found.target_usd_atoms.to_string(),
        "callUsdAtoms": found.call_usd_atoms.to_string(),
        "state": found.state.to_string(),
        "fresh": found.fresh,
        "initialEquityUsdAtoms": found.initial_equity_usd_atoms.to_string(),
        "initialUsdAtoms": found.initial_usd_atoms.to_string(),
        "excessUsdAtoms": found.excess_usd_atoms.to_string(),
        "refusal": found.refusal.to_string(),
        "kind": found.kind.to_string(),
        "closedLots": found.closed_lots.map(|lots| lots.to_string()),
        "costUsdAtoms": found.cost_usd_atoms.to_string(),
        "bonusUsdAtoms": found.bonus_usd_atoms.to_string(),
    })
}

/// A sum in atoms as the page writes it in dollars.
fn dollars(atoms: i64) -> String {
    let whole = atoms.unsigned_abs() / 1_000_000;
    let rest = format!("{:06}", atoms.unsigned_abs() % 1_000_000);
    let sign = if atoms < 0 { "-" } else { "" };
    match rest.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        rest => format!("{sign}{whole}.{rest}"),
    }
}

/// As types.ts names what the program numbers.
const STATES: [&str; 6] = [
    "healthy",
    "marginCall",
    "liquidatable",
    "emergency",
    "insolvent",
    "bankrupt",
];

#[test]
fn the_page_shows_the_health_that_the_program_sees_of_two_hundred_random_accounts() {
    let (world, alice) = stage();
    let world = RefCell::new(world);
    let seen: RefCell<BTreeMap<(u8, u32), u32>> = RefCell::default();
    let config = Config {
        cases: ACCOUNTS,
        failure_persistence: None,
        ..Config::default()
    };
    let algorithm = proptest::test_runner::RngAlgorithm::ChaCha;
    let rng = proptest::test_runner::TestRng::deterministic_rng(algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let numbers = proptest::collection::vec(any::<u64>(), DRAWS);
    let outcome = runner.run(&numbers, |numbers| {
        let mut world = world.borrow_mut();
        set(&mut world, &alice, &mut Drawn(numbers.iter()));
        let account = world.account_of(&alice);
        let call = assess_account(&world.mirror(), alice.held(&account)).expect("known markets");
        let found: Assessment = world.simulate(&call).ok().returned();
        let answered = shown(&world, &alice);
        let view = &answered["ok"];
        let alike = |what: &str, page: &Value, chain: Value| {
            let message = format!("{what}: the page has {page}, the program {chain}");
            (*page == chain)
                .then_some(())
                .ok_or_else(|| TestCaseError::fail(message))
        };
        alike("assessment", &view["assessment"], fields(&found))?;
        let health = &view["health"];
        alike(
            "state",
            &health["state"],
            json!(STATES[usize::from(found.state)]),
        )?;
        for (name, atoms) in [
            ("equity", found.equity_usd_atoms),
            ("maintenance", found.maintenance_usd_atoms),
            ("target", found.target_usd_atoms),
            ("call", found.call_usd_atoms),
        ] {
            alike(name, &health[name], json!(dollars(atoms)))?;
        }
        let excess = found.fresh.then(|| dollars(found.excess_usd_atoms));
        alike("excess", &health["excess"], json!(excess))?;
        let refusal = (found.refusal != 0).then_some(found.refusal);
        alike("refusal", &view["refusal"]["code"], json!(refusal))?;
        let times = seen.borrow().get(&(found.state, found.refusal)).copied();
        let times = times.unwrap_or(0) + 1;
        seen.borrow_mut()
            .insert((found.state, found.refusal), times);
        Ok(())
    });
    outcome.unwrap();
    // The accounts were of every kind, and so were the answers.
    let seen = seen.into_inner();
    let states: Vec<u8> = seen.keys().map(|(state, _)| *state).collect();
    for state in [
        State::Healthy,
        State::MarginCall,
        State::Liquidatable,
        State::Emergency,
        State::Insolvent,
        State::Bankrupt,
    ] {
        assert!(states.contains(&(state as u8)), "no account was {state:?}");
    }
    let refusals: Vec<u32> = seen.keys().map(|(_, refusal)| *refusal).collect();
    for error in [
        WhittleError::AccountHealthy,
        WhittleError::NotFlagged,
        WhittleError::NotConfirmed,
        WhittleError::LiquidationsPaused,
    ] {
        assert!(
            refusals.contains(&error.into()),
            "nothing was refused with {error:?}"
        );
    }
    assert!(refusals.contains(&0), "nothing would have been liquidated");
}
