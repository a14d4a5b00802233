//! What a keeper of Whittle knows and decides. Nothing in the library talks to a network, reads a
//! clock or draws a random number: account data, time and randomness are arguments.
//!
//! A [`Book`] takes account data as it arrives, and signed prices that are on no chain yet, and keeps
//! the health of every account current.
//! [`decide()`] says what is due, [`postings()`] what has to be posted before. [`backoff`] remembers what failed and when to try again.
//!
//! ```text
//! book.name_oracle(feed, account);                    // then exchange, banks and markets first
//! book.take(address, owner, data, stamp)?;            // as data arrives, late or twice
//! book.refresh(now);                                  // rechecks what prices and time have touched
//! for action in decide_allowed(&book, now, &config, |key| backoff.allows(key, now_ms)) {
//!     backoff.sent(&action.key(), now_ms);
//!     let instructions = action.instructions(&book, &keys)?;
//! }
//! ```
#![warn(missing_docs)]

mod accounts;
pub mod action;
pub mod backoff;
pub mod book;
pub mod config;
pub mod decide;
pub mod edge;
mod judge;
pub mod limits;
pub mod oracle;
pub mod outcome;
mod pack;
pub mod posting;
pub mod queue;
mod refresh;
pub mod source;
pub mod synthetic;

pub use action::{Action, Key, Keys, What};
pub use backoff::BackOff;
pub use book::{Book, Change, Id, Stamp, TakeError};
pub use config::Config;
pub use decide::{decide, decide_allowed};
pub use judge::{Near, Standing};
pub use outcome::Outcome;
pub use posting::{postings, Posting, Which};
pub use refresh::Refreshed;

#[cfg(test)]
mod tests;
