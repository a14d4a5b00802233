//! Deposits and withdrawals.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::session::{Session, Which, World};
use crate::show::{self, Report};
use crate::submit::Submission;
use crate::tokens;
use anchor_lang::prelude::Pubkey;
use clap::Args;
use whittle::state::{Bank, InsuranceFund};
use whittle_client::address;
use whittle_client::instruction;
use whittle_client::preview::withdraw::most;
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
        all(session, &world, &held.account, bank).await?
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

/// The most that `withdraw` would let go.
async fn all(
    session: &Session,
    world: &World,
    account: &whittle::state::MarginAccount,
    bank: &Bank,
) -> Outcome<u64> {
    let fund = session.read::<InsuranceFund>(&address::insurance()).await?;
    let found = most(&world.mirror, fund.as_ref(), account, bank, world.now);
    match (found.atoms, found.why) {
        (0, Some(why)) => Err(CliError::failed(format!(
            "nothing of this token may leave the account: {why}"
        ))),
        (0, None) => Err(CliError::failed("the account holds none of this token")),
        (atoms, _) => Ok(atoms),
    }
}
