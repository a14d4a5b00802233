//! The arithmetic of Whittle: units, health and the size of a partial liquidation.
//!
//! The on-chain program, the keeper, the simulator and the browser call these same functions, so a
//! preview computed anywhere equals what the program will do. The crate reads no clock and no
//! memory but its arguments, allocates nothing and depends on nothing.
//!
//! Start with [`liquidation::plan`]; its derivation is in `docs/liquidation.md`.
#![no_std]
#![forbid(unsafe_code)]
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
#![warn(missing_docs)]

pub mod bonus;
pub mod breaker;
pub mod claims;
pub mod crowding;
pub mod error;
pub mod funding;
pub mod health;
pub mod liquidation;
pub mod nav;
pub mod num;
pub mod overdraft;
pub mod price;
pub mod regime;
pub mod settlement;
pub mod tier;
pub mod trade;
pub mod volatility;
pub mod waterfall;
pub mod weight;

pub use error::RiskError;
pub use num::{Lots, Price, Ratio, Usd};

/// Positions an account can hold at once.
pub const MAX_LEGS: usize = 8;
