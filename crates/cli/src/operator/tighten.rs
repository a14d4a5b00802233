//! What guardian and authority do at once: pauses, guards, the authority itself.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::Session;
use crate::show::{self, Report};
use crate::submit::Submission;
use crate::tokens;
use anchor_lang::prelude::Pubkey;
use clap::{Subcommand, ValueEnum};
use whittle_client::address;
use whittle_client::instruction;
use whittle_migrations::decimal::Decimal;

/// What can be paused; numbered as the program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Paused {
    /// Orders that may add risk
    NewRisk,
    /// Withdrawals from margin accounts
    Withdrawals,
    /// Liquidations outside of emergency; withdrawals and new risk too
    Liquidations,
    /// Requests of liquidity providers and their fills
    Liquidity,
}

impl Paused {
    fn words(self) -> &'static str {
        match self {
            Self::NewRisk => "new risk",
            Self::Withdrawals => "withdrawals",
            Self::Liquidations => "liquidations, withdrawals and new risk",
            Self::Liquidity => "liquidity requests",
        }
    }
}

pub async fn pause(session: &Session, kind: Paused, secs: u32) -> Outcome<Report> {
    let world = session.world().await?;
    let most = world.exchange()?.params.governance.pause_max_secs;
    if secs == 0 || secs > most {
        return Err(CliError::input(format!(
            "duration: write from 1s to {}, the longest pause of this exchange",
            show::duration(most.into())
        )));
    }
    let words = format!("pause {} for {}", kind.words(), show::duration(secs.into()));
    let instruction = instruction::pause(session.me()?, kind as u8, secs);
    session
        .submit(Submission::new(words, instruction).asking())
        .await
}

pub async fn unpause(session: &Session, kind: Paused) -> Outcome<Report> {
    let words = format!("end the pause of {}", kind.words());
    let instruction = instruction::unpause(session.me()?, kind as u8);
    session
        .submit(Submission::new(words, instruction).asking())
        .await
}

/// Guards.
#[derive(Subcommand)]
pub enum GuardCommand {
    /// Lowers a market's cap on open interest or raises its initial requirements
    Market {
        /// Symbol, asset or number
        market: String,
        /// Most open interest of one side, USD
        #[arg(long, value_parser = amount::usd, required_unless_present = "initial")]
        open_interest: Option<i64>,
        /// Multiplier on initial requirements, 1 to 4
        #[arg(long, value_parser = amount::share)]
        initial: Option<u64>,
    },
    /// Lowers the deposit cap of a token, or freezes its deposits
    Bank {
        /// Name, number or mint
        token: String,
        /// Most that may be deposited, in tokens; without it deposits are frozen
        #[arg(long, value_parser = amount::decimal)]
        cap: Option<Decimal>,
    },
}

pub async fn guard(session: &Session, command: GuardCommand) -> Outcome<Report> {
    let world = session.world().await?;
    let me = session.me()?;
    let submission = match command {
        GuardCommand::Market {
            market,
            open_interest,
            initial,
        } => {
            let market = names::market(&world.mirror, &market)?;
            let mut words = format!("in {}", names::symbol(market));
            if let Some(cap) = open_interest {
                words.push_str(&format!(", cap open interest at {} USD", show::usd(cap)));
            }
            if let Some(multiplier) = initial {
                let multiplier = show::ratio(multiplier);
                words.push_str(&format!(", multiply initial requirements by {multiplier}"));
            }
            words.push_str("; only a timelocked change loosens it again");
            let (cap, initial) = (open_interest.unwrap_or(-1), initial.unwrap_or(0));
            Submission::new(
                words,
                instruction::guard_market(me, market.index, cap, initial),
            )
        }
        GuardCommand::Bank { token, cap } => {
            let bank = session.names.bank(&world.mirror, &token)?;
            let name = session.names.token(bank);
            let atoms = cap.map_or(Ok(0), |cap| tokens::atoms(cap, bank))?;
            let words = match cap {
                Some(_) if atoms > 0 => {
                    let cap = show::scaled(atoms.into(), bank.decimals.into(), 0);
                    format!("cap deposits at {cap} {name}")
                }
                _ => format!("freeze deposits of {name}"),
            };
            let words = format!("{words}; only a timelocked change loosens it again");
            Submission::new(words, instruction::guard_bank(me, &bank.mint, atoms))
        }
    };
    session.submit(submission.asking()).await
}

/// The authority.
#[derive(Subcommand)]
pub enum AuthorityCommand {
    /// Offers it to another key, which then accepts
    Offer {
        /// To whom
        #[arg(value_parser = amount::key)]
        to: Pubkey,
    },
    /// Takes an offer back
    Revoke,
    /// Takes the authority that was offered to the keypair
    Accept,
}

pub async fn authority(session: &Session, command: AuthorityCommand) -> Outcome<Report> {
    let me = session.me()?;
    let submission = match command {
        AuthorityCommand::Offer { to } => Submission::new(
            format!("offer the authority over the exchange to {to}"),
            instruction::transfer_authority(me, to),
        ),
        AuthorityCommand::Revoke => Submission::new(
            "take back the offer of the authority",
            instruction::transfer_authority(me, Pubkey::default()),
        ),
        AuthorityCommand::Accept => Submission::new(
            format!("take the authority over the exchange with {me}"),
            instruction::accept_authority(me),
        ),
    };
    session.submit(submission.asking()).await
}

pub async fn seed(session: &Session, amount: Decimal) -> Outcome<Report> {
    let world = session.world().await?;
    let quote = world.quote()?;
    let atoms = amount
        .to_atoms(quote.decimals.into())
        .map_err(|what| CliError::input(format!("amount: {what}")))?;
    let me = session.me()?;
    let source = address::token_account(&me, &quote.mint, &quote.token_program);
    tokens::require(session, &source, atoms, quote.decimals).await?;
    let words = format!("pay {} USD into the insurance fund", show::usd(atoms));
    let instruction = instruction::seed_insurance(me, source, quote, atoms);
    session
        .submit(Submission::new(words, instruction).asking())
        .await
}
