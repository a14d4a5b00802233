//! What is done beside the loop: fetching, posting, closing.

use super::hermes::Hermes;
use super::Signed;
use crate::run::sender::Sender;
use anchor_lang::prelude::Pubkey;
use futures_util::future::join_all;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::BTreeMap;
use std::sync::Arc;
use whittle::oracle::Reading;
use whittle_client::price::pyth::{Accumulator, Programs, Terms, Update};
use whittle_client::price::{
    Feed, FeedId, Posted, Prepared, PriceError, PriceSource, Recorded, Rented, Step,
};
use whittle_client::rpc::{Draft, Failure, SendOptions};
use whittle_keeper::{Posting, Which};

/// What Hermes answered.
pub type Fetched = Result<Signed, PriceError>;

/// What to post.
pub struct Order {
    /// What was decided.
    pub posting: Posting,
    /// The newest updates.
    pub signed: Arc<Signed>,
    /// What to post with.
    pub programs: Programs,
    /// Which treasury is paid.
    pub treasury: u8,
    /// And how much for each update, lamports.
    pub update_fee: u64,
    /// Most that it may cost, lamports; none for what is done at any price under the cap.
    pub most_lamports: Option<u64>,
}

/// What became of a posting.
pub struct Ended {
    /// Which.
    pub posting: Posting,
    /// Accounts that it may have made, whatever became of it.
    pub rented: Rented,
    /// What stands on the chain now, or why nothing does.
    pub result: Result<Done, Missed>,
}

/// A posting that stands on the chain.
pub struct Done {
    /// The account of each feed, and what stands there.
    pub accounts: Vec<(FeedId, Pubkey, Reading)>,
    /// What it cost, closing left out, lamports.
    pub cost: u64,
}

