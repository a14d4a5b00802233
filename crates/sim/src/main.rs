//! `whittle-sim`: what would it have cost?

fn main() {}
