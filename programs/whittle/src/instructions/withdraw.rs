//! Withdraws a collateral token from a margin account: at most what risk does not need.

use super::tokens::Transfer;
use super::{recovered, remaining};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::Withdrawn;
use crate::snapshot::{counted_ceil, Snapshot};
use crate::state::bank::QUOTE_BANK;
use crate::state::governance::PAUSE_WITHDRAWALS;
use crate::state::{Bank, Exchange, InsuranceFund, MarginAccount};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use whittle_risk::health::{self, Doubt, Thresholds};
use whittle_risk::Usd;

/// The banks and markets of the account as it is before the withdrawal follow (see
/// [`remaining::snapshot`]), read-only, at prices that are not stale.
///
/// Only the owner withdraws, never a delegate.
#[derive(Accounts)]
pub struct Withdraw<'info> {
    /// Owns the account.
    pub owner: Signer<'info>,
    /// The rules; signs for the vault.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    #[account(mut, has_one = owner @ WhittleError::NotOwner)]
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
    /// Where the tokens go.
    /// CHECK: the token program checks its mint; whose it is, is the owner's choice. A transfer from
    /// the vault to itself would leave the ledger short.
    #[account(mut, constraint = receiver.key() != vault.key() @ WhittleError::WrongReceiver)]
    pub receiver: UncheckedAccount<'info>,
    /// The token's program.
    #[account(address = bank.load()?.token_program @ WhittleError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// The insurance fund: while it is drawn, less may leave.
    /// CHECK: `remaining::read_fund` checks owner and type.
    pub insurance_fund: UncheckedAccount<'info>,
}

/// What is asked before anything is taken.
///
/// Errors: [`WhittleError::ZeroAmount`], [`WhittleError::AccountInDeficit`].
pub fn validate(account: &MarginAccount, amount_atoms: u64) -> Outcome<()> {
    require_that(amount_atoms > 0, WhittleError::ZeroAmount)?;
    // The pool bears the deficit until it is cured, so nothing may leave before.
    require_that(
        account.deficit_usd_atoms == 0,
        WhittleError::AccountInDeficit,
    )
}

/// What left: the account as it is afterwards, by how much that is worth less, as health counts it, and
/// how much of the token was there.
pub struct Taken {
    snapshot: Snapshot,
    value: Usd,
    held: Usd,
}

/// Takes a token out of the account, as far as what stays covers the initial requirement. `read` reads
/// the account as it then is; it is told which of the collateral that was in use, counted in slot order,
/// is gone, because accounts that follow an instruction still have its bank.
///
/// Errors: [`WhittleError::ExceedsExcess`], [`WhittleError::InsufficientCollateral`],
/// [`WhittleError::CashOverdrawn`], [`WhittleError::PriceTooOld`].
pub fn take(
    account: &mut MarginAccount,
    bank: &Bank,
    amount_atoms: u64,
    thresholds: &Thresholds,
    now: i64,
    read: impl FnOnce(&MarginAccount, Option<usize>) -> Outcome<Snapshot>,
) -> Outcome<Taken> {
    if bank.index == QUOTE_BANK {
        return take_cash(account, amount_atoms, thresholds, read);
    }
    let emptied = take_collateral(account, bank, amount_atoms, now)?;
    let snapshot = read(account, emptied.place)?;
    let initial = health::assess_initial(&snapshot.prudent_account()?, thresholds)?;
    require_that(
        initial.equity >= initial.requirement,
        WhittleError::ExceedsExcess,
    )?;
    Ok(Taken {
        snapshot,
        value: counted_ceil(bank, amount_atoms, now)?,
        held: counted_ceil(bank, emptied.held_atoms, now)?,
    })
}

/// Takes cash, at most the excess collateral.
fn take_cash(
    account: &mut MarginAccount,
    amount_atoms: u64,
    thresholds: &Thresholds,
    read: impl FnOnce(&MarginAccount, Option<usize>) -> Outcome<Snapshot>,
) -> Outcome<Taken> {
    let amount = Usd::from_magnitude(amount_atoms)?;
    let mut snapshot = read(account, None)?;
    let excess = health::excess_collateral(&snapshot.prudent_account()?, thresholds)?;
    require_that(amount <= excess, WhittleError::ExceedsExcess)?;
    let held = snapshot.cash.minus(snapshot.interest)?;
    account.debit(amount)?;
    snapshot.cash = Usd(account.cash_usd_atoms);
    Ok(Taken {
        snapshot,
        value: amount,
        held,
    })
}

