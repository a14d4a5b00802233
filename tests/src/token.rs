//! Mints and token accounts, put where a test needs them. What the token programs do with them
//! afterwards is their own work.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::program_option::COption;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_spl::token::{self, spl_token};
use anchor_spl::token_2022::{self, spl_token_2022};
use solana_account::Account;
use spl_token_2022::extension::transfer_fee::TransferFeeConfig;
use spl_token_2022::extension::{
    BaseStateWithExtensionsMut, ExtensionType, StateWithExtensionsMut,
};

/// Where the amount stands in a token account of either program.
const AMOUNT: core::ops::Range<usize> = 64..72;
/// Where the supply stands in a mint of either program.
const SUPPLY: core::ops::Range<usize> = 36..44;

fn account(owner: Pubkey, data: Vec<u8>) -> Account {
    Account {
        lamports: 10_000_000,
        data,
        owner,
        executable: false,
        rent_epoch: u64::MAX,
    }
}

/// A mint of SPL Token or Token-2022 without extensions.
pub fn mint(token_2022: bool, decimals: u8, authority: Pubkey) -> Account {
    let state = spl_token::state::Mint {
        mint_authority: COption::Some(authority),
        decimals,
        is_initialized: true,
        ..Default::default()
    };
    let mut data = vec![0; spl_token::state::Mint::LEN];
    state.pack_into_slice(&mut data);
    account(program(token_2022), data)
}

/// A Token-2022 mint that takes a fee from every transfer.
pub fn mint_with_transfer_fee(decimals: u8, authority: Pubkey) -> Account {
    type Mint = spl_token_2022::state::Mint;
    let kinds = [ExtensionType::TransferFeeConfig];
    let size = ExtensionType::try_calculate_account_len::<Mint>(&kinds).expect("a known size");
    let mut data = vec![0; size];
    let mut state =
        StateWithExtensionsMut::<Mint>::unpack_uninitialized(&mut data).expect("a new mint");
    state
        .init_extension::<TransferFeeConfig>(true)
        .expect("room for the extension");
    state.base = Mint {
        mint_authority: COption::Some(authority),
        decimals,
        is_initialized: true,
        ..Default::default()
    };
    state.pack_base();
    state.init_account_type().expect("a mint");
    account(token_2022::ID, data)
}

/// An empty token account.
pub fn wallet(token_program: Pubkey, mint: Pubkey, owner: Pubkey) -> Account {
    let state = spl_token::state::Account {
        mint,
        owner,
        state: spl_token::state::AccountState::Initialized,
        ..Default::default()
    };
    let mut data = vec![0; spl_token::state::Account::LEN];
    state.pack_into_slice(&mut data);
    account(token_program, data)
}

/// SPL Token or Token-2022.
pub fn program(token_2022: bool) -> Pubkey {
    if token_2022 {
        token_2022::ID
    } else {
        token::ID
    }
}

/// Whether an account belongs to one of the token programs and is a token account, not a mint.
pub fn is_wallet(account: &Account) -> bool {
    let owned = account.owner == token::ID || account.owner == token_2022::ID;
    owned && account.data.len() == spl_token::state::Account::LEN
}

/// The mint of a token account.
pub fn mint_of(wallet: &Account) -> Pubkey {
    Pubkey::try_from(&wallet.data[..32]).expect("32 bytes")
}

/// Tokens in a token account.
pub fn amount(wallet: &Account) -> u64 {
    read(wallet, AMOUNT)
}

/// Tokens of a mint.
pub fn supply(mint: &Account) -> u64 {
    read(mint, SUPPLY)
}

/// Mints into a token account.
pub fn add(mint: &mut Account, wallet: &mut Account, amount: u64) {
    for (account, place) in [(mint, SUPPLY), (wallet, AMOUNT)] {
        let sum = read(account, place.clone())
            .checked_add(amount)
            .expect("a supply of 64 bits");
        account.data[place].copy_from_slice(&sum.to_le_bytes());
    }
}

fn read(account: &Account, place: core::ops::Range<usize>) -> u64 {
    let bytes = account.data[place].try_into().expect("eight bytes");
    u64::from_le_bytes(bytes)
}
