//! Yellowstone gRPC (Geyser): the same notices as the WebSocket's, with the order of writes within a
//! slot, as the node makes them.

use super::feed::{pass_on, End, Notice, Settings, Source};
use anchor_lang::prelude::Pubkey;
use anyhow::{Context, Result};
use core::convert::Infallible;
use core::error::Error;
use futures_util::{SinkExt, StreamExt};
use std::collections::HashMap;
use std::env::{self, VarError};
use tokio::time::timeout;
use whittle_client::rpc::Cluster;
use whittle_keeper::Stamp;
use yellowstone_grpc_client::{ClientTlsConfig, GeyserGrpcBuilder, GeyserGrpcBuilderError};
use yellowstone_grpc_proto::geyser::subscribe_update::UpdateOneof;
use yellowstone_grpc_proto::geyser::{
    CommitmentLevel, SlotStatus, SubscribeRequest, SubscribeRequestFilterAccounts,
    SubscribeRequestFilterSlots, SubscribeRequestPing, SubscribeUpdate, SubscribeUpdateAccount,
};
use yellowstone_grpc_proto::tonic::metadata::AsciiMetadataValue;
use yellowstone_grpc_proto::tonic::Status;

/// What holds the token that the endpoint asks for. It is read from nowhere else, and never logged.
pub const TOKEN: &str = "WHITTLE_KEEPER_GEYSER_TOKEN";

/// A Yellowstone gRPC endpoint.
pub struct Geyser {
    url: String,
    token: Option<AsciiMetadataValue>,
}

impl Geyser {
    /// With the token of the environment, if there is one.
    ///
    /// Errors: the token is no header's value; the URL is none, or no TLS can be made for it.
    pub fn from_env(url: &str) -> Result<Self> {
        let token = match env::var(TOKEN) {
            Ok(token) => Some(token),
            Err(VarError::NotPresent) => None,
            // The error of the library would show it.
            Err(VarError::NotUnicode(_)) => anyhow::bail!("{TOKEN} is no text"),
        };
        Self::new(url, token.as_deref().filter(|token| !token.is_empty()))
    }

    fn new(url: &str, token: Option<&str>) -> Result<Self> {
        let header = |token: &str| -> Result<AsciiMetadataValue> {
            let mut value: AsciiMetadataValue = token
                .parse()
                .ok()
                .with_context(|| format!("{TOKEN} has characters that a header cannot hold"))?;
            value.set_sensitive(true);
            Ok(value)
        };
        let geyser = Self {
            url: url.to_owned(),
            token: token.map(header).transpose()?,
        };
        geyser.builder().context("run.geyser_url")?;
        if geyser.token.is_some() && !url.starts_with("https://") {
            tracing::warn!("run.geyser_url is without TLS: {TOKEN} is sent in the clear");
        }
        Ok(geyser)
    }

    fn builder(&self) -> Result<GeyserGrpcBuilder, GeyserGrpcBuilderError> {
        let mut builder = GeyserGrpcBuilder::from_shared(self.url.clone())?;
        if self.url.starts_with("https://") {
            builder = builder.tls_config(ClientTlsConfig::new().with_native_roots())?;
        }
        builder.x_token = self.token.clone();
        Ok(builder)
    }
}

impl Source for Geyser {
    async fn listen(
        &self,
        cluster: &Cluster,
        settings: &Settings,
        out: &tokio::sync::mpsc::Sender<Notice>,
    ) -> Result<Infallible, End> {
        let builder = self.builder().map_err(|error| lost(&error))?;
        let mut client = timeout(settings.silence, builder.connect())
            .await
            .map_err(|_| End::late("connecting", settings))?
            .map_err(|error| lost(&error))?;
        let request = request(&settings.oracles);
        let subscribed = client.subscribe_with_request(Some(request));
        let (answers, updates) = timeout(settings.silence, subscribed)
            .await
            .map_err(|_| End::late("subscribing", settings))?
            .map_err(|error| lost(&error))?;
        let told = updates.filter_map(move |update| {
            let mut answers = answers.clone();
            let meaning = update.map_err(refused).and_then(|update| {
                meaning(update).map_err(|why| End::Lost(format!("an update with {why}")))
            });
            async move {
                match meaning {
                    Ok(Meaning::Told(notice)) => Some(Ok(notice)),
                    Ok(Meaning::Nothing) => None,
                    // Neither counts against silence: a node whose slots stand still pings on.
                    Ok(Meaning::Ping) => {
                        let sent = answers.send(pong()).await;
                        sent.err().map(|error| Err(lost(&error)))
                    }
                    Err(end) => Some(Err(end)),
                }
            }
        });
        pass_on(told, cluster, settings, out).await
    }
}

