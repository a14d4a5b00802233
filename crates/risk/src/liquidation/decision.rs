//! What a liquidation decides, and the proof of its size.

use super::{Cost, Episode};
use crate::health::Health;
use crate::{Price, Ratio, Usd, MAX_LEGS};

/// What a receipt can claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Nothing was closed: the flagged account had recovered, and its flag is cleared.
    #[default]
    Recovered = 0,
    /// Just enough, with a certificate.
    Exact = 1,
    /// A remainder under the minimum position was closed too. The certificate is for the size
    /// before.
    Dust = 2,
    /// Enlarged to the minimum close. The certificate is for the size before.
    Minimum = 3,
    /// E / M was under the emergency ratio, so more than enough was closed. No certificate.
    Forced = 4,
    /// Closing all that can be closed does not reach the target. No certificate.
    Unhealable = 5,
    /// A circuit breaker allowed less than enough. No certificate; the episode goes on.
    Throttled = 6,
    /// The owner's recovery plan was carried out, with a certificate for his target. Closes may have
    /// been enlarged after it, as in `Dust` and `Minimum`.
    Recovery = 7,
}

/// Proof that the size was needed: it suffices, and one lot less of the same leg does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Index of the leg that was sized last.
    pub leg: u8,
    /// Its size.
    pub lots: u64,
    /// E - T with this size; at least zero.
    pub surplus: Usd,
    /// T - E with one lot less; above zero.
    pub shortfall_one_less: Usd,
}

/// What is closed of one leg.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Close {
    /// Lots closed; zero when the leg is left alone.
    pub lots: u64,
    /// The price they are closed at.
    pub price: Price,
    /// Notional closed.
    pub notional: Usd,
    /// What the account pays.
    pub cost: Cost,
    /// Paid to the keeper from the market's insurance line.
    pub insurance_top_up: Usd,
    /// Paid to the keeper from the market's pool line.
    pub pool_top_up: Usd,
}

/// The decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What the receipt claims.
    pub kind: Kind,
    /// Health before.
    pub before: Health,
    /// Health after.
    pub after: Health,
    /// Target requirement before, T.
    pub target: Usd,
    /// E / M that capped the costs.
    pub latched_ratio: Ratio,
    /// The bonus rate of the moment, before the cap.
    pub bonus_rate: Ratio,
    /// One entry a leg, in the account's order.
    pub closes: [Close; MAX_LEGS],
    /// Notional closed, of all legs.
    pub closed: Usd,
    /// What the keeper gets: from the account, the insurance lines and the pool lines.
    pub bonus: Usd,
    /// What the account pays, bonus included.
    pub cost: Usd,
    /// Present for `Exact`, `Dust`, `Minimum` and `Recovery`.
    pub certificate: Option<Certificate>,
    /// When the episode of this decision began, Unix seconds.
    pub flagged_at: i64,
    /// What the account remembers afterwards.
    pub episode: Episode,
}
