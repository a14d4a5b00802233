//! A leg as the loan that it is, for the policies of money markets.
//!
//! A long of notional N with equity e is an asset worth N, bought with a debt of N - e. A short is cash
//! N + e against a debt of N in the asset. With m the maintenance rate and CF the share of collateral
//! that counts:
//!
//!   long:   HF = N (1 - m) / (N - e)            CF = 1 - m
//!   short:  HF = (N + e) / (N (1 + m))          CF = 1 / (1 + m)
//!
//! HF < 1 is in both cases e < m N, so a loan is liquidatable exactly when the leg is.
//!
//! Several legs share one equity. Each gets the part that its requirement has in the account's,
//! e_i = E M_i / M. Then e_i / (m_i N_i) = E / M for all of them: they cross HF = 1 at the same moment as
//! the account crosses E = M, and what restores each of them to a level restores the account to it.
//!
//! Result: an account of k legs is k loans, liquidated one by one by the source's formula. The sources
//! let the liquidator choose the pair of collateral and debt; dividing the equity leaves that choice
//! out, so that what is compared is the formula and not the liquidator.
//!
//! Repaying d of debt with a bonus b gives the liquidator collateral worth d (1 + b). Of a long that is
//! x = d (1 + b) of notional closed for d b; of a short x = d. When the collateral does not cover d (1 + b)
//! only C / (1 + b) of debt is repaid for it, and the rest of the debt is lost: here the whole leg is
//! closed, and what is missing is the account's bad debt.

use super::closing::{atoms, decided, open_legs, real, usd, Fees, Open};
use super::{Cut, Memory, Situation, Verdict};
use whittle_risk::{RiskError, Usd, MAX_LEGS};

/// What a liquidator is paid, as a share of the debt that he repays.
///
/// Loans pay 4 to 10 % (5 % for ETH on Aave's main market). That is more than the whole margin of a
/// perpetual with 20 times leverage, so by default the exchange's own rates stand in for it, and the
/// comparison is about how much is closed and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bonus {
    /// The exchange's highest bonus to the keeper, and the leg's premium to insurance.
    Exchange,
    /// Of this rate, `protocol` of one goes to insurance and the rest to the keeper.
    Fixed {
        /// Share of the debt repaid.
        rate: f64,
        /// Share of the bonus that the protocol keeps; 10 % on most of Aave's reserves.
        protocol: f64,
    },
}

/// A bonus for one leg.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub rate: f64,
    pub protocol: f64,
}

impl Bonus {
    /// What it comes to for a leg.
    pub(super) fn terms(&self, situation: &Situation, open: &Open) -> Terms {
        match *self {
            Self::Fixed { rate, protocol } => Terms { rate, protocol },
            Self::Exchange => {
                let premium = real(open.leg.premium);
                let rate = real(situation.rules.bonus.max) + premium;
                Terms {
                    rate,
                    protocol: if rate > 0.0 { premium / rate } else { 0.0 },
                }
            }
        }
    }
}

/// A leg with its part of the equity. Amounts in atoms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loan {
    pub is_long: bool,
    pub debt: f64,
    pub collateral: f64,
    /// Share of the collateral that counts.
    pub factor: f64,
}

impl Loan {
    pub fn of(situation: &Situation, open: &Open) -> Self {
        let notional = open.notional();
        let m = open.maintenance();
        let ratio = usd(situation.health.equity) / usd(situation.health.maintenance);
        let equity = usd(open.value.required) * ratio;
        if open.leg.lots.0 > 0 {
            Self {
                is_long: true,
                debt: notional - equity,
                collateral: notional,
                factor: 1.0 - m,
            }
        } else {
            Self {
                is_long: false,
                debt: notional,
                collateral: notional + equity,
                factor: 1.0 / (1.0 + m),
            }
        }
    }

    pub fn health_factor(&self) -> f64 {
        self.collateral * self.factor / self.debt
    }

    /// Debt that the collateral pays for at this bonus.
    pub fn covered(&self, bonus: f64) -> f64 {
        (self.collateral / (1.0 + bonus)).max(0.0)
    }

    /// Notional closed when `debt` is repaid.
    pub fn notional(&self, debt: f64, bonus: f64) -> f64 {
        if self.is_long {
            debt * (1.0 + bonus)
        } else {
            debt
        }
    }

    /// The cut that repays `debt`, or all of the leg when the collateral does not cover it.
    pub fn repaid(&self, open: &Open, debt: f64, terms: Terms) -> Result<Cut, RiskError> {
        let covered = self.covered(terms.rate);
        let (lots, bonus) = if debt >= covered {
            (open.lots(), terms.rate * covered)
        } else {
            let lots = open.lots_for(self.notional(debt, terms.rate))?;
            let closed = open.closed(lots)? as f64;
            let repaid = if self.is_long {
                closed / (1.0 + terms.rate)
            } else {
                closed
            };
            (lots, terms.rate * repaid)
        };
        let bonus = atoms(bonus)?;
        let insurance = atoms(usd(bonus) * terms.protocol)?.least(bonus);
        let fees = Fees {
            keeper: bonus.minus(insurance)?,
            insurance,
            ..Fees::default()
        };
        open.cut(lots, fees)
    }
}

/// Liquidates every leg as a loan: `size` says how much of its debt is repaid, and for what.
pub(super) fn liquidate(
    situation: &Situation,
    memory: &mut Memory,
    size: impl Fn(&Open, &Loan) -> (f64, Terms),
) -> Result<Verdict, RiskError> {
    let mut cuts = [Cut::default(); MAX_LEGS];
    for open in open_legs(situation)? {
        let loan = Loan::of(situation, &open);
        let (debt, terms) = size(&open, &loan);
        cuts[open.index] = loan.repaid(&open, debt, terms)?;
    }
    Ok(decided(situation, memory, cuts, Usd::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{long, short, Case};

    /// 100,000 USD at 2 % with 1,900 USD: a long owes 98,100 against 98,000 of weighted collateral,
    /// HF = 0.998981; a short has 101,900 against 102,000, HF = 0.999020.
    #[test]
    fn a_leg_is_liquidatable_exactly_when_its_loan_is() {
        for (leg, at_1_900) in [
            (long(100_000, 1.0), 98_000.0 / 98_100.0),
            (short(100_000, 1.0), 101_900.0 / 102_000.0),
        ] {
            for (equity, factor) in [(1_900, at_1_900), (2_000, 1.0)] {
                let case = Case::new(vec![leg], equity);
                let situation = case.situation();
                let open = open_legs(&situation).expect("in range")[0];
                let loan = Loan::of(&situation, &open);
                assert!((loan.health_factor() - factor).abs() < 1e-8);
                let is_under = case.health().equity < case.health().maintenance;
                assert_eq!(loan.health_factor() < 1.0, is_under);
            }
        }
    }

    #[test]
    fn legs_of_one_account_have_the_same_share_of_their_requirement() {
        let case = Case::new(vec![long(60_000, 1.0), short(40, 1_000.0)], 1_500);
        let situation = case.situation();
        for open in open_legs(&situation).expect("in range") {
            let loan = Loan::of(&situation, &open);
            let part = (loan.collateral - loan.debt) / usd(open.value.required);
            assert!((part - 0.75).abs() < 1e-7, "{part}");
        }
    }
}
