//! From bytes to accounts.

use anchor_lang::Discriminator;
use bytemuck::Pod;
use core::fmt;

/// Why bytes are not the account that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The first eight bytes name another type of account, or none.
    WrongType,
    /// The account is shorter than its type.
    TooShort {
        /// Bytes there are.
        have: usize,
        /// Bytes there should be.
        need: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType => write!(f, "the account is of another type"),
            Self::TooShort { have, need } => {
                write!(f, "the account has {have} bytes instead of {need}")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// Reads an account of the program from its data: `account::<Market>(&data)`. Who owns the account
/// is for the caller to check; at an address of [`crate::address`] only the program can write.
pub fn account<T: Pod + Discriminator>(data: &[u8]) -> Result<T, DecodeError> {
    let body = data
        .strip_prefix(T::DISCRIMINATOR)
        .ok_or(DecodeError::WrongType)?;
    let size = core::mem::size_of::<T>();
    let body = body.get(..size).ok_or(DecodeError::TooShort {
        have: data.len(),
        need: size.saturating_add(T::DISCRIMINATOR.len()),
    })?;
    Ok(bytemuck::pod_read_unaligned(body))
}

/// An account's data, of which [`account`] reads the same account again.
pub fn bytes<T: Pod + Discriminator>(account: &T) -> Vec<u8> {
    [T::DISCRIMINATOR, bytemuck::bytes_of(account)].concat()
}
