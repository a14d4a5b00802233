//! The questions that a bot asks a node.

use super::{Draft, Failure, Refusal};
use crate::Mirror;
use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use core::time::Duration;
use serde_json::json;
use solana_account::Account;
use solana_clock::Clock;
use solana_commitment_config::CommitmentConfig;
use solana_message::{Hash, VersionedMessage};
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::config::{
    RpcAccountInfoConfig, RpcProgramAccountsConfig, RpcSimulateTransactionConfig, UiAccountEncoding,
};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::{OptionalContext, RpcKeyedAccount};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use whittle::state::{Bank, Exchange, Market};

/// Nodes refuse to answer for more accounts at once.
const MOST_ACCOUNTS: usize = 100;
/// Nor do they tell the fees paid for more.
const MOST_FEE_ACCOUNTS: usize = 128;
/// Address of the clock.
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");

/// An RPC node.
pub struct Cluster {
    pub(super) client: RpcClient,
    pub(super) commitment: CommitmentConfig,
}

/// Accounts as they stood at a slot.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The slot, at least: some nodes do not tell and are asked beforehand.
    pub slot: u64,
    /// Where and what.
    pub accounts: Vec<(Pubkey, Account)>,
}

/// What a node says that a transaction would do.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Compute units that it takes.
    pub units: u64,
    /// Bytes of accounts and programs that it loaded; `None` when the node does not tell.
    pub loaded_bytes: Option<u32>,
    /// Why it would fail, if so.
    pub refusal: Option<Refusal>,
    /// What the programs would log.
    pub logs: Vec<String>,
}

fn node(error: impl core::fmt::Display) -> Failure {
    Failure::Node(error.to_string())
}

impl Cluster {
    /// Asks nothing yet. Reads what a supermajority has confirmed.
    pub fn new(url: &str, timeout: Duration) -> Self {
        let commitment = CommitmentConfig::confirmed();
        Self {
            client: RpcClient::new_with_timeout_and_commitment(url.to_owned(), timeout, commitment),
            commitment,
        }
    }

    /// The client library behind it, for questions that are not here.
    pub fn client(&self) -> &RpcClient {
        &self.client
    }

