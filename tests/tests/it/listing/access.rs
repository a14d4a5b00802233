//! Who may list, and that everything is created once.

use crate::altered::{unsigned, with_account};
use anchor_lang::error::ErrorCode;
use anchor_lang::solana_program::instruction::Instruction;
use solana_transaction::InstructionError;
use whittle::error::WhittleError;
use whittle::instructions::ListBankArgs;
use whittle_client::{address, instruction};
use whittle_tests::{spec, token, BankSpec, ExchangeSpec, MarketSpec, OracleStub, World, ONE};

fn list_bank(world: &mut World, spec: &BankSpec) -> Instruction {
    let mint = world.create_mint(spec);
    let args = ListBankArgs {
        oracle: OracleStub::pull(spec.symbol).config(),
        haircut_weight_q32: ONE,
        peg_q32: 0,
        deposit_cap_atoms: 1_000_000,
        issuer_group: 0,
        conversion_discount_q32: 0,
        depeg: Default::default(),
    };
    let program = token::program(spec.token_2022);
    instruction::list_bank(world.authority_address(), mint, program, args)
}

/// Lists ETH, of which a price is shown, as the market with this number.
fn list_market(world: &mut World, index: u16) -> Instruction {
    let spec = MarketSpec::eth();
    let feed = OracleStub::pull("ETH");
    let account = feed.account(&feed.update("2000", world.now()));
    world.put(feed.address, "the oracle of ETH", &account);
    instruction::list_market(world.authority_address(), index, feed.address, spec.args())
}

#[test]
fn only_the_authority_lists() {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    let mallory = world.actor("mallory");
    let all = [
        list_bank(&mut world, &BankSpec::usdc()),
        list_market(&mut world, 0),
        instruction::create_pool(
            world.authority_address(),
            spec::pool_params(),
            spec::insurance_params(),
        ),
    ];
    let authority = world.authority.clone();
    for right in all {
        let wrong = with_account(right.clone(), 0, mallory.address());
        let sent = world.send_as(&mallory, wrong);
        sent.refused(WhittleError::NotAuthority);
        let sent = world.send(&[unsigned(right.clone(), 0)], &[]);
        sent.refused(ErrorCode::AccountNotSigner);
        world.send_as(&authority, right).ok();
    }
}

#[test]
fn an_exchange_is_initialized_once_and_by_a_signer() {
    let mut world = World::bare();
    world.initialize(&ExchangeSpec::default()).ok();
    // The system program: the address is in use.
    let sent = world.initialize(&ExchangeSpec::default());
    sent.refused_by_runtime(InstructionError::Custom(0));
    // Nor does anybody else take it over.
    let mallory = world.actor("mallory");
    world.authority = mallory.clone();
    let sent = world.initialize(&ExchangeSpec::default());
    sent.refused_by_runtime(InstructionError::Custom(0));
}

#[test]
fn a_token_is_listed_once() {
    let mut world = World::new();
    let authority = world.authority.clone();
    let list = list_bank(&mut world, &BankSpec::sol());
    world.send_as(&authority, list.clone()).ok();
    let sent = world.send_as(&authority, list);
    sent.refused_by_runtime(InstructionError::Custom(0));
}

#[test]
fn the_pool_is_created_once() {
    let mut world = World::new();
    let sent = world.create_pool();
    sent.refused_by_runtime(InstructionError::Custom(0));
}

#[test]
fn a_market_gets_the_next_number_and_no_other() {
    let mut world = World::new();
    let authority = world.authority.clone();
    for index in [0, 2, 7] {
        let list = list_market(&mut world, index);
        let sent = world.send_as(&authority, list);
        sent.refused(ErrorCode::ConstraintSeeds);
    }
    let list = list_market(&mut world, 1);
    world.send_as(&authority, list.clone()).ok();
    let sent = world.send_as(&authority, list);
    sent.refused(ErrorCode::ConstraintSeeds);
    assert_eq!(world.market(1).index, 1);
}

#[test]
fn everything_is_created_at_its_own_address() {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    let authority = world.authority.clone();
    let elsewhere = spec::address("elsewhere");
    let bank = list_bank(&mut world, &BankSpec::usdc());
    let market = list_market(&mut world, 0);
    let pool = instruction::create_pool(
        world.authority_address(),
        spec::pool_params(),
        spec::insurance_params(),
    );
    for (right, places) in [
        (bank, vec![3, 4]),
        (market, vec![2]),
        (pool, vec![2, 3, 4, 5]),
    ] {
        for place in places {
            let wrong = with_account(right.clone(), place, elsewhere);
            let sent = world.send_as(&authority, wrong);
            sent.refused(ErrorCode::ConstraintSeeds);
        }
        world.send_as(&authority, right).ok();
    }
    let mut world = World::bare();
    let args = whittle::instructions::InitializeExchangeArgs {
        params: ExchangeSpec::default().params,
        guardian: elsewhere,
        receiver_programs: ExchangeSpec::default().receiver_programs,
        legacy_programs: ExchangeSpec::default().legacy_programs,
        group_caps_usd_atoms: [0; 8],
    };
    let right = instruction::initialize_exchange(authority.address(), args);
    let sent = world.send_as(&authority, with_account(right.clone(), 1, elsewhere));
    sent.refused(ErrorCode::ConstraintSeeds);
    let sent = world.send(&[unsigned(right, 0)], &[]);
    sent.refused(ErrorCode::AccountNotSigner);
    assert!(world.raw(&address::exchange()).is_none());
}
