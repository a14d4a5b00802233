//! From a command that writes to a transaction: shown in words, tried, and sent unless it is a dry
//! run.

use crate::error::{CliError, Outcome};
use crate::session::Session;
use crate::show::{self, Report};
use anchor_lang::solana_program::instruction::Instruction;
use serde_json::{json, Value};
use std::io::IsTerminal;
use whittle_client::event;
use whittle_client::rpc::{Draft, Landed, SendOptions, Simulated};

/// What a signature costs, lamports.
const SIGNATURE_LAMPORTS: u64 = 5_000;
/// Room above what the simulation took, because state moves on.
const SPARE_UNITS: u64 = 20_000;

/// What shall be done.
#[derive(Default)]
pub struct Submission {
    words: Vec<String>,
    instructions: Vec<Instruction>,
    creates: Vec<(String, usize)>,
    previews: Vec<Report>,
    asks: bool,
}

impl Submission {
    /// One instruction, in words.
    pub fn new(words: impl Into<String>, instruction: Instruction) -> Self {
        Self::default().then(words, instruction)
    }

    /// One more instruction of the same transaction.
    pub fn then(mut self, words: impl Into<String>, instruction: Instruction) -> Self {
        self.words.push(words.into());
        self.instructions.push(instruction);
        self
    }

    /// An account that is created and must be paid for.
    pub fn creates(mut self, what: impl Into<String>, bytes: usize) -> Self {
        self.creates.push((what.into(), bytes));
        self
    }

    /// What the program will decide, as computed here.
    pub fn preview(mut self, preview: Report) -> Self {
        self.previews.push(preview);
        self
    }

    /// Ask before it is sent: it is hard to take back.
    pub fn asking(mut self) -> Self {
        self.asks = true;
        self
    }
}

/// What it costs, lamports.
struct Cost {
    signature: u64,
    priority: u64,
    rent: Vec<(String, u64)>,
}

impl Cost {
    fn total(&self) -> u64 {
        let fees = self.signature.saturating_add(self.priority);
        let rents = self.rent.iter().map(|(_, rent)| *rent);
        rents.fold(fees, u64::saturating_add)
    }

    fn json(&self) -> Value {
        json!({
            "signature": self.signature,
            "priority": self.priority,
            "rent": self.rent.iter().map(|(_, rent)| rent).sum::<u64>(),
            "total": self.total(),
        })
    }
}

impl Session {
    /// Tries a submission and sends it unless this is a dry run.
    pub async fn submit(&self, submission: Submission) -> Outcome<Report> {
        let me = self.me()?;
        let mut draft = Draft::new(submission.instructions.clone());
        let simulated = self.cluster.simulate(&draft, &me).await?;
        if let Some(refusal) = &simulated.refusal {
            let logs = if self.options.verbose {
                simulated.logs.clone()
            } else {
                Vec::new()
            };
            self.tell(&submission);
            return Err(CliError::refused(refusal, logs));
        }
        if self.options.unit_price != 0 {
            let units = simulated.units.saturating_add(SPARE_UNITS);
            draft = draft
                .with_units(u32::try_from(units).unwrap_or(u32::MAX))
                .with_unit_price(self.options.unit_price);
        }
        let cost = self.cost(&submission, &draft).await?;
        if self.options.dry_run {
            return Ok(self.report(&submission, &simulated, &cost, None));
        }
        self.tell(&submission);
        if submission.asks {
            self.ask()?;
        }
        let options = SendOptions::default();
        let sent = self.cluster.send(&draft, self.keypair()?, &[], &options);
        let landed = sent.await.map_err(|failure| self.with_logs(failure))?;
        Ok(self.report(&submission, &simulated, &cost, Some(landed)))
    }

    fn with_logs(&self, failure: whittle_client::rpc::Failure) -> CliError {
        match CliError::from(failure) {
            CliError::Failed { what, name, .. } if !self.options.verbose => CliError::Failed {
                what,
                name,
                logs: Vec::new(),
            },
            other => other,
        }
    }

