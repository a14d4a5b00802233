//! Deposits, overdrafts and their cure.

use super::{build, with, Held};
use crate::{address, Mirror, Writable};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::Outcome;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::Bank;
use whittle::{accounts, instruction};

/// Deposits from the token account `source`. Where the token's issuer has a cap, its other banks go
/// along.
pub fn deposit(
    mirror: &Mirror,
    depositor: Pubkey,
    account: Pubkey,
    source: Pubkey,
    bank: &Bank,
    amount_atoms: u64,
) -> Outcome<Instruction> {
    let accounts = accounts::Deposit {
        depositor,
        exchange: address::exchange(),
        account,
        bank: address::bank(&bank.mint),
        mint: bank.mint,
        vault: bank.vault,
        source,
        token_program: bank.token_program,
    };
    let rest = mirror.others_of_issuer(bank)?;
    Ok(with(
        build(accounts, instruction::Deposit { amount_atoms }),
        rest,
    ))
}

/// Moves the interest that `account` owes to the pool.
pub fn charge_interest(account: Pubkey) -> Instruction {
    let accounts = accounts::ChargeInterest {
        exchange: address::exchange(),
        pool: address::pool(),
        account,
    };
    build(accounts, instruction::ChargeInterest {})
}

/// Where a buyer pays from and receives to.
#[derive(Clone, Copy, Debug)]
pub struct Buyer {
    /// Signs.
    pub key: Pubkey,
    /// Its token account of the quote token.
    pub source: Pubkey,
    /// A token account of the collateral token.
    pub receiver: Pubkey,
}

/// Buys just enough of a bank's token from an account with an overdraft, at most `max_atoms`.
pub fn convert_collateral(
    mirror: &Mirror,
    held: Held,
    buyer: Buyer,
    bank: &Bank,
    max_atoms: u64,
) -> Outcome<Instruction> {
    let quote = mirror.bank(QUOTE_BANK)?;
    let accounts = accounts::ConvertCollateral {
        buyer: buyer.key,
        exchange: address::exchange(),
        pool: address::pool(),
        account: held.address,
        bank: address::bank(&bank.mint),
        mint: bank.mint,
        vault: bank.vault,
        receiver: buyer.receiver,
        token_program: bank.token_program,
        quote_bank: address::bank(&quote.mint),
        quote_mint: quote.mint,
        quote_vault: quote.vault,
        source: buyer.source,
        quote_token_program: quote.token_program,
    };
    let rest = mirror.remaining(held.account, Writable::None)?;
    Ok(with(
        build(accounts, instruction::ConvertCollateral { max_atoms }),
        rest,
    ))
}
