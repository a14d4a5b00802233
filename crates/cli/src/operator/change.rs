//! Changes of parameters: queued, looked at, applied when their time has come.

use super::change_words::{against_chain, words};
use super::drift::{self, Drift};
use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::{Session, World};
use crate::show::{self, Report};
use crate::submit::Submission;
use anchor_lang::prelude::Pubkey;
use clap::Subcommand;
use serde_json::{json, Value};
use std::path::{Path, PathBuf};
use whittle::state::proposal::Change;
use whittle::state::raw::ORACLE_PYTH_LEGACY;
use whittle::state::{InsuranceFund, Pool, Proposal};
use whittle_client::{address, instruction};
use whittle_migrations::describe::Difference;

/// Changes.
#[derive(Subcommand)]
pub enum Command {
    /// Queues a change for after the timelock
    #[command(subcommand)]
    Propose(Propose),
    /// All that wait
    List,
    /// What one would change
    Show {
        /// Its number
        number: u64,
    },
    /// Applies one whose time has come; anyone may
    Apply {
        /// Its number
        number: u64,
        /// The new price account, for a change of a market's oracle [default: from --symbols]
        #[arg(long, value_name = "ADDRESS", value_parser = amount::key)]
        oracle: Option<Pubkey>,
    },
    /// Takes one back
    Cancel {
        /// Its number
        number: u64,
    },
}

/// What to change.
#[derive(Subcommand)]
pub enum Propose {
    /// All that differs between a described exchange and the chain, one proposal for each group
    Described {
        /// The description (TOML)
        file: PathBuf,
    },
    /// Who may tighten and pause
    Guardian {
        /// The new guardian; the default key for nobody
        #[arg(value_parser = amount::key)]
        guardian: Pubkey,
    },
    /// The cap of an issuer's tokens
    IssuerCap {
        /// The group, 1 to 7
        group: u8,
        /// USD; zero for no cap
        #[arg(value_parser = amount::usd)]
        cap: i64,
    },
    /// Lifts what the guardian tightened in a market
    ClearGuard {
        /// Symbol, asset or number
        market: String,
    },
    /// Takes deposits again that the guardian froze
    ClearFreeze {
        /// Name, number or mint
        token: String,
    },
    /// Ends a market
    WindDownMarket {
        /// Symbol, asset or number
        market: String,
        /// Time between the change and settlement, 1d to 90d
        #[arg(long, value_parser = amount::seconds)]
        settles_after: u32,
    },
    /// Ends a collateral token
    WindDownBank {
        /// Name, number or mint
        token: String,
        /// Time between the change and settlement, 1d to 90d
        #[arg(long, value_parser = amount::seconds)]
        settles_after: u32,
    },
}

pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    match command {
        Command::Propose(Propose::Described { file }) => described(session, &file).await,
        Command::Propose(wish) => propose(session, wish).await,
        Command::List => list(session).await,
        Command::Show { number } => shown(session, number).await,
        Command::Apply { number, oracle } => apply(session, number, oracle).await,
        Command::Cancel { number } => {
            let proposal = read(session, number).await?;
            let world = session.world().await?;
            let words = format!(
                "take back proposal {number}: {}",
                words(session, &world, &proposal.change()?)
            );
            let instruction = instruction::cancel_change(session.me()?, &proposal);
            session
                .submit(Submission::new(words, instruction).asking())
                .await
        }
    }
}

async fn read(session: &Session, number: u64) -> Outcome<Proposal> {
    let found = session.read(&address::proposal(number)).await?;
    found.ok_or_else(|| {
        CliError::failed(format!(
            "there is no proposal {number}: `whittle change list` shows those that wait"
        ))
    })
}

async fn propose(session: &Session, wish: Propose) -> Outcome<Report> {
    let world = session.world().await?;
    let mirror = &world.mirror;
    let market = |name: &str| -> Outcome<u16> { Ok(names::market(mirror, name)?.index) };
    let bank = |name: &str| -> Outcome<u16> { Ok(session.names.bank(mirror, name)?.index) };
    let change = match wish {
        Propose::Described { file } => return described(session, &file).await,
        Propose::Guardian { guardian } => Change::Guardian { guardian },
        Propose::IssuerCap { group, cap } => Change::IssuerGroupCap {
            group,
            cap_usd_atoms: cap,
        },
        Propose::ClearGuard { market: name } => Change::ClearMarketGuard {
            market: market(&name)?,
        },
        Propose::ClearFreeze { token } => Change::ClearBankFreeze {
            bank: bank(&token)?,
        },
        Propose::WindDownMarket {
            market: name,
            settles_after,
        } => Change::WindDownMarket {
            market: market(&name)?,
            settles_after_secs: settles_after,
        },
        Propose::WindDownBank {
            token,
            settles_after,
        } => Change::WindDownBank {
            bank: bank(&token)?,
            settles_after_secs: settles_after,
        },
    };
    let submission = submission(session, &world, change, 0, Vec::new())?;
    session.submit(submission).await
}

fn submission(
    session: &Session,
    world: &World,
    change: Change,
    place: u64,
    differences: Vec<Difference>,
) -> Outcome<Submission> {
    change
        .validate()
        .map_err(|error| CliError::input(format!("change: {}", crate::error::explained(error))))?;
    let mut exchange = *world.exchange()?;
    exchange.next_proposal = exchange.next_proposal.saturating_add(place);
    let delay = exchange.params.governance.timelock_secs;
    let words = format!(
        "queue proposal {}: {}; it can be applied after {}",
        exchange.next_proposal,
        words(session, world, &change),
        show::duration(delay.into())
    );
    let instruction = instruction::propose_change(&exchange, change);
    let mut submission = Submission::new(words, instruction)
        .creates("the proposal, returned when it ends", Proposal::SIZE)
        .asking();
    if !differences.is_empty() {
        submission = submission.preview(changes(&differences));
    }
    Ok(submission)
}

