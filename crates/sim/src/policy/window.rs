//! Flagged, all collateral taken, and the positions closed at the rate that the market can bear.
//!
//! Symbols: c fees of a maker and a taker, S skew scale, k a multiplier, W seconds of the window.
//!
//!   A trade against the skew of a market whose price moves by size / S is paid for by fees c while its
//!   size is under c S. So that much, times k, may be liquidated in a second.
//!
//! Result: closed of a leg in W seconds = min(N, c S k W), until nothing is left
//!         seized = all equity
//!         reward = min(max(cost + least, cost (1 + r), flag + cost), min(margin * q, most))
//!
//! Source: Synthetixio/synthetix-v3 `23585f7`, `markets/perps-market/contracts/modules/
//! LiquidationModule.sol`, `storage/PerpsMarketConfiguration.sol` (`maxLiquidationAmountInWindow`),
//! `storage/PerpsMarket.sol` (`maxLiquidatableAmount`), `storage/GlobalPerpsMarketConfiguration.sol`
//! (`keeperReward`). Numbers of the deployment on Base, Synthetixio/synthetix-deployments `0249ffb`,
//! `tomls/omnibus-base-mainnet-andromeda/perps/btc.toml`: multiplier 1.5, window 30 s, flag reward 0.03 %;
//! `perps/global.toml` at `006454a`: rewards from 1 to 500 USD, profit ratio 1, margin scaling 1.
//!
//! Carried over: by default the fees are this market's own fee for a trade, in and out, and the skew
//! scale is its own. The capacity is one market's, shared by all accounts that are flagged there; a policy
//! sees one account, so each has the capacity to itself, which flatters the policy in a crash. The rule
//! that a market with little skew allows another window at once (`maxLiquidationPd`) is left out, and so
//! is the endorsed liquidator, who is not limited. The reward is part of the requirement there; here the
//! trigger is the exchange's own for every policy. `Situation::min_pay` stands for the keeper's cost. Once
//! flagged the account is no longer its owner's: profit of the positions that wait is seized too, and
//! liquidation goes on whatever the price does ([`Policy::is_over`]). The pool pays its own spread from the
//! margin that it took, so no more than the equity is taken.

use super::closing::{atoms, decided, largest_first, real, share, usd, Fees, Open};
use super::{Cut, Memory, Policy, Situation, Verdict};
use whittle_risk::{RiskError, Usd, MAX_LEGS};

/// Takes the margin and closes by windows.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Fees of a maker and a taker together; none for twice the market's fee for a trade.
    pub fees: Option<f64>,
    /// How much more than fees pay for may be liquidated.
    pub multiplier: f64,
    /// Seconds of a window.
    pub window_secs: i64,
    /// The keeper's reward for a flag, as a share of notional.
    pub flag_reward: f64,
    /// His least profit.
    pub least_reward: Usd,
    /// His least profit as a share of his cost.
    pub profit_ratio: f64,
    /// His most.
    pub most_reward: Usd,
    /// His most as a share of the account's margin.
    pub margin_share: f64,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            fees: None,
            multiplier: 1.5,
            window_secs: 30,
            flag_reward: 0.000_3,
            least_reward: Usd(1_000_000),
            profit_ratio: 1.0,
            most_reward: Usd(500_000_000),
            margin_share: 1.0,
        }
    }
}

impl Window {
    /// Notional of a leg that one window takes; endless where it is not configured.
    fn capacity(&self, situation: &Situation, open: &Open) -> f64 {
        let fee = situation.close_fee.get(open.index).copied();
        let scale = situation.skew_scale.get(open.index).copied();
        let fees = self.fees.unwrap_or(2.0 * fee.map_or(0.0, real));
        let capacity =
            fees * scale.map_or(0.0, usd) * self.multiplier * self.window_secs.max(0) as f64;
        if capacity > 0.0 {
            capacity
        } else {
            f64::INFINITY
        }
    }

    /// Lots that one window takes: never more than its capacity, but one lot.
    fn lots(&self, situation: &Situation, open: &Open) -> Result<u64, RiskError> {
        let capacity = self.capacity(situation, open);
        if capacity >= open.notional() {
            return Ok(open.lots());
        }
        let lots = open.lots_for(capacity)?;
        let is_over = lots > 1 && lots < open.lots() && open.closed(lots)? as f64 > capacity + 1.0;
        Ok(if is_over { lots - 1 } else { lots })
    }

    fn reward(&self, cost: Usd, flag: Usd, margin: Usd) -> Result<Usd, RiskError> {
        let profit = atoms(usd(cost) * (1.0 + self.profit_ratio))?;
        let wanted = cost
            .plus(self.least_reward)?
            .most(profit)
            .most(flag.plus(cost)?);
        // A margin of nothing is one that was taken already.
        let most = if margin.0 > 0 {
            atoms(usd(margin) * self.margin_share)?.least(self.most_reward)
        } else {
            self.most_reward
        };
        Ok(wanted.least(most))
    }
}

