//! Sells collateral of an account whose cash is overdrawn: anybody buys just enough of it, at the
//! oracle's price less the bank's discount. Equity never falls by it (`INV-CONVERT`); the proof
//! stands in `whittle_risk::overdraft`.
//!
//! A token that is settled is sold likewise, at the published price; its discount grows to all of it
//! in the days in which the token comes to count for nothing.

use super::tokens::Transfer;
use super::{recovered, remaining};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::CollateralConverted;
use crate::snapshot::{require_firm, Snapshot};
use crate::state::bank::QUOTE_BANK;
use crate::state::{Bank, Exchange, MarginAccount, Pool};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use whittle_risk::health::{assess, Doubt, Health};
use whittle_risk::overdraft::Conversion;
use whittle_risk::{Ratio, Usd};

/// The banks and markets of the account as it is before the sale follow (see
/// [`remaining::snapshot`]), read-only. Anyone may buy.
#[derive(Accounts)]
pub struct ConvertCollateral<'info> {
    /// Buys; signs for the quote tokens.
    pub buyer: Signer<'info>,
    /// The rules; signs for the vault.
    pub exchange: AccountLoader<'info, Exchange>,
    /// Tells whether all overdrafts together are within its reserve.
    pub pool: AccountLoader<'info, Pool>,
    /// The account whose collateral is bought.
    #[account(mut)]
    pub account: AccountLoader<'info, MarginAccount>,
    /// The bank of the collateral.
    #[account(mut)]
    pub bank: AccountLoader<'info, Bank>,
    /// The collateral token.
    /// CHECK: the address is the bank's, which was checked to be a mint at listing.
    #[account(address = bank.load()?.mint @ WhittleError::WrongMint)]
    pub mint: UncheckedAccount<'info>,
    /// The bank's tokens.
    /// CHECK: the address is the bank's, which the program created.
    #[account(mut, address = bank.load()?.vault @ WhittleError::WrongVault)]
    pub vault: UncheckedAccount<'info>,
    /// Gets the collateral tokens.
    /// CHECK: the token program checks its mint; whose it is, is the buyer's choice. A transfer from
    /// the vault to itself would leave the ledger short.
    #[account(mut, constraint = receiver.key() != vault.key() @ WhittleError::WrongReceiver)]
    pub receiver: UncheckedAccount<'info>,
    /// The collateral token's program.
    #[account(address = bank.load()?.token_program @ WhittleError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// The quote token's bank.
    #[account(mut, constraint = quote_bank.load()?.index == QUOTE_BANK @ WhittleError::BankMismatch)]
    pub quote_bank: AccountLoader<'info, Bank>,
    /// The quote token.
    /// CHECK: the address is the bank's, which was checked to be a mint at listing.
    #[account(address = quote_bank.load()?.mint @ WhittleError::WrongMint)]
    pub quote_mint: UncheckedAccount<'info>,
    /// The quote token's vault.
    /// CHECK: the address is the bank's, which the program created.
    #[account(mut, address = quote_bank.load()?.vault @ WhittleError::WrongVault)]
    pub quote_vault: UncheckedAccount<'info>,
    /// Where the quote tokens come from.
    /// CHECK: the token program checks its mint and the buyer's right to it.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// The quote token's program.
    #[account(address = quote_bank.load()?.token_program @ WhittleError::WrongTokenProgram)]
    pub quote_token_program: Interface<'info, TokenInterface>,
}

/// What is bought and what is paid for it.
struct Sale {
    terms: Conversion,
    atoms: u64,
    payment: Usd,
}

/// Everything that a sale depends on beside the account.
struct Situation<'a, 'info> {
    exchange: &'a Exchange,
    pool: &'a Pool,
    bank: &'a Bank,
    rest: &'info [AccountInfo<'info>],
    now: i64,
}

