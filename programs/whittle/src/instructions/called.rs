//! Whether an account was in margin call before a fill.

use crate::error::{Outcome, WhittleError};
use crate::snapshot::{leg_before, Snapshot};
use crate::state::{MarginAccount, Market, Position};
use whittle_risk::health::{self, Before};
use whittle_risk::liquidation::Policy;
use whittle_risk::Usd;

/// Looks back from a fill that opened something in `market`: `before` and `after` are the account,
/// `snapshot` is of it as it is after the fill.
pub(super) fn was_called(
    before: &MarginAccount,
    after: &MarginAccount,
    market: &Market,
    snapshot: &Snapshot,
    policy: &Policy,
) -> Outcome<bool> {
    let is_here = |position: &Position| position.market == market.index;
    let mut claims = Usd::ZERO;
    for position in before.used_positions() {
        claims = claims.plus(Usd(position.claim_usd_atoms))?;
    }
    // Legs are in the order of open positions.
    let place = after.open_positions().position(is_here);
    let place = place.ok_or(WhittleError::MarketMissing)?;
    let leg = snapshot.legs.get(place);
    let leg = leg.ok_or(WhittleError::MarketMissing)?;
    let held = before.open_positions().find(|it| is_here(it));
    let held = held.map(|it| leg_before(leg, it, market)).transpose()?;
    let then = Before {
        leg: place,
        held: held.as_ref(),
        cash: Usd(before.cash_usd_atoms),
        claims,
    };
    Ok(health::was_called(
        &snapshot.account(),
        &then,
        &policy.thresholds,
    )?)
}
