//! What a client of Whittle needs and the program does not: addresses, instructions, accounts and
//! events from bytes, and previews of what the program would decide.
//!
//! Nothing here talks to a network. [`instruction`] builds what a transaction carries;
//! [`decode::account`] and [`event::events`] read what a cluster answers; a [`Mirror`] runs the
//! program's own adapter and the risk crate on decoded accounts, so a preview is the decision.
#![warn(missing_docs)]

pub mod address;
pub mod decode;
pub mod event;
pub mod instruction;
#[cfg(feature = "local")]
pub mod local;
pub mod mirror;

pub use event::Event;
pub use mirror::{Mirror, Writable};