/// Why nothing stands there.
#[derive(Debug, thiserror::Error)]
pub enum Missed {
    /// Hermes has no such update, or something else than an update.
    #[error("{0}")]
    Price(#[from] PriceError),
    /// The update that Hermes answered is not the first one after the second asked for.
    #[error("Hermes answered an update of {published} after one of {before}, which is not the first from {due} on")]
    NotFirst {
        /// When it was published.
        published: i64,
        /// The one before.
        before: i64,
        /// What was asked for.
        due: i64,
    },
    /// It costs more than what waits for it pays.
    #[error("posting costs {0} lamports, more than is earned by it")]
    NotProfitable(u64),
    /// Nothing is sent in a dry run.
    #[error("dry run: would have been posted for {0} lamports")]
    DryRun(u64),
    /// A transaction failed.
    #[error("{0}")]
    Sending(Box<Failure>),
}

/// Accounts that were to be closed.
pub struct Closed {
    /// Those that may still be there.
    pub left: Rented,
    /// What closing cost, lamports.
    pub cost: u64,
}

/// What was found on the chain.
pub struct Surveyed {
    /// The receiver's terms.
    pub terms: Result<Option<Terms>, Failure>,
    /// What the keeper has made and not closed.
    pub rented: Result<Rented, Failure>,
}

/// Asks Hermes for the newest prices and reads them, proofs included.
pub async fn fetch(hermes: &Hermes, feeds: &[FeedId]) -> Fetched {
    read(hermes.newest(feeds).await?)
}

fn read(blobs: Vec<Vec<u8>>) -> Fetched {
    let read: Result<Vec<_>, _> = blobs.iter().map(|blob| Accumulator::parse(blob)).collect();
    let read = read?;
    for one in &read {
        one.updates.iter().try_for_each(|it| one.vaa.check(it))?;
    }
    Ok(Signed { blobs, read })
}

/// Asks for the receiver's terms and for what the keeper has left behind.
pub async fn survey(sender: &Sender, programs: &Programs) -> Surveyed {
    let terms = sender.cluster.receiver_terms(programs).await;
    let programs = match &terms {
        Ok(Some(terms)) => Programs {
            wormhole: terms.wormhole,
            ..*programs
        },
        _ => *programs,
    };
    let rented = sender
        .cluster
        .rented(&programs, &sender.payer.pubkey())
        .await;
    Surveyed { terms, rented }
}

/// Posts to the end.
pub async fn post(hermes: &Hermes, sender: &Sender, order: Order) -> Ended {
    let mut rented = Rented::default();
    let result = try_post(hermes, sender, &order, &mut rented).await;
    Ended {
        posting: order.posting,
        rented,
        result,
    }
}

async fn try_post(
    hermes: &Hermes,
    sender: &Sender,
    order: &Order,
    rented: &mut Rented,
) -> Result<Done, Missed> {
    let ids: Vec<FeedId> = order.posting.feeds.iter().copied().collect();
    let signed = match order.posting.which {
        Which::Newest => order.signed.clone(),
        Which::FirstFrom(due) => {
            let signed = read(hermes.first_from(due, &ids).await?)?;
            let updates = signed.read.iter().flat_map(|one| &one.updates);
            for update in updates.filter(|it| ids.contains(&it.feed)) {
                is_first(update, due)?;
            }
            Arc::new(signed)
        }
    };
    let updates = Recorded(signed.blobs.clone());
    let secret = || *Keypair::new().secret_bytes();
    let payer = sender.payer.pubkey();
    let source = Posted::new(order.programs, payer, updates, secret).treasury(order.treasury);
    let feeds: Vec<Feed> = ids.iter().copied().map(Feed::Pull).collect();
    let mut prepared = source.prepare(&feeds).await?;
    let readings = readings(&signed.read);

    let first = prepared
        .before
        .first()
        .map(|step| step.instructions.clone());
    let writable = Draft::new(first.unwrap_or_default()).writable();
    let price = sender.price(&writable).await.map_err(unsent)?;
    let cost = prepared.cost(price, order.update_fee);
    if order.most_lamports.is_some_and(|most| cost > most) {
        return Err(Missed::NotProfitable(cost));
    }
    if sender.dry_run {
        return Err(Missed::DryRun(cost));
    }
    rented.clone_from(&prepared.rented);
    // Closing is counted when it is done.
    prepared.after.clear();
    let cost = prepared.cost(price, order.update_fee);
    let oracles = prepared.oracles.clone();
    let sent = send(sender, prepared, price).await;
    sent.map_err(unsent)?;
    let accounts = oracles.into_iter().filter_map(|(feed, account)| {
        let Feed::Pull(id) = feed else { return None };
        Some((id, account, *readings.get(&id)?))
    });
    Ok(Done {
        accounts: accounts.collect(),
        cost,
    })
}

fn unsent(failure: Failure) -> Missed {
    Missed::Sending(Box::new(failure))
}

fn is_first(update: &Update, due: i64) -> Result<(), Missed> {
    let (published, before) = (
        update.reading.publish_time,
        update.reading.prev_publish_time,
    );
    if before < due && due <= published {
        return Ok(());
    }
    Err(Missed::NotFirst {
        published,
        before,
        due,
    })
}

/// Of each feed the newest.
fn readings(read: &[Accumulator]) -> BTreeMap<FeedId, Reading> {
    let mut all: BTreeMap<FeedId, Reading> = BTreeMap::new();
    for update in read.iter().flat_map(|one| &one.updates) {
        let known = all.entry(update.feed).or_insert(update.reading);
        if update.reading.publish_time > known.publish_time {
            *known = update.reading;
        }
    }
    all
}

async fn send(sender: &Sender, prepared: Prepared, price: u64) -> Result<(), Failure> {
    for step in &prepared.before {
        send_step(sender, step, price).await?;
    }
    let rest = prepared.together.iter();
    let sent = join_all(rest.map(|step| send_step(sender, step, price))).await;
    sent.into_iter().collect()
}

async fn send_step(sender: &Sender, step: &Step, price: u64) -> Result<(), Failure> {
    let mut draft = Draft::new(step.instructions.clone()).with_units(step.compute_units);
    draft.unit_price = price;
    let others: Vec<&Keypair> = step.signers.iter().collect();
    // A refusal by the node costs nothing, and the limit of compute units is not asked for beforehand.
    let options = SendOptions {
        preflight: true,
        ..sender.options
    };
    let sent = sender
        .cluster
        .send(&draft, &sender.payer, &others, &options);
    sent.await.map(|_| ())
}

/// Closes what is there of these accounts.
pub async fn close(sender: &Sender, programs: &Programs, accounts: Rented) -> Closed {
    let mut left = accounts.clone();
    let mut cost = 0;
    if let Err(failure) = try_close(sender, programs, &mut left, &mut cost).await {
        let count = left.addresses().len();
        tracing::warn!(%failure, count, "closing accounts of postings");
    }
    Closed { left, cost }
}

async fn try_close(
    sender: &Sender,
    programs: &Programs,
    left: &mut Rented,
    cost: &mut u64,
) -> Result<(), Failure> {
    let (_, found) = sender.cluster.accounts(&left.addresses()).await?;
    let there = left.addresses().into_iter().zip(found);
    let there: Vec<_> = there
        .filter_map(|(address, found)| found.map(|_| address))
        .collect();
    left.retain(|account| there.contains(account));
    let failed = |error: PriceError| Failure::Node(error.to_string());
    let steps = left
        .steps(programs, sender.payer.pubkey())
        .map_err(failed)?;
    for step in steps {
        let writable = Draft::new(step.instructions.clone()).writable();
        let price = sender.price(&writable).await?;
        send_step(sender, &step, price).await?;
        left.retain(|account| !writable.contains(account));
        *cost += Prepared {
            after: vec![step],
            ..Prepared::default()
        }
        .cost(price, 0);
    }
    Ok(())
}
