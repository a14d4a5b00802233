//! The accounts. All are zero-copy: fixed layout, no padding the compiler could choose, read in
//! place. Amounts carry their unit in the name; ratios are Q32.

pub mod bank;
pub mod breaker;
pub mod cache;
pub mod crowding;
pub mod day_counter;
pub mod depeg;
pub mod envelope;
pub mod exchange;
pub mod governance;
pub mod insurance_fund;
pub mod issuer;
pub mod leverage;
pub mod line;
pub mod liquidity_request;
pub mod loss;
pub mod margin_account;
pub mod market;
pub mod overdraft;
pub mod pool;
pub mod position;
pub mod proposal;
pub mod raw;
pub mod recovery;
pub mod regime;
pub mod slowdown;
pub mod stop;
pub mod weight;
pub mod wind_down;

pub use bank::Bank;
pub use exchange::Exchange;
pub use insurance_fund::InsuranceFund;
pub use liquidity_request::LiquidityRequest;
pub use loss::Side;
pub use margin_account::{Collateral, MarginAccount, Order, Receipt};
pub use market::Market;
pub use pool::Pool;
pub use position::Position;
pub use proposal::Proposal;
pub use raw::*;
