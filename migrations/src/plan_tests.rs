//! Planning on a chain that is only a table of accounts. What the program does with the
//! transactions is tested on the program itself, in the harness.

use crate::chain::{Chain, ChainAccount, ChainError};
use crate::describe::Description;
use crate::plan::{Migration, MigrationError, Plan};
use crate::steps::State;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::Discriminator;
use bytemuck::{Pod, Zeroable};
use std::collections::BTreeMap;
use whittle::state::Exchange;
use whittle_client::address;

const EXAMPLE: &str = include_str!("../examples/exchange.toml");

/// Accounts by address; refuses to send.
struct Table {
    payer: Pubkey,
    accounts: BTreeMap<Pubkey, ChainAccount>,
}

impl Chain for Table {
    fn payer(&self) -> Pubkey {
        self.payer
    }

    fn account(&mut self, address: &Pubkey) -> Result<Option<ChainAccount>, ChainError> {
        Ok(self.accounts.get(address).cloned())
    }

    fn rent(&mut self, bytes: usize) -> Result<u64, ChainError> {
        Ok(1_000 + u64::try_from(bytes).unwrap())
    }

    fn send(&mut self, _: &[Instruction]) -> Result<(), ChainError> {
        Err(ChainError::new("a table of accounts sends nothing"))
    }
}

fn example() -> Description {
    Description::parse(EXAMPLE).unwrap()
}

fn table() -> Table {
    let payer = Pubkey::new_from_array([7; 32]);
    let mut table = Table {
        payer,
        accounts: BTreeMap::new(),
    };
    table.put(payer, Pubkey::default(), Vec::new());
    table.put(whittle::ID, Pubkey::default(), Vec::new());
    table.accounts.get_mut(&whittle::ID).unwrap().executable = true;
    table
}

impl Table {
    fn put(&mut self, address: Pubkey, owner: Pubkey, data: Vec<u8>) {
        let account = ChainAccount {
            lamports: 1_000_000_000,
            owner,
            executable: false,
            data,
        };
        self.accounts.insert(address, account);
    }

    fn put_state<T: Pod + Discriminator>(&mut self, address: Pubkey, state: &T) {
        let mut data = T::DISCRIMINATOR.to_vec();
        data.extend(bytemuck::bytes_of(state));
        self.put(address, whittle::ID, data);
    }

    /// The exchange as the example describes it.
    fn with_exchange(mut self, change: impl Fn(&mut Exchange)) -> Self {
        let args = example().exchange;
        let mut exchange = Exchange::zeroed();
        exchange.authority = self.payer;
        exchange.params = args.params;
        exchange.receiver_programs = args.receiver_programs;
        for (group, cap) in exchange.groups.iter_mut().zip(args.group_caps_usd_atoms) {
            group.cap_usd_atoms = cap;
        }
        change(&mut exchange);
        self.put_state(address::exchange(), &exchange);
        self
    }
}

fn plan(description: &Description, chain: &mut Table) -> Plan {
    Migration::new(description).plan(chain).unwrap()
}

fn states(plan: &Plan) -> Vec<(u16, bool)> {
    let pieces = plan.steps.iter().flat_map(|step| {
        let number = step.number;
        step.pieces
            .iter()
            .map(move |piece| (number, piece.state == State::Done))
    });
    pieces.collect()
}

#[test]
fn on_a_fresh_chain_every_step_is_to_do_in_order() {
    let description = example();
    let plan = plan(&description, &mut table());
    let order = [1, 2, 3, 3, 4, 4, 4, 5, 6].map(|number| (number, false));
    assert_eq!(states(&plan), order);
    assert!(!plan.is_done());
    assert!(plan.differences().is_empty());
}

#[test]
fn the_plan_names_each_account_and_what_it_costs() {
    let description = example();
    let plan = plan(&description, &mut table());
    let created = plan.steps.iter().flat_map(|step| &step.pieces);
    let created: Vec<_> = created.flat_map(|piece| &piece.creates).collect();
    // Exchange, three banks with vaults, pool, fund, share mint and escrow, three markets.
    assert_eq!(created.len(), 14);
    let bytes: usize = created.iter().map(|(account, _)| account.bytes).sum();
    assert_eq!(plan.lamports(), 14_000 + u64::try_from(bytes).unwrap());
    let shown = plan.to_string();
    for (account, rent) in created {
        let line = format!(
            "creates {} at {}: {} bytes, {rent} lamports",
            account.what, account.address, account.bytes
        );
        assert!(shown.contains(&line), "{shown}");
    }
    let total = format!(
        "14 accounts to create for {} lamports of rent",
        plan.lamports()
    );
    assert!(shown.ends_with(&total), "{shown}");
}

