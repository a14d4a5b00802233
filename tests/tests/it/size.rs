//! Transactions that must fit a packet without a lookup table.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_transaction::Transaction;
use whittle::instructions::remaining::MAX_MARKETS;
use whittle::state::margin_account::MAX_COLLATERALS;
use whittle::state::proposal::Change;
use whittle::state::MarginAccount;
use whittle_client::instruction;
use whittle_client::instruction::{
    allocate_shortfall, fill_liquidity_request, liquidate_partial, pool_exposure, update_banks,
    update_markets, Held,
};
use whittle_client::{address, Writable};
use whittle_risk::MAX_LEGS;
use whittle_tests::{spec, Actor, BankSpec, MarketSpec, World};

/// Bytes of a packet that are left for a transaction.
const PACKET: usize = 1_232;
const SYMBOLS: [&str; MAX_LEGS] = ["BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ADA", "AVAX"];

/// An exchange with eight markets and four collateral tokens, and an account that uses all.
fn widest() -> (World, MarginAccount) {
    let markets = SYMBOLS.map(|symbol| MarketSpec {
        symbol,
        ..MarketSpec::default()
    });
    let mut world = World::with_markets(&markets);
    for symbol in ["A", "B", "C", "D"] {
        let spec = BankSpec {
            symbol,
            ..BankSpec::sol()
        };
        world.list_bank(&spec).ok();
    }
    let trader = world.keeper("trader");
    let mut account = world.account_of(&trader);
    for (index, position) in (0u16..).zip(&mut account.positions) {
        (position.market, position.lots) = (index, 1);
    }
    for (index, held) in (1u16..).zip(&mut account.collaterals) {
        (held.bank, held.amount_atoms) = (index, 1);
    }
    (world, account)
}

/// What a keeper sends: with a compute limit and a price for it.
fn size(instructions: &[Instruction]) -> usize {
    let mut all = vec![
        ComputeBudgetInstruction::set_compute_unit_limit(60_000),
        ComputeBudgetInstruction::set_compute_unit_price(1_000),
    ];
    all.extend_from_slice(instructions);
    let payer = spec::address("keeper");
    let transaction = Transaction::new_with_payer(&all, Some(&payer));
    // A count of signatures, the signatures, the message.
    1 + 64 * transaction.signatures.len() + transaction.message_data().len()
}

fn liquidation(world: &World, account: &MarginAccount, writable: Writable) -> Instruction {
    let held = Held {
        address: Actor::named("trader").account(),
        account,
    };
    let keeper = Actor::named("keeper").account();
    liquidate_partial(&world.mirror(), held, keeper, 0, writable).expect("known accounts")
}

fn market_updates(world: &World) -> Instruction {
    let pairs = world.all_markets();
    let pairs: Vec<_> = pairs
        .into_iter()
        .map(|market| (market, world.feed(market).address))
        .collect();
    update_markets(&pairs)
}

fn bank_updates(world: &World) -> Instruction {
    let pairs: Vec<(Pubkey, Pubkey)> = (1u16..)
        .take(MAX_COLLATERALS)
        .map(|bank| (world.bank(bank).mint, world.bank_feed(bank).address))
        .collect();
    update_banks(&pairs)
}

#[test]
fn a_liquidation_over_eight_markets_fits_a_transaction() {
    let (world, account) = widest();
    for writable in [Writable::All, Writable::Only(&[3])] {
        let bytes = size(&[liquidation(&world, &account, writable)]);
        assert!(bytes <= PACKET, "{bytes} bytes");
    }
}

#[test]
fn a_liquidation_fits_a_transaction_with_the_updates_of_its_eight_markets() {
    let (world, account) = widest();
    let liquidation = liquidation(&world, &account, Writable::All);
    let bytes = size(&[market_updates(&world), liquidation]);
    assert!(bytes <= PACKET, "{bytes} bytes");
}

#[test]
fn a_liquidation_fits_a_transaction_with_the_updates_of_all_that_it_can_depend_on() {
    let (world, account) = widest();
    let liquidation = liquidation(&world, &account, Writable::All);
    let updates = [market_updates(&world), bank_updates(&world)];
    let [markets, banks] = updates;
    let bytes = size(&[markets, banks, liquidation]);
    assert!(bytes <= PACKET, "{bytes} bytes");
}

/// What bounds the number of markets: the widest instructions that name all of them.
fn as_many_markets_as_may_be_listed() -> World {
    const LETTERS: [&str; MAX_MARKETS as usize] = [
        "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P",
    ];
    let markets = LETTERS.map(|symbol| MarketSpec {
        symbol,
        ..MarketSpec::default()
    });
    World::with_markets(&markets)
}

#[test]
fn instructions_that_name_every_market_fit_a_transaction_with_as_many_as_may_be_listed() {
    let mut world = as_many_markets_as_may_be_listed();
    let provider = Actor::named("lp");
    provider.request_withdrawal(&mut world, 1_000_000, 0).ok();
    let request = world.read(&address::liquidity_request(&provider.address()));
    let mirror = world.mirror();
    let fill = fill_liquidity_request(&mirror, &request).expect("a quote bank");
    for instruction in [fill, allocate_shortfall(&mirror), pool_exposure(&mirror)] {
        let bytes = size(&[instruction]);
        assert!(bytes <= PACKET, "{bytes} bytes");
    }
}

/// The change that is checked against every market.
#[test]
fn new_rules_of_an_exchange_with_as_many_markets_as_may_be_listed_fit_a_transaction() {
    let mut world = as_many_markets_as_may_be_listed();
    let mut params = world.mirror().exchange().expect("an exchange").params;
    params.fill_reward_usd_atoms += 1;
    let nonce = world.propose(Change::ExchangeParams { params });
    world.await_eta(nonce);
    let proposal = world.proposal(nonce);
    let apply = instruction::apply_change(&world.mirror(), &proposal, Pubkey::default());
    let bytes = size(&[apply.expect("known accounts")]);
    assert!(bytes <= PACKET, "{bytes} bytes");
    let done = world.apply(nonce).ok();
    // Without asking for more than an instruction gets by itself.
    assert!(done.cu() <= 200_000, "{} units", done.cu());
    println!("{bytes} bytes, {} units", done.cu());
    assert_eq!(
        world.mirror().exchange().expect("an exchange").params,
        params
    );
}
