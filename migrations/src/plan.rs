//! What a migration would do, and doing it.

use crate::chain::{self, Chain, ChainError};
use crate::describe::{Description, Difference};
use crate::steps::{self, NewAccount, State, Step};
use core::fmt;
use whittle::state::Exchange;
use whittle_client::address;

/// What a signature costs, lamports; nothing here pays for priority.
const FEE_LAMPORTS: u64 = 5_000;

/// The way to a described exchange.
pub struct Migration<'a> {
    steps: Vec<Step<'a>>,
}

/// What a migration would do on a chain as it stands.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
    /// What would make a transaction fail.
    pub obstacles: Vec<String>,
}

/// A numbered step.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Its number.
    pub number: u16,
    /// What it is about.
    pub title: &'static str,
    /// Its pieces, each one transaction.
    pub pieces: Vec<Piece>,
}

/// What one transaction does.
#[derive(Clone, Debug)]
pub struct Piece {
    /// What it brings about.
    pub what: String,
    /// How far it is.
    pub state: State,
    /// The accounts that it would create, each with its rent in lamports. Empty unless missing.
    pub creates: Vec<(NewAccount, u64)>,
}

/// Why a migration stopped.
#[derive(Clone, Debug)]
pub enum MigrationError {
    /// The chain holds something else than described; nothing was sent.
    Differs(Vec<Difference>),
    /// A transaction would have failed; nothing was sent.
    Blocked(Vec<String>),
    /// The chain did not answer or refused.
    Chain {
        /// What was being done.
        doing: String,
        /// Pieces that were done before, in this run.
        done: usize,
        /// Why it failed.
        error: ChainError,
    },
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs(differences) => {
                write!(
                    f,
                    "the chain is not as described, and this version cannot change what exists; \
                     nothing was sent. Correct the description:"
                )?;
                differences
                    .iter()
                    .try_for_each(|difference| write!(f, "\n  {difference}"))
            }
            Self::Blocked(obstacles) => {
                write!(f, "nothing was sent, because it would have failed:")?;
                obstacles
                    .iter()
                    .try_for_each(|obstacle| write!(f, "\n  {obstacle}"))
            }
            Self::Chain { doing, done, error } => {
                write!(f, "{doing}: {error}")?;
                if *done > 0 {
                    write!(f, "\n{done} before it are done: run again to continue")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for MigrationError {}

impl<'a> Migration<'a> {
    /// The way to `description`.
    pub fn new(description: &'a Description) -> Self {
        Self {
            steps: steps::all(description),
        }
    }

    /// What is to be done. Reads, and writes nothing.
    pub fn plan(&self, chain: &mut dyn Chain) -> Result<Plan, MigrationError> {
        self.planned(chain).map_err(|error| MigrationError::Chain {
            doing: "reading the chain".to_owned(),
            done: 0,
            error,
        })
    }

    fn planned(&self, chain: &mut dyn Chain) -> Result<Plan, ChainError> {
        let mut plan = Plan {
            steps: Vec::with_capacity(self.steps.len()),
            obstacles: program_obstacles(chain)?,
        };
        for step in &self.steps {
            let mut pieces = Vec::with_capacity(step.works.len());
            for work in &step.works {
                let state = work.state(chain)?;
                let mut creates = Vec::new();
                if state == State::Missing {
                    plan.obstacles.extend(work.obstacles(chain)?);
                    for account in work.creates() {
                        let rent = chain.rent(account.bytes)?;
                        creates.push((account, rent));
                    }
                }
                pieces.push(Piece {
                    what: work.describe(),
                    state,
                    creates,
                });
            }
            plan.steps.push(PlannedStep {
                number: step.number,
                title: step.title,
                pieces,
            });
        }
        let obstacles = payer_obstacles(&plan, chain)?;
        plan.obstacles.extend(obstacles);
        Ok(plan)
    }

    /// Does what is to be done, and tells `progress` of each piece when it is. Returns how many
    /// there were: none when the chain was as described. Sends nothing unless all can be done.
    pub fn apply(
        &self,
        chain: &mut dyn Chain,
        mut progress: impl FnMut(&str),
    ) -> Result<usize, MigrationError> {
        self.plan(chain)?.check()?;
        let mut done = 0usize;
        for step in &self.steps {
            for work in &step.works {
                let doing = format!("{:03} {}", step.number, work.describe());
                let failed = |error| MigrationError::Chain {
                    doing: doing.clone(),
                    done,
                    error,
                };
                if work.state(chain).map_err(failed)? == State::Done {
                    continue;
                }
                work.apply(chain).map_err(failed)?;
                progress(&doing);
                done = done.saturating_add(1);
            }
        }
        Ok(done)
    }
}

fn program_obstacles(chain: &mut dyn Chain) -> Result<Vec<String>, ChainError> {
    let program = chain.account(&whittle::ID)?;
    if program.is_some_and(|program| program.executable) {
        return Ok(Vec::new());
    }
    Ok(vec![format!(
        "the program {} is not on this cluster: deploy it first",
        whittle::ID
    )])
}

fn payer_obstacles(plan: &Plan, chain: &mut dyn Chain) -> Result<Vec<String>, ChainError> {
    let mut obstacles = Vec::new();
    if plan.is_done() {
        return Ok(obstacles);
    }
    let payer = chain.payer();
    let exchange = chain::read::<Exchange>(chain, &address::exchange())?;
    if let Some(exchange) = exchange.filter(|exchange| exchange.authority != payer) {
        obstacles.push(format!(
            "the exchange's authority is {} and the key that signs is {payer}: sign with the \
             authority's key",
            exchange.authority
        ));
    }
    let missing = plan.pieces().filter(|piece| piece.state == State::Missing);
    let fees = missing.fold(0u64, |sum, _| sum.saturating_add(FEE_LAMPORTS));
    let needs = plan.lamports().saturating_add(fees);
    let has = chain.account(&payer)?.map_or(0, |account| account.lamports);
    if has < needs {
        obstacles.push(format!(
            "{payer} has {has} lamports and needs {needs} for rent and fees: fund it"
        ));
    }
    Ok(obstacles)
}

impl Plan {
    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.steps.iter().flat_map(|step| &step.pieces)
    }

    /// Whether the chain is as described.
    pub fn is_done(&self) -> bool {
        self.pieces().all(|piece| piece.state == State::Done)
    }

    /// Rent of all accounts that would be created, lamports.
    pub fn lamports(&self) -> u64 {
        self.pieces()
            .flat_map(|piece| &piece.creates)
            .fold(0, |sum, (_, rent)| sum.saturating_add(*rent))
    }

    /// Every field that is not as described.
    pub fn differences(&self) -> Vec<Difference> {
        let found = self.pieces().filter_map(|piece| match &piece.state {
            State::Differs(differences) => Some(differences.clone()),
            _ => None,
        });
        found.flatten().collect()
    }

    /// Whether the plan can be carried out.
    pub fn check(&self) -> Result<(), MigrationError> {
        let differences = self.differences();
        if !differences.is_empty() {
            return Err(MigrationError::Differs(differences));
        }
        if !self.obstacles.is_empty() && !self.is_done() {
            return Err(MigrationError::Blocked(self.obstacles.clone()));
        }
        Ok(())
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut count = 0usize;
        for step in &self.steps {
            write!(f, "{:03} {}", step.number, step.title)?;
            if step.pieces.is_empty() {
                write!(f, ": none asked for")?;
            }
            writeln!(f)?;
            for piece in &step.pieces {
                let state = match piece.state {
                    State::Done => "done",
                    State::Missing => "to do",
                    State::Differs(_) => "differs",
                };
                writeln!(f, "    {state:<8}{}", piece.what)?;
                for (account, rent) in &piece.creates {
                    count = count.saturating_add(1);
                    writeln!(
                        f,
                        "            creates {} at {}: {} bytes, {rent} lamports",
                        account.what, account.address, account.bytes
                    )?;
                }
            }
        }
        write!(
            f,
            "{count} accounts to create for {} lamports of rent",
            self.lamports()
        )
    }
}
