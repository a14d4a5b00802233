//! Pyth's programs: addresses, instructions and the updates that they take.
//!
//! Whittle neither contains nor links these programs; what is known of them stands at
//! github.com/pyth-network/pyth-crosschain, `target_chains/solana`: the interface descriptions of
//! both programs and the seeds and compute budgets of the JavaScript SDK
//! (`sdk/js/pyth_solana_receiver/src`).

mod accumulator;
mod instruction;

pub use accumulator::{Accumulator, Update, Vaa};
pub use instruction::*;

use super::{FeedId, PriceError};
use anchor_lang::prelude::{pubkey, Pubkey};
use anchor_lang::AccountDeserialize;
use pyth_solana_receiver_sdk::config::Config;
use whittle::state::Exchange;

/// Three programs that belong together. Two sets are live; an exchange names the receivers whose
/// accounts it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Programs {
    /// Checks proofs and owns the accounts with prices.
    pub receiver: Pubkey,
    /// The core bridge that the receiver is configured with: checks signatures.
    pub wormhole: Pubkey,
    /// Keeps feeds at derived addresses.
    pub push_oracle: Pubkey,
}

impl Programs {
    /// Verifies what Wormhole's guardians signed for Pythnet.
    pub const PYTHNET: Self = Self {
        receiver: pubkey!("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ"),
        wormhole: pubkey!("HDwcJBJXjL9FpJ7UBsYBtaDjsBUhuLCUYoz3zr8SWWaQ"),
        push_oracle: pubkey!("pythWSnswVUd12oZpeFP8e9CVaEqJg25g1Vtc2biRsT"),
    };

    /// Verifies what the routers of Pyth Pro signed; the same interface. Its core bridge is known
    /// from third parties alone, receiver and push oracle from pyth-solana-receiver-sdk 2.0.0.
    pub const PRO: Self = Self {
        receiver: pubkey!("rec2HHDDnjLfj4kE7VyEtFA1HPGQLK33259532cRyHp"),
        wormhole: pubkey!("HDw2E7P8X1SkCyjvoGsfBGAVUutKcj874bXjHrpVYrVL"),
        push_oracle: pubkey!("pyt2F414BA6dPttK6RddPZUdHfapoBN24GL5wbrPCou"),
    };

    /// Whether an exchange accepts what this receiver writes.
    pub fn accepted_by(&self, exchange: &Exchange) -> bool {
        exchange.receiver_programs.contains(&self.receiver)
    }
}

/// Where a push oracle keeps a feed.
pub fn sponsored(push_oracle: &Pubkey, shard: u16, feed: &FeedId) -> Pubkey {
    Pubkey::find_program_address(&[&shard.to_le_bytes(), feed], push_oracle).0
}

/// The receiver's configuration.
pub fn config(receiver: &Pubkey) -> Pubkey {
    Pubkey::find_program_address(&[b"config"], receiver).0
}

/// What the receiver is set to, as far as a bot needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The core bridge whose VAAs it takes.
    pub wormhole: Pubkey,
    /// What it takes for an update, lamports.
    pub update_fee: u64,
}

impl Terms {
    /// From the data of the receiver's configuration account.
    pub fn read(mut data: &[u8]) -> Result<Self, PriceError> {
        let read = Config::try_deserialize(&mut data);
        let config = read.map_err(|error| PriceError::Config(error.to_string()))?;
        Ok(Self {
            wormhole: config.wormhole,
            update_fee: config.single_update_fee_in_lamports,
        })
    }
}

/// One of the receiver's 256 treasuries.
pub fn treasury(receiver: &Pubkey, treasury: u8) -> Pubkey {
    Pubkey::find_program_address(&[b"treasury", &[treasury]], receiver).0
}

/// The guardians that sign with this index; the number is big endian here.
pub fn guardian_set(wormhole: &Pubkey, index: u32) -> Pubkey {
    Pubkey::find_program_address(&[b"GuardianSet", &index.to_be_bytes()], wormhole).0
}
