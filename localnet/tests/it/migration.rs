//! `whittle-migrations` against a node.

use whittle_client::address;
use whittle_localnet::Local;
use whittle_migrations::{Migration, MigrationError};

use crate::options;

/// Exchange, two banks, three markets, the pool with the fund, the fund's cash.
const PIECES: usize = 8;

#[test]
fn an_exchange_is_applied_over_rpc_and_a_second_run_finds_nothing_to_do() {
    let local = Local::bare(&options(), |_| {}).unwrap();
    let migration = Migration::new(&local.description);
    let mut chain = local.chain().unwrap();

    let plan = migration.plan(&mut chain).unwrap();
    assert_eq!(plan.obstacles, Vec::<String>::new());
    plan.check().unwrap();
    assert!(!plan.is_done());
    let exchange = || local.node().data(&[address::exchange()]).unwrap();
    assert_eq!(exchange(), [None], "a dry run sends nothing");

    let mut told = Vec::new();
    let done = migration.apply(&mut chain, |piece| told.push(piece.to_owned()));
    assert_eq!(done.unwrap(), PIECES);
    assert_eq!(told.len(), PIECES);
    assert_eq!(told[0], "001 exchange");

    let after = exchange();
    assert!(after[0].is_some());
    assert!(migration.plan(&mut chain).unwrap().is_done());
    assert_eq!(local.apply(|piece| panic!("{piece}")).unwrap(), 0);
    assert_eq!(exchange(), after);
}

#[test]
fn nothing_is_sent_over_rpc_when_the_payer_cannot_pay() {
    let local = Local::bare(&options(), |_| {}).unwrap();
    let payer = local.authority.key();
    local.node().set_lamports(&payer, 1_000).unwrap();
    let refused = local.apply(|piece| panic!("{piece}")).unwrap_err();
    let Some(MigrationError::Blocked(obstacles)) = refused.downcast_ref() else {
        panic!("{refused}");
    };
    assert_eq!(obstacles.len(), 1);
    let begins = format!("{payer} has 1000 lamports and needs ");
    assert!(obstacles[0].starts_with(&begins), "{}", obstacles[0]);
}
