//! Trying a transaction on changed accounts and putting everything back, and somebody who does so
//! with what a story sends before it is sent.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_account::Account;
use solana_keypair::Keypair;
use solana_transaction::{InstructionError, TransactionError};
use std::collections::BTreeMap;

use crate::world::World;

/// Sees the instructions of a transaction, and who signs, before [`World::send`] processes them.
pub type Observer = Box<dyn FnMut(&mut World, &[Instruction], &[&Keypair])>;

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It succeeded.
    Accepted {
        /// Accounts that were not there before.
        created: Vec<Account>,
    },
    /// An instruction of the transaction failed.
    Refused {
        /// The program that said so first: ours, or one that it called. None when the runtime did.
        program: Option<Pubkey>,
        /// With this error.
        error: InstructionError,
        /// What Anchor calls the error, and the account that it blames, where it tells.
        told: String,
    },
}

impl Attempt {
    /// Whether it succeeded.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}

impl World {
    /// From now on, `observer` sees every transaction before it is sent.
    pub fn observe(&mut self, observer: Observer) {
        self.observer = Some(observer);
    }

    /// Nobody does any more.
    pub fn look_away(&mut self) {
        self.observer = None;
    }

    pub(crate) fn let_observe(&mut self, instructions: &[Instruction], signers: &[&Keypair]) {
        if let Some(mut observer) = self.observer.take() {
            observer(self, instructions, signers);
            self.observer = Some(observer);
        }
    }

    /// Puts the `planted` accounts in their places, processes an instruction, and puts every account
    /// that either touched back as it was.
    ///
    /// Panics when it was refused and changed an account nevertheless.
    #[track_caller]
    pub fn attempt(
        &mut self,
        instruction: &Instruction,
        signers: &[&Keypair],
        planted: &[(Pubkey, Account)],
    ) -> Attempt {
        let keys = instruction.accounts.iter().map(|meta| meta.pubkey);
        let keys = keys.chain(planted.iter().map(|(key, _)| *key));
        let before = self.stand(keys.clone());
        for (key, account) in planted {
            self.vm.set_account(key, account);
        }
        let started = self.stand(keys.clone());
        let processed = self.vm.process(std::slice::from_ref(instruction), signers);
        let ended = self.stand(keys);
        for (key, account) in &before {
            if ended.get(key) != Some(account) {
                let account = account.clone().unwrap_or_default();
                self.vm.set_account(key, &account);
            }
        }
        match processed.result {
            Ok(()) => {
                let new = ended.into_iter().filter(|(key, _)| {
                    let before = started.get(key);
                    before.is_some_and(Option::is_none)
                });
                Attempt::Accepted {
                    created: new.filter_map(|(_, account)| account).collect(),
                }
            }
            Err(TransactionError::InstructionError(_, error)) => {
                assert!(started == ended, "{error}, and yet something changed");
                Attempt::Refused {
                    program: first_failure(&processed.logs),
                    error,
                    told: told(&processed.logs),
                }
            }
            Err(other) => panic!("the transaction was not processed: {other}"),
        }
    }

    /// Accounts as the machine has them; programs are left out, for they are large and do not change.
    fn stand(&self, keys: impl Iterator<Item = Pubkey>) -> BTreeMap<Pubkey, Option<Account>> {
        let pairs = keys.map(|key| (key, self.vm.account(&key)));
        pairs
            .filter(|(_, account)| account.as_ref().is_none_or(|it| !it.executable))
            .collect()
    }
}

/// The first program that a log line says has failed.
fn first_failure(logs: &[String]) -> Option<Pubkey> {
    let line = logs.iter().find_map(|line| {
        let (program, _) = line.strip_prefix("Program ")?.split_once(" failed: ")?;
        program.parse().ok()
    });
    line
}

/// Anchor logs the account that it blames and the name of the error.
fn told(logs: &[String]) -> String {
    let line = logs.iter().find(|line| line.contains("AnchorError"));
    let line = line.map_or("", String::as_str);
    let part = |from: &str, to: &str| {
        let rest = line.split_once(from)?.1;
        Some(rest.split_once(to)?.0)
    };
    let name = part("Error Code: ", ". ").unwrap_or("");
    match part("caused by account: ", ". ") {
        Some(account) => format!("{name} of {account}"),
        None => name.to_owned(),
    }
}
