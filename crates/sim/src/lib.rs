//! What would it have cost? Liquidation policies side by side on real and generated prices.
//!
//! Accounts, markets, pool and insurance fund are the program's own structs, changed by the program's
//! own functions (`whittle`), and health and sizing are those of `whittle-risk`: what the simulator
//! shows for this exchange is what the program does. Other venues' policies are written from their
//! published formulas and act on the same accounts.

pub mod compare;
pub mod exchange;
pub mod impact;
pub mod keeper;
pub mod measure;
pub mod path;
pub mod policy;
pub mod report;
pub mod runner;
pub mod search;
pub mod source;
pub mod trader;
pub mod world;
