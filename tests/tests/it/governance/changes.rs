//! A change waits, can be read meanwhile, and is judged again when its time has come.

use super::{exchange_of, open_fee, rules, BTC, DAY, ETH};
use anchor_lang::prelude::Pubkey;
use whittle::error::WhittleError;
use whittle::event::{ChangeApplied, ChangeCancelled, ChangeProposed};
use whittle::state::proposal::{Change, APPLY_WINDOW_SECS};
use whittle::state::InsuranceFund;
use whittle_client::{address, instruction};
use whittle_tests::{bps, MarketSpec, World, USD};

/// The authority wants an opening fee of 0.07 % instead of 0.06 %. Everybody reads it for two days;
/// then anybody makes it so.
#[test]
fn a_change_is_announced_waits_and_is_then_applied_by_anyone() {
    let mut world = World::new();
    let change = open_fee(&world, bps(7));
    let event: ChangeProposed = world.try_propose(change.clone()).ok().event();
    assert_eq!(event.eta, world.now() + 2 * DAY);
    assert_eq!(event.expires, event.eta + APPLY_WINDOW_SECS);
    assert_eq!(world.proposal(0).change(), Ok(change));
    assert_eq!(world.proposal(0).encoded(), event.change);
    assert_eq!(exchange_of(&world).next_proposal, 1);

    // A second early: the old fee holds.
    world.pass(2 * DAY - 1);
    world.apply(0).refused(WhittleError::ChangeNotDue);
    assert_eq!(world.market(BTC).params.open_fee_q32, bps(6));

    world.pass(1);
    // Whoever applies it, the rent of the proposal goes back to the authority.
    let lamports = |world: &World| {
        let purse = world.raw(&world.authority.address());
        purse.expect("an authority").lamports
    };
    let rent = world.raw(&address::proposal(0)).expect("there").lamports;
    let before = lamports(&world);
    let event: ChangeApplied = world.apply(0).ok().event();
    assert_eq!((event.nonce, event.kind), (0, 1));
    assert_eq!(world.market(BTC).params.open_fee_q32, bps(7));
    assert!(world.raw(&address::proposal(0)).is_none());
    assert_eq!(lamports(&world), before + rent);
}

#[test]
fn a_change_that_nobody_applied_in_time_lapses() {
    let mut world = World::new();
    let nonce = world.propose(open_fee(&world, bps(7)));
    world.await_eta(nonce);
    world.pass(APPLY_WINDOW_SECS + 1);
    world.apply(nonce).refused(WhittleError::ChangeExpired);
    let authority = world.authority.clone();
    let cancel = instruction::cancel_change(authority.address(), &world.proposal(nonce));
    world.send_as(&authority, cancel).ok();
}

#[test]
fn the_authority_takes_a_change_back_and_nobody_else_does() {
    let mut world = World::new();
    let nonce = world.propose(open_fee(&world, bps(7)));
    let proposal = world.proposal(nonce);
    let guardian = world.guardian();
    let cancel = instruction::cancel_change(guardian.address(), &proposal);
    let sent = world.send_as(&guardian, cancel);
    sent.refused(WhittleError::NotAuthority);

    let authority = world.authority.clone();
    let mut stolen = proposal;
    stolen.proposer = guardian.address();
    let cancel = instruction::cancel_change(authority.address(), &stolen);
    let sent = world.send_as(&authority, cancel);
    sent.refused(WhittleError::WrongReceiver);

    let cancel = instruction::cancel_change(authority.address(), &proposal);
    let event: ChangeCancelled = world.send_as(&authority, cancel).ok().event();
    assert_eq!(event.nonce, nonce);
    world.pass(3 * DAY);
    let apply = instruction::apply_change(&world.mirror(), &proposal, Pubkey::default());
    let sent = world.send(&[apply.expect("known accounts")], &[]);
    sent.refused(anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram);
}

#[test]
fn only_the_authority_proposes() {
    let mut world = World::new();
    let change = open_fee(&world, bps(7));
    for name in ["guardian", "mallory"] {
        let actor = world.actor(name);
        let mut exchange = exchange_of(&world);
        exchange.authority = actor.address();
        let propose = instruction::propose_change(&exchange, change.clone());
        let sent = world.send_as(&actor, propose);
        sent.refused(WhittleError::NotAuthority);
    }
}

