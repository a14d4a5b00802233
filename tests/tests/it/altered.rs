//! Instructions and accounts that differ from good ones in one thing.

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use solana_account::Account;
use whittle_tests::{spec, World};

/// Another account in the place of one that an instruction names.
pub fn with_account(mut instruction: Instruction, place: usize, key: Pubkey) -> Instruction {
    instruction.accounts[place].pubkey = key;
    instruction
}

/// The account in this place does not sign.
pub fn unsigned(mut instruction: Instruction, place: usize) -> Instruction {
    instruction.accounts[place].is_signer = false;
    instruction
}

/// Other accounts after the first `named` ones.
pub fn with_rest(mut instruction: Instruction, named: usize, rest: &[Pubkey]) -> Instruction {
    instruction.accounts.truncate(named);
    let rest = rest
        .iter()
        .map(|key| AccountMeta::new_readonly(*key, false));
    instruction.accounts.extend(rest);
    instruction
}

/// A copy of an account, to the byte, that belongs to another program.
pub fn foreign_copy(world: &mut World, key: Pubkey) -> Pubkey {
    let copy = spec::address(&format!("a foreign copy of {key}"));
    let original = world.raw(&key).expect("an account to copy").clone();
    let foreign = Account {
        owner: spec::address("another exchange's program"),
        ..original
    };
    world.put(copy, "a foreign copy", &foreign);
    copy
}
