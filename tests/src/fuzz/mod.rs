//! Random sequences of every instruction by many actors, with what is wrong with them, prices, times
//! and amounts at their limits. After each step the harness checks what it always checks; besides, a
//! refusal must be one that somebody decided on, and at the end nobody may be stuck. docs/fuzzing.md.

pub mod action;
mod build;
pub mod campaign;
pub mod case;
mod generate;
mod judge;
mod perform;
mod shrink;
mod smart;
mod stage;
pub mod tally;
mod twist;
mod wind_up;
mod wish;

pub use case::Case;
pub use generate::case as case_of_seed;
pub use tally::Tally;