impl Policy for Window {
    fn name(&self) -> &'static str {
        "window"
    }

    fn source(&self) -> &'static str {
        "all margin, then fees x skew scale x 1.5 x 30 s: synthetix-v3 23585f7, LiquidationModule.sol"
    }

    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError> {
        if memory.is_condemned && situation.now < memory.not_before {
            return Ok(Verdict::Wait);
        }
        let legs = largest_first(situation)?;
        let Some(first) = legs.first() else {
            return Ok(Verdict::Wait);
        };
        let mut cuts = [Cut::default(); MAX_LEGS];
        let mut notional = 0u64;
        for open in &legs {
            cuts[open.index] = open.cut(self.lots(situation, open)?, Fees::default())?;
            notional = notional.saturating_add(open.value.notional);
        }
        let flag = if memory.is_condemned {
            Usd::ZERO
        } else {
            share(self.flag_reward, notional)?
        };
        let margin = situation.health.equity.most(Usd::ZERO);
        let reward = self.reward(situation.min_pay, flag, margin)?;
        cuts[first.index].keeper = reward;
        let mut left = margin.minus(reward)?.most(Usd::ZERO);
        for open in &legs {
            let cut = &mut cuts[open.index];
            cut.pool = cut.pool.least(left);
            left = left.minus(cut.pool)?;
        }
        memory.is_condemned = true;
        memory.not_before = situation.now.saturating_add(self.window_secs);
        Ok(decided(situation, memory, cuts, left))
    }

    fn is_over(&self, situation: &Situation, memory: &Memory) -> Result<bool, RiskError> {
        Ok(!memory.is_condemned || situation.account.legs.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{closes, dollars, first_cuts, long, ratio, short, Case};

    /// BTC on Base: (0.02 % + 0.05 %) * 50,000 BTC * 1.5 * 30 s = 1,575 BTC in a window. At 100,000 USD
    /// a coin the skew scale is 5 billion USD; a position of 2,000 BTC, 200,000 lots of a hundredth, takes two
    /// windows.
    fn bitcoin() -> (Window, Case) {
        let policy = Window {
            fees: Some(0.000_7),
            ..Window::default()
        };
        let mut case = Case::new(vec![long(200_000, 1_000.0)], 3_900_000);
        case.skew_scale[0] = dollars(5_000_000_000);
        (policy, case)
    }

    #[test]
    fn a_window_takes_what_the_deployed_parameters_allow() {
        let (policy, mut case) = bitcoin();
        let mut memory = Memory::NONE;
        let (cuts, seized) = closes(&policy, &case, &mut memory);
        assert_eq!(cuts[0].lots, 157_500);
        // 0.03 % of 200 million are 60,000 USD, of which the keeper gets 500 at most.
        assert_eq!(cuts[0].keeper, dollars(500));
        assert_eq!(seized, dollars(3_899_500));

        case.pass(29);
        assert_eq!(
            policy.decide(&case.situation(), &mut memory),
            Ok(Verdict::Wait)
        );
        let mut rest = Case::new(vec![long(42_500, 1_000.0)], 0);
        rest.now = case.now;
        rest.pass(1);
        rest.skew_scale[0] = dollars(5_000_000_000);
        assert_eq!(policy.is_over(&rest.situation(), &memory), Ok(false));
        let (cuts, seized) = closes(&policy, &rest, &mut memory);
        assert_eq!(cuts[0].lots, 42_500);
        assert_eq!((cuts[0].keeper, seized), (dollars(1), Usd::ZERO));
    }

    /// The market's own fee of 0.05 %, in and out: 0.1 % * 10 million * 1.5 * 30 = 450,000 USD.
    #[test]
    fn by_default_the_capacity_is_the_markets_own() {
        let mut case = Case::new(vec![short(1_000, 1_000.0)], 19_000);
        case.close_fee[0] = ratio(0.000_5);
        case.skew_scale[0] = dollars(10_000_000);
        let cuts = first_cuts(&Window::default(), &case);
        assert!((449..=450).contains(&cuts[0].lots), "{cuts:?}");
    }

    /// cost 2, flag 3: max(2 + 1, 2 * 2, 3 + 2) = 5. Flag 0: 4. Cost 0: the least, 1. Never over the
    /// margin while there is one.
    #[test]
    fn the_reward_is_between_its_bounds() {
        let policy = Window::default();
        for (cost, flag, margin, reward) in [
            (2, 3, 100, 5),
            (2, 0, 100, 4),
            (0, 0, 100, 1),
            (2, 900, 1_000, 500),
            (2, 900, 40, 40),
            (2, 900, 0, 500),
        ] {
            let found = policy.reward(dollars(cost), dollars(flag), dollars(margin));
            assert_eq!(found, Ok(dollars(reward)), "{cost} {flag} {margin}");
        }
    }

    #[test]
    fn profit_of_positions_that_wait_is_seized_too() {
        let (policy, mut case) = bitcoin();
        let mut memory = Memory::NONE;
        closes(&policy, &case, &mut memory);
        case.pass(30);
        case.cash = dollars(7_000_000);
        let (_, seized) = closes(&policy, &case, &mut memory);
        assert_eq!(seized, dollars(6_999_999));
    }

    #[test]
    fn the_pools_spread_ends_where_the_margin_does() {
        let (policy, mut case) = bitcoin();
        case.legs[0].pool_cost = ratio(0.001);
        case.cash = dollars(100_000);
        let (cuts, seized) = closes(&policy, &case, &mut Memory::NONE.clone());
        // 157,500 USD of spread are due.
        assert_eq!((cuts[0].pool, seized), (dollars(99_500), Usd::ZERO));
    }

    #[test]
    fn a_market_without_a_window_closes_everything() {
        let mut case = Case::new(vec![long(1_000, 1_000.0)], 19_000);
        case.skew_scale[0] = Usd::ZERO;
        let cuts = first_cuts(&Window::default(), &case);
        assert_eq!(cuts[0].lots, 1_000);
    }
}
