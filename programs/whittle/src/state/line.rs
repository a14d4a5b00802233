//! The pool's cash in a market.

use super::Market;
use crate::error::Outcome;
use whittle_risk::Usd;

impl Market {
    /// What a line should hold: nothing in a market that has not opened or has ended, so that listing
    /// one moves no cash before its time.
    pub fn line_target(&self, target_usd_atoms: i64, now: i64) -> Usd {
        if now < self.opens_at || self.wind_down.is_settled() {
            return Usd::ZERO;
        }
        Usd(target_usd_atoms)
    }

    /// The pool line less the claims that wait for it: what the market holds for the pool whatever its
    /// price. Negative while claims wait.
    pub fn settled_worth(&self) -> Outcome<Usd> {
        Ok(Usd(self.pool_line_usd_atoms).minus(Usd(self.claims_unpaid_usd_atoms))?)
    }

    /// What of the pool line may pay a loss booked in this market: what is over its target and over
    /// the claims that wait for it. An uncovered loss stands in the line as cash that nobody has paid,
    /// so what pays the loss and what it is owed to are the same cash.
    pub fn line_for_losses(&self, now: i64) -> Outcome<Usd> {
        let target = self.line_target(self.params.pool_line_target_usd_atoms, now);
        Ok(self.settled_worth()?.minus(target)?.most(Usd::ZERO))
    }

    /// What the pool has for this market's winners without taking from another market: its `own_cash`
    /// and this market's line, less claims that wait and losses that nobody has paid.
    pub fn cash_for_winners(&self, own_cash: Usd) -> Outcome<Usd> {
        Ok(own_cash
            .plus(self.settled_worth()?)?
            .minus(Usd(self.deficit_usd_atoms))?)
    }
}