fn changes(differences: &[Difference]) -> Report {
    let lines = differences.iter().map(|it| {
        vec![
            it.field.clone(),
            it.on_chain.clone(),
            "->".to_owned(),
            it.described.clone(),
        ]
    });
    let json = differences
        .iter()
        .map(|it| json!({ "field": it.field, "from": it.on_chain, "to": it.described }));
    Report::new(
        show::table(&["field", "now", "", "then"], lines.collect()),
        json.collect::<Vec<_>>().into(),
    )
}

async fn described(session: &Session, file: &Path) -> Outcome<Report> {
    let description = names::describe(file)?;
    let world = session.world().await?;
    let pool = session.read::<Pool>(&address::pool()).await?;
    let insurance = session.read::<InsuranceFund>(&address::insurance()).await?;
    let drifts = drift::drifts(
        &description,
        &world.mirror,
        pool.as_ref(),
        insurance.as_ref(),
    );
    if drifts.is_empty() {
        return Ok(Report::new(
            "the chain is as described: nothing to propose",
            json!([]),
        ));
    }
    let (mut texts, mut all) = (Vec::new(), Vec::new());
    for (
        place,
        Drift {
            change,
            differences,
        },
    ) in (0u64..).zip(drifts)
    {
        // A dry run advances nothing, so each is tried with the number that is next now.
        let place = if session.options.dry_run { 0 } else { place };
        let submission = submission(session, &world, change, place, differences)?;
        let report = session.submit(submission).await?;
        texts.push(report.text);
        all.push(report.json);
    }
    Ok(Report::new(texts.join("\n\n"), Value::Array(all)))
}

fn state(proposal: &Proposal, now: i64) -> &'static str {
    if now > proposal.expires {
        "lapsed"
    } else if now >= proposal.eta {
        "due"
    } else {
        "waits"
    }
}

async fn list(session: &Session) -> Outcome<Report> {
    let world = session.world().await?;
    let mut found = session.all::<Proposal>().await?;
    found.sort_by_key(|(_, proposal)| proposal.nonce);
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for (_, proposal) in &found {
        let words = match proposal.change() {
            Ok(change) => words(session, &world, &change),
            Err(_) => "unknown to this version".to_owned(),
        };
        rows.push(vec![
            proposal.nonce.to_string(),
            words.clone(),
            state(proposal, world.now).to_owned(),
            show::when(proposal.eta, world.now),
            show::when(proposal.expires, world.now),
        ]);
        all.push(json!({
            "number": proposal.nonce,
            "what": words,
            "state": state(proposal, world.now),
            "proposer": proposal.proposer.to_string(),
            "queued_at": proposal.queued_at,
            "eta": proposal.eta,
            "expires": proposal.expires,
        }));
    }
    let headers = ["no.", "change", "state", "may be applied", "lapses"];
    Ok(Report::new(show::table(&headers, rows), all.into()))
}

async fn shown(session: &Session, number: u64) -> Outcome<Report> {
    let proposal = read(session, number).await?;
    let world = session.world().await?;
    let change = proposal.change()?;
    let differences = against_chain(session, &world, &change).await?;
    let changes = changes(&differences);
    let pairs = [
        ("proposal", number.to_string()),
        ("change", words(session, &world, &change)),
        ("state", state(&proposal, world.now).to_owned()),
        ("proposer", proposal.proposer.to_string()),
        ("queued", show::when(proposal.queued_at, world.now)),
        ("may be applied", show::when(proposal.eta, world.now)),
        ("lapses", show::when(proposal.expires, world.now)),
    ];
    let mut text = show::fields(&pairs);
    if !differences.is_empty() {
        text.push_str(&format!("\n\n{}", changes.text));
    }
    let json = json!({
        "number": number,
        "what": words(session, &world, &change),
        "state": state(&proposal, world.now),
        "eta": proposal.eta,
        "expires": proposal.expires,
        "changes": changes.json,
    });
    Ok(Report::new(text, json))
}

async fn apply(session: &Session, number: u64, oracle: Option<Pubkey>) -> Outcome<Report> {
    let proposal = read(session, number).await?;
    let world = session.world().await?;
    let change = proposal.change()?;
    let oracle = match (&change, oracle) {
        (_, Some(oracle)) => oracle,
        (Change::MarketOracle { oracle, .. }, None) if oracle.kind == ORACLE_PYTH_LEGACY => {
            Pubkey::new_from_array(oracle.key)
        }
        (Change::MarketOracle { market, .. }, None) => {
            let market = world.mirror.market(*market)?;
            session.names.oracle(market).ok_or_else(|| {
                CliError::input("oracle: name the new price account with --oracle or --symbols")
            })?
        }
        _ => Pubkey::default(),
    };
    if state(&proposal, world.now) == "waits" {
        return Err(CliError::failed(format!(
            "proposal {number} can be applied {}: wait until then",
            show::when(proposal.eta, world.now)
        )));
    }
    let words = format!(
        "apply proposal {number}: {}",
        words(session, &world, &change)
    );
    let differences = against_chain(session, &world, &change).await?;
    let instruction = instruction::apply_change(&world.mirror, &proposal, oracle)?;
    let mut submission = Submission::new(words, instruction).asking();
    if !differences.is_empty() {
        submission = submission.preview(changes(&differences));
    }
    session.submit(submission).await
}
