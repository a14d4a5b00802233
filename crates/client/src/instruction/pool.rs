//! The pool, the insurance fund and those who provide liquidity.

use super::waterfall::all_markets;
use super::{build, with, writable_markets, SYSTEM_PROGRAM};
use crate::{address, Mirror};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_spl::token;
use whittle::error::Outcome;
use whittle::instructions::{CreatePoolArgs, RequestLiquidityArgs};
use whittle::state::bank::QUOTE_BANK;
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::liquidity_request::REQUEST_DEPOSIT;
use whittle::state::pool::PoolParams;
use whittle::state::{Bank, LiquidityRequest};
use whittle::{accounts, instruction};

/// Creates the pool and the insurance fund.
pub fn create_pool(authority: Pubkey, pool: PoolParams, insurance: InsuranceParams) -> Instruction {
    let accounts = accounts::CreatePool {
        authority,
        exchange: address::exchange(),
        pool: address::pool(),
        insurance_fund: address::insurance(),
        share_mint: address::share_mint(),
        share_escrow: address::share_escrow(),
        token_program: token::ID,
        system_program: SYSTEM_PROGRAM,
    };
    let args = CreatePoolArgs { pool, insurance };
    build(accounts, instruction::CreatePool { args })
}

/// Pays quote tokens from `source` into the insurance fund.
pub fn seed_insurance(
    payer: Pubkey,
    source: Pubkey,
    quote: &Bank,
    amount_atoms: u64,
) -> Instruction {
    let accounts = accounts::SeedInsurance {
        payer,
        insurance_fund: address::insurance(),
        bank: address::bank(&quote.mint),
        mint: quote.mint,
        vault: quote.vault,
        source,
        token_program: quote.token_program,
    };
    build(accounts, instruction::SeedInsurance { amount_atoms })
}

/// Moves cash between pool, insurance fund and the lines of these markets.
pub fn settle_markets(markets: &[u16]) -> Instruction {
    let accounts = accounts::SettleMarkets {
        exchange: address::exchange(),
        pool: address::pool(),
        insurance_fund: address::insurance(),
    };
    with(
        build(accounts, instruction::SettleMarkets {}),
        writable_markets(markets),
    )
}

/// What a request for liquidity gives: quote tokens to the vault, or shares to the escrow.
fn given(kind: u8, quote: &Bank) -> (Pubkey, Pubkey, Pubkey) {
    if kind == REQUEST_DEPOSIT {
        (quote.mint, quote.vault, quote.token_program)
    } else {
        (address::share_mint(), address::share_escrow(), token::ID)
    }
}

/// Asks to deposit into the pool or to withdraw from it: gives from `source`, receives in
/// `receiver`.
pub fn request_liquidity(
    owner: Pubkey,
    quote: &Bank,
    source: Pubkey,
    receiver: Pubkey,
    args: RequestLiquidityArgs,
) -> Instruction {
    let (mint, escrow, token_program) = given(args.kind, quote);
    let accounts = accounts::RequestLiquidity {
        owner,
        exchange: address::exchange(),
        pool: address::pool(),
        request: address::liquidity_request(&owner),
        bank: address::bank(&quote.mint),
        mint,
        escrow,
        source,
        receiver,
        token_program,
        system_program: SYSTEM_PROGRAM,
    };
    build(accounts, instruction::RequestLiquidity { args })
}

/// Fills a request. Every market that the mirror knows goes along, so it must know all.
pub fn fill_liquidity_request(mirror: &Mirror, request: &LiquidityRequest) -> Outcome<Instruction> {
    let quote = mirror.bank(QUOTE_BANK)?;
    let accounts = accounts::FillLiquidityRequest {
        owner: request.owner,
        exchange: address::exchange(),
        pool: address::pool(),
        insurance_fund: address::insurance(),
        request: address::liquidity_request(&request.owner),
        bank: address::bank(&quote.mint),
        mint: quote.mint,
        vault: quote.vault,
        share_mint: address::share_mint(),
        share_escrow: address::share_escrow(),
        receiver: request.receiver,
        token_program: quote.token_program,
        share_token_program: token::ID,
    };
    Ok(with(
        build(accounts, instruction::FillLiquidityRequest {}),
        all_markets(mirror, false),
    ))
}

/// Returns what an expired request held, to a token account of its owner.
pub fn refund_liquidity_request(
    request: &LiquidityRequest,
    quote: &Bank,
    receiver: Pubkey,
) -> Instruction {
    let (mint, escrow, token_program) = given(request.kind, quote);
    let accounts = accounts::RefundLiquidityRequest {
        owner: request.owner,
        exchange: address::exchange(),
        pool: address::pool(),
        request: address::liquidity_request(&request.owner),
        bank: address::bank(&quote.mint),
        mint,
        escrow,
        receiver,
        token_program,
    };
    build(accounts, instruction::RefundLiquidityRequest {})
}
