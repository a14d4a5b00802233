//! Everything at once, as GMX and Jupiter do.
//!
//! Symbols: N_i notional of a leg, f the liquidation fee, t the fee of any trade, K what the pool takes
//! for spread and impact, E equity.
//!
//! Result: closed = all N_i,  fee = min(sum of N_i (f + t), max(0, E - K)).
//!
//! Source: GMX v2, gmx-synthetics `a5c0c88`: `contracts/pricing/PositionPricingUtils.sol`,
//! `getLiquidationFees` (liquidationFeeUsd = sizeInUsd * liquidationFeeFactor, on top of the position
//! fee); `config/markets.ts`, `liquidationFeeFactor`: 0.20 % in `baseMarketConfig` (BTC, ETH), 0.30 % in
//! `syntheticMarketConfig` and `singleTokenMarketConfig`. Jupiter closes everything too; its docs state
//! no fee beyond the trade's.
//!
//! Carried over: a GMX position has its own collateral; here all legs share one equity and all are
//! closed. GMX lets an insolvent position be closed without the fees that its collateral does not cover
//! (`DecreasePositionCollateralUtils.sol`), so the fees end where the equity does; the pool's loss is
//! the same either way. Only a role of GMX liquidates and it is not paid by the account, so the keeper
//! gets nothing. What is left stays with the trader.

use super::closing::{decided, open_legs, real, share, Fees};
use super::{Cut, Memory, Policy, Situation, Verdict};
use whittle_risk::{RiskError, Usd, MAX_LEGS};

/// Closes the whole account.
#[derive(Clone, Copy, Debug)]
pub struct FullClose {
    /// Share of the notional closed that is taken on top of the trade's fee.
    pub liquidation_fee: f64,
    /// Whether the market's fee for a trade is taken as well.
    pub charges_trade_fee: bool,
}

impl Default for FullClose {
    fn default() -> Self {
        Self {
            liquidation_fee: 0.002,
            charges_trade_fee: true,
        }
    }
}

impl Policy for FullClose {
    fn name(&self) -> &'static str {
        "full close"
    }

    fn source(&self) -> &'static str {
        "everything, for 0.2 % and the trade's fee: GMX v2, gmx-synthetics a5c0c88"
    }

    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError> {
        let mut cuts = [Cut::default(); MAX_LEGS];
        let mut left = situation.health.equity;
        let legs = open_legs(situation)?;
        for open in &legs {
            let cut = open.cut(open.lots(), Fees::default())?;
            left = left.minus(cut.pool)?;
            cuts[open.index] = cut;
        }
        for open in &legs {
            let trade = if self.charges_trade_fee {
                situation.close_fee.get(open.index).copied()
            } else {
                None
            };
            let rate = self.liquidation_fee + trade.map_or(0.0, real);
            let fee = share(rate, open.closed(open.lots())?)?;
            let fee = fee.least(left).most(Usd::ZERO);
            left = left.minus(fee)?;
            cuts[open.index].pool = cuts[open.index].pool.plus(fee)?;
        }
        Ok(decided(situation, memory, cuts, Usd::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{assert_near, dollars, first_cuts, long, ratio, short, Case};

    /// GMX, BTC/USD: a position of 50,000 USD pays 0.20 % = 100 USD for the liquidation and 0.06 % =
    /// 30 USD as any decrease that worsens the balance (`positionFeeFactorForNegativeImpact`).
    #[test]
    fn a_position_pays_the_liquidation_fee_on_top_of_the_trades() {
        let mut case = Case::new(vec![long(50, 1_000.0)], 900);
        case.close_fee[0] = ratio(0.0006);
        let cut = first_cuts(&FullClose::default(), &case)[0];
        assert_eq!(cut.lots, 50);
        assert_near(cut.pool, dollars(130));
        assert_eq!((cut.keeper, cut.insurance), (Usd::ZERO, Usd::ZERO));
    }

    #[test]
    fn every_leg_is_closed_and_pays_the_pools_spread() {
        let mut legs = vec![long(50, 1_000.0), short(7_000, 1.0)];
        legs[1].pool_cost = ratio(0.001);
        let cuts = first_cuts(&FullClose::default(), &Case::new(legs, 900));
        assert_eq!((cuts[0].lots, cuts[1].lots), (50, 7_000));
        // 14 USD of fee and 7 USD of spread.
        assert_near(cuts[1].pool, dollars(21));
        assert_eq!(cuts[2], Cut::default());
    }

    /// 100 USD are due and 60 are left after 50 of spread: the fee takes those 60. An account that the
    /// spread alone exhausts pays no fee, and owes the spread.
    #[test]
    fn fees_that_equity_does_not_cover_are_not_collected() {
        let mut legs = vec![long(50, 1_000.0)];
        legs[0].pool_cost = ratio(0.001);
        for (equity, paid) in [(110, 110), (30, 50), (-30, 50)] {
            let pool = first_cuts(&FullClose::default(), &Case::new(legs.clone(), equity))[0].pool;
            assert_near(pool, dollars(paid));
        }
    }

    #[test]
    fn a_leg_without_a_fresh_price_waits() {
        let mut legs = vec![long(50, 1_000.0), short(7_000, 1.0)];
        legs[0].mark.stale = true;
        let cuts = first_cuts(&FullClose::default(), &Case::new(legs, 100));
        assert_eq!((cuts[0].lots, cuts[1].lots), (0, 7_000));
    }
}