/// Whether the overdraft is one to be cured: over the allowance, which is zero for everybody while
/// the pool lends more than its reserve; of an account without positions, which nothing else would
/// liquidate; or of one under maintenance, doubt counting in its favour.
fn validate_due(
    account: &MarginAccount,
    snapshot: &Snapshot,
    exchange: &Exchange,
    pool: &Pool,
    due: Usd,
) -> Outcome<()> {
    let is_stretched = pool.overdrafts_usd_atoms > pool.reserve_usd_atoms;
    let allowance = if is_stretched {
        0
    } else {
        exchange.params.overdraft.allowance_usd_atoms
    };
    if due.0 > allowance || (due.0 > 0 && account.open_positions().next().is_none()) {
        return Ok(());
    }
    let fair = assess(&snapshot.account(), Doubt::Favourable)?;
    let is_due = due.0 > 0 && fair.equity < fair.maintenance;
    require_that(is_due, WhittleError::NothingToConvert)
}

/// The price must be one that nobody can know better: certain, and as young as an update has to be.
fn validate_price(bank: &Bank, now: i64) -> Outcome<()> {
    let mark = bank.mark(now);
    require_that(mark.price.0 != 0, WhittleError::NoPrice)?;
    require_firm(&mark)
}

/// Once equity is gone each discount is the loss of others, and the discount of a settled token grows
/// for reasons of its own, so the smallest comes first: among the banks that the account holds and that have a price to sell at; ties by slot.
fn validate_order<'info>(
    account: &MarginAccount,
    bank: u16,
    rest: &'info [AccountInfo<'info>],
    now: i64,
) -> Result<()> {
    let mut first: Option<(Ratio, u16)> = None;
    for info in rest.iter().take(account.used_collaterals().count()) {
        let other = remaining::read_bank(info)?;
        let discount = other.sale_terms(now).discount;
        let is_less = first.is_none_or(|(least, _)| discount < least);
        if is_less && validate_price(&other, now).is_ok() {
            first = Some((discount, other.index));
        }
    }
    match first {
        Some((_, index)) if index != bank => {
            msg!("Convert bank {} first", index);
            Err(WhittleError::ConversionOrder.into())
        }
        _ => Ok(()),
    }
}

/// For nothing a token leaves only who has nothing else: no positions, and less than he owes.
fn validate_gift(account: &MarginAccount, before: &Health) -> Outcome<()> {
    require_that(
        account.open_positions().next().is_none() && before.equity.0 < 0,
        WhittleError::WorthlessCollateral,
    )
}

/// Just enough, at the price less the discount.
fn decide(
    situation: &Situation,
    account: &MarginAccount,
    before: &Health,
    snapshot: &Snapshot,
    max_atoms: u64,
) -> Result<Sale> {
    let Situation { bank, now, .. } = *situation;
    let held = account
        .used_collaterals()
        .find(|held| held.bank == bank.index)
        .ok_or(WhittleError::InsufficientCollateral)?;
    let most = held.amount_atoms.min(max_atoms);
    let due = account.overdraft_due()?;
    validate_due(account, snapshot, situation.exchange, situation.pool, due)?;
    validate_price(bank, now)?;
    if before.equity.0 <= 0 || bank.wind_down.is_settled() {
        validate_order(account, bank.index, situation.rest, now)?;
    }
    let terms = bank.sale_terms(now);
    if terms.discount >= Ratio::ONE {
        validate_gift(account, before)?;
    }
    let enough = terms.atoms_for(due).map_err(WhittleError::from)?;
    let atoms = enough.min(most);
    require_that(atoms > 0, WhittleError::ZeroAmount)?;
    let payment = terms.payment_ceil(atoms).map_err(WhittleError::from)?;
    Ok(Sale {
        terms,
        atoms,
        payment,
    })
}

