//! Everything around the library: from notices to decisions, from decisions to transactions.

mod feed;
#[cfg(feature = "geyser")]
mod geyser;
mod http;
mod metrics;
mod pause;
mod pay;
mod posting;
mod sender;
pub mod settings;
mod watch;

use anchor_lang::prelude::Pubkey;
use anyhow::{Context, Result};
use core::time::Duration;
use feed::{Notice, WebSocket};
use http::Readiness;
use metrics::Metrics;
use posting::hermes::Hermes;
use posting::job::{Closed, Ended, Fetched, Surveyed};
use posting::Poster;
use sender::{Fees, Sender};
use settings::{Options, Run};
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};
use tokio::sync::{mpsc, oneshot, watch as told};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use watch::Watch;
use whittle::state::bank::QUOTE_BANK;
use whittle_client::rpc::{config, Cluster, Draft, Failure, SendOptions, Table};
use whittle_client::{address, instruction};
use whittle_keeper::oracle::Feed;
use whittle_keeper::{Book, Config, Keys};

/// Notices that may wait for the library: about a second of a busy chain.
const NOTICES: usize = 16_384;

/// Something that has ended beside the loop.
enum Event {
    /// Hermes was asked for the newest prices.
    Fetched(Fetched),
    /// A posting is over.
    Posted(Box<Ended>),
    /// Accounts of postings were closed, or not.
    Closed(Closed),
    /// The receiver and what the keeper had left were looked at.
    Surveyed(Surveyed),
    /// Lookup tables were made, or not.
    Tables(Result<Vec<Table>, Failure>),
}

/// Answers that are being given when everything else has ended may take so long.
const CLOSING: Duration = Duration::from_secs(2);

/// Runs until SIGTERM or Ctrl-C, or with `--once` until what is due is done.
pub async fn run(options: &Options, config: Config, settings: Run) -> Result<()> {
    let payer = config::keypair(Some(&settings.keypair), None).context("run.keypair")?;
    let patience = Duration::from_secs(settings.timeout_secs);
    let cluster = Arc::new(Cluster::new(&settings.rpc_url, patience));
    let (metrics, registry) = Metrics::new();
    let stale = Duration::from_secs(settings.stale_slot_secs);
    let readiness = Arc::new(Readiness::new(stale));
    let (end, ended) = told::channel(false);

    let listener = TcpListener::bind(settings.listen).await;
    let listener = listener.with_context(|| format!("listening on {}", settings.listen))?;
    tracing::info!(address = %listener.local_addr()?, "answering /metrics, /healthz, /readyz");
    // It answers until the last transaction has ended, so that /readyz tells what is waited for.
    let (close, closing) = oneshot::channel::<()>();
    let closing = async {
        let _ = closing.await;
    };
    let server = http::serve(listener, Arc::new(registry), readiness.clone(), closing);
    let server = tokio::spawn(server);

    let sender = Arc::new(sender(options, &settings, cluster.clone(), payer));
    let mut book = Book::new();
    let oracles = name_oracles(&mut book, &settings)?;
    let (notices, inbox) = mpsc::channel(NOTICES);
    let feed = feed::Settings {
        oracles,
        reload_every: Duration::from_secs(settings.reload_secs),
        silence: Duration::from_secs(settings.silence_secs),
        longest_pause: Duration::from_secs(settings.reconnect_secs),
    };
    let feed = follow(&settings, cluster, feed, notices.clone())?;
    let signals = tokio::spawn(signals(end.clone()));

    let poster = poster(&settings, &sender)?;
    let mut watch = Watch::new(book, config, settings, sender, metrics, readiness);
    if let Some(poster) = poster {
        watch = watch.with_poster(poster);
    }
    let outcome = watch.run(inbox, notices, until(ended), options.once).await;
    feed.abort();
    signals.abort();
    drop(close);
    // A client that never ends its request does not keep the process.
    if let Ok(served) = timeout(CLOSING, server).await {
        served.context("the HTTP server")??;
    }
    outcome
}

