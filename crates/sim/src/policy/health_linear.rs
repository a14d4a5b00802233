//! To a target health, for a bonus that grows as health falls.
//!
//! Symbols, for each leg as a loan (`loan.rs`): D debt, C collateral, CF the share of it that counts,
//! HF = C CF / D, HF* the target, b bonus. Repaying d takes d (1 + b) of collateral:
//!
//!   (C - d (1 + b)) CF / (D - d) = HF*
//!
//! Result: d = D (HF* - HF) / (HF* - (1 + b) CF)
//!         b = b_min + (b_max - b_min) (1 - HF) / (1 - HF_max),  b_max under HF_max
//!         all debt if under 1,000 USD of it would be left; all collateral if under 1,000 USD of that.
//!
//! Source: Aave v4, aave-v4 `0051c6e`, `src/spoke/libraries/LiquidationLogic.sol`:
//! `_calculateDebtToTargetHealthFactor`, `calculateLiquidationBonus`, `_calculateLiquidationAmounts`,
//! `DUST_LIQUIDATION_THRESHOLD` 1000e26.
//!
//! Carried over: HF* and HF_max are governance's on Aave, for loans (the listings that we found set
//! 1.0277, 0.99 and a flat bonus, for stablecoins). A long at 2 % has HF between 0.98 and 1 while it is
//! solvent and under maintenance, so those numbers would say something else here. By default HF* is the
//! health factor at the exchange's own target T, HF_max that at its emergency ratio, and b_min to b_max
//! is the exchange's floor to its maximum, plus the premium: the same levels, by another formula. The
//! pool's spread and impact s is part of what the account pays, so d is computed with it: for a long
//! 1 + b becomes 1 / (1 / (1 + b) - s), for a short b becomes b + s. With several size tiers CF is the
//! average, so somewhat more than needed is closed.

use super::closing::{real, Open};
use super::loan::{liquidate, Bonus, Loan, Terms};
use super::{Memory, Policy, Situation, Verdict};
use whittle_risk::RiskError;

/// Closes to a health factor.
#[derive(Clone, Copy, Debug)]
pub struct HealthLinear {
    /// HF*; none for the exchange's target.
    pub target: Option<f64>,
    /// The bonus at and under `most_bonus_under`.
    pub bonus: Bonus,
    /// Share of that bonus that is paid at HF = 1; none for the exchange's floor over its maximum.
    pub least_bonus_share: Option<f64>,
    /// HF_max; none for the exchange's emergency ratio.
    pub most_bonus_under: Option<f64>,
    /// Neither less debt nor less collateral than this is left, in USD.
    pub dust_usd: f64,
}

impl Default for HealthLinear {
    fn default() -> Self {
        Self {
            target: None,
            bonus: Bonus::Exchange,
            least_bonus_share: None,
            most_bonus_under: None,
            dust_usd: 1_000.0,
        }
    }
}

/// The health factor of a leg whose equity is `part` of its requirement.
fn health_factor_at(loan: &Loan, m: f64, part: f64) -> f64 {
    if loan.is_long {
        (1.0 - m) / (1.0 - m * part)
    } else {
        (1.0 + m * part) / (1.0 + m)
    }
}

impl HealthLinear {
    fn target(&self, situation: &Situation, loan: &Loan, m: f64) -> f64 {
        let part = 1.0 + real(situation.rules.thresholds.target_buffer);
        self.target
            .unwrap_or_else(|| health_factor_at(loan, m, part))
    }

    /// The bonus at the loan's health.
    fn terms(&self, situation: &Situation, open: &Open, loan: &Loan) -> Terms {
        let most = self.bonus.terms(situation, open);
        let rules = situation.rules;
        let at = self.most_bonus_under.unwrap_or_else(|| {
            health_factor_at(loan, open.maintenance(), real(rules.thresholds.emergency))
        });
        let share = self.least_bonus_share.unwrap_or_else(|| {
            let max = real(rules.bonus.max);
            if max > 0.0 {
                real(rules.bonus.floor) / max
            } else {
                1.0
            }
        });
        let hf = loan.health_factor();
        let rate = if hf <= at || at >= 1.0 {
            most.rate
        } else {
            let least = most.rate * share;
            least + (most.rate - least) * (1.0 - hf).max(0.0) / (1.0 - at)
        };
        Terms { rate, ..most }
    }

