//! The oracle accounts, which on a cluster Pyth's receiver would write.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use anyhow::{ensure, Result};
use solana_keypair::Keypair;
use solana_signer::Signer;
use whittle_client::local::prices::DECIMALS;
use whittle_client::local::pyth::{PullUpdate, Verification, RECEIVER};
use whittle_migrations::Description;

use crate::node::Node;

/// Half the width of the confidence, as a part of the price.
pub(crate) const CONFIDENCE: u64 = 4_000;
const LAMPORTS: u64 = 10_000_000;
/// What the publisher pays fees with.
const PURSE: u64 = 1_000_000_000_000;
/// Number of the system program's instruction.
const TRANSFER: u32 = 2;

/// The feed of a market and the account in which it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The account.
    pub address: Pubkey,
    /// Pyth's number of the feed.
    pub id: [u8; 32],
}

/// The feeds of all markets, in the order of the markets.
pub struct Oracles {
    feeds: Vec<Feed>,
    publisher: Keypair,
    last: Mutex<Published>,
}

#[derive(Default)]
struct Published {
    at: i64,
    before: i64,
    prices: Vec<u64>,
}

/// While this is held, nobody else publishes: what waits for an update finds it as it was.
pub struct Hold<'a> {
    oracles: &'a Oracles,
    last: MutexGuard<'a, Published>,
}

impl Oracles {
    /// For the markets of an exchange. Banks read the feeds of markets.
    pub fn new(description: &Description) -> Self {
        let feeds = description.markets.iter().map(|market| Feed {
            address: market.oracle_account,
            id: market.args.oracle.key,
        });
        Self {
            feeds: feeds.collect(),
            publisher: Keypair::new(),
            last: Mutex::default(),
        }
    }

    /// In the order of the markets.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }

    /// What was published last, in 10^-8 dollars, in the order of the markets.
    pub fn prices(&self) -> Vec<u64> {
        self.hold().last.prices.clone()
    }

    /// Keeps everybody else from publishing.
    pub fn hold(&self) -> Hold<'_> {
        // A price list is whole at any moment, so a panic elsewhere left nothing half done.
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        Hold {
            oracles: self,
            last,
        }
    }
}

impl Hold<'_> {
    /// Publishes one price for each market, in 10^-8 dollars, with the time of the wall clock: at
    /// `not_before` at the earliest and after the update before, for which it waits. Returns the
    /// publish time.
    pub fn publish(&mut self, node: &Node, prices: &[u64], not_before: i64) -> Result<i64> {
        let feeds = &self.oracles.feeds;
        ensure!(
            prices.len() == feeds.len(),
            "{} prices for {} markets",
            prices.len(),
            feeds.len()
        );
        let now = wait_until(not_before.max(self.last.at.saturating_add(1)))?;
        let before = if self.last.at == 0 {
            now.saturating_sub(1)
        } else {
            self.last.at
        };
        for (feed, price) in feeds.iter().zip(prices) {
            let data = update(feed, *price, now, before).to_bytes();
            node.set_account(&feed.address, &RECEIVER, LAMPORTS, &data)?;
        }
        self.tell(node)?;
        self.last.at = now;
        self.last.before = before;
        self.last.prices = prices.to_vec();
        Ok(now)
    }

    fn tell(&self, node: &Node) -> Result<()> {
        let publisher = &self.oracles.publisher;
        if self.last.at == 0 {
            node.set_lamports(&publisher.pubkey(), PURSE)?;
        }
        let written = self.oracles.feeds.iter().map(|feed| feed.address);
        node.post(&gifts(publisher.pubkey(), written), &[publisher])?;
        Ok(())
    }

    /// The publish times of the update before the last one, and of the last one.
    pub fn times(&self) -> (i64, i64) {
        (self.last.before, self.last.at)
    }

    /// What was published last, in 10^-8 dollars, in the order of the markets.
    pub fn prices(&self) -> &[u64] {
        &self.last.prices
    }

    /// Publishes the last prices again.
    pub fn republish(&mut self, node: &Node, not_before: i64) -> Result<i64> {
        let prices = self.last.prices.clone();
        self.publish(node, &prices, not_before)
    }
}

/// What a cheat writes is not told to subscribers; what a transaction writes is. So one gives each
/// account a lamport.
pub(crate) fn gifts(from: Pubkey, to: impl IntoIterator<Item = Pubkey>) -> Vec<Instruction> {
    let give = |account| Instruction {
        program_id: system_program::ID,
        accounts: vec![
            AccountMeta::new(from, true),
            AccountMeta::new(account, false),
        ],
        data: [&TRANSFER.to_le_bytes()[..], &1u64.to_le_bytes()].concat(),
    };
    to.into_iter().map(give).collect()
}

fn update(feed: &Feed, price: u64, publish_time: i64, prev_publish_time: i64) -> PullUpdate {
    let (mantissa, confidence) = (price.cast_signed(), price / CONFIDENCE);
    PullUpdate {
        write_authority: Pubkey::default(),
        verification: Verification::Full,
        feed: feed.id,
        mantissa,
        confidence,
        exponent: -DECIMALS.cast_signed(),
        publish_time,
        prev_publish_time,
        ema_mantissa: mantissa,
        ema_confidence: confidence,
        slot: 0,
    }
}

/// Sleeps until the wall clock shows at least `second`; returns what it shows.
pub fn wait_until(second: i64) -> Result<i64> {
    loop {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let shown = i64::try_from(now.as_secs())?;
        if shown >= second {
            return Ok(shown);
        }
        thread::sleep(Duration::from_millis(
            1_000u64.saturating_sub(now.subsec_millis().into()),
        ));
    }
}
