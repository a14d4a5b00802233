//! Where a person keeps tokens: the associated token accounts of a wallet.

use crate::error::{CliError, Outcome};
use crate::session::Session;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use whittle::state::Bank;
use whittle_client::address;
use whittle_migrations::decimal::Decimal;

/// The associated token account program.
const PROGRAM: Pubkey = Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// Its instruction that creates an account unless it is there.
const CREATE_IDEMPOTENT: u8 = 1;
/// Size of a token account without extensions.
pub const ACCOUNT_BYTES: usize = 165;
/// Where the amount stands in a token account, after mint and owner.
const AMOUNT_AT: usize = 64;
/// Where the supply stands in a mint, after the authority and its flag.
const SUPPLY_AT: usize = 36;

/// Token atoms, with an error that names the field.
pub fn atoms(amount: Decimal, bank: &Bank) -> Outcome<u64> {
    match amount.to_atoms(bank.decimals.into()) {
        Ok(0) => Err(CliError::input("amount: is zero: write more")),
        Ok(atoms) => Ok(atoms),
        Err(what) => Err(CliError::input(format!("amount: {what}"))),
    }
}

/// Creates it unless it is there; `payer` pays.
pub fn create(payer: Pubkey, wallet: Pubkey, mint: Pubkey, token_program: Pubkey) -> Instruction {
    Instruction {
        program_id: PROGRAM,
        accounts: vec![
            AccountMeta::new(payer, true),
            AccountMeta::new(
                address::token_account(&wallet, &mint, &token_program),
                false,
            ),
            AccountMeta::new_readonly(wallet, false),
            AccountMeta::new_readonly(mint, false),
            AccountMeta::new_readonly(system_program::ID, false),
            AccountMeta::new_readonly(token_program, false),
        ],
        data: vec![CREATE_IDEMPOTENT],
    }
}

/// What a token account holds, atoms; `None` where there is none.
pub async fn balance(session: &Session, address: &Pubkey) -> Outcome<Option<u64>> {
    let Some(account) = session.cluster.account(address).await? else {
        return Ok(None);
    };
    let bytes = account.data.get(AMOUNT_AT..).and_then(<[u8]>::first_chunk);
    Ok(bytes.map(|bytes| u64::from_le_bytes(*bytes)))
}

/// How many atoms of a token there are; zero without the mint.
pub async fn supply(session: &Session, mint: &Pubkey) -> Outcome<u64> {
    let Some(account) = session.cluster.account(mint).await? else {
        return Ok(0);
    };
    let bytes = account.data.get(SUPPLY_AT..).and_then(<[u8]>::first_chunk);
    Ok(bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes)))
}

/// A token account that holds enough, or an error that says how much is missing.
pub async fn require(
    session: &Session,
    address: &Pubkey,
    needed: u64,
    decimals: u8,
) -> Outcome<()> {
    let held = balance(session, address).await?;
    let show = |atoms: u64| crate::show::scaled(atoms.into(), decimals.into(), 0);
    match held {
        Some(held) if held >= needed => Ok(()),
        Some(held) => Err(CliError::failed(format!(
            "amount: the token account {address} holds {} of {}: send it more, ask for less, or \
             name another with --from",
            show(held),
            show(needed)
        ))),
        None => Err(CliError::failed(format!(
            "there is no token account at {address}: send {} tokens there first, or name another \
             with --from",
            show(needed)
        ))),
    }
}
