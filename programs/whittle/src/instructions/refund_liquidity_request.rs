//! Returns what an expired request of a liquidity provider held.

use super::request_liquidity::Given;
use super::tokens::Transfer;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::LiquidityRefunded;
use crate::state::bank::QUOTE_BANK;
use crate::state::liquidity_request::REQUEST_DEPOSIT;
use crate::state::{Bank, Exchange, LiquidityRequest, Pool};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};
use whittle_risk::Usd;

/// Anyone may call. The request's receiver is of the other token, so the refund goes to any token
/// account that the owner of the request owns.
#[derive(Accounts)]
pub struct RefundLiquidityRequest<'info> {
    /// Who asked; gets the rent of the request.
    /// CHECK: the request names it.
    #[account(mut)]
    pub owner: UncheckedAccount<'info>,
    /// Signs for vault and escrow.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
    /// The request.
    #[account(mut, has_one = owner @ WhittleError::WrongReceiver, close = owner)]
    pub request: AccountLoader<'info, LiquidityRequest>,
    /// The quote token's bank.
    #[account(mut, constraint = bank.load()?.index == QUOTE_BANK @ WhittleError::BankMismatch)]
    pub bank: AccountLoader<'info, Bank>,
    /// Mint of what was given.
    /// CHECK: `Given::check` compares the address.
    pub mint: UncheckedAccount<'info>,
    /// Holds it.
    /// CHECK: `Given::check` compares the address.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// Gets it back.
    #[account(
        mut,
        constraint = receiver.owner == owner.key() @ WhittleError::WrongReceiver,
        constraint = receiver.mint == mint.key() @ WhittleError::WrongReceiver
    )]
    pub receiver: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Token program of what was given.
    pub token_program: Interface<'info, TokenInterface>,
}

/// Nobody can cancel before the expiry: a request that can be withdrawn once prices are known is a
/// free option.
fn validate(request: &LiquidityRequest, now: i64) -> Outcome<()> {
    require_that(now > request.expires_at, WhittleError::RequestNotExpired)
}

pub(crate) fn handle(ctx: Context<RefundLiquidityRequest>) -> Result<()> {
    let accounts = &ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let bump = accounts.exchange.load()?.bump;
    let request = *accounts.request.load()?;
    validate(&request, now)?;
    let given = {
        let mut pool = accounts.pool.load_mut()?;
        let mut bank = accounts.bank.load_mut()?;
        let given = Given::of(request.kind, &pool, &bank);
        given.check(
            accounts.mint.key,
            accounts.escrow.key,
            accounts.token_program.key,
        )?;

        if request.kind == REQUEST_DEPOSIT {
            let amount = Usd::from_magnitude(request.amount_atoms).map_err(WhittleError::from)?;
            pool.release_deposit(amount)?;
            bank.give_out(request.amount_atoms)?;
        }
        pool.invariant()?;
        given
    };
    Transfer {
        program: given.token_program,
        mint: accounts.mint.to_account_info(),
        from: accounts.escrow.to_account_info(),
        to: accounts.receiver.to_account_info(),
        authority: accounts.exchange.to_account_info(),
        decimals: given.decimals,
    }
    .signed_by_exchange(bump, request.amount_atoms)?;

    // `close` returns the rent when the handler returns.
    emit!(LiquidityRefunded {
        owner: request.owner,
        kind: request.kind,
        amount_atoms: request.amount_atoms,
    });
    Ok(())
}
