//! The harness: the built program in a virtual machine, with actors, oracles and a clock.
//!
//! ```text
//! let mut world = World::new();
//! let alice = world.trader("alice", 1_000 * USDC);
//! world.trade(&alice, BTC, 500);
//! world.move_price(BTC, "39000");
//! keeper.liquidate(&mut world, &alice).refused(WhittleError::NotFlagged);
//! ```
//!
//! A [`World`] checks after every transaction what must always hold (`invariant`, `plan_check`), so
//! cases assert only what they are about.
#![warn(missing_docs)]

pub mod actor;
pub mod adversary;
pub mod attempt;
pub mod block;
pub mod chain;
pub mod changed;
pub mod cost;
pub mod crash;
mod drawn;
mod ended;
mod flows;
pub mod fuzz;
pub mod governance;
mod governed;
mod invariant;
#[cfg(feature = "native")]
mod native;
pub mod oracle;
pub mod outcome;
mod overdraft_check;
mod plan_check;
mod promise;
mod setup;
pub mod spec;
pub mod text;
pub mod token;
pub mod vm;
pub mod world;

pub use actor::Actor;
pub use changed::Picture;
pub use oracle::{OracleStub, Quote, Update, Verification};
pub use outcome::{Done, Refusal, Sent};
pub use spec::{bps, BankSpec, ExchangeSpec, MarketSpec, ONE, USD, USDC};
pub use world::World;
