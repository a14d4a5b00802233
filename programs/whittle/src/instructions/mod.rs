//! One file for each instruction: its accounts, what it validates, what it does.

// Anchor's macros look the account structs up at this level.
#![allow(ambiguous_glob_reexports)]

pub mod assess_account;
pub mod charge_interest;
pub mod close_margin_account;
pub mod convert_collateral;
pub mod create_pool;
pub mod deposit;
pub mod expire_order;
pub mod fill_liquidity_request;
pub mod fill_order;
pub mod flag_account;
pub mod initialize_exchange;
pub mod liquidate_partial;
pub mod list_bank;
pub mod list_market;
pub mod open_margin_account;
pub mod place_order;
pub mod refund_liquidity_request;
pub mod remaining;
pub mod request_liquidity;
pub mod seed_insurance;
pub mod set_delegate;
pub mod settle_account;
pub mod settle_markets;
pub mod tokens;
pub mod update_banks;
pub mod update_markets;
pub mod withdraw;

pub use assess_account::*;
pub use charge_interest::*;
pub use close_margin_account::*;
pub use convert_collateral::*;
pub use create_pool::*;
pub use deposit::*;
pub use expire_order::*;
pub use fill_liquidity_request::*;
pub use fill_order::*;
pub use flag_account::*;
pub use initialize_exchange::*;
pub use liquidate_partial::*;
pub use list_bank::*;
pub use list_market::*;
pub use open_margin_account::*;
pub use place_order::*;
pub use refund_liquidity_request::*;
pub use request_liquidity::*;
pub use seed_insurance::*;
pub use set_delegate::*;
pub use settle_account::*;
pub use settle_markets::*;
pub use update_banks::*;
pub use update_markets::*;
pub use withdraw::*;
