//! What the chain tells: every account of the program and the oracle accounts, once in full and then
//! as they change, and the slots.

use anchor_lang::prelude::Pubkey;
use core::convert::Infallible;
use core::future::Future;
use core::time::Duration;
use futures_util::future::{BoxFuture, OptionFuture};
use futures_util::stream::{select_all, BoxStream};
use futures_util::{FutureExt, Stream, StreamExt};
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_commitment_config::CommitmentConfig;
use solana_pubsub_client::nonblocking::pubsub_client::{PubsubClient, PubsubClientError};
use solana_rpc_client_types::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until, timeout, Instant};
use whittle_client::rpc::{Cluster, Failure};
use whittle_keeper::Stamp;

/// Something that the chain told.
#[derive(Debug)]
pub enum Notice {
    /// An account as it stands after a slot; without data when it is closed.
    Account {
        /// Where.
        address: Pubkey,
        /// When it was written.
        stamp: Stamp,
        /// Whose it is.
        owner: Pubkey,
        /// What is in it.
        data: Vec<u8>,
    },
    /// Every account there is, at a slot: what is not among them is closed.
    Complete {
        /// At least this slot.
        slot: u64,
        /// Address, owner and data.
        accounts: Vec<(Pubkey, Pubkey, Vec<u8>)>,
    },
    /// A slot has begun.
    Slot(u64),
    /// The connection is lost; a complete picture follows when it is back.
    Lost(String),
}

/// Notices this many slots behind the newest slot told are too late to decide on: the queue behind them
/// is dropped with the connection, so it is never longer than what is told meanwhile.
const MOST_BEHIND: u64 = 150;
/// Pause before another attempt to connect or to load; each doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// How often to ask whether the confirmed chain has come to the slot in which listening began.
const CATCH_UP_EVERY: Duration = Duration::from_millis(200);

/// What to listen for and how patiently.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Oracle accounts to follow.
    pub oracles: Vec<Pubkey>,
    /// A complete picture this often, whatever was told meanwhile: nodes drop notices.
    pub reload_every: Duration,
    /// A connection that tells nothing for so long is lost.
    pub silence: Duration,
    /// Longest pause before a new attempt to connect; the first is a second, and each doubles.
    pub longest_pause: Duration,
}

/// A way to be told.
pub trait Source: Send + Sync {
    /// One connection, from its beginning to its end. Subscribes before [`pass_on`] asks for
    /// everything, so that no change falls between the two.
    fn listen(
        &self,
        cluster: &Cluster,
        settings: &Settings,
        out: &mpsc::Sender<Notice>,
    ) -> impl Future<Output = Result<Infallible, End>> + Send;
}

/// The subscriptions that every RPC node offers.
pub struct WebSocket {
    /// The node's WebSocket.
    pub url: String,
}

/// One thing told on a WebSocket.
enum Told {
    Account(Pubkey, u64, UiAccount),
    Slot(u64),
}

/// Runs until nobody listens any more.
pub async fn follow(
    source: impl Source,
    cluster: Arc<Cluster>,
    settings: Settings,
    out: mpsc::Sender<Notice>,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let begun = Instant::now();
        let why = match source.listen(&cluster, &settings, &out).await {
            Ok(never) => match never {},
            Err(End::NobodyListens) => return,
            Err(End::Lost(why)) => why,
        };
        if begun.elapsed() > settings.longest_pause {
            pause = FIRST_PAUSE;
        }
        if out.send(Notice::Lost(why)).await.is_err() {
            return;
        }
        sleep(pause).await;
        pause = (pause * 2).min(settings.longest_pause);
    }
}

/// Why a connection is over.
#[derive(Debug)]
pub enum End {
    /// Nobody wants to be told any more.
    NobodyListens,
    /// The reason, for the log.
    Lost(String),
}

impl End {
    /// Something took longer than the settings allow.
    pub fn late(what: &str, settings: &Settings) -> Self {
        Self::Lost(format!("{what} took over {} s", settings.silence.as_secs()))
    }
}

impl<T> From<mpsc::error::SendError<T>> for End {
    fn from(_: mpsc::error::SendError<T>) -> Self {
        Self::NobodyListens
    }
}