    /// Debt to repay, dust included.
    fn debt(&self, loan: &Loan, target: f64, bonus: f64, spread: f64) -> f64 {
        let dust = self.dust_usd * 1e6;
        let in_all = with_spread(loan, bonus, spread);
        let to_target = debt_to_target(loan, target, in_all);
        // The same notional is closed for the debt that the bonus alone repays.
        let to_target = if loan.is_long {
            to_target * (1.0 + in_all) / (1.0 + bonus)
        } else {
            to_target
        };
        let mut debt = to_target.min(loan.debt);
        if loan.debt - debt < dust {
            debt = loan.debt;
        }
        let left = loan.collateral - debt * (1.0 + bonus);
        if left < 0.0 || (left < dust && debt < loan.debt) {
            debt = loan.covered(bonus);
        }
        debt
    }
}

/// D (HF* - HF) / (HF* - (1 + b) CF). Endless when no size reaches the target, which Aave's validation
/// of its parameters excludes.
fn debt_to_target(loan: &Loan, target: f64, bonus: f64) -> f64 {
    let repairs = target - (1.0 + bonus) * loan.factor;
    if repairs <= 0.0 {
        return f64::INFINITY;
    }
    loan.debt * (target - loan.health_factor()).max(0.0) / repairs
}

/// The bonus that takes as much from the account as `bonus` and `spread` of the notional together.
fn with_spread(loan: &Loan, bonus: f64, spread: f64) -> f64 {
    if loan.is_long {
        1.0 / (1.0 / (1.0 + bonus) - spread) - 1.0
    } else {
        bonus + spread
    }
}

