//! Steps 2 and 3: collateral tokens.

use super::{tokens, NewAccount, State, Work};
use crate::chain::{self, Chain, ChainError};
use crate::decimal::show_scaled;
use crate::describe::{share, show_oracle, Comparison, DescribedBank};
use anchor_lang::solana_program::instruction::Instruction;
use whittle::state::{Bank, Exchange};
use whittle_client::{address, instruction};

struct TheBank<'a> {
    index: u16,
    bank: &'a DescribedBank,
}

pub(super) fn work(index: u16, bank: &DescribedBank) -> Box<dyn Work + '_> {
    Box::new(TheBank { index, bank })
}

impl TheBank<'_> {
    fn path(&self) -> String {
        format!("banks[{}]", self.index)
    }

    /// Nothing is at the mint's address; has another token taken its number?
    fn unless_taken(&self, chain: &mut dyn Chain) -> Result<State, ChainError> {
        let exchange = chain::read::<Exchange>(chain, &address::exchange())?;
        let listed = exchange.map_or(0, |exchange| exchange.bank_count);
        if listed <= self.index {
            return Ok(State::Missing);
        }
        let path = self.path();
        let mut compare = Comparison::new(&path);
        let mint = self.bank.mint.to_string();
        let other = format!("another token has number {}", self.index);
        compare.field("mint", [mint, other], |shown| shown);
        Ok(State::compared(compare.finish()))
    }
}

impl Work for TheBank<'_> {
    fn describe(&self) -> String {
        format!("bank {}, {}", self.index, self.bank.name)
    }

    fn state(&self, chain: &mut dyn Chain) -> Result<State, ChainError> {
        let Some(found) = chain::read::<Bank>(chain, &address::bank(&self.bank.mint))? else {
            return self.unless_taken(chain);
        };
        let args = &self.bank.args;
        let path = self.path();
        let mut compare = Comparison::new(&path);
        compare.field("number", [self.index, found.index], |it| it.to_string());
        compare.field("decimals", [self.bank.decimals, found.decimals], |it| {
            it.to_string()
        });
        compare.field(
            "haircut_weight",
            [args.haircut_weight_q32, found.haircut_weight_q32],
            share::show,
        );
        compare.field("peg_usd", [args.peg_q32, found.peg_q32], |raw| {
            format!("{raw} / 2^32 USD atoms for each token atom")
        });
        let decimals = u32::from(found.decimals);
        compare.field(
            "deposit_cap",
            [args.deposit_cap_atoms, found.deposit_cap_atoms],
            |atoms| show_scaled(atoms.into(), decimals),
        );
        compare.field(
            "issuer_group",
            [args.issuer_group, found.issuer_group],
            |it| it.to_string(),
        );
        compare.field(
            "conversion_discount",
            [args.conversion_discount_q32, found.conversion_discount_q32],
            share::show,
        );
        compare.below("depeg", &args.depeg, &found.depeg_params);
        compare.below("oracle", &args.oracle, &found.oracle);
        compare.field("oracle", [args.oracle, found.oracle].map(key), show_oracle);
        Ok(State::compared(compare.finish()))
    }

    fn creates(&self) -> Vec<NewAccount> {
        let mint = &self.bank.mint;
        let name = &self.bank.name;
        let vault = tokens::ACCOUNT_BYTES;
        vec![
            NewAccount::new(format!("bank of {name}"), address::bank(mint), Bank::SIZE),
            NewAccount::new(format!("vault of {name}"), address::vault(mint), vault),
        ]
    }

    fn obstacles(&self, chain: &mut dyn Chain) -> Result<Vec<String>, ChainError> {
        let (path, mint) = (self.path(), self.bank.mint);
        let obstacle = match tokens::mint(chain, &mint)? {
            None => format!(
                "{path}.mint: there is no token mint at {mint} on this cluster: create it or \
                 correct the address"
            ),
            Some(found) if found.decimals != self.bank.decimals => format!(
                "{path}.decimals: the mint has {}, described are {}: correct the description",
                found.decimals, self.bank.decimals
            ),
            Some(_) => return Ok(Vec::new()),
        };
        Ok(vec![obstacle])
    }

    fn instruction(&self, chain: &mut dyn Chain) -> Result<Instruction, ChainError> {
        let mint = tokens::known_mint(chain, &self.bank.mint)?;
        Ok(instruction::list_bank(
            chain.payer(),
            self.bank.mint,
            mint.program,
            self.bank.args.clone(),
        ))
    }
}

fn key(oracle: whittle::state::raw::OracleConfig) -> (u8, [u8; 32]) {
    (oracle.kind, oracle.key)
}
