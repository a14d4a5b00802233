//! What the authority and the guardian do.

use whittle::state::governance::PAUSE_NEW_RISK;
use whittle::state::leverage::CLASS_STANDARD;
use whittle::state::proposal::{BankTerms, Change};
use whittle_client::instruction;
use whittle_risk::MAX_LEGS;

use super::{cost, refresh, world, Cost};
use crate::outcome::Done;
use crate::spec::{BankSpec, ExchangeSpec, MarketSpec, ONE, USD, USDC};
use crate::world::World;

const DAY: u32 = 86_400;

/// Setting up an exchange.
pub(super) fn setup() -> Vec<Cost> {
    let mut world = World::bare();
    let initialized = world.initialize(&ExchangeSpec::default()).ok();
    let quote = world.list_bank(&BankSpec::usdc()).ok();
    let market = world.list_market(&MarketSpec::default()).ok();
    let pool = world.create_pool().ok();
    let seeded = world.seed_insurance(10_000 * USDC).ok();
    let settled = world.settle_markets(&[0]).ok();
    vec![
        cost("initialize_exchange", &initialized),
        cost("list_bank", &quote),
        cost("create_pool", &pool),
        cost("list_market", &market),
        cost("seed_insurance", &seeded),
        cost("settle_markets/1", &settled),
    ]
}

/// The guardian's instructions, each kind of change with eight markets, leverage, and a new authority.
pub(super) fn governance() -> Vec<Cost> {
    let mut world = world(MAX_LEGS);
    world.list_bank(&BankSpec::sol()).ok();
    let mut costs = Vec::new();
    let mut note = |name: &str, done: Done| costs.push(cost(name, &done));

    let (authority, guardian) = (world.authority.clone(), world.guardian());
    let guarded = guardian.guard_market(&mut world, 0, 1_000_000 * USD, 2 * ONE);
    note("guard_market", guarded.ok());
    note("guard_bank", guardian.guard_bank(&mut world, 1).ok());
    let paused = guardian.pause(&mut world, PAUSE_NEW_RISK, 3_600);
    note("pause", paused.ok());
    let unpaused = guardian.unpause(&mut world, PAUSE_NEW_RISK);
    note("unpause", unpaused.ok());

    let changes = changes(&world);
    let mut nonces = Vec::new();
    for (kind, change) in &changes {
        nonces.push(world.mirror().exchange().expect("one").next_proposal);
        let proposed = world.try_propose(change.clone());
        note(&format!("propose_change/{kind}"), proposed.ok());
    }
    let unwanted = world.propose(changes[0].1.clone());
    let cancel = instruction::cancel_change(authority.address(), &world.proposal(unwanted));
    note("cancel_change", world.send_as(&authority, cancel).ok());
    world.await_eta(unwanted - 1);
    refresh(&mut world);
    let oracle = world.feed(0).address;
    for ((kind, _), nonce) in changes.iter().zip(nonces) {
        let applied = world.apply_with(nonce, oracle);
        note(&format!("apply_change/{kind}"), applied.ok());
    }

    let trader = world.keeper("trader");
    let set = trader.set_leverage(&mut world, CLASS_STANDARD, ONE / 2);
    note("set_leverage", set.ok());
    let next = world.actor("next authority");
    let offer = instruction::transfer_authority(authority.address(), next.address());
    note("transfer_authority", world.send_as(&authority, offer).ok());
    let accept = instruction::accept_authority(next.address());
    note("accept_authority", world.send_as(&next, accept).ok());
    costs
}

/// One of each kind. Most say what is true already, so that no ramp begins.
fn changes(world: &World) -> Vec<(&'static str, Change)> {
    let mirror = world.mirror();
    let exchange = mirror.exchange().expect("an exchange");
    let (btc, sol) = (world.market(0), world.bank(1));
    let (market, bank) = (btc.index, sol.index);
    let terms = BankTerms {
        oracle: sol.oracle,
        haircut_weight_q32: sol.haircut_weight_q32,
        deposit_cap_atoms: sol.deposit_cap_atoms,
        conversion_discount_q32: sol.conversion_discount_q32,
        depeg: sol.depeg_params,
        issuer_group: sol.issuer_group,
    };
    let params = exchange.params;
    let rules = Change::ExchangeParams { params };
    let params = btc.params;
    let of_market = Change::MarketParams { market, params };
    let tiers = MarketSpec::default().args().tiers;
    let tiers = Change::Tiers { market, tiers };
    let oracle = btc.oracle;
    let oracle = Change::MarketOracle { market, oracle };
    let params = world.pool().params;
    let pool = Change::PoolParams { params };
    let params = world.insurance().params;
    let insurance = Change::InsuranceParams { params };
    let cap = Change::IssuerGroupCap {
        group: 3,
        cap_usd_atoms: 1_000_000 * USD,
    };
    let guardian = exchange.guardian;
    let programs = Change::OraclePrograms {
        receiver_programs: exchange.receiver_programs,
        legacy_programs: exchange.legacy_programs,
    };
    let settles_after_secs = DAY;
    let end_market = Change::WindDownMarket {
        market,
        settles_after_secs,
    };
    let end_bank = Change::WindDownBank {
        bank,
        settles_after_secs,
    };
    vec![
        ("exchange_params", rules),
        ("market_params", of_market),
        ("tiers", tiers),
        ("market_oracle", oracle),
        ("bank_terms", Change::BankTerms { bank, terms }),
        ("pool_params", pool),
        ("insurance_params", insurance),
        ("issuer_group_cap", cap),
        ("guardian", Change::Guardian { guardian }),
        ("oracle_programs", programs),
        ("clear_market_guard", Change::ClearMarketGuard { market }),
        ("clear_bank_freeze", Change::ClearBankFreeze { bank }),
        ("wind_down_market", end_market),
        ("wind_down_bank", end_bank),
    ]
}
