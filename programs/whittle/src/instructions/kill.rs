//! Fill or kill: the update that is due either fills an order or removes it.
//!
//! An order whose fill may fail now and pass later is an option on the price in between, held by
//! whoever makes it fail. So what depends on the order, its account and its market decides at once
//! and for good. What depends on who fills must not decide: it fails the transaction, nothing
//! changes, and anybody may try again.

use crate::error::{Outcome, WhittleError};
use crate::state::{MarginAccount, Market};

/// Why an order is removed instead of filled.
pub(super) type Reason = WhittleError;

/// Whether an order that meets this error is removed:
///
/// - `BelowInitialMargin`, `MarginCall`, `AccountInDeficit`: its owner chooses how much stands behind
///   it, and could deposit once the price has moved his way.
/// - `NothingToReduce`, `TooManyPositions`, `BelowMinPosition`: its owner chooses which positions he
///   holds.
/// - `BeyondLimit`: its owner chose the limit; price and confidence are the update's, and the skew
///   is what all traders make it, this owner among them.
/// - `BeyondTierTable`, `OpenInterestCap`: the account's size and the market's, which this owner can
///   change as well.
/// - `NewRiskPaused`, `MarketNotOpen`, `MarketWindingDown`, `MarketSettled`, `PriceShock`,
///   `InsuranceDrawn`: what the market and the
///   exchange take at that moment, which guardian and authority could change after it.
/// - `PriceUncertain`: the update's own confidence, which no later attempt changes.
///
/// All others are up to the caller: accounts that are missing, wrong or stale, another update than
/// the due one, an order that has gone or expired. So is `MathOverflow`: sums that leave 64 bits are
/// of trillions, which no later attempt can have margin for.
fn kills(error: WhittleError) -> bool {
    matches!(
        error,
        WhittleError::BelowInitialMargin
            | WhittleError::MarginCall
            | WhittleError::AccountInDeficit
            | WhittleError::NothingToReduce
            | WhittleError::TooManyPositions
            | WhittleError::BelowMinPosition
            | WhittleError::BeyondLimit
            | WhittleError::BeyondTierTable
            | WhittleError::OpenInterestCap
            | WhittleError::PriceUncertain
            | WhittleError::NewRiskPaused
            | WhittleError::PriceShock
            | WhittleError::InsuranceDrawn
            | WhittleError::MarketNotOpen
            | WhittleError::MarketWindingDown
            | WhittleError::MarketSettled
    )
}

/// Tells a step that went through from one that kills the order; other errors stay errors.
pub(super) fn verdict<T>(step: Outcome<T>) -> Outcome<core::result::Result<T, Reason>> {
    match step {
        Ok(done) => Ok(Ok(done)),
        Err(error) if kills(error) => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

/// An account and a market as they were before a fill was tried, byte for byte. On the heap: a
/// quarter of the stack frame would go for each.
pub(super) struct Saved {
    account: Vec<u8>,
    market: Vec<u8>,
}

impl Saved {
    /// Copies both.
    pub fn copy(account: &MarginAccount, market: &Market) -> Self {
        Self {
            account: bytemuck::bytes_of(account).to_vec(),
            market: bytemuck::bytes_of(market).to_vec(),
        }
    }

    /// The account as it was.
    pub fn account(&self) -> MarginAccount {
        // The length is that of the type, because it was copied from one.
        bytemuck::pod_read_unaligned(&self.account)
    }

    /// Puts both back.
    pub fn restore(&self, account: &mut MarginAccount, market: &mut Market) {
        // Lengths are equal, because each copy is of the same type as its target.
        bytemuck::bytes_of_mut(account).copy_from_slice(&self.account);
        bytemuck::bytes_of_mut(market).copy_from_slice(&self.market);
    }
}
