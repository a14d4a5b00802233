//! A cluster behind an RPC node.

use crate::chain::{Chain, ChainAccount, ChainError};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_rpc_client::api::client_error::{Error, ErrorKind};
use solana_rpc_client::api::request::{RpcError, RpcResponseErrorData};
use solana_rpc_client::rpc_client::RpcClient;
use solana_signer::Signer;
use solana_transaction::Transaction;

/// An RPC node and the key that pays. Reads and waits for confirmation by a supermajority.
pub struct RpcChain {
    client: RpcClient,
    payer: Keypair,
}

impl RpcChain {
    /// Asks nothing yet.
    pub fn new(url: &str, payer: Keypair) -> Self {
        Self {
            client: RpcClient::new_with_commitment(url, CommitmentConfig::confirmed()),
            payer,
        }
    }
}

impl Chain for RpcChain {
    fn payer(&self) -> Pubkey {
        self.payer.pubkey()
    }

    fn account(&mut self, address: &Pubkey) -> Result<Option<ChainAccount>, ChainError> {
        // Asked for one alone, the client says "not found" when the node did not answer.
        let mut answer = self
            .client
            .get_multiple_accounts(&[*address])
            .map_err(failed)?;
        Ok(answer.pop().flatten().map(|account| ChainAccount {
            lamports: account.lamports,
            owner: account.owner,
            executable: account.executable,
            data: account.data,
        }))
    }

    fn rent(&mut self, bytes: usize) -> Result<u64, ChainError> {
        self.client
            .get_minimum_balance_for_rent_exemption(bytes)
            .map_err(failed)
    }

    fn send(&mut self, instructions: &[Instruction]) -> Result<(), ChainError> {
        let blockhash = self.client.get_latest_blockhash().map_err(failed)?;
        let transaction = Transaction::new_signed_with_payer(
            instructions,
            Some(&self.payer.pubkey()),
            &[&self.payer],
            blockhash,
        );
        self.client
            .send_and_confirm_transaction(&transaction)
            .map_err(failed)?;
        Ok(())
    }
}

/// With the logs, when a transaction failed before it was sent on.
fn failed(error: Error) -> ChainError {
    let mut logs = Vec::new();
    if let ErrorKind::RpcError(RpcError::RpcResponseError {
        data: RpcResponseErrorData::SendTransactionPreflightFailure(result),
        ..
    }) = error.kind()
    {
        logs = result.logs.clone().unwrap_or_default();
    }
    ChainError {
        what: error.to_string(),
        logs,
    }
}
