//! Fresh prices in front of a transaction that needs them.
//!
//! A liquidation needs prices that are seconds old. Verifying a Pyth update takes more bytes and
//! more compute units than fit beside it, so the update is on chain before: either somebody else
//! put it there ([`Published`]) or the bot posts it itself ([`Posted`]). A bot asks a
//! [`PriceSource`] and does not see the difference.
//!
//! ```
//! use whittle_client::instruction;
//! use whittle_client::price::{Feed, PriceError, PriceSource, Step};
//! # use anchor_lang::prelude::Pubkey;
//! # use anchor_lang::solana_program::instruction::Instruction;
//! # use whittle::state::raw::OracleConfig;
//! # async fn send(_step: Step) {}
//! # async fn send_one(_instruction: Instruction) {}
//! async fn refresh(
//!     source: &dyn PriceSource,
//!     market: u16,
//!     oracle: &OracleConfig,
//! ) -> Result<(), PriceError> {
//!     let feed = Feed::of(oracle)?;
//!     let prepared = source.prepare(&[feed]).await?;
//!     for step in prepared.before.into_iter().chain(prepared.together) {
//!         send(step).await; // one after the other, each confirmed
//!     }
//!     let account = prepared.oracles[&feed];
//!     send_one(instruction::update_markets(&[(market, account)])).await;
//!     for step in prepared.after {
//!         send(step).await; // gets the rent back
//!     }
//!     Ok(())
//! }
//! ```

mod error;
mod pack;
mod posted;
mod published;
pub mod pyth;
mod rented;
mod updates;

#[cfg(test)]
mod tests;

pub use error::PriceError;
pub use pack::{transaction_size, MAX_TRANSACTION_BYTES};
pub use posted::Posted;
pub use published::Published;
pub use rented::Rented;
pub use updates::{parse_hermes, Recorded, Updates};

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_keypair::Keypair;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use whittle::state::raw::{OracleConfig, ORACLE_PYTH_LEGACY, ORACLE_PYTH_PULL};

/// Lamports of a signature.
const SIGNATURE_LAMPORTS: u64 = 5_000;

/// A feed of Pyth's, the same on every chain.
pub type FeedId = [u8; 32];

/// What comes back later. Boxed, so that sources can be chosen when a bot starts.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, PriceError>> + Send + 'a>>;

/// Where a market or a bank takes its price from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// A pull feed: any fully verified update of this feed will do, at whatever address.
    Pull(FeedId),
    /// A legacy (push) price account: this address and no other.
    Legacy(Pubkey),
}

impl Feed {
    /// As a market or a bank is configured.
    ///
    /// ```
    /// use whittle::state::raw::{OracleConfig, ORACLE_PYTH_PULL};
    /// use whittle_client::price::{Feed, PriceError};
    ///
    /// let mut config = OracleConfig { key: [7; 32], kind: ORACLE_PYTH_PULL, ..Default::default() };
    /// assert_eq!(Feed::of(&config), Ok(Feed::Pull([7; 32])));
    /// config.kind = 9;
    /// assert_eq!(Feed::of(&config), Err(PriceError::OracleKind(9)));
    /// ```
    pub fn of(config: &OracleConfig) -> Result<Self, PriceError> {
        match config.kind {
            ORACLE_PYTH_PULL => Ok(Self::Pull(config.key)),
            ORACLE_PYTH_LEGACY => Ok(Self::Legacy(Pubkey::new_from_array(config.key))),
            kind => Err(PriceError::OracleKind(kind)),
        }
    }
}

/// One transaction. The payer that the source was made with pays and signs; room is left for
/// setting a limit and a price of compute units, which is the sender's to add.
#[derive(Debug, Default)]
pub struct Step {
    /// In this order.
    pub instructions: Vec<Instruction>,
    /// Keys of the accounts that the step creates; they sign beside the payer.
    pub signers: Vec<Keypair>,
    /// Compute-unit limit, with a reserve. The limits are estimates, see docs/client.md.
    pub compute_units: u32,
}

/// What to send around the transaction that needs the prices.
#[derive(Debug, Default)]
pub struct Prepared {
    /// To send before, one after the other; each relies on the one before.
    pub before: Vec<Step>,
    /// To send once those are confirmed, in any order or at the same time.
    pub together: Vec<Step>,
    /// The account to hand to `update_markets`, `update_banks` or `fill_order` for each feed.
    pub oracles: BTreeMap<Feed, Pubkey>,
    /// To send when the prices are cached. They get rent back and nothing else depends on them.
    pub after: Vec<Step>,
    /// The accounts that hold the rent until then.
    pub rented: Rented,
}

impl Prepared {
    /// Lamports that do not come back: signatures, the priority fee at a price of a compute unit in
    /// millionths of a lamport, and what the receiver takes for each update.
    ///
    /// ```
    /// use whittle_client::price::{Prepared, Step};
    ///
    /// let step = Step { compute_units: 2_000_000, ..Step::default() };
    /// let prepared = Prepared { before: vec![step], ..Prepared::default() };
    /// assert_eq!(prepared.cost(3, 1), 5_006);
    /// ```
    pub fn cost(&self, unit_price: u64, update_fee: u64) -> u64 {
        let steps = self.before.iter().chain(&self.together).chain(&self.after);
        let of = |step: &Step| {
            let signatures = 1 + step.signers.len() as u64;
            let priority = u128::from(step.compute_units) * u128::from(unit_price);
            let priority = u64::try_from(priority.div_ceil(1_000_000)).unwrap_or(u64::MAX);
            (signatures * SIGNATURE_LAMPORTS).saturating_add(priority)
        };
        let updates = self.rented.updates.len() as u64;
        let fees = updates.saturating_mul(update_fee);
        steps.map(of).fold(fees, u64::saturating_add)
    }
}

/// Gets prices on chain, or knows where they are.
pub trait PriceSource: Send + Sync {
    /// What it takes to have a price of each of these feeds on chain. A feed named twice counts
    /// once.
    fn prepare<'a>(&'a self, feeds: &'a [Feed]) -> Later<'a, Prepared>;
}
