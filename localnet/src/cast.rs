//! Who trades: keys with funds, and the positions that the example begins with.

use std::path::{Path, PathBuf};

use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, Context, Result};
use solana_keypair::{write_keypair_file, Keypair};
use solana_signer::Signer;
use whittle_client::address;

/// A position of the example, in the order of its market: notional over the account's deposit, short
/// when negative.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// Market.
    pub market: u16,
    /// Signed leverage.
    pub leverage: i64,
}

/// A trader of the example.
#[derive(Clone, Copy, Debug)]
pub struct Trader {
    /// Also the name of the keypair's file.
    pub name: &'static str,
    /// Dollars.
    pub deposit: u64,
    /// Whole tokens of bank 1, deposited besides.
    pub collateral: u64,
    /// What it opens.
    pub positions: &'static [Position],
}

const fn on(market: u16, leverage: i64) -> Position {
    Position { market, leverage }
}

/// The traders of the example. A fall by a third liquidates all but the short and the last one, which
/// is for whoever reads this.
pub const TRADERS: [Trader; 8] = [
    trader("trader-1", 10_000, &[on(0, 3)]),
    trader("trader-2", 5_000, &[on(0, 8)]),
    trader("trader-3", 20_000, &[on(1, 5)]),
    trader("trader-4", 8_000, &[on(2, 6)]),
    trader("trader-5", 15_000, &[on(0, -4)]),
    trader("trader-6", 12_000, &[on(0, 4), on(1, 3)]),
    Trader {
        collateral: 40,
        ..trader("trader-7", 3_000, &[on(2, 5)])
    },
    trader(YOU, 10_000, &[]),
];
/// The trader without positions.
pub const YOU: &str = "you";

const fn trader(name: &'static str, deposit: u64, positions: &'static [Position]) -> Trader {
    Trader {
        name,
        deposit,
        collateral: 0,
        positions,
    }
}

/// A key on the local chain.
pub struct Member {
    /// What it is called.
    pub name: String,
    /// Its key.
    pub keypair: Keypair,
    /// The file with its key.
    pub file: PathBuf,
}

impl Member {
    /// A new key in `folder`.
    pub fn create(folder: &Path, name: &str) -> Result<Self> {
        let keypair = Keypair::new();
        let file = folder.join(format!("{name}.json"));
        write_keypair_file(&keypair, &file)
            .map_err(|error| anyhow!("{error}"))
            .with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self {
            name: name.to_owned(),
            keypair,
            file,
        })
    }

    /// Its public key.
    pub fn key(&self) -> Pubkey {
        self.keypair.pubkey()
    }

    /// Its margin account with number 0, whether it exists or not.
    pub fn account(&self) -> Pubkey {
        address::margin_account(&self.key(), 0)
    }
}
