//! What a client of Whittle needs and the program does not: addresses, instructions, accounts and
//! events from bytes, and previews of what the program would decide.
//!
//! Only `rpc`, behind the feature of that name, talks to a network. [`instruction`] builds what a
//! transaction carries; [`decode::account`] and [`event::events`] read what a cluster answers; a [`Mirror`] runs the
//! program's own adapter and the risk crate on decoded accounts, so a preview is the decision.
//! [`price`] puts fresh oracle prices on chain in front of a transaction that needs them.
#![warn(missing_docs)]

pub mod address;
pub mod amount;
pub mod decimal;
pub mod decode;
pub mod event;
pub mod instruction;
#[cfg(any(feature = "local", test))]
pub mod local;
pub mod mirror;
pub mod names;
pub mod preview;
pub mod price;
pub mod receipt;
#[cfg(feature = "rpc")]
pub mod rpc;

pub use event::Event;
pub use mirror::{Mirror, Writable};
