//! Which account first: the one from whose delay the pool would lose most.

use crate::book::{Book, Id};
use crate::judge::Standing;
use anchor_lang::prelude::Pubkey;
use core::cmp::Reverse;
use whittle_risk::health::State;
use whittle_risk::{Ratio, Usd};

/// A liquidatable account in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// Its number.
    pub id: Id,
    /// Its address.
    pub address: Pubkey,
    /// Where it stands.
    pub standing: Standing,
    /// What the pool would lose if every price moved against it by the shock, USD atoms.
    pub expected_loss: Usd,
}

/// What is missing once every leg has moved against the account by `shock` of its price:
///
///   loss = max(0, shock * N - E)        N: notional of all legs, E: equity now
///
/// Hedges are not counted as such, because the legs of an account under maintenance may be closed
/// one by one. Rounded up; saturates.
pub fn expected_loss(standing: &Standing, shock: Ratio) -> Usd {
    let moved = shock.of_ceil(standing.notional.magnitude());
    let moved = moved.unwrap_or(Usd(i64::MAX));
    Usd(moved.0.saturating_sub(standing.health.equity.0).max(0))
}

pub(crate) type Rank = Reverse<(i64, i64, Reverse<Id>)>;

/// The order of the queue: greatest expected loss, then greatest lack of maintenance, then number.
pub(crate) fn rank(standing: &Standing, shock: Ratio, id: Id) -> Rank {
    let health = &standing.health;
    let lack = health.maintenance.0.saturating_sub(health.equity.0);
    Reverse((expected_loss(standing, shock).0, lack, Reverse(id)))
}

impl Book {
    /// Liquidatable accounts as of the last refresh, the most urgent first.
    pub fn liquidatable(&self, shock: Ratio) -> Vec<Ranked> {
        let ranked = self.near().filter_map(|(id, near)| {
            let standing = near.standing.ok()?;
            Some(Ranked {
                id,
                address: self.address(id)?,
                standing,
                expected_loss: expected_loss(&standing, shock),
            })
            .filter(|it| it.standing.state >= State::Liquidatable)
        });
        let mut ranked: Vec<Ranked> = ranked.collect();
        ranked.sort_by_cached_key(|it| rank(&it.standing, shock, it.id));
        ranked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whittle_risk::health::Health;

    fn standing(notional: i64, equity: i64, maintenance: i64) -> Standing {
        Standing {
            state: State::Liquidatable,
            health: Health {
                equity: Usd(equity),
                maintenance: Usd(maintenance),
            },
            call: Usd(maintenance),
            notional: Usd(notional),
        }
    }

    #[test]
    fn the_account_that_would_lose_the_pool_most_comes_first() {
        let shock = Ratio::from_bps_floor(500);
        let small = standing(1_000_000, 10_000, 30_000);
        let large = standing(10_000_000, 290_000, 300_000);
        assert_eq!(expected_loss(&small, shock), Usd(40_000));
        assert_eq!(expected_loss(&large, shock), Usd(210_000));
        assert!(rank(&large, shock, Id(2)) < rank(&small, shock, Id(1)));
    }

    #[test]
    fn without_a_loss_in_sight_the_greater_lack_comes_first() {
        let shock = Ratio::ZERO;
        let little = standing(1_000_000, 29_000, 30_000);
        let much = standing(1_000_000, 20_000, 30_000);
        assert_eq!(expected_loss(&much, shock), Usd(0));
        assert!(rank(&much, shock, Id(9)) < rank(&little, shock, Id(1)));
        assert!(rank(&little, shock, Id(1)) < rank(&little, shock, Id(2)));
    }
}
