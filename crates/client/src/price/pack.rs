//! As few transactions as the order of the instructions allows.

use super::{PriceError, Step};
use anchor_lang::prelude::{pubkey, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use std::collections::BTreeMap;

/// What a packet of the network carries.
pub const MAX_TRANSACTION_BYTES: usize = 1_232;

const MAX_COMPUTE_UNITS: u32 = 1_400_000;
const COMPUTE_BUDGET: Pubkey = pubkey!("ComputeBudget111111111111111111111111111111");
/// Two instructions of the compute budget, 150 each.
const BUDGET_UNITS: u32 = 300;

/// Bytes of a version 0 transaction without lookup tables, all signatures counted.
///
/// ```
/// use anchor_lang::prelude::Pubkey;
/// use whittle_client::{instruction, price};
///
/// let payer = Pubkey::new_from_array([1; 32]);
/// let update = instruction::update_markets(&[(0, Pubkey::new_from_array([2; 32]))]);
/// assert!(price::transaction_size(&payer, &[update]) < price::MAX_TRANSACTION_BYTES);
/// ```
pub fn transaction_size(payer: &Pubkey, instructions: &[Instruction]) -> usize {
    let mut signs: BTreeMap<Pubkey, bool> = BTreeMap::from([(*payer, true)]);
    let mut bytes = length_bytes(instructions.len());
    for instruction in instructions {
        signs.entry(instruction.program_id).or_default();
        for meta in &instruction.accounts {
            *signs.entry(meta.pubkey).or_default() |= meta.is_signer;
        }
        let (accounts, data) = (instruction.accounts.len(), instruction.data.len());
        bytes += 1 + length_bytes(accounts) + accounts + length_bytes(data) + data;
    }
    let signatures = signs.values().filter(|signs| **signs).count();
    // Version, three counts of the header, the blockhash and the number of lookup tables.
    let fixed = 1 + 3 + 32 + 1;
    let keys = length_bytes(signs.len()) + 32 * signs.len();
    length_bytes(signatures) + 64 * signatures + fixed + keys + bytes
}

/// Lengths are written in groups of seven bits.
fn length_bytes(length: usize) -> usize {
    1 + usize::from(length >= 1 << 7) + usize::from(length >= 1 << 14)
}

/// Fills steps in order.
pub(super) struct Packer {
    payer: Pubkey,
    full: Vec<Step>,
    open: Step,
}

impl Packer {
    pub fn new(payer: Pubkey) -> Self {
        let (full, open) = Default::default();
        Self { payer, full, open }
    }

    fn size_with(&self, more: &[Instruction]) -> usize {
        // What a sender sets: the limit and the price of compute units.
        let budget = [5, 9].map(|bytes| Instruction {
            program_id: COMPUTE_BUDGET,
            accounts: vec![],
            data: vec![0; bytes],
        });
        let all = [&budget[..], &self.open.instructions, more].concat();
        transaction_size(&self.payer, &all)
    }

    /// Bytes left in the open step beside `instruction`.
    pub fn room_beside(&self, instruction: &Instruction) -> usize {
        let size = self.size_with(std::slice::from_ref(instruction));
        MAX_TRANSACTION_BYTES.saturating_sub(size)
    }

    /// Steps that are full.
    pub fn closed(&self) -> usize {
        self.full.len()
    }

    /// What follows goes into another transaction.
    pub fn close(&mut self) {
        if !self.open.instructions.is_empty() {
            self.full.push(std::mem::take(&mut self.open));
        }
    }

    /// Adds what has to stand in one transaction.
    pub fn add(&mut self, step: Step) -> Result<(), PriceError> {
        let units = self.open.compute_units + step.compute_units;
        let size = self.size_with(&step.instructions);
        if size > MAX_TRANSACTION_BYTES || units > MAX_COMPUTE_UNITS {
            if self.open.instructions.is_empty() {
                return Err(PriceError::StepTooLarge(size));
            }
            self.close();
            return self.add(step);
        }
        if self.open.instructions.is_empty() {
            self.open.compute_units = BUDGET_UNITS;
        }
        self.open.compute_units += step.compute_units;
        self.open.instructions.extend(step.instructions);
        self.open.signers.extend(step.signers);
        Ok(())
    }

    pub fn finish(mut self) -> Vec<Step> {
        self.close();
        self.full
    }
}
