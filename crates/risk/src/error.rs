//! What can go wrong, with the values that made it so.

use crate::Usd;

/// A refusal by the risk arithmetic. Nothing has changed when one is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskError {
    /// A sum or product left the range of its unit. The text names the quantity.
    Overflow(&'static str),
    /// A divisor is zero. The text names the quantity.
    DivisionByZero(&'static str),
    /// More legs than an account can hold were given.
    TooManyLegs,
    /// Equity covers the maintenance requirement, so there is nothing to liquidate.
    AccountHealthy {
        /// Equity of the account.
        equity: Usd,
        /// Its maintenance requirement.
        maintenance: Usd,
    },
    /// The account holds no position. With negative equity it is bankrupt rather than liquidatable.
    NoPositions {
        /// Equity of the account.
        equity: Usd,
    },
    /// No leg has a price fresh enough to close at. Update the markets and call again.
    NoFreshPrice,
    /// The account was not flagged, or its flag has lapsed. Flag it first.
    NotFlagged,
    /// The account is flagged already; its bonus clock is running.
    AlreadyFlagged {
        /// When it was flagged, Unix seconds.
        since: i64,
    },
    /// The prices are not yet far enough from those at which the account was flagged.
    NotConfirmed {
        /// Oldest publish time among the legs that can be closed.
        publish_time: i64,
        /// The publish time that every leg must have reached.
        needed: i64,
    },
    /// Liquidations are paused, and the account is not under the emergency ratio.
    LiquidationsPaused,
    /// The breakers of every market that could be closed in protect the account for now.
    Protected,
    /// The bonus is under what the caller asked for.
    BonusBelowMinimum {
        /// What this call would pay.
        offered: Usd,
        /// What the caller asked for.
        minimum: Usd,
    },
    /// The position is larger than the market's last tier allows.
    BeyondTierTable {
        /// Notional of the position.
        notional: Usd,
        /// Upper end of the last tier.
        limit: Usd,
    },
    /// E / M is not under the trigger of the owner's recovery plan.
    NotUnderTrigger {
        /// Equity of the account.
        equity: Usd,
        /// The equity under which the plan may be executed.
        trigger: Usd,
    },
    /// Equity is under maintenance, so a liquidation is in charge. Flag the account.
    UnderMaintenance {
        /// Equity of the account.
        equity: Usd,
        /// Its maintenance requirement.
        maintenance: Usd,
    },
    /// A price is too uncertain to close at without need.
    UncertainPrice,
    /// A parameter is outside its bounds. The text names the parameter and the rule.
    BadParameter(&'static str),
    /// A price does not fit Q32 per lot, or nothing is left of it.
    PriceOutOfRange,
    /// The exponent of an oracle price is outside the accepted range.
    ExponentOutOfRange(i32),
}
