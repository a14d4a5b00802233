//! Pays quote tokens into the insurance fund.

use super::tokens::Transfer;
use crate::error::{require_that, WhittleError};
use crate::event::InsuranceSeeded;
use crate::state::bank::QUOTE_BANK;
use crate::state::{Bank, InsuranceFund};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use whittle_risk::Usd;

/// Anyone may pay; nobody gets it back. There is one fund, so its type is enough of a check.
#[derive(Accounts)]
pub struct SeedInsurance<'info> {
    /// Signs for the tokens.
    pub payer: Signer<'info>,
    /// The fund.
    #[account(mut)]
    pub insurance_fund: AccountLoader<'info, InsuranceFund>,
    /// The quote token's bank.
    #[account(mut, constraint = bank.load()?.index == QUOTE_BANK @ WhittleError::BankMismatch)]
    pub bank: AccountLoader<'info, Bank>,
    /// The quote token.
    /// CHECK: the address is the bank's, which was checked to be a mint at listing.
    #[account(address = bank.load()?.mint @ WhittleError::WrongMint)]
    pub mint: UncheckedAccount<'info>,
    /// The bank's tokens.
    /// CHECK: the address is the bank's, which the program created.
    #[account(mut, address = bank.load()?.vault @ WhittleError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// Where the tokens come from.
    /// CHECK: the token program checks its mint and the payer's right to it.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The quote token's program.
    #[account(address = bank.load()?.token_program @ WhittleError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

pub(crate) fn handle(ctx: Context<SeedInsurance>, amount_atoms: u64) -> Result<()> {
    require_that(amount_atoms > 0, WhittleError::ZeroAmount)?;

    let accounts = &ctx.accounts;
    let amount = Usd::from_magnitude(amount_atoms).map_err(WhittleError::from)?;
    let (cash, decimals) = {
        let mut fund = accounts.insurance_fund.load_mut()?;
        let mut bank = accounts.bank.load_mut()?;
        // The deposit cap limits what users risk here; a full bank is no reason to refuse cover.
        bank.take_in_uncapped(amount_atoms)?;
        let cash = Usd(fund.cash_usd_atoms).plus(amount);
        fund.cash_usd_atoms = cash.map_err(WhittleError::from)?.0;
        fund.invariant()?;
        (fund.cash_usd_atoms, bank.decimals)
    };
    Transfer {
        program: accounts.token_program.key(),
        mint: accounts.mint.to_account_info(),
        from: accounts.source.to_account_info(),
        to: accounts.vault.to_account_info(),
        authority: accounts.payer.to_account_info(),
        decimals,
    }
    .signed(amount_atoms)?;

    emit!(InsuranceSeeded {
        payer: accounts.payer.key(),
        amount_atoms,
        cash_usd_atoms: cash,
    });
    Ok(())
}
