//! A local validator with a running exchange.
