//! From a described exchange to one on a cluster, in numbered steps that can be repeated.
//!
//! [`Description::parse`] reads the TOML, [`Migration::plan`] compares it with a [`Chain`] and
//! [`Migration::apply`] does what is missing. What exists is never changed: where it differs from
//! the description, nothing is sent and every differing field is named.
//!
//! A step may be interrupted anywhere. Each transaction does one piece of work whole or not at
//! all, and the next run finds out from the chain which are done.
#![warn(missing_docs)]

pub mod chain;
pub mod describe;
pub mod plan;
#[cfg(test)]
mod plan_tests;
#[cfg(feature = "rpc")]
pub mod rpc;
mod steps;

pub use chain::{Chain, ChainAccount, ChainError};
pub use describe::{Description, Difference, Problem, Problems};
pub use plan::{Migration, MigrationError, Plan};
#[cfg(feature = "rpc")]
pub use rpc::RpcChain;
pub use steps::{NewAccount, State};
pub use whittle_client::decimal;
