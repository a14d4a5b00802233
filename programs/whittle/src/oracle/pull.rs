//! `PriceUpdateV2` of the Pyth receiver.

use super::Reading;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::AccountDeserialize;
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};

/// Checks feed and verification; the owner was checked before.
pub(super) fn read(mut data: &[u8], feed_id: &[u8; 32]) -> Outcome<Reading> {
    let update =
        PriceUpdateV2::try_deserialize(&mut data).map_err(|_| WhittleError::OracleUnreadable)?;
    let message = &update.price_message;
    require_that(message.feed_id == *feed_id, WhittleError::OracleFeed)?;
    require_that(
        update.verification_level == VerificationLevel::Full,
        WhittleError::OracleNotVerified,
    )?;
    Ok(Reading {
        price: message.price,
        confidence: message.conf,
        exponent: message.exponent,
        publish_time: message.publish_time,
        prev_publish_time: message.prev_publish_time,
    })
}
