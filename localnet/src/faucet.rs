//! Money for whoever tries the exchange with a wallet of their own.

use anchor_lang::prelude::Pubkey;
use anchor_spl::associated_token::get_associated_token_address;
use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::json;
use whittle_migrations::decimal::show_scaled;

use crate::local::{Local, SOL};
use crate::oracle::gifts;

/// For fees and rent.
const FEES: u64 = 10 * SOL;
/// Whole tokens of the quote token, and of each other one.
const QUOTE: u64 = 10_000;
const OTHER: u64 = 10;
/// Where a token account holds its amount.
const AMOUNT: std::ops::Range<usize> = 64..72;

/// What a wallet was given.
#[derive(Debug, Serialize)]
pub struct Given {
    /// SOL for fees.
    pub sol: String,
    /// Of each bank.
    pub tokens: Vec<Tokens>,
}

/// Some of one token.
#[derive(Debug, Serialize)]
pub struct Tokens {
    /// The bank's name.
    pub name: String,
    /// Its mint.
    pub mint: String,
    /// Whole tokens.
    pub amount: String,
}

impl Local {
    /// Adds SOL and some of every bank's token to what a wallet has.
    pub fn give(&self, wallet: &Pubkey) -> Result<Given> {
        let node = self.node();
        let params = json!([wallet.to_string(), {"commitment": "processed"}]);
        let balance = node.call("getBalance", params)?;
        let has = balance["value"].as_u64().context("no balance")?;
        node.set_lamports(wallet, has.saturating_add(FEES))?;

        let mut tokens = Vec::new();
        let mut written = vec![*wallet];
        for (number, bank) in self.description.banks.iter().enumerate() {
            let whole = if number == 0 { QUOTE } else { OTHER };
            let atoms = whole.saturating_mul(10u64.pow(bank.decimals.into()));
            let account = get_associated_token_address(wallet, &bank.mint);
            let has = node.data(&[account])?.pop().flatten();
            let has = has.map_or(Ok(0), |data| amount(&data))?;
            node.set_tokens(wallet, &bank.mint, has.saturating_add(atoms))?;
            written.push(account);
            tokens.push(Tokens {
                name: bank.name.clone(),
                mint: bank.mint.to_string(),
                amount: whole.to_string(),
            });
        }
        let payer = &self.authority;
        node.send(&gifts(payer.key(), written), &[&payer.keypair])?;
        Ok(Given {
            sol: show_scaled(FEES.into(), 9),
            tokens,
        })
    }
}

fn amount(data: &[u8]) -> Result<u64> {
    let bytes = data.get(AMOUNT).context("a token account is too short")?;
    Ok(u64::from_le_bytes(bytes.try_into()?))
}
