//! Takes the place of two programs on a local validator, for tests: of Wormhole's core bridge that
//! Pyth uses, and of Pyth's receiver. Neither comes with this repository.
//!
//! **It checks no signature.** Whoever calls it may post any price. What it does as the real ones do,
//! by their published descriptions: it takes the same instructions with the same accounts, keeps
//! drafts and who may write them apart, takes an update only with a proof that leads to the root in a
//! VAA that was "verified", takes the receiver's fee, writes the same accounts (`EncodedVaa`,
//! `PriceUpdateV2`), and gives rent back to who made an account and to nobody else.
//!
//! One program serves at both addresses: the instructions of the two differ in their first bytes.

mod bridge;
mod receiver;

use solana_program::account_info::AccountInfo;
use solana_program::entrypoint::ProgramResult;
use solana_program::program_error::ProgramError;
use solana_program::pubkey::Pubkey;

solana_program::entrypoint!(process);

fn process(program: &Pubkey, accounts: &[AccountInfo], data: &[u8]) -> ProgramResult {
    let (name, arguments) = data
        .split_first_chunk::<8>()
        .ok_or(ProgramError::InvalidInstructionData)?;
    let mut arguments = Arguments(arguments);
    // sha256("global:" and the name), as the published descriptions have them.
    match *name {
        [209, 193, 173, 25, 91, 202, 181, 218] => bridge::init_encoded_vaa(program, accounts),
        [199, 208, 110, 177, 150, 76, 118, 42] => {
            bridge::write_encoded_vaa(program, accounts, &mut arguments)
        }
        [103, 56, 177, 229, 240, 103, 68, 73] => bridge::verify_encoded_vaa_v1(program, accounts),
        [48, 221, 174, 198, 231, 7, 152, 38] => bridge::close_encoded_vaa(program, accounts),
        [133, 95, 207, 175, 11, 79, 118, 44] => {
            receiver::post_update(program, accounts, &mut arguments)
        }
        [218, 200, 19, 197, 227, 89, 192, 22] => receiver::reclaim_rent(program, accounts),
        _ => Err(ProgramError::InvalidInstructionData),
    }
}

/// What follows the name of an instruction, or stands in an account: read from the front.
struct Arguments<'a>(&'a [u8]);

impl<'a> Arguments<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], ProgramError> {
        let split = self.0.split_at_checked(bytes);
        let (taken, rest) = split.ok_or(ProgramError::InvalidInstructionData)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ProgramError> {
        let taken = self.take(N)?;
        let array = taken.try_into();
        array.map_err(|_| ProgramError::InvalidInstructionData)
    }

    /// A length of Borsh's.
    fn length(&mut self) -> Result<usize, ProgramError> {
        Ok(u32::from_le_bytes(self.array()?) as usize)
    }
}

/// The accounts of an instruction, in order.
fn named<'a, 'i, const N: usize>(
    accounts: &'a [AccountInfo<'i>],
) -> Result<&'a [AccountInfo<'i>; N], ProgramError> {
    accounts
        .first_chunk()
        .ok_or(ProgramError::NotEnoughAccountKeys)
}

fn require(holds: bool, error: ProgramError) -> ProgramResult {
    if holds {
        Ok(())
    } else {
        Err(error)
    }
}

/// Closes an account; what it holds goes to `to`.
fn close(account: &AccountInfo, to: &AccountInfo) -> ProgramResult {
    let all = account.lamports();
    let sum = to.lamports().checked_add(all);
    **to.try_borrow_mut_lamports()? = sum.ok_or(ProgramError::ArithmeticOverflow)?;
    **account.try_borrow_mut_lamports()? = 0;
    account.try_borrow_mut_data()?.fill(0);
    Ok(())
}