/// Begins to listen, to the gRPC endpoint if there is one.
fn follow(
    run: &Run,
    cluster: Arc<Cluster>,
    settings: feed::Settings,
    out: mpsc::Sender<Notice>,
) -> Result<JoinHandle<()>> {
    #[cfg(feature = "geyser")]
    if !run.geyser_url.is_empty() {
        let source = geyser::Geyser::from_env(&run.geyser_url)?;
        return Ok(tokio::spawn(feed::follow(source, cluster, settings, out)));
    }
    let url = run.ws_url.clone();
    let source = WebSocket { url };
    Ok(tokio::spawn(feed::follow(source, cluster, settings, out)))
}

/// Ends when it is told so.
async fn until(mut ended: told::Receiver<bool>) {
    // When nobody can tell any more, it is over as well.
    let _ = ended.wait_for(|ended| *ended).await;
}

async fn signals(end: told::Sender<bool>) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => tracing::info!("SIGTERM: ending"),
        _ = interrupt.recv() => tracing::info!("interrupted: ending"),
    }
    let _ = end.send(true);
    Ok(())
}

fn sender(options: &Options, settings: &Run, cluster: Arc<Cluster>, payer: Keypair) -> Sender {
    Sender {
        cluster,
        payer: Arc::new(payer),
        fees: Fees {
            percentile: settings.fee_percentile,
            floor: settings.fee_floor,
            cap: settings.fee_cap,
        },
        tables: Mutex::default(),
        simulate: settings.simulate,
        dry_run: options.dry_run,
        options: SendOptions {
            // The simulation has said that it would run.
            preflight: !settings.simulate,
            ..SendOptions::default()
        },
    }
}

/// What posts signed prices, if there is a Hermes to get them from.
fn poster(settings: &Run, sender: &Arc<Sender>) -> Result<Option<Poster>> {
    if settings.pyth.hermes_url.is_empty() {
        return Ok(None);
    }
    let hermes = Hermes::from_env(&settings.pyth)?;
    Ok(Some(Poster::new(
        hermes,
        sender.clone(),
        settings.pyth.clone(),
    )))
}

/// Tells the book where prices stand, and returns the accounts to follow.
fn name_oracles(book: &mut Book, settings: &Run) -> Result<Vec<Pubkey>> {
    let mut all = Vec::new();
    for (market, account) in settings.oracles.of_markets()? {
        book.name_oracle(Feed::Market(market), account);
        all.push(account);
    }
    for (bank, account) in settings.oracles.of_banks()? {
        book.name_oracle(Feed::Bank(bank), account);
        all.push(account);
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// The margin account that is paid, opened if there is none; and token accounts of the payer, as far
/// as there are any. `banks` are the numbers of banks with the payer's token account of each.
async fn keys(sub_id: u16, banks: Vec<(u16, Pubkey)>, sender: Arc<Sender>) -> Result<Keys> {
    let owner = sender.payer.pubkey();
    let keeper_account = address::margin_account(&owner, sub_id);
    let cluster = &sender.cluster;
    if cluster.account(&keeper_account).await?.is_none() && !sender.dry_run {
        let open = instruction::open_margin_account(owner, sub_id);
        let draft = Draft::new([open]);
        let options = SendOptions::default();
        let opened = cluster.send(&draft, &sender.payer, &[], &options);
        let opened = opened
            .await
            .context("opening the keeper's margin account")?;
        tracing::info!(account = %keeper_account, signature = %opened.signature, "opened the margin account that is paid");
    }
    let asked: Vec<Pubkey> = banks.iter().map(|(_, account)| *account).collect();
    let (_, found) = cluster.accounts(&asked).await?;
    let there = banks.iter().zip(found).filter(|(_, found)| found.is_some());
    let there: BTreeMap<u16, Pubkey> = there.map(|(own, _)| *own).collect();
    Ok(Keys {
        keeper_account,
        buyer: owner,
        source: there.get(&QUOTE_BANK).copied(),
        receivers: there,
    })
}

/// The payer's token account for the token of each bank, whether it exists or not.
fn token_accounts(book: &Book, owner: &Pubkey) -> Vec<(u16, Pubkey)> {
    let banks = book.mirror().banks();
    banks
        .map(|bank| {
            let account = address::token_account(owner, &bank.mint, &bank.token_program);
            (bank.index, account)
        })
        .collect()
}
