//! Token transfers. The ledger is changed by the callers; this file only moves tokens.

use crate::seeds;
use anchor_lang::prelude::*;
use anchor_spl::token;
use anchor_spl::token_interface::{self, TransferChecked};

/// One transfer. The token program checks that both token accounts are of the mint, that the
/// authority may move `from`, and that the balance suffices.
pub struct Transfer<'info> {
    /// SPL Token or Token-2022; checked against the bank by the caller.
    pub program: Pubkey,
    /// The mint.
    pub mint: AccountInfo<'info>,
    /// Source.
    pub from: AccountInfo<'info>,
    /// Destination.
    pub to: AccountInfo<'info>,
    /// Who may move the source.
    pub authority: AccountInfo<'info>,
    /// Decimals of the mint.
    pub decimals: u8,
}

impl<'info> Transfer<'info> {
    /// The authority signed the transaction.
    pub fn signed(self, amount: u64) -> Result<()> {
        let (program, decimals) = (self.program, self.decimals);
        let context = CpiContext::new(program, self.accounts());
        token_interface::transfer_checked(context, amount, decimals)
    }

    /// The authority is the exchange.
    pub fn signed_by_exchange(self, bump: u8, amount: u64) -> Result<()> {
        let (program, decimals) = (self.program, self.decimals);
        let seeds: &[&[u8]] = &[seeds::EXCHANGE, &[bump]];
        let signers = [seeds];
        let context = CpiContext::new_with_signer(program, self.accounts(), &signers);
        token_interface::transfer_checked(context, amount, decimals)
    }

    fn accounts(self) -> TransferChecked<'info> {
        TransferChecked {
            from: self.from,
            mint: self.mint,
            to: self.to,
            authority: self.authority,
        }
    }
}

/// Mints shares. The exchange is the mint's only authority.
pub fn mint_shares<'info>(
    mint: AccountInfo<'info>,
    to: AccountInfo<'info>,
    exchange: AccountInfo<'info>,
    bump: u8,
    amount: u64,
) -> Result<()> {
    let seeds: &[&[u8]] = &[seeds::EXCHANGE, &[bump]];
    let accounts = token::MintTo {
        mint,
        to,
        authority: exchange,
    };
    token::mint_to(
        CpiContext::new_with_signer(token::ID, accounts, &[seeds]),
        amount,
    )
}

/// Burns shares in escrow, which the exchange owns.
pub fn burn_shares<'info>(
    mint: AccountInfo<'info>,
    escrow: AccountInfo<'info>,
    exchange: AccountInfo<'info>,
    bump: u8,
    amount: u64,
) -> Result<()> {
    let seeds: &[&[u8]] = &[seeds::EXCHANGE, &[bump]];
    let accounts = token::Burn {
        mint,
        from: escrow,
        authority: exchange,
    };
    token::burn(
        CpiContext::new_with_signer(token::ID, accounts, &[seeds]),
        amount,
    )
}