/// Tokens that left a place.
struct Emptied {
    /// Which place, when nothing is left in it.
    place: Option<usize>,
    /// How many there were.
    held_atoms: u64,
}

/// Takes tokens out of their place. Nothing is lent against an overdraft or its interest: who owes
/// cash repays it first.
fn take_collateral(
    account: &mut MarginAccount,
    bank: &Bank,
    amount_atoms: u64,
    now: i64,
) -> Outcome<Emptied> {
    let place = account
        .used_collaterals()
        .position(|held| held.bank == bank.index);
    let held = account
        .collaterals
        .iter_mut()
        .find(|held| held.amount_atoms != 0 && held.bank == bank.index)
        .ok_or(WhittleError::InsufficientCollateral)?;
    let held_atoms = held.amount_atoms;
    held.amount_atoms = held_atoms
        .checked_sub(amount_atoms)
        .ok_or(WhittleError::InsufficientCollateral)?;
    let place = place.filter(|_| held.amount_atoms == 0);
    // A fill that adds risk needs the price of every token held. With this one back at a moment of
    // his choice, an owner would decide when his order may be filled.
    require_that(
        place.is_none() || !bank.mark(now).stale || account.opening_orders(now).next().is_none(),
        WhittleError::PriceTooOld,
    )?;
    require_that(
        account.overdraft_due()? == Usd::ZERO,
        WhittleError::CashOverdrawn,
    )?;
    Ok(Emptied { place, held_atoms })
}

/// While the insurance fund is drawn, what leaves is counted against the account's allowance. Tokens
/// count at their cached price with haircut, whatever its age: a price that nobody caches must neither
/// free nor lock them.
///
/// Errors: those of [`MarginAccount::take_allowance`].
pub fn slow_down(
    account: &mut MarginAccount,
    fund: &InsuranceFund,
    taken: &Taken,
    thresholds: &Thresholds,
    now: i64,
) -> Outcome<()> {
    if !fund.is_drawn(now) {
        return Ok(());
    }
    let after = health::assess_initial(&taken.snapshot.account(), thresholds)?;
    let left = after.equity.minus(after.requirement)?;
    let could_leave = left.plus(taken.value)?.least(taken.held);
    account.take_allowance(fund, could_leave, taken.value, now)
}

pub(crate) fn handle<'info>(ctx: Context<'info, Withdraw<'info>>, amount_atoms: u64) -> Result<()> {
    let (accounts, rest) = (&ctx.accounts, ctx.remaining_accounts);
    let now = Clock::get()?.unix_timestamp;
    let mut account = accounts.account.load_mut()?;
    let (policy, exchange_bump, fund) = {
        let exchange = accounts.exchange.load()?;
        exchange.require_running(PAUSE_WITHDRAWALS, now)?;
        account.count_interest(&exchange, now)?;
        let fund = remaining::read_fund(&accounts.insurance_fund, &exchange)?;
        (exchange.policy(), exchange.bump, fund)
    };
    let thresholds = &policy.thresholds;
    validate(&account, amount_atoms)?;

    // `rest` may hold this bank too: it must not be borrowed for writing while health is read.
    let (index, taken) = {
        let bank = accounts.bank.load()?;
        let read = |account: &MarginAccount, emptied| {
            let read = remaining::snapshot_without(account, rest, now, emptied)?;
            Ok(read.0)
        };
        let taken = take(&mut account, &bank, amount_atoms, thresholds, now, read)?;
        (bank.index, taken)
    };
    if let Some(fund) = fund {
        slow_down(&mut account, &fund, &taken, thresholds, now)?;
    }
    let snapshot = taken.snapshot;
    let after = health::assess(&snapshot.account(), Doubt::Plain).map_err(WhittleError::from)?;
    let key = accounts.account.key();
    // At a price that is not confirmed yet, profit frees nothing.
    remaining::require_no_shock(rest, snapshot.legs.len())?;
    recovered::note(&mut account, key, &after, &snapshot.account(), &policy)?;
    account.invariant()?;
    let decimals = {
        let mut bank = accounts.bank.load_mut()?;
        bank.give_out(amount_atoms)?;
        bank.decimals
    };
    Transfer {
        program: accounts.token_program.key(),
        mint: accounts.mint.to_account_info(),
        from: accounts.vault.to_account_info(),
        to: accounts.receiver.to_account_info(),
        authority: accounts.exchange.to_account_info(),
        decimals,
    }
    .signed_by_exchange(exchange_bump, amount_atoms)?;

    emit!(Withdrawn {
        account: key,
        bank: index,
        amount_atoms,
    });
    Ok(())
}
