//! What a migration needs of a cluster: any RPC node offers it, and so does a virtual machine.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::Discriminator;
use bytemuck::Pod;
use core::fmt;
use whittle_client::decode;

/// A cluster, and a key that pays and signs.
pub trait Chain {
    /// The key that pays and signs: the exchange's authority.
    fn payer(&self) -> Pubkey;

    /// An account as it stands, `None` where there is none.
    fn account(&mut self, address: &Pubkey) -> Result<Option<ChainAccount>, ChainError>;

    /// What an account of this size must hold to stay, lamports.
    fn rent(&mut self, bytes: usize) -> Result<u64, ChainError>;

    /// Sends instructions as one transaction that only the payer signs. After `Ok`, what they
    /// wrote can be read.
    fn send(&mut self, instructions: &[Instruction]) -> Result<(), ChainError>;
}

/// An account as a cluster shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainAccount {
    /// Its balance.
    pub lamports: u64,
    /// The program that may write it.
    pub owner: Pubkey,
    /// Whether it is a program.
    pub executable: bool,
    /// What it holds.
    pub data: Vec<u8>,
}

/// A question or transaction that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainError {
    /// What failed and why.
    pub what: String,
    /// Logs of the transaction, if it ran.
    pub logs: Vec<String>,
}

impl ChainError {
    /// A failure without logs.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            logs: Vec::new(),
        }
    }

    /// What the program said, when it was the program that refused.
    pub fn message(&self) -> Option<&str> {
        let found = |line: &String| line.contains("Error Message: ");
        let line = self.logs.iter().find(|line| found(line))?;
        let (_, message) = line.split_once("Error Message: ")?;
        Some(message.trim_end_matches('.'))
    }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if let Some(message) = self.message() {
            return write!(f, ": {message}");
        }
        for line in &self.logs {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ChainError {}

/// An account of the program, `None` where there is none.
pub(crate) fn read<T: Pod + Discriminator>(
    chain: &mut dyn Chain,
    address: &Pubkey,
) -> Result<Option<T>, ChainError> {
    let Some(account) = chain.account(address)? else {
        return Ok(None);
    };
    // Anybody can send lamports to an address before the program creates the account there.
    if account.owner != whittle::ID {
        return Ok(None);
    }
    decode::account(&account.data)
        .map(Some)
        .map_err(|error| ChainError::new(format!("the account at {address}: {error}")))
}