    /// All accounts of the program, or those of one type when `discriminator` is given.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn program_accounts(&self, discriminator: Option<&[u8]>) -> Result<Loaded, Failure> {
        // Some nodes leave the slot out of the answer; what they answer is at least as new as this.
        let before = self.client.get_slot().await.map_err(node)?;
        let filters = discriminator.map(|bytes| {
            vec![RpcFilterType::Memcmp(Memcmp::new_raw_bytes(
                0,
                bytes.to_vec(),
            ))]
        });
        let config = RpcProgramAccountsConfig {
            filters,
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64Zstd),
                commitment: Some(self.commitment),
                ..RpcAccountInfoConfig::default()
            },
            with_context: Some(true),
            sort_results: None,
        };
        let question = json!([whittle::ID.to_string(), config]);
        let answer: OptionalContext<Vec<RpcKeyedAccount>> = self
            .client
            .send(RpcRequest::GetProgramAccounts, question)
            .await
            .map_err(node)?;
        let (slot, found) = match answer {
            OptionalContext::Context(response) => (response.context.slot, response.value),
            OptionalContext::NoContext(found) => (before, found),
        };
        let accounts = found.iter().map(|keyed| {
            let address: Pubkey = keyed.pubkey.parse().map_err(node)?;
            let account = keyed.account.to_account();
            let account = account.ok_or_else(|| node("an account that cannot be decoded"))?;
            Ok((address, account))
        });
        Ok(Loaded {
            slot,
            accounts: accounts.collect::<Result<_, Failure>>()?,
        })
    }

    /// Accounts by their addresses, in this order; `None` where there is none. Asked in parts when
    /// they are many, so the slot is the oldest of the answers.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn accounts(
        &self,
        addresses: &[Pubkey],
    ) -> Result<(u64, Vec<Option<Account>>), Failure> {
        let mut slot = u64::MAX;
        let mut all = Vec::with_capacity(addresses.len());
        for part in addresses.chunks(MOST_ACCOUNTS) {
            let config = RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64Zstd),
                commitment: Some(self.commitment),
                ..RpcAccountInfoConfig::default()
            };
            let asked = self
                .client
                .get_multiple_ui_accounts_with_config(part, config);
            let answer = asked.await.map_err(node)?;
            slot = slot.min(answer.context.slot);
            for found in answer.value {
                let account = match found {
                    None => None,
                    Some(account) => Some(
                        account
                            .to_account()
                            .ok_or_else(|| node("an account that cannot be decoded"))?,
                    ),
                };
                all.push(account);
            }
        }
        Ok((slot, all))
    }

    /// One account.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn account(&self, address: &Pubkey) -> Result<Option<Account>, Failure> {
        let (_, mut found) = self.accounts(&[*address]).await?;
        Ok(found.pop().flatten())
    }

    /// The exchange, its banks and its markets.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn mirror(&self) -> Result<Mirror, Failure> {
        let mut mirror = Mirror::default();
        for kind in [
            Exchange::DISCRIMINATOR,
            Bank::DISCRIMINATOR,
            Market::DISCRIMINATOR,
        ] {
            for (_, account) in self.program_accounts(Some(kind)).await?.accounts {
                mirror.take(&account.data);
            }
        }
        Ok(mirror)
    }

    /// The chain's clock, Unix seconds: what the program takes for the present.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn now(&self) -> Result<i64, Failure> {
        let found = self.account(&CLOCK).await?;
        let account = found.ok_or_else(|| node("the chain has no clock"))?;
        // Slot, start of the epoch, epoch, epoch of the leader schedule, Unix time.
        const UNIX_TIME_AT: usize = core::mem::size_of::<Clock>() - 8;
        let bytes = account.data.get(UNIX_TIME_AT..).unwrap_or_default();
        let bytes = bytes
            .first_chunk()
            .ok_or_else(|| node("the clock is short"))?;
        Ok(i64::from_le_bytes(*bytes))
    }

    /// The newest confirmed slot.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn slot(&self) -> Result<u64, Failure> {
        self.client.get_slot().await.map_err(node)
    }

    /// The slot that the node is processing.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn processed_slot(&self) -> Result<u64, Failure> {
        let asked = self
            .client
            .get_slot_with_commitment(CommitmentConfig::processed());
        asked.await.map_err(node)
    }

    /// What an account holds, lamports; zero where there is none.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn balance(&self, address: &Pubkey) -> Result<u64, Failure> {
        self.client.get_balance(address).await.map_err(node)
    }

    /// What an account with so many bytes of data must hold to stay, lamports.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn rent(&self, bytes: usize) -> Result<u64, Failure> {
        let asked = self.client.get_minimum_balance_for_rent_exemption(bytes);
        asked.await.map_err(node)
    }

    /// The price of a compute unit that `percentile` percent of the last 150 slots' cheapest
    /// transactions with these accounts did not exceed, millionths of a lamport; zero when the node
    /// knows of none.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn unit_price(&self, writable: &[Pubkey], percentile: u8) -> Result<u64, Failure> {
        let asked = &writable[..writable.len().min(MOST_FEE_ACCOUNTS)];
        let answer = self.client.get_recent_prioritization_fees(asked).await;
        let mut fees: Vec<u64> = answer
            .map_err(node)?
            .iter()
            .map(|slot| slot.prioritization_fee)
            .collect();
        fees.sort_unstable();
        let place = fees.len().saturating_sub(1) * usize::from(percentile.min(100)) / 100;
        Ok(fees.get(place).copied().unwrap_or(0))
    }

    /// A recent blockhash, and the block height after which transactions with it cannot run.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn blockhash(&self) -> Result<(Hash, u64), Failure> {
        let asked = self
            .client
            .get_latest_blockhash_with_commitment(self.commitment);
        asked.await.map_err(node)
    }

    /// What a transaction would do, without signatures.
    ///
    /// Errors: [`Failure::Draft`], [`Failure::Node`].
    pub async fn simulate(&self, draft: &Draft, payer: &Pubkey) -> Result<Simulated, Failure> {
        let message = draft.compile(payer, Hash::default())?;
        let signatures = usize::from(message.header().num_required_signatures);
        let ours = ours(&message);
        let transaction = VersionedTransaction {
            signatures: vec![Signature::default(); signatures],
            message,
        };
        let config = RpcSimulateTransactionConfig {
            sig_verify: false,
            replace_recent_blockhash: true,
            commitment: Some(self.commitment),
            ..RpcSimulateTransactionConfig::default()
        };
        let asked = self
            .client
            .simulate_transaction_with_config(&transaction, config);
        let answer = asked.await.map_err(|error| Failure::of(&error, &ours))?;
        let refusal = answer
            .value
            .err
            .map(|error| Refusal::of(&error.into(), ours));
        Ok(Simulated {
            units: answer.value.units_consumed.unwrap_or(0),
            loaded_bytes: answer.value.loaded_accounts_data_size,
            refusal,
            logs: answer.value.logs.unwrap_or_default(),
        })
    }
}

/// Which instructions of a message are the program's.
pub(super) fn ours(message: &VersionedMessage) -> impl Fn(u8) -> bool {
    let keys = message.static_account_keys();
    let programs = message.instructions().iter();
    let ours: Vec<bool> = programs
        .map(|one| keys.get(usize::from(one.program_id_index)) == Some(&whittle::ID))
        .collect();
    move |instruction| ours.get(usize::from(instruction)).copied().unwrap_or(false)
}
