//! From a described exchange to one on a cluster, in numbered steps that can be repeated.

pub mod decimal;
pub mod describe;
