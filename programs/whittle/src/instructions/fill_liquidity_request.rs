//! Fills a request of a liquidity provider at prices published after it was made: who enters pays
//! the higher net asset value, who leaves gets the lower.

use super::remaining::all_markets;
use super::tokens::{burn_shares, mint_shares, Transfer};
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::LiquidityFilled;
use crate::snapshot::book;
use crate::state::bank::QUOTE_BANK;
use crate::state::governance::PAUSE_LIQUIDITY;
use crate::state::liquidity_request::REQUEST_DEPOSIT;
use crate::state::pool::LOCKED_SHARES;
use crate::state::{Bank, Exchange, InsuranceFund, LiquidityRequest, Pool};
use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token};
use anchor_spl::token_interface::TokenInterface;
use whittle_risk::nav::{amount_for_shares, shares_for_deposit, NetAssetValue};
use whittle_risk::{Ratio, Usd};

/// All markets of the exchange follow in the order of their numbers, read-only. Anyone may fill.
#[derive(Accounts)]
pub struct FillLiquidityRequest<'info> {
    /// Who asked; gets the rent of the request.
    /// CHECK: the request names it.
    #[account(mut)]
    pub owner: UncheckedAccount<'info>,
    /// Signs for mint, escrow and vault.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The pool.
    #[account(mut)]
    pub pool: AccountLoader<'info, Pool>,
    /// Tells whether withdrawals are slowed.
    pub insurance_fund: AccountLoader<'info, InsuranceFund>,
    /// The request.
    #[account(mut, has_one = owner @ WhittleError::WrongReceiver, close = owner)]
    pub request: AccountLoader<'info, LiquidityRequest>,
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
    /// Mint of the shares.
    #[account(mut, address = pool.load()?.share_mint @ WhittleError::WrongMint)]
    pub share_mint: Box<Account<'info, Mint>>,
    /// Holds the shares of withdrawals and the locked ones.
    /// CHECK: the address is the pool's, which the program created.
    #[account(mut, address = pool.load()?.share_escrow @ WhittleError::WrongVault)]
    pub share_escrow: UncheckedAccount<'info>,
    /// Gets shares or quote tokens.
    /// CHECK: the request names it; owner and mint were checked when it was made, and the token
    /// program checks the mint again.
    #[account(mut, address = request.load()?.receiver @ WhittleError::WrongReceiver)]
    pub receiver: UncheckedAccount<'info>,
    /// The quote token's program.
    #[account(address = bank.load()?.token_program @ WhittleError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// SPL Token, for the shares.
    pub share_token_program: Program<'info, Token>,
}

/// What a fill changes.
struct Fill {
    value: NetAssetValue,
    supply: u64,
    /// To the owner.
    out: u64,
    /// Minted to the escrow for ever, with the first deposit.
    locked: u64,
}

/// Both values over every market of the exchange.
fn net_asset_value<'info>(
    exchange: &Exchange,
    pool: &Pool,
    request: &LiquidityRequest,
    markets: &'info [AccountInfo<'info>],
    now: i64,
) -> Result<NetAssetValue> {
    let delay = i64::from(exchange.params.order_delay_secs);
    let weight = Ratio(pool.params.loss_weight_q32);
    let mut value = NetAssetValue::from_cash(pool.own_cash()?);
    for loader in all_markets(exchange, markets)? {
        let market = loader.load()?;
        request.require_price(&market, delay, now)?;
        value = value
            .plus_market(&book(&market, &market.mark(now), now)?, weight)
            .map_err(WhittleError::from)?;
    }
    Ok(value)
}

/// Shares for a deposit, at the higher value.
///
/// The first deposit fixes one share at one USD atom. What the pool was worth before (fees of trades
/// against an empty pool) belongs to nobody, so shares for it are locked for ever with the few that
/// the first depositor gives up (see [`LOCKED_SHARES`]): he gains nothing by being first, and a pool
/// that already owes more than it has takes no deposit.
fn shares(amount: u64, supply: u64, higher: Usd) -> Outcome<(u64, u64)> {
    if supply > 0 {
        require_that(higher.0 > 0, WhittleError::PoolInsolvent)?;
        return Ok((shares_for_deposit(amount, supply, higher)?, 0));
    }
    let before = u64::try_from(higher.0).map_err(|_| WhittleError::PoolInsolvent)?;
    let out = amount
        .checked_sub(LOCKED_SHARES)
        .ok_or(WhittleError::BelowMinDeposit)?;
    let locked = before
        .checked_add(LOCKED_SHARES)
        .ok_or(WhittleError::MathOverflow)?;
    Ok((out, locked))
}

