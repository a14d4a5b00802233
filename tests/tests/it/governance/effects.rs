//! What each change does.

use super::{exchange_of, rules, terms, BTC};
use whittle::error::WhittleError;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::proposal::{BankTerms, Change};
use whittle_tests::{bps, BankSpec, OracleStub, World, ONE, USD, USDC};

const SOL: u16 = 1;

#[test]
fn interest_until_a_change_of_the_rate_is_counted_at_the_rate_until_then() {
    let mut world = World::new();
    let rate = exchange_of(&world).params.overdraft.rate_per_year_q32;
    world.change(rules(&world, |it| {
        it.overdraft.rate_per_year_q32 = rate * 2
    }));
    let first = exchange_of(&world).interest;
    assert_eq!(first.at, world.now());
    world.change(rules(&world, |it| it.overdraft.rate_per_year_q32 = rate));
    let second = exchange_of(&world).interest;
    assert_eq!(second.at, world.now());
    let secs = u64::try_from(second.at - first.at).expect("later");
    assert_eq!(second.index - first.index, 2 * rate * secs);
}

#[test]
fn funding_until_a_change_of_its_terms_is_counted_at_the_terms_until_then() {
    let mut world = World::new();
    let alice = world.trader("alice", 10_000 * USDC);
    world.trade(&alice, BTC, 10_000);
    let mut params = world.market(BTC).params;
    params.funding_max_per_day_q32 = 0;
    let market = BTC;
    let nonce = world.propose(Change::MarketParams { market, params });
    world.await_eta(nonce);
    let before = world.market(BTC);
    let mut accrued = before;
    accrued.accrue_funding(world.now()).expect("funding");
    world.apply(nonce).ok();
    let after = world.market(BTC);
    assert!(i128::from(after.funding_index_q32) > i128::from(before.funding_index_q32));
    assert_eq!(after.funding_index_q32, accrued.funding_index_q32);
    assert_eq!(after.funded_at, world.now());
}

#[test]
fn sampling_follows_the_terms_of_its_market() {
    let mut world = World::new();
    let mut params = world.market(BTC).params;
    params.sample_weight_q32 = ONE / 2;
    params.sample_interval_secs = 30;
    let market = BTC;
    world.change(Change::MarketParams { market, params });
    let estimate = world.market(BTC).estimate;
    assert_eq!(estimate.weight_q32, ONE / 2);
    assert_eq!(estimate.interval_secs, 30);
}

#[test]
fn a_market_gets_another_oracle_that_can_be_read() {
    let mut world = World::new();
    let stub = OracleStub::pull("BTC from another feed");
    let mut oracle = world.market(BTC).oracle;
    oracle.key = stub.config().key;
    let market = BTC;
    let nonce = world.propose(Change::MarketOracle { market, oracle });
    world.await_eta(nonce);
    let held = world.feed(BTC).address;
    let sent = world.apply_with(nonce, held);
    sent.refused(WhittleError::OracleFeed);
    let account = stub.account(&stub.update("40100", world.now()));
    world.put(stub.address, "another oracle", &account);
    world.apply_with(nonce, stub.address).ok();
    assert_eq!(world.market(BTC).oracle, oracle);
}

#[test]
fn a_wider_oracle_must_fit_the_envelope() {
    let mut world = World::new();
    let mut oracle = world.market(BTC).oracle;
    oracle.uncertain_over_q32 = bps(200);
    let market = BTC;
    let nonce = world.propose(Change::MarketOracle { market, oracle });
    world.await_eta(nonce);
    let feed = world.feed(BTC).address;
    let sent = world.apply_with(nonce, feed);
    sent.refused(WhittleError::EnvelopeExceeded);
}

#[test]
fn the_terms_of_a_bank_change_and_its_group_with_them() {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let mut wanted = terms(&world.bank(SOL));
    wanted.haircut_weight_q32 = bps(7_000);
    wanted.deposit_cap_atoms = 5;
    wanted.issuer_group = 2;
    let change = |terms: &BankTerms| Change::BankTerms {
        bank: SOL,
        terms: terms.clone(),
    };
    world.change(change(&wanted));
    assert_eq!(terms(&world.bank(SOL)), wanted);
    assert_eq!(exchange_of(&world).groups[2].banks, 1 << SOL);
    wanted.issuer_group = 3;
    world.change(change(&wanted));
    let groups = exchange_of(&world).groups;
    assert_eq!((groups[2].banks, groups[3].banks), (0, 1 << SOL));

    for broken in [
        BankTerms {
            issuer_group: 8,
            ..wanted.clone()
        },
        BankTerms {
            haircut_weight_q32: ONE + 1,
            ..wanted.clone()
        },
        BankTerms {
            deposit_cap_atoms: 0,
            ..wanted.clone()
        },
    ] {
        let nonce = world.propose(change(&broken));
        world.await_eta(nonce);
        world.apply(nonce).refused(WhittleError::BadBankParams);
    }
}

#[test]
fn the_other_parameters_become_what_was_announced() {
    let mut world = World::new();
    let mut pool = world.pool().params;
    pool.withdraw_limit_usd_atoms = 7 * USD;
    world.change(Change::PoolParams { params: pool });
    assert_eq!(world.pool().params, pool);

    let mut insurance = world.insurance().params;
    insurance.per_event_usd_atoms = 7 * USD;
    world.change(Change::InsuranceParams { params: insurance });
    assert_eq!(world.insurance().params, insurance);

    world.change(Change::IssuerGroupCap {
        group: 3,
        cap_usd_atoms: 7 * USD,
    });
    assert_eq!(exchange_of(&world).groups[3].cap_usd_atoms, 7 * USD);

    let guardian = world.actor("another guardian").address();
    world.change(Change::Guardian { guardian });
    assert_eq!(exchange_of(&world).guardian, guardian);

    let mut programs = exchange_of(&world).receiver_programs;
    programs[1] = guardian;
    let legacy_programs = Default::default();
    world.change(Change::OraclePrograms {
        receiver_programs: programs,
        legacy_programs,
    });
    let exchange = exchange_of(&world);
    assert_eq!(exchange.receiver_programs, programs);
    assert_eq!(exchange.legacy_programs, legacy_programs);
    assert_eq!(world.bank(QUOTE_BANK).index, QUOTE_BANK);
}