impl From<PubsubClientError> for End {
    fn from(error: PubsubClientError) -> Self {
        // The library leaves the reason of a refused connection to the source.
        let cause = core::error::Error::source(&error).map(ToString::to_string);
        Self::Lost(match cause {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        })
    }
}

impl Source for WebSocket {
    async fn listen(
        &self,
        cluster: &Cluster,
        settings: &Settings,
        out: &mpsc::Sender<Notice>,
    ) -> Result<Infallible, End> {
        let client = timeout(settings.silence, PubsubClient::new(self.url.as_str()))
            .await
            .map_err(|_| End::late("connecting", settings))??;
        let told = timeout(settings.silence, subscribe(&client, &settings.oracles))
            .await
            .map_err(|_| End::late("subscribing", settings))??;
        let mut slots = Slots::default();
        let told = told.map(|told| match told {
            Told::Slot(slot) => {
                slots.newest = slots.newest.max(slot);
                Ok(Notice::Slot(slot))
            }
            Told::Account(address, slot, account) => {
                let stamp = slots.stamp(&address, &account.owner, slot)?;
                notice(address, stamp, &account)
            }
        });
        pass_on(told, cluster, settings, out).await
    }
}

/// Passes on what is told, with a complete picture at the beginning and every `reload_every`, until
/// it ends, fails, or is silent for too long.
pub async fn pass_on(
    told: impl Stream<Item = Result<Notice, End>> + Send,
    cluster: &Cluster,
    settings: &Settings,
    out: &mpsc::Sender<Notice>,
) -> Result<Infallible, End> {
    let mut told = core::pin::pin!(told);
    // What is known of this connection's pictures: when the next is due, and the one on its way.
    let mut due = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut is_first = true;
    let mut picture: Option<BoxFuture<Result<Notice, Failure>>> = None;
    loop {
        // Loading takes seconds where there are many accounts. Notices are read meanwhile; stamps tell
        // which of the two is newer.
        tokio::select! {
            () = sleep_until(due), if picture.is_none() => {
                picture = Some(load(cluster, &settings.oracles, is_first).boxed());
            }
            Some(loaded) = OptionFuture::from(picture.as_mut()) => {
                picture = None;
                match loaded {
                    Ok(complete) => {
                        out.send(complete).await?;
                        (is_first, pause) = (false, FIRST_PAUSE);
                        due = Instant::now() + settings.reload_every;
                    }
                    // The connection is good: what is known stays, and is asked for again.
                    Err(failure) => {
                        tracing::warn!(%failure, "loading all accounts");
                        due = Instant::now() + pause;
                        pause = (pause * 2).min(settings.longest_pause);
                    }
                }
            }
            next = timeout(settings.silence, told.next()) => match next {
                Ok(Some(notice)) => out.send(notice?).await?,
                Ok(None) => return Err(End::Lost("the node closed the connection".to_owned())),
                Err(_) => return Err(End::Lost(format!(
                    "nothing was told for {} s", settings.silence.as_secs()
                ))),
            },
        }
    }
}

/// What a connection tells of slots.
#[derive(Default)]
struct Slots {
    /// The newest begun.
    newest: u64,
    /// Notices so far.
    arrived: u64,
    /// Of the first notice of each subscription, by its account or by the program.
    first: HashMap<String, u64>,
    /// Whether a subscription has told two slots. Surfpool tells each notice with the slot in which the
    /// subscription was made; other nodes with the slot of the write.
    advances: bool,
}

impl Slots {
    fn stamp(&mut self, address: &Pubkey, owner: &str, slot: u64) -> Result<Stamp, End> {
        if !self.advances {
            let program = whittle::ID.to_string();
            let name = if owner == program {
                program
            } else {
                address.to_string()
            };
            self.advances = *self.first.entry(name).or_insert(slot) != slot;
        }
        // Several writes of one slot arrive in their order.
        self.arrived += 1;
        if !self.advances {
            return Ok(Stamp::within(slot.max(self.newest), self.arrived));
        }
        match self.newest.saturating_sub(slot) {
            behind if behind > MOST_BEHIND => {
                Err(End::Lost(format!("notices are {behind} slots late")))
            }
            _ => Ok(Stamp::within(slot, self.arrived)),
        }
    }
}

