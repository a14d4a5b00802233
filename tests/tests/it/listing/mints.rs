//! Which mints of Token-2022 are accepted: those whose tokens stay where they are.

use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::Pubkey;
use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use anchor_spl::{token, token_2022};
use solana_account::Account;
use whittle::error::WhittleError;
use whittle::instructions::ListBankArgs;
use whittle_client::instruction;
use whittle_tests::token as tokens;
use whittle_tests::{spec, OracleStub, Sent, World, ONE};

/// Where the extensions of a mint begin, behind a byte that says that it is a mint.
const EXTENSIONS: usize = 166;

/// A Token-2022 mint with extensions of these numbers and sizes, their contents zero.
fn mint_with(extensions: &[(u16, u16)]) -> Account {
    let mut mint = tokens::mint(true, 6, spec::address("authority"));
    mint.data.resize(EXTENSIONS, 0);
    mint.data[EXTENSIONS - 1] = 1;
    for (number, size) in extensions {
        mint.data.extend(number.to_le_bytes());
        mint.data.extend(size.to_le_bytes());
        mint.data.extend(vec![0; usize::from(*size)]);
    }
    mint
}

#[track_caller]
fn list(world: &mut World, mint: &Account, program: Pubkey) -> Sent {
    let address = spec::address("a mint");
    world.put(address, "a mint", mint);
    let args = ListBankArgs {
        oracle: OracleStub::pull("SOL").config(),
        haircut_weight_q32: ONE,
        peg_q32: 0,
        deposit_cap_atoms: 1_000_000,
        issuer_group: 0,
        conversion_discount_q32: 0,
        depeg: Default::default(),
    };
    let authority = world.authority.clone();
    let list = instruction::list_bank(authority.address(), address, program, args);
    world.send_as(&authority, list)
}

#[test]
fn extensions_that_move_freeze_or_hide_balances_are_refused() {
    let mut world = World::new();
    for kind in [
        ExtensionType::TransferFeeConfig,
        ExtensionType::MintCloseAuthority,
        ExtensionType::ConfidentialTransferMint,
        ExtensionType::DefaultAccountState,
        ExtensionType::NonTransferable,
        ExtensionType::InterestBearingConfig,
        ExtensionType::PermanentDelegate,
        ExtensionType::TransferHook,
        ExtensionType::ConfidentialTransferFeeConfig,
        ExtensionType::ConfidentialMintBurn,
        ExtensionType::ScaledUiAmount,
        ExtensionType::Pausable,
    ] {
        println!("{kind:?}");
        let mint = mint_with(&[(kind.into(), 8)]);
        let sent = list(&mut world, &mint, token_2022::ID);
        sent.refused(WhittleError::MintExtension);
    }
}

#[test]
fn a_transfer_fee_as_the_token_program_writes_it_is_refused() {
    let mut world = World::new();
    let mint = tokens::mint_with_transfer_fee(6, world.authority_address());
    let sent = list(&mut world, &mint, token_2022::ID);
    sent.refused(WhittleError::MintExtension);
}

#[test]
fn an_extension_that_nobody_knows_yet_is_refused() {
    let mut world = World::new();
    let sent = list(&mut world, &mint_with(&[(9_999, 8)]), token_2022::ID);
    sent.refused(WhittleError::MintExtension);
}

#[test]
fn a_bad_extension_behind_a_good_one_is_refused() {
    let mut world = World::new();
    let good = (ExtensionType::MetadataPointer.into(), 64);
    let bad = (ExtensionType::TransferHook.into(), 64);
    for both in [[good, bad], [bad, good]] {
        let sent = list(&mut world, &mint_with(&both), token_2022::ID);
        sent.refused(WhittleError::MintExtension);
    }
}

#[test]
fn descriptive_extensions_are_accepted() {
    for kind in [
        ExtensionType::MetadataPointer,
        ExtensionType::GroupPointer,
        ExtensionType::GroupMemberPointer,
    ] {
        println!("{kind:?}");
        let mut world = World::new();
        let mint = mint_with(&[(kind.into(), 64)]);
        list(&mut world, &mint, token_2022::ID).ok();
    }
}

#[test]
fn a_mint_is_listed_with_its_own_token_program() {
    let mut world = World::new();
    let authority = world.authority_address();
    for (is_2022, other) in [(false, token_2022::ID), (true, token::ID)] {
        let mint = tokens::mint(is_2022, 6, authority);
        let sent = list(&mut world, &mint, other);
        sent.refused(WhittleError::WrongTokenProgram);
        let sent = list(&mut world, &mint, whittle::ID);
        sent.refused(ErrorCode::InvalidProgramId);
    }
}

#[test]
fn a_mint_belongs_to_a_token_program() {
    let mut world = World::new();
    let mut mint = tokens::mint(false, 6, world.authority_address());
    mint.owner = spec::address("somebody's program");
    let sent = list(&mut world, &mint, token::ID);
    sent.refused(ErrorCode::AccountOwnedByWrongProgram);
}
