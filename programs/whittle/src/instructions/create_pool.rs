//! Creates the liquidity pool with its shares, and the insurance fund.

use crate::error::WhittleError;
use crate::event::PoolCreated;
use crate::seeds;
use crate::state::insurance_fund::InsuranceParams;
use crate::state::pool::{PoolParams, SHARE_DECIMALS};
use crate::state::{Exchange, InsuranceFund, Pool};
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};

/// Shares are tokens of the SPL Token program whatever program the quote token has, and nobody can
/// freeze them. The exchange is the authority of mint and escrow.
#[derive(Accounts)]
pub struct CreatePool<'info> {
    /// The exchange's authority; pays.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The exchange; will sign for mint and escrow.
    #[account(has_one = authority @ WhittleError::NotAuthority)]
    pub exchange: AccountLoader<'info, Exchange>,
    /// The pool.
    #[account(init, payer = authority, space = Pool::SIZE, seeds = [seeds::POOL], bump)]
    pub pool: AccountLoader<'info, Pool>,
    /// The insurance fund.
    #[account(
        init,
        payer = authority,
        space = InsuranceFund::SIZE,
        seeds = [seeds::INSURANCE],
        bump
    )]
    pub insurance_fund: AccountLoader<'info, InsuranceFund>,
    /// Mint of the shares.
    #[account(
        init,
        payer = authority,
        seeds = [seeds::SHARE_MINT],
        bump,
        mint::decimals = SHARE_DECIMALS,
        mint::authority = exchange,
        mint::token_program = token_program
    )]
    pub share_mint: Box<Account<'info, Mint>>,
    /// Holds the shares of pending withdrawals and the locked ones.
    #[account(
        init,
        payer = authority,
        seeds = [seeds::SHARE_ESCROW],
        bump,
        token::mint = share_mint,
        token::authority = exchange,
        token::token_program = token_program
    )]
    pub share_escrow: Box<Account<'info, TokenAccount>>,
    /// SPL Token.
    pub token_program: Program<'info, Token>,
    /// Creates the accounts.
    pub system_program: Program<'info, System>,
}

/// Terms of both.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct CreatePoolArgs {
    /// The pool's.
    pub pool: PoolParams,
    /// The insurance fund's.
    pub insurance: InsuranceParams,
}

pub(crate) fn handle(ctx: Context<CreatePool>, args: CreatePoolArgs) -> Result<()> {
    args.pool.validate()?;
    args.insurance.validate()?;

    let accounts = &ctx.accounts;
    let mut pool = accounts.pool.load_init()?;
    pool.share_mint = accounts.share_mint.key();
    pool.share_escrow = accounts.share_escrow.key();
    pool.params = args.pool;
    pool.bump = ctx.bumps.pool;
    pool.share_mint_bump = ctx.bumps.share_mint;
    pool.share_escrow_bump = ctx.bumps.share_escrow;
    let mut fund = accounts.insurance_fund.load_init()?;
    fund.params = args.insurance;
    fund.bump = ctx.bumps.insurance_fund;

    pool.invariant()?;
    emit!(PoolCreated {
        pool: accounts.pool.key(),
        share_mint: pool.share_mint,
    });
    Ok(())
}
