//! What a comparison says: as a table for a terminal, as JSON, and as one HTML page.
//!
//! All three show the same figures ([`figures::ALL`]), and say "better" or "worse" only through
//! [`verdict`].

pub mod figures;
mod forest;
mod format;
mod found;
mod html;
mod json;
mod lines;
mod page;
pub mod sample;
mod spread;
mod svg;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod trade_off;
mod verdict;

pub use found::{found_html, found_text};
pub use html::html;
pub use json::json;
pub use table::table;
