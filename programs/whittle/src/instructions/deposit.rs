//! Deposits a collateral token into a margin account.

use super::remaining;
use super::tokens::Transfer;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::Deposited;
use crate::state::bank::QUOTE_BANK;
use crate::state::{Bank, Exchange, MarginAccount};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use whittle_risk::Usd;

/// Anyone may deposit into any account, for a rescue must not need the owner. A token other than the
/// quote token needs a price no older than its `stale_after_secs`. Where its issuer has a cap, the other banks of
/// the issuer follow, by their numbers.
#[derive(Accounts)]
pub struct Deposit<'info> {
    /// Signs for the tokens.
    pub depositor: Signer<'info>,
    /// The rate of interest and the caps of issuers.
    pub exchange: AccountLoader<'info, Exchange>,
    /// Gets the credit.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The token's bank.
    #[account(mut)]
    pub bank: AccountLoader<'info, Bank>,
    /// The token.
    /// CHECK: the address is the bank's, which was checked to be a mint at listing.
    #[account(address = bank.load()?.mint @ WhittleError::WrongMint)]
    pub mint: UncheckedAccount<'info>,
    /// The bank's tokens.
    /// CHECK: the address is the bank's, which the program created.
    #[account(mut, address = bank.load()?.vault @ WhittleError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// Where the tokens come from.
    /// CHECK: the token program checks its mint and the depositor's right to it. It cannot be the
    /// vault, which only the exchange signs for.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The token's program.
    #[account(address = bank.load()?.token_program @ WhittleError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
}

/// A stranger may add to what an account holds, but not give it a token it does not hold: that
/// takes one of its few places and makes its liquidations and withdrawals need that token's price.
fn validate(
    account: &MarginAccount,
    bank: u16,
    depositor: &Pubkey,
    amount_atoms: u64,
) -> Outcome<()> {
    require_that(amount_atoms > 0, WhittleError::ZeroAmount)?;
    // Who owes more than he has cures it with cash; a token without a price to sell it at would only
    // hold up the resolution of his bankruptcy.
    let owes = account.deficit_usd_atoms > 0;
    require_that(bank == QUOTE_BANK || !owes, WhittleError::AccountInDeficit)?;
    let holds = bank == QUOTE_BANK || account.used_collaterals().any(|held| held.bank == bank);
    require_that(holds || *depositor == account.owner, WhittleError::NotOwner)
}

/// A fill that adds risk needs the price of every token held. A first token of a silent feed, held
/// from a moment of the owner's choice, would take his order back.
fn validate_orders(account: &MarginAccount, bank: &Bank, now: i64) -> Outcome<()> {
    let is_new = bank.index != QUOTE_BANK
        && account
            .used_collaterals()
            .all(|held| held.bank != bank.index);
    let holds_up = is_new && bank.mark(now).stale;
    require_that(
        !holds_up || account.opening_orders(now).next().is_none(),
        WhittleError::PriceTooOld,
    )
}

/// All tokens of the issuer together, the deposit included, must be within its cap.
fn validate_issuer(exchange: &Exchange, bank: &Bank, others: &[AccountInfo]) -> Outcome<()> {
    let mut infos = others.iter();
    if let Some((cap, indices)) = exchange.capped_group(bank) {
        let mut value = bank.deposits_value_ceil()?;
        for index in indices {
            let other = remaining::read_bank(infos.next().ok_or(WhittleError::BankMissing)?)?;
            require_that(other.index == index, WhittleError::BankMismatch)?;
            if other.deposits_atoms > 0 {
                value = value.plus(other.deposits_value_ceil()?)?;
            }
        }
        require_that(value <= cap, WhittleError::IssuerCap)?;
    }
    require_that(infos.next().is_none(), WhittleError::ExtraAccount)
}

fn credit(account: &mut MarginAccount, bank: u16, amount_atoms: u64) -> Outcome<()> {
    if bank == QUOTE_BANK {
        return account.credit(Usd::from_magnitude(amount_atoms)?);
    }
    let held = account.collateral_slot(bank)?;
    held.amount_atoms = held
        .amount_atoms
        .checked_add(amount_atoms)
        .ok_or(WhittleError::MathOverflow)?;
    Ok(())
}

pub(crate) fn handle<'info>(ctx: Context<'info, Deposit<'info>>, amount_atoms: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let (index, decimals) = {
        let mut account = accounts.account.load_mut()?;
        let mut bank = accounts.bank.load_mut()?;
        let exchange = accounts.exchange.load()?;
        account.count_interest(&exchange, Clock::get()?.unix_timestamp)?;
        validate(&account, bank.index, accounts.depositor.key, amount_atoms)?;
        let now = Clock::get()?.unix_timestamp;
        bank.admit_deposit(now)?;
        validate_orders(&account, &bank, now)?;

        // A rescue is never blocked, least of all by somebody who fills the cap.
        if bank.index == QUOTE_BANK && account.has_obligations() {
            bank.take_in_uncapped(amount_atoms)?;
        } else {
            bank.take_in(amount_atoms)?;
        }
        validate_issuer(&exchange, &bank, ctx.remaining_accounts)?;
        credit(&mut account, bank.index, amount_atoms)?;
        account.invariant()?;
        (bank.index, bank.decimals)
    };
    Transfer {
        program: accounts.token_program.key(),
        mint: accounts.mint.to_account_info(),
        from: accounts.source.to_account_info(),
        to: accounts.vault.to_account_info(),
        authority: accounts.depositor.to_account_info(),
        decimals,
    }
    .signed(amount_atoms)?;

    emit!(Deposited {
        account: accounts.account.key(),
        bank: index,
        amount_atoms,
    });
    Ok(())
}
