//! What was reached, and what never.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anchor_lang::solana_program::instruction::Instruction;
use serde_json::Value;
use solana_transaction::{InstructionError, TransactionError};
use whittle::error::WhittleError;
use whittle_client::event::{self, Event};

use crate::outcome::{compute_units, Sent};

const IDL: &str = include_str!("../../../idl/whittle.json");

/// One instruction of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Took effect.
    pub accepted: u64,
    /// Was refused.
    pub refused: u64,
    /// Most compute units of one that took effect.
    pub units: u64,
}

/// Counts of a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Cases.
    pub cases: u64,
    /// Actions of cases.
    pub actions: u64,
    /// Transactions, those of the set-up and of the end included.
    pub transactions: u64,
    /// Each instruction by its name in the interface.
    pub instructions: BTreeMap<String, Count>,
    /// Refusals by the name of the error.
    pub errors: BTreeMap<String, u64>,
    /// Events by name.
    pub events: BTreeMap<&'static str, u64>,
}

/// Names and discriminators of the interface.
fn interface() -> &'static [(String, Vec<u8>)] {
    static ONCE: std::sync::OnceLock<Vec<(String, Vec<u8>)>> = std::sync::OnceLock::new();
    ONCE.get_or_init(|| {
        let idl: Value = serde_json::from_str(IDL).expect("a JSON file");
        let list = idl["instructions"].as_array().expect("a list");
        list.iter()
            .map(|it| {
                let name = it["name"].as_str().expect("a name").to_owned();
                let bytes = it["discriminator"].as_array().expect("bytes").iter();
                let bytes = bytes.filter_map(|it| u8::try_from(it.as_u64()?).ok());
                (name, bytes.collect())
            })
            .collect()
    })
}

pub(super) fn name_of(instruction: &Instruction) -> Option<&'static str> {
    let data = &instruction.data;
    let mut all = interface().iter();
    let found = all.find(|(_, discriminator)| data.starts_with(discriminator));
    found.map(|(name, _)| name.as_str())
}

impl Tally {
    /// Counts a transaction.
    pub(super) fn count(&mut self, instructions: &[Instruction], sent: &Sent) {
        self.transactions += 1;
        let units = compute_units(&sent.processed.logs);
        let failed = sent.failed_instruction();
        for (place, instruction) in instructions.iter().enumerate() {
            let Some(name) = name_of(instruction) else {
                continue;
            };
            let count = self.instructions.entry(name.to_owned()).or_default();
            if sent.succeeded() {
                count.accepted += 1;
                let used = units.get(place).copied().unwrap_or(0);
                count.units = count.units.max(used);
            } else if failed == Some(place) {
                count.refused += 1;
            }
        }
        if let Err(error) = &sent.processed.result {
            *self.errors.entry(error_name(error)).or_default() += 1;
        } else {
            for event in event::events(&sent.processed.logs) {
                *self.events.entry(event.name()).or_default() += 1;
                if let Event::OrderKilled(killed) = &event {
                    // The update could not fill it, and this is why.
                    let name = custom_name(6_000 + killed.reason % 6_000);
                    *self.errors.entry(name).or_default() += 1;
                }
            }
        }
    }

    /// Adds another one.
    pub fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.actions += other.actions;
        self.transactions += other.transactions;
        for (name, count) in other.instructions {
            let sum = self.instructions.entry(name).or_default();
            sum.accepted += count.accepted;
            sum.refused += count.refused;
            sum.units = sum.units.max(count.units);
        }
        for (name, count) in other.errors {
            *self.errors.entry(name).or_default() += count;
        }
        for (name, count) in other.events {
            *self.events.entry(name).or_default() += count;
        }
    }

    /// How often an event was told.
    pub fn told(&self, event: &str) -> u64 {
        self.events.get(event).copied().unwrap_or(0)
    }

    /// Instructions of the interface that never took effect.
    pub fn never_accepted(&self) -> Vec<&'static str> {
        let never = |name: &&str| {
            self.instructions
                .get(*name)
                .is_none_or(|it| it.accepted == 0)
        };
        let names = interface().iter().map(|(name, _)| name.as_str());
        names.filter(never).collect()
    }

    /// Errors of the program that never were the reason, its invariants apart.
    pub fn never_seen(&self) -> Vec<String> {
        let seen: BTreeSet<&str> = self.errors.keys().map(String::as_str).collect();
        let all = WhittleError::ALL.iter().map(|it| it.name());
        all.filter(|name| !name.starts_with("Invariant") && !seen.contains(name.as_str()))
            .collect()
    }
}

fn custom_name(number: u32) -> String {
    match WhittleError::from_code(number) {
        Some(error) => error.name(),
        None => format!("custom {number}"),
    }
}

pub(super) fn error_name(error: &TransactionError) -> String {
    match error {
        TransactionError::InstructionError(_, InstructionError::Custom(number)) => {
            custom_name(*number)
        }
        TransactionError::InstructionError(_, error) => format!("{error:?}"),
        other => format!("{other:?}"),
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(
            f,
            "{} cases, {} actions, {} transactions",
            self.cases, self.actions, self.transactions
        )?;
        writeln!(
            f,
            "\ninstruction                  accepted    refused   most CU"
        )?;
        for (name, count) in &self.instructions {
            let Count {
                accepted,
                refused,
                units,
            } = count;
            writeln!(f, "{name:<26} {accepted:>10} {refused:>10} {units:>9}")?;
        }
        writeln!(f, "\nevents")?;
        for (name, count) in &self.events {
            writeln!(f, "{name:<32} {count:>10}")?;
        }
        writeln!(f, "\nrefusals")?;
        for (name, count) in &self.errors {
            writeln!(f, "{name:<32} {count:>10}")?;
        }
        writeln!(f, "\nnever accepted: {}", self.never_accepted().join(", "))?;
        write!(f, "never seen: {}", self.never_seen().join(", "))
    }
}
