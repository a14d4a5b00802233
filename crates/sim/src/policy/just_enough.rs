//! The program's own: just enough to bring the account back to its target, and a proof that less would
//! not do.
//!
//! Symbols: E equity, M maintenance requirement, T = M (1 + beta) the target; tau = m (1 + beta) what a
//! dollar of a leg requires at the target, c what closing it costs.
//!
//!   E' = E - x c,   T' = T - x tau,   E' = T'
//!
//! Result: x = (T - E) / (tau - c), rounded up to a lot; c is capped so that E / M rises.
//!
//! Source: `crates/risk/src/liquidation`, derived in `docs/liquidation.md`. Nothing is written twice:
//! this file does what a keeper does (`crates/keeper/src/decide/health.rs`). It asks for a plan, flags
//! when the account is not flagged or when its sighting was taken back, and waits when the program
//! would refuse.

use super::closing::begin;
use super::{Memory, Policy, Situation, Verdict};
use whittle_risk::liquidation::{flag, plan, Inputs, Kind};
use whittle_risk::{RiskError, Usd};

/// Liquidates as the program does.
#[derive(Clone, Copy, Debug, Default)]
pub struct JustEnough;

impl Policy for JustEnough {
    fn name(&self) -> &'static str {
        "just enough"
    }

    fn source(&self) -> &'static str {
        "x = (T - E) / (tau - c), to the lot: whittle, docs/liquidation.md"
    }

    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError> {
        let inputs = Inputs {
            account: situation.account,
            policy: situation.rules,
            episode: memory.episode,
            now: situation.now,
            // Somebody closes an account that has nothing left, for what it may cost him: the pool's
            // owners, whose loss grows with every price.
            min_bonus: if situation.health.equity.0 > 0 {
                situation.min_pay
            } else {
                Usd::ZERO
            },
        };
        match plan(&inputs) {
            Ok(plan) => {
                memory.episode = plan.episode;
                if plan.kind != Kind::Recovered {
                    begin(situation.now, &mut memory.first_at);
                    memory.last_at = situation.now;
                }
                Ok(Verdict::Plan(Box::new(plan)))
            }
            Err(RiskError::NotFlagged | RiskError::NotConfirmed { .. }) => {
                match flag(&inputs) {
                    Ok(episode) => memory.episode = episode,
                    Err(error) => refused(error)?,
                }
                Ok(Verdict::Wait)
            }
            Err(error) => refused(error).map(|()| Verdict::Wait),
        }
    }
}

/// What the program refuses for now; time or a price will tell.
fn refused(error: RiskError) -> Result<(), RiskError> {
    match error {
        RiskError::AccountHealthy { .. }
        | RiskError::NoPositions { .. }
        | RiskError::NotFlagged
        | RiskError::AlreadyFlagged { .. }
        | RiskError::NotConfirmed { .. }
        | RiskError::NoFreshPrice
        | RiskError::LiquidationsPaused
        | RiskError::Protected
        | RiskError::BonusBelowMinimum { .. } => Ok(()),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{long, Case, NOW};

    /// 100,000 USD long at 2 %: M = 2,000, T = 2,200. With E = 1,900 and costs of 0.04 % to the keeper
    /// (the floor; no premium and no spread): x = 300 / (0.022 - 0.0004) = 13,888.89 USD, so 13,889
    /// lots of one dollar.
    fn case() -> Case {
        Case::new(vec![long(100_000, 1.0)], 1_900)
    }

    #[test]
    fn an_account_is_flagged_first_and_closed_when_newer_prices_confirm_it() {
        let mut case = case();
        let mut memory = Memory::NONE;
        let verdict = JustEnough.decide(&case.situation(), &mut memory);
        assert_eq!(verdict, Ok(Verdict::Wait));
        assert_eq!((memory.episode.flagged_at, memory.first_at), (NOW, 0));

        // One second later the prices are too near, and the flag stands as it is.
        let flagged = memory.episode;
        case.pass(1);
        let verdict = JustEnough.decide(&case.situation(), &mut memory);
        assert_eq!(verdict, Ok(Verdict::Wait));
        assert_eq!(memory.episode, flagged);

        case.pass(1);
        case.rules.bonus.max = case.rules.bonus.floor;
        let verdict = JustEnough.decide(&case.situation(), &mut memory);
        let Ok(Verdict::Plan(plan)) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(plan.kind, Kind::Exact);
        assert_eq!(plan.closes[0].lots, 13_889);
        assert_eq!(memory.episode, plan.episode);
    }

    #[test]
    fn a_keeper_waits_for_a_bonus_that_pays() {
        let mut case = case();
        let mut memory = Memory::NONE;
        let _ = JustEnough.decide(&case.situation(), &mut memory);
        case.pass(2);
        case.min_pay = Usd(1_000_000_000);
        let flagged = memory.episode;
        let verdict = JustEnough.decide(&case.situation(), &mut memory);
        assert_eq!(verdict, Ok(Verdict::Wait));
        assert_eq!(memory.episode, flagged);
    }

    #[test]
    fn an_insolvent_account_is_closed_at_once_whatever_it_pays() {
        let mut case = Case::new(vec![long(100_000, 1.0)], -10);
        case.min_pay = Usd(1_000_000_000);
        let mut memory = Memory::NONE;
        let verdict = JustEnough.decide(&case.situation(), &mut memory);
        let Ok(Verdict::Plan(plan)) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(plan.closes[0].lots, 100_000);
    }

    #[test]
    fn a_healthy_account_is_left_alone() {
        let case = Case::new(vec![long(100_000, 1.0)], 2_000);
        let mut memory = Memory::NONE;
        let verdict = JustEnough.decide(&case.situation(), &mut memory);
        assert_eq!(verdict, Ok(Verdict::Wait));
        assert_eq!(memory, Memory::NONE);
    }

    #[test]
    fn a_pause_protects_until_emergency() {
        let mut case = case();
        case.rules.emergency_only = true;
        let mut memory = Memory::NONE;
        let verdict = JustEnough.decide(&case.situation(), &mut memory);
        assert_eq!(verdict, Ok(Verdict::Wait));
        assert_eq!(memory, Memory::NONE);
    }
}
