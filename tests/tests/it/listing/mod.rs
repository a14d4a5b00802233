//! Listing: every bound that later instructions rely on, who may list, and that nothing of another
//! program passes for something listed.

mod access;
mod banks;
mod exchange;
mod foreign;
mod markets;
mod mints;
