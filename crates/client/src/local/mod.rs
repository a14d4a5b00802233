//! For exchanges that are not on a cluster: oracle accounts as Pyth's receiver writes them, and
//! recorded prices to fill them with.

pub mod accumulator;
pub mod path;
pub mod prices;
pub mod pyth;