/// An error with its causes: the library leaves the reason to them.
fn lost(error: &dyn Error) -> End {
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !why.ends_with(&more) {
            why = format!("{why}: {more}");
        }
        cause = error.source();
    }
    End::Lost(why)
}

/// Without the metadata of the answer, which is the node's affair.
fn refused(status: Status) -> End {
    End::Lost(format!("{}: {}", status.code(), status.message()))
}

/// What to be told: accounts of the program, oracle accounts, and slots, all as soon as the node has
/// processed them.
fn request(oracles: &[Pubkey]) -> SubscribeRequest {
    let program = SubscribeRequestFilterAccounts {
        owner: vec![whittle::ID.to_string()],
        ..SubscribeRequestFilterAccounts::default()
    };
    let mut accounts = HashMap::from([("program".to_owned(), program)]);
    // A filter that names no account would match every account of the chain.
    if !oracles.is_empty() {
        let oracles = SubscribeRequestFilterAccounts {
            account: oracles.iter().map(Pubkey::to_string).collect(),
            ..SubscribeRequestFilterAccounts::default()
        };
        accounts.insert("oracles".to_owned(), oracles);
    }
    let slots = SubscribeRequestFilterSlots {
        filter_by_commitment: Some(true),
        ..SubscribeRequestFilterSlots::default()
    };
    SubscribeRequest {
        accounts,
        slots: HashMap::from([("slots".to_owned(), slots)]),
        commitment: Some(CommitmentLevel::Processed.into()),
        ..SubscribeRequest::default()
    }
}

/// The answer to a ping. It leaves the subscription as it is.
fn pong() -> SubscribeRequest {
    SubscribeRequest {
        ping: Some(SubscribeRequestPing { id: 1 }),
        ..SubscribeRequest::default()
    }
}

/// What an update is to the keeper.
#[derive(Debug)]
enum Meaning {
    Told(Notice),
    /// To be answered: what stands between the two closes connections on which the client is silent.
    Ping,
    Nothing,
}

/// Errors: what is wrong with the update.
fn meaning(update: SubscribeUpdate) -> Result<Meaning, &'static str> {
    Ok(match update.update_oneof {
        Some(UpdateOneof::Account(account)) => Meaning::Told(account_told(account)?),
        // Nodes that do not filter slots tell of each several times.
        Some(UpdateOneof::Slot(told)) if told.status() == SlotStatus::SlotProcessed => {
            Meaning::Told(Notice::Slot(told.slot))
        }
        Some(UpdateOneof::Ping(_)) => Meaning::Ping,
        _ => Meaning::Nothing,
    })
}

fn account_told(told: SubscribeUpdateAccount) -> Result<Notice, &'static str> {
    let account = told.account.ok_or("no account")?;
    let address = |bytes: Vec<u8>| Pubkey::try_from(bytes).ok();
    Ok(Notice::Account {
        address: address(account.pubkey).ok_or("an address that is not 32 bytes")?,
        stamp: Stamp::within(told.slot, account.write_version),
        owner: address(account.owner).ok_or("an owner that is not 32 bytes")?,
        // The chain keeps nothing of an account without lamports, whatever data it was left with.
        data: if account.lamports == 0 {
            Vec::new()
        } else {
            account.data
        },
    })
}

#[cfg(test)]
mod tests;
