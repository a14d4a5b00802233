//! The engine of the web front end: what the page shows, decided by the same code as on chain.
//!
//! An [`Engine`] holds the accounts that the page has seen and answers requests in JSON. What it
//! answers is typed in `app/src/risk/types.ts`; a test compares the two. It reads no clock: each
//! request says what time it is.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    clippy::indexing_slicing
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

mod account;
mod assessment;
mod book;
#[cfg(test)]
mod fixtures;
mod health;
mod history;
mod ladder;
mod methods;
mod overview;
mod places;
mod pool;
mod problem;
mod queue;
mod receipt;
mod recovery;
#[cfg(test)]
mod shape_tests;
#[cfg(test)]
mod shapes;
mod text;
mod ticket;
mod watch;
mod what_if;
mod withdrawable;

use anchor_lang::prelude::Pubkey;
use book::Book;
use problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the page asks: the accounts it has seen, and answers about them.
#[derive(Default)]
pub struct Engine {
    book: Book,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    #[serde(default)]
    request: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Ok(Value),
    Error(Problem),
}

impl Engine {
    /// Keeps an account: 32 bytes of its address and then its data. Returns the number of its kind,
    /// counted from one in the order of `Kind` in types.ts; zero for what is no account of the program.
    pub fn take(&mut self, input: &[u8]) -> u32 {
        match input.split_first_chunk::<32>() {
            Some((address, data)) => self.book.take(Pubkey::new_from_array(*address), data),
            None => 0,
        }
    }

    /// Forgets the account at an address of 32 bytes.
    pub fn forget(&mut self, input: &[u8]) {
        if let Ok(address) = <[u8; 32]>::try_from(input) {
            self.book.forget(&Pubkey::new_from_array(address));
        }
    }

    /// Answers `{"method": .., "request": ..}` with `{"ok": ..}` or `{"error": ..}`, both in JSON.
    pub fn call(&mut self, input: &[u8]) -> Vec<u8> {
        let reply = serde_json::from_slice::<Request>(input)
            .map_err(|error| Problem::of_request(&error))
            .and_then(|it| methods::answer(&mut self.book, &it.method, it.request));
        let reply = match reply {
            Ok(answer) => Reply::Ok(answer),
            Err(problem) => Reply::Error(problem),
        };
        // A value of strings, numbers and lists always has a text.
        serde_json::to_vec(&reply).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
