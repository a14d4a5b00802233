//! A cluster behind an RPC node: reads accounts, and sends transactions until it is known what became
//! of them. Asynchronous, with a time limit on every question.

mod cluster;
pub mod config;
mod failure;
mod record;
mod rented;
mod send;
mod table;
mod transaction;

/// An account as a node gives it.
pub use solana_account::Account as RawAccount;

pub use cluster::{Cluster, Loaded, Simulated};
pub use failure::{Failure, Refusal};
pub use record::Record;
pub use send::{Landed, SendOptions};
/// A lookup table as a transaction uses it.
pub use solana_message::AddressLookupTableAccount as Table;
pub use transaction::{Draft, DraftError, MOST_BYTES};
