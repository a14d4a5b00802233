//! Plausible accounts in any number.
