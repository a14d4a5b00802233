//! Step 4: the pool and the insurance fund, which one instruction creates.

use super::{tokens, NewAccount, State, Work};
use crate::chain::{self, Chain, ChainError};
use crate::describe::{Comparison, Description};
use anchor_lang::solana_program::instruction::Instruction;
use whittle::state::{InsuranceFund, Pool};
use whittle_client::{address, instruction};

struct ThePool<'a>(&'a Description);

pub(super) fn work(description: &Description) -> Box<dyn Work + '_> {
    Box::new(ThePool(description))
}

impl Work for ThePool<'_> {
    fn describe(&self) -> String {
        "pool and insurance fund".to_owned()
    }

    fn state(&self, chain: &mut dyn Chain) -> Result<State, ChainError> {
        let Some(found) = chain::read::<Pool>(chain, &address::pool())? else {
            return Ok(State::Missing);
        };
        let mut compare = Comparison::new("pool");
        compare.group(&self.0.pool, &found.params);
        let mut differences = compare.finish();
        if let Some(fund) = chain::read::<InsuranceFund>(chain, &address::insurance())? {
            let mut compare = Comparison::new("insurance");
            compare.group(&self.0.insurance, &fund.params);
            differences.extend(compare.finish());
        }
        Ok(State::compared(differences))
    }

    fn creates(&self) -> Vec<NewAccount> {
        let escrow = tokens::ACCOUNT_BYTES;
        vec![
            NewAccount::new("pool", address::pool(), Pool::SIZE),
            NewAccount::new("insurance fund", address::insurance(), InsuranceFund::SIZE),
            NewAccount::new(
                "mint of pool shares",
                address::share_mint(),
                tokens::MINT_BYTES,
            ),
            NewAccount::new("escrow of pool shares", address::share_escrow(), escrow),
        ]
    }

    fn obstacles(&self, _: &mut dyn Chain) -> Result<Vec<String>, ChainError> {
        Ok(Vec::new())
    }

    fn instruction(&self, chain: &mut dyn Chain) -> Result<Instruction, ChainError> {
        Ok(instruction::create_pool(
            chain.payer(),
            self.0.pool,
            self.0.insurance,
        ))
    }
}
