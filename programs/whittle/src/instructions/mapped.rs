//! Named accounts of the instructions that are sent the most, mapped where they lie.
//!
//! Anchor's loader compares keys and discriminators by system calls, several times for each account,
//! and writes the discriminator back at the end. Here owner and type are compared once, as words.
//! What does not fit is shown to Anchor's loader, so that the errors are those of any other
//! instruction.

use super::remaining::{map, map_mut};
use crate::error::WhittleError;
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
