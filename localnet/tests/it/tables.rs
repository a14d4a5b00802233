//! Lookup tables of a bot's own, on the validator.

use std::time::Duration;

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use whittle_client::rpc::{Cluster, Draft, DraftError, Failure, SendOptions, Table};
use whittle_localnet::Local;

use crate::options;

/// A lamport more than an empty account needs.
const GIFT: u64 = 890_881;

fn gift(from: Pubkey, to: Pubkey) -> Instruction {
    Instruction {
        program_id: system_program::ID,
        accounts: vec![AccountMeta::new(from, true), AccountMeta::new(to, false)],
        data: [&2_u32.to_le_bytes()[..], &GIFT.to_le_bytes()].concat(),
    }
}

#[test]
fn what_does_not_fit_is_sent_with_a_table_that_is_made_once_and_extended() {
    let local = Local::bare(&options(), |_| {}).unwrap();
    let payer = &local.keepers[0];
    let cluster = Cluster::new(local.rpc_url(), Duration::from_secs(10));
    let options = SendOptions::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut receivers: Vec<Pubkey> = (0..35).map(|_| Pubkey::new_unique()).collect();
    let draft = |tables: Vec<Table>, to: &[Pubkey]| {
        let gifts = to.iter().map(|to| gift(payer.key(), *to));
        Draft::new(gifts).with_units(200_000).with_tables(tables)
    };
    let send = |draft: Draft| {
        let sent = cluster.send(&draft, &payer.keypair, &[], &options);
        runtime.block_on(sent).map_err(Box::new)
    };
    let refused = send(draft(Vec::new(), &receivers)).unwrap_err();
    assert!(
        matches!(*refused, Failure::Draft(DraftError::TooLarge { .. })),
        "{refused}"
    );

    let with = |addresses: &[Pubkey]| {
        let made = cluster.tables_with(&payer.keypair, addresses, &options);
        runtime.block_on(made).unwrap()
    };
    let tables = with(&receivers);
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].addresses.len(), 35);
    let slot = runtime.block_on(cluster.slot()).unwrap();
    let passed = || runtime.block_on(cluster.slot()).unwrap() > slot + 1;
    while !passed() {
        std::thread::sleep(Duration::from_millis(50));
    }
    send(draft(tables, &receivers)).unwrap();
    let balance = runtime.block_on(cluster.balance(&receivers[34]));
    assert_eq!(balance.unwrap(), GIFT);

    // Another run finds it, and adds only what is missing.
    receivers.push(Pubkey::new_unique());
    let again = with(&receivers);
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].addresses.len(), 36);
    let found = runtime.block_on(cluster.tables_of(&payer.key())).unwrap();
    assert_eq!(found, again);
}
