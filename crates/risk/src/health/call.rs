//! The margin call: at which level it begins, and whether it had begun before a trade.

use super::{Account, Doubt, Health, Leg, Thresholds};
use crate::{Ratio, RiskError, Usd};

impl Leg {
    /// What the leg requires at the end of the running ramps, where that is more than now, and what it
    /// adds to equity.
    fn call(&self) -> Result<(Usd, Usd), RiskError> {
        let (notional, profit) = self.at(self.price(Doubt::Plain))?;
        let multiplier = Ratio(self.call_multiplier.0.max(self.multiplier.0));
        let required = self
            .tiers
            .maintenance_ceil(notional.magnitude(), multiplier)?;
        Ok((required, profit))
    }
}

/// What maintenance would be at the end of the running ramps, where that is more than now: a margin
/// call looks ahead, a liquidation never does. Rounded up against the account.
pub fn call_requirement(account: &Account) -> Result<Usd, RiskError> {
    let mut requirement = Usd::ZERO;
    for leg in account.legs {
        requirement = requirement.plus(leg.call()?.0)?;
    }
    Ok(requirement)
}

/// C: under it an account is in margin call.
///
///   C = M (1 + call buffer) + fading, with M at the end of the running ramps
///
/// What the collateral loses by the end of its own ramps is added here and not taken from equity, so
/// that one equity is compared with every level.
pub fn call_level(account: &Account, thresholds: &Thresholds) -> Result<Usd, RiskError> {
    let health = Health {
        equity: Usd::ZERO,
        maintenance: call_requirement(account)?,
    };
    health
        .with_buffer(thresholds.call_buffer)?
        .plus(account.fading)
}

/// A leg of an account before it was traded in, and what went with it.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// Index of the leg.
    pub leg: usize,
    /// The leg as it was, at the same price; `None` where there was none.
    pub held: Option<&'a Leg>,
    /// Cash.
    pub cash: Usd,
    /// Claims.
    pub claims: Usd,
}

/// Whether an account was in margin call (E < C) before a trade that added a leg to it or changed one.
/// `account` is as it is afterwards: its other legs and its collateral are those of before, and the
/// costs of the trade count for nothing here.
pub fn was_called(
    account: &Account,
    before: &Before,
    thresholds: &Thresholds,
) -> Result<bool, RiskError> {
    let then = Account {
        cash: before.cash,
        claims: before.claims,
        ..*account
    };
    let mut health = Health {
        equity: then.assets()?.minus(account.fading)?,
        maintenance: Usd::ZERO,
    };
    for (index, leg) in account.legs.iter().enumerate() {
        let leg = if index == before.leg {
            before.held
        } else {
            Some(leg)
        };
        if let Some(leg) = leg {
            let (required, profit) = leg.call()?;
            health.equity = health.equity.plus(profit)?;
            health.maintenance = health.maintenance.plus(required)?;
        }
    }
    Ok(health.equity < health.with_buffer(thresholds.call_buffer)?)
}
