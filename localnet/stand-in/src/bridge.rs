//! The core bridge: drafts of VAAs, written in parts and then declared verified.

use crate::{close, named, require, Arguments};
use solana_program::account_info::AccountInfo;
use solana_program::entrypoint::ProgramResult;
use solana_program::program_error::ProgramError;
use solana_program::pubkey::Pubkey;

/// sha256("account:EncodedVaa").
const ENCODED_VAA: [u8; 8] = [226, 101, 163, 4, 133, 160, 84, 245];
/// In front of the VAA: discriminator, status, write authority, version, length.
const HEADER: usize = 8 + 1 + 32 + 1 + 4;
const STATUS: usize = 8;
const AUTHORITY: usize = 9;
const VERSION: usize = 41;
const LENGTH: usize = 42;
const WRITING: u8 = 1;
const VERIFIED: u8 = 2;

/// The signer who made the draft, and the draft; errors when it is in another state.
fn draft<'a, 'i>(
    program: &Pubkey,
    accounts: &'a [AccountInfo<'i>],
    states: &[u8],
) -> Result<&'a [AccountInfo<'i>; 2], ProgramError> {
    let both @ [authority, vaa] = named(accounts)?;
    require(authority.is_signer, ProgramError::MissingRequiredSignature)?;
    require(vaa.owner == program, ProgramError::IllegalOwner)?;
    let data = vaa.try_borrow_data()?;
    let ok = data.len() >= HEADER && data.starts_with(&ENCODED_VAA);
    require(ok, ProgramError::UninitializedAccount)?;
    require(
        data[AUTHORITY..VERSION] == authority.key.to_bytes(),
        ProgramError::IncorrectAuthority,
    )?;
    let known = states.contains(&data[STATUS]);
    require(known, ProgramError::InvalidAccountData)?;
    Ok(both)
}

pub fn init_encoded_vaa(program: &Pubkey, accounts: &[AccountInfo]) -> ProgramResult {
    let [authority, vaa] = named(accounts)?;
    require(authority.is_signer, ProgramError::MissingRequiredSignature)?;
    require(vaa.owner == program, ProgramError::IllegalOwner)?;
    let mut data = vaa.try_borrow_mut_data()?;
    let is_new = data.len() > HEADER && data.iter().all(|byte| *byte == 0);
    require(is_new, ProgramError::AccountAlreadyInitialized)?;
    let length = (data.len() - HEADER) as u32;
    data[..8].copy_from_slice(&ENCODED_VAA);
    data[STATUS] = WRITING;
    data[AUTHORITY..VERSION].copy_from_slice(authority.key.as_ref());
    data[LENGTH..HEADER].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

pub fn write_encoded_vaa(
    program: &Pubkey,
    accounts: &[AccountInfo],
    arguments: &mut Arguments,
) -> ProgramResult {
    let [_, vaa] = draft(program, accounts, &[WRITING])?;
    let at = arguments.length()?;
    let length = arguments.length()?;
    let part = arguments.take(length)?;
    let mut data = vaa.try_borrow_mut_data()?;
    let place = data
        .get_mut(HEADER..)
        .and_then(|body| body.get_mut(at..at.checked_add(length)?));
    let place = place.ok_or(ProgramError::AccountDataTooSmall)?;
    place.copy_from_slice(part);
    Ok(())
}

/// The real one recovers the guardians' keys from the signatures here.
pub fn verify_encoded_vaa_v1(program: &Pubkey, accounts: &[AccountInfo]) -> ProgramResult {
    let [_, vaa] = draft(program, accounts, &[WRITING])?;
    require(accounts.len() > 2, ProgramError::NotEnoughAccountKeys)?;
    let mut data = vaa.try_borrow_mut_data()?;
    let version = data[HEADER];
    require(version == 1, ProgramError::InvalidAccountData)?;
    data[STATUS] = VERIFIED;
    data[VERSION] = version;
    Ok(())
}

pub fn close_encoded_vaa(program: &Pubkey, accounts: &[AccountInfo]) -> ProgramResult {
    let [authority, vaa] = draft(program, accounts, &[WRITING, VERIFIED])?;
    close(vaa, authority)
}

/// The root that a verified VAA attests.
pub fn root(vaa: &AccountInfo) -> Result<[u8; 20], ProgramError> {
    let data = vaa.try_borrow_data()?;
    let ok = data.len() > HEADER && data.starts_with(&ENCODED_VAA) && data[STATUS] == VERIFIED;
    require(ok, ProgramError::InvalidAccountData)?;
    let mut body = Arguments(&data[HEADER..]);
    // Version and guardian set, then the signatures with the number of each guardian, then time, nonce,
    // chain and address of the emitter, sequence and consistency.
    body.take(1 + 4)?;
    let [signatures] = body.array()?;
    body.take(66 * usize::from(signatures) + 4 + 4 + 2 + 32 + 8 + 1)?;
    // A Merkle root, its slot and the size of a ring.
    require(
        body.array()? == *b"AUWV\0",
        ProgramError::InvalidAccountData,
    )?;
    body.take(8 + 4)?;
    body.array()
}
