//! Step 6: cash in the insurance fund, where a least amount is asked for.

use super::{tokens, NewAccount, State, Work};
use crate::chain::{self, Chain, ChainError};
use crate::describe::{usd, Description};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;
use whittle::state::{Bank, Exchange, InsuranceFund, Market};
use whittle_client::{address, instruction};

struct InsuranceCash<'a> {
    description: &'a Description,
    quote: Pubkey,
}

pub(super) fn work(description: &Description) -> Vec<Box<dyn Work + '_>> {
    match description.banks.first() {
        Some(bank) if description.insurance_atoms > 0 => vec![Box::new(InsuranceCash {
            description,
            quote: bank.mint,
        })],
        _ => Vec::new(),
    }
}

impl InsuranceCash<'_> {
    /// What is missing, atoms. Cash that settlements moved into markets still is insurance cash.
    fn missing(&self, chain: &mut dyn Chain) -> Result<u64, ChainError> {
        let fund = chain::read::<InsuranceFund>(chain, &address::insurance())?;
        let exchange = chain::read::<Exchange>(chain, &address::exchange())?;
        let mut held = fund.map_or(0, |fund| i128::from(fund.cash_usd_atoms));
        for index in 0..exchange.map_or(0, |exchange| exchange.market_count) {
            if let Some(market) = chain::read::<Market>(chain, &address::market(index))? {
                held = held.saturating_add(market.insurance_line_usd_atoms.into());
            }
        }
        let missing = i128::from(self.description.insurance_atoms).saturating_sub(held);
        Ok(u64::try_from(missing).unwrap_or_default())
    }

    /// The payer's own account of the quote token.
    fn source(&self, chain: &mut dyn Chain) -> Result<Pubkey, ChainError> {
        let mint = tokens::known_mint(chain, &self.quote)?;
        Ok(get_associated_token_address_with_program_id(
            &chain.payer(),
            &self.quote,
            &mint.program,
        ))
    }
}

impl Work for InsuranceCash<'_> {
    fn describe(&self) -> String {
        let atoms = usd::show(self.description.insurance_atoms);
        format!("at least {atoms} in the insurance fund")
    }

    fn state(&self, chain: &mut dyn Chain) -> Result<State, ChainError> {
        Ok(match self.missing(chain)? {
            0 => State::Done,
            _ => State::Missing,
        })
    }

    fn creates(&self) -> Vec<NewAccount> {
        Vec::new()
    }

    fn obstacles(&self, chain: &mut dyn Chain) -> Result<Vec<String>, ChainError> {
        if tokens::mint(chain, &self.quote)?.is_none() {
            // The quote bank's own obstacle.
            return Ok(Vec::new());
        }
        let source = self.source(chain)?;
        let (has, needs) = (tokens::balance(chain, &source)?, self.missing(chain)?);
        if has >= needs {
            return Ok(Vec::new());
        }
        Ok(vec![format!(
            "insurance.at_least_usd: the payer's token account {source} holds {} and {} are \
             missing: fund it or ask for less",
            usd::show(has),
            usd::show(needs)
        )])
    }

    fn instruction(&self, chain: &mut dyn Chain) -> Result<Instruction, ChainError> {
        let quote = chain::read::<Bank>(chain, &address::bank(&self.quote))?
            .ok_or_else(|| ChainError::new("the quote token is not listed"))?;
        let source = self.source(chain)?;
        let missing = self.missing(chain)?;
        Ok(instruction::seed_insurance(
            chain.payer(),
            source,
            &quote,
            missing,
        ))
    }
}