/// Moves tokens and cash in the account. Returns the place of the collateral among those in use, if
/// none of it is left.
fn apply(account: &mut MarginAccount, bank: u16, sale: &Sale) -> Outcome<Option<usize>> {
    let place = account
        .used_collaterals()
        .position(|held| held.bank == bank);
    let held = account.collateral_slot(bank)?;
    held.amount_atoms = held
        .amount_atoms
        .checked_sub(sale.atoms)
        .ok_or(WhittleError::InsufficientCollateral)?;
    let emptied = place.filter(|_| held.amount_atoms == 0);
    account.credit(sale.payment)?;
    Ok(emptied)
}

pub(crate) fn handle<'info>(
    ctx: Context<'info, ConvertCollateral<'info>>,
    max_atoms: u64,
) -> Result<()> {
    let (accounts, rest) = (&ctx.accounts, ctx.remaining_accounts);
    let now = Clock::get()?.unix_timestamp;
    let key = accounts.account.key();
    let exchange = accounts.exchange.load()?;
    let mut account = accounts.account.load_mut()?;
    account.count_interest(&exchange, now)?;

    let (snapshot, _) = remaining::snapshot(&account, rest, now)?;
    let before = assess(&snapshot.account(), Doubt::Plain).map_err(WhittleError::from)?;
    let (sale, index) = {
        let (bank, pool) = (accounts.bank.load()?, accounts.pool.load()?);
        let situation = Situation {
            exchange: &exchange,
            pool: &pool,
            bank: &bank,
            rest,
            now,
        };
        let sale = decide(&situation, &account, &before, &snapshot, max_atoms)?;
        (sale, bank.index)
    };

    let emptied = apply(&mut account, index, &sale)?;
    let (snapshot, _) = remaining::snapshot_without(&account, rest, now, emptied)?;
    let after = assess(&snapshot.account(), Doubt::Plain).map_err(WhittleError::from)?;
    require_that(
        after.equity >= before.equity,
        WhittleError::InvariantConversion,
    )?;
    let policy = exchange.policy();
    recovered::note(&mut account, key, &after, &snapshot.account(), &policy)?;
    account.invariant()?;
    move_tokens(accounts, &sale, exchange.bump)?;

    emit!(CollateralConverted {
        account: key,
        buyer: accounts.buyer.key(),
        bank: index,
        amount_atoms: sale.atoms,
        paid_usd_atoms: sale.payment.0,
        price_q32: sale.terms.price.0,
        discount_q32: sale.terms.discount.0,
        cash_usd_atoms: account.cash_usd_atoms,
        equity_before_usd_atoms: before.equity.0,
        equity_after_usd_atoms: after.equity.0,
        maintenance_usd_atoms: after.maintenance.0,
    });
    Ok(())
}

/// Quote tokens in, collateral tokens out, with the ledgers of both banks. No cap keeps out what
/// cures an overdraft.
fn move_tokens(accounts: &ConvertCollateral, sale: &Sale, bump: u8) -> Result<()> {
    let paid = sale.payment.magnitude();
    let quote_decimals = {
        let mut bank = accounts.quote_bank.load_mut()?;
        bank.take_in_uncapped(paid)?;
        bank.decimals
    };
    let decimals = {
        let mut bank = accounts.bank.load_mut()?;
        bank.give_out(sale.atoms)?;
        bank.decimals
    };
    Transfer {
        program: accounts.quote_token_program.key(),
        mint: accounts.quote_mint.to_account_info(),
        from: accounts.source.to_account_info(),
        to: accounts.quote_vault.to_account_info(),
        authority: accounts.buyer.to_account_info(),
        decimals: quote_decimals,
    }
    .signed(paid)?;
    Transfer {
        program: accounts.token_program.key(),
        mint: accounts.mint.to_account_info(),
        from: accounts.vault.to_account_info(),
        to: accounts.receiver.to_account_info(),
        authority: accounts.exchange.to_account_info(),
        decimals,
    }
    .signed_by_exchange(bump, sale.atoms)
}
