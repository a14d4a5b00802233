//! Named accounts of the instructions that are sent the most, mapped where they lie.
//!
//! Anchor's loader compares keys and discriminators by system calls, several times for each account,
//! and writes the discriminator back at the end. Here owner and type are compared once, as words.
//! What does not fit is shown to Anchor's loader, so that the errors are those of any other
//! instruction.

use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use anchor_lang::ZeroCopy;
use core::cell::{Ref, RefMut};

/// Maps a named account to read it.
///
/// Errors: those of [`AccountLoader`], with the account's name.
#[inline(always)]
pub fn load<'info, T: ZeroCopy + Owner>(
    account: &'info UncheckedAccount<'info>,
    name: &'static str,
) -> Result<Ref<'info, T>> {
    map(account).map_err(|_| refuse::<T>(account, name))
}

/// Maps a named account to write it; `#[account(mut)]` has checked that it may be written.
///
/// Errors: those of [`AccountLoader`], with the account's name.
#[inline(always)]
pub fn load_mut<'info, T: ZeroCopy + Owner>(
    account: &'info UncheckedAccount<'info>,
    name: &'static str,
) -> Result<RefMut<'info, T>> {
    map_mut(account).map_err(|_| refuse::<T>(account, name))
}

/// What Anchor says of an account that does not fit.
#[cold]
#[inline(never)]
fn refuse<'info, T: ZeroCopy + Owner>(account: &'info AccountInfo<'info>, name: &str) -> Error {
    match AccountLoader::<T>::try_from(account).and_then(|it| it.load().map(|_| ())) {
        Err(error) => error.with_account_name(name),
        Ok(()) => WhittleError::WrongAccount.into(),
    }
}

/// Compares two keys as words; as slices it would be a system call for each account.
pub(super) fn same_key(a: &Pubkey, b: &Pubkey) -> bool {
    let words = |key: &Pubkey| -> [u64; 4] { bytemuck::cast(key.to_bytes()) };
    words(a).into_iter().zip(words(b)).all(|(a, b)| a == b)
}

/// The account is one of ours.
#[inline(always)]
fn require_owner<T: Owner>(info: &AccountInfo) -> Outcome<()> {
    require_that(
        same_key(info.owner, &T::owner()),
        WhittleError::WrongAccount,
    )
}

/// Maps the contents of an account of ours to read them, checked for owner and type.
#[inline(always)]
pub(super) fn map<'a, T: bytemuck::Pod + Discriminator + Owner>(
    info: &'a AccountInfo,
) -> Outcome<Ref<'a, T>> {
    require_owner::<T>(info)?;
    let data = info
        .try_borrow_data()
        .map_err(|_| WhittleError::WrongAccount)?;
    let body = Ref::filter_map(data, |data| bytemuck::try_from_bytes(body::<T>(data)?).ok());
    body.map_err(|_| WhittleError::WrongAccount)
}

/// As [`map`], to write them.
#[inline(always)]
pub(super) fn map_mut<'a, T: bytemuck::Pod + Discriminator + Owner>(
    info: &'a AccountInfo,
) -> Outcome<RefMut<'a, T>> {
    require_owner::<T>(info)?;
    let data = info
        .try_borrow_mut_data()
        .map_err(|_| WhittleError::WrongAccount)?;
    let body = RefMut::filter_map(data, |data| {
        let size = body::<T>(data)?.len();
        let data = data.get_mut(8..)?.get_mut(..size)?;
        bytemuck::try_from_bytes_mut(data).ok()
    });
    body.map_err(|_| WhittleError::WrongAccount)
}

/// The bytes after the discriminator, when that is the type's.
#[inline(always)]
fn body<T: Discriminator>(data: &[u8]) -> Option<&[u8]> {
    let (discriminator, body) = data.split_first_chunk::<8>()?;
    // As one word, for the same reason as a key.
    let expected = T::DISCRIMINATOR.first_chunk::<8>()?;
    if u64::from_le_bytes(*discriminator) != u64::from_le_bytes(*expected) {
        return None;
    }
    body.get(..core::mem::size_of::<T>())
}
