//! The numbered steps. Numbers never change their meaning; a new kind of step gets the next one.

mod bank;
mod exchange;
mod insurance;
mod market;
mod pool;
mod tokens;

use crate::chain::{Chain, ChainError};
use crate::describe::{Description, Difference};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;

/// How far a piece of work is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The chain is as described.
    Done,
    /// Not done yet.
    Missing,
    /// Something is there that is not as described.
    Differs(Vec<Difference>),
}

impl State {
    pub(crate) fn compared(differences: Vec<Difference>) -> Self {
        if differences.is_empty() {
            Self::Done
        } else {
            Self::Differs(differences)
        }
    }
}

/// An account that a piece of work creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// What it is.
    pub what: String,
    /// Where it will be.
    pub address: Pubkey,
    /// Its size.
    pub bytes: usize,
}

impl NewAccount {
    fn new(what: impl Into<String>, address: Pubkey, bytes: usize) -> Self {
        Self {
            what: what.into(),
            address,
            bytes,
        }
    }
}

/// One piece of work: what one transaction does, whole or not at all.
pub(crate) trait Work {
    /// What it brings about.
    fn describe(&self) -> String;

    /// How far it is, by reading the chain.
    fn state(&self, chain: &mut dyn Chain) -> Result<State, ChainError>;

    /// The accounts that it creates.
    fn creates(&self) -> Vec<NewAccount>;

    /// What would make it fail, by reading the chain. Asked only while it is missing.
    fn obstacles(&self, chain: &mut dyn Chain) -> Result<Vec<String>, ChainError>;

    /// What to send.
    fn instruction(&self, chain: &mut dyn Chain) -> Result<Instruction, ChainError>;

    /// Does it and checks that it is done.
    fn apply(&self, chain: &mut dyn Chain) -> Result<(), ChainError> {
        let instruction = self.instruction(chain)?;
        chain.send(&[instruction])?;
        match self.state(chain)? {
            State::Done => Ok(()),
            state => Err(ChainError::new(format!(
                "was sent and confirmed, but the chain shows {state:?}"
            ))),
        }
    }
}

/// A numbered step with its pieces of work, in order.
pub(crate) struct Step<'a> {
    pub number: u16,
    pub title: &'static str,
    pub works: Vec<Box<dyn Work + 'a>>,
}

/// All steps, in order.
pub(crate) fn all(description: &Description) -> Vec<Step<'_>> {
    let mut banks = (0u16..)
        .zip(&description.banks)
        .map(|(index, bank)| bank::work(index, bank))
        .collect::<Vec<_>>();
    let others = banks.split_off(banks.len().min(1));
    let markets = (0u16..)
        .zip(&description.markets)
        .map(|(index, market)| market::work(index, market, &description.exchange))
        .collect();
    let steps = [
        ("exchange", vec![exchange::work(description)]),
        ("quote bank", banks),
        ("other banks", others),
        ("markets", markets),
        // Opens the exchange: what is listed later waits for the timelock.
        ("pool and insurance fund", vec![pool::work(description)]),
        ("insurance cash", insurance::work(description)),
    ];
    (1u16..)
        .zip(steps)
        .map(|(number, (title, works))| Step {
            number,
            title,
            works,
        })
        .collect()
}
