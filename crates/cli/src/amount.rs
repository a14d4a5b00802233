//! Amounts, prices and shares as people write them: the client's, and addresses.

use anchor_lang::prelude::Pubkey;
pub use whittle_client::amount::*;

/// An address in base58.
pub fn key(text: &str) -> Result<Pubkey, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is not an address: write 32 bytes in base58"))
}
