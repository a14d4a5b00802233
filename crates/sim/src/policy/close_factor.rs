//! Half of the debt, or all of it.
//!
//! Symbols, for each leg as a loan (`loan.rs`): D debt, C collateral, HF health factor, b bonus.
//!
//! Result: d = D / 2    if HF > 0.95 and D >= 2,000 USD and C >= 2,000 USD, leaving 1,000 of each
//!         d = D        otherwise
//!         closed       = d (1 + b) of a long, d of a short; the bonus is d b.
//!
//! Source: Aave v3.3 and later, aave-v3-origin `fd1fbd9` (v3.7),
//! `src/contracts/protocol/libraries/logic/LiquidationLogic.sol`: `DEFAULT_LIQUIDATION_CLOSE_FACTOR`
//! 0.5e4, `CLOSE_FACTOR_HF_THRESHOLD` 0.95e18, `MIN_BASE_MAX_CLOSE_FACTOR_THRESHOLD` 2000e8 (both sides
//! at least that), `MIN_LEFTOVER_BASE` half of it (else `MUST_NOT_LEAVE_DUST`).
//!
//! Carried over: the formula has no target. A loan is at HF 0.95 when it has lost 5 % of its value; a
//! perpetual at 2 % maintenance has HF 0.98 with nothing left, so here HF <= 0.95 is met by insolvent
//! accounts only, and solvent ones lose half each time that they are found under maintenance. All debt
//! repaid leaves a long that owes nothing, as on Aave.

use super::loan::{liquidate, Bonus, Loan};
use super::{Memory, Policy, Situation, Verdict};
use whittle_risk::RiskError;

/// Closes half.
#[derive(Clone, Copy, Debug)]
pub struct CloseFactor {
    /// Share of the debt that is repaid at most while the next two hold.
    pub close_factor: f64,
    /// The health factor is over this.
    pub whole_under: f64,
    /// Debt and collateral are at least this, in USD.
    pub whole_below_usd: f64,
    /// Paid on the debt repaid.
    pub bonus: Bonus,
}

impl Default for CloseFactor {
    fn default() -> Self {
        Self {
            close_factor: 0.5,
            whole_under: 0.95,
            whole_below_usd: 2_000.0,
            bonus: Bonus::Exchange,
        }
    }
}

impl CloseFactor {
    /// Debt that a liquidator repays.
    fn debt(&self, loan: &Loan, bonus: f64) -> f64 {
        let least = self.whole_below_usd * 1e6;
        let is_partial = loan.health_factor() > self.whole_under
            && loan.debt >= least
            && loan.collateral >= least;
        if !is_partial {
            return loan.debt;
        }
        // What he repays more than this is refused as leaving dust.
        let leaves_enough = (loan.collateral - least / 2.0) / (1.0 + bonus);
        (self.close_factor * loan.debt).min(leaves_enough)
    }
}

