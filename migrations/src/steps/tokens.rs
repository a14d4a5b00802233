//! Reading mints and token accounts of either token program.

use crate::chain::{Chain, ChainError};
use anchor_lang::prelude::Pubkey;
use anchor_spl::token_interface::spl_token_2022::extension::StateWithExtensions;
use anchor_spl::token_interface::spl_token_2022::state::{Account, Mint};
use anchor_spl::{token, token_2022};

/// Size of a token account without extensions, as the program opens them.
pub const ACCOUNT_BYTES: usize = 165;
/// Size of a mint without extensions.
pub const MINT_BYTES: usize = 82;

/// What a migration needs of a mint.
pub struct FoundMint {
    pub program: Pubkey,
    pub decimals: u8,
}

/// The mint at an address, `None` when there is none.
pub fn mint(chain: &mut dyn Chain, address: &Pubkey) -> Result<Option<FoundMint>, ChainError> {
    let account = chain
        .account(address)?
        .filter(|account| account.owner == token::ID || account.owner == token_2022::ID);
    Ok(account.and_then(|account| {
        let mint = StateWithExtensions::<Mint>::unpack(&account.data).ok()?;
        Some(FoundMint {
            program: account.owner,
            decimals: mint.base.decimals,
        })
    }))
}

/// The mint at an address where there must be one.
pub fn known_mint(chain: &mut dyn Chain, address: &Pubkey) -> Result<FoundMint, ChainError> {
    mint(chain, address)?
        .ok_or_else(|| ChainError::new(format!("there is no token mint at {address}")))
}

/// What a token account holds; zero when there is none.
pub fn balance(chain: &mut dyn Chain, address: &Pubkey) -> Result<u64, ChainError> {
    let account = chain.account(address)?;
    Ok(account
        .and_then(|account| {
            let account = StateWithExtensions::<Account>::unpack(&account.data).ok()?;
            Some(account.base.amount)
        })
        .unwrap_or_default())
}