/// Everything at a confirmed slot. The first of a connection is not older than the connection:
/// notices begin with the slot that the node is processing, and what was written between the
/// confirmed slot and that one would be missed.
async fn load(cluster: &Cluster, oracles: &[Pubkey], is_first: bool) -> Result<Notice, Failure> {
    if is_first {
        let begun = cluster.processed_slot().await?;
        while cluster.slot().await? < begun {
            sleep(CATCH_UP_EVERY).await;
        }
    }
    let all = cluster.program_accounts(None).await?;
    let (slot, found) = cluster.accounts(oracles).await?;
    let oracles = oracles.iter().copied().zip(found);
    let oracles = oracles.filter_map(|(address, account)| Some((address, account?)));
    let accounts = all.accounts.into_iter().chain(oracles);
    Ok(Notice::Complete {
        slot: all.slot.min(slot),
        accounts: accounts
            .map(|(address, account)| (address, account.owner, account.data))
            .collect(),
    })
}

async fn subscribe<'a>(
    client: &'a PubsubClient,
    oracles: &[Pubkey],
) -> Result<impl Stream<Item = Told> + use<'a>, PubsubClientError> {
    let account = RpcAccountInfoConfig {
        encoding: Some(UiAccountEncoding::Base64),
        commitment: Some(CommitmentConfig::processed()),
        ..RpcAccountInfoConfig::default()
    };
    let mut all: Vec<BoxStream<'a, Told>> = Vec::with_capacity(oracles.len() + 2);
    let config = RpcProgramAccountsConfig {
        account_config: account.clone(),
        ..RpcProgramAccountsConfig::default()
    };
    let (accounts, _) = client.program_subscribe(&whittle::ID, Some(config)).await?;
    let accounts = accounts.filter_map(|told| async move {
        let address = told.value.pubkey.parse().ok()?;
        Some(Told::Account(
            address,
            told.context.slot,
            told.value.account,
        ))
    });
    all.push(accounts.boxed());
    for oracle in oracles.iter().copied() {
        let (told, _) = client
            .account_subscribe(&oracle, Some(account.clone()))
            .await?;
        let told = told.map(move |told| Told::Account(oracle, told.context.slot, told.value));
        all.push(told.boxed());
    }
    let (slots, _) = client.slot_subscribe().await?;
    all.push(slots.map(|told| Told::Slot(told.slot)).boxed());
    Ok(select_all(all))
}

fn notice(address: Pubkey, stamp: Stamp, account: &UiAccount) -> Result<Notice, End> {
    let unreadable = || End::Lost(format!("the account {address} cannot be decoded"));
    Ok(Notice::Account {
        address,
        stamp,
        owner: account.owner.parse().map_err(|_| unreadable())?,
        data: account.data.decode().ok_or_else(unreadable)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(slots: &mut Slots, slot: u64) -> Option<Stamp> {
        slots.stamp(&Pubkey::default(), "oracle", slot).ok()
    }

    #[test]
    fn a_notice_counts_from_its_slot_and_within_it_by_its_order() {
        let mut slots = Slots {
            newest: 8,
            ..Slots::default()
        };
        stamp(&mut slots, 7).unwrap();
        assert_eq!(stamp(&mut slots, 8), Some(Stamp::within(8, 2)));
        assert_eq!(stamp(&mut slots, 8), Some(Stamp::within(8, 3)));
        slots.newest = 10;
        let late = stamp(&mut slots, 7);
        assert_eq!(late, Some(Stamp::within(7, 4)), "older than its successor");
    }

    #[test]
    fn a_node_that_tells_the_slot_of_the_subscription_is_not_taken_at_its_word() {
        let mut slots = Slots {
            newest: 5,
            ..Slots::default()
        };
        assert_eq!(stamp(&mut slots, 5), Some(Stamp::within(5, 1)));
        slots.newest = 900;
        assert_eq!(stamp(&mut slots, 5), Some(Stamp::within(900, 2)));
    }

    #[test]
    fn a_queue_that_has_fallen_behind_is_given_up() {
        let mut slots = Slots::default();
        stamp(&mut slots, 1).unwrap();
        slots.newest = 2 + MOST_BEHIND;
        assert!(stamp(&mut slots, 2).is_some());
        slots.newest += 1;
        assert_eq!(stamp(&mut slots, 2), None);
    }
}
