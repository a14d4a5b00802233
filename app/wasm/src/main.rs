//! The engine as the browser loads it: five functions over one buffer.
//!
//! The page asks for a buffer, writes a request into it, calls, and reads the reply. Numbers of any
//! size travel as text in JSON, so no rounding of JavaScript's is between the page and the program.
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
