//! A cluster behind an RPC node.

use crate::chain::{Chain, ChainAccount, ChainError};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use core::time::Duration;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::future::Future;
use tokio::runtime::{Builder, Runtime};
use whittle_client::rpc::{Cluster, Draft, Failure, SendOptions};

/// A question to the node may take so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// An RPC node and the key that pays. Reads and waits for confirmation by a supermajority.
///
/// Not for use within an asynchronous task: it waits for the node's answers.
pub struct RpcChain {
    runtime: Runtime,
    cluster: Cluster,
    payer: Keypair,
}

impl RpcChain {
    /// Asks nothing yet.
    ///
    /// Errors: when the system gives no thread to wait with.
    pub fn new(url: &str, payer: Keypair) -> std::io::Result<Self> {
        Ok(Self {
            runtime: Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?,
            cluster: Cluster::new(url, PATIENCE),
            payer,
        })
    }

    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }
}

impl Chain for RpcChain {
    fn payer(&self) -> Pubkey {
        self.payer.pubkey()
    }

    fn account(&mut self, address: &Pubkey) -> Result<Option<ChainAccount>, ChainError> {
        let found = self.wait(self.cluster.account(address)).map_err(failed)?;
        Ok(found.map(|account| ChainAccount {
            lamports: account.lamports,
            owner: account.owner,
            executable: account.executable,
            data: account.data,
        }))
    }

    fn rent(&mut self, bytes: usize) -> Result<u64, ChainError> {
        self.wait(self.cluster.rent(bytes)).map_err(failed)
    }

    fn send(&mut self, instructions: &[Instruction]) -> Result<(), ChainError> {
        let draft = Draft::new(instructions.iter().cloned());
        let options = SendOptions::default();
        let sent = self.cluster.send(&draft, &self.payer, &[], &options);
        self.wait(sent).map(drop).map_err(failed)
    }
}

/// With the logs, where the refusal does not say it all.
fn failed(failure: Failure) -> ChainError {
    let what = failure.to_string();
    match failure {
        Failure::Refused { refusal, logs, .. } if refusal.program().is_none() => {
            ChainError { what, logs }
        }
        _ => ChainError::new(what),
    }
}
