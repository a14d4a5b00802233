//! A liquidity provider asks to deposit or to withdraw, before anybody knows at which price.

use super::tokens::Transfer;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::LiquidityRequested;
use crate::seeds;
use crate::state::bank::QUOTE_BANK;
use crate::state::governance::PAUSE_LIQUIDITY;
use crate::state::liquidity_request::{REQUEST_DEPOSIT, REQUEST_WITHDRAW};
use crate::state::pool::SHARE_DECIMALS;
use crate::state::{Bank, Exchange, LiquidityRequest, Pool};
use anchor_lang::prelude::*;
use anchor_spl::token;
use anchor_spl::token_interface::{TokenAccount, TokenInterface};
use whittle_risk::Usd;

/// How long after its delay a request can be filled, seconds. Short, because who asks also chooses
/// when to fill: a request that lives long is an option on the cached prices.
pub const FILL_WINDOW_SECS: i64 = 60;

/// What is asked for.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct RequestLiquidityArgs {
    /// 1: quote tokens for shares; 2: shares for quote tokens.
    pub kind: u8,
    /// Quote atoms or share atoms given.
    pub amount_atoms: u64,
    /// Least share atoms or quote atoms in return.
    pub min_out_atoms: u64,
}

/// A deposit gives the quote token to its vault, a withdrawal gives shares to the escrow; `mint`,
/// `escrow` and `token_program` are those of what is given.
#[derive(Accounts)]
pub struct RequestLiquidity<'info> {
    /// Asks, and pays the rent of the request until it is filled or refunded.
    #[account(mut)]
    pub owner: Signer<'info>,
    /// The rules.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
    /// The request: one for each owner at a time.
    #[account(
        init,
        payer = owner,
        space = LiquidityRequest::SIZE,
        seeds = [seeds::LIQUIDITY, owner.key().as_ref()],
        bump
    )]
    pub request: AccountLoader<'info, LiquidityRequest>,
    /// The quote token's bank.
    #[account(mut, constraint = bank.load()?.index == QUOTE_BANK @ WhittleError::BankMismatch)]
    pub bank: AccountLoader<'info, Bank>,
    /// Mint of what is given.
    /// CHECK: `Given::check` compares the address.
    pub mint: UncheckedAccount<'info>,
    /// Takes what is given.
    /// CHECK: `Given::check` compares the address.
    #[account(mut)]
    pub escrow: UncheckedAccount<'info>,
    /// Where it comes from.
    /// CHECK: the token program checks its mint and the owner's right to it.
    #[account(mut)]
    pub source: UncheckedAccount<'info>,
    /// Will receive shares or quote tokens.
    #[account(constraint = receiver.owner == owner.key() @ WhittleError::WrongReceiver)]
    pub receiver: Box<InterfaceAccount<'info, TokenAccount>>,
    /// Token program of what is given.
    pub token_program: Interface<'info, TokenInterface>,
    /// Creates the request.
    pub system_program: Program<'info, System>,
}

/// The token that a request holds in escrow: what the owner gives, and what a refund returns.
pub(super) struct Given {
    pub mint: Pubkey,
    pub escrow: Pubkey,
    pub token_program: Pubkey,
    pub decimals: u8,
}

impl Given {
    pub fn of(kind: u8, pool: &Pool, bank: &Bank) -> Self {
        if kind == REQUEST_DEPOSIT {
            Self {
                mint: bank.mint,
                escrow: bank.vault,
                token_program: bank.token_program,
                decimals: bank.decimals,
            }
        } else {
            Self {
                mint: pool.share_mint,
                escrow: pool.share_escrow,
                token_program: token::ID,
                decimals: SHARE_DECIMALS,
            }
        }
    }

    pub fn check(&self, mint: &Pubkey, escrow: &Pubkey, token_program: &Pubkey) -> Outcome<()> {
        require_that(self.mint == *mint, WhittleError::WrongMint)?;
        require_that(self.escrow == *escrow, WhittleError::WrongVault)?;
        require_that(
            self.token_program == *token_program,
            WhittleError::WrongTokenProgram,
        )
    }
}

fn validate(
    accounts: &RequestLiquidity,
    args: &RequestLiquidityArgs,
    pool: &Pool,
    bank: &Bank,
) -> Outcome<Given> {
    let is_deposit = args.kind == REQUEST_DEPOSIT;
    require_that(
        is_deposit || args.kind == REQUEST_WITHDRAW,
        WhittleError::RequestKind,
    )?;
    require_that(args.amount_atoms > 0, WhittleError::ZeroAmount)?;
    require_that(
        !is_deposit || args.amount_atoms >= pool.params.min_deposit_usd_atoms,
        WhittleError::BelowMinDeposit,
    )?;
    let given = Given::of(args.kind, pool, bank);
    given.check(
        accounts.mint.key,
        accounts.escrow.key,
        accounts.token_program.key,
    )?;
    let wanted = if is_deposit {
        pool.share_mint
    } else {
        bank.mint
    };
    require_that(
        accounts.receiver.mint == wanted,
        WhittleError::WrongReceiver,
    )?;
    Ok(given)
}

pub(crate) fn handle(ctx: Context<RequestLiquidity>, args: RequestLiquidityArgs) -> Result<()> {
    let accounts = &ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let owner = accounts.owner.key();
    let delay = {
        let exchange = accounts.exchange.load()?;
        exchange.require_running(PAUSE_LIQUIDITY, now)?;
        i64::from(exchange.params.order_delay_secs)
    };
    let given = {
        let mut pool = accounts.pool.load_mut()?;
        let mut bank = accounts.bank.load_mut()?;
        let given = validate(accounts, &args, &pool, &bank)?;

        if args.kind == REQUEST_DEPOSIT {
            bank.take_in(args.amount_atoms)?;
            pool.hold_deposit(Usd::from_magnitude(args.amount_atoms).map_err(WhittleError::from)?)?;
        }
        pool.invariant()?;
        given
    };
    let life = delay.saturating_add(FILL_WINDOW_SECS);
    let mut request = accounts.request.load_init()?;
    request.owner = owner;
    request.receiver = accounts.receiver.key();
    request.amount_atoms = args.amount_atoms;
    request.min_out_atoms = args.min_out_atoms;
    request.requested_at = now;
    request.expires_at = now.checked_add(life).ok_or(WhittleError::MathOverflow)?;
    request.kind = args.kind;
    request.bump = ctx.bumps.request;
    Transfer {
        program: given.token_program,
        mint: accounts.mint.to_account_info(),
        from: accounts.source.to_account_info(),
        to: accounts.escrow.to_account_info(),
        authority: accounts.owner.to_account_info(),
        decimals: given.decimals,
    }
    .signed(args.amount_atoms)?;

    emit!(LiquidityRequested {
        owner,
        kind: args.kind,
        amount_atoms: args.amount_atoms,
        min_out_atoms: args.min_out_atoms,
        requested_at: now,
    });
    Ok(())
}
