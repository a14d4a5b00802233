//! Events, past tense: what changed, at which prices, with health before and after. `plan` run on
//! the accounts as they stood gives the figures of a liquidation's event.

mod account;
mod closing;
mod governance;
mod liquidation;
mod liquidity;
mod listing;
mod loss;
mod order;
mod price;

pub use account::*;
pub use closing::Closing;
pub use governance::*;
pub use liquidation::*;
pub use liquidity::*;
pub use listing::*;
pub use loss::*;
pub use order::*;
pub use price::*;
