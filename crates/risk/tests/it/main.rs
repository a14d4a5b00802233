//! The tests of the risk arithmetic, one binary.
// A test may stop at the first thing that is not as it should be.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod absurd;
mod called;
mod collusion;
mod crowds;
mod exhaustive;
mod extremes;
mod generators;
mod plan_against_slow;
mod properties;
mod recovery;
mod rooms;
mod sightings;
mod slow;
mod units;
mod worked_example;
