//! Deposits and withdrawals.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::session::{Session, Which, World};
use crate::show::{self, Report};
use crate::submit::Submission;
use crate::tokens;
use anchor_lang::prelude::Pubkey;
use clap::Args;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::Bank;
use whittle_client::address;
use whittle_client::instruction;
use whittle_migrations::decimal::Decimal;

/// A deposit.
#[derive(Args)]
pub struct Deposit {
    /// How much, in tokens
    #[arg(value_parser = amount::decimal)]
    amount: Decimal,
    /// Which token: name, number or mint
    #[arg(long, short = 't', default_value = "quote")]
    token: String,
    /// The token account that pays [default: the wallet's own]
    #[arg(long, value_name = "ADDRESS", value_parser = amount::key)]
    from: Option<Pubkey>,
    #[command(flatten)]
    which: Which,
}

/// A withdrawal.
#[derive(Args)]
pub struct Withdraw {
    /// How much, in tokens, or all
    amount: String,
    /// Which token: name, number or mint
    #[arg(long, short = 't', default_value = "quote")]
    token: String,
    /// The token account that receives [default: the owner's own, which is opened if need be]
    #[arg(long, value_name = "ADDRESS", value_parser = amount::key)]
    to: Option<Pubkey>,
    #[command(flatten)]
    which: Which,
}

fn tokens_of(session: &Session, atoms: u64, bank: &Bank) -> String {
    let amount = show::scaled(atoms.into(), bank.decimals.into(), 0);
    format!("{amount} {}", session.names.token(bank))
}

pub async fn deposit(session: &Session, args: Deposit) -> Outcome<Report> {
    let world = session.world().await?;
    let bank = session.names.bank(&world.mirror, &args.token)?;
    let amount = tokens::atoms(args.amount, bank)?;
    let held = session.account(&args.which).await?;
    let me = session.me()?;
    let source = args
        .from
        .unwrap_or_else(|| address::token_account(&me, &bank.mint, &bank.token_program));
    tokens::require(session, &source, amount, bank.decimals).await?;
    let mirror = &world.mirror;
    let instruction = instruction::deposit(mirror, me, held.address, source, bank, amount)?;
    let words = format!(
        "deposit {} into margin account {}",
        tokens_of(session, amount, bank),
        held.address
    );
    session.submit(Submission::new(words, instruction)).await
}

pub async fn withdraw(session: &Session, args: Withdraw) -> Outcome<Report> {
    let world = session.world().await?;
    let bank = session.names.bank(&world.mirror, &args.token)?;
    let held = session.account(&args.which).await?;
    let amount = if args.amount.eq_ignore_ascii_case("all") {
        all(&world, &held.account, bank)?
    } else {
        let amount = amount::decimal(&args.amount)
            .map_err(|what| CliError::input(format!("amount: {what}")))?;
        tokens::atoms(amount, bank)?
    };
    let (me, owner) = (session.me()?, held.account.owner);
    let receiver = args
        .to
        .unwrap_or_else(|| address::token_account(&owner, &bank.mint, &bank.token_program));
    let words = format!(
        "withdraw {} from margin account {} to {receiver}",
        tokens_of(session, amount, bank),
        held.address
    );
    let instruction = instruction::withdraw(&world.mirror, held.held(), receiver, bank, amount)?;
    let mut submission = Submission::default();
    if args.to.is_none() && tokens::balance(session, &receiver).await?.is_none() {
        let create = tokens::create(me, owner, bank.mint, bank.token_program);
        submission = submission
            .then(format!("open the token account {receiver}"), create)
            .creates("the token account", tokens::ACCOUNT_BYTES);
    }
    session.submit(submission.then(words, instruction)).await
}

/// What may leave: the excess of the quote token, all of another one.
fn all(world: &World, account: &whittle::state::MarginAccount, bank: &Bank) -> Outcome<u64> {
    let most = if bank.index == QUOTE_BANK {
        let excess = world.mirror.excess(account, world.now)?;
        u64::try_from(excess.0).unwrap_or(0)
    } else {
        let mut held = account.used_collaterals();
        let held = held.find(|held| held.bank == bank.index);
        held.map_or(0, |held| held.amount_atoms)
    };
    if most == 0 {
        return Err(CliError::failed(
            "nothing of this token may leave the account: `whittle health` shows why",
        ));
    }
    Ok(most)
}
