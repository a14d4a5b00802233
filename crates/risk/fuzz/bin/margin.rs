#![no_main]

// Its properties register themselves.
use properties as _;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| proptest::run("margin", bytes));