impl Policy for HealthLinear {
    fn name(&self) -> &'static str {
        "health-linear"
    }

    fn source(&self) -> &'static str {
        "d = D (HF* - HF) / (HF* - (1 + b) CF), b linear in HF: Aave v4, aave-v4 0051c6e"
    }

    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError> {
        liquidate(situation, memory, |open, loan| {
            let terms = self.terms(situation, open, loan);
            let target = self.target(situation, loan, open.maintenance());
            let spread = real(open.leg.pool_cost);
            (self.debt(loan, target, terms.rate, spread), terms)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::closing::open_legs;
    use crate::policy::fixture::{dollars, first_cuts, leg, long, short, tiers, Case};

    const FLAT: Bonus = Bonus::Fixed {
        rate: 0.0,
        protocol: 0.0,
    };

    /// Aave's own example, tests/unit/libraries/LiquidationLogic/
    /// LiquidationLogic.DebtToTargetHealthFactor.t.sol: "liquidationPenalty = 1.5 * 0.5 = 0.75;
    /// debtToTarget = $10000 * (1.25 - 0.8) / (1.25 - 0.75) / $1 = 9000", and to a target of 1:
    /// 10,000 (1 - 0.8) / (1 - 0.75) = 8,000 (their 4 units of 2,000 USD).
    #[test]
    fn the_debt_to_the_target_is_that_of_the_sources_own_test() {
        let loan = Loan {
            is_long: true,
            debt: 10_000.0,
            collateral: 16_000.0,
            factor: 0.5,
        };
        assert!((loan.health_factor() - 0.8).abs() < 1e-12);
        assert!((debt_to_target(&loan, 1.25, 0.5) - 9_000.0).abs() < 1e-6);
        assert!((debt_to_target(&loan, 1.0, 0.5) - 8_000.0).abs() < 1e-6);
        assert_eq!(debt_to_target(&loan, 0.75, 0.5), f64::INFINITY);
    }

    /// Half way between HF = 1 and HF_max = 0.9, from a fifth of 6 % to all of it: 1.2 % + 4.8 % / 2.
    #[test]
    fn the_bonus_is_linear_in_the_health_factor() {
        let bonus = Bonus::Fixed {
            rate: 0.06,
            protocol: 0.1,
        };
        let policy = HealthLinear {
            bonus,
            least_bonus_share: Some(0.2),
            most_bonus_under: Some(0.9),
            ..HealthLinear::default()
        };
        let case = Case::new(vec![long(1_000, 1.0)], 10);
        let situation = case.situation();
        let open = open_legs(&situation).expect("in range")[0];
        let loan = |hf: f64| Loan {
            is_long: true,
            debt: 100.0,
            collateral: hf * 200.0,
            factor: 0.5,
        };
        for (hf, rate) in [(1.0, 0.012), (0.95, 0.036), (0.9, 0.06), (0.5, 0.06)] {
            let terms = policy.terms(&situation, &open, &loan(hf));
            assert!((terms.rate - rate).abs() < 1e-12, "{hf}: {}", terms.rate);
        }
    }

    /// A market of 20 % maintenance, long 100,000 USD with E = 10,000: HF = 80 / 90. To HF* = 1 without
    /// a bonus d = 90,000 (1 - 8/9) / (1 - 0.8) = 50,000; then 50,000 stand against 10,000 of equity,
    /// which is 20 %. The short: HF = 110 / 120, d = 100,000 (1 - 11/12) / (1 - 1/1.2) = 50,000 too.
    #[test]
    fn a_position_is_closed_to_the_target_and_no_further() {
        let policy = HealthLinear {
            target: Some(1.0),
            bonus: FLAT,
            ..HealthLinear::default()
        };
        for lots in [100_000, -100_000] {
            let mut leg = leg(lots, 1.0);
            leg.tiers = tiers(0.2, 0.4);
            let cut = first_cuts(&policy, &Case::new(vec![leg], 10_000))[0];
            assert!((50_000..=50_001).contains(&cut.lots), "{cut:?}");
        }
    }

    /// By default to E = 1.1 M. E = 1,900 of M = 2,000 is HF = 98 / 98.1; between the emergency ratio
    /// and one, E / M = 0.95, so the bonus is near its floor of 0.04 %: x = 300 / (0.022 - c).
    #[test]
    fn by_default_the_target_is_the_exchanges() {
        for leg in [long(100_000, 1.0), short(100_000, 1.0)] {
            let case = Case::new(vec![leg], 1_900);
            let cut = first_cuts(&HealthLinear::default(), &case)[0];
            let rate = cut.keeper.0 as f64 / (cut.lots as f64 * 1e6);
            assert!((0.0006..0.0008).contains(&rate), "{rate}");
            let expected = 300.0 / (0.022 - rate);
            assert!((cut.lots as f64 - expected).abs() < 1.5, "{cut:?}");
        }
    }

    /// 1,500 USD: to the target some 200, and more than 1,000 of debt stays. 1,100 USD: under 1,000 of
    /// debt would stay, so all of it (1,079) is repaid, for a little more of the asset.
    #[test]
    fn under_a_thousand_of_debt_is_not_left() {
        let many = first_cuts(
            &HealthLinear::default(),
            &Case::new(vec![long(1_500, 1.0)], 28),
        )[0];
        assert!((100..400).contains(&many.lots), "{many:?}");
        let few = first_cuts(
            &HealthLinear::default(),
            &Case::new(vec![long(1_100, 1.0)], 21),
        )[0];
        assert_eq!(few.lots, 1_080);
        let short = first_cuts(
            &HealthLinear::default(),
            &Case::new(vec![short(1_100, 1.0)], 21),
        )[0];
        assert_eq!(short.lots, 1_100);
    }

    #[test]
    fn an_account_that_no_size_heals_is_closed_whole() {
        let case = Case::new(vec![long(100_000, 1.0)], -50);
        let cut = first_cuts(&HealthLinear::default(), &case)[0];
        assert_eq!(cut.lots, 100_000);
        assert!(
            cut.keeper > dollars(290) && cut.keeper <= dollars(300),
            "{cut:?}"
        );
    }
}