#[test]
fn a_slip_is_refused_on_the_day_of_the_proposal() {
    let mut world = World::new();
    let mut market = world.market(BTC).params;
    market.padding = [1; 4];
    let mut oracle = world.market(BTC).oracle;
    oracle.kind = 9;
    let mut pool = world.pool().params;
    pool.withdraw_limit_usd_atoms = 0;
    let mut insurance = world.insurance().params;
    insurance.per_event_usd_atoms = insurance.per_day_usd_atoms + 1;
    let cap = |group, cap_usd_atoms| Change::IssuerGroupCap {
        group,
        cap_usd_atoms,
    };
    let end = |settles_after_secs| Change::WindDownMarket {
        market: BTC,
        settles_after_secs,
    };
    let end_bank = |bank| Change::WindDownBank {
        bank,
        settles_after_secs: 86_400,
    };
    let cases = [
        (
            rules(&world, |it| it.theta_q32 = 0),
            WhittleError::BadExchangeParams,
        ),
        (
            rules(&world, |it| it.governance.timelock_secs = 86_399),
            WhittleError::BadGovernanceParams,
        ),
        (
            rules(&world, |it| it.governance.timelock_secs = 30 * 86_400 + 1),
            WhittleError::BadGovernanceParams,
        ),
        (
            rules(&world, |it| it.governance.pause_max_secs = 86_401),
            WhittleError::BadGovernanceParams,
        ),
        (
            rules(&world, |it| it.governance.pause_cooldown_secs = 86_399),
            WhittleError::BadGovernanceParams,
        ),
        (
            rules(&world, |it| it.leverage.standard_initial_q32 = bps(501)),
            WhittleError::BadLeverageParams,
        ),
        (
            rules(&world, |it| it.leverage.delay_secs = 3_599),
            WhittleError::BadLeverageParams,
        ),
        (
            Change::MarketParams {
                market: BTC,
                params: market,
            },
            WhittleError::BadMarketParams,
        ),
        (
            Change::Tiers {
                market: BTC,
                tiers: Vec::new(),
            },
            WhittleError::BadTiers,
        ),
        (
            Change::MarketOracle {
                market: BTC,
                oracle,
            },
            WhittleError::BadOracleConfig,
        ),
        (
            Change::PoolParams { params: pool },
            WhittleError::BadPoolParams,
        ),
        (
            Change::InsuranceParams { params: insurance },
            WhittleError::BadInsuranceParams,
        ),
        (cap(0, USD), WhittleError::BadExchangeParams),
        (cap(8, USD), WhittleError::BadExchangeParams),
        (cap(1, -1), WhittleError::BadExchangeParams),
        (
            Change::OraclePrograms {
                receiver_programs: Default::default(),
                legacy_programs: Default::default(),
            },
            WhittleError::BadExchangeParams,
        ),
        (end(86_399), WhittleError::BadWindDown),
        (end(90 * 86_400 + 1), WhittleError::BadWindDown),
        (end_bank(0), WhittleError::BadWindDown),
    ];
    for (change, error) in cases {
        world.try_propose(change).refused(error);
    }
}

/// Alone, each of two changes is within the envelope; together they are not.
#[test]
fn a_change_is_judged_by_the_parameters_of_the_day_it_is_applied() {
    let mut world = World::new();
    let dearer = world.propose(rules(&world, |it| it.bonus_max_q32 = bps(70)));
    let mut params = world.market(BTC).params;
    params.covered_move_q32 = bps(165);
    let market = BTC;
    let wider = world.propose(Change::MarketParams { market, params });
    world.await_eta(wider);
    world.apply(dearer).ok();
    world.apply(wider).refused(WhittleError::EnvelopeExceeded);
    // And the other way round.
    let mut world = World::new();
    let dearer = world.propose(rules(&world, |it| it.bonus_max_q32 = bps(70)));
    let wider = world.propose(Change::MarketParams { market, params });
    world.await_eta(wider);
    world.apply(wider).ok();
    world.apply(dearer).refused(WhittleError::EnvelopeExceeded);
}

#[test]
fn the_rules_change_only_if_every_market_is_there_and_allows_it() {
    let mut tight = MarketSpec::eth();
    tight.tiers = vec![(1_000_000, 300, 400)];
    let mut world = World::with_markets(&[MarketSpec::default(), tight]);
    // C = M (1 + 40 %) is over ETH's initial rate and not over BTC's.
    let high = world.propose(rules(&world, |it| it.call_buffer_q32 = bps(4_000)));
    let fine = world.propose(rules(&world, |it| it.call_buffer_q32 = bps(3_000)));
    world.await_eta(fine);
    world.apply(high).refused(WhittleError::BadTiers);

    let apply =
        instruction::apply_change(&world.mirror(), &world.proposal(fine), Pubkey::default());
    let apply = apply.expect("known accounts");
    let mut missing = apply.clone();
    missing.accounts.pop();
    let sent = world.send(&[missing], &[]);
    sent.refused(WhittleError::AllMarketsNeeded);
    let mut twice = apply.clone();
    let last = twice.accounts.len() - 1;
    twice.accounts[last] = twice.accounts[last - 1].clone();
    let sent = world.send(&[twice], &[]);
    sent.refused(WhittleError::AllMarketsNeeded);
    let mut more = apply.clone();
    more.accounts.push(apply.accounts[last].clone());
    world.send(&[more], &[]).refused(WhittleError::ExtraAccount);
    world.send(&[apply], &[]).ok();
    assert_eq!(exchange_of(&world).params.call_buffer_q32, bps(3_000));
}

#[test]
fn a_change_is_applied_to_what_it_names_and_to_nothing_else() {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    let nonce = world.propose(open_fee(&world, bps(7)));
    let pool = world.propose(Change::PoolParams {
        params: world.pool().params,
    });
    world.await_eta(pool);
    let apply = |world: &World, nonce: u64| {
        let proposal = world.proposal(nonce);
        let apply = instruction::apply_change(&world.mirror(), &proposal, Pubkey::default());
        apply.expect("known accounts")
    };
    let right = apply(&world, nonce);
    let last = right.accounts.len() - 1;
    let mut instead = |key: Pubkey, writable: bool| {
        let mut wrong = right.clone();
        wrong.accounts[last].pubkey = key;
        wrong.accounts[last].is_writable = writable;
        world.send(&[wrong], &[])
    };
    instead(address::market(ETH), true).refused(WhittleError::MarketMismatch);
    instead(address::market(BTC), false).refused(WhittleError::MarketNotWritable);
    instead(address::pool(), true).refused(WhittleError::WrongAccount);
    let mut none = right.clone();
    none.accounts.pop();
    world
        .send(&[none], &[])
        .refused(WhittleError::MarketMissing);
    let mut more = right.clone();
    more.accounts.push(right.accounts[last].clone());
    world.send(&[more], &[]).refused(WhittleError::ExtraAccount);

    let mut wrong = apply(&world, pool);
    wrong.accounts[last].pubkey = address::insurance();
    let _: InsuranceFund = world.read(&address::insurance());
    world
        .send(&[wrong], &[])
        .refused(WhittleError::WrongAccount);
    world.send(&[right], &[]).ok();
}
