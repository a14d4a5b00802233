//! Sends a transaction until it is known what became of it.

use super::cluster::ours;
use super::{Cluster, Draft, Failure, Refusal};
use core::time::Duration;
use solana_keypair::Keypair;
use solana_rpc_client_api::client_error::{Error, ErrorKind};
use solana_rpc_client_api::config::RpcSendTransactionConfig;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use std::time::Instant;

/// A transaction that ran and did what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    /// Which.
    pub signature: Signature,
    /// In which slot.
    pub slot: u64,
}

/// How to send.
#[derive(Clone, Copy, Debug)]
pub struct SendOptions {
    /// Whether the node simulates before it forwards. A refusal then costs no fee.
    pub preflight: bool,
    /// How often to look for the transaction and to send it again.
    pub every: Duration,
    /// Stop waiting after this; the transaction may still run until its blockhash expires.
    pub patience: Duration,
}

impl Default for SendOptions {
    fn default() -> Self {
        Self {
            preflight: true,
            every: Duration::from_millis(500),
            patience: Duration::from_secs(75),
        }
    }
}

impl Cluster {
    /// Sends a transaction and waits until it is known what became of it. It is sent again, as it is,
    /// until it is seen or its blockhash has expired, so it runs once or never.
    ///
    /// Errors: [`Failure`], each.
    pub async fn send(
        &self,
        draft: &Draft,
        payer: &Keypair,
        others: &[&Keypair],
        options: &SendOptions,
    ) -> Result<Landed, Failure> {
        let (blockhash, last_height) = self.blockhash().await?;
        let transaction = draft.sign(payer, others, blockhash)?;
        self.send_signed(&transaction, last_height, options).await
    }

    /// As [`Cluster::send`], of a transaction that is signed already.
    ///
    /// Errors: [`Failure`], each.
    pub async fn send_signed(
        &self,
        transaction: &VersionedTransaction,
        last_height: u64,
        options: &SendOptions,
    ) -> Result<Landed, Failure> {
        let ours = ours(&transaction.message);
        let begun = Instant::now();
        let signature = transaction.signatures.first().copied().unwrap_or_default();
        match self.hand_over(transaction, options.preflight).await {
            // A node that does not answer, or whose answer is lost, may have taken it all the same.
            Err(error) if !matches!(error.kind(), ErrorKind::RpcError(_)) => {}
            Err(refused) => return Err(Failure::of(&refused, &ours)),
            Ok(_) => {}
        }
        let mut is_past = false;
        loop {
            tokio::time::sleep(options.every).await;
            let seen = self.client.get_signature_statuses(&[signature]).await;
            match seen.map(|answer| answer.value.into_iter().next().flatten()) {
                Ok(Some(status)) => {
                    if let Some(error) = &status.err {
                        return Err(Failure::Refused {
                            refusal: Refusal::of(error, &ours),
                            logs: Vec::new(),
                            signature: Some(signature),
                        });
                    }
                    if status.satisfies_commitment(self.commitment) {
                        let slot = status.slot;
                        return Ok(Landed { signature, slot });
                    }
                }
                // Asked after the chain had passed the last block that could hold it.
                Ok(None) if is_past => return Err(Failure::NotLanded(signature)),
                Ok(None) => {
                    is_past = self.is_past(last_height).await;
                    if !is_past {
                        // The answer is of no use: it says that it was sent before, or fails as it
                        // will again.
                        let _ = self.hand_over(transaction, false).await;
                    }
                }
                // A node that does not answer now may answer later: what was sent stays sent.
                Err(_) => {}
            }
            if begun.elapsed() >= options.patience {
                return Err(Failure::Node(format!(
                    "{signature} was sent and is not confirmed after {} s",
                    options.patience.as_secs()
                )));
            }
        }
    }

    async fn hand_over(
        &self,
        transaction: &VersionedTransaction,
        preflight: bool,
    ) -> Result<Signature, Error> {
        let config = RpcSendTransactionConfig {
            skip_preflight: !preflight,
            preflight_commitment: Some(self.commitment.commitment),
            max_retries: Some(0),
            ..RpcSendTransactionConfig::default()
        };
        let sent = self
            .client
            .send_transaction_with_config(transaction, config);
        sent.await
    }

    /// Whether the chain has passed a block height, for certain.
    async fn is_past(&self, height: u64) -> bool {
        let asked = self
            .client
            .get_block_height_with_commitment(self.commitment);
        asked.await.is_ok_and(|now| now > height)
    }
}
