//! What would be: at another price, after a flag, all the way down a ladder of prices. Each answer is the
//! program's own decision on accounts of which something was replaced.

#[cfg(any(test, feature = "local"))]
pub mod fixtures;
pub mod ladder;
pub mod order;
pub mod what_if;
pub mod withdraw;
