//! Legacy (push) Pyth price accounts.

use super::Reading;
use crate::error::{require_that, Outcome, WhittleError};
use pyth_sdk_solana::state::{load_price_account, PriceStatus, SolanaPriceAccount};

/// Checks the trading status; owner and address were checked before.
pub(super) fn read(data: &[u8]) -> Outcome<Reading> {
    let account: &SolanaPriceAccount =
        load_price_account(data).map_err(|_| WhittleError::OracleUnreadable)?;
    require_that(
        account.agg.status == PriceStatus::Trading,
        WhittleError::OracleNotTrading,
    )?;
    Ok(Reading {
        price: account.agg.price,
        confidence: account.agg.conf,
        exponent: account.expo,
        publish_time: account.timestamp,
        prev_publish_time: account.prev_timestamp,
    })
}
