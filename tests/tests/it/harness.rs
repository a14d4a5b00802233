//! The harness notices what it is there to notice.

use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use bytemuck::Pod;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use whittle::state::margin_account::ORDER_REDUCE_ONLY;
use whittle::state::{Bank, InsuranceFund, MarginAccount, Market, Order, Pool};
use whittle_client::address;
use whittle_tests::{Actor, World, USDC};

/// Rewrites an account of the program as no instruction would.
fn forge<T: Pod + Discriminator>(world: &mut World, key: Pubkey, forge: impl Fn(&mut T)) {
    let mut body: T = world.read(&key);
    forge(&mut body);
    let mut account = world.raw(&key).expect("an account").clone();
    account.data = [T::DISCRIMINATOR, bytemuck::bytes_of(&body)].concat();
    world.put(key, "a forged account", &account);
}

#[track_caller]
fn assert_broken(world: &World, id: &str) {
    let broken = world.broken_invariant().unwrap_or_default();
    assert!(broken.starts_with(id), "{id} instead of {broken:?}");
}

/// An exchange with two positions in market 0.
fn world() -> (World, Pubkey) {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let bob = world.trader("bob", 1_000 * USDC);
    world.trade(&alice, 0, 500);
    world.trade(&bob, 0, -200);
    assert_eq!(world.broken_invariant(), None);
    (world, alice.account())
}

#[test]
fn one_atom_too_many_anywhere_is_noticed() {
    let conserve = |forge: &dyn Fn(&mut World, Pubkey)| {
        let (mut world, alice) = world();
        forge(&mut world, alice);
        assert_broken(&world, "INV-CONSERVE");
    };
    conserve(&|world, alice| forge::<MarginAccount>(world, alice, |it| it.cash_usd_atoms += 1));
    conserve(&|world, _| forge::<Pool>(world, address::pool(), |it| it.cash_usd_atoms += 1));
    conserve(&|world, _| forge::<Pool>(world, address::pool(), |it| it.reserve_usd_atoms += 1));
    conserve(&|world, _| {
        forge::<InsuranceFund>(world, address::insurance(), |it| it.cash_usd_atoms -= 1);
    });
    conserve(&|world, _| {
        forge::<Market>(world, address::market(0), |it| it.pool_line_usd_atoms += 1)
    });
    conserve(&|world, _| {
        let bank = address::bank(&world.bank(0).mint);
        forge::<Bank>(world, bank, |it| it.deposits_atoms += 1);
    });
    conserve(&|world, _| {
        let quote = world.bank(0);
        let mut vault = world.raw(&quote.vault).expect("a vault").clone();
        vault.data[64] ^= 1;
        world.put(quote.vault, "the vault", &vault);
    });
}

#[test]
fn open_interest_that_is_not_the_sum_of_positions_is_noticed() {
    let fields: [fn(&mut Market); 4] = [
        |it| it.long_lots += 1,
        |it| it.short_lots -= 1,
        |it| it.long_entry_usd_atoms += 1,
        |it| it.short_entry_usd_atoms -= 1,
    ];
    for field in fields {
        let (mut world, _) = world();
        forge::<Market>(&mut world, address::market(0), field);
        assert_broken(&world, "INV-OI");
    }
}

#[test]
fn an_overdrawn_line_is_noticed_even_when_the_sum_is_right() {
    let (mut world, _) = world();
    forge::<Market>(&mut world, address::market(0), |it| {
        it.pool_line_usd_atoms += it.insurance_line_usd_atoms + 1;
        it.insurance_line_usd_atoms = -1;
    });
    assert_broken(&world, "INV-LINES");
}

#[test]
fn a_claim_that_nobody_recorded_is_noticed() {
    let (mut world, alice) = world();
    forge::<MarginAccount>(&mut world, alice, |it| {
        it.positions[0].claim_usd_atoms += 1;
        it.cash_usd_atoms -= 1;
    });
    assert_broken(&world, "INV-CLAIMS");
}

#[test]
fn an_order_that_has_set_aside_anything_but_its_reward_is_noticed() {
    let forgeries: [fn(&mut Order); 4] = [
        |it| it.escrow_usd_atoms += 1,
        |it| it.escrow_usd_atoms -= 1,
        |it| (it.flags, it.escrow_usd_atoms) = (ORDER_REDUCE_ONLY, it.reward_usd_atoms + 1),
        // A place that is free again and has kept what was set aside.
        |it| it.lots = 0,
    ];
    for change in forgeries {
        let (mut world, _) = world();
        let alice = Actor::named("alice");
        alice.place(&mut world, 0, 100).ok();
        forge::<MarginAccount>(&mut world, alice.account(), |it| {
            let before = it.orders[0].escrow().0;
            change(&mut it.orders[0]);
            it.cash_usd_atoms += before - it.orders[0].escrow().0;
        });
        assert_broken(&world, "INV-ESCROW");
    }
}

#[test]
fn a_deficit_that_no_account_booked_is_noticed() {
    let (mut world, _) = world();
    forge::<Market>(&mut world, address::market(0), |it| {
        it.deficit_usd_atoms = 1
    });
    assert_broken(&world, "INV-DEFICIT");
}

#[test]
fn a_share_that_nobody_holds_is_noticed() {
    let (mut world, _) = world();
    let mint = address::share_mint();
    let mut account = world.raw(&mint).expect("a mint").clone();
    account.data[36] ^= 1;
    world.put(mint, "the share mint", &account);
    assert_broken(&world, "INV-SUPPLY");
}

#[test]
fn a_change_that_was_not_expected_is_named() {
    let (mut world, alice) = world();
    let before = world.picture();
    forge::<MarginAccount>(&mut world, alice, |it| it.sub_id = 7);
    let differences = before.differences(&world.picture());
    let keys: Vec<Pubkey> = differences.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, [alice]);
}

/// IDs such as INV-CONSERVE in a text.
fn ids(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("INV-").map(|(at, _)| &text[at..]);
    starts
        .map(|rest| {
            let part = |c: char| c.is_ascii_uppercase() || c == '-';
            let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
            rest[..end].trim_end_matches('-').to_owned()
        })
        .filter(|id| id.len() > "INV-".len())
        .collect()
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_invariant_is_documented_and_named_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let documented = fs::read_to_string(root.join("docs/invariants.md"));
    let documented = ids(&documented.expect("docs/invariants.md"));
    let mut files = Vec::new();
    for dir in ["tests/src", "tests/tests", "crates/risk/tests"] {
        sources(&root.join(dir), &mut files);
    }
    // This file names some as examples.
    files.retain(|file| !file.ends_with("harness.rs"));
    let named: BTreeSet<String> = files
        .iter()
        .flat_map(|file| ids(&fs::read_to_string(file).expect("a source")))
        .collect();
    assert_eq!(documented, named);
}