impl Policy for CloseFactor {
    fn name(&self) -> &'static str {
        "50 % close factor"
    }

    fn source(&self) -> &'static str {
        "half of the debt if HF > 0.95 and over 2,000 USD, else all: Aave v3.7, aave-v3-origin fd1fbd9"
    }

    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError> {
        liquidate(situation, memory, |open, loan| {
            let terms = self.bonus.terms(situation, open);
            (self.debt(loan, terms.rate), terms)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{dollars, first_cuts, long, ratio, short, Case};
    use crate::policy::Cut;
    use whittle_risk::Usd;

    fn cut(case: &Case) -> Cut {
        first_cuts(&CloseFactor::default(), case)[0]
    }

    /// Long 10,000 USD with E = 180, M = 200. D = 9,820, HF = 9,800 / 9,820 = 0.998 > 0.95. Half of
    /// the debt is 4,910 USD; with b = 0.3 % the liquidator takes 4,924.73 USD of the asset, 4,925
    /// lots of one dollar, of which 4,925 * 0.003 / 1.003 = 14.730808 is his.
    #[test]
    fn half_of_a_longs_debt_is_repaid() {
        let cut = cut(&Case::new(vec![long(10_000, 1.0)], 180));
        assert_eq!(cut.lots, 4_925);
        assert!((cut.keeper.0 - 14_730_808).abs() <= 2, "{cut:?}");
        assert_eq!(cut.insurance, Usd::ZERO);
    }

    /// Short 10,000 USD: the debt is the asset, half of it 5,000 USD, the bonus 15 USD. With a premium
    /// of 0.1 % the bonus is 0.4 %, 20 USD, and a quarter of it goes to insurance. The pool's spread of
    /// 0.2 % is 10 USD.
    #[test]
    fn half_of_a_shorts_debt_is_half_of_the_position() {
        let mut legs = vec![short(10_000, 1.0)];
        assert_eq!(cut(&Case::new(legs.clone(), 180)).lots, 5_000);
        legs[0].premium = ratio(0.001);
        legs[0].pool_cost = ratio(0.002);
        let cut = cut(&Case::new(legs, 180));
        assert_eq!(cut.lots, 5_000);
        let near = |a: Usd, b: Usd| (a.0 - b.0).abs() <= 4;
        assert!(near(cut.keeper, dollars(15)), "{cut:?}");
        assert!(near(cut.insurance, dollars(5)), "{cut:?}");
        assert!(near(cut.pool, dollars(10)), "{cut:?}");
    }

    /// 1,999 USD: all of the debt of 1,964, for which 1,969.892 USD of the asset go; 30 lots stay, owing
    /// nothing.
    #[test]
    fn all_of_a_small_debt_is_repaid() {
        assert_eq!(cut(&Case::new(vec![long(1_999, 1.0)], 35)).lots, 1_970);
        assert_eq!(cut(&Case::new(vec![short(1_999, 1.0)], 35)).lots, 1_999);
    }

    /// 2,100 USD with E = 40 and D = 2,060: half would leave 2,100 - 1,030 * 1.08 = 987.6 at a bonus
    /// of 8 %, under 1,000, so 1,018.5 are repaid for 1,100 of the asset. The protocol's tenth of the
    /// bonus of 81.481482 is 8.148149.
    #[test]
    fn a_liquidator_leaves_a_thousand() {
        let bonus = Bonus::Fixed {
            rate: 0.08,
            protocol: 0.1,
        };
        let policy = CloseFactor {
            bonus,
            ..CloseFactor::default()
        };
        let cut = first_cuts(&policy, &Case::new(vec![long(2_100, 1.0)], 40))[0];
        assert_eq!(cut.lots, 1_100);
        assert_eq!(cut.insurance, Usd(8_148_149));
        assert_eq!(cut.keeper, Usd(73_333_333));
    }

    /// An account that owes more than it has, HF = 9,800 / 10,400 = 0.942: all of it goes, for what the
    /// collateral pays: 10,000 * 0.003 / 1.003 = 29.910269.
    #[test]
    fn under_a_health_factor_of_0_95_everything_goes_for_what_there_is() {
        let cut_long = cut(&Case::new(vec![long(10_000, 1.0)], -400));
        assert_eq!(cut_long.lots, 10_000);
        assert!((cut_long.keeper.0 - 29_910_269).abs() <= 2, "{cut_long:?}");
        // A short with 9,300 in cash, HF = 0.912, of which 9,300 * 0.003 / 1.003 is the bonus.
        let cut_short = cut(&Case::new(vec![short(10_000, 1.0)], -700));
        assert_eq!(cut_short.lots, 10_000);
        assert!(
            (cut_short.keeper.0 - 27_816_551).abs() <= 2,
            "{cut_short:?}"
        );
    }

    #[test]
    fn two_legs_are_two_loans() {
        let case = Case::new(vec![long(10_000, 1.0), short(20_000, 1.0)], 540);
        let cuts = first_cuts(&CloseFactor::default(), &case);
        assert_eq!((cuts[0].lots, cuts[1].lots), (4_925, 10_000));
    }
}