    async fn cost(&self, submission: &Submission, draft: &Draft) -> Outcome<Cost> {
        let mut rent = Vec::new();
        for (what, bytes) in &submission.creates {
            let asked = self
                .cluster
                .client()
                .get_minimum_balance_for_rent_exemption(*bytes);
            rent.push((what.clone(), asked.await.map_err(CliError::failed)?));
        }
        let units = u128::from(draft.units.unwrap_or(0));
        let priority = (units * u128::from(draft.unit_price)).div_ceil(1_000_000);
        Ok(Cost {
            signature: SIGNATURE_LAMPORTS,
            priority: u64::try_from(priority).unwrap_or(u64::MAX),
            rent,
        })
    }

    /// Says what is about to happen, to people.
    fn tell(&self, submission: &Submission) {
        if self.options.is_json() {
            return;
        }
        for preview in &submission.previews {
            show::err(format_args!("{}\n\n", preview.text.trim_end()));
        }
        for words in &submission.words {
            show::err(format_args!("{words}\n"));
        }
    }

    fn ask(&self) -> Outcome<()> {
        if self.options.yes {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            return Err(CliError::input(
                "this asks before it sends, and nobody is there to answer: add --yes, or look with \
                 --dry-run first",
            ));
        }
        show::err(format_args!("Send it? [y/N] "));
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        read.map_err(CliError::failed)?;
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            Ok(())
        } else {
            Err(CliError::failed("nothing was sent"))
        }
    }

    fn report(
        &self,
        submission: &Submission,
        simulated: &Simulated,
        cost: &Cost,
        landed: Option<Landed>,
    ) -> Report {
        let events = event::events(&simulated.logs);
        let events: Vec<&str> = events.iter().map(event::Event::name).collect();
        let text = match landed {
            Some(landed) => format!("done in slot {}: {}", landed.slot, landed.signature),
            None => self.dry_text(submission, simulated, cost, &events),
        };
        let previews: Vec<&Value> = submission.previews.iter().map(|it| &it.json).collect();
        let json = json!({
            "dry_run": landed.is_none(),
            "actions": submission.words,
            "instructions": submission.instructions.iter().map(described).collect::<Vec<_>>(),
            "preview": previews,
            "units": simulated.units,
            "events": events,
            "cost_lamports": cost.json(),
            "signature": landed.map(|it| it.signature.to_string()),
            "slot": landed.map(|it| it.slot),
            "logs": if self.options.verbose { json!(simulated.logs) } else { Value::Null },
        });
        Report::new(text, json)
    }

    fn dry_text(
        &self,
        submission: &Submission,
        simulated: &Simulated,
        cost: &Cost,
        events: &[&str],
    ) -> String {
        let mut text = String::new();
        for preview in &submission.previews {
            text.push_str(preview.text.trim_end());
            text.push_str("\n\n");
        }
        text.push_str(&submission.words.join("\n"));
        let mut pairs = vec![("would take", format!("{} compute units", simulated.units))];
        if !events.is_empty() {
            pairs.push(("would report", events.join(", ")));
        }
        for (what, rent) in &cost.rent {
            pairs.push(("rent", format!("{} SOL for {what}", sol(*rent))));
        }
        pairs.push((
            "fee",
            format!("{} SOL", sol(cost.signature.saturating_add(cost.priority))),
        ));
        pairs.push(("cost", format!("{} SOL", sol(cost.total()))));
        text.push('\n');
        text.push_str(&show::fields(&pairs));
        if self.options.verbose {
            text.push_str("\nlogs\n  ");
            text.push_str(&simulated.logs.join("\n  "));
        }
        text.push_str("\ndry run: nothing was sent");
        text
    }
}

/// Lamports as SOL.
pub fn sol(lamports: u64) -> String {
    show::scaled(lamports.into(), 9, 0)
}

fn described(instruction: &Instruction) -> Value {
    let accounts = instruction.accounts.iter().map(|meta| {
        json!({
            "address": meta.pubkey.to_string(),
            "signer": meta.is_signer,
            "writable": meta.is_writable,
        })
    });
    let hex: String = instruction
        .data
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    json!({
        "program": instruction.program_id.to_string(),
        "accounts": accounts.collect::<Vec<_>>(),
        "data_hex": hex,
    })
}
