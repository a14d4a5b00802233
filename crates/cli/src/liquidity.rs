//! For liquidity providers: the pool, and requests to enter and to leave it.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::operator::parameters;
use crate::risk::exposure;
use crate::session::Session;
use crate::show::{self, Report};
use crate::submit::Submission;
use crate::tokens;
use anchor_lang::prelude::Pubkey;
use clap::Subcommand;
use serde_json::json;
use whittle::instructions::request_liquidity::FILL_WINDOW_SECS;
use whittle::instructions::RequestLiquidityArgs;
use whittle::state::liquidity_request::{REQUEST_DEPOSIT, REQUEST_WITHDRAW};
use whittle::state::pool::SHARE_DECIMALS;
use whittle::state::LiquidityRequest;
use whittle_client::{address, instruction};
use whittle_migrations::decimal::Decimal;
use whittle_risk::nav::amount_for_shares;
use whittle_risk::Usd;

/// The token program of the pool's shares.
const TOKEN_PROGRAM: Pubkey = Pubkey::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");

/// The pool.
#[derive(Subcommand)]
pub enum Command {
    /// Cash, value, limits, and the keypair's own request
    Show,
    /// Asks to deposit quote tokens for shares, at a price that nobody knows yet
    Deposit {
        /// How much, in tokens
        #[arg(value_parser = amount::decimal)]
        amount: Decimal,
        /// Least shares in return
        #[arg(long, default_value = "0", value_parser = amount::decimal)]
        min: Decimal,
    },
    /// Asks to withdraw: shares for quote tokens, at a price that nobody knows yet
    Withdraw {
        /// How many shares, or all
        shares: String,
        /// Least quote tokens in return
        #[arg(long, default_value = "0", value_parser = amount::decimal)]
        min: Decimal,
    },
    /// Takes back what an expired request holds
    Refund,
}

pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    match command {
        Command::Show => show(session).await,
        Command::Deposit { amount, min } => {
            let world = session.world().await?;
            let quote = world.quote()?;
            let given = atoms("amount", amount, quote.decimals)?;
            let min = atoms_or_none("min", min, SHARE_DECIMALS)?;
            let words = format!(
                "ask to deposit {} USD into the pool{}",
                show::usd(given),
                at_least(min, "shares")
            );
            request(session, REQUEST_DEPOSIT, given, min, words).await
        }
        Command::Withdraw { shares, min } => {
            let world = session.world().await?;
            let given = if shares.eq_ignore_ascii_case("all") {
                let me = session.me()?;
                let mine = tokens::balance(session, &share_account(&me)).await?;
                mine.filter(|shares| *shares != 0)
                    .ok_or_else(|| CliError::failed(format!("{me} owns no shares of the pool")))?
            } else {
                let shares = amount::decimal(&shares)
                    .map_err(|what| CliError::input(format!("shares: {what}")))?;
                atoms("shares", shares, SHARE_DECIMALS)?
            };
            let min = atoms_or_none("min", min, world.quote()?.decimals)?;
            let words = format!(
                "ask to withdraw {} shares from the pool{}",
                show::usd(given),
                at_least(min, "USD")
            );
            request(session, REQUEST_WITHDRAW, given, min, words).await
        }
        Command::Refund => refund(session).await,
    }
}

fn atoms_or_none(field: &str, amount: Decimal, decimals: u8) -> Outcome<u64> {
    let atoms = amount.to_atoms(decimals.into());
    atoms.map_err(|what| CliError::input(format!("{field}: {what}")))
}

fn atoms(field: &str, amount: Decimal, decimals: u8) -> Outcome<u64> {
    match atoms_or_none(field, amount, decimals)? {
        0 => Err(CliError::input(format!("{field}: is zero: write more"))),
        atoms => Ok(atoms),
    }
}

/// What the owner asks for; nothing when anything will do.
fn at_least(min: u64, unit: &str) -> String {
    match min {
        0 => String::new(),
        min => format!(" for at least {} {unit}", show::usd(min)),
    }
}

fn share_account(wallet: &Pubkey) -> Pubkey {
    address::token_account(wallet, &address::share_mint(), &TOKEN_PROGRAM)
}

async fn request(
    session: &Session,
    kind: u8,
    amount_atoms: u64,
    min_out_atoms: u64,
    words: String,
) -> Outcome<Report> {
    let world = session.world().await?;
    let quote = world.quote()?;
    let me = session.me()?;
    let of_quote = address::token_account(&me, &quote.mint, &quote.token_program);
    let of_shares = share_account(&me);
    if let Some(waiting) = waiting(session, &me).await? {
        return Err(CliError::failed(format!(
            "{me} has a liquidity request already, one at a time: it is filled by `whittle crank \
             fill-liquidity`, or refunded {} by `whittle pool refund`",
            show::when(waiting.expires_at, world.now)
        )));
    }
    let is_deposit = kind == REQUEST_DEPOSIT;
    let (source, receiver) = if is_deposit {
        (of_quote, of_shares)
    } else {
        (of_shares, of_quote)
    };
    let decimals = if is_deposit {
        quote.decimals
    } else {
        SHARE_DECIMALS
    };
    tokens::require(session, &source, amount_atoms, decimals).await?;
    let mut submission = Submission::default();
    if tokens::balance(session, &receiver).await?.is_none() {
        let (mint, program) = if is_deposit {
            (address::share_mint(), TOKEN_PROGRAM)
        } else {
            (quote.mint, quote.token_program)
        };
        submission = submission
            .then(
                format!("open the token account {receiver}"),
                tokens::create(me, me, mint, program),
            )
            .creates("the token account", tokens::ACCOUNT_BYTES);
    }
    let args = RequestLiquidityArgs {
        kind,
        amount_atoms,
        min_out_atoms,
    };
    let delay = world.exchange()?.params.order_delay_secs;
    let words = format!(
        "{words}; anyone fills it with prices published {delay} s later, or it is refunded after {}",
        show::duration(u64::from(delay).saturating_add(FILL_WINDOW_SECS.unsigned_abs()))
    );
    let instruction = instruction::request_liquidity(me, quote, source, receiver, args);
    let submission = submission
        .then(words, instruction)
        .creates("the request, returned when it ends", LiquidityRequest::SIZE);
    session.submit(submission).await
}