fn decide(request: &LiquidityRequest, value: NetAssetValue, supply: u64) -> Outcome<Fill> {
    let (out, locked) = if request.kind == REQUEST_DEPOSIT {
        shares(request.amount_atoms, supply, value.higher)?
    } else {
        (
            amount_for_shares(request.amount_atoms, supply, value.lower)?,
            0,
        )
    };
    // Something for nothing is not what a minimum of zero asks for.
    require_that(
        out > 0 && out >= request.min_out_atoms,
        WhittleError::MinOut,
    )?;
    Ok(Fill {
        value,
        supply,
        out,
        locked,
    })
}

/// Writes the ledger.
fn book_fill(
    pool: &mut Pool,
    bank: &mut Bank,
    request: &LiquidityRequest,
    fill: &Fill,
    fund: &InsuranceFund,
    now: i64,
) -> Outcome<()> {
    if request.kind == REQUEST_DEPOSIT {
        let amount = Usd::from_magnitude(request.amount_atoms)?;
        pool.release_deposit(amount)?;
        pool.cash_usd_atoms = Usd(pool.cash_usd_atoms).plus(amount)?.0;
    } else {
        let limit = fund.slowed(Usd(pool.params.withdraw_limit_usd_atoms), now);
        pool.pay_out(Usd::from_magnitude(fill.out)?, limit, now)?;
        bank.give_out(fill.out)?;
    }
    pool.invariant()
}

/// Moves tokens and shares.
fn move_tokens(
    accounts: &FillLiquidityRequest,
    request: &LiquidityRequest,
    fill: &Fill,
    bump: u8,
    decimals: u8,
) -> Result<()> {
    let exchange = || accounts.exchange.to_account_info();
    let share_mint = || accounts.share_mint.to_account_info();
    let escrow = || accounts.share_escrow.to_account_info();
    let receiver = accounts.receiver.to_account_info();
    if request.kind == REQUEST_DEPOSIT {
        if fill.locked > 0 {
            mint_shares(share_mint(), escrow(), exchange(), bump, fill.locked)?;
        }
        return mint_shares(share_mint(), receiver, exchange(), bump, fill.out);
    }
    burn_shares(
        share_mint(),
        escrow(),
        exchange(),
        bump,
        request.amount_atoms,
    )?;
    Transfer {
        program: accounts.token_program.key(),
        mint: accounts.mint.to_account_info(),
        from: accounts.vault.to_account_info(),
        to: receiver,
        authority: exchange(),
        decimals,
    }
    .signed_by_exchange(bump, fill.out)
}

pub(crate) fn handle<'info>(ctx: Context<'info, FillLiquidityRequest<'info>>) -> Result<()> {
    let accounts = &ctx.accounts;
    let now = Clock::get()?.unix_timestamp;
    let request = *accounts.request.load()?;
    request.require_open(now)?;
    let (fill, bump, decimals) = {
        let exchange = accounts.exchange.load()?;
        exchange.require_running(PAUSE_LIQUIDITY, now)?;
        let mut pool = accounts.pool.load_mut()?;
        let mut bank = accounts.bank.load_mut()?;
        let value = net_asset_value(&exchange, &pool, &request, ctx.remaining_accounts, now)?;
        let fill = decide(&request, value, accounts.share_mint.supply)?;

        let fund = accounts.insurance_fund.load()?;
        book_fill(&mut pool, &mut bank, &request, &fill, &fund, now)?;
        (fill, exchange.bump, bank.decimals)
    };
    move_tokens(accounts, &request, &fill, bump, decimals)?;

    // `close` returns the rent when the handler returns.
    emit!(LiquidityFilled {
        owner: request.owner,
        kind: request.kind,
        amount_atoms: request.amount_atoms,
        out_atoms: fill.out,
        lower_value_usd_atoms: fill.value.lower.0,
        higher_value_usd_atoms: fill.value.higher.0,
        supply_atoms: fill.supply,
    });
    Ok(())
}
