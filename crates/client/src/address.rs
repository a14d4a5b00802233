//! Where the program keeps its accounts. Every address follows from the program's id and what the
//! account is about, so none has to be stored or looked up.

use anchor_lang::prelude::Pubkey;
use whittle::seeds;

fn derived(seeds: &[&[u8]]) -> Pubkey {
    Pubkey::find_program_address(seeds, &whittle::ID).0
}

/// The exchange.
pub fn exchange() -> Pubkey {
    derived(&[seeds::EXCHANGE])
}

/// The bank of a collateral token.
pub fn bank(mint: &Pubkey) -> Pubkey {
    derived(&[seeds::BANK, mint.as_ref()])
}

/// The token account that holds all of a collateral token.
pub fn vault(mint: &Pubkey) -> Pubkey {
    derived(&[seeds::VAULT, mint.as_ref()])
}

/// A market.
pub fn market(index: u16) -> Pubkey {
    derived(&[seeds::MARKET, &index.to_le_bytes()])
}

/// The pool.
pub fn pool() -> Pubkey {
    derived(&[seeds::POOL])
}

/// The mint of the pool's shares.
pub fn share_mint() -> Pubkey {
    derived(&[seeds::SHARE_MINT])
}

/// The token account that holds the shares of pending withdrawals.
pub fn share_escrow() -> Pubkey {
    derived(&[seeds::SHARE_ESCROW])
}

/// The insurance fund.
pub fn insurance() -> Pubkey {
    derived(&[seeds::INSURANCE])
}

/// An owner's margin account.
pub fn margin_account(owner: &Pubkey, sub_id: u16) -> Pubkey {
    derived(&[seeds::MARGIN, owner.as_ref(), &sub_id.to_le_bytes()])
}

/// A proposal of a change.
pub fn proposal(nonce: u64) -> Pubkey {
    derived(&[seeds::PROPOSAL, &nonce.to_le_bytes()])
}

/// A liquidity provider's pending request.
pub fn liquidity_request(owner: &Pubkey) -> Pubkey {
    derived(&[seeds::LIQUIDITY, owner.as_ref()])
}

/// Where a wallet keeps tokens of a mint, by the convention that wallets and explorers share: the
/// associated token account.
pub fn token_account(owner: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> Pubkey {
    anchor_spl::associated_token::get_associated_token_address_with_program_id(
        owner,
        mint,
        token_program,
    )
}
