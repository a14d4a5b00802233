use super::pack::Packer;
use super::pyth::{self, Programs};
use super::{PriceError, Step};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;

/// Accounts that were made to post updates and that hold rent until they are closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rented {
    /// Encoded VAAs, drafts or verified.
    pub vaas: Vec<Pubkey>,
    /// Updates of a feed each.
    pub updates: Vec<Pubkey>,
}

impl Rented {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.vaas.is_empty() && self.updates.is_empty()
    }

    /// All of them, the VAAs first.
    pub fn addresses(&self) -> Vec<Pubkey> {
        [&self.vaas[..], &self.updates].concat()
    }

    /// Those of which `keep` holds.
    pub fn retain(&mut self, keep: impl Fn(&Pubkey) -> bool) {
        self.vaas.retain(&keep);
        self.updates.retain(&keep);
    }

    /// Takes in the others.
    pub fn extend(&mut self, others: Self) {
        self.vaas.extend(others.vaas);
        self.updates.extend(others.updates);
    }

    /// Closes them; the rent goes to `authority`, who made them. Each has to be there, or the step
    /// that names it fails as a whole.
    ///
    /// ```
    /// use anchor_lang::prelude::Pubkey;
    /// use whittle_client::price::{pyth::Programs, Rented};
    ///
    /// let updates = vec![Pubkey::new_from_array([3; 32])];
    /// let rented = Rented { updates, ..Rented::default() };
    /// let keeper = Pubkey::new_from_array([1; 32]);
    /// assert_eq!(rented.steps(&Programs::PYTHNET, keeper).unwrap().len(), 1);
    /// ```
    pub fn steps(&self, programs: &Programs, authority: Pubkey) -> Result<Vec<Step>, PriceError> {
        let mut steps = Packer::new(authority);
        for vaa in &self.vaas {
            let close = pyth::close_encoded_vaa(programs, authority, *vaa);
            steps.add(alone(close, pyth::CLOSE_UNITS))?;
        }
        for update in &self.updates {
            let reclaim = pyth::reclaim_rent(programs, authority, *update);
            steps.add(alone(reclaim, pyth::RECLAIM_UNITS))?;
        }
        Ok(steps.finish())
    }
}

/// A step of one instruction that needs no further signature.
pub(super) fn alone(instruction: Instruction, compute_units: u32) -> Step {
    Step {
        instructions: vec![instruction],
        signers: vec![],
        compute_units,
    }
}
