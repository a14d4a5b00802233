//! What the authority and the guardian do.

use whittle::state::governance::PAUSE_NEW_RISK;
use whittle::state::leverage::CLASS_PROFESSIONAL;
use whittle::state::proposal::{BankTerms, Change};
use whittle_client::instruction;
use whittle_tests::{BankSpec, MarketSpec, World, ONE, USD};

use super::Watched;

const SOL: u16 = 1;
const DAY: u32 = 86_400;

fn world() -> World {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    world.list_bank(&BankSpec::sol()).ok();
    world
}

/// Pauses, guards, a professional trader, a new authority who takes a proposal back.
pub fn powers(watched: &Watched) {
    let mut world = world();
    let (authority, guardian) = (world.authority.clone(), world.guardian());
    let trader = world.keeper("trader");
    let next = world.actor("next authority");
    watched.watch(&mut world);
    guardian
        .guard_market(&mut world, 0, 1_000_000 * USD, 2 * ONE)
        .ok();
    guardian.guard_bank(&mut world, SOL).ok();
    guardian.pause(&mut world, PAUSE_NEW_RISK, 3_600).ok();
    guardian.unpause(&mut world, PAUSE_NEW_RISK).ok();
    let set = instruction::set_leverage(
        trader.address(),
        trader.account(),
        Some(authority.address()),
        CLASS_PROFESSIONAL,
        0,
    );
    world.send(&[set], &[trader.key(), authority.key()]).ok();
    let guardian = guardian.address();
    let unwanted = world.propose(Change::Guardian { guardian });
    let offer = instruction::transfer_authority(authority.address(), next.address());
    world.send_as(&authority, offer).ok();
    let accept = instruction::accept_authority(next.address());
    world.send_as(&next, accept).ok();
    // The proposer is another one than the signer by now.
    let cancel = instruction::cancel_change(next.address(), &world.proposal(unwanted));
    world.send_as(&next, cancel).ok();
}

/// A change of each kind.
pub fn changes(watched: &Watched) {
    let mut world = world();
    let changes = each_kind(&world);
    let nonces: Vec<_> = changes.into_iter().map(|it| world.propose(it)).collect();
    let last = nonces.last().expect("one at least");
    world.await_eta(*last);
    world.refresh_prices();
    let oracle = world.feed(0).address;
    watched.watch(&mut world);
    watched.name("apply_change", "of the rules");
    for nonce in nonces {
        world.apply_with(nonce, oracle).ok();
        watched.name("apply_change", "");
    }
}

/// The exchange's rules first. Most say what is true already.
fn each_kind(world: &World) -> Vec<Change> {
    let mirror = world.mirror();
    let exchange = mirror.exchange().expect("an exchange");
    let (btc, sol) = (world.market(0), world.bank(SOL));
    let (market, bank) = (btc.index, sol.index);
    let terms = BankTerms {
        oracle: sol.oracle,
        haircut_weight_q32: sol.haircut_weight_q32,
        deposit_cap_atoms: sol.deposit_cap_atoms,
        conversion_discount_q32: sol.conversion_discount_q32,
        depeg: sol.depeg_params,
        issuer_group: sol.issuer_group,
    };
    let settles_after_secs = DAY;
    vec![
        Change::ExchangeParams {
            params: exchange.params,
        },
        Change::MarketParams {
            market,
            params: btc.params,
        },
        Change::Tiers {
            market,
            tiers: MarketSpec::default().args().tiers,
        },
        Change::MarketOracle {
            market,
            oracle: btc.oracle,
        },
        Change::BankTerms { bank, terms },
        Change::PoolParams {
            params: world.pool().params,
        },
        Change::InsuranceParams {
            params: world.insurance().params,
        },
        Change::IssuerGroupCap {
            group: 3,
            cap_usd_atoms: 1_000_000 * USD,
        },
        Change::Guardian {
            guardian: exchange.guardian,
        },
        Change::OraclePrograms {
            receiver_programs: exchange.receiver_programs,
            legacy_programs: exchange.legacy_programs,
        },
        Change::ClearMarketGuard { market },
        Change::ClearBankFreeze { bank },
        Change::WindDownMarket {
            market,
            settles_after_secs,
        },
        Change::WindDownBank {
            bank,
            settles_after_secs,
        },
    ]
}