#[test]
fn what_exists_and_agrees_is_skipped() {
    let description = example();
    let plan = plan(&description, &mut table().with_exchange(|_| ()));
    assert_eq!(states(&plan)[0], (1, true));
    assert_eq!(states(&plan)[1], (2, false));
}

#[test]
fn each_field_that_differs_is_named_with_both_values() {
    let description = example();
    let mut chain = table().with_exchange(|exchange| {
        exchange.params.theta_q32 = 1 << 31;
        exchange.params.confirm_secs = 3;
        exchange.params.fill_reward_usd_atoms = 10_000;
        exchange.guardian = address::pool();
    });
    let plan = plan(&description, &mut chain);
    let shown: Vec<String> = plan.differences().iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "exchange.theta: described as 60 %, on the chain 50 %".to_owned(),
            "exchange.fill_reward_usd: described as 0.05 USD, on the chain 0.01 USD".to_owned(),
            "exchange.confirm_secs: described as 2 s, on the chain 3 s".to_owned(),
            format!(
                "exchange.guardian: described as nobody, on the chain {}",
                address::pool()
            ),
        ]
    );
}

#[test]
fn a_difference_stops_everything_before_anything_is_sent() {
    let description = example();
    let mut chain = table().with_exchange(|exchange| exchange.params.confirm_secs = 3);
    let error = Migration::new(&description)
        .apply(&mut chain, |_| ())
        .unwrap_err();
    assert!(matches!(error, MigrationError::Differs(_)), "{error}");
}

#[test]
fn listings_that_the_text_does_not_have_are_a_difference() {
    let description = example();
    let mut chain = table().with_exchange(|exchange| {
        exchange.bank_count = 4;
        exchange.market_count = 4;
    });
    let plan = plan(&description, &mut chain);
    let fields: Vec<String> = plan.differences().into_iter().map(|it| it.field).collect();
    assert_eq!(
        fields,
        [
            "exchange.banks",
            "exchange.markets",
            "banks[0].mint",
            "banks[1].mint",
            "banks[2].mint"
        ]
    );
}

#[test]
fn what_would_fail_is_said_before_anything_is_sent() {
    let description = example();
    let mut chain = table();
    chain.accounts.remove(&whittle::ID);
    chain
        .accounts
        .get_mut(&chain.payer.clone())
        .unwrap()
        .lamports = 5;
    let plan = plan(&description, &mut chain);
    let missing: Vec<&str> = plan
        .obstacles
        .iter()
        .filter_map(|obstacle| obstacle.split(':').next())
        .collect();
    let payer = chain.payer;
    let needs = plan.lamports() + 9 * 5_000;
    assert_eq!(
        missing,
        [
            format!("the program {} is not on this cluster", whittle::ID),
            "banks[0].mint".to_owned(),
            "banks[1].mint".to_owned(),
            "banks[2].mint".to_owned(),
            "markets[0].oracle.account".to_owned(),
            "markets[1].oracle.account".to_owned(),
            "markets[2].oracle.account".to_owned(),
            format!("{payer} has 5 lamports and needs {needs} for rent and fees"),
        ]
    );
    let error = Migration::new(&description)
        .apply(&mut chain, |_| ())
        .unwrap_err();
    assert!(matches!(error, MigrationError::Blocked(_)), "{error}");
}

#[test]
fn only_the_authority_can_go_on() {
    let description = example();
    let other = address::pool();
    let mut chain = table().with_exchange(|exchange| exchange.authority = other);
    let plan = plan(&description, &mut chain);
    let expected = format!(
        "the exchange's authority is {other} and the key that signs is {}: sign with the \
         authority's key",
        chain.payer
    );
    assert!(plan.obstacles.contains(&expected), "{:?}", plan.obstacles);
}

#[test]
fn without_an_amount_for_insurance_nothing_is_asked_of_the_last_step() {
    let mut description = example();
    description.insurance_atoms = 0;
    let plan = plan(&description, &mut table());
    assert!(plan
        .to_string()
        .contains("006 insurance cash: none asked for\n"));
}

#[test]
fn lamports_sent_ahead_to_an_address_do_not_pass_for_the_account() {
    let description = example();
    let mut chain = table();
    chain.put(address::exchange(), Pubkey::default(), Vec::new());
    assert_eq!(states(&plan(&description, &mut chain))[0], (1, false));
}

#[test]
fn a_refusal_by_the_program_is_told_in_its_own_words() {
    let error = ChainError {
        what: "transaction refused".to_owned(),
        logs: vec![
            "Program log: AnchorError occurred. Error Code: BadTiers. Error Number: 6502. \
             Error Message: The tiers are out of bounds."
                .to_owned(),
        ],
    };
    assert_eq!(
        error.to_string(),
        "transaction refused: The tiers are out of bounds"
    );
}
