//! To initial health.
//!
//! Symbols: E equity, R initial requirement, w the initial rate of a position (Mango's asset weight is
//! 1 - w, its liability weight 1 + w), f the liquidator's fee, g the platform's, s the pool's spread and
//! impact, p price, L lot size.
//!
//! Closing a lot of a long gives p L (1 - f - g) for what counted p L (1 - w); of a short it costs
//! p L (1 + f + g) and frees p L (1 + w). Either way health rises by p L (w - f - g - s).
//!
//! Result: lots = ceil((R - E) / (p L (w - f - g - s))), at most all.
//!
//! Source: blockworks-foundation/mango-v4 `1303a4a`,
//! `programs/mango-v4/src/instructions/perp_liq_base_or_positive_pnl.rs`, `liquidation_action` and its
//! `reduce_base` ("overshoot to aim for init_health >= 0"); `HealthType::LiquidationEnd`: initial weights,
//! the oracle's price. The fee of 1.25 % is the default of the governance form that listed perp markets
//! (`baseLiquidationFee` 0.0125 with maintenance weight 0.975 and initial 0.95); it has no platform's fee.
//!
//! Carried over: R is what the market's own initial rates ask for at the oracle's price, without the
//! account's leverage class and without crowding, which weigh new risk. Profit is settled here, so the
//! steps that settle it and take it over are not needed. s stands with the fees. The instruction names
//! one market and the liquidator chooses it; here the largest position is taken first. Where w <= f + g + s
//! Mango aborts (`assert!(unweighted_health_per_lot > 0)`); here the position is closed. With several size
//! tiers w is the average, so somewhat more than needed is closed. An account stays in liquidation until
//! its initial health is there (`maybe_recover_from_being_liquidated`, [`Policy::is_over`]).

use super::closing::{decided, largest_first, real, share, usd, Fees, Open};
use super::{Cut, Memory, Policy, Situation, Verdict};
use whittle_risk::{RiskError, Usd, MAX_LEGS};

/// Closes to initial health.
#[derive(Clone, Copy, Debug)]
pub struct Mango {
    /// The liquidator's fee.
    pub liquidator_fee: f64,
    /// The platform's.
    pub platform_fee: f64,
}

impl Default for Mango {
    fn default() -> Self {
        Self {
            liquidator_fee: 0.0125,
            platform_fee: 0.0,
        }
    }
}

impl Mango {
    fn lots(&self, open: &Open, needed: Usd) -> Result<u64, RiskError> {
        let weight = usd(open.initial(open.value.notional)?) / open.notional();
        let costs = self.liquidator_fee + self.platform_fee + real(open.leg.pool_cost);
        if weight <= costs {
            return Ok(open.lots());
        }
        open.lots_for(usd(needed) / (weight - costs))
    }
}

/// R, initial requirement of all legs.
fn required(legs: &[Open]) -> Result<Usd, RiskError> {
    legs.iter().try_fold(Usd::ZERO, |sum, open| {
        sum.plus(open.initial(open.value.notional)?)
    })
}

impl Policy for Mango {
    fn name(&self) -> &'static str {
        "Mango"
    }

    fn source(&self) -> &'static str {
        "(R - E) / (w - f - g), to initial health: mango-v4 1303a4a, perp_liq_base_or_positive_pnl.rs"
    }

    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError> {
        let legs = largest_first(situation)?;
        let mut needed = required(&legs)?.minus(situation.health.equity)?;
        let mut cuts = [Cut::default(); MAX_LEGS];
        for open in &legs {
            if needed.0 <= 0 {
                break;
            }
            let lots = self.lots(open, needed)?;
            let closed = open.closed(lots)?;
            let cut = open.cut(
                lots,
                Fees {
                    keeper: share(self.liquidator_fee, closed)?,
                    insurance: share(self.platform_fee, closed)?,
                    ..Fees::default()
                },
            )?;
            let before = open.initial(open.value.notional)?;
            let freed = before.minus(open.initial(open.rest(lots)?)?)?;
            needed = needed.minus(freed)?.plus(cut.cost()?)?;
            cuts[open.index] = cut;
        }
        Ok(decided(situation, memory, cuts, Usd::ZERO))
    }

    fn is_over(&self, situation: &Situation, _memory: &Memory) -> Result<bool, RiskError> {
        let legs = largest_first(situation)?;
        Ok(situation.health.equity >= required(&legs)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{dollars, first_cuts, long, short, tiers, Case};

    const FREE: Mango = Mango {
        liquidator_fee: 0.0,
        platform_fee: 0.0,
    };

    /// The program's own tests, `test_liq_base_or_positive_pnl`, at one dollar, weight 0.5, without fees:
    /// "pos base liq 3": 20 long with 5 to its name comes to 10; "neg base liq 3": 4 short with 5 less
    /// the 4 that it owes comes to 2; "pos base liq 2": 20 long with 10 owed is closed.
    #[test]
    fn the_lots_are_those_of_the_sources_own_tests() {
        for (mut leg, equity, closed) in [
            (long(20, 1.0), 5, 10),
            (short(4, 1.0), 1, 2),
            (long(20, 1.0), -10, 20),
        ] {
            leg.tiers = tiers(0.2, 0.5);
            let cut = first_cuts(&FREE, &Case::new(vec![leg], equity))[0];
            assert_eq!(cut.lots, closed);
        }
    }

    /// 100,000 USD at 4 % initial: R = 4,000. E = 1,900 needs 2,100 at 4 % less 1.25 %: 76,363.64 USD,
    /// so 76,364 lots, for 954.55 USD. What stays, 23,636 USD, asks for 945.44; 945.45 are left.
    #[test]
    fn a_position_is_closed_to_initial_health_within_a_lot() {
        for leg in [long(100_000, 1.0), short(100_000, 1.0)] {
            let cut = first_cuts(&Mango::default(), &Case::new(vec![leg], 1_900))[0];
            assert_eq!(cut.lots, 76_364);
            assert_eq!(cut.keeper, Usd(954_550_000));
            assert_eq!(cut.insurance, Usd::ZERO);
        }
    }

    #[test]
    fn where_fees_exceed_the_weight_the_position_is_closed() {
        let mut leg = long(100_000, 1.0);
        leg.tiers = tiers(0.005, 0.01);
        let cut = first_cuts(&Mango::default(), &Case::new(vec![leg], 400))[0];
        assert_eq!(cut.lots, 100_000);
        assert_eq!(cut.keeper, dollars(1_250));
    }

    #[test]
    fn the_largest_position_goes_first() {
        let case = Case::new(vec![long(10_000, 1.0), short(90_000, 1.0)], 1_900);
        let cuts = first_cuts(&Mango::default(), &case);
        assert_eq!((cuts[0].lots, cuts[1].lots), (0, 76_364));
    }

    #[test]
    fn liquidation_goes_on_until_initial_health() {
        let over = |equity| {
            let case = Case::new(vec![long(100_000, 1.0)], equity);
            Mango::default().is_over(&case.situation(), &Memory::NONE)
        };
        assert_eq!(over(3_999), Ok(false));
        assert_eq!(over(4_001), Ok(true));
    }
}
