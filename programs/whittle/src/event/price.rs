//! Prices, and what follows from their moves.

use anchor_lang::prelude::*;

/// Bytes of the event of an update: discriminator and fields.
const UPDATE_SIZE: usize = 34;

/// A market's price was cached.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketUpdated {
    /// The market's number.
    pub market: u16,
    /// Price per lot, Q32.
    pub price_q32: u64,
    /// Confidence, Q32.
    pub confidence_q32: u64,
    /// Unix seconds.
    pub publish_time: i64,
}

impl MarketUpdated {
    /// Logs the event as `emit!` does, without memory of its own: this is the event of every update
    /// of every market. A test compares the bytes with Borsh's.
    pub fn log(&self) {
        anchor_lang::solana_program::log::sol_log_data(&[&self.bytes()]);
    }

    /// What is logged.
    pub fn bytes(&self) -> [u8; UPDATE_SIZE] {
        let words = [self.price_q32, self.confidence_q32];
        update_bytes(Self::DISCRIMINATOR, self.market, words, self.publish_time)
    }
}

/// A bank's price was cached.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankUpdated {
    /// The bank's number.
    pub bank: u16,
    /// Price per token atom, Q32.
    pub price_q32: u64,
    /// Confidence, Q32.
    pub confidence_q32: u64,
    /// Unix seconds.
    pub publish_time: i64,
}

impl BankUpdated {
    /// As [`MarketUpdated::log`].
    pub fn log(&self) {
        anchor_lang::solana_program::log::sol_log_data(&[&self.bytes()]);
    }

    /// What is logged.
    pub fn bytes(&self) -> [u8; UPDATE_SIZE] {
        let words = [self.price_q32, self.confidence_q32];
        update_bytes(Self::DISCRIMINATOR, self.bank, words, self.publish_time)
    }
}

fn update_bytes(
    discriminator: &[u8],
    number: u16,
    price_and_confidence: [u64; 2],
    publish_time: i64,
) -> [u8; UPDATE_SIZE] {
    let [price, confidence] = price_and_confidence;
    let mut bytes = [0; UPDATE_SIZE];
    let mut rest = &mut bytes[..];
    let mut put = |field: &[u8]| {
        if let Some((place, after)) = core::mem::take(&mut rest).split_at_mut_checked(field.len()) {
            place.copy_from_slice(field);
            rest = after;
        }
    };
    put(discriminator);
    put(&number.to_le_bytes());
    put(&price.to_le_bytes());
    put(&confidence.to_le_bytes());
    put(&publish_time.to_le_bytes());
    bytes
}

/// A token lost its peg.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PegBroken {
    /// The bank's number.
    pub bank: u16,
    /// Publish time of the price that lost it, Unix seconds.
    pub since: i64,
    /// That price, Q32.
    pub price_q32: u64,
}

/// A token's peg has held for a while again.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PegRegained {
    /// The bank's number.
    pub bank: u16,
    /// Publish time of the price that ended the guard, Unix seconds.
    pub at: i64,
}

/// A price far from its average began a shock: the market takes no new risk, and its legs are closed
/// only in emergencies.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShockBegan {
    /// The market's number.
    pub market: u16,
    /// The price, Q32.
    pub price_q32: u64,
    /// The average from which it is far, Q32.
    pub average_q32: u64,
    /// Unix seconds.
    pub publish_time: i64,
}

/// A price shock ended.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShockEnded {
    /// The market's number.
    pub market: u16,
    /// The price that ended it, Q32.
    pub price_q32: u64,
    /// True when the price stayed, false when it came back.
    pub confirmed: bool,
    /// Unix seconds.
    pub publish_time: i64,
}

/// A gap in a market's prices began a grace, in which its legs are closed only in emergencies.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraceBegan {
    /// The market's number.
    pub market: u16,
    /// Publish time of the price before the gap.
    pub last_publish_time: i64,
    /// When it ends, Unix seconds.
    pub until: i64,
}

/// A market's volatility regime changed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegimeChanged {
    /// The market's number.
    pub market: u16,
    /// 0 calm, 1 elevated, 2 extreme.
    pub level: u8,
    /// Variance of a sampling interval, Q32.
    pub variance_q32: u64,
    /// Multiplier on initial requirements from now on, Q32.
    pub initial_q32: u64,
    /// Multiplier on maintenance now, Q32.
    pub maintenance_q32: u64,
    /// Where maintenance goes, Q32.
    pub maintenance_to_q32: u64,
    /// When it is there, Unix seconds.
    pub ramp_ends_at: i64,
}

/// The insurance fund lost much within a day: new risk waits.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsuranceDrawn {
    /// The most that it was worth in the window, USD atoms.
    pub high_usd_atoms: i64,
    /// What it is worth now, lines of the markets included.
    pub worth_usd_atoms: i64,
    /// Until when new risk waits, Unix seconds.
    pub until: i64,
}