async fn waiting(session: &Session, owner: &Pubkey) -> Outcome<Option<LiquidityRequest>> {
    session.read(&address::liquidity_request(owner)).await
}

/// The request of an owner.
pub async fn pending(session: &Session, owner: &Pubkey) -> Outcome<LiquidityRequest> {
    let found = waiting(session, owner).await?;
    found.ok_or_else(|| CliError::failed(format!("{owner} has no liquidity request")))
}

async fn refund(session: &Session) -> Outcome<Report> {
    let world = session.world().await?;
    let quote = world.quote()?;
    let me = session.me()?;
    let pending = pending(session, &me).await?;
    if world.now <= pending.expires_at {
        return Err(CliError::failed(format!(
            "the request can be refunded {}; until then it may be filled: `whittle crank \
             fill-liquidity`",
            show::when(pending.expires_at, world.now)
        )));
    }
    let receiver = if pending.kind == REQUEST_DEPOSIT {
        address::token_account(&me, &quote.mint, &quote.token_program)
    } else {
        share_account(&me)
    };
    let words = format!("take back what the expired request holds, to {receiver}");
    let instruction = instruction::refund_liquidity_request(&pending, quote, receiver);
    session.submit(Submission::new(words, instruction)).await
}

/// A wallet's shares and what they are worth to who leaves, by the program's own rounding.
async fn mine_worth(session: &Session, wallet: &Pubkey, lower: i64) -> Outcome<(u64, u64)> {
    let shares = tokens::balance(session, &share_account(wallet)).await?;
    let shares = shares.unwrap_or(0);
    let supply = tokens::supply(session, &address::share_mint()).await?;
    if shares == 0 || supply == 0 {
        return Ok((shares, 0));
    }
    Ok((shares, amount_for_shares(shares, supply, Usd(lower))?))
}

async fn show(session: &Session) -> Outcome<Report> {
    let world = session.world().await?;
    let pool = exposure::pool(session).await?;
    let exposure = world.mirror.exposure(&pool, world.now)?;
    let mut pairs = vec![
        ("address", address::pool().to_string()),
        ("cash", show::cents_usd(pool.cash_usd_atoms)),
        ("reserve", show::cents_usd(pool.reserve_usd_atoms)),
        (
            "deposits that wait",
            show::cents_usd(pool.pending_deposits_usd_atoms),
        ),
        ("overdrafts", show::cents_usd(pool.overdrafts_usd_atoms)),
        (
            "value for those who leave",
            show::cents_usd(exposure.lower_value_usd_atoms),
        ),
        (
            "value for those who enter",
            show::cents_usd(exposure.higher_value_usd_atoms),
        ),
    ];
    let mine = match session.me() {
        Ok(me) => waiting(session, &me).await?,
        Err(_) => None,
    };
    if let Some(mine) = &mine {
        let what = if mine.kind == REQUEST_DEPOSIT {
            "deposit"
        } else {
            "withdraw"
        };
        let amount = show::cents(mine.amount_atoms);
        let expires = show::when(mine.expires_at, world.now);
        pairs.push((
            "your request",
            format!("{what} {amount}, expires {expires}"),
        ));
    }
    let (shares, worth) = match session.me() {
        Ok(me) => mine_worth(session, &me, exposure.lower_value_usd_atoms).await?,
        Err(_) => (0, 0),
    };
    if shares > 0 {
        let text = format!(
            "{}, worth {} to who leaves",
            show::cents(shares),
            show::cents(worth)
        );
        pairs.push(("your shares", text));
    }
    let (params, params_json) = parameters(&pool.params);
    let json = json!({
        "shares": { "atoms": shares, "worth_atoms": worth },
        "address": address::pool().to_string(),
        "share_mint": pool.share_mint.to_string(),
        "cash": show::usd_json(pool.cash_usd_atoms),
        "reserve": show::usd_json(pool.reserve_usd_atoms),
        "pending_deposits": show::usd_json(pool.pending_deposits_usd_atoms),
        "overdrafts": show::usd_json(pool.overdrafts_usd_atoms),
        "lower_value": show::usd_json(exposure.lower_value_usd_atoms),
        "higher_value": show::usd_json(exposure.higher_value_usd_atoms),
        "request": mine.map(|it| json!({
            "kind": it.kind,
            "amount_atoms": it.amount_atoms,
            "min_out_atoms": it.min_out_atoms,
            "requested_at": it.requested_at,
            "expires_at": it.expires_at,
        })),
        "parameters": params_json,
    });
    Ok(Report::new(
        format!("{}\n\n{params}", show::fields(&pairs)),
        json,
    ))
}
